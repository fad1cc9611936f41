"""How each kind of term is judged: an act, a service, a claim, somebody we call ours, a named condition, a title."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

from crm.domain.scope_reading import Clause, actor, denied, first_person, later
from crm.domain.scope_rules import OFFERS, Kind, Rule

Verdict = Literal["blocks", "warns"] | None

_BREAKS = (
    r"(?!(?:once|after|when|since|before|until|for|of|with|from|to|in|at|on|during|if|where|between|alongside|or"
    r"|is|are|outside|beyond|their|your|his|her)\b)"
)
_OURS = re.compile(rf"\b(?:my|our)\s(?:{_BREAKS}[\w'-]+\s){{0,3}}$", re.IGNORECASE)
_THEIRS = re.compile(
    r"(?:\b(?:your|their|his|her|the\s(?:[\w-]+\s){0,2}?(?:doctor|physician|provider|therapist|hospital|surgeon"
    r"|clinic|clinician|office"
    r"|team|PT|patient|client|unit|facility|oncologist|cardiologist)'s|(?:[\w-]+'s?)|provider-reported|provider's"
    r"|whose|prior"
    r"|previous|earlier|existing|current|documented|reported|referring|medical|written|covered"
    r"|formal)\s(?:[\w/,'-]+\s){0,4})$",
    re.IGNORECASE,
)
_BY_THEM = re.compile(
    r"^\s(?:\w+\s){0,2}?(?:by|from|of|at|with|in)\s(?:you|your|the|a|an|their|his|her|Dr\.?|physical|occupational"
    r"|licensed|another)\b(?!\s(?:my|our))",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being|get|gets|got|getting)\s(?:\w+ly\s|also\s|not\s|never\s)?$",
    re.IGNORECASE,
)
_BY_US = re.compile(r"^[^.;]{0,50}\b(?:by|with|at|in)\s(?:me|us|my|our)\b|^\s(?:here|in-house)\b", re.IGNORECASE)
_REFERS = re.compile(
    r"\b(?:refer|send|leave|defer|return|direct|sent|point|belong|report|call|ask)\w*\b", re.IGNORECASE
)
_NAMED = re.compile(
    r"^(?:\s(?:hospital|unit|facility|facilities|center|centre|clinics?|department|director|manager|team|visits?"
    r"|notes?|goals?|program|coverage"
    r"|benefits?|staff|record|session limit|discharge|orders?|plan of care|episode|cap|services? (?:director"
    r"|manager|department)|process))",
    re.IGNORECASE,
)
_WITH_US = re.compile(
    r"\s(?:is|are) (?:what|all|something) (?:I|we)\b|\s(?:[\w-]+\s)?(?:with|by|from|at) (?:me|us|my|our)\b",
    re.IGNORECASE,
)
_CLIENTS_GET = re.compile(
    r"\bclients?\s(?:\w+\s)?(?:gets?|receives?)\s(?:[\w'-]+\s){0,4}$"
    r"|\b(?:sessions?|programs?|classes|packages?|visits?)\s(?:\w+\s)?(?:includes?|contains?|combines?"
    r"|offers?)\s(?:[\w'-]+\s){0,4}$",
    re.IGNORECASE,
)
_UNTIL_THEN = re.compile(
    r"\b(?:what|when|until|once|where|if|whether|after|before|than|by|that|which)\s(?:\w+\s)?$", re.IGNORECASE
)
_FOR_THERAPY = re.compile(
    r"\s(?:for\s)?(?:[\w-]+\s){0,3}?(?:therapy|visits|PT|OT|rehab|treatment|care|hospital|surgery|medications?)\b",
    re.IGNORECASE,
)
_OUR_PLACE = re.compile(
    r"\b(?:my|our)\s(?:\w+\s)?(?:gym|studio|place|clinic|practice|program|center|office)\b.*\b(?:where|which|that)\b",
    re.IGNORECASE,
)
_CONCLUDED = re.compile(r"\b(?:it|this|that)(?:'s|\s(?:is|was|must be))\s(?:an?\s|the\s)?(?:\w+\s)?$", re.IGNORECASE)
_A_TREAT = re.compile(r"\b(?:a|some|the|as a|any)\s$", re.IGNORECASE)
_TREATING_DOCTOR = re.compile(
    r"\s(?:physicians?|doctors?|clinicians?|providers?|therapists?|surgeons?|team)\b", re.IGNORECASE
)
_ONLY_ASKED = re.compile(r"\bwhether (?:I|we) (?:\w+ )?$|\basks? if (?:I|we) $|\bthan (?:to )?$", re.IGNORECASE)
_FOR_OURS = re.compile(
    r"\s(?:for\s)?(?:all of\s)?(?:it|this|these|my|our|me|us|every|all|sessions?|supervised|medical exercise"
    r"|exercise)\b",
    re.IGNORECASE,
)
_COME_TO_US = re.compile(r"\bto (?:me|us|my \w+|our \w+) for\s(?:\w+\s){0,2}$", re.IGNORECASE)
_AT_OURS = re.compile(r"(?:\s[\w']+){0,4}\s(?:at|in|with|from) (?:me|us|my|our)\b", re.IGNORECASE)
_REPORTS = re.compile(r"\b(?:report|note|record|list|flag|write down|tell you|ask you|ask your)\w*\b", re.IGNORECASE)
_KIND_OF_CARE = re.compile(
    r"\b(?:physical|occupational|speech|respiratory|cardiac|pulmonary|formal|outpatient|inpatient|skilled|stroke"
    r"|cancer|hospital|neuro"
    r"|vestibular|medical|radiation|home)(?:\s(?:or|and)\s\w+)?\s$",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"^\s(?:[\w']+\s){1,5}?(?:with (?:the |great |full )?(?:care|respect|kindness|urgency|courtesy|dignity"
    r"|priority)|like|as)\b"
    r"|^\s(?:[\w']+\s){1,3}?to (?:a\s)?(?:lunch|coffee|dinner|breakfast|cake|ice cream)\b",
    re.IGNORECASE,
)
_OUR_ACT_ON = re.compile(
    r"\b(?:I|we)(?:'\w+)?\s(?:[\w']+\s){0,3}?(?:train|coach|see|saw|have|had|help|teach|exercise|progress"
    r"|motivate|guide|assess|accept|take|welcome"
    r"|serve|work with|worked with|get|give|take on|look after|care for|follow|supervise)\w*\s(?:[\w'-]+\s){0,3}$",
    re.IGNORECASE,
)
_THEIR_PATIENT = re.compile(
    r"\b(?:your|their|the\s(?:[\w-]+'s)|[\w-]+'s?|referring|of your|for your|shared|other|for|which|what|when|if"
    r"|many|most|some|each|every"
    r"|office's|those|these)\s(?:[\w-]+\s){0,3}$",
    re.IGNORECASE,
)
_PATIENT_OF = re.compile(
    r"^\s(?:of yours|you\b|who you|whom you|that you|in your|from your|at your|under your|leav|of the)", re.IGNORECASE
)
_ADJECTIVE = re.compile(r"\b(?:be|is|are|am|very|so|more|stay|stays|being|endlessly|and)\s$", re.IGNORECASE)
_HEDGE = re.compile(
    r"\b(?:may|might|could|probably|likely|possibly|seems?|appears?|looks? like|signs? of|symptoms? of"
    r"|consistent with|suspect\w*|think|believe"
    r"|guess|found|noticed|detected|identified|spotted|saw|discovered|suggests?|indicates?|points? to|must be"
    r"|must have|a case of|classic"
    r"|typical of|means|shows?)\b(?:\s[\w'’]+){0,6}\s$",
    re.IGNORECASE,
)
_DOCUMENTED = re.compile(
    r"\b(?:documented|diagnosed|provider-reported|reported by|according to|per (?:your|the|Dr)|you (?:wrote|noted"
    r"|documented|named|diagnosed|found)"
    r"|history of|with (?:a )?(?:known|documented)|people with|clients with|patients with|adults with|cleared"
    r"|your note|chart|referral|ICD"
    r"|diagnosis of|confirmed|Dr\.?\s)\b",
    re.IGNORECASE,
)
_SELF = re.compile(
    r"\b(?:I(?:'m| am| was)|we(?:'re| are)|my (?:title|role) is|as)\s(?:(?:a|an|the|your|now|also|certified"
    r"|licensed|medical|exercise|clinical|physical|movement|personal|kinesio|trained|[\w-]+'s?|fully|qualified)\s)*$",
    re.IGNORECASE,
)


def judge_act(rule: Rule, clause: Clause, match: re.Match[str]) -> Verdict:
    """A verb that only licensed people may do: ours blocks, theirs is fine, nobody's warns."""
    start, end = match.span()
    if denied(clause, start, end) or (rule.key == "treat" and _POLITE.match(clause.after(end))):
        return None
    if rule.key == "treat" and (_A_TREAT.search(clause.before(start)) or _TREATING_DOCTOR.match(clause.after(end))):
        return None
    if _ONLY_ASKED.search(clause.before(start)):
        return None
    if _PASSIVE.search(clause.before(start)) and not match[0].lower().endswith("ing"):
        ours = _BY_US.match(clause.after(end)) or _OUR_PLACE.search(clause.sentence)
        return "blocks" if ours else None
    return _judged_act(rule, clause, start, end)


