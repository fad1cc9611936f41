"""Classes of words that the frames of the scope check are made of, each as a pattern over all its forms."""

from __future__ import annotations

from crm.domain.scope_terms import MEDS
from crm.domain.scope_words import forms

_PAST = {
    "tell": "told", "give": "gave given", "take": "took taken", "get": "got gotten", "make": "made", "find": "found",
    "know": "knew known", "see": "saw seen", "feel": "felt", "say": "said", "think": "thought", "put": "", "set": "",
    "cut": "", "let": "", "read": "", "write": "wrote written", "bring": "brought", "keep": "kept", "send": "sent",
    "leave": "left", "sell": "sold", "come": "came", "go": "went gone", "lose": "lost", "show": "shown",
    "override": "overrode overridden", "throw": "threw thrown", "begin": "began begun", "become": "became",
    "run": "ran running", "hear": "heard", "catch": "caught", "break": "broke broken", "quit": "", "teach": "taught",
    "have": "has had", "do": "does did done doing", "undo": "undoes undid undone", "rebuild": "rebuilt",
    "lend": "lent", "overrule": "", "hold": "held", "build": "built", "draw": "drew drawn", "meet": "met",
}  # fmt: skip


def verbs(listed: str) -> str:
    """A pattern for verbs in all their forms; "sign_off" is the verb "sign" with its particle."""
    found: list[str] = []
    for word in listed.split():
        base, _, particle = word.partition("_")
        tail = f" {particle.replace('_', ' ')}" if particle else ""
        found += [form + tail for form in sorted({*forms(base), *_PAST.get(base, "").split()}, reverse=True)]
    return rf"(?:{'|'.join(found)})"


#: Up to so many words of whatever kind, within a sentence.
def some(most: int) -> str:
    """A pattern for up to so many words between two others."""
    return rf"(?:[\w'’$%,-]+ ){{0,{most}}}?"


