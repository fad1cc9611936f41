"""Moves between stages: what each needs, and which follow from what happened."""

from __future__ import annotations

from datetime import date, timedelta

from crm.domain.errors import Invalid
from crm.domain.kinds import TOUCHES, ActivityKind, Outcome
from crm.domain.pipeline import ASIDE, PATH, Stage

NEEDS_REASON = frozenset({Stage.DECLINED, Stage.DO_NOT_CONTACT})
NEEDS_RETURN = frozenset({Stage.NOT_NOW})
_REAL_TALK = frozenset({Outcome.CONVERSATION, Outcome.WANTS_SAMPLE, Outcome.NOT_INTERESTED})


def check(stage: Stage, reason: str, return_on: date | None, today: date) -> None:
    """Raise Invalid unless the move says what an aside-stage asks for: a reason, or a day to return."""
    if stage in NEEDS_REASON and not reason.strip():
        raise Invalid({"reason": "Say why in a few words, so that you know it next year."})
    if stage in NEEDS_RETURN and return_on is None:
        raise Invalid({"return_on": "Choose the day to come back, so that nobody is forgotten."})
    if stage in NEEDS_RETURN and return_on is not None and return_on < today - timedelta(days=1):
        raise Invalid({"return_on": "Choose a day that is still to come."})


def is_ahead(stage: Stage, of: Stage) -> bool:
    """Whether `stage` is further along the path than `of`. Somebody who stood aside is never ahead."""
    if stage not in PATH:
        return False
    return of in ASIDE or PATH.index(stage) > PATH.index(of)


def reached_by(kind: ActivityKind, outcome: Outcome | None) -> Stage | None:
    """The stage that a touch shows a provider to have reached, or None when it shows none."""
    if kind is ActivityKind.REFERRAL:
        return Stage.PARTNER
    if kind not in TOUCHES or outcome is Outcome.NOT_POSSIBLE:
        return None
    if outcome is Outcome.WILL_REFER:
        return Stage.TRIAL
    talked = outcome in _REAL_TALK or kind in {ActivityKind.MEETING, ActivityKind.IN_SERVICE, ActivityKind.REPLY}
    return Stage.INTRODUCED if talked else Stage.CONTACTED


def follows(current: Stage, kind: ActivityKind, outcome: Outcome | None) -> Stage | None:
    """The stage to move to after a touch, or None to stay. Nobody is ever moved back or out of an aside-stage,
    except by a referral, which makes a partner of anybody but those who asked to be left alone."""
    reached = reached_by(kind, outcome)
    if reached is None or current is Stage.DO_NOT_CONTACT:
        return None
    if current in ASIDE:
        return reached if reached is Stage.PARTNER else None
    return reached if is_ahead(reached, current) else None
