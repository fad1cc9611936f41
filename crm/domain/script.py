"""The introduction script: for whom, how and when it is spoken, and the four things a good one does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from crm.domain import scope
from crm.domain.pipeline import Stage
from crm.domain.taxonomy import OTHER

WORDS_A_MINUTE = 150
PARTS: tuple[str, ...] = ("opening", "gap", "picture", "alignment", "invitation")
PART_TITLES: Mapping[str, str] = {
    "opening": "Opening",
    "gap": "Establish the gap",
    "picture": "Paint the picture",
    "alignment": "Show alignment",
    "invitation": "Invite collaboration",
}


class Audience(StrEnum):
    """Whom a script speaks to."""

    PHYSICIAN = "physician"
    PT_OT = "pt_ot"
    ORTHOPEDICS_SPORTS = "orthopedics_sports"
    HEART_LUNG = "heart_lung"
    ENDOCRINE_WEIGHT = "endocrine_weight"
    ONCOLOGY = "oncology"
    GERIATRICS = "geriatrics"
    PEDIATRICS = "pediatrics"
    RHEUMATOLOGY = "rheumatology"
    OCCUPATIONAL = "occupational"
    SPECIALIST = "specialist"
    DISCHARGE_PLANNER = "discharge_planner"
    SKILLED_NURSING = "skilled_nursing"
    HOME_HEALTH = "home_health"
    ASSISTED_LIVING = "assisted_living"
    GATEKEEPER = "gatekeeper"
    NON_CLINICAL = "non_clinical"


class Channel(StrEnum):
    """How we meet."""

    VISIT = "visit"
    HALLWAY = "hallway"
    PHONE = "phone"
    VOICEMAIL = "voicemail"


class Moment(StrEnum):
    """Where the relationship stands when the script is spoken."""

    FIRST_CONTACT = "first_contact"
    SECOND_VISIT = "second_visit"
    AFTER_SAMPLE = "after_sample"
    THANK_YOU = "thank_you"
    REACTIVATION = "reactivation"


MOMENT_TITLES: Mapping[Moment, str] = {
    Moment.FIRST_CONTACT: "First contact",
    Moment.SECOND_VISIT: "Second visit",
    Moment.AFTER_SAMPLE: "After the sample",
    Moment.THANK_YOU: "Thank-you",
    Moment.REACTIVATION: "After a quiet time",
}

#: Fewest and most words of a filled script, and what is said about its length.
LENGTHS: Mapping[Channel, tuple[int, int]] = {
    Channel.VISIT: (150, 280),
    Channel.HALLWAY: (30, 60),
    Channel.PHONE: (60, 200),
    Channel.VOICEMAIL: (45, 110),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One of the four things a good script does: whether this one does it, and why we think so."""

    key: str
    label: str
    passed: bool
    why: str


def choose_audience(specialty: str, specialty_audience: str) -> Audience:
    """The audience of a provider by specialty; a specialty we don't know gets the general script."""
    if specialty == OTHER:
        return Audience.SPECIALIST
    return Audience(specialty_audience)


def choose_moment(
    stage: Stage, *, conversations: int = 0, quiet: bool = False, referred_lately: bool = False
) -> Moment:
    """The state of the relationship that a script should speak to.

    `conversations` counts real conversations so far, `quiet` is a partner (or known provider) who went silent,
    `referred_lately` means a referral that has not been answered by a visit or call since.
    """
    if referred_lately:
        return Moment.THANK_YOU
    if quiet or stage is Stage.NOT_NOW:
        return Moment.REACTIVATION
    if stage in (Stage.SAMPLE_SENT, Stage.TRIAL):
        return Moment.AFTER_SAMPLE
    if stage in (Stage.INTRODUCED, Stage.PARTNER) or conversations:
        return Moment.SECOND_VISIT
    return Moment.FIRST_CONTACT


_SAID = re.compile(r"\w")


def word_count(text: str) -> int:
    """Words as spoken: dashes and list marks alone are none."""
    return sum(1 for word in text.split() if _SAID.search(word))


def speaking_seconds(words: int) -> int:
    """How long that many words take at a calm pace."""
    return round(words * 60 / WORDS_A_MINUTE)