def _judged_act(rule: Rule, clause: Clause, start: int, end: int) -> Verdict:
    who = actor(clause, start)
    if who == "theirs" or (rule.key == "medication" and _REPORTS.search(clause.before(start))):
        return "blocks" if _we_help_them(rule, clause, start) else None
    if who == "ours":
        return "blocks"
    if _BY_THEM.match(clause.after(end)) and clause.before(start).strip().lower() in ("", "was", "is"):
        return None
    if start == clause.start and re.match(
        r"[\w\s'-]{0,60}\b(?:is|are)\s(?:my|our|what (?:I"
        r"|we))\b",
        clause.after(end),
    ):
        return "blocks"
    if rule.key in ("cure", "medication") and not first_person(clause.sentence):
        return None if rule.key == "medication" else "warns"
    return "blocks" if first_person(clause.before(start)) or _BY_US.match(clause.after(end)) else "warns"


def _we_help_them(rule: Rule, clause: Clause, start: int) -> bool:
    """Whether "I help them get off their medication" is meant, which is ours although "them" stands nearer."""
    if rule.key != "medication":
        return False
    return bool(re.search(r"\b(?:I|we|my|our)\b.*\bhelp\w*\b", clause.before(start), re.IGNORECASE))


def judge_service(rule: Rule, clause: Clause, match: re.Match[str]) -> Verdict:
    """A noun for a licensed service: offered or owned by us blocks."""
    start, end = match.span()
    before, after = clause.before(start), clause.after(end)
    if denied(clause, start, end):
        return None
    if _WITH_US.match(after) or _CLIENTS_GET.search(before) or _COME_TO_US.search(before):
        return "blocks"
    if _OURS.search(before):
        return "blocks"
    if later(clause, start, end) or _THEIRS.search(before) or _BY_THEM.match(after):
        return None
    if _REFERS.search(before) and not re.search(r"\boffer|provid", before, re.IGNORECASE):
        return None
    if actor(clause, start) == "ours" and _offered(before):
        return None if _NAMED.match(after) and rule.key in ("rehabilitation", "therapy", "treatment") else "blocks"
    return _unowned_service(rule, clause, before, after)


