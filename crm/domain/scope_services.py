"""Judges nouns for licensed services: fine when owned, given or finished elsewhere, a claim when they are ours."""

from __future__ import annotations

import re

from crm.domain.scope_denial import denied, somebody_elses
from crm.domain.scope_ours import SIGNED, declined, has_verb, listed_as_ours, on_our_sign, sent_to_us, with_us
from crm.domain.scope_people import LICENSED, PLACES
from crm.domain.scope_reading import NOMINAL, Sentence, is_client
from crm.domain.scope_rules import Rule, Verdict
from crm.domain.scope_titles import is_self

_OFFER = re.compile(
    r"(?:offer|provid|giv|gave|deliver|perform|do|does|did|doing|done|speciali[sz]|practi[cs]|run|conduct|lead|led|teach"
    r"|taught|includ|combin|creat|writ|wrote|design|start|begin|began|continu|build|built|sell|sold|bring|brought|us(?:e|es|ed"
    r"|ing)$|appl|mak|made|put|recommend|suggest|develop|set|propos|draw|drew|advis|carr|establish|reach|arriv|confirm"
    r"|updat|add|suppl|take|took|handl|manag|finish|end|complet|bill|charg|mix|blend|open|own|operat|hand|administer|turn"
    r"|promise|have|has|had|get|got|hold|swear|tailor|progress|walk|produce|replace|go|come|work|serve|believe|market"
    r"|advertis|cover|expand|extend|fill|pair|integrat)\w*"
)
_RESPECT = re.compile(
    r"(?:follow|respect|support|complement|read|ask|know|knew|understand|understood|see|saw|seen|hear|heard|learn|refer"
    r"|sen[dt]|leav|left|coordinat|work|extend|honor|wait|need|want|visit|admir|like|love|thank|call|meet|met|mention"
    r"|speak|spoke|talk|discuss|welcom|receiv|keep|kept|lis|record|document|cop|attach|match|protect|reinforc|build|avoid"
    r"|put|report|share|trust|remember|appreciat|observ|watch|contact|return|go|went|come|came|live|train|help|coach|pick"
    r"|meet|review|file|print|quot|note|driv|drove|stand|stood|share|grew|pass|look|guess|step|stay|start|serve|track|time)\w*"
)
_TAKE_OVER = re.compile(
    r"(?:take|took|taking|continu|provid|deliver|do|does|doing|complet|finish|handl|run|offer|give|giv|perform|carr"
    r"|manag|extend|progress|adapt|improv|chang|writ|wrote|updat|design|mak|made|trust)\w*"
)
_INSTITUTION = (
    (PLACES - {"plan", "plans"})
    | LICENSED
    | frozenset(
        "director directors manager managers coordinator discharge visits visit benefit benefits coverage notes note goals"
        " goal order orders team staff gym history record records cap limit limits days day bill bills door referral referrals"
        " aide aides ward wing authorization copay co-pay session-limit episode expert-s patients patient pool graduates"
        " graduate department's hospital's gap handout guidelines codes code discharges community world side summary"
        " code pad pads decisions decision choices side-effects plateau journey appointment appointments"
        " colleagues outcome outcomes weeks week months month-end phase floor form forms question questions license potential prognosis status".split()
    )
)
_BEFORE_US = frozenset(
    "after before during since until till once when whenever following between beyond past alongside outside upon"
    " throughout besides from through out off through despite without against near about regarding than instead because"
    " toward towards across beside into vs versus finished completed".split()
)
_ENDS = re.compile(
    r"^(?:(?!who\b|which\b|that\b|her\b|his\b|your\b|their\b)[\w/'-]+\s|that (?:has |have |had |was )?){0,4}?(?:ends?|ended|ending|is over|are over|is done|was over|stops?|stopped|finish(?:es|ed)?|runs? out"
    r"|ran out|leaves? off|left off|is finished|is complete|was complete|gave|gives|began|begun|comes to an end|closes|won|came first|comes first"
    r"|taught|started|built|restored|has ended|completed|is behind|covers|is expensive|wraps up|concludes)\b",
    re.IGNORECASE,
)
_FINISHED = re.compile(
    r"\b(?:finish\w*|complet\w*|end\w*|leav\w*|left|discharg\w* from|graduat\w* (?:from|of)|done with|through with"
    r"|run(?:s|ning)? out of|ran out of|won in|learned in|gained in|achieved in|received|undergo\w*|underwent|exhaust\w*"
    r"|go(?:es|ing)? through|went through|been through|close to|still in|start(?:s|ed)? at|as in|need\w*|halfway through"
    r"|wait(?:s|ing)? for|in need of|the end of|end of|days? of|weeks? of|months? of"
    r"|years? of|course of|end to)\s(?:(?!with\b|by\b)[\w'-]+\s){0,4}$"
    r"|\b(?:on|out of|more|additional|further|what)\s(?:(?!with\b|by\b)[\w'-]+\s){0,1}$",
    re.IGNORECASE,
)
_AS_OURS = re.compile(
    r"\b(?:it|this|that|these|those|they|sessions?|exercise|training|program|class|classes|what (?:I|we) do|walking"
    r"|workouts?|movement|service|approach|method)(?:'s|\s(?:is|are|was))\s(?:[\w'-]+\s){0,4}$"
    r"|\b(?:my|our) (?!clients?|mother|father|wife|husband|goal|aim)[\w-]+(?: [\w-]+)? (?:is|are) (?:a |an |the |pure |real |true |also )*$",
    re.IGNORECASE,
)
_ON_OFFER = re.compile(
    r"^(?:[\w'-]+\s){0,6}?(?:is|are|'s)?\s?(?:now |also |always |all )?(?:included|includes|available|offered|free|on the"
    r" menu|on offer|part of (?:my|our|every|each|the (?:\w+ )?(?:package|program|session|service|fee))|what (?:I|we)\b|(?:one of|among) (?:my|our)\b|my (?:specialty|job|passion"
    r"|thing)|our (?:specialty|job|passion|thing|strength)|for (?:every|all) clients?|with every|at home|at your door"
    r"|without|made|that works|near you|starting at|from \$|for \$|for less|,? ?(?:\d+ minutes|\$))",
    re.IGNORECASE,
)
_THEIRS_AFTER = re.compile(
    r"^(?:[\w'-]+\s){0,3}?(?:from|by|at|of|with|in)\s(?:you|your|the|their|his|her|Dr|a|an)\b", re.IGNORECASE
)
_OURS_RELATIVE = re.compile(
    r"^(?:,? ?(?:that|which) |(?:do|can|will|could|should) )?(?:I|we)(?:'ve|'ll| have| can| will| would)? (?:\w+ly )?(?P<verb>\w+)",
    re.IGNORECASE,
)
_READS = re.compile(
    r"(?:follow|list|read|record|copy|see|saw|work|come|came|go|went|have|had|extend|need|use)", re.IGNORECASE
)
_MISSED = re.compile(r"^(?:that |which )(?:you|your \w+|they|the \w+) (?:missed|overlooked|ignored)", re.IGNORECASE)
_THEN_US = re.compile(
    r"\b(?:I|we) do (?:both|all)\b|\b(?:and|I|we) (?:use|make|do|provide|offer|give|continue|can start|can do|can give|sell|deliver|bring|have|got) it\b(?! to you)|\bcome (?:straight |right |directly )to (?:me|us)\b"
    r"|^[\w\s,]{0,40}, (?:my |our )?(?:clients|people|they) (?:come|turn|go) to (?:me|us)\b",
    re.IGNORECASE,
)
_FOR_US_TO = re.compile(
    r"^(?:that |which )?you(?:'d| would)? (?:like|want) (?:me|us) to (?!avoid|skip|follow|respect|know|see|keep)",
    re.IGNORECASE,
)
_BY_OTHERS = re.compile(
    r"^(?:[\w'-]+\s){0,5}?(?:by|from)\s(?:you|your|the|their|his|her|its|Dr\.?|a|an|another|licensed|physical|physicians|doctors)\b",
    re.IGNORECASE,
)
_LEARNED = re.compile(
    r"^(?:that |which )?(?:they|you|he|she|your|their|her|his|the)\s(?:[\w'-]+\s){0,3}?\w+", re.IGNORECASE
)
_GIVEN = frozenset(
    "provider-reported documented reported existing prior previous confirmed known referring original current past".split()
)
_ADVERTISED = re.compile(r"(?:includ|offer|provid|deliver|combin|featur|specializ|receiv|enjoy|get|try|book|buy)\w*")
_EXPERTS = frozenset(
    "specialist specialists expert experts pro pros coach trainer trainers coaches guru professional professionals practitioner practitioners".split()
)
_PARTS = frozenset(
    "round rounds course courses series session sessions visit visits week weeks month months year years day days bit"
    " kind type end rest minutes hours dose phase".split()
)
_NEEDED_FROM_US = re.compile(
    r"\b(?:call|text|contact|reach|tell|ask|send|refer)\b[^.;]*\b(?:me|us)\b[^.;]*\b(?:if|when|whenever|any ?time|who|that)\b[^.;]*\bneeds?\s(?:an?\s|more\s)?$",
    re.IGNORECASE,
)
_LEADS = re.compile(r"\b(?:I|we) (?:\w+ly )?(?:take|took|lead|led|guide|bring|walk)\b", re.IGNORECASE)
_GOES_ON = re.compile(r"^(?:doesn't|does not|won't|isn't|never does)\W*$", re.IGNORECASE)
_SEND_THEM = re.compile(
    r"^\W*\s?(?:please )?(?:send|refer|bring|point) (?:them|him|her|people) (?:to|my|our)\b", re.IGNORECASE
)
_WITH_US = re.compile(r"\b(?:with|from|by|at) (?:me|us|my|our)\b", re.IGNORECASE)
_FOR_SALE = frozenset("slots packages specials prices rates vouchers deals".split())
_SOFT = frozenset({"therapy", "rehabilitation", "treatment", "diagnosis", "prescription"})


