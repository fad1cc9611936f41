"""The words outside a trainer's scope: what they match, why they matter, and what to say instead.

Retyped from the field's own guidance (titles and acts reserved to licensed professions, claims nobody can keep).
`kind` says how a match is judged; see `crm.domain.scope`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["act", "service", "claim", "possession", "condition", "title"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One family of words."""

    key: str
    kind: Kind
    pattern: re.Pattern[str]
    why: str
    suggestion: str


def _rule(key: str, kind: Kind, pattern: str, why: str, suggestion: str) -> Rule:
    return Rule(key, kind, re.compile(pattern, re.IGNORECASE), why, suggestion)


_TREAT_WHY = "Treating is a licensed act; a trainer provides exercise."
_TREAT_SAY = "Say “train”, “work with” or “progress exercise for”."
_REHAB_WHY = "Rehabilitation is a protected service of licensed professions."
_REHAB_SAY = "Say “post-rehab exercise”, “medical exercise” or “functional training”."
_THERAPY_WHY = "Therapy and therapist are protected titles in most states."
_THERAPY_SAY = "Say “exercise session” or “medical exercise”."
_DIAGNOSE_WHY = "Diagnosing is a licensed act."
_DIAGNOSE_SAY = "Describe what you observed, or name the provider’s own diagnosis as “provider-reported”."
_PRESCRIBE_WHY = "Prescribing is a licensed act."
_PRESCRIBE_SAY = "Say “design”, “plan” or “recommend an exercise program”."
_CLAIM_WHY = "Nobody can promise this, and no figure proves it."
_CLAIM_SAY = "Say only what you measured, for example “clients continue safely, and I report the change”."
_HANDS_WHY = "Hands-on techniques belong to licensed professions."
_FOOD_WHY = "Nutrition and counseling belong to dietitians and mental-health professionals."
_FOOD_SAY = "Offer general information, and refer to a registered dietitian."
_DRUGS_WHY = "Medication is the physician’s decision."
_DRUGS_SAY = "Report what the client takes, and refer changes to the physician."
_NAME_WHY = "Naming an injury or disease that no clinician documented is a diagnosis."
_NAME_SAY = "Describe what you saw, such as “limited hip flexion when squatting”, or name who documented it."

_CONDITION = (
    r"(?:(?:labral|meniscus|meniscal|rotator cuff|ACL|ligament|muscle|tendon|Achilles)\s(?:tears?|ruptures?"
    r"|injur(?:y|ies))"
    r"|torn\s\w+(?:\s\w+)?|(?:\w+\s)?syndrome|sciatica|\w+itis|(?:herniated|bulging|slipped)\sdis[ck]s?|impingement"
    r"|tendinopathy|frozen shoulder|stenosis|osteoporosis|fibromyalgia|neuropathy|(?:stress\s)?fractures?"
    r"|sprain(?:ed)?"
    r"|strain(?:ed)?|scoliosis|diabetes|hypertension|COPD|depression|concussion|dementia|Parkinson's|Alzheimer's"
    r"|angina"
    r"|(?:heart failure|stroke|cancer)(?!\s(?:survivors?|patients?|care|groups?|clients?|cent(?:er|re)|program"
    r"|recovery)))"
)

