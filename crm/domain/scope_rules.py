"""The words outside a trainer's scope: what they match, why they matter, and what to say instead.

Retyped from the field's own guidance (titles and acts reserved to licensed professions, claims nobody can keep).
`kind` says how a match is judged; see `crm.domain.scope`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from crm.domain import scope_reasons as say
from crm.domain.scope_terms import BODY_PARTS, CONDITION, MEDS

Kind = Literal["act", "service", "claim", "possession", "condition", "title", "medication"]
Verdict = Literal["blocks", "warns"] | None


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


RULES: tuple[Rule, ...] = (
    # Claims first: of two findings in one place the first is kept.
    _rule(
        "replaces_care",
        "claim",
        r"\b(?:replaces?|replacing|(?<!knee )(?<!hip )(?<!joint )replacement for|substitutes? for|(?:alternative"
        r"|substitute) (?:to|for)|(?:cheaper|better|faster|stronger|safer|more effective) than|instead of"
        r"|rather than|no need for|takes? the place of|(?:don't|won't|wouldn't|no longer|never|not|nobody"
        r"|no one) (?:\w+ ){0,2}?needs?|skip|forget|quit|ditch|cancel|who needs|why wait \w+ \w+ for"
        r"|why wait for)\s(?:[\w'’]+\s){0,3}?"
        r"(?:therapy|physical therapy|PT|therapists?|doctors?|physicians?|surgeons?|rehab|medications?|medical care"
        r"|surgery|surgeries|treatment)\b"
        r"(?!\s(?:department|visits?|appointment|gym|can|will|likes|has|is|who|documented|named|license|act))"
        r"|\bno more (?:doctor|PT|therapy)(?:'s)? (?:visits|appointments)\b|\bwho needs (?:an? "
        r"|your )?(?:cardiologist|specialist|chiropractor|orthopedist)\b"
        r"|\b(?:my|our) \w+ over (?:PT|(?:\w+ )?therapy|surgery|rehab)\b"
        r"|\b(?:therapy|PT|rehab) is (?:a waste|overrated|useless|unnecessary|outdated)\b"
        r"|\bstop sending (?:\w+ ){1,3}to (?:\w+ )?(?:therapy|PT|rehab)\b|\b(?:half|third|fraction"
        r"|quarter) (?:of )?the (?:cost|price) of (?:PT|(?:\w+ )?therapy|rehab)\b"
        r"|\beverything (?:a|an|your) (?:PT|\w+ therapist|therapist|doctor|physician) (?:does|do|can)\b"
        r"|\bno (?:doctors?|surgery|surgeons?|drugs|pills), no (?:doctors?|surgery|surgeons?|drugs|pills)\b"
        r"|\bno more (?:physical therapy|therapy|PT|rehab|doctors|pills|medications?) (?:needed|necessary|required)\b"
        r"|\bnever (?:see|need|visit) (?:a|an|your|the|another) (?:surgeon|doctor|therapist|physician|hospital)\b",
        "We extend the provider’s work and never replace it.",
        "Say what happens after therapy, alongside the plan of care.",
    ),
    _rule("treat", "act", r"\b(?:treat(?:s|ed|ing)?)\b(?!\sof\b)", say.TREAT_WHY, say.TREAT_SAY),
    _rule(
        "treatment",
        "service",
        r"\b(?:plans? of care|treatments?|treatement|tretment|treatmants?)\b",
        say.TREAT_WHY,
        say.TREAT_SAY,
    ),
    _rule(
        "rehabilitate",
        "act",
        r"\b(?:rehabilitat(?:e|es|ed|ing)|rehab(?:s|bed|bing)|rehabilate[sd]?)\b",
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
        r"|backs?|injur|after|people|clients?|patients?|from|with|at|in))",
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
        r"\b(?:doctors?|physicians?|clinicians?|dietitians?|nutritionists?|nurses?|chiropractors?|PTs?|OTs?"
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
    _rule("prescription", "service", r"\b(?:prescription|perscription)s?\b", say.PRESCRIBE_WHY, say.PRESCRIBE_SAY),
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
        rf"|ing)?)\b(?=(?:\s[\w'’-]+){{0,3}}\s{BODY_PARTS}\b)|(?<=\bpain gets )fixed\b|(?<=\bpain\? )fixed\b"
        rf"|(?<=\bit is )fixed\b|(?<=\bit's )fixed\b|(?<=\bit gets )fixed\b",
        "Fixing a body is an outcome nobody can promise.",
        "Say “improve”, “maintain” or “build capacity”.",
    ),
    _rule(
        "hands_on",
        "service",
        r"\b(?:manual (?:therapy|work)|massages?|massauges?|(?:joint|soft[- ]tissue|spinal"
        r"|deep[- ]tissue)\s(?:mobili[sz]ations?|manipulations?)"
        r"|(?:quick\s)?(?:spinal|chiropractic|joint|back|neck)\sadjustments?|dry needling|cupping|trigger points?"
        r"|taping|kinesio ?taping|acupuncture"
        r"|myofascial release|trigger[- ]point (?:release|work)|(?:soft|deep)[- ]tissue (?:work|release)"
        r"|hands-on (?:techniques?|work|therapy|treatment|release))\b",
        say.HANDS_WHY,
        "Leave it out.",
    ),
    _rule(
        "hands_on_act",
        "act",
        r"\b(?:massag(?:e|es|ed|ing)|manipulat(?:e|es|ed|ing)|adjust(?:s|ed|ing)?|mobili[sz](?:e|es|ed|ing)"
        r"|realign(?:s|ed|ing)?|crack(?:s|ed|ing)?|pop(?:s|ped|ping)?)\b"
        r"(?=(?:\s[\w'’]+){0,2}\s(?:spines?|backs?|necks?|joints?|muscles?|knees?|hips?|shoulders?|vertebrae|calves"
        r"|tissue|fascia|ankles?|pelvis|hips|atlas)\b)",
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
        r"|coaching|guidance|prescriptions?|protocols?)\b"
        r"|\b(?:(?:weight|grief|emotional|mental[- ]health)\s)?counsel(?:l)?ing\b|\bsupplement(?:s|ation)?\b"
        r"|\bmeal[- ]?plans?\b|\bmacros\b|\bwhat to eat\b|\bdiets?\b|\b(?:creatine|turmeric|collagen|magnesium"
        r"|omega[- ]3|protein (?:powder|shakes?)|vitamin [A-K]\d{0,2}|vitamins)\b",
        say.FOOD_WHY,
        say.FOOD_SAY,
    ),
    _rule(
        "counsel",
        "act",
        r"\bcounsel(?:s|ed|led)?\b|\bplan(?:s|ned|ning)? (?:their|all|your|the|her|his) (?:meals|diets?|menus?|food)\b",
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
        r"\b(?:guarante|gaurante|guarente|garante)\w+|\bpromise\s(?:[\w']+\s){0,3}?an?\s(?:pain-free|full|complete"
        r"|quick|lasting)\b"
        r"|\b(?:promise|assure)(?: you)?(?: that)? (?:your patients?|my clients?|clients|they|she|he|it"
        r"|your \w+) (?:will|won't|is|are)\b|\b(?:promise|ensure|assure)s?\s(?:you\s)?(?:\w+\s){0,3}?(?:results?"
        r"|recovery|outcomes?|improvements?|success)\b"
        r"|\bnever (?:have to )?(?:worry|fear)\b[^.;]{0,30}\b(?:falls?|falling|surgery|pain|hospital)\b|\b(?:never"
        r"|won't|will not)\s(?:fall|be readmitted|get (?:hurt|injured)|relapse)\b(?:\sagain)?|\b100\s?(?:%"
        r"|percent)\s(?:safe|success\w*|effective|recovery|of|pain)"
        r"|\b(?:recover|heal|improve)s?\s(?:\d+\s?(?:%|percent)\s|twice as |much )(?:faster|sooner|quicker|fast"
        r"|more)\b|\bpain[- ]free in\b|\bno more pain\b|\b(?:or your )?money[- ]back guarantee\b"
        r"|\bor your money back\b|\b(?:my|our) clients (?:don't|do not|never|won't) (?:fall|relapse|get (?:hurt"
        r"|injured))\b",
        say.CLAIM_WHY,
        say.CLAIM_SAY,
    ),
    _rule(
        "readmission",
        "claim",
        r"\b(?:prevent|avoid|reduc|lower|cut|eliminat|decreas|stop|minimi[sz]|slash)\w*\s(?:[\w'’-]+\s){0,4}?"
        r"(?:re-?\s?hospitali[sz]ations?|hospitali[sz]ations?|re-?admissions?|hospital (?:stays?|visits?|returns?)"
        r"|ER visits?"
        r"|emergency visits?|surger(?:y|ies)|(?:knee|hip|joint) replacements?)\b"
        r"|\b(?:keep|keeps|keeping|stay|stays|staying|stayed|kept)\s(?:[\w'’]+\s){0,3}?(?:out of|from returning to"
        r"|from going back to) (?:the )?(?:hospital|ER|emergency room)\b"
        r"|\b(?:won't|are never|is never|never) (?:be )?(?:readmitted|return to the hospital|go back to the hospital"
        r"|re-?hospitali[sz]ed)\b"
        r"|\b(?:don't|do not|never|won't) (?:end up|land) (?:back )?in the (?:hospital|ER)\b"
        r"|\bkeep\w* [^.;]{0,40}? from (?:being |getting )?(?:readmitted|re-?hospitali[sz]ed|hospitali[sz]ed|falling)\b"
        r"|\bkeep\w* (?:\w+ ){0,3}readmissions?\b|\b(?:nobody|no one)[^.;]{0,40} (?:goes|went"
        r"|go) back to the hospital\b"
        r"|\bnever had (?:a|an|any|one) (?:\w+ )?(?:readmi\w+|fall|client readmitted|patient readmitted)\b"
        r"|\b(?:zero|no|fewer) (?:re-?admissions|re-?hospitali[sz]ations)\b|\breadmission (?:numbers|rates?) (?:drop"
        r"|fall|go down|improve|shrink)\b",
        say.CLAIM_WHY,
        say.CLAIM_SAY,
    ),
    _rule(
        "prevent",
        "claim",
        r"\b(?:prevent(?:s|ing)?|eliminat(?:es?|ing)|end|ends|revers(?:es?|ing)|stop|stops|stopping"
        r"|cures?)\s(?:[\w'’-]+\s){0,3}?"
        r"(?:falls|falling|re-?injur(?:y|ies)|injur(?:y|ies)|disease|(?:pre-?)?diabetes|hypertension|arthritis"
        r"|dementia|osteoporosis|cancer|heart attacks?|strokes?|pain|relapse|recurrence)\b"
        r"|\bno more (?:falls|injuries|relapses)\b|\b(?:falls|injuries|setbacks|relapses) (?:don't|do not|never"
        r"|won't) happen (?:to|with|here)\b"
        r"|\b(?:falls?|fall risk|injur(?:y|ies)|diabetes|pain|disease) (?:is |are |can be |gets? )?(?:prevented"
        r"|eliminated|reversed)\b",
        say.CLAIM_WHY,
        say.CLAIM_SAY,
    ),
    _rule(
        "coverage",
        "claim",
        r"\b(?:insurance|insurers?|Medicare(?: Advantage)?|Medicaid|workers' comp|(?:their|your|the|most|many|all"
        r"|her|his) (?:[\w']+ )?plans?|HSA)\s(?:companies\s|company\s|partners?\s|patients\s|(?:\w+ly|also)\s)?"
        r"(?:will|covers?|pays?(?: nothing)?|reimburses?|accepts? (?:my|our|the) (?:invoices?|claims?|bills?)|always"
        r"|picks? up)\b(?:\s(?:pay|cover|reimburse)\w*)?"
        r"|\b(?:reimbursed|covered|paid|paid for) (?:in full )?by (?:\w+ )?(?:insurance|insurers?"
        r"|Medicare(?: Advantage)?|Medicaid|your (?:insurer|plan)|workers' comp|plans?)\b"
        r"|\b(?:bill|billing|file with|submit to) (?:\w+ )?(?:insurance|insurers?|Medicare|Medicaid)\b"
        r"|\buse (?:\w+ )?(?:Medicare|Medicaid|insurance) for\b"
        r"|\byou (?:will|'ll) be reimbursed\b|\bbe reimbursed\b|\bget(?:ting)? (?:\w+ )?(?:Medicare|insurance"
        r"|insurers?|Medicaid) to pay\b|\bpatients pay nothing\b|\b(?:we|I) (?:accept|take) (?:\w+ )?(?:insurance"
        r"|Medicare|Medicaid)\b",
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
)