_SAYS_NO_TREATMENT = re.compile(
    r"\b(?:do not|don't|never|neither)\b[^.;]{0,40}\b(?:diagnos|treat)\w*[^.;]{0,30}\b(?:diagnos"
    r"|treat)\w*",
    re.IGNORECASE,
)
_EXTENDS = re.compile(
    r"\b(?:I extend|we extend|extends? (?:your|the|what)|(?:once|after|when) (?:\w+[\s’'-]){0,8}?(?:therapy"
    r"|coverage|visits|program|treatment"
    r"|episode)\b|supports? your plan|alongside your|within your|pick up where|build on (?:your|what)"
    r"|don't replace|where (?:you|your team)"
    r"|(?:leave|finish|finishes|end of) (?:\w+ ){0,2}?(?:therapy|care))",
    re.IGNORECASE,
)
_REPORTS = re.compile(r"\b(?:document|documentation|documents|reports?|one[- ]page|on one page)\b", re.IGNORECASE)
_MEASURES = re.compile(
    r"\b(?:range of motion|motion|balance|endurance|strength|gait|chair stands?|walk(?:ing)? (?:test|distance)"
    r"|six-minute walk|grip"
    r"|heart rate|blood pressure|exertion|attendance|sessions attended|lifting|mobility|measures?|numbers"
    r"|progress report|sample of my)\b",
    re.IGNORECASE,
)
_OUTCOMES = re.compile(
    r"\b(?:strong(?:er)?|strength|independen(?:t|ce|tly)|steady|keep(?:s|ing)?|kept|hold on|holds?|stay(?:s|ing)?"
    r"|still there|back (?:at|to|on|in|with)"
    r"|enjoy|build(?:ing)? (?:up|on)|rebuild|go on|progress|active)\b",
    re.IGNORECASE,
)
_THEIRS = re.compile(
    r"\byour (?:\w+ )?(?:patients?|residents|people|work|team|care|plan|treatment|episode|home program|part)\b"
    r"|\b(?:the )?patients?\b|\bthey\b|\bthem\b"
    r"|\bthe care (?:you|given)",
    re.IGNORECASE,
)


def check_script(parts: Mapping[str, str], findings: list[scope.Finding] | None = None) -> tuple[Check, ...]:
    """The four checks of a filled script. `findings` are those of the scope check, if it has run already."""
    spoken = "\n\n".join(parts.get(part, "") for part in PARTS).replace("’", "'")
    found = scope.check(spoken) if findings is None else findings
    return (_respects_scope(spoken, found), _extends(spoken, found), _documents(spoken), _shines(parts, spoken))


def _respects_scope(spoken: str, findings: list[scope.Finding]) -> Check:
    label = "Respects scope"
    blocking = scope.blocks(findings)
    if blocking:
        return Check("scope", label, False, f"“{blocking[0].text}” leaves your scope. {blocking[0].suggestion}")
    if said := _SAYS_NO_TREATMENT.search(spoken):
        return Check("scope", label, True, f"It says so: “{_short(spoken, said)}”.")
    return Check("scope", label, False, "Say that you don’t diagnose or treat.")


def _extends(spoken: str, findings: list[scope.Finding]) -> Check:
    label = "Extends the provider’s work"
    replaced = [each for each in findings if each.rule == "replaces_care"]
    if replaced:
        return Check("extends", label, False, f"“{replaced[0].text}” sounds like a replacement.")
    if said := _EXTENDS.search(spoken):
        return Check("extends", label, True, f"It comes after or beside their care: “{_short(spoken, said)}”.")
    return Check("extends", label, False, "Say that you begin where therapy or coverage ends, within their plan.")


def _documents(spoken: str) -> Check:
    label = "Shows professional documentation"
    reports, measures = _REPORTS.search(spoken), _MEASURES.search(spoken)
    if reports and measures and re.search(r"\bmay I (?:send|leave|show)\b", spoken, re.IGNORECASE):
        return Check("documents", label, True, f"It names what you measure (“{measures[0]}”) and offers a sample.")
    if reports and measures:
        return Check("documents", label, False, "Ask whether you may send a sample of your documentation.")
    return Check("documents", label, False, "Say what you measure and that they get it on one page.")


def _shines(parts: Mapping[str, str], spoken: str) -> Check:
    label = "Makes the provider look good"
    where = parts.get("picture") or spoken
    outcome, theirs = _OUTCOMES.search(where), _THEIRS.search(spoken)
    if outcome and theirs:
        return Check("outcomes", label, True, f"Their people do well: “{_short(where, outcome)}”.")
    return Check("outcomes", label, False, "Paint how their patients do months later, and that it began with them.")


def _short(text: str, found: re.Match[str]) -> str:
    """The matched words with a little of what follows, up to a break."""
    rest = re.split(r"[.,;:?!\n]", text[found.end() :], maxsplit=1)[0].split()
    return " ".join([*found[0].split(), *rest[:4]]).rstrip(",")
