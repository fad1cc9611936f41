"""Judges verbs that only licensed people may do: ours blocks, the provider's is fine."""

from __future__ import annotations

import re

from crm.domain.scope_denial import denied, somebody_elses, spoken_by_a_client
from crm.domain.scope_ours import bare, declined, listed_as_ours, sent_to_us, with_us
from crm.domain.scope_people import LICENSED
from crm.domain.scope_reading import NOMINAL, Sentence
from crm.domain.scope_rules import Rule, Verdict

_POLITE = re.compile(
    r"^(?:(?:him|her|them|you|it|[\w']+\s[\w']+|[\w']+|every one of [\w ]+?|this|each other)\s)?(?:very\s)?"
    r"(?:with (?:\w+ )?(?:care|respect|kindness|urgency|courtesy|dignity|priority|discretion|honesty|patience|gratitude"
    r"|confidentiality)|like (?:family|an? |our own|my own|one|adults|they|you|royalty)|as (?:an? |if|one|family"
    r"|confidential|urgent|private|guests|partners|equals|you would|they|strictly)|confidentially|fairly|gently"
    r"|equally|the same (?:way|as|with)|well|seriously)\b"
    r"|^(?:[\w']+\s){1,4}?(?:to (?:a\s|some\s|the\s)?(?:\w+\s)?(?:lunch|coffee|dinner|breakfast|cake|ice cream|tacos"
    r"|pizza"
    r"|donuts|cookies))\b|^(?:[\w']+\s){0,6}?(?:as|with the) (?:a |an |strictly |the )?(?:priority|confidential\w*"
    r"|urgent"
    r"|private|same|respect|guest|partner)\b",
    re.IGNORECASE,
)
_BODY = frozenset(
    "bone bones fracture fractures wound wounds incision incisions tissue tissues tendon tendons scar graft surgery"
    " joint"
    " knee knees hip hips shoulder shoulders back backs ankle injury injuries it body muscle skin".split()
)
_OFFERS_TO = re.compile(r"\b(?:thank|thanks)\s(?:you\s)?(?:so much\s|again\s)?for\s(?:\w+\s)?$", re.IGNORECASE)
_ASKED = re.compile(
    r"\b(?:sounds?|seem|look) like (?:I|we)(?:'m|'re| am| are)? $|\bif (?:I|we) ever (?:\w+ ){0,2}$|\b(?:whether"
    r"|if) (?:I|we) (?:\w+ )?$|\bthan (?:to )?$",
    re.IGNORECASE,
)
_AS_YOU = re.compile(r"\bas (?:you|your|the|needed|prescribed|ordered|directed)\b", re.IGNORECASE)


_TOOK_ME = re.compile(r"\b(?:took|takes|cost) (?:me|us)\b", re.IGNORECASE)
_LEFT_SO = re.compile(
    r"\b(?:leave|leaves|left|walk(?:ed|s)? (?:out|away)|go home|went home|emerge|come out|came out)(?: \w+)?$",
    re.IGNORECASE,
)
_BY_EXERCISE = re.compile(
    r"^(?:\w+ )?(?:by|because of|thanks to|through|with|from) (?:it|this|that|the (?:\w+ )?(?:program|class"
    r"|exercises?|training|method)|exercise|movement|training)\b",
    re.IGNORECASE,
)
_AT_OURS = re.compile(r"^(?:at|in) (?:my|our) (?:\w+ )?(?:gym|studio|place|clinic|practice|center)\b", re.IGNORECASE)
_OUR_PLACE = re.compile(
    r"\b(?:my|our) (?:\w+ )?(?:gym|studio|place|clinic|practice|center)\b.*\b(?:where|that|which)\b", re.IGNORECASE
)
_THEN_WE_DO = re.compile(r"^\W{0,2}\s?(?:and )?(?:I|we) (?:do|can|will|'ll|know how)\b(?! not|n't)", re.IGNORECASE)


def judge_act(rule: Rule, sentence: Sentence, first: int, last: int) -> Verdict:
    """A verb by its subject, or by who is named where it is passive or has none."""
    after = sentence.said(last, min(last + 16, len(sentence.words)))
    if rule.key == "treat" and (_POLITE.match(after) or _is_a_treat(sentence, first)):
        return None
    if _OFFERS_TO.search(sentence.said(max(0, first - 6), first) + " "):
        return None
    if denied(sentence, first, last) or somebody_elses(sentence, first) or _only_asked(sentence, first):
        return None
    said = sentence.words[first].low
    if (
        rule.key == "cure"
        and first
        and sentence.tags[first - 1] in ("our", "det", "no", "noun")
        and said in ("cure", "cures", "healing")
    ):
        return _as_noun(sentence, first)
    if rule.key == "cure" and first and sentence.words[first - 1].low == "as" and "our" in sentence.tags[:first]:
        return "blocks"
    if _is_passive(sentence, first, last):
        return _judge_passive(sentence, first, last)
    if rule.key == "cure" and _heals_by_itself(sentence, first, last):
        return None
    if said.endswith("ing") and _is_attribute(sentence, last):
        return None
    return _by_subject(sentence, first, last)