def judge_service(rule: Rule, sentence: Sentence, first: int, last: int) -> Verdict:
    """A noun for a licensed service."""
    behind = sentence.tags[last] if last < len(sentence.words) else ""
    if (
        last - first == 1
        and sentence.tags[first] == "verb"
        and behind in ("noun", "det", "your", "their", "our", "they")
    ):
        return None  # "she massages": the rule for the verb judges it
    if _goes_on_with_us(sentence, first, last):
        return "blocks"
    if denied(sentence, first, last) or somebody_elses(sentence, first):
        return None
    low = _first_of_list(sentence, sentence.phrase_start(first))
    high = sentence.phrase_end(last - 1)
    owner = _owner(sentence, low, first)
    institution = high > last and sentence.words[high - 1].low in _INSTITUTION
    if rule.key in ("diagnosis", "prescription") and low > 1 and sentence.words[low - 1].low == "with":
        if is_client(sentence.words[low - 2]):
            return None
    if owner == "ours":
        return None if institution and rule.key in _SOFT and _is_past(sentence, low) else "blocks"
    if (
        _wanted_from_us(sentence, last)
        or (on_our_sign(sentence, first) and not _ENDS.match(sentence.said(last, last + 6)))
        or _we_do_it(rule, sentence, low, last)
        or _NEEDED_FROM_US.search(sentence.said(0, low) + " ")
    ):
        return "blocks"
    if sent_to_us(sentence, low) and not _is_past(sentence, low):
        return "blocks"
    if "your" in sentence.tags[low:first] and not _WITH_US.search(sentence.said(last, len(sentence.words))):
        return "blocks" if _taken_over(sentence, low) else None
    if with_us(sentence, last) and not institution:
        return None if _is_past(sentence, low) and owner == "theirs" else "blocks"
    if rule.key not in _SOFT and re.match(r"(?:ask|call|see) (?:me|us) (?:about|for)\b", sentence.text, re.IGNORECASE):
        return "blocks"
    if SIGNED.match(sentence.text):
        return "blocks"
    if owner in ("theirs", "client", "name"):
        return "blocks" if _taken_over(sentence, low) else None
    if sentence.words[high - 1].low in _EXPERTS:
        return is_self(sentence, low, high)
    if sentence.words[high - 1].low in _FOR_SALE:
        return "blocks"
    if institution and rule.key in _SOFT:
        return _as_institution(sentence, low)
    return _by_place(rule, sentence, low, first, last, high)


