"""When the steps of a sequence are to be taken: business days, inside the sending window, where the practice is.

Pure. Every instant returned lies inside the window of a business day, and none before `now`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from crm.domain.calendar import (
    add_business_days,
    business_day_from,
    business_days_between,
    is_business_day,
    local_day,
    next_business_day,
    zone,
)
from crm.domain.mail_kinds import StepKind
from crm.domain.windows import MIDNIGHT, Window


class PlannedStep(Protocol):
    """What planning needs to know of a step."""

    @property
    def kind(self) -> StepKind: ...
    @property
    def delay_days(self) -> int: ...


@dataclass(frozen=True)
class Gap:
    """The least time between two mails to one person, and when the last one left."""

    least: timedelta
    last_mail_at: datetime | None = None

    def free_at(self, at: datetime) -> datetime:
        """The first time from `at` on at which another mail may go."""
        return at if self.last_mail_at is None else max(at, self.last_mail_at + self.least)


def holds(window: Window, at: datetime) -> bool:
    """Whether clocks there show a time inside the window, on a business day."""
    here = at.astimezone(zone(window.zone))
    minutes = here.hour * 60 + here.minute
    inside = window.start <= minutes < window.end or window.start >= window.end
    return inside and is_business_day(here.date())


def open_at(window: Window, at: datetime) -> datetime:
    """`at` itself when it is inside the window, else the next time at which it opens.

    In the hour that clocks show twice, a time that reads as before the opening counts as outside.
    """
    found = window.next_open(at)
    while not holds(window, found):
        found = window.next_open(window.closes(local_day(found, window.zone)))
    return found


def opens_on(window: Window, day: date) -> datetime:
    """The first opening on a day, or after it."""
    return open_at(window, window.opens(business_day_from(day)))


def next_at(step: PlannedStep, after: datetime, window: Window, *, now: datetime, gap: Gap | None = None) -> datetime:
    """When a step is to be taken: `delay_days` business days after `after` (when the one before was done), inside the
    window, never in the past; an e-mail not before the gap to the last mail has passed.
    """
    due = (
        after
        if step.delay_days == 0
        else opens_on(window, add_business_days(local_day(after, window.zone), step.delay_days))
    )
    earliest = max(due, after, now)
    if gap is not None and step.kind is StepKind.EMAIL:
        earliest = gap.free_at(earliest)
    return open_at(window, earliest)


def plan(
    steps: Iterable[PlannedStep], start_at: datetime, window: Window, *, now: datetime, gap: Gap
) -> list[datetime]:
    """When each step is to be taken if the one before is done on its day: the calendar of a dry run."""
    planned: list[datetime] = []
    done_at = start_at
    for step in steps:
        done_at = next_at(step, done_at, window, now=now, gap=gap)
        if step.kind is StepKind.EMAIL:
            gap = Gap(gap.least, done_at)
        planned.append(done_at)
    return planned


def waits_until(taken_at: datetime, waits_days: int, window: Window) -> datetime:
    """How long a sequence waits for a follow-up that is on the list since `taken_at`."""
    return opens_on(window, add_business_days(local_day(taken_at, window.zone), waits_days))


def away_until(return_on: date | None, window: Window, *, now: datetime, days: int) -> datetime:
    """The end of an out-of-office pause: the first window on the day of return, or after `days` business days."""
    today = local_day(now, window.zone)
    if return_on is None:
        return opens_on(window, add_business_days(today, days))
    return opens_on(window, max(return_on, next_business_day(today)))


def is_missed(due_at: datetime, window: Window, *, now: datetime) -> bool:
    """Whether the day of a due step has passed: nobody was there to take it."""
    return local_day(due_at, window.zone) < local_day(now, window.zone)


def slide(due_at: datetime, oldest_due_at: datetime, window: Window, *, now: datetime) -> datetime:
    """Where a missed step moves: all missed ones by as many business days as the oldest, so that they keep their
    distance and no burst leaves when a computer that slept wakes up.
    """
    today = business_day_from(local_day(now, window.zone))
    missed = business_days_between(business_day_from(local_day(oldest_due_at, window.zone)), today)
    day = add_business_days(business_day_from(local_day(due_at, window.zone)), missed)
    return open_at(window, max(now, opens_on(window, day)))


def window_words(start: int, end: int) -> str:
    """ "8:30 AM to 4:30 PM"."""
    return f"{clock_words(start)} to {clock_words(end)}"


def clock_words(minutes: int) -> str:
    """ "8:30 AM" for 510; midnight at the end of a day is "midnight"."""
    if minutes == MIDNIGHT:
        return "midnight"
    hour, minute = divmod(minutes, 60)
    return f"{(hour - 1) % 12 + 1}:{minute:02d} {'AM' if hour < 12 else 'PM'}"
