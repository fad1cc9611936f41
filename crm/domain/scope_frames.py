"""Constructions that leave the scope with harmless words, made of the classes of `crm.domain.scope_lexicon`.

They block unless they are denied, asked, hoped for or a clinician's word; see `crm.domain.scope_framing`.
"""

from __future__ import annotations

from crm.domain.scope_ailments import AILMENT
from crm.domain.scope_lexicon import (
    AID,
    AUX,
    CARE,
    DAMAGE,
    DOCTOR,
    DRUG,
    ORGAN,
    PERSON,
    PROCEDURE,
    TEST,
    THE,
    THEY,
    TRAINERS,
    WE,
    verbs,
)
from crm.domain.scope_terms import CONDITION

_HAVE = r"(?:has|have|had|is|are|was|were|'s|'re|'ve|might have|may have|must have|could have|may be|might be|must be)"
_KNOWING = verbs("tell see say know feel sense judge determine figure_out work_out conclude realize believe think")
_SIGN = (
    r"(?:pain|dizziness|headaches?|numbness|tingling|limp|weakness|ache|vertigo|stiffness|symptoms?|cramps?|fatigue"
    r"|burning|problem)"
)
_SOUL = r"(?:it|he|she|you|this|that)"
#: What we conclude about somebody's body.
CONCLUDING = (
    rf"{WE} {AUX}{_KNOWING} (?:[^.;?!]{{0,50}}?that |from [^.;?!]{{0,40}} that )?(?:the|her|his|your|their|a) (?:\w+ )?"
    rf"{ORGAN} {_HAVE} (?:\w+ )?{DAMAGE}\b",
    rf"{WE} {AUX}(?:told|tell|informed|assured) {PERSON} (?:that )?(?:{_SOUL}(?:'s| is| was| has| had| have)|(?:her|his"
    rf"|the|your|their) (?:\w+ )?(?:{ORGAN}|{TEST}|pain|problem|swelling|knee|hip|back|shoulder|lump|cough|dizziness)"
    r"(?:'s| is| was| has| had| looks?)) (?:only |just |probably |really |not |nothing |in |the (?:beginning|start|onset"
    rf"|first signs?|result) of )*(?:an? |the )?(?:\w+ )?(?:{DAMAGE}|{CONDITION}|serious|dangerous|a disease)(?!\w)",
    rf"\b(?:I|we)(?:'d| would| will| could)? (?:say|call it|bet|guess|swear|wager) (?:it's |it is |it was |that's |this is "
    rf"|she's |he's |she has |he has |she had |he had |having )*(?:on )?(?:an? |the )?(?:\w+ )?{CONDITION}(?!\w)",
    r"\b(?:she|he|the client|client|you)(?:'s| is| are|'re) (?:\w+ly )?(?:osteoporotic|diabetic|pre-?diabetic"
    r"|hypertensive|arthritic|anemic|hypermobile|depressed|demented|autistic|bipolar|anorexic|bulimic|alcoholic"
    r"|insulin[- ]resistant|hypothyroid|malnourished|dehydrated|concussed|scoliotic)\b[^.;?!]{0,20}\b(?:I (?:could|can"
    r"|saw|noticed|felt)|if you ask me|no doubt|in my (?:view|opinion))\b",
    rf"\bit(?:'s| is| was) (?:actually|really|in fact|in truth|truly) (?:an? |the |her |his |your )?{CONDITION}(?!\w)",
    rf"{WE} {AUX}{_KNOWING} [^.;?!]{{0,20}}?{_SIGN} (?:[\w']+ ){{0,3}}?(?:comes?|came|stems?|stemmed|originates?) from"
    rf" (?:the|her|his|your|their|a) (?:\w+ )?{ORGAN}\b",
    r"\b(?:tell|show|explain to) (?:you|them|clients|people) what(?:'s| is) (?:\w+ )?(?:going on|wrong|causing|behind"
    r"|happening in)\b",
    rf"\b(?:it|that|this|problem|cause|culprit|trouble)(?:'s| is| must be| was| has to be) (?:probably |clearly |just |really |all |in )*"
    rf"(?:your|her|his|the) (?:\w+ )?{ORGAN}(?=[.,;!)]|$)",
    rf"\b(?:is|are|was|were|be) (?:only |just |probably |clearly )?(?:the|an?) (?:\w+ )?(?:start|beginnings?|onset|stages?|first signs?"
    rf"|result|symptom|sign) of (?:an? |the |her |his )?(?:\w+ )?{CONDITION}(?!\w)",
    rf"\b(?:bring|send|show|give|e-?mail|text|hand|upload|share) (?:me |us )?(?:your|her|his|their|the) (?:\w+ )?{TEST}[^.;?!]{{0,10}}"
    r" (?:and|so)(?: that)? (?:I|we)(?:'ll| will| can)? (?:tell|explain|show|say|find|interpret|go over|look|read|see)\b",
    r"\b(?:was|were|is|been) (?:misread|misdiagnosed|wrongly diagnosed|mistreated)\b[^.?!]*(?:[;,—–-]|\buntil\b|\bbut\b)[^.?!]*"
    r"\b(?:it's|it is|it was|I|we|really)\b",
    rf"\b(?:{_SIGN}|posture|gait|stance|shoes|face|walk|tests?|screen|click\w*|which|that|this|he \w+|she \w+) (?:tells?|told|shows?"
    rf"|showed) (?:me|us) (?:that )?(?:the|a|an|her|his|your|one|it's) (?:\w+ )?(?:{ORGAN} {_HAVE} (?:\w+ )?{DAMAGE}|{CONDITION})(?!\w)",
    rf"\b(?:tell|show|explain to) (?:you|them|him|her|people|clients) (?:whether|if) (?:it|this|that|the \w+|your \w+|you"
    rf"|they)(?:'s| is|'re| are| has| have| comes from) (?:[\w']+ ){{0,3}}?(?:{AILMENT}|{ORGAN}|{DAMAGE}|serious|ears?|blood"
    r" pressure|something else)\b",
    rf"\b(?:had (?:I|we) not|if (?:I|we) hadn't|(?:glad|lucky|good thing|thank God) (?:I|we|our \w+)) (?:caught|found|spotted"
    rf"|noticed|detected|seen|recognized) (?:the|her|his|that|an?) (?:\w+ )?(?:{CONDITION}|{AILMENT})",
    rf"\b{_KNOWING} [^.;?!]{{0,30}}?(?:dose|dosage|medications?|pills?|drugs?|statin|insulin) (?:is|are|was|were|seems?"
    r"|looks?|wasn't|isn't|weren't|aren't) (?:not |no longer |really |that )*(?:necessary|needed|required|good for|right for|too|making|wrong|causing|what's|unnecessary|to blame|hurting|the (?:problem|cause|reason))\b",
    rf"\b(?:has|have|had|is|it's) (?:an? )?{CONDITION},? not (?:an? |the )?{CONDITION},? (?:as|like) (?:you|the|her|his)\b",
    rf"\b(?:screen|test|check|examine) {PERSON} for [^.;?!]{{0,30}}?(?:disease|cancer|diabetes|illness)[^.;?!]{{0,20}}"
    r"tell\b",
)
_PERCENT = r"(?:\d+|\w+) ?(?:percent|%)"
#: What nobody can promise.
PROMISING = (
    rf"\b(?:{WE} {AUX}|will |'ll |\bto )(?:have|get|see|keep) {PERSON} (?:[\w,]+ )?(?:off|out of|without|free (?:of|from)"
    rf"|rid of|clear of) {THE}(?:{AID}|{DRUG}|{DOCTOR}(?:'s office)?|{PROCEDURE}|pain|nursing homes?)\b(?! of\b)",
    r"\b(?:nobody|no one|none of those|not one person|not one client) (?:who|that) (?:[\w']+ ){1,6}?(?:will |can |has to |ever |again |have to )*"
    r"(?:falls?|fell|has fallen|be readmitted|go back|end up|relapses?|get (?:hurt|sick|injured)|(?:need|have|suffer) (?:more |another |a |any )?(?:pain"
    r"|surgery|walker|cane|falls?)|needs (?:surgery|a walker|a cane)|is readmitted|was readmitted|goes back|went back"
    r"|ends up|gets (?:hurt|sick|injured))\b",
    rf"\b{THEY}(?:'ll| will| can)? (?:won't|will never|never|will not|don't|no longer|not) (?:ever )?(?:need|have|require"
    rf"|face|want) {THE}(?:\w+ )?(?:{PROCEDURE}|{AID}|{DOCTOR})[^.;?!]*? (?:if|when|once|with|after|because|since|as long as) [^.;?!]*\b(?:me"
    r"|us|my|our|I|we)\b",
    rf"\b(?:finish|complete|do|get through|recover|heal|bounce back|be done|be back) (?:[\w' ]{{1,30}} )?(?:in half the"
    rf" (?:time|weeks|visits)|twice as (?:fast|quick\w*|soon)|in no time|{_PERCENT} (?:faster|sooner|quicker)|(?:two|three)"
    r" times (?:faster|quicker|as fast))\b",
    rf"\b(?:saves?|saved|spares?|spared|rescued?) (?:{PERSON}|[A-Z]\w+|my \w+) (?:from )?(?:an? |the |another |her |his )?"
    rf"(?:\w+ )?{PROCEDURE}\b",
    r"\b(?:everyone|everybody|every (?:client|member)|all (?:clients|members)|clients|members|people|those|seniors) (?:who|that) (?:\w+ )?"
    r"(?:finish\w*|complet\w*|follow\w*|joins?|joined|trains?|sticks?|come|comes|do|does|take|takes) [^.;?!]{0,30}?(?:gets?|brings?"
    r"|loses?|reverses?|ends?|beats?|leaves?|drops?|overcomes?|conquers?|becomes?|is|are|stops?|goes) [^.;?!]{0,15}?"
    rf"(?:{AILMENT} (?:back )?(?:to normal|under control|for good|behind)|pain[- ]free|(?:off|without|free of|rid of) {THE}(?:{DRUG}|{AID}"
    rf"|{AILMENT}))",
    r"\b(?:not one|none|nobody|no one|not a single one) (?:of|among) (?:my|our) \w+ (?:has |have |ever |had |\w+ )*(?:falls?|fell|fallen"
    r"|gone back|been back|back|needed|needs?|under the knife|readmitted|hospitali[sz]ed|hurt|injured|relapsed|relapses?|operated)\b",
    rf"\b(?:less|fewer|no|reduced|lower) {DRUG} (?:is|are) (?:the|our|my|your) (?:goal|aim|result|reward|outcome|promise|benefit)\b",
    r"\bno (?:client|patient|member|person|one|resident)s?(?: of (?:yours|mine|ours))?(?: who [\w' ]{1,30})? (?:will|has|have|ever|goes"
    r"|needs?|falls?|gets?|ends?|returns?)\b[^.;?!]{0,25}?(?:hospital|readmitted|surgery|falls?\b|fallen|hurt|injured|knife|walker|cane)\b",
    rf"\b(?:my|our) (?:clients|members|people) (?:no longer|don't|never|rarely|hardly) (?:have to |need to |ever )?(?:see|visit|need|call)"
    rf" (?:their|the|your|a|any) (?:\w+ )?{DOCTOR}",
    rf"\b(?:thanks to|because of|since|with|through|after) (?:me|us|my|our)\b[^.;?!]{{0,40}}?\b(?:no longer|stopped|quit|is off|are off|without"
    rf"|fewer|half) (?:\w+ ){{0,2}}?(?:her |his |their |the |any )?{DRUG}\b",
    rf"\b(?:no longer|stopped|quit) (?:takes?|taking|needs?|needing|uses?|using) (?:\w+ ){{0,2}}?{DRUG}\b[^.;?!]{{0,20}}?\b(?:thanks to|because of)"
    r" (?:me|us|my|our)\b",
    rf"\b(?:exercise|movement|training|walking|strength|sweat|(?:my|our) \w+|it) (?:is|works|are|beats?) (?:far |much |always |so much )?(?:better than"
    rf" |as good as |stronger than |more effective than |safer than |cheaper than )(?:any |all |her |his |your |a |the )?(?:\w+ )?(?:{DRUG}|{PROCEDURE}"
    rf"|{CARE})\b",
    r"\b(?:my|our) (?:clients|members|people) (?:don't|do not|never|won't|no longer) (?:ever )?(?:go back to|return to|need|have|end up in|suffer)"
    rf" (?:from )?(?:an? |the |any |more |another )?(?:hospital|ER|{PROCEDURE}|{AID}|pain|falls)\b",
    r"\b(?:be|make|rest|are|am|'m|'re) (?:sure|assured|certain|confident)\b[^.;?!]{0,30}?\b(?:won't|will never|never|will not) (?:ever )?(?:need|have|feel"
    r"|suffer|fall|relapse|get hurt|be in|go back|be readmitted|end up)\b",
    rf"\bnever again (?:an? |any |with |that |have )?(?:[\w-]+ )?(?:{AILMENT}|backs?|knees?|hips?|{AID}|{PROCEDURE})",
    r"\b(?:after|since|once|when) (?:I|we) (?:had )?(?:worked on|adjusted|stretched|released|pressed|loosened|massaged|taped|moved|pulled|touched"
    r"|cracked|realigned) [^.;?!]{3,40}?, (?:the|her|his|all|your|my) [^.;?!]{3,30}?(?:stopped|disappeared|was gone|were gone|went away|vanished|is gone"
    r"|eased|cleared)\b",
    r"\b(?:fell|dropped|went down|came down|normalized|decreased|vanished) [^.;?!]{0,30}?(?:because of|thanks to"
    r"|due to) (?:me|us|my|our)\b",
    rf"\boff the (?:waiting )?list for {THE}(?:\w+ )?{PROCEDURE}|\b(?:{PROCEDURE}|{AID})[^.;?!]{{0,40}}?\b(?:you|they|she|he|clients) (?:won't"
    r"|will not|no longer|will never) need (?:it|one|them|that)\b",
    r"\b(?:results?|success|recovery|relief|improvements?|progress) (?:is|are) (?:certain|assured|inevitable|a given|a sure thing|a"
    r" certainty|promised)\b",
    rf"\bwithout (?:{DRUG}|needles|{PROCEDURE}|{DOCTOR})(?:,? (?:or|and) |, )(?:{DRUG}|needles|{PROCEDURE}|{DOCTOR})\b",
    rf"\b(?:say|said|says|wave) (?:no|goodbye|bye|farewell|NO) to {THE}(?:\w+ )?(?:{PROCEDURE}|{DRUG}|{DOCTOR}|{CARE}|{AID}"
    r"|pain|aches)\b",
    r"\b(?:exercise|movement|training|strength|walking|our \w+|my \w+|sweat|this program) is (?:\w+ )?(?:the |your |a |an )"
    r"(?:only |best |real |true |better |stronger |most powerful )?(?:pill|drug|painkiller|cure|remedy|antidote|prescription"
    r"|antidepressant|vaccine)\b",
    rf"\b{THEY} (?:will|'ll) (?:stop|quit|no longer be) (?:shaking|limping|hurting|falling|aching|trembling|wheezing"
    r"|forgetting|taking|needing|suffering)\b",
    rf"(?:^|: )\W*(?:your|the|my|our) (?:prescription|Rx|cure|remedy|antidote) for (?:an? |your )?"
    rf"(?:[\w-]+ )?(?:life|{AILMENT}|aging|stress|knees?|backs?|bodies|body)\b",
    r"\b(?:clinically|scientifically|medically|doctor|physician)[- ](?:proven|tested|shown) to \w+",
    rf"\bproven to (?:eliminate|reverse|cure|heal|end|fix|stop|prevent|treat|relieve|beat|resolve|erase) {THE}(?:\w+ )?"
    rf"(?:{AILMENT}|falls)",
    rf"\b(?:every|each|all(?: of)?(?: our| my)?) (?:client|member|person|patient|clients|members|people)s? (?:\w+ )?(?:"
    rf"leaves?|walks? (?:out|away)|goes? home|gets?|becomes?|is|are|ends? up) (?:without|free of|with no|with zero|out"
    rf" of)? ?(?:pain|pain[- ]free|{THE}{AID}|healed|cured|better|well)\b",
    r"\b(?:works?|worked|succeeds?|helps?) (?:every (?:single )?time|for everyone|for everybody|in every case|without"
    r" fail|no matter what|for any(?: kind of)? pain)\b",
    rf"\b(?:where|when|what) (?:{THE}(?:{DOCTOR}|{CARE}|{PROCEDURE}|{DRUG})|medicine) (?:gives? up|gave up|fail|fails|failed"
    r"|has failed|have failed|falls? short|miss|misses|missed|can't help|couldn't help|stopped working|doesn't work"
    r"|didn't work)\b",
    r"\b(?:or|and) (?:you|they) (?:don't|do not) pay\b|\bpay nothing until\b",
    r"\b(?:add|adds|adding|give|gives|giving) (?:you |them |her |him |your patients )?(?:ten|twenty|\d+|more|extra)"
    r" (?:more |extra |healthy )?years\b",
)
_SAME = r"(?:same|equal|equivalent|comparable|identical|similar|very)"
#: What puts us in the place of care.
STANDING_IN = (
    rf"\b(?:the |exactly the |much the )?{_SAME} (?:\w+ )?(?:care|results?|things?|service|quality|treatment|work|outcomes?"
    rf"|techniques|benefits?|expertise|training|job|skills?|methods) (?:as|to|that|like|you(?:'d)?(?: would)? (?:get|find"
    rf"|expect)|from|of) (?:in |at |from |of |with )?{THE}(?:\w+ )?(?:{DOCTOR}|{CARE}|(?:\w+ )?clinic|pain clinic)\b",
    rf"\b(?:{DOCTOR}|clinic|hospital|clinical|medical|physician|therapist)[- ](?:level|grade|quality|caliber|class"
    r"|equivalent) (?:\w+ )?(?:knowledge|care|training|expertise|results?|service|assessments?|attention|advice|help)\b",
    rf"\bwithout (?:the |a |any |another |your )?(?:{DOCTOR}'s? (?:bill|visit|office|order|fee|price)|copay for"
    rf"|(?:expensive|costly) {CARE})\b",
    rf"\b(?:rather than|instead of|before|in place of|as opposed to|not) (?:getting |having |booking |scheduling |trying "
    rf"|taking |considering |going (?:for|to|under) |seeing |you (?:get|have|book|try|take|see|go for|agree to|consider"
    rf"|schedule) )?(?:another|more|the|that|your|a|an|yet another|any|those)? ?(?:\w+ )?(?:{PROCEDURE}|{DRUG}|{DOCTOR}"
    rf"|{CARE})\W{{0,2}}\s?(?:just |please )?(?:come (?:to|see|in|and|train|by)|see us|see me|try (?:us|me|our|my)|call (?:us"
    r"|me)|book (?:us|me|a|with|your)|join us|train with|talk to (?:me|us)|give (?:us|me) a)\b",
    rf"\bwhy (?:pay|wait|go|bother|see|put up|risk|undergo|take|suffer|sit|drive|spend|waste|have|swallow|book|keep"
    rf" (?:paying|seeing|taking|going)) [^.;!?]*?(?:copays?|{DOCTOR}|{CARE}|{PROCEDURE}|{DRUG}|clinic|waiting room)\b"
    r"[^.;!?]*\b(?:when|if)\b",
    rf"{WE} {AUX}(?:do|offer|provide|know|have) (?:exactly |just |basically |pretty much )?(?:what|whatever|anything|everything|all that|all"
    rf"|the same things?) (?:an?|the|your|any)? ?(?:\w+ )?(?:{DOCTOR}|they) (?:do|does|did|can|could|would|offers?"
    r"|provides?)\b(?!n't| not)",
    rf"\b(?:do|manage|go|get by|get along) without (?:an?|the|your|any|their) (?:{DOCTOR}|{PROCEDURE}|{CARE}|{DRUG})\b",
    rf"\b(?:don't|doesn't|do not|does not|needn't|won't|no need|didn't|never) (?:have to|need to|need|to)? ?(?:wait for"
    rf"|wait on|get|have|ask for|ask|bother with)? ?(?:an?|the|your|her|his|any|my)? ?(?:{DOCTOR}(?:'s)?|medical) (?:okay|OK"
    r"|approval|clearance|permission|go-ahead|consent|blessing|sign-off|release)\b",
    rf"\b(?:no|without(?: a| any| the| your)?) (?:{DOCTOR}(?:'s)?|medical) (?:okay|OK|approval|clearance|permission"
    r"|release|supervision) (?:needed|required|necessary|at all|is needed|is required)\b",
    r"\b(?:a|an|the|your|our|real|best|affordable|cheaper|drug-free|natural) (?:\w+ )?(?:physical therapy|PT|therapy|rehab"
    r"|surgery|medication|drug|opioid|chiropractic) alternatives?\b|\balternative medicine\b",
    r"\b(?:be|become|as|are|I'm|am|us|me|we're|is) your (?:own |new |local |personal |private |mobile |trusted |in-home"
    r" |at-home |after-hours |neighborhood |go-to |partners? in |complete |one-stop )*(?:rehab(?:ilitation)?|therapy"
    r"|treatment|pain|physical therapy|PT|medical|injury|clinical|healing)(?: \w+)? (?:team|partners?|specialists?|experts?"
    r"|solution|source|home|center|crew|destination|provider|department|people|person|guy|place|resource)\b",
    rf"\b(?:{TRAINERS}|{WE}) {AUX}(?:provide|provides|offer|offers|deliver|delivers|give|gives|bring|brings|perform"
    r"|performs) (?:the |your |expert |in-home |at-home |ongoing |round-the-clock |complete |high-quality |full |after"
    r" |\w+ly |and |\w+ing |one-on-one |affordable |continued |continuing )*(?:skilled|medical|clinical|nursing|acute"
    r"|palliative|post-?op(?:erative)?|post-?acute|subacute|restorative|curative|therapeutic|orthopedic|cardiac"
    r"|neurological|medically necessary) (?:\w+ )?(?:care|services?|interventions?|attention|support|aftercare)\b",
    rf"\b{CARE}\b[^.?!]{{0,40}}?[;,—–] ?(?:but |and |while )?(?:mine|ours) (?:doesn't|does not|begins?|starts?|goes on|continues|never"
    r"|won't|don't|lasts?|works?|takes over|is (?:better|cheaper|longer|stronger|just as|free|forever))\b",
    rf"\b(?:not allowed to|can't|cannot|may not|not supposed to|mustn't) (?:\w+ )?(?:call|say|name|use)[^.;?!]{{0,30}}?{CARE}[^.?!]*?\b(?:"
    r"but (?:that's|it's|this is|it is) (?:exactly |just |really )?(?:what|it)|wink|nudge|between us)\b",
    r"\bno (?:\w+ )?(?:license|degree|diploma|credentials?) (?:is |are )?(?:needed|required|necessary) to (?:treat|heal|diagnose|cure|fix"
    r"|rehabilitate|prescribe|help (?:you|people|them) heal)\b",
    r"\b(?:prescriptions?|diagnosis|treatment plans?|doctor's notes?|clearances?|sick notes?|referrals?)[^.;?!]{0,30}?[,:;] ?(?:and |because "
    r"|since )?(?:I|we)(?:'ll| can| will| could)? (?:write|sign|issue|make|provide|fill out) (?:one|it|that|them|those)\b",
    rf"\b(?:whether|if) (?:to|he should|she should|they should|it's safe to|it was safe to) [^.;?!]{{0,40}}?{DRUG}[^.;?!]*?,? (?:and|so|but)"
    r" (?:I|we) (?:said|told (?:her|him|them)|answered|advised|say) (?:yes|no|sure|to stop|to quit|it was fine|to go ahead)\b",
    rf"\bthe {CARE} (?:that |which )?[^.;?!]{{3,50}}?, (?:I|we|(?:my|our) \w+) (?:can )?(?:provide|offer|do|give|deliver|continue)s?\b"
    r"(?: (?:for|at|here|in|to)\b|\W*$)",
    rf"(?:^|[:.!] )\W*(?:come(?: in| by| over)?|stop by|drop in|visit us|stay|sign up|call us|walk in) for (?:a|an|your|some|our|one) "
    rf"(?:\w+ )?{CARE}\b",
    r"\b(?:my|our) (?:hands|thumbs|fingers|elbows?|touch) (?:can |will )?(?:find|know|feel|release|work|heal|fix|loosen|melt|tell|sense|cure)s?\b",
    rf"\b{CARE} (?:that |which )?(?:never|doesn't|needn't|won't|does not) (?:have to |need to )?(?:runs? out|ends?|stops?)\b[^.;?!]*\b(?:me|us|my|our)\b"
    rf"|\b(?:with|at|in) (?:me|us|(?:my|our) \w+),? [^.;?!]{{0,15}}?{CARE} (?:that |which )?(?:never|doesn't|needn't|won't|does not) (?:have to |need to )?"
    r"(?:runs? out|ends?|stops?)\b",
    rf"{WE} {AUX}(?:in charge of|responsible for|taking charge of|the one who (?:directs|leads)) (?:her|his|their|your patients'|the patient's|each"
    rf" client's) (?:\w+ and )?(?:\w+ )?(?:{CARE}|condition|medical \w+|recovery)\b",
    r"\b(?:transfer|hand|entrust|release|turn|send|move)\w* (?:over )?(?:the|your|a|this|that) patients?[^.;?!]{0,20}? (?:to|into|under) (?:my|our) (?:care"
    r"|treatment|hands)\b",
    rf"(?:^|[.;:,!] |please |just |so )(?:don't|do not|stop|never|instead of|rather than) (?:send|sending|refer|referring) (?:them|people|him|her|your \w+"
    rf"|patients|anyone|clients) (?:back |off )?to (?:\w+ )?(?:{CARE}|{DOCTOR})\b",
    rf"\bno need (?:for|of) (?:an?|the|any|another) (?:referral|visit|trip|appointment|consultation|consult) (?:to|with) {THE}(?:\w+ )?{DOCTOR}\b",
    rf"\b(?:disagree\w*|argu\w+|quarrel\w*|differ\w*) with (?:the|her|his|your|their|a) (?:\w+ )?{DOCTOR}\b(?! about (?:lunch|golf))",
    rf"\b(?:told|wrote|informed|showed) (?:the|her|his|your|their) (?:\w+ )?{DOCTOR} (?:that )?(?:his|her|their|the|he|she|they) (?:\w+ )?"
    r"(?:was|were|is|had|is) (?:\w+ )?(?:off|wrong|mistaken|missed|too (?:cautious|careful|strict)|outdated|in error)\b",
    rf"\b{DOCTOR} (?:is|was|were|are|got it) (?:\w+ )?(?:wrong|mistaken|too (?:cautious|careful|strict)|overcautious|clueless|guessing)\b",
    rf"\b{DOCTOR} (?:says?|said|thinks?|thought|called it|calls it|blames?|blamed|told (?:her|him|them|you)) [^.;?!]{{3,40}}?[,;] (?:but |and )?"
    r"(?:I|we) (?:say|said|think|know|believe|found|see|saw|knew)\b(?! (?:no|yes|nothing|thank|so|goodbye|that we))",
    rf"\b(?:reset|repair|detox|cleanse|reboot|regeneration|tune-up|realignment|decompression|manipulation|recalibration) (?:of|for) "
    rf"(?:the|your|their|her|his) (?:\w+ )?{ORGAN}\b",
    rf"\bno (?:{DOCTOR}|{PROCEDURE}|{DRUG}) (?:needed|required|necessary|involved|whatsoever)\b",
    rf"\b(?:finish|complete|do|continue|take over|improve|redo|correct) the (?:job|work|rehab|treatment|healing|therapy)"
    rf" (?:that |which )?(?:your|the|a|her|his|their) (?:\w+ )?{DOCTOR} (?:\w+ )?(?:started|began|left|start|begin|did)\b",
    rf"\b{DOCTOR}[^.;!?]*[;,] (?:but |and )?(?:I|we)(?:'d)? (?:\w+ )?(?:tell|told|say|said|suggest|advise|recommend)\w*"
    r" (?:you|her|him|them|people|clients)? ?(?:to )?(?:ignore|forget|disregard|skip|not bother)\b",
    rf"\b(?:most|many|other|your|too many|all|some) (?:{DOCTOR}|clinics) (?:only|just|simply|merely) (?:chase|treat|mask"
    r"|manage|hand out|push|prescribe|throw|give|guess|cover)\b",
    rf"\b(?:earlier|sooner|faster|longer|heavier|further|more|quicker) than (?:the|her|his|your|their|any|most) (?:\w+ )?"
    rf"{DOCTOR} (?:\w+ )?(?:planned|allowed|said|ordered|expected|recommended|wanted|prescribed|thought|can|could|would"
    r"|predicted)\b|\b(?:limits|restrictions|orders) or no (?:limits|restrictions|orders)\b",
    rf"\b(?:despite|against|regardless of|no matter|whatever|in spite of) (?:what )?(?:the|her|his|your|their|any) (?:\w+ )?"
    rf"{DOCTOR}(?:'s? (?:advice|orders?|limits?|wishes|restrictions?|warnings?)| (?:says|said|thinks|told|ordered))\b",
    r"\b(?:my|our) (?:medical|clinical|treatment|rehab|care|therapy|nursing) (?:team|staff|department|director|crew|office"
    r"|specialists?|professionals)\b",
    r"\bwelcome to (?:the|our|my) clinic\b|\b(?:our|my|the) new[- ]patient (?:forms?|specials?|intake|paperwork|exam"
    r"|appointments?|packet)\b",
    r"\b(?:exercise|movement|lifestyle|fitness|strength) medicine (?:clinic|practice|center|specialists?|professionals?"
    r"|office|team|program|experts?)\b",
    r"\b(?:my|our) (?:in-house|on-staff|resident|staff|on-site|team) (?:\w+ )?(?:nutritionists?|dietitians?|therapists?"
    r"|PTs?|physios?|chiropractors?|healers?|counselors?|masseuse|psychologists?|health coach(?:es)?)\b",
)
#: What makes insurers pay for us as if we were care.
BILLING = (
    r"\b(?:bill|billing|bills|billed|submit|submits|claim|claims|charge|code|codes|coded|run) (?:for )?(?:my|our|these|the"
    r"|each|every|all) (?:\w+ )?(?:visits?|sessions?|services?|time|hours|training|work|class(?:es)?) (?:\w+ )?(?:under|to"
    r"|as|through|with) (?:your|the|his|her|their|a|an|therapy|physical|PT|Medicare|insurance|Medicaid|97\d+|rehab"
    r"|medical)\b",
    r"\b(?:our|my) (?:tax ID|NPI|provider number|provider ID)\b[^.;?!]*\bclaims?\b",
    r"\b(?:sessions|program|classes|training|membership|fees?) (?:is|are) (?:fully |all |completely |100% )?(?:covered|reimbursed|paid for)\b"
    r"(?! (?:until|only|by (?:the (?:client|county|city|church|grant)|a|you|donations)|up to|for \d|in (?:the|this|our)))",
    r"\b(?:won't|don't|will not|never|doesn't) pay (?:a (?:dime|cent|penny)|anything|out of pocket)\b",
    r"\b(?:superbills?|CPT codes?|billing codes?|the right (?:diagnosis )?codes?)\b",
    r"\b(?:your|their|the|most|her|his) (?:\w+ )?(?:plan|plans|insurer|insurance|carrier|HSA|FSA)(?: company)? (?:will"
    r"|'ll|should|has to|is going to) (?:\w+ )?(?:pay|cover|reimburse|refund|pick up|foot|accept|take care of)\b",
    r"\b(?:get|getting|have|got) (?:\w+ ){0,3}?(?:back|reimbursed|refunded|repaid|covered|paid) (?:by|from|through) (?:your"
    r"|the|their|her|his|most|Medicare|Medicaid|insurance)(?: \w+)?(?: insurer| insurance| plan| carrier)?\b",
    r"\b(?:free|no cost|nothing|no charge|zero) (?:to|for) (?:you|your patients|seniors|members|anyone) (?:with|on|who"
    r" (?:has|have)) (?:Medicare|Medicaid|insurance|Blue Cross)\b",
)
#: Slow to look for, so only where the words behind them stand: these, and then the construction.
FELT = (
    r"\b(?:I|we) (?:can|could) (?:\w+ )?(?:feel|see|tell|hear|sense)\b",
    (
        rf"(?<!\w){CONDITION}(?: there)?,? (?:I|we) (?:can|could) (?:\w+ )?(?:feel|see|tell|hear|sense)\b(?! (?:if|whether|why))",
    ),
)
SOON_GONE = (
    r"\b(?:history|memory|no more|yesterday's news|for good|once and for all|forever)\b"
    r"|\b(?:cured|healed|fixed|reversed|gone|eliminated|relieved|solved|resolved|restored|repaired) (?:in|within|after)\b",
    (
        rf"\b{AILMENT} (?:is|are|will be|becomes?|'s) (?:soon |all |finally )?(?:history"
        r"|a (?:distant |bad )?memory|no more|yesterday's news)(?=\W|$)",
        rf"\b(?:{AILMENT}|{ORGAN}|knees?|backs?|hips?|shoulders?|necks?) (?:is |are |gets? )?(?:cured|healed|fixed|reversed|gone"
        r"|eliminated|relieved|solved|resolved|restored|repaired) (?:in|within|after) (?:only |just |under |less than |as few as "
        r"|about )?(?:\d+|one|two|three|four|five|six|eight|ten|twelve|a few|a|minutes|days|weeks)\b",
        rf"\b{THE}(?:pain|{AILMENT}|{AID}|{DRUG}) (?:for good|once and for all|forever)\b",
    ),
)
