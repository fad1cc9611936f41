"""The rules for words that are harmless alone: mending an ailment, finding its cause, a promised life without it.

They stand behind those of `crm.domain.scope_rules`, so that of two findings in one place the plainer one is kept.
"""

from __future__ import annotations

import re

from crm.domain import scope_ailments as ail
from crm.domain import scope_care as care
from crm.domain import scope_reasons as say
from crm.domain.scope_regex import regex
from crm.domain.scope_rules import RULES as PLAIN
from crm.domain.scope_rules import Kind, Rule
from crm.domain.scope_terms import MEDS

_AILMENT = regex(rf"\b{ail.AILMENT}(?!\w)", re.IGNORECASE)


def _rule(key: str, kind: Kind, pattern: str, why: str, suggestion: str) -> Rule:
    needs = _AILMENT if key in _OF_AILMENTS else _NOTICED if key == "found" else None
    return Rule(key, kind, regex(pattern, re.IGNORECASE), why, suggestion, needs)


_NOTICED = regex(
    r"\b(?:numb|tingling|sore|stiff|swollen|weak|painful|aching|burning|cold|locked|clicking|hurting|obvious|clear|evident"
    r"|apparent|visible|noticeable|unmistakable|easy to|hard to miss|impossible to miss|nobody|no one|undiagnosed|undetected"
    r"|unnoticed|(?:I|we) (?:found|noticed|spotted|discovered|picked up|detected))\b",
    re.IGNORECASE,
)
_OF_AILMENTS = frozenset("gone helped_to_mend mend ease act_on overcome care_of".split())


