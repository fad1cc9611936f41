"""Judges constructions that leave the scope with harmless words: they block unless something in the sentence excuses."""

from __future__ import annotations

import re

from crm.domain.scope_denial import denied, somebody_elses
from crm.domain.scope_lexicon import DOCTOR
from crm.domain.scope_reading import Sentence
from crm.domain.scope_regex import regex
from crm.domain.scope_rules import Rule, Verdict

#: Before it, these deny, ask about or hope for what follows.
_UNSURE = regex(
    r"\b(?:not|never|nobody|no one|nor|neither|instead of|rather than|avoid|cannot|whether|hope\w*|wonder\w*|if (?:I|we)"
    r" ever|no (?:guarantee|promise|proof|way|claim)|(?:wanted|asked|asks|want) (?:me|us|to(?! know))|refuse\w*|declin\w+"
    r"|only (?:you|your|the|a|her|his) \w+|would be wrong|used to)\b|n't\b",
    re.IGNORECASE,
)
#: What comes before these is another statement.
_BREAK = regex(r"[;:—–]|, (?:but|so|and (?:I|we|our|my|your|they|she|he))\b|\bbut\b|(?<=[a-z])\?\s", re.IGNORECASE)
_SAID = (
    r"(?:said|says|told|tells?|wrote|writes|decid\w+|approv\w+|agree\w*|discharg\w+|clear\w*|confirm\w*|diagnosed"
    r"|documented|found|named|noted|prescribed|ordered|changed|explained|thinks?|wants?|wanted|asked|asks|lists?|lifted"
    r"|prefers?)"
)
_BY_THEM = regex(
    rf"\b(?:{DOCTOR}|you|clinic|Dr\.? [A-Z]\w+|(?:her|his|your|the) (?:note|report|letter|summary|chart|referral|order|MRI"
    rf"|X-ray)) (?:\w+ly )?(?:has |have |had |already )*{_SAID}\b"
    rf"|\b(?:says?|said|writes|wrote|according to|confirmed by|as) (?:your|her|his|the|their|Dr\.?) (?:\w+ )?(?:{DOCTOR}"
    r"|[A-Z]\w+)\b|\b(?:once|when|if|until|unless|after|as) (?:you|(?:your|her|his|the|their) (?:\w+ )?(?:doctor|physician"
    r"|surgeon|provider|therapist|cardiologist)) (?:\w+ly |have |has |had )*(?:clear|say|said|approv|decid|lift|discharg|releas|tell|told|agree|sign|chang"
    r"|giv|gave|confirm|think|thought|find|found|order|refer|send|sent|allow|want|document|diagnos|prescrib|treat|see|set|stop|took|take)\w*",
    re.IGNORECASE,
)
_WRONGLY = regex(
    r"\b(?:got|is|are|was|were|have|has) (?:it )?(?:all )?(?:wrong|mistaken|a myth|nonsense|untrue|false|lying|misled)\b"
    r"|\b(?:not|n't) (?:true|right|honest|so|the case|legal)\b",
    re.IGNORECASE,
)
_NO_DENIAL = regex(
    r"\b(?:don't|do not|never|no need to) (?:worry|hesitate|fret|panic|be afraid|mind)\b|\bcan't wait\b|\bwhy not\b"
    r"|\bnot (?:only|just)\b",
    re.IGNORECASE,
)
_RHETORICAL = regex(r"\b(?:why|tired of|sick of|ready to|who needs|want to)\b", re.IGNORECASE)


def judge_frame(rule: Rule, sentence: Sentence, first: int, last: int) -> Verdict:
    """Blocks unless it is denied, asked, hoped for, somebody else's word or a clinician's."""
    if sentence.asks and not _RHETORICAL.search(sentence.said(first, min(first + 3, last))):
        return None
    before = _NO_DENIAL.sub("", _BREAK.split(sentence.said(0, first))[-1])
    if _UNSURE.search(before) or _WRONGLY.search(sentence.text):
        return None
    if rule.key != "stands_in" and (denied(sentence, first, last) or somebody_elses(sentence, first)):
        return None
    if rule.key in ("concludes", "promises") and _BY_THEM.search(sentence.text):
        return None
    return "blocks"
