"""What takes a term out of our mouth: it is denied, quoted from the provider, or said to be somebody else's work."""

from __future__ import annotations

import re
from itertools import pairwise

from crm.domain.scope_reading import Sentence
from crm.domain.scope_regex import regex

#: Behind these a "not" denies nothing about the term: "not only", "don't hesitate", "can't wait".
_NOT_REALLY = frozenset(
    "only just merely simply hesitate refuse fail forget stop wait limit afraid shy resist imagine doubt"
    " uncommon unusual until".split()
)
_NO_REALLY = frozenset(
    "hesitation problem problems doubt trouble limit question wonder matter better wait co-pay".split()
)
_OUTSIDE = regex(
    r"\b(?:outside|beyond|not within|not in)\s(?:of\s)?(?:my|our|a trainer's)\s(?:scope|role|work|remit|lane|job)\b"
    r"|\b(?:technique|matter|job|task|work|skill|act|service|decision|question|business|territory|something)s? (?:for|of) (?:licensed"
    r"|clinicians|doctors|physicians|therapists|surgeons|nurses|dietitians|(?:a|your|the) (?:licensed|doctor|physician|therapist"
    r"|clinician|surgeon|dietitian|provider))\b"
    r"|\b(?:belongs?|belonging) to (?:you|your|the|their|a|licensed)\b|\b(?:is|are|stays?|remains?|lies?|rests?|belongs?) (?:with (?:the|her|his|their|your|a) (?:\w+ )?(?:\w+ologists?|\w+ists?|surgeons?"
    r"|doctors?|physicians?|nurses?|PTs?|clinicians?|prescribers?|team)|(?:for|a (?:matter|question|job|task) for|up to|in the"
    r" hands of) (?:an?|the|her|his|their|your) (?:\w+ )?(?:\w+ologists?|\w+ists?|surgeons?|doctors?|physicians?|nurses?|PTs?"
    r"|clinicians?|prescribers?)(?! to\b)|up to you"
    r"|yours|with"
    r" you|with your|theirs|for you\b|for your|for the (?:PT|physician|doctor|therapist|provider)|with the"
    r" (?:physician|doctor|provider|prescriber)|your (?:job|work|role|call|decision|business)"
    r"|the (?:physician|doctor|provider|therapist|PT|dietitian|chiropractor|clinician)'s)",
    re.IGNORECASE,
)
_LEFT_TO = regex(
    r"\b(?:leave|leaves|left|defer|send|sends|sent|refer|refers|return|direct|hand|go(?:es)?"
    r"|point)\b[^.;]{0,80}?\b(?<!tailored )(?<!adapted )(?<!fitted )(?<!related )(?<!matched )"
    r"(?:to (?:you|your|the|their|a|an|his|her|licensed|those|somebody|whoever|each|its)\b|(?:back|straight) to\b)",
    re.IGNORECASE,
)
_AFTERWARDS = regex(
    r"^(?:(?!(?:why|that|what|who|because|if|how|which|when|where|whose|since|so)\b)[\w'-]+\s){0,5}?(?:(?:is|are|was"
    r"|were|(?<!\band )(?<!\bbut )(?:do|does))(?:n't| not| never))\b"
    r"|^(?:[\w'-]+\s)?never\b"
    r"|^(?:[\w'-]+\s)?(?:nobody|no one|nothing|none)\b|^no\b(?![-\s](?:charge|cost|extra|wait|co-?pay|drugs|needles"
    r"|pain|matter))"
    r"|^\W{0,2}\s?(?:is|are) (?:out|off limits|none of|no part|neither)\b|^\?\s(?:no|never|not)\b",
    re.IGNORECASE,
)
_LIKE_US = regex(
    r"\blike (?:our|my) \w+|\b(?:the way|like|as (?:well|fast|good|safely) as|better than|faster than"
    r"|quicker than) (?:I|we|us"
    r"|me)(?: (?:do|can))?\b(?! (?:was|were))"
    r"|\bthe way (?:I|we) do\b",
    re.IGNORECASE,
)
_QUOTE = regex(r"[“\"]([^”\"]*)[”\"]")
_SAID = regex(
    r"\b(?:you|she|he|they|Dr\.?\s[\w'-]+|(?:the|your|their|her|his)\s(?:[\w'-]+\s){0,3}?(?:note|notes|order|referral"
    r"|prescription|chart|summary|provider|physician|doctor|therapist|office|report|letter|handout|form|surgeon|PT"
    r"|script"
    r"|clearance|cardiologist|website|brochure|nurse))\b[^.“\"]{0,40}\b(?:said|told|wrote|writes|says|say|asked|asks"
    r"|reads"
    r"|read|states?|stated|noted|notes|described|calls?|called|documented|put it|mentions?|mentioned|ordered|wanted"
    r"|named"
    r"|lists?|requests?|requested)\b[^.“\"]{0,25}$"
    r"|\b(?:your|the)\s(?:[\w'-]+\s){0,3}?(?:note|order|referral|handout|form|summary|clearance"
    r"|words?)\b[^.“\"]{0,60}$",
    re.IGNORECASE,
)
_SAID_AFTER = regex(
    r"^ (?:is|was) what (?:you|the|your|her|his) (?:\w+ )?(?:order|note|referral|letter|script|form|says?|said|wrote)\b"
    r"|^[^.“\"\w]{0,3}\s?(?:you|she|he|they|Dr\.?\s[\w'-]+|(?:your|the|her|his) (?:[\w'-]+\s){0,2}?(?:note|doctor"
    r"|physician"
    r"|therapist|surgeon|order|PT|office|summary|handout|form|referral|letter"
    r"|cardiologist))\b[^.“\"]{0,20}?\b(?:wrote|said"
    r"|says|noted|told|asked|reads|ordered|put it)\b"
    r"|^[^.“\"\w]{0,3}\s?(?:said|says|wrote|writes|noted|notes|explained)\s(?:Dr\.?\s[\w'-]+|(?:your|the|her|his)\s"
    r"(?:[\w'-]+\s){0,3}?(?:doctor|physician|therapist|surgeon|PT|cardiologist|nurse|provider|office|note|referral"
    r"|letter)\b)",
    re.IGNORECASE,
)
#: "… fix my back?” I said that I can't".
_REFUSED = regex(
    r"^\W*(?:and |but |so )?(?:I|we|my|our|the)\b[^.]{0,40}?\b(?:no|not|can't|cannot|don't|won't|never|isn't|couldn't)\b|^\W*no\b",
    re.IGNORECASE,
)
_SIGN_SAYS = regex(
    r"^[^.“\"\w]{0,3}\s?(?:says|reads|said) (?:the|a|an old) (?:sign|poster|banner|sticker|mug|proverb|saying|song)\b"
    r"(?! (?:on|over|at|in|above) (?:my|our))",
    re.IGNORECASE,
)
_SENTENCE_BEFORE = regex(r".*(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bSt)\.\s", re.DOTALL)
_BY_OURS = regex(r"\b(?:client|clients|member|members|mother|customer|testimonial)\b", re.IGNORECASE)

