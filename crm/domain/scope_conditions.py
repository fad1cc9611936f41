"""Judges conditions that are named: fine when a clinician documented them, a diagnosis when we conclude them."""

from __future__ import annotations

import re

from crm.domain.scope_denial import denied
from crm.domain.scope_findings import blames, by_ourselves, concluded, stated
from crm.domain.scope_reading import Sentence
from crm.domain.scope_regex import regex
from crm.domain.scope_rules import Rule, Verdict

_HEDGE = regex(
    r"\b(?:may|might|could|probably|likely|possibly|seems?|appears?|(?:look|sound)(?:s|ed)? (?:a lot )?like"
    r"|signs? of|symptoms? of|consistent with|suspect\w*"
    r"|think|thought|believe|guess|bet|found|noticed|detected|identified|spotted|discovered|suggests?|indicates?"
    r"|points? to|must be|must have"
    r"|a case of|classic|typical of|textbook|means|meant|shows?|showed|reveal\w*|I'd say|would say|I'd call|call it"
    r"|definitely|clearly|obviously"
    r"|surely|certainly|certain|sure|convinced|positive|I feel|can feel|I felt|can tell|can say|could tell|my guess"
    r"|presents with|tells me|told them|knew|smells like|screams|impression|caused by|comes? from|due to|because of"
    r"|it's|it is|that's|this is|was|is)\b"
    r"(?:\s[\w']+){0,6}\s?(?:[:,]\s(?:[\w-]+\s){0,2})?$",
    re.IGNORECASE,
)
_DOCUMENTED = regex(
    r"\b(?:document\w*|diagnosed|provider-reported|reported by|according to (?!my|our)|per (?:your|the|Dr)"
    r"|you (?:wrote|noted|named|found|sent|mentioned|listed"
    r"|asked|told)|as (?:you|your \w+|the \w+|her \w+|his \w+|their \w+|Dr\.? \w+) (?:gave|wrote|named|put|stated|noted|told|listed"
    r"|sent|documented|recorded|called|described|confirmed|has|have)|history of|known|people with|clients? with|patients? with|adults with|cleared|clearance"
    r"|your (?:\w+ )?(?:note|chart|referral|order"
    r"|letter|summary|report|x-ray|MRI|imaging|diagnosis)|chart|referral|ICD|diagnosis of|confirmed|Dr\.?\s\w+"
    r"|own words|(?:my|his|her|their|the) (?:\w+ )?(?:doctor|physician"
    r"|surgeon|cardiologist|rheumatologist|PT|oncologist|neurologist|therapist)|living with|(?:x-ray|MRI"
    r"|scan) (?:you sent|shows|showed)|if there is|tell me (?:if|whether)|for people|"
    r"exercise for|classes? for|adults (?:who|with)|ask(?:ed|s)? (?:me )?(?:if|whether|about)|risk of)\b",
    re.IGNORECASE,
)
_SAID_AFTER = regex(
    r"^,? (?:which|and) (?:I|we) (?:recogni[sz]ed|spotted|noticed|found|caught|suspected|identified|saw)\b"
    r"|^\W{0,2}\s?(?:I'm|I am) (?:sure|certain|convinced|positive)\b"
    r"|^\W{0,2}\s?(?:I'd|I would|I|we'd|we) (?:bet|say|think|guess|believe|suspect|reckon|suppose|call it)\b",
    re.IGNORECASE,
)
_THANKS_TO_US = regex(
    r"\b(?:no longer|free of|rid of|not have)\b.*\b(?:thanks to|because of|with|through) (?:my|our|me|us)\b",
    re.IGNORECASE,
)
_BY_OUR_TEST = regex(
    r"\b(?:my|our) (?:\w+ ){0,2}?(?:assessments?|screen|screening|tests?|evaluation|eyes|view|opinion|experience"
    r"|judg\w+|hands|findings?)\b(?! (?:form|report))|\bwhat I (?:saw|see|felt|feel|noticed|observed)\b",
    re.IGNORECASE,
)
_CHRONIC = regex(
    r"diabetes|hypertension|COPD|depress|osteoporosis|Parkinson|heart failure|stroke|cancer|dementia|Alzheimer"
    r"|fibromyalgia|asthma|obesity",
    re.IGNORECASE,
)
_KNOWN_DISEASE = regex(
    rf"{_CHRONIC.pattern}|arthritis|stenosis|scoliosis|osteopenia|neuropathy|gout|angina", re.IGNORECASE
)
_HAS = regex(
    r"\b(?:he|she|client|they|you)\s(?:\w+\s){0,2}?(?:has|have|had|is having|suffers from"
    r"|developed)\s(?:[\w'-]+\s){0,3}$",
    re.IGNORECASE,
)


