"""Judges verbs that only licensed people may do: ours blocks, the provider's is fine."""

from __future__ import annotations

import re

from crm.domain.scope_denial import denied, said_by_a_clinician, somebody_elses, spoken_by_a_client
from crm.domain.scope_ours import bare, declined, listed_as_ours, sent_to_us, with_us
from crm.domain.scope_passives import THEN_WE_DO, is_passive, judge_passive
from crm.domain.scope_people import LICENSED
from crm.domain.scope_reading import Sentence
from crm.domain.scope_regex import regex
from crm.domain.scope_rules import Rule, Verdict
from crm.domain.scope_service_words import READ_OF

_POLITE = regex(
    r"^(?:(?:him|her|them|you|it|[\w']+\s[\w']+|[\w']+|every one of [\w ]+?|this|each other)\s)?(?:very\s)?"
    r"(?:with (?:\w+ )?(?:care|respect|kindness|urgency|courtesy|dignity|priority|discretion|honesty|patience|gratitude"
    r"|confidentiality)|like (?:family|an? |our own|my own|one|adults|they|you|royalty)|as (?:an? |if|one|family"
    r"|confidential|urgent|private|guests|partners|equals|you would|they|strictly)|confidentially|fairly|gently"
    r"|(?:is )?(?:ourselves|myself|yourself)|equally|the same (?:way|as|with)|well|seriously)\b"
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
_OFFERS_TO = regex(r"\b(?:thank|thanks)\s(?:you\s)?(?:so much\s|again\s)?for\s(?:\w+\s)?$", re.IGNORECASE)
_ASKED = regex(
    r"\b(?:sounds?|seem|look) like (?:I|we)(?:'m|'re| am| are)? $|\bif (?:I|we) ever (?:\w+ ){0,2}$|\b(?:whether"
    r"|if) (?:I|we) (?:\w+ )?$|\bthan (?:to )?$",
    re.IGNORECASE,
)
_WHERE_IT_HEALS = regex(r"(?:^|: )where (?:\w+ ){0,2}\w+$", re.IGNORECASE)
_GIVE_US = regex(
    r"\b(?:give|allow|grant) (?:me|us) (?:[\w'-]+ ){1,4}to(?: \w+ly)?$|\bwhat (?:I|we) do (?:\w+ )?is(?: \w+ly)?$",
    re.IGNORECASE,
)
_THE_AIM = regex(
    r"^(?:the|one|a) (?:\w+ )?(?:aim|goal|purpose|mission|idea|point|plan|intention|task|job|object) (?:here )?(?:is"
    r"|was) (?:not (?:only|just) )?to(?: \w+ly)?$",
    re.IGNORECASE,
)
_AS_YOU = regex(r"\bas (?:you|your|the|needed|prescribed|ordered|directed)\b", re.IGNORECASE)


_TOOK_ME = regex(r"\b(?:took|takes|cost) (?:me|us)\b", re.IGNORECASE)
_OUR_PLACE = regex(
    r"\b(?:my|our) (?:\w+ )?(?:gym|studio|place|clinic|practice|center)\b.*\b(?:where|that|which)\b", re.IGNORECASE
)


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
    if is_passive(sentence, first, last):
        return judge_passive(sentence, first, last)
    if rule.key == "cure" and _WHERE_IT_HEALS.search(sentence.said(sentence.clause_start(first), first)):
        return "blocks"
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
    if not re.search(
        r"\b(?:I|we|us|(?:my|our)(?! (?:grand)?(?:mother|father|mom|dad|aunt|uncle|wife|husband|neighbor|friend|doctor)))\b",
        clause,
        re.IGNORECASE,
    ):
        return None
    gift = re.search(r"\bhealing (?:touch|powers?|hands|gift|energy|method|approach)\b", clause, re.IGNORECASE)
    return "blocks" if gift or sentence.words[first].low != "healing" else None


def _by_subject(sentence: Sentence, first: int, last: int) -> Verdict:
    who = sentence.subject(first)
    if who in ("client", "theirs") and spoken_by_a_client(sentence.paragraph, sentence.words[first].start):
        return "blocks"
    if _GIVE_US.search(sentence.said(0, first)):
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
        told = told and not said_by_a_clinician(sentence)
        return "blocks" if sent_to_us(sentence, first) or told else None
    if who == "name":
        return None if sentence.personal else "blocks"
    return _without_subject(sentence, first, last)


def _without_subject(sentence: Sentence, first: int, last: int) -> Verdict:
    """ "Treating arthritis is your work" by its predicate; a headline or command claims by standing there."""
    start = sentence.clause_start(first)
    if _OUR_PLACE.search(sentence.text) or THEN_WE_DO.match(sentence.said(last, len(sentence.words))):
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
    if _THE_AIM.search(sentence.said(start, first)):
        return "blocks"
    if verb >= 0:
        if who in ("theirs", "client"):
            return None
        return "blocks" if who in ("ours", "service", "nobody") else "warns"
    if _AS_YOU.search(sentence.said(last, len(sentence.words))) or (sentence.asks and start == 0 and first - start > 2):
        return None
    opens = sentence.tags[start] in ("us", "our") and "your" not in sentence.tags[start:first]
    return "blocks" if opens or bare(sentence, first) or first - start <= 3 else "warns"


def _only_asked(sentence: Sentence, first: int) -> bool:
    """ "They ask whether I treat", "if I ever sound like I'm diagnosing": nobody says that we do."""
    before = sentence.said(max(0, first - 8), first) + " "
    asked = re.search(r"\b(?:ask|rather|wonder|whether|if)", before, re.IGNORECASE)
    return bool(READ_OF.search(before)) or (bool(asked) and bool(_ASKED.search(before)))


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
