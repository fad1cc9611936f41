"""How partners stand: whose referrals are new, repeated or won back, who has gone quiet, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from crm.domain.kinds import ActivityKind, TaskKind
from crm.domain.pipeline import QUIET_AFTER, usual_interval


class Arrival(StrEnum):
    """What one referral says of its source: its first, one more, or one after it had gone quiet."""

    NEW = "new"
    REPEAT = "repeat"
    WON_BACK = "won_back"


@dataclass(frozen=True, slots=True)
class Quiet:
    """A partner from whom nothing came for longer than its own rhythm. Days since; `usual_days` None before two."""

    days: int
    usual_days: int | None
    referrals: int
    last_referral_on: date
    last_touch_on: date | None = None
    last_touch_kind: ActivityKind | None = None
    next_due_on: date | None = None
    overdue_reports: int = 0


@dataclass(frozen=True, slots=True)
class Action:
    """What to do next: a follow-up that one tap plans, with its reason. Without a kind something is planned already."""

    kind: TaskKind | None
    title: str
    why: str


#: Since a touch this young, another visit would be too soon.
FRESH = timedelta(days=21)
_WRITTEN = frozenset({ActivityKind.EMAIL, ActivityKind.LETTER, ActivityKind.FAX})


def arrivals(days: Sequence[date]) -> list[Arrival]:
    """What each referral of one source was, given the days of all of them in order.

    Won back means: the gap before it was longer than the source's own mean gap until then, and than 90 days.
    """
    return [arrival(days[0], days[n - 1] if n else None, n, day) for n, day in enumerate(days)]


def arrival(first_on: date, before_on: date | None, count_before: int, received_on: date) -> Arrival:
    """The same for one referral: the source's first day, the day of the referral before it, how many came before."""
    if before_on is None or count_before == 0:
        return Arrival.NEW
    limit = max(QUIET_AFTER, usual_interval(first_on, before_on, count_before) or QUIET_AFTER)
    return Arrival.WON_BACK if received_on - before_on > limit else Arrival.REPEAT


def next_action(quiet: Quiet, today: date) -> Action:
    """What to do about a quiet partner: finish what is owed, keep what is planned, else what fits the last touch."""
    if quiet.overdue_reports:
        n = quiet.overdue_reports
        owed = "A report is" if n == 1 else f"{n} reports are"
        return Action(None, "Deliver what is owed", f"{owed} overdue: providers who hear nothing stop.")
    if quiet.next_due_on is not None:
        late = quiet.next_due_on < today
        return Action(None, "Overdue step" if late else "Planned", f"for {_day(quiet.next_due_on)}")
    return _touch(quiet, today)


def _touch(quiet: Quiet, today: date) -> Action:
    since = quiet.last_touch_on
    if since is None or since <= quiet.last_referral_on:
        return Action(
            TaskKind.VISIT, "Visit and tell how their clients did", "Nobody has been in touch since the last referral."
        )
    if today - since < FRESH:
        return Action(
            TaskKind.CALL, "Call to ask what changed", f"The last touch was on {_day(since)}: a visit is soon."
        )
    if quiet.last_touch_kind in _WRITTEN:
        return Action(
            TaskKind.CALL, "Call: the last touch was in writing", f"Written on {_day(since)}, no answer since."
        )
    return Action(TaskKind.VISIT, "Visit with something new", f"The last touch was on {_day(since)}.")


@dataclass(frozen=True, slots=True)
class Share:
    """How much of all referrals comes from the largest source."""

    largest: int
    whole: int

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.largest / self.whole if self.whole else 0.0

    @property
    def is_risk(self) -> bool:
        """More than a quarter from one source, once there are enough to say so."""
        return self.whole >= ENOUGH and self.share > RISK


ENOUGH = 8
"""Fewer referrals say nothing about how they are spread."""

RISK = 0.25
"""More than this from one source is a risk worth a warning."""


def concentration(counts: Iterable[int]) -> Share:
    """The share of the largest of these counts, one for each source."""
    found = list(counts)
    return Share(max(found, default=0), sum(found))


def _day(day: date) -> str:
    return f"{day:%b} {day.day}"
