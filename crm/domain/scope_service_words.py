"""The words around a noun for a licensed service that tell whose it is: offers, what was finished, what is theirs."""

from __future__ import annotations

import re

from crm.domain.scope_people import LICENSED, PLACES
from crm.domain.scope_regex import regex

OFFER = regex(
    r"(?:offer|provid|giv|gave|deliver|perform|do|does|did|doing|done|speciali[sz]|practi[cs]|run|conduct|lead|led"
    r"|teach"
    r"|taught|includ|combin|creat|writ|wrote|design|start|begin|began|continu|build|built|sell|sold|bring|brought"
    r"|us(?:e|es|ed"
    r"|ing)$|appl|mak|made|put|recommend|suggest|develop|set|propos|draw|drew|advis|carr|establish|reach|arriv|confirm"
    r"|updat|add|suppl|take|took|handl|manag|finish|end|complet|bill|charg|mix|blend|open|own|operat|hand|administer"
    r"|turn"
    r"|promise|have|has|had|get|got|hold|swear|tailor|progress|walk|produce|replace|go|come|work|serve|believe|market"
    r"|advertis|cover|expand|extend|fill|pair|integrat)\w*"
)
RESPECT = regex(
    r"(?:follow|name|stat|show|contain|repeat|respect|support|complement|read|ask|know|knew|understand|understood|see"
    r"|saw|seen|hear|heard|learn|refer"
    r"|sen[dt]|leav|left|coordinat|work|extend|honor|wait|need|want|visit|admir|like|love|thank|call|meet|met|mention"
    r"|speak|spoke|talk|discuss|welcom|receiv|keep|kept|lis|record|document|cop|attach|match|protect|reinforc|build"
    r"|avoid"
    r"|put|report|share|trust|remember|appreciat|observ|watch|contact|return|go|went|come|came|live|train|help|coach"
    r""
    r"|meet|review|file|print|quot|note|driv|drove|stand|stood|share|grew|pass|look|guess|step|stay|start|serve"
    r"|track|time)\w*"
)
TAKE_OVER = regex(
    r"(?:take|took|taking|continu|provid|deliver|do|does|doing|complet|finish|handl|run|offer|give|giv|perform|carr"
    r"|manag|extend|progress|adapt|improv|chang|writ|wrote|updat|design|mak|made|trust)\w*"
)
INSTITUTION = (
    (PLACES - {"plan", "plans"})
    | LICENSED
    | frozenset(
        "director directors manager managers coordinator discharge visits visit benefit benefits coverage notes"
        " note goals"
        " goal order orders team staff gym history record records cap limit limits days day bill bills door"
        " referral referrals"
        " aide aides ward wing authorization copay co-pay session-limit episode expert-s patients patient pool"
        " graduates"
        " graduate department's hospital's gap handout guidelines codes code discharges community world side summary"
        " code pad pads decisions decision choices side-effects plateau journey appointment appointments"
        " colleagues outcome outcomes weeks week months month-end phase floor form forms question questions license"
        " potential prognosis status".split()
    )
)
BEFORE_US = frozenset(
    "after before during since until till once when whenever following between beyond past alongside outside upon"
    " throughout besides from through out off through despite without against near about regarding than instead because"
    " toward towards across beside into vs versus finished completed".split()
)
ENDS = regex(
    r"^(?:(?!when\b|once\b|after\b|because\b|until\b|since\b|if\b|before\b|until\b|who\b|which\b|that\b|her\b|his\b"
    r"|your\b|their\b)[\w/'-]+\s|that (?:has |have |had "
    r"|was )?){0,4}?(?:ends?|ended|ending|is over|are over|is done|was over|stops?|stopped|finish(?:es|ed)?|runs? out"
    r"|ran out|leaves? off|left off|is finished|is complete|was complete|gave|gives|began|begun|comes to an end"
    r"|closes|won|came first|comes first"
    r"|taught|started|built|restored|has ended|completed|is behind|covers|is expensive|wraps up|concludes)\b",
    re.IGNORECASE,
)
FINISHED = regex(
    r"\b(?:finish\w*|complet\w*|end\w*|leav\w*|left|discharg\w* from|graduat\w* (?:from|of)|done with|through with"
    r"|run(?:s|ning)? out of|ran out of|won in|learned in|gained in|achieved in|received|undergo\w*|underwent"
    r"|exhaust\w*"
    r"|go(?:es|ing)? through|went through|been through|close to|still in|start(?:s|ed)? at|as in|need\w*"
    r"|halfway through"
    r"|wait(?:s|ing)? for|in need of|the end of|end of|days? of|weeks? of|months? of"
    r"|years? of|course of|end to)\s(?:(?!with\b|by\b)[\w'-]+\s){0,4}$",
    re.IGNORECASE,
)
#: "They are on therapy", "more therapy": somebody has it already.
UNDERWAY = regex(
    r"\b(?:on|out of|more|additional|further|what)\s(?:(?!with\b|by\b)[\w'-]+\s){0,1}$",
    re.IGNORECASE,
)
PART_OF = regex(
    r"\bpart of (?:(?:many|most|some|several|any|every|the|a|good|standard|your|their) (?:\w+ )?)?$", re.IGNORECASE
)
AS_OURS = regex(
    r"\b(?:it|this|that|these|those|they|sessions?|exercise|training|program|class|classes|what (?:I|we) do|walking"
    r"|workouts?|movement|service|approach|method)(?:'s|\s(?:is|are|was))\s(?:[\w'-]+\s){0,4}$"
    r"|\b(?:my|our) (?!clients?|mother|father|wife|husband|goal|aim)[\w-]+(?: [\w-]+)? (?:is|are) (?:a |an |the "
    r"|pure |real |true |also )*$",
    re.IGNORECASE,
)
ON_OFFER = regex(
    r"^(?:[\w'-]+\s){0,6}?(?:is|are|'s)?\s?(?:now |also |always |all )?(?:included|includes|available|offered|free"
    r"|on the"
    r" menu|on offer|part of (?:my|our|every|each|the (?:\w+ )?(?:package|program|session|service|fee))|what (?:I"
    r"|we)\b|(?:one of|among) (?:my|our)\b|my (?:specialty|job|passion"
    r"|thing)|our (?:specialty|job|passion|thing|strength)|for (?:every|all) clients?|with every|at home|at your door"
    r"|(?:with)?in (?:the |an |one |two |ten |\w+ )?(?:minutes?|hours?|sessions?|visits?)|without|made|that works"
    r"|near you|starting at|from \$|for \$|for less|,? ?(?:\d+ minutes|\$))",
    re.IGNORECASE,
)
THEIRS_AFTER = regex(
    r"^(?:[\w'-]+\s){0,3}?(?:from|by|at|of|with|in)\s(?:you|your|the|their|his|her|Dr|a|an)\b", re.IGNORECASE
)
OURS_RELATIVE = regex(
    r"^(?:,? ?(?:that|which) |(?:do|can|will|could|should) )?(?:I|we)(?:'ve|'ll| have| can| will"
    r"| would)? (?:\w+ly )?(?P<verb>\w+)",
    re.IGNORECASE,
)
READS = regex(
    r"(?:follow|list|read|record|copy|see|saw|work|come|came|go|went|have|had|extend|need|use)", re.IGNORECASE
)
MISSED = regex(r"^(?:that |which )(?:you|your \w+|they|the \w+) (?:missed|overlooked|ignored)", re.IGNORECASE)
THEN_US = regex(
    r"\b(?:I|we) do (?:both|all)\b|(?<!\bhow )(?<!\bwhy )(?<!\bwhere )\b(?:and|I|we) (?:use|make|do|provide|offer|give"
    r"|continue|can start|can do"
    r"|can give|sell|deliver|bring|have|got) it\b(?! to you)|\bcome (?:straight |right |directly )to (?:me|us)\b"
    r"|^[\w\s,]{0,40}, (?:my |our )?(?:clients|people|they) (?:come|turn|go) to (?:me|us)\b",
    re.IGNORECASE,
)
FOR_US_TO = regex(
    r"^(?:that |which )?you(?:'d| would)? (?:like|want) (?:me|us) to (?!avoid|skip|follow|respect|know|see|keep)",
    re.IGNORECASE,
)
BY_OTHERS = regex(
    r"^(?:[\w'-]+\s){0,5}?(?:by|from)\s(?:you|your|the|their|his|her|its|Dr\.?|a|an|another|licensed|physical"
    r"|physicians|doctors)\b",
    re.IGNORECASE,
)
LEARNED = regex(r"^(?:that |which )?(?:they|you|he|she|your|their|her|his|the)\s(?:[\w'-]+\s){0,3}?\w+", re.IGNORECASE)
GIVEN = frozenset(
    "provider-reported documented reported existing prior previous confirmed known referring original current"
    " past".split()
)
ADVERTISED = regex(r"(?:includ|offer|provid|deliver|combin|featur|specializ|receiv|enjoy|get|try|book|buy)\w*")
EXPERTS = frozenset(
    "specialist specialists expert experts pro pros coach trainer trainers coaches guru professional professionals"
    " practitioner practitioners person guy lady gal provider providers partner source solution resource guru".split()
)
REGIONS = frozenset("area town city world nation country state county neighborhood region valley coast today".split())
OUR_KIND = regex(
    r"\b(?:my|our) (?:\w+ )?(?:approach|plan|course|program|round|session|protocol|package|style|kind|brand|form"
    r"|version|take|method|philosophy|way|type|line|concept"
    r"|course|mix|blend|system)"
    r"s? (?:to|of|on|for|in|with) (?:[\w-]+ ){0,2}$",
    re.IGNORECASE,
)
PARTS = frozenset(
    "round rounds course courses series session sessions visit visits week weeks month months year years day days bit"
    " kind type end rest minutes hours dose phase".split()
)
NEEDED_FROM_US = regex(
    r"\b(?:send|refer|bring|give|point)\b(?![^.;]*\b(?:not|never|back)\b)(?!n't)[^.;]{0,40}?\b(?:me|us|patients?"
    r"|anyone|people|those)\b[^.;]{0,40}?"
    r"\b(?:needs?|requires?|wants?|looking for|waiting for|could use|in need of)\s(?:(?!exercise|training|a|no|help"
    r"|supervis)[\w-]+\s){0,3}$"
    r"|\b(?:call|text|contact|reach|tell|ask|send|refer)\b[^.;]*\b(?:me|us)\b[^.;]*\b(?:if|when|whenever|any ?time"
    r"|who|that)\b[^.;]*\bneeds?\s(?:an?\s|more\s)?$",
    re.IGNORECASE,
)
LEADS = regex(
    r"\b(?:I|we|(?:my|our) \w+)(?:'ll|'ve|'d| will| can| would| have)? (?:\w+ly )?(?:take|took|lead|led|guid|bring"
    r"|brought|walk|coach|see|get|got|carry|help|talk)\w*\b",
    re.IGNORECASE,
)
GOES_ON_HERE = regex(
    r"^(?:doesn't|does not|needn't|need not|won't|never) (?:have to |need to )?(?:end|stop|be over)\b.*\b(?:us|me|our"
    r"|my)\b",
    re.IGNORECASE,
)
GOES_ON = regex(r"^(?:doesn't|does not|won't|isn't|never does)\W*$", re.IGNORECASE)
SEND_THEM = regex(
    r"^\W*\s?(?:please )?(?:send|refer|bring|point) (?:them|him|her|people) (?:to|my|our)\b", re.IGNORECASE
)
WITH_US = regex(r"\b(?:with|from|by|at|in) (?:me|us|my|our)\b|\bhere (?:in|at) (?:my|our)\b", re.IGNORECASE)
FOR_SALE = frozenset("slots packages specials prices rates vouchers deals".split())
SOFT = frozenset({"therapy", "rehabilitation", "treatment", "diagnosis", "prescription"})
#: "Diagnosis (to be completed by the physician)": a line of a form that somebody else fills in.
FOR_THE_PROVIDER = regex(
    r"^\W{0,3}(?:codes? |plan |goals? )?\W{0,3}(?:(?:to be |as |please )?(?:filled (?:in|out)|completed?|entered"
    r"|provided"
    r"|signed|written|given|confirmed|stated|documented|recorded|named)(?: in| out)? by|for use by|from"
    r"|for) (?:you\b|(?:the |your |a |an )?"
    r"(?:\w+ )?(?:physician|provider|doctor|prescriber|surgeon|clinician|therapist|office|practice)\b)(?! (?:I|we)\b)"
    r"|^\W{0,3}(?:provider|physician|doctor|office)(?:'s)? (?:use|only|to (?:complete|fill))",
    re.IGNORECASE,
)
#: "Please don't stop your therapy", "clients should never skip".
DO_NOT_STOP = regex(
    r"(?:^\W*(?:so |and |but |also,? )?(?:please )?|\b(?:you|they|she|he|clients?|patients?|people|nobody|no one"
    r"|them|her|him"
    r"|anyone|should|must|please) (?:\w+ )?)(?:do not|don't|not|never|shouldn't|mustn't"
    r"|needn't)(?: to)?(?: ever)? (?:stop|end|quit"
    r"|limit|delay|skip|cancel|interrupt|pause|give up|leave|drop)(?: \w+ing)?(?: \w+){0,3} $",
    re.IGNORECASE,
)
#: Somebody's talk, article or experience about it: the thing is only named.
READ_OF = regex(
    r"\b(?:your|the|an?|his|her|(?:Dr\.? )?[A-Z]\w+'s) (?:\w+ )?(?:articles?|books?|talks?|lectures?|papers?"
    r"|webinars?|posts?|study|studies"
    r"|approach|success|experience|way|skill|judg(?:e)?ments?|opinions?|views?|advice|lead|decisions?|guidance|expertise"
    r"|knowledge|thoughts?|recommendations?"
    r"|work|series) (?:on|about|in|with|of|to) (?:\w+ ){0,2}$",
    re.IGNORECASE,
)