_FINDING_WORD = regex(r"\b(?:signs?|symptoms?|case|consistent|typical)\b", re.IGNORECASE)
_KNOW_ONE = regex(
    r"\b(?:I|we) (?:can |could )?(?:always |usually |often |generally |just |easily )*(?:tell|know)\b(?! you| your"
    r"| the doctor)|\bknow an? [\w ]+? when (?:I|we) see",
    re.IGNORECASE,
)
_WE_CAN_TELL = regex(r"\b(?:I|we) can (?:tell|say|see|feel)\b.*\b(?:if|whether)\b", re.IGNORECASE)
_IS_OURS = regex(r"^\W{0,2}\s?(?:is|that's|is all) (?:what )?(?:I|my|we|our)\b")


def judge_condition(rule: Rule, sentence: Sentence, first: int, last: int) -> Verdict:
    """A condition that somebody concludes, without a clinician who documented it."""
    if _THANKS_TO_US.search(sentence.text):
        return "blocks"
    if denied(sentence, first, last) or (_DOCUMENTED.search(sentence.text) and not by_ourselves(sentence)):
        return None
    before, after = sentence.said(max(0, first - 25), first) + " ", sentence.said(last, len(sentence.words))
    if _ACTED_ON.search(before):
        return None
    if _BELIEVED.search(before) and not by_ourselves(sentence):
        return None
    if rule.key == "named_structure":
        return "blocks" if _is_blamed(sentence, first, last, before) else None
    if _WE_CAN_TELL.search(before) or _FOUND_BY_US.search(after) or _tells(sentence, first, last):
        return "blocks"
    if re.search(r"\b(?:if|whether)\b", before, re.IGNORECASE):
        return None
    if _IS_OURS.match(after) or _is_concluded(sentence, first, last, before):
        return "blocks"
    return _mentioned_or_hedged(sentence, first, last)


def _is_blamed(sentence: Sentence, first: int, last: int, before: str) -> bool:
    """ "Her pain comes from the SI joint": a part of the body is no ailment, but its blame is a diagnosis."""
    if sentence.asks or "if" in before.lower().split() or _is_mentioned(sentence, first, last, before, ""):
        return False
    return concluded(before) or blames(before)


def _is_concluded(sentence: Sentence, first: int, last: int, before: str) -> bool:
    known = bool(_KNOWN_DISEASE.search(sentence.said(first, last)))
    return not sentence.asks and (concluded(before) or stated(sentence, first, known=known))


def _mentioned_or_hedged(sentence: Sentence, first: int, last: int) -> Verdict:
    before, after = sentence.said(max(0, first - 25), first) + " ", sentence.said(last, len(sentence.words))
    hedge = _HEDGE.search(before)
    if _is_mentioned(sentence, first, last, before, hedge[0] if hedge else ""):
        return None
    if _SAID_AFTER.match(after) or _BY_OUR_TEST.search(sentence.text):
        return "blocks"
    if hedge:
        return _hedged(sentence, first, last, before, hedge[0].lower())
    return _stated(sentence, first, last, before)


