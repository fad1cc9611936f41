"""Who is worth a visit with twenty minutes left: what is due, by weight, against distance and opening hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crm.domain.pipeline import Stage, lacks_next_step, quiet_since
from crm.domain.visit_kinds import Visitors

RADIUS_MILES = 3.0
GOOD_FIT = 60
"""From this fit on somebody never visited is worth a short way."""

POINTS_A_MILE = 8.0
CLOSED_POINTS = 60.0
OPEN_POINTS = 10.0
UNWELCOME_POINTS = 90.0


class Reason(StrEnum):
    """Why somebody is worth a visit now, in the order of weight."""

    OVERDUE = "overdue"
    DUE = "due"
    QUIET = "quiet"
    NO_NEXT_STEP = "no_next_step"
    NEW = "new"


WEIGHT = {Reason.OVERDUE: 100.0, Reason.DUE: 90.0, Reason.QUIET: 80.0, Reason.NO_NEXT_STEP: 60.0, Reason.NEW: 20.0}


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of somebody's relationship, in the columns of a provider."""

    stage: Stage
    fit: int
    next_due_on: date | None
    first_referral_on: date | None
    last_referral_on: date | None
    referral_count: int
    is_touched: bool


def reason(who: Standing, today: date) -> tuple[Reason, int] | None:
    """The weightiest reason with its days (overdue by, quiet for), or None."""
    if who.next_due_on is not None and who.next_due_on <= today:
        late = (today - who.next_due_on).days
        return (Reason.OVERDUE, late) if late else (Reason.DUE, 0)
    quiet = quiet_since(who.stage, who.first_referral_on, who.last_referral_on, who.referral_count, today)
    if quiet is not None:
        return Reason.QUIET, quiet
    if lacks_next_step(who.stage, who.next_due_on):
        return Reason.NO_NEXT_STEP, 0
    if who.stage is Stage.PROSPECT and not who.is_touched and who.fit >= GOOD_FIT:
        return Reason.NEW, 0
    return None


def usefulness(why: Reason, days: int, fit: int, miles: float, *, is_open: bool | None, visitors: Visitors) -> float:
    """The higher, the sooner."""
    points = WEIGHT[why] + fit / 5
    if why is Reason.OVERDUE:
        points += min(days, 20)
    points -= miles * POINTS_A_MILE
    if is_open is not None:
        points += OPEN_POINTS if is_open else -CLOSED_POINTS
    return points - (UNWELCOME_POINTS if visitors is Visitors.NOT_WELCOME else 0)