def _as_noun(sentence: Sentence, first: int) -> Verdict:
    """ "A cure for sitting", "my healing method": ours when the clause is about us."""
    if sentence.tags[first - 1] == "our":
        return "blocks"
    clause = sentence.said(sentence.clause_start(first), sentence.clause_end(first))
    if not re.search(r"\b(?:I|we|my|our|us)\b", clause, re.IGNORECASE):
        return None
    gift = re.search(r"\bhealing (?:touch|powers?|hands|gift|energy|method|approach)\b", clause, re.IGNORECASE)
    return "blocks" if gift or sentence.words[first].low != "healing" else None


def _by_subject(sentence: Sentence, first: int, last: int) -> Verdict:
    who = sentence.subject(first)
    if who in ("client", "theirs") and spoken_by_a_client(sentence.paragraph, sentence.words[first].start):
        return "blocks"
    if who in ("ours", "service"):
        return None if declined(sentence, first, last) else "blocks"
    if _TOOK_ME.search(sentence.said(sentence.clause_start(first), first)):
        return "blocks"
    if with_us(sentence, last) and who != "theirs":
        return "blocks"
    if who == "theirs":
        return None
    if who == "client":
        told = sentence.words[first - 1].low in ("he", "she") and not re.search(
            r"\b(?:you|your|I|me|my)\b", sentence.paragraph
        )
        return "blocks" if sent_to_us(sentence, first) or told else None
    if who == "name":
        return None if sentence.personal else "blocks"
    return _without_subject(sentence, first, last)


def _without_subject(sentence: Sentence, first: int, last: int) -> Verdict:
    """ "Treating arthritis is your work" by its predicate; a headline or command claims by standing there."""
    start = sentence.clause_start(first)
    if _OUR_PLACE.search(sentence.text) or _THEN_WE_DO.match(sentence.said(last, len(sentence.words))):
        return "blocks"
    if first > start and sentence.words[first - 1].low in ("you", "please"):
        return None
    if listed_as_ours(sentence, start):
        return "blocks"
    if (
        sentence.words[first].low == "healing"
        and last < len(sentence.words)
        and sentence.tags[last] in ("verb", "be", "modal")
    ):
        return None
    who, verb = sentence.predicate(last - 1)
    if verb >= 0:
        if who in ("theirs", "client"):
            return None
        return "blocks" if who in ("ours", "service", "nobody") else "warns"
    if _AS_YOU.search(sentence.said(last, len(sentence.words))) or (sentence.asks and start == 0 and first - start > 2):
        return None
    return "blocks" if bare(sentence, first) or first - start <= 3 else "warns"


def _only_asked(sentence: Sentence, first: int) -> bool:
    """ "They ask whether I treat", "if I ever sound like I'm diagnosing": nobody says that we do."""
    before = sentence.said(max(0, first - 8), first) + " "
    asked = re.search(r"\b(?:ask|rather|wonder|whether|if)", before, re.IGNORECASE)
    return bool(asked) and bool(_ASKED.search(before))


def _is_a_treat(sentence: Sentence, first: int) -> bool:
    """The treat that is a pleasure."""
    if sentence.words[first].low not in ("treat", "treats"):
        return False
    before = sentence.words[first - 1].low if first else ""
    return before in (
        "a",
        "the",
        "some",
        "any",
        "real",
        "such",
        "trick",
        "or",
        "special",
        "little",
        "no",
        "dog",
        "sweet",
    )


def _is_passive(sentence: Sentence, first: int, last: int) -> bool:
    word = sentence.words[first].low
    if not word.endswith(("ed", "hit")) and word not in ("put", "rehabbed"):
        return False
    at = first - 1
    while at >= 0 and sentence.tags[at] in ("adv", "neg"):
        at -= 1
    if at < 0:
        return _behind_is_preposition(sentence, last)
    low, tag = sentence.words[at].low, sentence.tags[at]
    if tag == "be" and low != "'m":
        return True
    if tag in ("aux", "us", "you", "they", "rel", "modal"):
        return False
    if tag in ("sub", "time") or low in ("as", "if", "than"):
        return True
    if tag in ("det", "your", "our", "their", "pos"):
        return True
    return _behind_is_preposition(sentence, last) or tag == "prep"


