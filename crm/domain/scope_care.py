"""Judges what takes people away from their care or puts us in its place: "cancel the follow-up", "and so do we"."""

from __future__ import annotations

import re

from crm.domain.scope_ailments import AILMENT
from crm.domain.scope_reading import Sentence
from crm.domain.scope_regex import regex
from crm.domain.scope_rules import Rule, Verdict
from crm.domain.scope_terms import CONDITION, MEDS

_DOCTOR = (
    r"(?:doctors?|physicians?|surgeons?|\w+ologists?|orthopedists?|orthopaedists?|specialists?|therapists?|PTs?"
    r"|providers?|pharmacists?|dietitians?|chiropractors?)"
)
_SORE = r"(?:numb|tingling|sore|stiff|swollen|weak|painful|aching|burning|cold|locked|clicking|hurting)"
_SERVICE = r"(?:(?:\w+ )?therapy|PT|rehab(?:ilitation)?|treatments?|massages?|adjustments?|diagnos[ie]s)"
_VISIT = r"(?:follow-?ups?|follow-up visits?|appointments?|check-?ups?|visits?)"
_LIMIT = (
    r"(?:(?:weight |lifting |activity |load |doctor's |surgeon's )?(?:limits?|restrictions?|precautions)"
    r"|\d+-pound limit)"
)
_THE = (
    r"(?:(?:the|a|an|her|his|their|your|any|all|those|that|this|more|some|half|of|last|next|first|final|remaining|two"
    r"|three|four|\d+|\w+'s) ){0,3}"
)
#: What somebody is told to leave: a visit, a service, a limit that a clinician set, a medicine.
_CARE = (
    rf"(?:{_THE}(?:\w+ )?{_VISIT} (?:with|at|to|by) {_THE}(?:\w+ )?(?:{_DOCTOR}|hospital|clinic)"
    rf"|{_THE}(?:{_DOCTOR}(?:'s?)?|medical|therapy|PT|rehab) {_VISIT}|{_THE}{_SERVICE}(?! (?:gym|exercises|session))"
    rf"|{_THE}{_LIMIT} (?:that |which )?(?:(?:you|the|her|his|their|your) {_DOCTOR}|was set|from {_THE}{_DOCTOR}"
    rf"|(?:on|in) (?:your|her|his|the) (?:\w+ )?(?:papers|orders|note|letter|instructions|summary))"
    rf"|{_THE}{_DOCTOR}'s? (?:\w+ )?(?:{_LIMIT}|advice|orders?|warnings?|instructions?)"
    rf"|{_THE}(?:\w+ ){{0,2}}{MEDS}\b|(?:seeing|visiting|calling|listening to|going (?:back )?to) {_THE}(?:\w+ )?"
    rf"(?:{_DOCTOR}|{_SERVICE})\b)"
)
_STOP = (
    r"(?:stop(?: taking)?|skip|cancel|quit|drop|give up|end|reduce|lower|increase|raise|double|postpone|delay|put off|cut(?: back| down)?(?: on)?|halve|ignore"
    r"|forget(?: about)?|disregard|overlook|dismiss|ditch|come off|get off|go off|pause|leave out|exceed|go (?:over"
    r"|beyond|past)|do without|throw (?:away|out)|stay away from|not (?:to )?(?:take|see|need|bother with))"
)
_MAY = (
    r"(?:(?:can|could|may|should|might as well|will be able to|is free to|are free to|is able to|are able to|needs? to"
    r"|ought to)(?: now| safely| soon| then| also| simply| just)*)"
)
_THEY = r"(?:you|she|he|they|people|clients|everyone|(?:your|my|our|the) (?:clients?|patients?|members?))"
_NEEDS_NOT = (
    r"(?:no longer needs?|(?:doesn't|don't|does not|do not|didn't|won't) (?:really )?need|need not|needn't|has no need"
    r" (?:for|of)|have no need (?:for|of))"
)
_PILLS = (
    r"(?:supplements?|vitamins?(?: \w)?|turmeric|glucosamine|collagen|fish oil|magnesium|creatine|melatonin|CBD"
    r"|omega-?3s?|probiotics|herbs)"
)
_TOLD = (
    r"\b(?:I|we)(?:'ve| have| had|'d)? (?:\w+ly )?(?:told|tell|advis\w+|ask(?:ed)?|encourag\w+|urged?|said|say"
    r"|recommend\w*|suggest\w*|convinced|persuaded|let)\b"
)
DISMISSES = (
    rf"\b{_THEY} {_MAY} {_STOP} {_CARE}|{_TOLD} [^.;?!]{{0,60}}?\b{_STOP} {_CARE}"
    rf"|^\W*(?:so |just |please |simply )*(?:ignore|disregard|skip|cancel|quit|forget(?: about)?|ditch|come off"
    rf"|stop(?: taking)?) {_CARE}"
    rf"|\bno (?:more )?need (?:for \w+ )?to (?:see|visit|call|go (?:back )?to|return to|ask"
    rf"|consult) {_THE}(?:\w+ )?(?:{_DOCTOR}|{_SERVICE})\b"
    rf"|\b(?:you|she|he) {_NEEDS_NOT} {_THE}(?:\w+ )?(?:surgery|operation|replacement|injections?)\b"
    rf"|\b(?:you|she|he|they) (?:will not|won't|will no longer) (?:be )?(?:needing|need) {_THE}(?:\w+ ){{0,2}}{MEDS}\b"
    rf"|\b(?:I|we)(?:'ve| have)? (?:\w+ly )?(?:changed|raised|lifted|removed|increased|lowered|extended|loosened"
    rf"|overrode) {_THE}(?:[\w-]+ ){{0,3}}?(?:limits?|restrictions?|precautions?|clearance)\b"
    rf"|\b(?:I|we)(?:'ve| have)? (?:\w+ly )?discharged (?:\w+ ){{1,3}}from (?:your|therapy|physical|the plan)"
    rf"|\b{_THEY} {_NEEDS_NOT} to (?:see|visit|call|go (?:back )?to|return to|ask|consult) {_THE}(?:\w+ )?{_DOCTOR}"
    rf"|\b{MEDS}\b[^.;?!]{{0,60}}{_TOLD} (?:[\w']+ ){{0,5}}?(?:{_NEEDS_NOT}|{_MAY} {_STOP}|to {_STOP})"
    r" (?:it|them|that|those)\b"
    rf"|^\W*(?:please |just |always |first )*take (?:an? |one |two |some |your )?(?:\w+ )?(?:{MEDS}|{_PILLS})\b"
    rf"|\b(?:you|she|he|they|clients) should (?:also |really )?(?:be taking|take|try) (?:\w+ )?(?:{MEDS}|{_PILLS})\b"
    rf"|\b(?:supplements?|pills?|vitamins?|{MEDS})\b[^.;?!]{{0,40}}{_TOLD} (?:\w+ ){{1,2}}(?:which|what|how (?:much"
    r"|many))(?: ones?)? (?:to|they should|she should|he should) (?:take|buy|use|stop|drop)"
)
_WE = (
    r"(?:(?:I|we)(?:'ll| will| can|'d)?|(?:my|our) (?:\w+ )?(?:trainers?|coach(?:es)?|team|staff|studio"
    r"|gym)(?: will| can)?)"
)
_GIVE = r"(?:provide|offer|do|give|deliver|bring|handle|run|teach|continue|have|sell)s?"
IN_ITS_PLACE = (
    rf"^\W*(?:[\w'-]+ ){{0,3}}?(?:{AILMENT}|{_SORE} \w+)(?: again| still)?\?|"
    rf"\b{_SERVICE}\b[^.;?!]{{0,60}}, (?:and |so |then )?{_WE} (?:also |both )?{_GIVE} (?:it|both)\b(?! to you)"
    rf"|\b(?:do|does|offers?|provides?|gives?) (?:\w+ ){{0,2}}?{_SERVICE},? (?:and )?(?:so (?:do|can|will) (?:I|we)"
    rf"|(?:I|we)"
    r" do,? too)\b"
    rf"|\b(?:need|want|looking for|searching for|ready for|waiting for|after) (?:[\w-]+ ){{0,2}}?{_SERVICE}\b[^.;?!]*\?"
    rf"|\b{_SERVICE} (?:sessions?|classes|visits) (?:that |which )?(?:I|we) (?:can )?{_GIVE}\b"
    rf"|\bthanks to (?:my|our) (?:\w+ )?{_SERVICE}\b"
    rf"|\b(?:I|we) (?:pick up|take up|take over|resume|carry on|continue)(?: with)? {_THE}{_SERVICE} (?:where|when"
    rf"|once)"
    r"|\bwhat (?:your|the|a|his|her) (?:\w+ )?(?:team|therapists?|doctors?|clinic|PTs?|surgeons?|rehab"
    r"|therapy) (?:couldn't"
    r"|can't|didn't|could not|did not|cannot|failed to) \w+[^.;?!]{0,30}?,? (?:I|we|(?:my|our) \w+) (?:can "
    r"|will )?(?:fix"
    r"|finish|solve|heal|cure|repair|correct|restore|do)\b"
    rf"|\b(?:sending|send|sent|referring|referred|refer|referral of) (?:[\w'.]+ ){{0,4}}?for (?:more "
    rf"|further )?{_SERVICE}\b"
)
_CAME = r"(?:hospitali[sz]ed|readmitted|admitted|operated on|re-?injured)"
STAYS_WELL = (
    rf"\b(?:will not|won't|will never|'ll never|will no longer) (?:ever |have to |need to |get |be )*(?:re-?)?{_CAME}\b"
    r"|\b(?:will not|won't|will never|'ll never|never) (?:ever |have to )*(?:be|end up|land|find \w+|go|return"
    r"|come) (?:back )?(?:in"
    r"|to) (?:the |a )?(?:hospital|ER|emergency room|operating room)\b"
    r"|\b(?:will not|won't|will never|'ll never) (?:ever )?see the inside of\b"
)
FOUND = (
    rf"\b(?:her|his|your|their|the client's|the) {_SORE} \w+ (?:is|are|must be|can only be) (?:\w+ )?{CONDITION}"
    rf"|(?<!\w){CONDITION}(?: (?:in|of) (?:her|his|the) \w+)? (?:was|is|were|became"
    rf"|seemed) (?:\w+ ){{0,2}}?(?:obvious|clear"
    r"|evident|apparent|visible|noticeable|unmistakable|easy to (?:see|spot|feel|tell)|hard to miss|impossible to miss)"
    rf"|\b{CONDITION},? (?:that |which )?(?:I|we) (?:found|noticed|spotted|discovered|picked up|detected)\b"
    rf"|\b(?:has|have|had) (?:a |an )?{CONDITION} (?:that |which )?(?:nobody|no one)(?: else)? (?:has |had "
    rf"|ever )*(?:spotted|seen"
    r"|found|noticed|diagnosed|caught|picked up|looked at|named)"
    rf"|\b(?:she|he|(?:the|my|our|this) client) (?:has|had) (?:a |an )?(?:undiagnosed|undetected"
    rf"|unnoticed) (?:\w+ )?{CONDITION}"
)
_UNSURE = regex(
    r"\b(?:not|never|nobody|no one|nor|neither|without|instead of|rather than|avoid|cannot|whether|hope\w*|if (?:I"
    r"|we) ever"
    r"|no (?:guarantee|promise|proof)|(?:wanted|asked|asks|want) (?:me|us|to)|refuse\w*|declin\w+)\b|n't\b",
    re.IGNORECASE,
)
#: A "not" that belongs to what is advised.
_ADVISED_AGAINST = regex(rf"{_NEEDS_NOT}|\bnot (?:to )?(?:take|see|need|bother)", re.IGNORECASE)
_DECIDED = regex(
    rf"\b(?:once|when|if|until|unless|after|as|because|that|only) (?:you|{_THE}(?:\w+ )?{_DOCTOR}"
    rf"|the hospital) (?!(?:have |has |are |is )?(?:start|beg[iau]n"
    r"|join|train|sign|work|come|exercis|finish|complet|done|through|strong|fit|feel))\w+"
    rf"|\b(?:{_DOCTOR}|hospital|clinic|you|Dr\.? \w+|her note|your note) (?:has |have |had )?(?:said|says|told"
    rf"|tells?|wrote|decid\w+"
    r"|approv\w+|agree\w*|discharg\w+|clear\w*|confirm\w*|diagnosed|documented|found|named|noted)\b"
    r"|\b(?:ask|call|check with|talk to|speak with) (?:you|your|her|his|the|their)\b|\bdocumented\b|\b(?:report"
    r"|letter|note|chart|X-ray|MRI|scan|records?) (?:that |which )?(?:you|your|from)\b|\bdiagnosed (?:by|in)\b",
    re.IGNORECASE,
)
_PLACED = regex(r"^,? ?(?:to|at|with|by|from|elsewhere) ?(?!me\b|us\b|my\b|our\b|which\b)\w+", re.IGNORECASE)
_TO_US = regex(r"\b(?:thank|thanks|to (?:me|us)|me|us)\b|\bI (?:saw|met|started)\b", re.IGNORECASE)
_THEN_WE = regex(
    rf"^\W*(?:good news: |then |yes[,.!]? |well, )?(?:{_WE} (?:also )?{_GIVE} (?:it|that|them|this)\b|(?:you"
    rf"|you've) (?:have )?(?:found"
    r"|come to)\b|(?:ask|call|text|see|meet|book) (?:[Cc]oach|our|me|us|with us)\b|look no further|that's (?:us|me|what (?:I|we) do))",
    re.IGNORECASE,
)