def _first_of_list(sentence: Sentence, low: int) -> int:
    """In "outside diagnosis and treatment" what stands before the first noun holds for the second."""
    start = sentence.clause_start(low)
    while low - 2 >= start and sentence.words[low - 1].low == "of" and sentence.words[low - 2].low in _PARTS:
        low = max(start, sentence.phrase_start(low - 2))
    while (
        low - 2 >= start
        and sentence.words[low - 1].low in ("and", "or", ",", "/", "&")
        and sentence.tags[low - 2] == "noun"
    ):
        before = sentence.phrase_start(low - 2)
        if before < start or sentence.tags[low] in ("our", "your", "their", "det", "no"):
            break
        low = before
    return low


def _owner(sentence: Sentence, low: int, first: int) -> str:
    """Who owns the phrase: "my", "your", "the hospital's", a name."""
    for at in range(first - 1, low - 1, -1):
        tag = sentence.tags[at]
        if tag == "our":
            return "ours"
        if tag == "your":
            return "theirs"
        if tag == "their":
            return "client"
        if sentence.words[at].low in _GIVEN:
            return "theirs"
        if tag == "pos":
            owner = sentence.words[at - 1] if at else None
            if owner is not None and any(sentence.tags[each] == "our" for each in range(low, at)):
                return "client"
            return "theirs"
    names = [word for word in sentence.words[max(low, 1) : first] if word.named and word.tag == "noun"]
    term_named = sentence.words[first].named and first > 0
    return "name" if names and term_named else "none"


