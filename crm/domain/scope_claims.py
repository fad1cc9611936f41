"""Judges claims that nobody can keep, and promises of coverage."""

from __future__ import annotations

import re

from crm.domain.scope_denial import denied, somebody_elses
from crm.domain.scope_reading import Sentence
from crm.domain.scope_regex import regex
from crm.domain.scope_rules import Rule, Verdict

_HOPED = regex(
    r"\b(?:may|might|could|can help|aim|hope|risk of|help(?:s)? (?:to )?lower the risk|guidelines?)\b", re.IGNORECASE
)
_ASKED = regex(
    r"\b(?:ask\w* (?:me |us )?(?:whether|if)|whether|wonder|would it|do you|does your|how do you|what do you|^who"
    r"|you told|told (?:them|her|him)|you said|you decided|you decide|you feel|you think|in case)\b",
    re.IGNORECASE,
)
_LIKE_NOBODY = regex(
    r"\b(?:there's|there is) nothing (?:I|we) can't\b|\bno (?:better|faster|safer|cheaper)\b", re.IGNORECASE
)


#: What we can promise: that a report comes, a call is answered.
_OF_PAPER = regex(
    r"^(?:guarantee|promise)\w* (?:that )?(?:you|your office|a|the|one|to send)\b[^.;]{0,40}?\b(?:pages?|reports?"
    r"|summary|summaries|letters?|calls?|reply|replies|notes?|updates?|answers?|hear"
    r"|paper|record|documentation)\b",
    re.IGNORECASE,
)


def judge_claim(rule: Rule, sentence: Sentence, first: int, last: int) -> Verdict:
    """A promise: fine only when denied, hoped for, or asked about somebody else's program."""
    said = sentence.said(first, last).lower()
    start = sentence.clause_start(first)
    before = sentence.said(start, first) + " "
    whole = sentence.said(start, sentence.clause_end(first))
    negative = re.match(
        r"(?:don't|won't|will not|never|no longer|no need|no more|zero|are never|is never|not need|without)", said
    )
    if not negative and (denied(sentence, first, last) or somebody_elses(sentence, first)):
        return None
    if negative and _negated_before(sentence, first):
        return None
    if _ASKED.search(before) or (sentence.asks and re.search(r"\b(?:you|your)\b", before, re.IGNORECASE)):
        return None
    if re.search(r"\byou (?:told|said|decided|wrote)\b", sentence.text, re.IGNORECASE):
        return None
    if sentence.words[first].low.endswith("ing") and sentence.predicate(last - 1)[0] == "theirs":
        return None
    ours = re.search(r"\b(?:with us|with me|my|our)\b|\byou(?:'ll| will) see\b", sentence.text, re.IGNORECASE)
    if rule.key == "readmission" and sentence.subject(first) == "theirs" and not ours:
        return None
    if _as_a_subject(sentence, first, last):
        return None
    if rule.key == "guarantee" and _OF_PAPER.match(sentence.said(first, len(sentence.words))):
        return None
    if (
        rule.key == "coverage"
        and sentence.asks
        and not re.match(r"\W*yes\b", sentence.paragraph[sentence.words[-1].end :], re.IGNORECASE)
    ):
        return None
    if rule.key == "coverage":
        return _judge_coverage(sentence, first, last)
    if rule.key == "replaces_care":
        return _judge_replacing(sentence, first, last, said)
    if rule.key == "prevent" and (_HOPED.search(whole) or sentence.subject(first) in ("theirs", "client")):
        return None
    return "blocks"


def _as_a_subject(sentence: Sentence, first: int, last: int) -> bool:
    """ "Preventing falls takes a team": named as a task, and not as ours."""
    start, end = sentence.clause_start(first), sentence.clause_end(last - 1)
    if start != first or not sentence.words[first].low.endswith("ing") or sentence.predicate(last - 1)[0] == "ours":
        return False
    return (
        last < end
        and sentence.tags[last] in ("verb", "modal", "be", "aux")
        and not re.search(r"\b(?:I|we|my|our|us)\b", sentence.said(last, end), re.IGNORECASE)
    )