def _offered(before: str) -> bool:
    verbs = list(OFFERS.finditer(before))
    return bool(verbs) and len(before[verbs[-1].end() :].split()) <= 8


def _unowned_service(rule: Rule, clause: Clause, before: str, after: str) -> Verdict:
    """A headline such as "Massage and nutrition plans" claims by standing there; talk about therapy doesn't."""
    if rule.key in ("therapy", "rehabilitation", "treatment", "diagnosis", "prescription"):
        if _NAMED.match(after) or _KIND_OF_CARE.search(before) or actor(clause, len(before) + clause.start) == "theirs":
            return None
        bare = (
            not before.strip()
            and len(clause.sentence.split()) <= 8
            and re.match(
                r"\s(?:for|of|that"
                r"|and)\b",
                after,
            )
        )
        return "warns" if bare else None
    if actor(clause, len(before) + clause.start) == "theirs":
        return None
    return "warns" if first_person(clause.sentence) or len(clause.sentence.split()) <= 8 else None


def judge_claim(rule: Rule, clause: Clause, match: re.Match[str]) -> Verdict:
    """A promise: fine only when denied, or asked about somebody else's program."""
    start, end = match.span()
    said = match[0].lower()
    if said.startswith(("don't", "won't", "will not", "never", "no longer", "no need")):
        return "blocks"
    if denied(clause, start, end):
        return None
    if rule.key == "coverage":
        return None if _coverage_is_theirs(clause, match) else "blocks"
    if rule.key == "replaces_care" and said.startswith("instead of"):
        return None if actor(clause, start) == "theirs" else "warns" if "treatment" in said else "blocks"
    if actor(clause, start) == "theirs" and (rule.key == "prevent" or clause.sentence.rstrip().endswith("?")):
        return None
    return "blocks"