def _goes_on_with_us(sentence: Sentence, first: int, last: int) -> bool:
    """ "Insurance may end, but our therapy doesn't", "if a patient needs rehab, send them to me"."""
    ours = "our" in sentence.tags[sentence.phrase_start(first) : first]
    if ours and _GOES_ON.match(sentence.said(last, sentence.clause_end(first))):
        return True
    needs = first > 0 and re.search(r"\bneeds? (?:an? |more |some )?$", sentence.said(max(0, first - 3), first) + " ")
    return bool(needs) and bool(_SEND_THEM.match(sentence.said(last, len(sentence.words))))


def _we_do_it(rule: Rule, sentence: Sentence, low: int, last: int) -> bool:
    """ "The diagnosis I reached", "rehab is hard work, and I make it fun", "for macros, clients come to me"."""
    after = sentence.said(last, len(sentence.words))
    relative = _OURS_RELATIVE.match(after)
    if relative and _OFFER.fullmatch(relative["verb"].lower()) and not _READS.match(relative["verb"]):
        return True
    if _MISSED.match(after) or (low and sentence.tags[low - 1] == "time"):
        return bool(_MISSED.match(after)) and rule.key == "diagnosis"
    return bool(_THEN_US.search(after)) and not sentence.asks


def _wanted_from_us(sentence: Sentence, last: int) -> bool:
    """ "A meal plan that you want me to write"."""
    return bool(_FOR_US_TO.match(sentence.said(last, len(sentence.words))))


def _is_past(sentence: Sentence, low: int) -> bool:
    before = sentence.words[low - 1].low if low else ""
    return before in _BEFORE_US or bool(_FINISHED.search(sentence.said(max(0, low - 8), low) + " "))


def _taken_over(sentence: Sentence, low: int) -> bool:
    """ "I take over your patients' treatment" makes theirs ours."""
    verb = sentence.verb_before(low)
    if verb < 0 or sentence.tags[verb] != "verb" or sentence.subject(verb) != "ours":
        return bool(re.search(r"\btrust (?:me|us) with $", sentence.said(max(0, low - 3), low) + " ", re.IGNORECASE))
    between = [word.low for word in sentence.words[verb + 1 : low]]
    direct = all(word in ("over", "on", "up", "all", "of", "with", "out") for word in between)
    return direct and bool(_TAKE_OVER.fullmatch(sentence.words[verb].low))


def _as_institution(sentence: Sentence, low: int) -> Verdict:
    """ "The rehab director" is somebody else; "we are the rehab experts" would be judged as a title."""
    verb = sentence.verb_before(low)
    if verb >= 0 and sentence.tags[verb] == "verb" and sentence.subject(verb) == "ours":
        owns = re.fullmatch(
            r"(?:run|ran|own|operat|open|sell|found|built|build|turn|start|lead)\w*", sentence.words[verb].low
        )
        adjacent = low - verb <= 1 or sentence.words[low - 1].low in ("into", "as")
        return "blocks" if owns and adjacent else None
    if verb >= 0 and sentence.tags[verb] == "be" and sentence.subject(verb) == "ours" and low - verb <= 1:
        place = sentence.words[sentence.phrase_end(low) - 1].low in PLACES and sentence.words[verb].low not in (
            "was",
            "were",
        )
        return "blocks" if place and sentence.words[low].low in ("a", "an", "your", "the") else None
    return None


