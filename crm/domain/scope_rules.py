"""The words outside a trainer's scope: what they match, why they matter, and what to say instead.

Retyped from the field's own guidance (titles and acts reserved to licensed professions, claims nobody can keep).
`kind` says how a match is judged; see `crm.domain.scope`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from crm.domain import scope_promised as promised
from crm.domain import scope_reasons as say
from crm.domain.scope_regex import regex
from crm.domain.scope_terms import BODY_PARTS, CONDITION, MEDS, STRUCTURE

Kind = Literal[
    "act",
    "service",
    "claim",
    "possession",
    "condition",
    "title",
    "medication",
    "mending",
    "promise",
    "acting",
    "care",
    "frame",
]
Verdict = Literal["blocks", "warns"] | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One family of words."""

    key: str
    kind: Kind
    pattern: re.Pattern[str]
    why: str
    suggestion: str
    #: Words without which the pattern can't match: asked first, and once for all rules that need them.
    needs: re.Pattern[str] | None = None


def _rule(key: str, kind: Kind, pattern: str, why: str, suggestion: str) -> Rule:
    return Rule(key, kind, regex(pattern, re.IGNORECASE), why, suggestion)


RULES: tuple[Rule, ...] = (
    # Claims first: of two findings in one place the first is kept.
    _rule(
        "replaces_care",
        "claim",
        promised.REPLACES_CARE,
        "We extend the provider’s work and never replace it.",
        "Say what happens after therapy, alongside the plan of care.",
    ),
    _rule("treat", "act", r"\b(?:treat(?:s|ed|ing)?)\b(?!\sof\b)", say.TREAT_WHY, say.TREAT_SAY),
    _rule(
        "treatment",
        "service",
        r"\b(?:plans? of care|care plans?|treatments?|treatement|tretment|treatmants?)\b",
        say.TREAT_WHY,
        say.TREAT_SAY,
    ),
    _rule(
        "rehabilitate",
        "act",
        r"\brehab(?=\s(?:the|her|his|their|your|that|this|a)\s(?:\w+\s)?(?:knee|hip|shoulder|back|neck|ankle|elbow"
        r"|wrist|foot|joint|injury|hamstring|meniscus|rotator)\b)|(?:(?<='ll )|(?<='d )|(?<= then )|(?<= also )"
        r"|(?<= now ))rehab\b(?=\s(?:your|his|her|their|the|that|this|any"
        r"|every|all|a|an|it|them|him"
        r"|people|clients?|patients?|knees?|hips?|shoulders?|backs?)\b)|\b(?:rehabilitat(?:e|es|ed|ing)|rehab(?:s|bed"
        r"|bing)|rehabilate[sd]?)\b",
        say.REHAB_WHY,
        say.REHAB_SAY,
    ),
    _rule(
        "rehab",
        "act",
        r"(?<=\bI )rehab\b|(?<=\bwe )rehab\b|(?<=\bus )rehab\b|(?<=\bme )rehab\b|(?<=\bcan )rehab\b"
        r"|(?<=\bwill )rehab\b|(?<=\bwho )rehab\b|(?:(?<=\band )|(?<=\bor )|(?<=, ))rehab\b(?=\s(?:your|the|their"
        r"|his|her|any|every|all)\b)"
        r"|(?:(?<=\bto )|(?<=\bhelp )|^|(?<=[.!?•-] )|(?<=you )|(?<=them )|(?<=clients )|(?<=people )"
        r"|(?<=patients ))rehab\b(?=\s(?:your|a|an|the|their|his|her|my|our|any|every|all|knees?|hips?|shoulders?"
        r"|backs?|injur\w*|after|people|clients?|patients?|from|with|at|in)\b)",
        say.REHAB_WHY,
        say.REHAB_SAY,
    ),
    _rule(
        "rehabilitation",
        "service",
        r"(?<!post-)(?<!post)(?<!post )\b(?:p?re)hab(?:ilitation|ilation|ilitative)?\b(?!-graduate)",
        say.REHAB_WHY,
        say.REHAB_SAY,
    ),
    _rule(
        "therapy",
        "service",
        r"(?<!post-)(?<!post )\b(?:physio|hydro|kinesio)?(?:therap(?:y|ies)|theraphy|theropy|thearpy"
        r"|therepy)\b(?!-like)|\btherapeutic(?:s)?\b|\bphysio\b"
        r"|(?<=\bdo )PT\b|(?<=\bprovide )PT\b|(?<=\boffer )PT\b|(?<=\bgive )PT\b|(?<=\bmobile )PT\b",
        say.THERAPY_WHY,
        say.THERAPY_SAY,
    ),
    _rule(
        "therapist",
        "title",
        r"\b(?:physio|kinesio)?therap(?:ists?|hists?)\b|\bhealers?\b",
        say.THERAPY_WHY,
        "Call yourself a medical exercise professional.",
    ),
    _rule(
        "licensed_title",
        "title",
        r"(?<=call me )doc\b|\b(?:doctors?|physicians?|clinicians?|dietitians?|nutritionists?|nurses?|chiropractors?"
        r"|PTs?|OTs?"
        r"|counselors?|diagnosticians?|pharmacists?)\b",
        "A title of a licensed profession.",
        "Call yourself a medical exercise professional.",
    ),
    _rule(
        "diagnose",
        "act",
        r"\b(?:diagnos(?:e|es|ed|ing)|diagnoz(?:e[sd]?|ing))\b",
        say.DIAGNOSE_WHY,
        say.DIAGNOSE_SAY,
    ),
    _rule("diagnosis", "service", r"\bdiagnos(?:is|es|tics?|tically)\b", say.DIAGNOSE_WHY, say.DIAGNOSE_SAY),
    _rule(
        "root_cause",
        "act",
        r"\b(?:tell|find|figure|discover|uncover|pinpoint|identif|explain)(?:s|y|ies)?\s(?:out\s)?(?:you\s|them\s"
        r"|people\s)?(?:what(?:'s| is) wrong"
        r"|the (?:root |real )?(?:cause|source) of|the injury|why (?:it|she|he|they) hurts?)\b",
        say.DIAGNOSE_WHY,
        say.DIAGNOSE_SAY,
    ),
    _rule(
        "prescribe", "act", r"\b(?:prescrib|perscrib|presrib)(?:e|es|ed|ing)\b", say.PRESCRIBE_WHY, say.PRESCRIBE_SAY
    ),
    _rule(
        "prescription",
        "service",
        r"\b(?:(?:prescription|perscription)s?|prescriptive (?:exercise|movement|training))\b",
        say.PRESCRIBE_WHY,
        say.PRESCRIBE_SAY,
    ),
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
        rf"\b(?:fix(?:es|ed|ing)?|repairs?|realigns?|correct(?:s|ed"
        rf"|ing)?(?! (?:them|him|her|you|me|people|clients|me|(?:\w+ ){{0,2}}(?:form|technique|grip|stance|squat|lift|cues?|reps?"
        rf"|footwork))\b))\b(?=(?:\s[\w'’-]+){{0,3}}\s{BODY_PARTS}\b(?! (?:cues?|errors?|habits?|technique)))"
        r"|(?<=\bpain gets )fixed\b|(?<=\bpain\? )fixed\b"
        r"|\b(?:have|get|got) (?:it|them|him|her|your \w+|(?:his|her|their|the) \w+) (?:all )?(?:fixed|sorted out"
        r"|healed|cured|repaired)\b"
        rf"|(?<=\bit is )fixed\b|(?<=\bit's )fixed\b|(?<=\bit gets )fixed\b",
        "Fixing a body is an outcome nobody can promise.",
        "Say “improve”, “maintain” or “build capacity”.",
    ),
    _rule(
        "hands_on",
        "service",
        r"\b(?:manual (?:therapy|work|release|techniques?|adjustments?)|massages?|massauges?|(?:joint|soft[- ]tissue"
        r"|spinal|deep[- ]tissue)\s(?:mobili[sz]ations?|manipulations?|decompression|realignments?)"
        r"|(?:quick\s)?(?:spinal|chiropractic(?:-style)?|joint|back|neck|hip)\sadjustments?|dry needling|cupping"
        r"|trigger points?"
        r"|bodywork|cross[- ]friction|e-stim|TENS units?|deep tissue|scraping|joint (?:popping|cracking)"
        r"|taping|kinesio ?taping|acupuncture|(?:joint |ankle |hip )mobs|mobs|lymph(?:atic)? drainage|cranio-?sacral \w+"
        r"|reflexology|shockwave|Epley(?: maneuver)?|Graston|instrument-assisted \w+|cold laser|ultrasound and heat"
        r"|myofascial release|trigger[- ]point (?:release|work)|(?:soft|deep)[- ]tissue (?:work|release)"
        r"|hands-on (?:techniques?|work|therapy|treatment|release))\b",
        say.HANDS_WHY,
        "Leave it out.",
    ),
    _rule(
        "hands_on_act",
        "act",
        r"\b(?:massag(?:e|es|ed|ing)|manipulat(?:e|es|ed|ing)|adjust(?:s|ed|ing)?|mobili[sz](?:e|es|ed|ing)"
        r"|realign(?:s|ed|ing)?|crack(?:s|ed|ing)?|pop(?:s|ped|ping)?|knead(?:s|ed|ing)?|rub(?:s|bed|bing)? out"
        r"|releas(?:e|es|ed|ing))\b"
        r"(?=(?:\s[\w'’-]+,?){0,3}\s(?:spines?|backs?|necks?|joints?|muscles?|knees?|hips?|shoulders?|vertebrae|calves"
        r"|calf"
        r"|tissue|fascia|ankles?|pelvis|hips|atlas|psoas|piriformis|trapezius|traps|sacrum|ribs?|hamstrings?|scapula"
        r"|jaw)\b)"
        r"|\bput(?:s|ting)? (?:\w+ ){1,3}back in(?:to)? place\b|\bcrack(?:s|ed|ing)?(?= and (?:re)?align)",
        say.HANDS_WHY,
        "Leave it out.",
    ),
    _rule(
        "medical_advice",
        "service",
        r"\bmedical (?:advice|opinions?)\b|(?<=practice )(?:\w+ )?medicine\b|(?<=practise )(?:\w+ )?medicine\b",
        "Medical advice is the physician’s.",
        "Refer the question to the physician.",
    ),
    _rule(
        "nutrition",
        "service",
        r"\b(?:nutrition(?:al)?|meal|diet(?:ary)?|eating|food)\s(?:plans?|plann?ing|counsel\w*|advice|programs?"
        r"|coaching|guidance|prescriptions?|protocols?|stacks?|regimens?|recommendations?)\b|\bmenu plans?\b"
        r"|(?<=write )(?:your|their|all) meals\b|(?<=on )fasting\b(?! blood| glucose)|\bmental health (?:support|care"
        r"|coaching)\b"
        r"|\b(?:(?:weight|grief|emotional|mental[- ]health)\s)?counsel(?:l)?ing\b|\bsupplement(?:s|ation)?\b"
        r"|\bmeal[- ]?plans?\b|\bmacros\b|\bwhat (?:and when )?to eat\b|\b(?:which|what) foods?\b|\bdiets?\b"
        r"|\b(?:creatine|turmeric|collagen|magnesium"
        r"|omega[- ]3|glucosamine|fish oil|probiotics?|electrolytes|protein (?:powder|shakes?)|vitamin [A-K]\d{0,2}"
        r"|vitamins|(?:(?:body|gut|liver|colon|juice) )?(?:detox(?:es|ification)?|cleanses?)|hormone balancing|food sensitivity tests?|gut resets?)\b",
        say.FOOD_WHY,
        say.FOOD_SAY,
    ),
    _rule(
        "counsel",
        "act",
        r"\bcounsel(?:s|ed|led)?\b|\bcounsel(?:l)?ing(?= (?:clients|people|them|him|her|members|families|couples|patients)\b)|\b(?:coach|talk|walk|guide|help|work)(?:s|ed|ing)? (?:\w+ ){1,2}through (?:their "
        r"|her |his |a )?(?:grief|depression"
        r"|anxiety|trauma|addiction|divorce|eating disorders?|panic)\b|\bplan(?:s|ned|ning)? (?:their|all|your|the"
        r"|her|his) (?:meals|diets?|menus?|food)\b",
        say.FOOD_WHY,
        say.FOOD_SAY,
    ),
    _rule(
        "medication",
        "medication",
        r"\b(?:chang(?:e|es|ed|ing)|adjust(?:s|ed|ing)?|reduc(?:e|es|ed|ing)|lower(?:s|ed|ing)?|cut(?:s|ting)?"
        r"|increas(?:e|es|ed|ing)|stop(?:s|ped|ping)?|wean(?:s|ed|ing)?"
        r"|taper(?:s|ed|ing)?|recommend(?:s|ed|ing)?|get(?:s|ting)?|got|took|came|com(?:e|es|ing)|manag(?:e|es|ed"
        r"|ing)|advis(?:e|es|ed|ing)|skip(?:s|ped|ping)?|drop(?:s|ped|ping)?|halve[sd]?"
        r"|throw(?:s|ing)?|ditch(?:es|ed|ing)?|toss|quit|double[sd]?|rais(?:e|es|ed|ing)|need(?:s|ed|ing)? (?:less"
        r"|fewer)|no longer needs?|titrat\w+|swap\w*|replac(?:e|es|ing)|us(?:e|es|ing) (?:less|fewer)|pause[sd]?)"
        rf"\s(?:[\w'’-]+\s){{0,7}}?{MEDS}\b"
        rf"|\b{MEDS}\s(?:[\w'’-]+\s){{0,3}}?(?:chang(?:e|es|ed)|adjusted|reduced|lowered|cut|stopped|weaned|tapered"
        rf"|halved|raised|dropped)\b|\b(?:which|what) {MEDS} to (?:drop|stop|skip|take|cut)\b|\bhow (?:much"
        rf"|many) {MEDS}\b|\b{MEDS},? (?:that|which) (?:I|we)\b|\b(?:statin|aspirin|beta[- ]blocker"
        rf"|metformin)s?\b(?=, which)|\btalk(?:ed|s|ing)? (?:\w+ ){{1,2}}(?:out of|off) (?:\w+ ){{0,2}}{MEDS}\b"
        rf"|\bover-?medicated\b|\btaper\b",
        say.DRUGS_WHY,
        say.DRUGS_SAY,
    ),
    _rule(
        "guarantee",
        "claim",
        promised.GUARANTEE,
        say.CLAIM_WHY,
        say.CLAIM_SAY,
    ),
    _rule(
        "readmission",
        "claim",
        promised.READMISSION,
        say.CLAIM_WHY,
        say.CLAIM_SAY,
    ),
    _rule(
        "prevent",
        "claim",
        promised.PREVENT,
        say.CLAIM_WHY,
        say.CLAIM_SAY,
    ),
    _rule(
        "coverage",
        "claim",
        promised.COVERAGE,
        say.CLAIM_WHY,
        "Say “insurance rarely pays for this”.",
    ),
    _rule(
        "patient",
        "possession",
        r"\bpatients?\b(?!\s(?:portal|education|chart|authorization|handout|forms?))(?!-)",
        "Ours are clients; patients are the provider’s.",
        "Say “client” of your own, “your patients” of theirs.",
    ),
    _rule("named_condition", "condition", rf"\b{CONDITION}(?!\w)", say.NAME_WHY, say.NAME_SAY),
    _rule("named_structure", "condition", rf"\b{STRUCTURE}\b", say.NAME_WHY, say.NAME_SAY),
)
