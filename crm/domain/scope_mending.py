"""Judges verbs that are harmless until they stand with an ailment: managing pain, finding its cause, a promise kept."""

from __future__ import annotations

import re

from crm.domain.scope_denial import denied, somebody_elses, spoken_by_a_client
from crm.domain.scope_ours import bare, declined, sent_to_us, with_us
from crm.domain.scope_reading import Sentence
from crm.domain.scope_regex import regex
from crm.domain.scope_rules import Rule, Verdict

_HOPED = regex(
    r"\b(?:may|might|can|could|aim|hope|risk|researchers?|studies|study|guidelines?|goals?|learn|whether|if)\b",
    re.IGNORECASE,
)
_ASKED = regex(
    r"\b(?:ask\w*(?: \w+){0,2}? (?:whether|if)|whether|if|wonder\w*|read|article|talk|book|course|class|lecture|paper|"
    r"question|thank\w*|interested in|experts? (?:in|on)|approach to|work|focus(?:ed)?) (?:\w+ ){0,4}$",
    re.IGNORECASE,
)
_TRAINER = regex(
    r"\b(?:my|our|the|an?|certified|by|head|lead)\s(?:\w+\s)?(?:trainers?|coach(?:es)?)\b|\bcoach [A-Z]\w+",
    re.IGNORECASE,
)


_READY = regex(r"^(?:are you |you're )?(?:finally )?(?:ready|tired|sick) (?:to|of)\b", re.IGNORECASE)


def judge_mending(rule: Rule, sentence: Sentence, first: int, last: int) -> Verdict:
    """What is done to an ailment: ours blocks, a promise of our program blocks, anybody else's is fine."""
    if denied(sentence, first, last) or somebody_elses(sentence, first):
        return None
    before = sentence.said(sentence.clause_start(first), first) + " "
    if rule.key == "mend" and sentence.asks and _READY.match(sentence.text):
        return "blocks"
    if _only_asked(sentence, before):
        return None
    if _is_passive(sentence, first):
        return "blocks" if _done_by_us(sentence, first, last) else None
    if spoken_by_a_client(sentence.paragraph, sentence.words[first].start) and rule.key != "ease":
        return "blocks"
    return _by_subject(rule, sentence, first, last)


_EVIDENCE = regex(
    r"\b(?:CDC|ACSM|WHO|NIH|AHA|ADA|research|studies|study|trials?|guidelines?|evidence|literature|reviews?|surgeon general"
    r"|foundation|association)\b",
    re.IGNORECASE,
)
_FIRST_PERSON = regex(r"\b(?:I|we|my|our|us|me)\b", re.IGNORECASE)


def _by_subject(rule: Rule, sentence: Sentence, first: int, last: int) -> Verdict:
    if _EVIDENCE.search(sentence.text) and not _FIRST_PERSON.search(sentence.text):
        return None
    who = sentence.subject(first)
    if who == "ours":
        return None if declined(sentence, first, last) else "blocks"
    if who == "service":
        return _by_a_program(rule, sentence.said(sentence.clause_start(first), first) + " ")
    if who == "name":
        machine = sentence.words[first - 1].text.isupper()  # "the MRI showed"
        return None if machine or sentence.personal else "blocks"
    return _by_nobody(rule, sentence, first, last) if who == "nobody" else None


def _only_asked(sentence: Sentence, before: str) -> bool:
    if _ASKED.search(before) and "n't" not in before:
        return True
    return sentence.asks and bool(re.search(r"\b(?:you|your)\b", before, re.IGNORECASE))


def _is_passive(sentence: Sentence, first: int) -> bool:
    """ "Is found", "was reversed": a participle behind a form of "be"."""
    at = first - 1
    while at >= 0 and sentence.tags[at] in ("adv", "neg"):
        at -= 1
    participle = sentence.words[first].low.endswith("ed") or sentence.words[first].low in ("found", "beaten", "told")
    return participle and at >= 0 and sentence.tags[at] == "be"


def _done_by_us(sentence: Sentence, first: int, last: int) -> bool:
    behind = sentence.said(last, sentence.clause_end(last - 1))
    with_me = re.search(r"\b(?:with|by|from) (?:me|us|our \w+)\b", sentence.text, re.IGNORECASE)
    return bool(with_me) or with_us(sentence, last) or sent_to_us(sentence, first) or bool(_TRAINER.search(behind))


def _by_a_program(rule: Rule, before: str) -> Verdict:
    """A program or exercise that ends an ailment is a promise; that it may ease one is common knowledge."""
    trainers = bool(_TRAINER.search(before))
    if rule.key in ("ease", "find_cause"):
        return "blocks" if trainers else None
    return "blocks" if trainers or not _HOPED.search(before) else None


def _by_nobody(rule: Rule, sentence: Sentence, first: int, last: int) -> Verdict:
    """A headline or a note without a subject claims by standing there."""
    if sentence.words[first].low.endswith("ing") and sentence.predicate(last - 1)[0] == "ours":
        return "blocks"
    start = sentence.clause_start(first)
    said = sentence.words[first].low
    if sentence.asks or not (bare(sentence, first) and first - start <= 2):
        return (
            "blocks" if with_us(sentence, last) and _TRAINER.search(sentence.said(last, len(sentence.words))) else None
        )
    if with_us(sentence, last):
        return "blocks"
    if rule.key == "mend":
        return "blocks" if not said.endswith("ing") or not _has_subject_behind(sentence, last) else None
    noted = said.endswith("ed") or said in ("found", "brought", "fought", "told")
    return "blocks" if noted or rule.key == "body" else "warns"


def _has_subject_behind(sentence: Sentence, last: int) -> bool:
    """ "Preventing falls is your job": a gerund that is the subject."""
    return sentence.predicate(last - 1)[1] >= 0