#: "Knee arthritis? It goes away with our training."
_AILS = regex(rf".*(?:{AILMENT}|{_SORE} \w+)(?: again| still)?\?", re.IGNORECASE)
_IT_GOES = regex(
    r"^\W*(?:it|they|that|this|we|I|our \w+|my \w+|let us|let me|come|say|not with us|gone)\b[^.?!]{0,30}?\b(?:goes? away|gone"
    r"|disappears?|vanish\w*|heals?|fix\w*|cures?|treats?|remed\w+|relie\w+|solves?|ends?|eliminates?|reverses?|goodbye"
    r"|the (?:answer|solution|cure)|find (?:out )?(?:why|what|the cause)|know (?:what|why)|tell you (?:what|why))\b",
    re.IGNORECASE,
)


def judge_care(rule: Rule, sentence: Sentence, first: int, last: int) -> Verdict:
    """Blocks unless it is denied, hoped for, asked, or decided by a clinician."""
    before, said = sentence.said(0, first), sentence.said(first, last)
    after = sentence.said(last, len(sentence.words))
    if said.endswith("?"):
        behind = sentence.paragraph[sentence.words[-1].end :]
        return "blocks" if _THEN_WE.match(behind) or (_AILS.match(said) and _IT_GOES.match(behind)) else None
    if sentence.asks or _UNSURE.search(before):
        return None
    if rule.key == "dismisses" and _UNSURE.search(_ADVISED_AGAINST.sub("", said)):
        return None
    if rule.key in ("dismisses", "found") and _DECIDED.search(sentence.text):
        return None
    if rule.key == "in_its_place" and re.match(r"(?:send|sent|refer)", said, re.IGNORECASE):
        return "blocks" if _is_sent_to_us(before, said, after) else None
    return "blocks"


def _is_sent_to_us(before: str, said: str, after: str) -> bool:
    """ "Thank you for sending Mrs. K. for treatment", not "I sent her for treatment" nor "to your office"."""
    ours = re.search(r"\b(?:I|we)(?:'ve|'ll| have| will| can)? (?:\w+ )?$", before + " ", re.IGNORECASE)
    if ours or _PLACED.match(after) or re.search(r"\bto (?!me\b|us\b|my\b|our\b)\w+", said):
        return False
    thanked = re.search(r"\b(?:thank|thanks|grateful|appreciate)\b", before, re.IGNORECASE)
    to_us = re.search(r"\b(?:me|us|my|our)\b", said)
    seen = re.search(r"\byou\b", before, re.IGNORECASE) and _TO_US.search(after)
    return bool(thanked or to_us or seen)