_CLINICIAN_SAYS = regex(
    r"\b(?:says?|said|writes?|wrote|reports?|notes?|noted|confirms?|confirmed|according to|as)\s(?:Dr\.?\s[A-Z]\w+"
    r"|(?:her|his|their|your|the)\s(?:\w+\s)?(?:doctor|physician|surgeon|therapist|PT|cardiologist|oncologist|nurse"
    r"|orthopedist|provider|neurologist|clinic|hospital|office)\b)(?!'s)|\b(?:her|his|their|your|the)\s(?:\w+\s)?(?:doctor"
    r"|physician|surgeon|therapist|PT|cardiologist|oncologist|nurse|orthopedist|provider|neurologist)\s(?:says|said|writes"
    r"|wrote|reports|reported|confirms|confirmed|noted|tells me|told me|finds|found)\b",
    re.IGNORECASE,
)


def said_by_a_clinician(sentence: Sentence) -> bool:
    """Whether it reports the words of a clinician without quotation marks."""
    return bool(_CLINICIAN_SAYS.search(sentence.text))


def quoted(paragraph: str, start: int, end: int) -> bool:
    """Whether the term stands in quotation marks, as words of the provider."""
    for found in _QUOTE.finditer(paragraph) if ('"' in paragraph or "“" in paragraph) else ():
        if found.start() < start and end <= found.end():
            before = _SENTENCE_BEFORE.sub("", paragraph[max(0, found.start() - 200) : found.start()])
            if _REFUSED.match(paragraph[found.end() : found.end() + 80]) and "?" in found[1]:
                return True
            if _SIGN_SAYS.match(paragraph[found.end() : found.end() + 80]):
                return True
            said = _SAID.search(before) or _SAID_AFTER.match(paragraph[found.end() : found.end() + 80])
            return bool(said) and not _BY_OURS.search(before)
    return False


def spoken_by_a_client(paragraph: str, start: int) -> bool:
    """Whether it stands in quotation marks as praise by a client, which is a claim of ours all the same."""
    for found in _QUOTE.finditer(paragraph) if ('"' in paragraph or "“" in paragraph) else ():
        if found.start() < start < found.end():
            around = paragraph[max(0, found.start() - 80) : found.start()] + paragraph[found.end() : found.end() + 80]
            return bool(_BY_OURS.search(around))
    return False