def _by_place(rule: Rule, sentence: Sentence, low: int, first: int, last: int, high: int) -> Verdict:
    start, end = sentence.clause_start(first), sentence.clause_end(first)
    after = sentence.said(last, end)
    before = sentence.said(start, low) + " "
    if low > start and sentence.words[low - 1].low in _BEFORE_US - {"out", "off", "near", "about", "into", "through"}:
        return None
    if _AS_OURS.search(before):
        return "blocks"
    if low > start and sentence.words[low - 1].low == "as":
        ours = re.search(r"\b(?:I|we|me|us|my|our)\b", sentence.said(start, low), re.IGNORECASE)
        return "blocks" if ours else None
    preposition = (
        sentence.words[low - 1].low if low > start and sentence.tags[low - 1] in ("prep", "time", "to", "adv") else ""
    )
    if sentence.tags[low - 1] == "time" if low > 0 else False:
        return None
    if preposition == "through" and _LEADS.search(before):
        return "blocks"
    if preposition in _BEFORE_US:
        return None
    ends = _ENDS.match(after)
    if ends and not re.search(r"\b(?:never|not|n't)\b|n't", ends[0]) and not _offered_by_us(sentence, low):
        return None
    if _FINISHED.search(before) and not _offered_by_us(sentence, low):
        return None
    verb = sentence.verb_before(low)
    if verb < 0:
        return _no_verb_before(rule, sentence, low, last, end)
    return _behind_verb(rule, sentence, verb, low, last, preposition)


def _offered_by_us(sentence: Sentence, low: int) -> bool:
    verb = sentence.verb_before(low)
    if verb < 0 or sentence.subject(verb) not in ("ours", "service"):
        return False
    said = sentence.words[verb].low
    return bool(_OFFER.fullmatch(said)) and not re.match(
        r"(?:finish|end|start|begin|began|work|com|go|have|had|tak)", said
    )


def _behind_verb(rule: Rule, sentence: Sentence, verb: int, low: int, last: int, preposition: str) -> Verdict:
    who = sentence.subject(verb)
    said = sentence.words[verb].low
    if preposition == "over" and said in ("take", "took", "taking"):
        preposition = ""
    if sentence.tags[verb] in ("be", "aux", "modal") and said not in (
        "do",
        "does",
        "did",
        "doing",
        "have",
        "has",
        "had",
    ):
        return _behind_be(rule, sentence, who, verb, low, last)
    if who in ("ours", "service"):
        if declined(sentence, low, last) or (
            rule.key in _SOFT and said in ("had", "received", "needed", "underwent", "went", "studied")
        ):
            return None
        if preposition == "of" and sentence.words[low - 2].low in ("care", "charge"):
            return "blocks"
        if (
            preposition in ("on", "about")
            and rule.key not in _SOFT
            and sentence.words[low - 2].low in ("advice", "tips", "guidance")
        ):
            return "blocks"
        if preposition == "under" and re.match(r"keep|kept|have|put|take|took", said):
            return "blocks"
        if preposition == "of" and rule.key not in _SOFT and _OFFER.fullmatch(said) and not _RESPECT.fullmatch(said):
            return "blocks"
        if preposition and _sells(said, preposition):
            return "blocks"
        if preposition and preposition not in ("with", "as", "plus", "including"):
            return None
        if preposition == "with":
            joins = re.match(
                r"com|end|finish|start|begin|began|combin|mix|pair|help|go|follow|open|clos|bring|conclud", said
            )
            return "blocks" if joins or rule.key not in _SOFT else None
        if _RESPECT.fullmatch(said) and (preposition or not _OFFER.fullmatch(said)):
            return None
        return "blocks"
    if who == "client":
        ours = re.search(
            r"\b(?:every|each|all) (?:client|member)\b|\b(?:my|our) (?:clients|members)\b|\bclients (?:get|receive|enjoy|have access)\b",
            sentence.said(sentence.clause_start(verb), low),
            re.IGNORECASE,
        )
        gets = re.fullmatch(r"(?:get|got|receiv|leav|walk|go|take|enjoy|have|has|need)\w*", said)
        theirs = _THEIRS_AFTER.match(sentence.said(last, len(sentence.words)))
        return "blocks" if ours and gets and not theirs and said not in ("need", "needs") else None
    if who == "name":
        return None if sentence.personal else "blocks" if _OFFER.fullmatch(said) else None
    if who == "theirs":
        return None
    if verb == sentence.clause_start(verb) and _ADVERTISED.fullmatch(said) and not sentence.asks:
        return "blocks"
    if preposition:
        return None
    return (
        "blocks"
        if _OFFER.fullmatch(said) and not sentence.asks and rule.key not in _SOFT
        else "warns"
        if not sentence.asks
        else None
    )


