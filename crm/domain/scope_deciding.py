"""Deciding in the clinician's place, told with harmless words: whether somebody needs surgery, when therapy may end.

Each pair is what must stand in the paragraph at all, and the patterns; see `crm.domain.scope_framing`.
"""

from __future__ import annotations

from crm.domain.scope_ailments import AILMENT
from crm.domain.scope_lexicon import (
    AID,
    AUX,
    CARE,
    DOCTOR,
    DRUG,
    PERSON,
    PROCEDURE,
    TEST,
    THE,
    THEY,
    WE,
    verbs,
)

_NEEDING = (
    r"(?:need|needs|needed|require|requires|should (?:have|get|take|keep|wear)|ought to (?:have|get)|can (?:skip|drop"
    r"|stop|avoid)|could (?:skip|do without))"
)
_REALLY = r"(?:really |still |actually |even |truly |ever )?"
_SAYING = verbs("tell advise counsel help show say judge decide determine explain work_out figure_out")

#: Whether somebody needs an operation, a drug, an aid; what a scan means.
DECIDED = (
    r"\b(?:whether|if|which|what|with|to|and|for|blood|lab|hormone)\b",
    (
        rf"\b{_SAYING} (?:{PERSON} )?(?:on |about |out )?(?:whether|if|when) (?:{PERSON}|{THEY}) {_REALLY}{_NEEDING}"
        rf" {THE}(?:{PROCEDURE}|{DRUG}|{AID}|{TEST}|{CARE})\b",
        rf"\b{verbs('tell advise urge counsel')} {PERSON} (?:not to|never to|to) (?:have|get|undergo|go through with) {THE}"
        rf"{PROCEDURE}\b",
        rf"\b{verbs('decide determine judge say')} which (?:ones|of (?:them|these|those)|{DRUG}) (?:{PERSON}|{THEY})"
        rf" {_REALLY}{_NEEDING}\b",
        rf"\b{verbs('go_over go_through review explain discuss interpret')} {THE}(?:\w+ )?{TEST}"
        rf"(?: (?:reports?|results|images|findings|films|pictures))? (?:with|to|for) {PERSON}(?<! you)\b",
        rf"\b{verbs('explain tell show say')} (?:to )?(?:{PERSON} )?what {THE}(?:\w+ )?{TEST}"
        r"(?: (?:reports?|results|images|findings))? (?:means?|says?|shows?)\b",
        rf"\b{verbs('give offer')} {PERSON} (?:an? |the |free )?(?:blood|lab|hormone|urine|saliva|allergy|gut|stool)"
        r" (?:tests?|panels?|work)\b",
    ),
)
_REST = r"(?:the )?(?:job|rest|work|therapy|treatment|rehab|recovery)"
#: Sending people away from care, or to us in its place.
DISMISSED = (
    r"\b(?:you|your|choose|chose|reason)\b",
    (
        rf"\bno (?:good )?reason to (?:order|send|refer|prescribe) (?:{PERSON} )?(?:to |for )?{THE}{CARE}\b",
        rf"\b{verbs('choose prefer pick')} (?:me|us|our \w+|my \w+) (?:over|before|instead of) {THE}{CARE}\b",
        rf"\b(?:you|your \w+) (?:can|could|may|should|are free to) (?:safely |already |now )?(?:discharge|release|stop"
        rf" (?:seeing|treating)|let go(?: of)?) {PERSON}[^.;?!]{{0,25}}?(?:\b(?:early|earlier|sooner)\b|\band (?:I|we)"
        rf"(?:'ll| will| can)? (?:finish|complete|do) {_REST}\b)",
        rf"\b(?:so|so that|and) you (?:don't|won't|no longer|never|do not|will not) (?:have|need) to (?:send|refer) {PERSON}"
        rf" (?:back )?(?:to|for|into) {THE}(?:{CARE}|{DOCTOR})\b",
    ),
)
_GAIN = (
    r"(?:drop|cut|reduction|decrease|improvement|gain|increase|recovery|relief|return to"
    r"|cure|better|lower|less|fewer|more)"
)
#: Numbers and lives promised.
PROMISED = (
    r"\b(?:promise|guarantee|assure|pledge|vow|no (?:client|patient|member|resident)|(?:can|could|may|will) (?:go|stop|be)"
    r"|not be|won't be)",
    (
        rf"{WE} {AUX}{verbs('promise guarantee pledge vow')} (?:{PERSON} )?(?:that )?(?:an? |the |at least |up to )*"
        rf"(?:[\w-]+ ){{0,2}}?(?:\d+|\w+)[ -]?(?:percent|%|points?|pounds?) {_GAIN}\b",
        rf"{WE} {AUX}{verbs('promise guarantee pledge vow')} (?:{PERSON} )?(?:an? )?(?:\w+ )?{_GAIN} (?:in|of|from|to)"
        rf" {THE}(?:\w+ )?(?:{AILMENT}|blood pressure|pain|work|sports?|strength|balance|weight|A1C|surgery)\b",
        r"\bno (?:client|patient|member|resident)s?(?: of (?:yours|mine|ours))? (?:will|has|have|ever)(?: ever)?"
        rf" (?:need|needed|require|required|face|have|had) {THE}(?:{PROCEDURE}|{AID})\b",
        rf"\b(?:the|those|your|their|her|his) {DRUG} (?:can|could|may|will) (?:go|stop|be (?:thrown|dropped|stopped|cut))\b",
        rf"\b(?:not|won't|no longer) be (?:needing|taking|using) {THE}{DRUG}\b",
    ),
)
_PAYER = r"(?:insurance|insurers?|health plans?|Medicare|Medicaid|HSA|carriers?)"
#: Claims on an insurance.
BILLED = (
    r"\b(?:bill|bills|billed|billing|charge|codes?|coded|card|refund|refunds|claims?|take|accept)\b",
    (
        rf"{WE} {AUX}{verbs('submit file send')} (?:the |all |any |your )?claims? (?:to|with) {THE}(?:[\w']+ )?{_PAYER}\b",
        rf"\b(?:I|we) (?:also )?(?:take|accept) (?:most |all |private )*{_PAYER}\b(?! (?:cards?|questions?|information|calls))",
        r"\bcodes?\b[^.;?!]{0,30}\b(?:get|gets|got) (?:it|them|this) (?:paid|covered|reimbursed)\b",
        rf"{WE} {AUX}{verbs('bill charge invoice')} (?:directly |all |to )*{THE}(?:[\w']+ )?{_PAYER}\b",
        rf"\b{verbs('bill charge invoice code submit file')} [^.;?!]{{0,40}}?\b(?:under|with|using|as) (?:an? |the )?(?:physical"
        r" therapy|therapy|PT|CPT|medical|rehab) (?:billing )?codes?\b",
        rf"\b(?:show|bring|use|swipe) (?:me |us )?(?:your|their) (?:{_PAYER}) card\b",
        rf"\b{_PAYER}(?: plans?| company)? (?:will |can )?refunds? (?:our|my|the) (?:fees?|sessions?|bills?)\b",
    ),
)