def _coverage_is_theirs(clause: Clause, match: re.Match[str]) -> bool:
    """Insurance that rarely pays, that pays for therapy, or is only mentioned: "what insurance covers"."""
    after = clause.after(match.end())
    if re.search(r"\b(?:rarely|seldom|hardly|not|never)\b", match[0] + after[:14], re.IGNORECASE):
        return True
    if _UNTIL_THEN.search(clause.before(match.start())):
        return True
    if " by " in match[0] or re.search(r"\b(?:will|always)\b", match[0], re.IGNORECASE):
        return bool(_FOR_THERAPY.match(after))
    return not _FOR_OURS.match(after)


def judge_possession(_rule: Rule, clause: Clause, match: re.Match[str]) -> Verdict:
    """The word "patient" for our own people."""
    before, after = clause.before(match.start()), clause.after(match.end())
    if match[0].lower() == "patient" and _ADJECTIVE.search(before):
        return None
    if _OURS.search(before):
        return "blocks"
    if _THEIR_PATIENT.search(before) or _PATIENT_OF.match(after):
        return None
    if denied(clause, match.start(), match.end()) and re.search(r"\b(?:call|say|word)", before, re.IGNORECASE):
        return None
    return "blocks" if _OUR_ACT_ON.search(before) or _AT_OURS.match(after) else None


def judge_condition(_rule: Rule, clause: Clause, match: re.Match[str]) -> Verdict:
    """A condition that somebody concludes, without a clinician who documented it."""
    before = clause.before(match.start())
    if denied(clause, match.start(), match.end()) or _DOCUMENTED.search(clause.sentence):
        return None
    if _CONCLUDED.search(before) and re.match(r"\s*(?:[.,;!?]|$)", clause.after(match.end())):
        return "blocks"
    hedge = _HEDGE.search(before)
    if hedge and actor(clause, match.start()) != "theirs":
        return "blocks"
    if hedge and re.search(r"\b(?:you|she|he|they|client|it|this|that)\b", before, re.IGNORECASE):
        return "blocks" if not re.search(r"\byour?\s(?:think|believe|suspect|found)", before) else None
    concluded = re.search(r"\b(?:client|he|she)\s(?:\w+\s)?(?:has|is)\s(?:[\w-]+\s){0,3}$", before, re.IGNORECASE)
    return "warns" if concluded else None


def judge_title(rule: Rule, clause: Clause, match: re.Match[str]) -> Verdict:
    """A licensed title that we give ourselves."""
    before = clause.before(match.start())
    if denied(clause, match.start(), match.end()):
        return None
    if _SELF.search(before) and not re.match(
        r"\s(?:assistant|referral|team)?\s?(?:refers?|asks?|sends?)", clause.after(match.end())
    ):
        return "blocks" if not re.search(r"\bas\s\w*\s?$", before, re.IGNORECASE) or first_person(before) else None
    if rule.key == "therapist" and _OURS.search(before):
        return "blocks"
    return None


JUDGES: Mapping[Kind, Callable[[Rule, Clause, re.Match[str]], Verdict]] = {
    "act": judge_act,
    "service": judge_service,
    "claim": judge_claim,
    "possession": judge_possession,
    "condition": judge_condition,
    "title": judge_title,
}
