"""The outreach pipeline: stages, what a move needs, what activities imply, what is derived from dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from crm.domain.errors import Invalid
from crm.domain.kinds import TOUCHES, ActivityKind, Outcome


class Stage(StrEnum):
    """Where a provider stands. The first six are in order; the last three stand aside."""

    PROSPECT = "prospect"
    CONTACTED = "contacted"
    INTRODUCED = "introduced"
    SAMPLE_SENT = "sample_sent"
    TRIAL = "trial"
    PARTNER = "partner"
    NOT_NOW = "not_now"
    DECLINED = "declined"
    DO_NOT_CONTACT = "do_not_contact"


PATH: tuple[Stage, ...] = (
    Stage.PROSPECT,
    Stage.CONTACTED,
    Stage.INTRODUCED,
    Stage.SAMPLE_SENT,
    Stage.TRIAL,
    Stage.PARTNER,
)
ASIDE: tuple[Stage, ...] = (Stage.NOT_NOW, Stage.DECLINED, Stage.DO_NOT_CONTACT)
ALL: tuple[Stage, ...] = PATH + ASIDE

LABELS: Mapping[Stage, str] = {
    Stage.PROSPECT: "Prospect",
    Stage.CONTACTED: "Contacted",
    Stage.INTRODUCED: "Introduced",
    Stage.SAMPLE_SENT: "Sample sent",
    Stage.TRIAL: "Trial",
    Stage.PARTNER: "Partner",
    Stage.NOT_NOW: "Not now",
    Stage.DECLINED: "Declined",
    Stage.DO_NOT_CONTACT: "Do not contact",
}
MEANINGS: Mapping[Stage, str] = {
    Stage.PROSPECT: "Nobody has reached out yet",
    Stage.CONTACTED: "Reached out, no real conversation yet",
    Stage.INTRODUCED: "Had a real conversation",
    Stage.SAMPLE_SENT: "Has a sample of the documentation",
    Stage.TRIAL: "Agreed to send a first client",
    Stage.PARTNER: "Has referred",
    Stage.NOT_NOW: "Come back on a date",
    Stage.DECLINED: "Said no",
    Stage.DO_NOT_CONTACT: "Asked not to be contacted",
}
#: A partner is quiet when nothing came for longer than its own usual interval, but never before this.
QUIET_AFTER = timedelta(days=90)
#: Stages in which somebody should always have a next step.
WORKED: tuple[Stage, ...] = PATH[1:]

_SPOKE = frozenset({Outcome.CONVERSATION, Outcome.WANTS_SAMPLE, Outcome.WILL_REFER, Outcome.NOT_INTERESTED})
_IN_PERSON = frozenset({ActivityKind.MEETING, ActivityKind.IN_SERVICE})


def order(stage: Stage) -> int:
    """Position on the board, aside-stages last."""
    return ALL.index(stage)


def needs_reason(stage: Stage) -> bool:
    """Whether a move there asks why."""
    return stage in (Stage.DECLINED, Stage.DO_NOT_CONTACT)


def needs_return_date(stage: Stage) -> bool:
    """Whether a move there asks when to come back."""
    return stage is Stage.NOT_NOW


def check_move(stage_to: Stage, *, reason: str, return_on: date | None, today: date) -> None:
    """Invalid with what a move to an aside-stage still needs."""
    if needs_reason(stage_to) and not reason.strip():
        raise Invalid({"reason": "Say in a few words why, so that you know later."})
    if needs_return_date(stage_to) and (return_on is None or return_on <= today):
        raise Invalid({"return_on": "Choose a day after today to come back to them."})


def implied_stage(
    stage: Stage, kind: ActivityKind, outcome: Outcome | None = None, *, sample_sent: bool = False
) -> Stage:
    """The stage after an activity. Only ever forward on the path; from aside only a referral leads back."""
    if kind is ActivityKind.REFERRAL:
        return stage if stage is Stage.DO_NOT_CONTACT else Stage.PARTNER
    if stage in ASIDE:
        return stage
    reached = _reached(kind, outcome, sample_sent=sample_sent)
    return max(stage, reached, key=PATH.index)


def _reached(kind: ActivityKind, outcome: Outcome | None, *, sample_sent: bool) -> Stage:
    if outcome is Outcome.WILL_REFER:
        return Stage.TRIAL
    if sample_sent:
        return Stage.SAMPLE_SENT
    spoke = outcome in _SPOKE or (kind in _IN_PERSON and outcome in (None, Outcome.DONE))
    if kind is ActivityKind.REPLY or (kind in TOUCHES and spoke):
        return Stage.INTRODUCED
    return Stage.CONTACTED if kind in TOUCHES else Stage.PROSPECT


def usual_interval(first_on: date, last_on: date, count: int) -> timedelta | None:
    """A partner's own rhythm: the mean gap between its referrals; None before there are two."""
    return (last_on - first_on) / (count - 1) if count > 1 else None


def quiet_since(stage: Stage, first_on: date | None, last_on: date | None, count: int, today: date) -> int | None:
    """Days since the last referral of a partner who has gone quiet, else None."""
    if stage is not Stage.PARTNER or first_on is None or last_on is None:
        return None
    limit = max(QUIET_AFTER, usual_interval(first_on, last_on, count) or QUIET_AFTER)
    waited = today - last_on
    return waited.days if waited > limit else None


def is_overdue(next_due_on: date | None, today: date) -> bool:
    """Whether the earliest open follow-up is past its day."""
    return next_due_on is not None and next_due_on < today


def lacks_next_step(stage: Stage, next_due_on: date | None, return_on: date | None = None) -> bool:
    """Whether somebody is being worked and nothing is planned."""
    if stage is Stage.NOT_NOW:
        return next_due_on is None and return_on is None
    return stage in WORKED and next_due_on is None


def due_tone(stage: Stage, next_due_on: date | None, today: date) -> str:
    """The colour of a card's edge: "overdue", "today", "later", "none" (no next step is set), "" for those aside."""
    if next_due_on is None:
        return "none" if stage in PATH or lacks_next_step(stage, next_due_on) else ""
    if next_due_on == today:
        return "today"
    return "overdue" if next_due_on < today else "later"
