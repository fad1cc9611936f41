"""Reads a named condition that is stated as found: a note's "Assessment:", "the client has", "the limp comes from"."""

from __future__ import annotations

import re

from crm.domain.scope_reading import Sentence
from crm.domain.scope_regex import regex

_LABELLED = regex(
    r"(?:^|[.;]\s)\W*(?:[\w']+\s){0,2}?(?:assessment|impression|dx|a|ax|a/p|diagnosis|diagnoses|observations?|observed"
    r"|findings?(?: today)?|evaluation|exam|pathology(?: identified| found)?|conclusion|prognosis|opinion|problem"
    r"|cause(?: of (?:\w+ )?pain)?|shoulder|knee|hip|back|ankle|elbow|wrist|neck"
    r"|foot)\s?[:=]\s?(?:[\w'’/-]+,?\s){0,9}$",
    re.IGNORECASE,
)
#: One person who is spoken of, and what is said of them.
_PERSON = (
    r"(?:\b(?i:he|she|client|patient|man|woman|runner|athlete|gentleman|lady|member|(?-i:Pt)|participant|person|lad"
    r"|girl|boy|father|mother)(?:'s)?|\b(?:Mr|Mrs|Ms)\.? [A-Z][\w-]*\.?|(?<![\w.])[A-Z]\. ?[A-Z]\.?)"
)
_HAS = regex(
    rf"{_PERSON}\s(?:(?!who\b|whose\b|with\b|and\b|to\b)\w+\s){{0,2}}?(?:has|have|had|'s got|'ve got|has got|'s having"
    r"|is having|suffers from|is suffering from|suffered|developed"
    r"|presents with|presented with|came (?:in |to me )?with|shows up with|is dealing with|is experiencing|sustained"
    r"|tore|sprained|strained|pulled|torn)"
    r"\s(?:(?!who\b|which\b|of\b|no\b|history\b|recovered\b|asked\b|been\b|finished\b|after\b|for\b"
    r"|had\b)[\w'’-]+,?\s){0,4}?$"
    rf"|{_PERSON}(?:'s|\sis|\swas)\s(?:probably |clearly |now )?(?:suffering from|got|having)\s(?:[\w'’-]+\s){{0,4}}$"
    r"|(?<!if )(?<!when )(?<!think )(?<!believe )(?<!because )(?<!whether )\b[Yy]ou(?:'ve got| have got| clearly have"
    r"| probably have| definitely have|'re suffering from)\s(?:[\w'’-]+\s){0,3}$"
    rf"|\bcomplains? of [^.;]*$",
)
_SIGN = (
    r"(?:pain|numbness|swelling|limp|weakness|dizziness|symptoms?|stiffness|problem|lump|bump|clicking|popping"
    r"|tingling|tightness|gait|trouble|complaint|ache|discomfort|mood|cough"
    r"|fatigue|headaches?|it|this|that|culprit|cause|reason|source|what (?:she|he|the client|you|they) (?:has|have"
    r"|describes?))"
)
_COMES_FROM = regex(
    r"\bit's (?:just |only |really |probably |all |clearly )?(?:her|his|your|the|a|an) (?:[\w-]+ ){0,2}$|"
    r"\b(?:limps?|hobbles?|hurts?|aches|struggles|is stiff|can't (?:lift|bend|walk)[\w ]*?) (?:because of|due to"
    r"|from) (?:[\w'-]+ ){0,3}$|"
    rf"\b{_SIGN}\s(?:(?!who\b|which\b)[\w'’-]+,?\s){{0,7}}?(?:is|was|are|were|comes? from|came from|stems? from|due to"
    r"|caused by|because of|points? to|means|consistent with|explained by"
    r"|turned out to be|(?:can|must|may|might|could|should|has to|will) be|'s)\s(?:(?!after\b|for\b|with\b|not\b|of\b"
    r"|when\b)[\w'’-]+,?\s){0,5}?$"
    r"|\b(?:tested positive for|(?:test|screen|sign|it) (?:was|is|came back) positive for|I'm seeing|we're seeing"
    r"|I see|consistent with|suggestive of|typical of|picture of|case of|bout of|signs? of|symptoms of"
    r"|indicative of)\s(?:[\w'’-]+\s){0,4}$",
    re.IGNORECASE,
)
_FROM_SOMEBODY = regex(
    r"\b(?:as given|client-reported|self-reported|own account|own words|reported|reports|says|said|told (?:me|us)"
    r"|tells (?:me|us)|told by|asks?|asked|worried|afraid|fears?|wonders?"
    r"|listed|lists|noted|notes|given by|found by|seen by|confirmed|under treatment|in treatment|treated (?:by|for)"
    r"|provider|diagnosis was|operated|surgery|repair(?:ed)?|released|cleared"
    r"|discharged|referred|MRI|X-ray|hospital|clinic's|ago|years|since|in (?:19|20)\d\d|20\d\d|specialist|signed)\b",
    re.IGNORECASE,
)
_BY_OURSELVES = regex(
    r"\b(?:by (?:the trainer|me|myself|us|trainer|our trainers?)|in my (?:opinion|view)|trainer's|(?<!what )I (?:think"
    r"|believe"
    r"|concluded|suspect|found|felt|could feel|can feel|noticed|saw|'ve concluded|have concluded"
    r"|detected|spotted)|as I (?:could|can)|judging from|from what I|if you ask me|I(?:'m| am) (?:sure|certain"
    r"|positive|convinced)|I told)\b",
    re.IGNORECASE,
)
_CONCLUDED_LABEL = regex(
    r"(?:^|[.;]\s)\W*(?:initial )?(?:assessment|impression|evaluation|findings?|observed|conclusion|opinion"
    r"|cause)(?: \w+)?\s?:\s?(?:[\w'’/-]+\s){0,3}$",
    re.IGNORECASE,
)
_OWN_FINDINGS = regex(
    r"^\W*(?:trainer's|coach's|my|our) (?:findings?|impression|diagnosis|exam|opinion)\s?:", re.IGNORECASE
)
_WE_SAID = regex(r"\b(?:I|we)(?:'ve| have| had)? (?:said|told|reported|noted|informed|explained)\b", re.IGNORECASE)
_CONCLUDED = regex(
    r"\b(?:I|we)(?:'ve|'d|'m| have| had| am| would| could| can)? (?:\w+ly )?(?:conclude\w*|decided|determined"
    r"|established|believe\w*|think|thought|suspect\w*|say|guess|bet"
    r"|reckon\w*|found|felt|feel|figured|noticed|discovered|identified|detected|saw|see|sure|certain|convinced"
    r"|confident|confirmed|told (?:her|him|them|the client))"
    r"\s(?:(?!after|with|who|when|because|since|for|until|people|clients|patients|your|you|if|whether|of|the (?:doctor"
    r"|therapist|surgeon))[\w'’.-]+,?\s){0,7}$"
    r"|^\W*(?:told|advised|informed) (?:her|him|them|the client|client) (?:[\w'’-]+\s){0,6}(?:is|was|has"
    r"|are)\s(?:[\w'’-]+\s){0,3}$",
    re.IGNORECASE,
)
_ONCE = regex(
    r"\b(?:likely|probably|possibly|maybe|perhaps|presumably|clearly|obviously) (?:has|have|had|tore|torn|strained"
    r"|sprained)\b",
    re.IGNORECASE,
)


def by_ourselves(sentence: Sentence) -> bool:
    """Whether the words say that a trainer concluded it."""
    return bool(_BY_OURSELVES.search(sentence.text))


def concluded(before: str) -> bool:
    """Whether "I concluded that" or the like stands just before."""
    return bool(_CONCLUDED.search(before))


def blames(before: str) -> bool:
    """Whether "the pain comes from" or the like stands just before."""
    return bool(_COMES_FROM.search(before))


def stated(sentence: Sentence, first: int, *, known: bool) -> bool:
    """Whether the sentence states, as nobody else's word, what somebody has or where a complaint comes from.

    Of a chronic disease (`known`) people tell us that they have it, but not that it causes their limp.
    """
    before = sentence.said(0, first) + " "
    if _FROM_SOMEBODY.search(_WE_SAID.sub("", sentence.text)) and not _OWN_FINDINGS.match(sentence.text):
        return False
    if _COMES_FROM.search(before):
        return True
    if known and _CONCLUDED_LABEL.search(before):
        return True
    return not known and bool(_LABELLED.search(before) or _HAS.search(before) or _ONCE.search(before))