RULES: tuple[Rule, ...] = (
    # Claims first: of two findings in one place the first is kept.
    _rule(
        "replaces_care",
        "claim",
        r"\b(?:replaces?|replacing|replacement for|substitutes? for|better than|instead of|no need for"
        r"|(?:don't|won't|no longer|never) need|skip|forget|quit)\s(?:[\w'’]+\s){0,2}?(?:therapy|physical therapy|PT"
        r"|therapists?"
        r"|doctors?|physicians?|rehab"
        r"|medications?|medical care|surgery|treatment)\b"
        r"|\bno more (?:therapy|PT|rehab|doctors|pills|medications?) (?:needed|necessary|required)\b",
        "We extend the provider’s work and never replace it.",
        "Say what happens after therapy, alongside the plan of care.",
    ),
    _rule("treat", "act", r"\b(?:treat(?:s|ed|ing)?)\b(?!\sof\b)", _TREAT_WHY, _TREAT_SAY),
    _rule("treatment", "service", r"\btreatments?\b", _TREAT_WHY, _TREAT_SAY),
    _rule("rehabilitate", "act", r"\b(?:rehabilitat(?:e|es|ed|ing)|rehab(?:s|bed|bing))\b", _REHAB_WHY, _REHAB_SAY),
    _rule(
        "rehab",
        "act",
        r"(?<=\bI )rehab\b|(?<=\bwe )rehab\b|(?<=\bus )rehab\b|(?<=\bme )rehab\b|(?<=\bto )rehab\b(?=\s(?:your|a"
        r"|the|their|his|her|my|our|"
        r"knees?|hips?|shoulders?|backs?|injur|after|people|clients?|patients?))",
        _REHAB_WHY,
        _REHAB_SAY,
    ),
    _rule(
        "rehabilitation",
        "service",
        r"(?<!post-)(?<!post)(?<!post )\b(?:pre)?rehab(?:ilitation)?\b",
        _REHAB_WHY,
        _REHAB_SAY,
    ),
    _rule(
        "therapy",
        "service",
        r"(?<!post-)(?<!post )\b(?:physio|hydro)?therap(?:y|ies)\b|\btherapeutic(?:\s\w+)?\b",
        _THERAPY_WHY,
        _THERAPY_SAY,
    ),
    _rule(
        "therapist",
        "title",
        r"\b(?:physio)?therapists?\b|\bphysiotherapist\b",
        _THERAPY_WHY,
        "Call yourself a medical exercise professional.",
    ),
    _rule(
        "licensed_title",
        "title",
        r"\b(?:doctor|physician|clinician|dietitian|nutritionist|nurse|chiropractor|PT|OT)\b",
        "A title of a licensed profession.",
        "Call yourself a medical exercise professional.",
    ),
    _rule("diagnose", "act", r"\b(?:diagnos(?:e|es|ed|ing))\b", _DIAGNOSE_WHY, _DIAGNOSE_SAY),
    _rule("diagnosis", "service", r"\bdiagnos(?:is|es|tics?)\b", _DIAGNOSE_WHY, _DIAGNOSE_SAY),
    _rule("prescribe", "act", r"\bprescrib(?:e|es|ed|ing)\b", _PRESCRIBE_WHY, _PRESCRIBE_SAY),
    _rule("prescription", "service", r"\bprescriptions?\b", _PRESCRIBE_WHY, _PRESCRIBE_SAY),
    _rule(
        "cure",
        "act",
        r"\b(?:cur(?:e|es|ed|ing)|heal(?:s|ed|ing)?)\b",
        "Curing is an outcome nobody can promise.",
        "Say “improve”, “maintain” or “build capacity”.",
    ),
    _rule(
        "fix",
        "act",
        r"\bfix(?:es|ed|ing)?\b(?=(?:\s[\w'’]+){0,3}\s(?:knees?|hips?|shoulders?|backs?|necks?|spines?|pain|posture"
        r"|injur(?:y|ies)|joints?|bod(?:y|ies)|gait|balance|problems?|patients?|clients?)\b)",
        "Fixing a body is an outcome nobody can promise.",
        "Say “improve”, “maintain” or “build capacity”.",
    ),
    _rule(
        "hands_on",
        "service",
        r"\b(?:manual therapy|massages?|(?:joint|soft[- ]tissue|spinal)\s(?:mobilizations?|manipulations?)"
        r"|(?:spinal|chiropractic|joint|back|neck)\sadjustments?|spinal manipulation|dry needling|cupping"
        r"|myofascial release"
        r"|soft[- ]tissue (?:work|release))\b",
        _HANDS_WHY,
        "Leave it out.",
    ),
    _rule(
        "hands_on_act",
        "act",
        r"\b(?:massag(?:e|es|ed|ing)|manipulat(?:e|es|ed|ing)|adjust(?:s|ed|ing)?)\b"
        r"(?=(?:\s[\w'’]+){0,2}\s(?:spines?|backs?|necks?|joints?|muscles?|knees?|hips?|shoulders?|vertebrae)\b)",
        _HANDS_WHY,
        "Leave it out.",
    ),
    _rule("counsel", "act", r"\bcounsel(?:s|ed|led|ing|ling)?\b", _FOOD_WHY, _FOOD_SAY),
    _rule(
        "nutrition",
        "service",
        r"\b(?:nutrition(?:al)?|meal|diet(?:ary)?)\s(?:plans?|plann?ing|counsel\w*|advice|programs?|coaching)\b"
        r"|\bsupplements?\b|\bmeal[- ]?plans?\b",
        _FOOD_WHY,
        _FOOD_SAY,
    ),
    _rule(
        "medication",
        "act",
        r"\b(?:chang(?:e|es|ing)|adjust(?:s|ing)?|reduc(?:e|es|ing)|lower(?:s|ing)?|cut(?:s|ting)?"
        r"|increas(?:e|es|ing)|stop(?:s|ping)?|wean(?:s|ing)?|taper(?:s|ing)?|recommend(?:s|ing)?|get(?:s|ting)?"
        r"|com(?:e|es|ing)"
        r"|manag(?:e|es|ing)|advis(?:e|es|ing))"
        r"\s(?:[\w'’]+\s){0,5}?(?:medications?|meds|doses?|dosages?|insulin|blood thinners?|pills|drugs|statins?"
        r"|metformin|warfarin|ozempic"
        r"|semaglutide|beta[- ]blockers?|painkillers?|opioids?|steroids?)\b",
        _DRUGS_WHY,
        _DRUGS_SAY,
    ),
    _rule(
        "guarantee",
        "claim",
        r"\bguarante\w+|\bpromise\s(?:you\s)?an?\s(?:pain-free|full|complete|quick|lasting)\b"
        r"|\b(?:promise|ensure|assure)s?\s(?:you\s)?(?:\w+\s){0,3}?(?:results?|recovery|outcomes?"
        r"|improvements?|success)\b|\b(?:never|won't|will not)\s(?:fall|be readmitted|get (?:hurt|injured)"
        r"|relapse)\b(?:\sagain)?|\b100\s?(?:%|percent)\s(?:safe|success\w*|effective|recovery|of)",
        _CLAIM_WHY,
        _CLAIM_SAY,
    ),
    _rule(
        "readmission",
        "claim",
        r"\b(?:prevent|avoid|reduc|lower|cut|eliminat|decreas|stop|minimi[sz])\w*\s(?:[\w'’-]+\s){0,4}?"
        r"(?:re-?\s?hospitali[sz]ations?|hospitali[sz]ations?|re-?admissions?|hospital (?:stays?|visits?"
        r"|returns?)|ER visits?"
        r"|emergency visits?|surger(?:y|ies))\b"
        r"|\b(?:keep|keeps|keeping|stay|stays)\s(?:[\w'’]+\s){0,3}?(?:out of"
        r"|from returning to) (?:the )?(?:hospital|ER)\b"
        r"|\bwon't (?:be readmitted|return to the hospital|go back to the hospital)\b",
        _CLAIM_WHY,
        _CLAIM_SAY,
    ),
    _rule(
        "prevent",
        "claim",
        r"\b(?:prevents?|prevented|eliminates?|ends?|reverses?|stops?|cures?)\s(?:[\w'’-]+\s){0,3}?"
        r"(?:falls|re-?injur(?:y|ies)|injur(?:y|ies)|disease|diabetes|hypertension|arthritis|dementia"
        r"|osteoporosis|cancer|heart attacks?"
        r"|strokes?|pain|relapse|recurrence)\b",
        _CLAIM_WHY,
        _CLAIM_SAY,
    ),
    _rule(
        "coverage",
        "claim",
        r"\b(?:insurance|insurers?|Medicare|Medicaid|(?:their|your|the) plan)\s(?:companies\s)?(?:will|covers?|pays?|"
        r"reimburses?|always)\b(?:\s(?:pay|cover|reimburse)\w*)?|\b(?:reimbursed|covered) by (?:insurance"
        r"|Medicare|Medicaid|your insurer)\b",
        "Insurance rarely pays for this; a promise of coverage misleads.",
        "Say “insurance rarely pays for this”.",
    ),
    _rule(
        "patient",
        "possession",
        r"\bpatients?\b(?!\s(?:portal|education|chart|authorization))(?!-)",
        "Ours are clients; patients are the provider’s.",
        "Say “client” of your own, “your patients” of theirs.",
    ),
    _rule("named_condition", "condition", rf"\b{_CONDITION}\b", _NAME_WHY, _NAME_SAY),
)

#: Verbs by which we would offer or do what a service noun names.
OFFERS = re.compile(
    r"\b(?:offer|provid|giv|gave|deliver|perform|do|does|doing|did|speciali[sz]|practic|run|runs|running|conduct"
    r"|lead|leads|includ|combin"
    r"|creat|writ|wrote|design|start|begin|continu|build|sell|teach|bring|use|uses|using|appl|mak|made|get|put"
    r"|recommend|suggest"
    r"|develop|set up|propos|draw|advis|hand|progress|carr|form|establish|reach|arriv|confirm|review|updat|add"
    r"|adds|adding|supply|am|are|is)"
    r"\w*\b",
    re.IGNORECASE,
)