#: What somebody treats or lives with is no finding of ours; other rules judge who treats.
_ACTED_ON = regex(
    r"\b(?:treat|cur|heal|revers|correct|manag|fix|improv|reliev|eas|address|handl|monitor|prevent|diagnos|follow|document|counsel|live with"
    r"|living with|deal with|dealing with|cope with|coping with)(?:s|e|es|ed|ing|ling)? (?:\w+ ){0,2}$",
    re.IGNORECASE,
)
#: What a client makes of it is not our conclusion: "he thinks he has sciatica".
_BELIEVED = regex(
    r"\b(?:he|she|they|client|clients|people|husband|wife|daughter|son|mother|father|members?) (?:\w+ )?(?:thinks?|believes?"
    r"|suspects?|fears?|worri(?:es|ed)|is (?:afraid|worried|sure|convinced)|wonders?|guesse[sd]|googled|read online|thought"
    r"|believed|feared|calls it|blames)\b[^.;]*$",
    re.IGNORECASE,
)
_FOUND_BY_US = regex(
    r"\b(?:found|established|identified|made|detected|noticed|seen|spotted|confirmed|diagnosed"
    r"|suspected)\b[^.;]{0,30}\bby (?:the |our |a |my )?(?:trainers?|coach(?:es)?|me|us|staff)\b",
    re.IGNORECASE,
)


def _tells(sentence: Sentence, first: int, last: int) -> bool:
    """ "If it's tendinitis, and I can usually tell", "I know a bad disc when I see one"."""
    behind = sentence.said(first, last + 12)
    found = _KNOW_ONE.search(sentence.said(max(0, first - 6), first) + " " + behind)
    return (
        bool(found)
        and bool(re.search(r"\bcan (?:\w+ )?tell\b|\bwhen (?:I|we) see\b", sentence.text))
        and "n't" not in behind
    )


def _is_mentioned(sentence: Sentence, first: int, last: int, before: str, hedge: str) -> bool:
    """Whether it only describes people or things: "after a stroke", "clients with arthritis", "diabetes educator"."""
    previous = sentence.words[first - 1].low if first else ""
    if previous in ("your", "ur"):
        return True
    if previous in ("after", "with", "for", "despite", "of", "following") and not _FINDING_WORD.search(hedge):
        return True
    if sentence.asks and re.search(r"\byou\b", before, re.IGNORECASE):
        return True
    return (
        last < len(sentence.words)
        and sentence.tags[last] == "noun"
        and sentence.words[last].low not in ("today", "now")
    )


def _stated(sentence: Sentence, first: int, last: int, before: str) -> Verdict:
    """ "She has a torn meniscus" warns: it may be known; a chronic disease usually is."""
    said = sentence.said(first, last)
    if re.search(r"\b(?:must|looks|seems)\b", said):
        return "blocks"
    return "warns" if _HAS.search(before) and not _CHRONIC.search(said) else None


def _hedged(sentence: Sentence, first: int, last: int, before: str, hedge: str) -> Verdict:
    weak = re.match(
        r"(?:is|was|shows?|showed|found|means|meant|due to|because of|comes? from|caused by|it's|it is|that's"
        r"|this is)\b",
        hedge,
    )
    if _FINDING_WORD.search(hedge):
        weak = None
    about = re.search(
        r"\b(?:you|she|he|they|client|it|this|that|I|we|my|our|her|his|me|impression|observed)\b", before, re.IGNORECASE
    )
    if sentence.subject(first) == "theirs" and re.search(
        r"\byou(?:r)?\s(?:\w+\s)?(?:think|believe|suspect|found|see)", before, re.IGNORECASE
    ):
        return None
    if weak:
        ends = re.match(
            r"\s*(?:[.,;!?]|$|in (?:his|her|the|their|your|my|our|a|one)\b)", sentence.said(last, len(sentence.words))
        )
        pronoun = re.search(
            r"\b(?:it|this|that|which|pain|limp|swelling|numbness|problem|cause|issue|weakness|I|we|my|our"
            r"|impression)\b",
            before,
            re.IGNORECASE,
        )
        return "blocks" if ends and pronoun else None
    return "blocks" if about or len(before.split()) <= 6 else None
