"""Judges promises that hang on who is thanked: an ailment gone, a life without medicines."""

from __future__ import annotations

import re

from crm.domain.scope_denial import denied
from crm.domain.scope_reading import Sentence
from crm.domain.scope_regex import regex
from crm.domain.scope_rules import Rule, Verdict

_OURS = regex(r"\b(?:I|me|we|us|my|our)\b|\b(?:trainers?|coach(?:es)?|gym|studio)\b", re.IGNORECASE)
_CREDIT = regex(
    r"\b(?:thanks to|because of|by|with|through|under|after|in|at|from|due to|on) (?:\w+ ){0,3}?(?:me\b|us\b|my\b"
    r"|our\b|the program"
    r"|this program|exercise|sessions?|class)"
    r"|\b(?:we|I)(?:'ve|'ll|'d)?\s(?:\w+\s){0,2}?(?:gave|showed|put|had|took|started|trained|coached|got|get|made|make|did|done|fix\w*|end\w*|work\w*|help\w*)"
    r"|\bguarantee\w*"
    r"|\b(?:once and for all|for good|promise|safe to say)\b",
    re.IGNORECASE,
)
_REPORTED = regex(
    r"\b(?:says?|said|reports?|reported|told|tells|according|her words|his words|doctor|physician|surgeon|Dr|nurse"
    r"|therapist|you (?:told"
    r"|wrote|said|stopped|took|decided)|your (?:note|letter|office)|hospital|pharmacist|cardiologist|oncologist|if"
    r"|ask\w*|whether|should)\b",
    re.IGNORECASE,
)
_IS_CURED = regex(r"\b(?:is|are|'s) (?:\w+ )?(?:cured|reversed|eliminated)$", re.IGNORECASE)
_OPENING = regex(r"^\W*(?:\w+\s){0,2}?$")


def judge_promise(rule: Rule, sentence: Sentence, first: int, last: int) -> Verdict:
    """Blocks when we take credit for it or tell people to; what happened to a client, or a doctor decided, is fine."""
    whole = sentence.text
    if rule.key == "drug_free":
        return _without_drugs(sentence, first)
    if denied(sentence, first, last) or sentence.asks:
        return None
    if rule.key == "helped_to_mend":
        who = sentence.subject(first)
        return (
            "blocks"
            if who in ("ours", "service", "nobody") and not re.search(r"\b(?:may|might|can|could)\b", whole)
            else None
        )
    if re.search(r"\b(?:after|once|when|until|before|since|if)\b[^,;]*$", sentence.said(0, first), re.IGNORECASE):
        return None
    if _IS_CURED.search(sentence.said(first, last)) and not re.match(
        r"(?:by|at|in|after|when|with) ", sentence.said(last, last + 2) + " "
    ):
        return "blocks"
    if _CREDIT.search(whole) and not re.search(r"\b(?:by|from) (?:you|your|the|his|her|their|Dr)\b", whole):
        return "blocks"
    return None


def _without_drugs(sentence: Sentence, first: int) -> Verdict:
    before, whole = sentence.said(0, first) + " ", sentence.text
    if _REPORTED.search(whole) and not re.search(
        r"\b(?:I|we) (?:told|tell|advise\w*|had recommended|recommended|suggest\w*)", whole
    ):
        return None
    if re.search(r"\b(?:not|never|n't|nobody|no one|nor|neither|can't|cannot)\b|n't\b", before, re.IGNORECASE):
        return None
    if re.search(
        r"(?:\bwill|'ll|'re going to|\bcan) (?:\w+ )?(?:be|live|come|get|go|feel|leave)\b",
        before + sentence.said(first, first + 1),
    ):
        return "blocks"
    command = _OPENING.match(before) and sentence.words[first].low.split("-")[0] in (
        "throw",
        "ditch",
        "skip",
        "forget",
        "quit",
        "goodbye",
        "no",
        "give",
        "leave",
        "take",
        "medication",
        "drug",
        "pill",
        "insulin",
        "med",
    )
    return "blocks" if command or _OURS.search(whole) else None