def denied(sentence: Sentence, first: int, last: int) -> bool:
    """Whether what stands between two words is said not to be so."""
    start = sentence.clause_start(first)
    if _LIKE_US.search(sentence.said(first, len(sentence.words))):
        return False
    if "no" in sentence.tags[sentence.phrase_start(first) : first] and _denies(
        sentence, sentence.phrase_start(first), first
    ):
        return True
    at = [place for place in range(start, first) if _denies(sentence, place, first)]
    # "I can't and won't": two in a row that are joined deny once.
    joined = sum(1 for one, two in pairwise(at) if "and" in sentence.tags[one:two] and two - one <= 4)
    if at:
        return (len(at) - joined) % 2 == 1
    if (
        1 < start <= 9
        and sentence.words[start - 1].low == ":"
        and sentence.tags[start] != "our"
        and {"neg", "no"} & set(sentence.tags[: start - 1])
    ):
        return True
    end = sentence.clause_end(first)
    after = sentence.said(last, end)
    return bool(_AFTERWARDS.match(after)) and sentence.tags[min(last, end - 1)] != "rel"


def somebody_elses(sentence: Sentence, first: int) -> bool:
    """Whether the clause hands the term over: "I leave massage to your therapists", "prescribing is up to you"."""
    start, end = sentence.clause_start(first), sentence.clause_end(first)
    clause = sentence.said(start, end)
    if _OUTSIDE.search(clause):
        return True
    found = _LEFT_TO.search(clause)
    return bool(found) and not re.search(r"\b(?:to|for) (?:me|us|my|our)\b", clause, re.IGNORECASE)


def _denies(sentence: Sentence, place: int, first: int) -> bool:
    """Whether the word at `place` denies the term that begins at `first`."""
    word, tag = sentence.words[place], sentence.tags[place]
    after = [each.low for each in sentence.words[place + 1 : place + 4]]
    if word.low == "nor" and any(
        sentence.tags[at] in ("neg", "no") for at in range(sentence.clause_start(place), place)
    ):
        return False
    if tag in ("neg", "no") and place and sentence.words[place - 1].low in ("why", "if"):
        return False
    if tag == "neg":
        if any(low in _NOT_REALLY for low in after[:2]):
            return False
        return not _used_up(sentence, place, first)
    if tag == "no":
        return not any(low in _NO_REALLY for low in after[:1]) and not _used_up_noun(sentence, place, first)
    said = sentence.said(place, place + 3).lower()
    if said.startswith(
        ("rather than", "instead of", "short of", "refrain from", "stay away", "steer clear", "far from")
    ):
        return True
    if place and sentence.tags[place - 1] == "neg":
        return False
    return word.low in ("avoid", "decline", "declines", "refuse", "refuses") and place + 7 >= first


def _used_up(sentence: Sentence, place: int, first: int) -> bool:
    """Whether a "not" inside a relative clause ends before the term: "people who can't pay come to me for therapy"."""
    start = sentence.clause_start(place)
    inside = any(sentence.tags[at] == "rel" for at in range(start, place))
    return inside and _finite_between(sentence, place + 2, first)


_NEEDED = regex(r"^no (?:[\w-]+ ){1,3}(?:is |are )?(?:needed|required|necessary)\b", re.IGNORECASE)


def _used_up_noun(sentence: Sentence, place: int, first: int) -> bool:
    """Whether a "no" or "without" belongs to a noun phrase that is over: "patients with no insurance get therapy"."""
    between = range(place + 1, first)
    if any(sentence.words[at].low == "," for at in between):
        listed = any(sentence.words[at].low in ("or", "nor", "no") for at in between)
        listed = listed or any(
            sentence.words[at].low in ("or", "nor") for at in range(first, min(first + 4, len(sentence.words)))
        )
        if not listed:
            return True
    if _NEEDED.match(sentence.said(place, place + 7)):
        return True
    behind = place > 0 and sentence.tags[place - 1] in ("prep", "verb", "noun", "aux")
    alone = sentence.words[place].low == "without"
    return (behind or alone) and _finite_between(sentence, place + 2, first)


def _finite_between(sentence: Sentence, start: int, first: int) -> bool:
    """Whether a new finite verb stands between two places (the term itself counts when it is one)."""
    for at in range(start, min(first + 1, len(sentence.words))):
        if sentence.tags[at] not in ("verb", "be", "modal", "aux") or sentence.words[at].low.endswith("ing"):
            continue
        if sentence.tags[at - 1] in ("to", "rel", "us", "you", "they") or sentence.words[at - 1].low in (
            "or",
            "nor",
            ",",
        ):
            continue
        if (
            sentence.tags[at - 1] == "and"
            or sentence.tags[at] in ("be", "modal", "aux")
            or sentence.tags[at - 1] == "noun"
        ):
            return True
    return False