def _sells(said: str, preposition: str) -> bool:
    return preposition in ("in", "on", "to", "into", "at") and bool(
        re.match(r"speciali|focus|trained|certified|believ|licens|arriv|reach|com(?:e|es|ing)$|turn|involv|engag", said)
    )


def _behind_be(rule: Rule, sentence: Sentence, who: str, verb: int, low: int, last: int) -> Verdict:
    """What is said to be the service: "exercise is therapy", "I'm here for treatment"."""
    if who in ("ours", "service"):
        preposition = sentence.tags[low - 1] in ("prep", "to") and low - 1 > verb
        return (
            None
            if preposition
            and not re.search(
                r"speciali|focus|expert|certified|trained|known for|all about|qualified", sentence.said(verb, low)
            )
            else "blocks"
        )
    it = sentence.words[verb - 1].low in ("it", "this", "that") if verb else False
    return "blocks" if it and not sentence.asks else None


def _no_verb_before(rule: Rule, sentence: Sentence, low: int, last: int, end: int) -> Verdict:
    """The phrase is the subject, or there is no verb at all: a headline, list item or subject line."""
    after = sentence.said(last, end)
    start = sentence.clause_start(low)
    labelled = (
        start > 1 and sentence.words[start - 1].low == ":" and sentence.words[start - 2].low in ("about", "for", "to")
    )
    if labelled or _BY_OTHERS.match(after):
        return None
    if _ON_OFFER.match(after):
        return "blocks"
    if start < low and sentence.tags[low - 1] not in ("prep", "time") and low - start > 6:
        return None
    if end < len(sentence.words) and sentence.words[end - 1].low == ":" and sentence.tags[end] == "us":
        return "blocks"
    if sentence.tags[min(last, len(sentence.words) - 1)] in ("they", "you", "their", "your", "rel") and _LEARNED.match(
        after
    ):
        if not re.match(r"^(?:that|which) (?:never|works?|is|lasts?|can)", after):
            return None
    who, verb = sentence.predicate(last - 1)
    if verb >= 0:
        return "blocks" if (who in ("ours", "service") and rule.key not in _SOFT) or who == "ours" else None
    if has_verb(sentence, last, end) or sentence.asks:
        ours = rule.key not in _SOFT and re.search(r"\b(?:my|our|me|us)\b", after)
        return "blocks" if ours and not sentence.asks else None
    preposition = low > start and sentence.tags[low - 1] in ("prep", "time", "to")
    if preposition or re.search(
        r"\b(?:question|thank|thanks|progress|end|gap|life|graduates?|patients?|people|clients?)\b",
        sentence.said(start, low),
        re.IGNORECASE,
    ):
        return None
    if not _is_alone(sentence, start, end):
        if listed_as_ours(sentence, start):
            return "blocks"
        return "warns" if rule.key in _SOFT else "blocks"
    return "blocks"


def _is_alone(sentence: Sentence, start: int, end: int) -> bool:
    """Whether the sentence has no verb of its own: a headline or list item."""
    return not has_verb(sentence, 0, len(sentence.words)) or (start == 0 and end >= len(sentence.words))


def in_phrase(sentence: Sentence, place: int) -> bool:
    """Whether a word belongs to a noun phrase."""
    return sentence.tags[place] in NOMINAL
