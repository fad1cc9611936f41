"""Medical deeds told with harmless words: a verb with its object, made of the classes of `crm.domain.scope_lexicon`.

They leave the scope where the clause is ours: clearing somebody for work, reading a scan, handing out pills.
"""

from __future__ import annotations

from crm.domain.scope_ailments import AILMENT
from crm.domain.scope_lexicon import AID, CARE, DOSE, DRUG, FOOD, PERSON, RETURN, TEST, THE, THEY, some, verbs

_SURELY = verbs("determine decide judge rule establish conclude figure_out work_out certify confirm declare assess")

CLEARING = (
    rf"\b{verbs('sign_off sign_out')}(?: on)? {THE}(?:\w+ )?(?:(?:return|going back) to|clearance|release|fitness)\b",
    rf"\b{verbs('sign issue')} {THE}(?:\w+ )?(?:clearance|release|fit notes?|work notes?|doctor's notes?|sick notes?"
    r"|disability (?:forms?|papers)|parking (?:permits?|forms?))\b(?!(?: form)?s? (?:from|by|that|you|request))",
    rf"\b{verbs('give')} {PERSON} (?:the |a |my |an? \w+ )?(?:green light|go-ahead|all[- ]clear|okay|OK|thumbs up"
    rf"|clearance|permission) (?:to|for) {some(3)}{RETURN}",
    rf"\b{verbs('let allow permit')} {PERSON} (?:to )?(?:drive|fly|return to work|go back to work|put (?:full |some )?weight on|bear"
    r" (?:full )?weight)\b",
    rf"\b{verbs('release approve okay authorize')} {PERSON} (?:for|to|back to) {some(3)}{RETURN}",
    rf"\b{_SURELY} (?:that |when |whether |if |how soon )?(?:{PERSON}|{THEY})"
    rf" (?:can|may|could|is|was|are|were) {some(4)}(?:{RETURN}|without {THE}{AID}|ready for surgery|off {THE}{DRUG})\b",
)
READING = (
    rf"\b{verbs('interpret analyze analyse decipher decode translate')} {THE}(?:\w+ )?{TEST}\b",
    rf"\b{verbs('read')} {THE}(?:[\w']+ )?(?:X-rays?|MRIs?|scans?|labs|EKGs?|ECGs?|blood ?work)\b"
    r"(?! reports?| (?:that )?you\b| (?:the|your)\b)",
    rf"\b{verbs('go_over go_through look_at have_a_look_at take_a_look_at review explain evaluate check')} {THE}(?:\w+ )?{TEST}"
    r"(?= (?:with (?:you|her|him|them|clients|each)|and (?:(?:I|we)(?:'ll| will| can)? )?(?:tell|told|explain|set|decide|adjust|change|find|say)))",
    rf"\b{verbs('order request run do perform take')} {THE}(?:own )?(?:blood|lab|urine|saliva|hormone|food sensitivity"
    r"|allergy|gut|genetic|stool|stress|vascular|bone density) (?:tests?|panels?|work|testing|scans?)\b(?! from| by)",
)
DOSING = (
    rf"\b{verbs('give hand offer lend sell pass slip supply order get')} (?:{PERSON} )?(?:some of my (?:own )?|one of my"
    rf" (?:own )?|my own |a few |some |an? |two |extra |out )?(?:\w+ )?(?:{DRUG})\b(?! (?:list|question|record"
    r"|log|pad|holders?|box|bag|order|change))",
    rf"\b{verbs('put start keep place switch move get')} (?:{PERSON} )(?:(?:with|who have|who has) (?:\w+ ){{1,4}})?(?:on|onto|to|over to|with) (?:an? |the |some"
    rf" |our |my )?(?:[\w-]+ )?(?:{DRUG}|{FOOD})\b(?! list)",
    rf"\b{verbs('take get wean keep pull bring move coach talk')} (?:{PERSON} )(?:off(?: of)?|away from) (?:all |the"
    r" |her |his |their |that |those |any )?(?:\w+ )?"
    rf"(?:{DRUG}|{FOOD}|{AID})\b",
    rf"\b{verbs('double halve triple raise up bump lower cut increase decrease adjust swap manage')} (?:up |down )?(?:her|his"
    rf"|their|your|the client's|a client's) (?:\w+ )?{DRUG}\b",
    rf"\b{verbs('recommend suggest advise prescribe add give take tell have start raise lower increase')}"
    rf" [^.;?!]{{0,40}}?{DOSE}",
    rf"\b{verbs('tell have ask let make get instruct advise remind teach want')} {PERSON} (?:to )?(?:take|swallow|add"
    rf"|try|use|drink|double|halve|skip|apply|rub in) (?:an? |two |one |some |more |less |half |extra |only |her |his"
    rf" |their |a second |the )*(?:\w+ )?(?:{DRUG})\b",
)
FEEDING = (
    rf"\b{verbs('advise guide counsel coach consult instruct')} (?:{PERSON} )?(?:on|about|regarding|through) (?:their |the"
    rf" |her |his |all |which |what |good |proper )*(?:\w+ )?(?:{DRUG}|{FOOD}|food choices|nutrition|weight loss drugs)\b",
    rf"\b{verbs('change adjust fix set plan overhaul redo manage control restrict design write rewrite create build')}"
    r" (?:(?:up|out) )?(?:(?:her|his|their|your|our clients'|the client's|each client's|client|a|an|the|every)"
    r" )(?:\w+ )?(?:diets?|carb (?:limit|intake|count)|calories|calorie (?:\w+ )?|eating|nutrition|meals|macros?"
    r"|salt intake|sugar intake|protein (?:intake|target|goal)|food intake|fluid (?:intake|limit))\b",
    rf"\b{verbs('tell teach show advise instruct coach')} {PERSON} (?:what|how much|which foods|when) (?:to|they should"
    r"|she should|he should) (?:eat|fast|drink|avoid eating)\b",
    r"\b(?:cut|cuts|cutting|dropped|drop) (?:out )?(?:her|his|their) (?:carbs|sugar|salt|calories)\b",
)
#: Ailments sent off by verbs that part around them: "take the pain away".
SENDING_OFF = (
    rf"\b{verbs('take make drive melt wash train work chase rub massage sweat stretch walk breathe lift press')} (?:the|your|their"
    rf"|her|his|that|all|any|all the|my) (?:[\w-]+ )?{AILMENT} (?:away|out(?! of)|off|go away|disappear|vanish|history)\b",
    rf"\b{verbs('get bring return put restore push move take drop')} (?:the|your|their|her|his|that|my) (?:[\w-]+ )?{AILMENT}"
    r" (?:back |all the way |down )*?(?:down|lower|(?:to|into|in|under) (?:normal|control|the normal range|a healthy range|check|a normal"
    r" range|zero|remission))\b",
)
REPLACING = (
    rf"\b{verbs('replace swap trade substitute swap_out')} {THE}(?:\w+ )?{CARE}\b(?! (?:tables?|bands?|equipment|rooms?))",
)
HANDLING = (
    rf"\b{verbs('use apply try put add')} (?:the |some |a |an |our |my )?(?:\w+ )?(?:kinesi\w+ tape|KT tape|ultrasound|e-?stim|TENS|(?:massage )?guns?"
    r"|suction cups|needles|lasers?|electrodes|traction|inversion tables?|electrical (?:current|stimulation)|shockwaves?|moxibustion|leeches"
    r"|heat lamps?|infrared \w+)\b(?! (?:for (?:posture|warm)))",
    rf"\b{verbs('manage handle control take_over oversee direct')} (?:her|his|their|your|the|a client's|clients') (?:[\w']+ )?(?:conditions?|disease"
    r"|illness(?:es)?|symptoms|recovery|rehab|treatment|care|medical \w+)\b",
    rf"\b{verbs('stretch stretch_out floss glide decompress free unpinch loosen press_on mobilize work_on tug')}"
    r" (?:out )?(?:the|her|his|your|their|a|pinched|trapped|tight|sciatic) (?:[\w-]+ )?nerves?\b",
    rf"\b{verbs('reposition reset relocate replace move tap')} (?:the|her|his|your|their) (?:[\w-]+ )?(?:crystals"
    r"|dis[ck]s?|kneecap|patella|jaw|shoulder joint|hip joint|ribs?|vertebrae?)\b",
    rf"\b{verbs('loosen remove take_off adjust tighten leave_off unlock replace refit')} (?:her|his|their|your|the|a client's|the"
    r" client's) (?:\w+ )?(?:braces?|casts?|boots?|slings?|splints?|bandages?|dressings?|collars?|oxygen|catheters?|pacemakers?"
    r"|insulin pumps?|orthotics|prosthe\w+)\b",
    rf"\b{verbs('handle change check dress clean do treat manage monitor')} (?:the |her |his |their |your |any )?(?:"
    r"wounds?(?: (?:checks?|care|dressings?))?|stitches|dressings?|catheters?|drains?|IVs?|ports?|bed ?sores?|ulcers?"
    r"|incisions?|sutures|staples|bandages|feeding tubes?|oxygen levels?|tracheo\w+|casts)\b(?! (?:was|were|is|are)\b)",
)