_BEHIND_PARTICIPLE = frozenset(
    "here elsewhere there exercise exercises condition conditions limits twice already".split()
)


def _behind_is_preposition(sentence: Sentence, last: int) -> bool:
    if last >= len(sentence.words):
        return True
    if sentence.tags[last] in ("prep", "punct", "time", "be", "modal", "and"):
        return True
    return sentence.words[last].low in _BEHIND_PARTICIPLE


def _judge_passive(sentence: Sentence, first: int, last: int) -> Verdict:
    """What is done to somebody: ours when "by us", "here", or when people come to us for it."""
    if first and sentence.tags[first - 1] == "our":
        return "blocks"
    if last < len(sentence.words) and sentence.words[last].low in ("condition", "conditions", "diseases", "illness"):
        return None  # "people with diagnosed conditions"
    return (
        "blocks" if with_us(sentence, last) or sent_to_us(sentence, first) else _unnamed_passive(sentence, first, last)
    )


def _unnamed_passive(sentence: Sentence, first: int, last: int) -> Verdict:
    """Done by nobody that is named."""
    start = sentence.clause_start(first)
    ours_before = any(
        sentence.tags[at] == "our"
        and sentence.words[at + 1].low in ("gym", "studio", "place", "clinic", "practice", "center")
        for at in range(start, first)
    )
    said, after = sentence.words[first].low, sentence.said(last, len(sentence.words))
    if _THEN_WE_DO.match(after) and not sentence.asks:
        return "blocks"
    start = sentence.clause_start(first)
    if (
        said.startswith("prescrib")
        and "our" in sentence.tags[start:first]
        and sentence.subject(first) == "ours"
        and " by " not in after
    ):
        return "blocks"
    if said in ("fixed", "cured", "healed") and sentence.words[first - 2].low in ("will", "'ll"):
        return "blocks"
    outcome = said in ("fixed", "cured", "healed")
    if outcome and (
        _LEFT_SO.search(sentence.said(0, first)) or _BY_EXERCISE.match(sentence.said(last, len(sentence.words)))
    ):
        return "blocks"
    if outcome and re.search(r"\b(?:I|we)\b.*\buntil\b", sentence.said(0, first), re.IGNORECASE):
        return "blocks"
    ours_before = ours_before or bool(_AT_OURS.match(sentence.text))
    behind = sentence.words[last].low if last < len(sentence.words) else ""
    if behind in ("by", "at", "elsewhere", "under"):
        return None
    if first and sentence.tags[first - 1] in ("us", "you"):
        return None
    label = start == first or all(sentence.tags[at] in NOMINAL for at in range(start, first))
    headline = label and last >= sentence.clause_end(first) - 1 and not sentence.personal
    return "blocks" if ours_before or (headline and behind in (".", "!", "")) else None


def _heals_by_itself(sentence: Sentence, first: int, last: int) -> bool:
    """A wound heals, a bone has healed, somebody healed enough: nobody claims it."""
    at = first - 1
    while at >= 0 and sentence.tags[at] in ("adv", "be", "aux", "modal", "neg"):
        at -= 1
    no_object = last >= len(sentence.words) or sentence.tags[last] not in (
        "noun",
        "your",
        "their",
        "our",
        "det",
        "they",
        "you",
    )
    if at < 0 or not no_object or with_us(sentence, last) or not sentence.words[first].low.startswith("heal"):
        return False
    if re.search(
        r"\b(?:I|we) (?:can |will )?(?:make sure|ensure|see to it|help)\b", sentence.said(0, first), re.IGNORECASE
    ):
        return False
    if sentence.tags[at] == "to" and sentence.words[at - 1].low not in _BODY and sentence.subject(first) == "ours":
        return False
    if sentence.tags[at] in ("to", "time", "sub", "prep", "rel"):
        return not _OUR_PLACE.search(sentence.text)
    return sentence.words[at].low in _BODY or (sentence.whose_phrase(at) in ("client", "nobody", "theirs") and at > 0)


def _is_attribute(sentence: Sentence, last: int) -> bool:
    """ "The treating physician", "healing time": an adjective of what follows."""
    if last >= len(sentence.words):
        return False
    behind = sentence.words[last].low
    return behind in LICENSED or behind in ("time", "phase", "process", "period", "staff", "team", "codes", "rights")