_SOMEBODY = (
    r"(?:you|they|he|she|people|(?:your|our|my) (?:patients?|clients?|members?|residents|employees)|clients|nobody"
    r"|no one)"
)
_GROUP = r"(?:(?:our|my) (?:patients?|clients?|members?|people)|nobody here|no one here)"
_PROMISES = (
    rf"\b(?:{_SOMEBODY}\s?(?:'ll|will|can)|{_GROUP})\s(?:never|not|no longer|ever|n't)\s(?:ever |again |be )*(?:have"
    r"|need|get|suffer|see|fall|return|go"
    r"|worry|require|face|needing|feel)\w*\s?(?:\w+\s){0,3}?(?:falls?|surgery|surgeries|operations?|hospital"
    r"|replacements?|(?:new|artificial)"
    r" (?:hips?|knees?|joints?)|heart attacks?|strokes?|injur\w+|pain|relapses?|walkers?|canes?|again)\b"
    r"|\b(?:keep|save|spare|stop)(?:s|ing)?\s(?:\w+\s){1,3}?(?:from\s)?(?:needing|having|getting|another|a new|the"
    r"|going under)\s?(?:\w+\s){0,2}?"
    r"(?:surgery|surgeries|operations?|replacements?|new (?:hips?|knees?)|heart attacks?|strokes?|knife)\b"
    r"|\b(?:avoid|postpone|cancel|prevent)(?:s|ed|ing)?\s(?:\w+\s){0,3}?(?:surgery|operations?|(?:knee|hip"
    r"|joint) replacements?|heart attacks?)\b"
    r"|\b(?:out of|free (?:of|from)|rid of|without|no more)\s(?:\w+\s)?(?:pain|arthritis|sciatica"
    r"|symptoms)\s(?:\w+\s)?(?:within|in|after|by"
    r"|for good|for ever|forever)\b|\bpain[- ]free\s(?:again |for good )?(?:in|within|by|after|for good|for life"
    r"|guaranteed)\b"
    r"|\b(?:pain|blood pressure|blood sugar|sugars?|A1C|symptoms|arthritis|cholesterol)\s(?:will"
    r"|'ll)\s(?:\w+\s){0,2}?(?:be normal|be gone|go away"
    r"|disappear|vanish|normalize|come down|drop|end)\b"
    r"|\b(?:risk(?: of \w+)?|readmissions?|re-?hospitali[sz]ations?|falls)\s(?:\w+\s)?(?:drops?|goes|falls|go|fall"
    r"|sinks?)\s(?:to|by) (?:zero|\w+ percent|\d+)"
    r"|\b(?:nobody|no one|none)\s(?:\w+\s){0,3}?relapses?\b|\bgood as new\b|\bmiracles?\b(?! (?:hospital|network))"
    r"|\bthing of the past\b"
    r"|\bbeats? (?:any|every|all) (?:pills?|drugs?|medicines?|surgery|surgeon|therapy|doctor)\b"
    r"|\bbetter than (?:any )?(?:pills?|drugs?|medicines?|medication)\b"
    r"|\bmakes? (?:\w+ ){1,3}(?:unnecessary|superfluous|obsolete|disappear|vanish|go away)\b"
    r"|\b(?:rates?|readmissions?|falls?|hospitalizations?)\s(?:will|'ll)\s(?:\w+\s)?(?:drop|fall|go down|end|stop"
    r"|shrink|sink)\b"
    r"|\b(?:don't|won't|never|no one|nobody) (?:\w+ ){0,3}?(?:going )?under the knife\b|\b(?:hundred|100|ninety"
    r"|\d\d) ?(?:percent|%) success\b|\bsuccess rates?\b|\bworks? for (?:everybody|everyone|anyone|all)\b"
    r"|\bnever (?:seen|known|had) it fail\b|\bnever fails\b|\blives? (?:\w+ ){0,2}longer\b|\badds? (?:\w+ )?years\b"
    r"|\b(?:will|'ll) regrow\b|\bregrows?\b"
    r"|\b(?:will|'ll|'re going to)\s(?:\w+\s){0,4}?(?:out of|without|off|rid of|lose|leave|throw away|ditch)\s(?:that "
    r"|the |his |her |your |their |a )(?:wheelchair|walker|cane|crutches|brace)\b"
    r"|\b(?:I|we) (?:can )?promise\b(?![^.;,]*\b(?:report|write|send|call|tell|listen|answer|respect"
    r"|practi)\w*)(?=[^.;]*\b(?:pain|walk|falls?|recover|heal\w*|cane|hospital|surgery|normal|results?|cure\w*"
    r"|sleep)\b)"
    r"|\b(?:walk|pain-free|cane|heal\w*|recover\w*|back on)\b[^.;]*, (?:I|we) promise\b"
    r"|\b(?:relief|recovery|healing|cures?|solutions?|better|healthy|pain-free|fix\w*"
    r"|heal\w*) (?:\w+ )?without (?:surgery|drugs|pills|medications?|injections?|needles|doctors?|a surgeon|a doctor)\b"
    r"|\breadmissions?\s(?:will|'ll)\s(?:\w+\s)?(?:drop|fall|go down|end|stop)\b"
    r"|\b(?:expect|enjoy|achieve|promis\w+|certain of)\s(?:an?\s)?(?:\w+\s)?(?:total|full|complete|lasting"
    r"|permanent) (?:recovery|relief|cure|healing)\b"
    r"|\b(?:full|total|complete|permanent|lasting) (?:recovery|relief|cure)\s(?:from|of|in|within)\b"
    r"|\b(?:once and for all|for good)(?=[\s.!])(?<=\w)|\b(?:that's|it's|this is) (?:a|my|our) (?:promise|guarantee)\b"
    r"|\b(?:that's|it's) (?:promised|guaranteed)\b|\bgoodbye to (?:\w+ ){0,3}?(?:pain|sciatica|arthritis|\w+itis"
    r"|migraines?|walkers?|canes?|surgery)\b"
    r"|\b(?:nobody|no one|none of (?:my|our) \w+)\s(?:[\w']+\s){1,6}?(?:goes|ends up|winds up|lands|is"
    r"|gets)\s(?:\w+\s){0,2}?(?:the hospital|surgery|readmitted"
    r"|hurt|injured)\b|\bneeds? no (?:more |further )?(?:surgery|operations?|hospital|walker|cane|replacement)"
    r"|\b(?:our|my) (?:clients?|members?|people|seniors) (?:don't|do not|never|won't) (?:get|have|suffer|break"
    r"|need) (?:\w+ )?(?:strokes?|heart attacks?|hips?|bones|fractures?|surgery|injur\w+|falls?|pain)\b"
    r"|\bkeep\w* (?:\w+ ){1,3}from (?:breaking|falling|having|needing|getting|suffering)\b|\bforget about (?:the "
    r"|your |their )(?:\w+ and (?:the )?)?(?:cane|walker|pain|surgery|brace|crutches|wheelchair)\b"
    r"|\b(?:does|do|did|works?|worked) (?:wonders|magic)\b|\b(?:put|puts|putting) an end to (?:\w+ )?(?:surgery"
    r"|surgeries|operations)|\bno (?:more )?need of surgery\b|\bnever failed to\b"
)
_GONE = (
    rf"\b{ail.AILMENT}\s(?:(?:has|have|had|is|are|was|were|be|been|being|all|now|almost|nearly|completely)\s"
    r"|'s\s){0,3}(?:gone|disappeared"
    r"|vanish(?:es|ing)?|vanished|disappears?|melts? away|goes away|fades?|went away|resolved|eliminated|reversed"
    r"|cured|healed|fixed|ended|corrected|relieved|banished|thaws?|thawed|lets? go|gives? (?:up|in)|clears? up|cleared up"
    r"|subsides?|surrenders?|loosens its grip|takes a back seat|resolves)\b"
    rf"|\bended (?:her|his|their|your|the)\s(?:\w+\s)?{ail.AILMENT}"
)
_HELPED = (
    r"\b(?:help(?:s|ed|ing)?|lets?|allow(?:s|ing)?|enabl(?:e|es|ing)|get(?:s|ting)?|teach(?:es)?"
    r"|show(?:s)?)\s(?:\w+\s){0,3}?(?:to\s|how to\s)?"
    r"(?:beat|reverse|cure|heal|eliminate|conquer|defeat|banish|overcome|get rid of"
    rf"|get over)\s(?:\w+\s){{0,2}}?{ail.AILMENT}(?!\w)"
)
_DRUG_FREE = (
    rf"\bleave (?:your|the|their|his|her) {MEDS} (?:at home|behind|alone)\b|\b(?:medication|drug|pill|insulin|medicine"
    r"|med)-free\b|"
    rf"\btake (?:two|one|half|\d+|an?|some|less|more|extra|double)\s(?:\w+\s)?{MEDS}\b|"
    r"\b(?:no longer|no more|without|off(?: of)?|do without|needs? no|(?:won't|don't|doesn't|didn't|not|never|nobody"
    r"|no one) (?:\w+ ){0,2}?need(?:s|ing)?|throw away|ditch"
    r"|goodbye to|skip|forget(?: about)?|quit|instead of|give up|free of)\s(?:(?:taking|needs?|needing|the|their|your"
    r"|his|her"
    r"|any|all|those|that|blood|pressure|daily"
    rf"|diabetes|heart|pain)\s){{0,4}}{MEDS}\b"
)
_CLINICAL = (
    r"\b(?:(?:physical|medical|orthopedic|orthopaedic|clinical|joint|injury|pain|neurological|spinal"
    r"|diagnostic)\s(?:exams?|examinations?|assessments?|evaluations?|testing|screenings?|check-?ups?"
    r"|tests?|care|treatments?|interventions?)|(?:second|medical) opinions?|traction|electrical stimulation"
    r"|spinal alignment|nerve glides?|deep pressure|sports injury care"
    r"|(?:functional|regenerative|holistic|integrative) medicine|(?:keto|vegan|carb|fasting|food|diet) coaching"
    r"|hands-on care|(?:wound|ostomy|catheter|post-?operative|skilled nursing|diabetic foot|incision) care)\b"
)
_SURGERY = (
    r"\b(?:advis|recommend|suggest|argu|warn|counsel|decid|vot|speak|spoke|talk)\w* (?:\w+ ){0,2}?(?:against|for"
    r"|out of|about) (?:\w+ ){0,2}?(?:surgery|operations?|injections?|replacements?)\b"
    r"|\b(?:told|tell|convinc\w+|assur\w+|said|say|think|thought|believe\w*|conclud\w+|decid\w+|found|determin\w+)\s(?:\w+\s){0,5}?(?:surgery|operation"
    r"|injections?|replacement|scan|MRI|X-ray)\s(?:\w+\s)?(?:is|was|isn't|wasn't|would|will)\b"
    r"(?:\s(?:be|been|not|n't))*\s?(?:necessary|needed|pointless|useless|too early|a mistake|unnecessary|required)"
)
_CLINICAL_ACT = (
    r"\b(?:order|request)(?:s|ed|ing)?\s(?:\w+\s){0,2}?(?:MRIs?|X-rays?|scans?|blood tests?|labs?|imaging"
    r"|lab work)\b(?! from| by)"
    r"|\b(?:administer|inject|giv|gave|hand)\w*(?: out)?\s(?:\w+\s){0,2}?(?:injections?|insulin|shots|medications?"
    r"|painkillers|pills)\b"
    r"|\b(?:remov|tak|took|pull)\w*(?: out| off)?\s(?:[\w']+\s){0,2}?(?:stitches|sutures|staples|casts?)\b|\b(?:dress"
    r"|clean|bandag)(?:es|ed|ing|s)?\s(?:\w+\s)?wounds?\b"
    r"|\b(?:draw|drew|tak|took)(?:s|ing|e|es)?\sblood\b(?! pressure)|\bperform(?:s|ed"
    r"|ing)?\s(?:\w+\s){0,2}?(?:surger\w+|procedures?|injections?)\b"
    r"|\b(?:decid|determin|tell|told|say|judg|sign)\w*\s(?:[\w']+\s){0,4}?(?:when|whether|if"
    r"|that)\s(?:\w+\s){1,3}?(?:can|may|is|are)\s(?:\w+\s){0,3}?(?:drive|return to (?:work|sports?|play)"
    r"|ready for surgery|fit for (?:work|surgery|duty)|back to work)\b|\b(?:get|mak|leav|keep|turn|hav)(?:e|es|s|ting"
    r"|ing)?\s(?:you|your \w+|them|him|her|people|clients|patients|everyone"
    r"|anybody)\s(?:\w+\s)?pain[- ]free\b(?!\s(?:range|motion))"
)
_CLEARS = (
    r"\bclear(?:s|ed|ing)?\s(?:you|him|her|them|(?:your|the|our|my|his|a|each|every|all)\s\w+|people|clients|patients"
    r"|athletes)\s(?:for|to|of)\s"
    r"(?!exercise with us\b)\w+"
)
_CLINIC = (
    r"(?<=\bmy )(?:\w+ )?clinic\b|(?<=\bour )(?:\w+ )?clinic\b|\b(?:pain|injury|spine|sports medicine"
    r"|medical) clinic(?= (?:by|of|with) (?:our|my|a) )"
)
MORE: tuple[Rule, ...] = (
    _rule("promise", "claim", _PROMISES, say.CLAIM_WHY, say.CLAIM_SAY),
    _rule("gone", "promise", _GONE, say.CLAIM_WHY, say.CLAIM_SAY),
    _rule("helped_to_mend", "promise", _HELPED, say.CLAIM_WHY, say.CLAIM_SAY),
    _rule("drug_free", "promise", _DRUG_FREE, say.DRUGS_WHY, say.DRUGS_SAY),
    _rule(
        "clinic",
        "claim",
        _CLINIC,
        "A clinic gives medical care; ours is a place to exercise.",
        "Say “studio”, “gym” or “practice”.",
    ),
    _rule(
        "read_images",
        "claim",
        r"\b(?:X-rays?|MRIs?|scans?|lab (?:tests?|results|work)|blood (?:work|tests?))\s(?:\w+\s)?(?:read|interpreted"
        r"|explained|reviewed|checked) by (?:\w+ )?(?:trainers?|coach(?:es)?|us|me)\b",
        say.DIAGNOSE_WHY,
        say.DIAGNOSE_SAY,
    ),
    _rule(
        "ask_cause",
        "claim",
        rf"\bask (?:me|us|our trainers?|your trainer|our coach(?:es)?) (?:{ail.HIDDEN})",
        say.DIAGNOSE_WHY,
        say.DIAGNOSE_SAY,
    ),
    _rule("mend", "mending", ail.MENDING, say.CLAIM_WHY, "Say “improve”, “maintain” or “build capacity”."),
    _rule("ease", "mending", ail.EASING, say.TREAT_WHY, say.TREAT_SAY),
    _rule(
        "body",
        "mending",
        ail.BODY_MENDING,
        "Mending a body is an outcome nobody can promise.",
        "Say “strengthen”, “move” or “build capacity”.",
    ),
    _rule("act_on", "acting", rf"\b{ail.AILMENT}(?!\w)", say.TREAT_WHY, say.TREAT_SAY),
    _rule("act_on_drugs", "acting", rf"\b{MEDS}\b", say.DRUGS_WHY, say.DRUGS_SAY),
    _rule("act_on_parts", "acting", ail.DEEP_PARTS, say.HANDS_WHY, "Leave it out."),
    _rule("by_hand", "claim", ail.BY_HAND, say.HANDS_WHY, "Leave it out."),
    _rule("put_on", "mending", ail.PUT_ON, say.FOOD_WHY, say.FOOD_SAY),
    _rule("overcome", "promise", ail.OVERCOME, say.TREAT_WHY, say.TREAT_SAY),
    _rule("care_of", "service", rf"\b{ail.AILMENT}\s{ail.CARE}\b", say.TREAT_WHY, say.TREAT_SAY),
    _rule(
        "medication_service",
        "service",
        r"\b(?:medication|medicine|drug|dose|dosage|insulin|prescription drug) (?:changes?|reviews?|adjustments?"
        r"|management|advice|counsell?ing|tapering|plans?)\b",
        say.DRUGS_WHY,
        say.DRUGS_SAY,
    ),
    _rule("clinical_service", "service", _CLINICAL, say.TREAT_WHY, "Leave it out, or describe what you measure."),
    _rule(
        "made_up_title",
        "claim",
        r"\b(?:exercise|fitness|movement|gym|posture|body|lifestyle) (?:doctors?|physicians?|docs?|nurses?|surgeons?"
        r"|clinicians?)\b|\b(?:doctor|physician|surgeon) of (?:movement|motion|exercise|fitness|strength|posture)\b",
        "A title of a licensed profession.",
        "Call yourself a medical exercise professional.",
    ),
    _rule("surgery_advice", "mending", _SURGERY, say.DIAGNOSE_WHY, "Leave the decision to the surgeon and the client."),
    _rule("clinical_act", "mending", _CLINICAL_ACT, "A medical act is the clinician’s.", "Leave it to the provider."),
    _rule("find_cause", "mending", ail.FINDING, say.DIAGNOSE_WHY, say.DIAGNOSE_SAY),
    _rule(
        "clear",
        "mending",
        _CLEARS,
        "Clearing somebody is the physician’s decision.",
        "Say that the provider decides when it is safe.",
    ),
    _rule(
        "dismisses",
        "care",
        care.DISMISSES,
        "Whether somebody may leave their care is the provider’s decision.",
        "Refer the question to the provider.",
    ),
    _rule("in_its_place", "care", care.IN_ITS_PLACE, say.TREAT_WHY, say.TREAT_SAY),
    _rule("stays_well", "care", care.STAYS_WELL, say.CLAIM_WHY, say.CLAIM_SAY),
    _rule("found", "care", care.FOUND, say.NAME_WHY, say.NAME_SAY),
    _rule("read_images", "mending", ail.READING, say.DIAGNOSE_WHY, say.DIAGNOSE_SAY),
)
RULES: tuple[Rule, ...] = (*PLAIN, *MORE)