def _negated_before(sentence: Sentence, first: int) -> bool:
    before = sentence.said(0, first)
    return bool(
        re.search(
            r"\b(?:can(?:'t|not)|don't|doesn't|won't|not|nobody|no one|never|nor|hop(?:e|es|ed|ing)|wish(?:es)?|pray|afraid|whether"
            r"|no (?:guarantee|promise|proof|assurance|way|trainer))\b[^.;]*$",
            before,
            re.IGNORECASE,
        )
    )


def _judge_replacing(sentence: Sentence, first: int, last: int, said: str) -> Verdict:
    if said.startswith(("instead of", "rather than")):
        who = sentence.subject(first)
        if re.search(
            r"\b(?:guess|wait|skip|stop|see|prescrib|chang|try|treat|play|giv|offer|pretend|recommend)",
            sentence.said(first, last),
        ):
            return None
        return None if who in ("theirs", "client") else "warns" if "treatment" in said else "blocks"
    if said.startswith("replac") and sentence.subject(first) == "theirs":
        return None
    if said.startswith(("no longer", "don't need", "do not need")) and sentence.tags[first - 1] == "rel" and first:
        return None
    if said.startswith(("no longer", "don't need", "do not need")) and not re.search(
        r"\b(?:me|us|my|our|I|we|any ?more|this|exercise)\b", sentence.text
    ):
        return None
    return "blocks"


# --- coverage ---------------------------------------------------------------------------------------------------------

_NOT_PAID = regex(
    r"\b(?:rarely|seldom|hardly|not|never|n't|no longer|stops?|stopped|ends?|ended|only|up to|limits?|limited|until"
    r"|barely|no)\b|n't\b",
    re.IGNORECASE,
)
_FOR_CARE = regex(
    r"\b(?:therapy|PT|OT|rehab|treatment|hospital|surgery|medications?|physician|doctor|nursing|home health"
    r"|visits of|gym memberships?"
    r"|(?:\w+) visits|dietitian|scan|MRI|equipment|prescriptions?|their visits|acute|skilled)\b",
    re.IGNORECASE,
)
_FOR_OURS = regex(
    r"\b(?:me|my|our|us|this|it|sessions?|supervised|exercise|training|trainer|program|class(?:es)?|membership"
    r"|invoice|you)\b",
    re.IGNORECASE,
)
_NO_STRINGS = regex(r",? ?\bno (?:questions?|co-?pays?|fuss|paperwork|problem)\b[^.;]*", re.IGNORECASE)
_IF = regex(
    r"\b(?:what|when|until|once|where|if|whether|after|before|than|which|how|ask|check|only|as long as|while"
    r"|often)\s(?:[\w'-]+\s){0,3}$",
    re.IGNORECASE,
)


def _judge_coverage(sentence: Sentence, first: int, last: int) -> Verdict:
    """Insurance that rarely pays, that pays for care, or is only mentioned is fine; that it pays us is a promise."""
    start, end = sentence.clause_start(first), sentence.clause_end(first)
    said, after = sentence.said(first, last), sentence.said(last, end)
    before = sentence.said(start, first) + " "
    if re.match(r"(?:(?:me|us) (?:for|against|in)|my trainers|our (?:trainers|staff|studio|gym))\b", after):
        return None
    after = _NO_STRINGS.sub("", after)
    if re.match(r"in.network|file|submit|process", said):
        return "blocks" if re.search(r"\b(?:I|we)\b", before, re.IGNORECASE) else None
    if _NOT_PAID.search(said) or _NOT_PAID.search(after[:24]) or _NOT_PAID.search(before[-30:]) or _IF.search(before):
        return None
    if _FOR_CARE.search(after[:60]) or (
        _FOR_CARE.search(before) and not re.search(r"\b(?:my|our|me|us)\b", before, re.IGNORECASE)
    ):
        return None if not re.search(r"\b(?:my|our|me|us|I)\b", after, re.IGNORECASE) else "blocks"
    sure = re.search(
        r"\b(?:will|always|covered|reimburs\w+|bill|paid by|pay nothing|pays? you|in full)\b",
        said + " " + after[:20],
        re.IGNORECASE,
    )
    return "blocks" if sure or _FOR_OURS.search(after) or not after.strip(" .!") else None
