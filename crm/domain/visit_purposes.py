"""What a visit may be for, and what to take along, by how far a relationship has come: suggestions only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm.domain.papers import DocumentKind
from crm.domain.pipeline import Stage
from crm.domain.visit_materials import CARD
from crm.domain.visit_planning import Reason, Why

_BY_STAGE: Mapping[Stage, tuple[str, ...]] = {
    Stage.PROSPECT: ("Introduce myself", "Find out who decides", "Leave a card and a pad"),
    Stage.CONTACTED: ("Introduce myself", "Ask what happens when visits run out", "Offer sample documentation"),
    Stage.INTRODUCED: ("Offer sample documentation", "Show what a report looks like", "Ask for a first client"),
    Stage.SAMPLE_SENT: ("Ask what they thought of the sample", "Ask for a first client", "Leave a referral pad"),
    Stage.TRIAL: ("Ask about the first client", "Leave a referral pad", "Agree how reports should come"),
    Stage.PARTNER: ("Tell how their clients are doing", "Bring up one more service", "Offer a talk for the team"),
}
_PAD, _SAMPLE = DocumentKind.REFERRAL_PAD.value, DocumentKind.SAMPLE_PROGRESS_REPORT.value
_TAKE: Mapping[Stage, tuple[str, ...]] = {
    Stage.PROSPECT: (CARD, _PAD),
    Stage.CONTACTED: (CARD, _PAD),
    Stage.INTRODUCED: (_SAMPLE, _PAD),
    Stage.SAMPLE_SENT: (_PAD, DocumentKind.OVERVIEW.value),
    Stage.TRIAL: (_PAD,),
    Stage.PARTNER: (_PAD, DocumentKind.OUTCOMES_SHEET.value),
}
_BY_REASON: Mapping[Reason, str] = {
    Reason.REPORT: "Hand over the report",
    Reason.QUIET: "Tell how their clients did, ask what changed",
    Reason.NEARBY: "Introduce myself",
}


def purposes(stage: Stage) -> Sequence[str]:
    """Purposes that fit, the usual first."""
    return _BY_STAGE.get(stage, ("Stop by",))


def purpose(stage: Stage, whys: Sequence[Why]) -> str:
    """What a proposed visit is for: what its first reason says, else what fits the stage."""
    first = whys[0] if whys else None
    if first is None:
        return purposes(stage)[0]
    return first.title or _BY_REASON.get(first.reason, purposes(stage)[0])


def materials(stage: Stage) -> Sequence[str]:
    """What to take along, as stored on a visit."""
    return _TAKE.get(stage, (CARD,))
