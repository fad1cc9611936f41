"""Judges claims that nobody can keep, promises of coverage, changes of medication, and conditions that we name."""

from __future__ import annotations

import re

from crm.domain.scope_denial import denied, somebody_elses
from crm.domain.scope_ours import with_us
from crm.domain.scope_reading import Sentence
from crm.domain.scope_rules import Rule, Verdict

_HOPED = re.compile(
    r"\b(?:may|might|could|can help|aim|hope|risk of|help(?:s)? (?:to )?lower the risk|guidelines?)\b", re.IGNORECASE
)
_ASKED = re.compile(
    r"\b(?:ask\w* (?:me |us )?(?:whether|if)|whether|wonder|would it|do you|does your|how do you|what do you|^who|you told|told (?:them|her|him)|you said|you decided|you decide|you feel|you think|in case)\b",
    re.IGNORECASE,
)
_LIKE_NOBODY = re.compile(
    r"\b(?:there's|there is) nothing (?:I|we) can't\b|\bno (?:better|faster|safer|cheaper)\b", re.IGNORECASE
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
    if rule.key == "coverage":
        return _judge_coverage(sentence, first, last)
    if rule.key == "replaces_care":
        return _judge_replacing(sentence, first, last, said)
    if rule.key == "prevent" and (_HOPED.search(whole) or sentence.subject(first) in ("theirs", "client")):
        return None
    return "blocks"


def _negated_before(sentence: Sentence, first: int) -> bool:
    before = sentence.said(0, first)
    return bool(
        re.search(
            r"\b(?:can(?:'t|not)|don't|doesn't|won't|not|nobody|no one|never|nor)\b[^.;]*$", before, re.IGNORECASE
        )
    )


def _judge_replacing(sentence: Sentence, first: int, last: int, said: str) -> Verdict:
    if said.startswith(("instead of", "rather than")):
        who = sentence.subject(first)
        if re.search(r"\b(?:guess|wait|skip|stop|see)", sentence.said(first, last)):
            return None
        return None if who in ("theirs", "client") else "warns" if "treatment" in said else "blocks"
    if said.startswith(("no longer", "don't need", "do not need")) and sentence.tags[first - 1] == "rel" and first:
        return None
    if said.startswith(("no longer", "don't need", "do not need")) and not re.search(
        r"\b(?:me|us|my|our|I|we|any ?more|this|exercise)\b", sentence.text
    ):
        return None
    return "blocks"


# --- coverage ---------------------------------------------------------------------------------------------------------

_NOT_PAID = re.compile(
    r"\b(?:rarely|seldom|hardly|not|never|n't|no longer|stops?|stopped|ends?|ended|only|up to|limits?|limited|until|barely|no)\b|n't\b",
    re.IGNORECASE,
)
_FOR_CARE = re.compile(
    r"\b(?:therapy|PT|OT|rehab|treatment|hospital|surgery|medications?|physician|doctor|nursing|home health|visits of|gym memberships?"
    r"|(?:\w+) visits|dietitian|scan|MRI|equipment|prescriptions?|their visits|acute|skilled)\b",
    re.IGNORECASE,
)
_FOR_OURS = re.compile(
    r"\b(?:me|my|our|us|this|it|sessions?|supervised|exercise|training|trainer|program|class(?:es)?|membership|invoice|you)\b",
    re.IGNORECASE,
)
_IF = re.compile(
    r"\b(?:what|when|until|once|where|if|whether|after|before|than|which|how|ask|check|only|as long as|while|often)\s(?:[\w'-]+\s){0,3}$",
    re.IGNORECASE,
)


def _judge_coverage(sentence: Sentence, first: int, last: int) -> Verdict:
    """Insurance that rarely pays, that pays for care, or is only mentioned is fine; that it pays for us is a promise."""
    start, end = sentence.clause_start(first), sentence.clause_end(first)
    said, after = sentence.said(first, last), sentence.said(last, end)
    before = sentence.said(start, first) + " "
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


# --- medication -------------------------------------------------------------------------------------------------------

_REPORTED = re.compile(
    r"\b(?:report|note|record|list|flag|document|inform|write down|ask(?:s|ed|ing)? (?:you|your|the|their|her|his|a|for)\b|ask (?:them|clients) to ask"
    r"|tell you|told me|tells me|call you|let me know|please|see|saw|heard|when you|if you|once you|after you|until you|that you|whether you|wait)\w*",
    re.IGNORECASE,
)
_ON_OUR_ADVICE = re.compile(
    r"\b(?:on|at|with|after|following|thanks to|because of|under) (?:my|our) (?:\w+ )?(?:advice|suggestion|recommendation|guidance|help|program|class|coaching|sessions?|watch|supervision)\b|\bor I'll\b",
    re.IGNORECASE,
)
_WE_ADVISED = re.compile(
    r"^(?:'ve |have |'d )?(?:advise|told|tell|suggest|recommend|ask|stop|cut|reduc|chang)", re.IGNORECASE
)
_OUR_PEOPLE = re.compile(
    r"\b(?:my|our) (?:\w+ )?(?:clients?|members?|class|classes|program|people|group)\b|\bwith (?:me|us)\b|\bin (?:my|our)\b",
    re.IGNORECASE,
)
_BY_THEM = re.compile(
    r"\bby (?:you|your|her|his|their|the|a|Dr)\b|\b(?:ask|call|tell|see) (?:you\b|your (?:doctor|physician|prescriber|office))",
    re.IGNORECASE,
)


def judge_medication(_rule: Rule, sentence: Sentence, first: int, last: int) -> Verdict:
    """A change of medication that we bring about or advise."""
    start, end = sentence.clause_start(first), sentence.clause_end(first)
    if _ON_OUR_ADVICE.search(sentence.text):
        return "blocks"
    if denied(sentence, first, last) or somebody_elses(sentence, first):
        return None
    before, after = sentence.said(start, first) + " ", sentence.said(last, end)
    if re.search(r"(?:that|which) (?:I|we)$", sentence.said(first, last)) and _WE_ADVISED.match(
        sentence.said(last, len(sentence.words))
    ):
        return "blocks"
    told = re.match(
        r"^,? ?(?:and )?(?:I|we) (?:tell|show|help|advise|do)\b(?! you)",
        sentence.said(last, len(sentence.words)),
        re.IGNORECASE,
    )
    if told or first > 0 and sentence.words[first - 1].low in ("i", "we"):
        return "blocks"
    if (
        _REPORTED.search(before)
        or _BY_THEM.search(sentence.text[len(before) :])
        or re.search(r"\bask (?:you|your)\b", sentence.text)
    ):
        return None
    if re.search(r"\bby (?:you|your|the|her|his)\b", after):
        return None
    who = _who(sentence, first)
    if who in ("ours", "service") or (with_us(sentence, last) and who != "theirs"):
        return "blocks"
    if _OUR_PEOPLE.search(sentence.said(last, len(sentence.words))) and not re.search(
        r"\b(?:ask|tell|call|report)", sentence.text
    ):
        return "blocks"
    if who == "theirs" or re.search(r"\b(?:how hard|for people|people on|those on)\b", before, re.IGNORECASE):
        return None
    if _OUR_PEOPLE.search(sentence.said(start, end)) or re.search(
        r"\b(?:I|we)\b[^.;]*\b(?:help|tell|get|advise|suggest|recommend|coach|know how)", before
    ):
        return "blocks"
    if (
        who == "nobody"
        and first - start <= 3
        and not re.search(r"\b(?:when|if|after|her|his|their)\s$", before + " ", re.IGNORECASE)
    ):
        return "blocks" if sentence.tags[first] == "verb" else None
    return None


def _who(sentence: Sentence, first: int) -> str:
    if sentence.tags[first] == "verb":
        return sentence.subject(first)
    verb = sentence.verb_before(first)
    if verb < 0:
        return "nobody"
    active = sentence.tags[verb] == "verb"
    return sentence.subject(verb) if active else "client"


# --- conditions -------------------------------------------------------------------------------------------------------

_HEDGE = re.compile(
    r"\b(?:may|might|could|probably|likely|possibly|seems?|appears?|(?:look|sound)(?:s|ed)? (?:a lot )?like|signs? of|symptoms? of|consistent with|suspect\w*"
    r"|think|thought|believe|guess|bet|found|noticed|detected|identified|spotted|discovered|suggests?|indicates?|points? to|must be|must have"
    r"|a case of|classic|typical of|textbook|means|meant|shows?|showed|reveal\w*|I'd say|would say|I'd call|call it|definitely|clearly|obviously"
    r"|surely|certainly|certain|sure|convinced|positive|I feel|can feel|I felt|can tell|can say|could tell|my guess|presents with|tells me|told them|knew|smells like|screams|impression|caused by|comes? from|due to|because of|it's|it is|that's|this is|was|is)\b"
    r"(?:\s[\w']+){0,6}\s?(?:[:,]\s(?:[\w-]+\s){0,2})?$",
    re.IGNORECASE,
)
_DOCUMENTED = re.compile(
    r"\b(?:document\w*|diagnosed|provider-reported|reported by|according to (?!my|our)|per (?:your|the|Dr)|you (?:wrote|noted|named|found|sent|mentioned|listed"
    r"|asked|told)|history of|known|people with|clients? with|patients? with|adults with|cleared|clearance|your (?:\w+ )?(?:note|chart|referral|order"
    r"|letter|summary|report|x-ray|MRI|imaging|diagnosis)|chart|referral|ICD|diagnosis of|confirmed|Dr\.?\s\w+|(?:his|her|their|the) (?:\w+ )?(?:doctor|physician"
    r"|surgeon|cardiologist|rheumatologist|PT|oncologist|neurologist|therapist)|living with|(?:x-ray|MRI|scan) (?:you sent|shows|showed)|if there is|tell me (?:if|whether)|for people|"
    r"exercise for|classes? for|adults (?:who|with)|ask(?:ed|s)? (?:me )?(?:if|whether|about)|risk of)\b",
    re.IGNORECASE,
)
_SAID_AFTER = re.compile(
    r"^,? (?:which|and) (?:I|we) (?:recogni[sz]ed|spotted|noticed|found|caught|suspected|identified|saw)\b"
    r"|^\W{0,2}\s?(?:I'm|I am) (?:sure|certain|convinced|positive)\b"
    r"|^\W{0,2}\s?(?:I'd|I would|I|we'd|we) (?:bet|say|think|guess|believe|suspect|reckon|suppose|call it)\b",
    re.IGNORECASE,
)
_THANKS_TO_US = re.compile(
    r"\b(?:no longer|free of|rid of|not have)\b.*\b(?:thanks to|because of|with|through) (?:my|our|me|us)\b",
    re.IGNORECASE,
)
_BY_OUR_TEST = re.compile(
    r"\b(?:my|our) (?:\w+ ){0,2}?(?:assessments?|screen|screening|tests?|evaluation|eyes|view|opinion|experience|judg\w+|hands|findings?)\b(?! (?:form|report))|\bwhat I (?:saw|see|felt|feel|noticed|observed)\b",
    re.IGNORECASE,
)
_CHRONIC = re.compile(
    r"diabetes|hypertension|COPD|depress|osteoporosis|Parkinson|heart failure|stroke|cancer|dementia|Alzheimer|fibromyalgia|asthma|obesity",
    re.IGNORECASE,
)
_HAS = re.compile(
    r"\b(?:he|she|client|they|you)\s(?:\w+\s){0,2}?(?:has|have|had|is having|suffers from|developed)\s(?:[\w'-]+\s){0,3}$",
    re.IGNORECASE,
)


def judge_condition(_rule: Rule, sentence: Sentence, first: int, last: int) -> Verdict:
    """A condition that somebody concludes, without a clinician who documented it."""
    if _THANKS_TO_US.search(sentence.text):
        return "blocks"
    if denied(sentence, first, last) or _DOCUMENTED.search(sentence.text):
        return None
    before = sentence.said(max(0, first - 25), first) + " "
    if re.search(r"\b(?:I|we) can (?:tell|say|see|feel)\b.*\b(?:if|whether)\b", before, re.IGNORECASE):
        return "blocks"
    if re.search(r"\b(?:if|whether)\b", before, re.IGNORECASE):
        return None
    if re.match(
        r"^\W{0,2}\s?(?:is|that's|is all) (?:what )?(?:I|my|we|our)\b", sentence.said(last, len(sentence.words))
    ):
        return "blocks"
    previous = sentence.tags[first - 1] if first else ""
    hedge = _HEDGE.search(before)
    if (
        sentence.words[first - 1].low in ("after", "with", "for", "despite", "of", "following")
        and not (hedge and re.search(r"sign|symptom|case|consistent|typical", hedge[0]))
        if first
        else False
    ):
        return None
    if previous in ("your",) or (sentence.asks and re.search(r"\byou\b", before, re.IGNORECASE)):
        return None
    if (
        last < len(sentence.words)
        and sentence.tags[last] == "noun"
        and sentence.words[last].low not in ("today", "now")
    ):
        return None
    if _SAID_AFTER.match(sentence.said(last, len(sentence.words))):
        return "blocks"
    if _BY_OUR_TEST.search(sentence.text):
        return "blocks"
    if hedge:
        return _hedged(sentence, first, last, before, hedge[0].lower())
    if re.search(r"\b(?:must|looks|seems)\b", sentence.said(first, last)):
        return "blocks"
    if _HAS.search(before):
        return None if _CHRONIC.search(sentence.said(first, last)) else "warns"
    return None


def _hedged(sentence: Sentence, first: int, last: int, before: str, hedge: str) -> Verdict:
    weak = re.match(
        r"(?:is|was|shows?|showed|found|means|meant|due to|because of|comes? from|caused by|it's|it is|that's|this is)\b",
        hedge,
    )
    if re.search(r"\b(?:signs?|symptoms?|case|consistent|typical)\b", hedge):
        weak = None
    about = re.search(
        r"\b(?:you|she|he|they|client|it|this|that|I|we|my|our|her|his|me|impression|observed)\b", before, re.IGNORECASE
    )
    if sentence.subject(first) == "theirs" and re.search(
        r"\byou(?:r)?\s(?:\w+\s)?(?:think|believe|suspect|found|see)", before, re.IGNORECASE
    ):
        return None
    if weak:
        ends = re.match(r"\s*(?:[.,;!?]|$|in (?:his|her|the))", sentence.said(last, len(sentence.words)))
        pronoun = re.search(
            r"\b(?:it|this|that|which|pain|limp|swelling|numbness|problem|cause|issue|weakness|I|we|my|our|impression)\b",
            before,
            re.IGNORECASE,
        )
        return "blocks" if ends and pronoun else None
    return "blocks" if about or len(before.split()) <= 6 else None