TRAINERS = (
    r"(?:(?:my|our|the|these|certified|personal|expert) (?:[\w-]+ ){0,3}?(?:trainers?|coach(?:es)?|team|staff|studio|gym"
    r"|instructors?|program|method|approach|system|sessions?|classes|protocol|exercises|specialists)|ℝℝ)"
)
WE = rf"(?:\b(?:I|we)(?:'ve|'ll|'d|'m|'re)?|\b{TRAINERS})"
AUX = (
    r"(?:(?:can|could|will|would|have|has|had|do|does|did|are|am|is|also|then|just|now|even|always|often|\w+ly) ){0,3}"
)
#: Somebody who comes to us or is cared for.
PERSON = (
    r"(?:you|him|her|them|people|clients|patients|members|everyone|anybody|anyone|seniors|employees|residents|diabetics"
    r"|(?:(?:your|my|our|the|his|a|an|each|every|most|all|this|that|some|older|new) ){1,2}(?:[\w-]+ ){0,2}?(?:clients?"
    r"|patients?|members?|man|woman|husband|wife|mother|father|mom|dad|people|residents?|employees?|workers?|runners?"
    r"|athletes?|seniors?|adults?|person|daughter|son|group|class|ladies|gentlemen)"
    r"|(?:Mr|Mrs|Ms)\.? [A-Z][\w.-]*)"
)
THEY = (
    r"(?:you|he|she|they|people|clients|patients|members|everyone|seniors"
    r"|(?:(?:your|my|our|the) )(?:\w+ )?(?:clients?|patients?|members?|people|mother|father|husband|wife|knees?|back))"
)
THE = (
    r"(?:(?:the|a|an|her|his|their|your|my|any|all|those|that|this|these|more|some|half|of|last|next|first|final|another"
    r"|remaining|two|three|yet|old|new|daily|expensive|one|\d+|\w+'s) ){0,3}"
)
DOCTOR = (
    r"(?:doctors?|docs?|physicians?|surgeons?|\w+ologists?|orthopa?edists?|orthopedics|specialists?|therapists?|PTs?"
    r"|OTs?|GP|PCP"
    r"|providers?|pharmacists?|dietitians?|dieticians?|nutritionists?|counsell?ors?|physiotherapists?|chiropractors?|nurses?|clinicians?|physios?|hospitals?"
    r"|internists?|psychiatrists?|podiatrists?|prescribers?|emergency room|the ER)"
)
CARE = (
    r"(?:(?:(?:physical|occupational|cardiac|pulmonary|outpatient|aquatic|more|vestibular|formal|expensive) )*"
    r"(?:therapy|PT|OT|physio|physiotherapy|rehab|rehabilitation|treatments?|medical care|health care|counseling))"
)
PROCEDURE = (
    r"(?:surger(?:y|ies)|operations?|(?:knee|hip|joint|shoulder|disc) replacements?|(?:cortisone |steroid |\w+ )?"
    r"(?:injections?|shots?)|spinal fusions?|stents?|bypass(?:es)?|the knife|nerve blocks?|epidurals?|hospital stays?)"
)
PILL = (
    r"(?:supplements?|vitamins?(?: \w)?|multivitamins?|turmeric|curcumin|glucosamine|chondroitin|collagen|fish oil"
    r"|magnesium|creatine|melatonin|CBD(?: oil)?|omega-?3s?|probiotics?|herbs|herbal \w+|red yeast rice|berberine|zinc"
    r"|potassium|calcium|iron|ashwagandha|protein (?:powder|shakes?)|electrolytes|fiber|apple cider vinegar|niacin"
    r"|arnica|ginger|antioxidants|testosterone|HGH|peptides|kratom|amino acids|CoQ10)"
)
DRUG = rf"(?:{MEDS}|{PILL}|antibiotics?|muscle relaxers?|muscle relaxants?|hormones|patches|creams?)"
FOOD = (
    r"(?:(?:[\w-]+ ){0,2}?diets?|carbs?|carbohydrates|gluten|dairy|sugar|salt|sodium|meat|calories|keto(?: plan)?|paleo"
    r"|vegan|fasting|intermittent fasting|cleanse|detox|juices?|low-carb\b|(?:[\w-]+ )?(?:meal|eating|food|nutrition"
    r"|macro) plans?|macros|caffeine|alcohol|red meat|grains|seed oils|nightshades|bread)"
)
DOSE = r"(?:\d[\d,.]* ?(?:mg|milligrams?|mcg|micrograms?|IU|units?|grams?|ml|tablets?|capsules?|pills?|doses?)\b)"
AID = (
    r"(?:canes?|walkers?|crutch(?:es)?|wheelchairs?|(?:\w+ )?braces?|slings?|rollators?|inhalers?|CPAP"
    r"|oxygen(?: tanks?)?|compression \w+|orthotics)"
)
TEST = (
    r"(?:X-rays?|MRIs?|(?:CT |bone |body |MRI |DEXA |\w+ density )?scans?|lab (?:results?|work|tests?|values|reports?"
    r"|numbers)"
    r"|labs|blood ?work|blood (?:tests?|panels?|results)|EKGs?|ECGs?|stress tests?|bone density(?: tests?| results?)?"
    r"|DEXA|imaging|A1C (?:results?|numbers?)|echocardiograms?|test results|radiology reports?|biops(?:y|ies)"
    r"|spirometry|sleep study|nerve conduction \w+|ultrasounds?)"
)
#: A part of the body that no trainer can look into.
ORGAN = (
    r"(?:menisc(?:us|i)|labrum|rotator cuff|cuff|ACL|MCL|PCL|dis[ck]s?|vertebrae?|nerves?|joints?|cartilage|bones?"
    r"|tendons?|ligaments?|capsule|inner ear|thyroid|heart|kidneys?|liver|lungs?|valves?|arter(?:y|ies)|gut|prostate"
    r"|pancreas|immune system|hormones|nervous system|spine|pelvis|sacrum|SI joint|atlas|adrenals|metabolism|brain"
    r"|bloodwork|retina|gallbladder|circulation|lymph nodes?|fascia|hip socket|knee ?cap|patella|Achilles|piriformis)"
)
DAMAGE = (
    r"(?:torn|tearing|ruptured|herniated|inflamed|arthritic|worn(?: out| down| thin)?|gone|shot|out of (?:place|joint"
    r"|alignment|line|balance|whack)|misaligned|rotated|tilted|slipped|pinched|trapped|compressed|degenerat\w+|broken"
    r"|fractured|cracked|dislocated|subluxed|infected|clogged|blocked|failing|enlarged|frozen|bone on bone|diseased"
    r"|fine|normal|healthy|healed|weakened|damaged|irritated|unstable|underactive|overactive|leaking|bulging|failed"
    r"|swollen|calcified|strained|sprained|overstretched|dead|jammed|stuck|fused|stable|intact)"
)
RETURN = (
    r"(?:work|driv(?:e|ing)|sports?|play|playing|duty|school|runn?(?:ing)?|competition|football|soccer|tennis|golf"
    r"|full weight|weight[- ]bearing|bear(?:ing)? (?:full )?weight|lift(?:ing)?|fly(?:ing)?|practice|the (?:field|job"
    r"|floor|office|team)|stairs|jump(?:ing)?|contact)"
)
