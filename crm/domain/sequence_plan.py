"""When the steps of a sequence are to be taken: business days, inside the sending window, where the practice is.

Pure. Every instant returned lies inside the window of a business day, and none before `now`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from crm.domain.calendar import (
    DAY,
    add_business_days,
    business_day_from,
    business_days_between,
    instant_of,
    is_business_day,
    local_day,
    next_business_day,
    zone,
)
from crm.domain.mail_kinds import StepKind

MIDNIGHT = 24 * 60
DAYS_TO_LOOK = 400
"""A window that never opens (clocks that skip it every day don't exist) would be a fault of ours."""


@dataclass(frozen=True)
class Hours:
    """A sending window: minutes after midnight, from `start` to before `end`, on business days in `zone`."""

    zone: str
    start: int = 8 * 60 + 30
    end: int = 16 * 60 + 30

    def holds(self, at: datetime) -> bool:
        """Whether clocks there show a time inside the window, on a business day."""
        here = at.astimezone(zone(self.zone))
        return is_business_day(here.date()) and self.start <= here.hour * 60 + here.minute < self.end

    def open_at(self, at: datetime) -> datetime:
        """`at` itself when it is inside the window, else the next time at which the window opens."""
        if self.holds(at):
            return at
        first = local_day(at, self.zone)
        for days in range(DAYS_TO_LOOK):
            for opening in self._openings(first + days * DAY):
                if opening >= at:
                    return opening
        raise AssertionError("a window opens within a year")  # pragma: no cover

    def opens_on(self, day: date) -> datetime:
        """The first opening on a day, or after it."""
        return self.open_at(instant_of(business_day_from(day), time(0), self.zone))

    def _openings(self, day: date) -> Iterator[datetime]:
        """When it opens on a day: once; twice where clocks show that time twice; never where they skip all of it."""
        if not is_business_day(day):
            return
        clock = time(*divmod(self.start, 60))
        here = zone(self.zone)
        again = datetime.combine(day, clock).replace(tzinfo=here, fold=1).astimezone(UTC)
        for opening in sorted({instant_of(day, clock, self.zone), again}):
            if self.holds(opening):
                yield opening


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


def next_at(step: PlannedStep, after: datetime, hours: Hours, *, now: datetime, gap: Gap | None = None) -> datetime:
    """When a step is to be taken: `delay_days` business days after `after` (when the one before was done), inside the
    window, never in the past; an e-mail not before the gap to the last mail has passed.
    """
    due = (
        after
        if step.delay_days == 0
        else hours.opens_on(add_business_days(local_day(after, hours.zone), step.delay_days))
    )
    earliest = max(due, after, now)
    if gap is not None and step.kind is StepKind.EMAIL:
        earliest = gap.free_at(earliest)
    return hours.open_at(earliest)


def plan(steps: Iterable[PlannedStep], start_at: datetime, hours: Hours, *, now: datetime, gap: Gap) -> list[datetime]:
    """When each step is to be taken if the one before is done on its day: the calendar of a dry run."""
    planned: list[datetime] = []
    done_at = start_at
    for step in steps:
        done_at = next_at(step, done_at, hours, now=now, gap=gap)
        if step.kind is StepKind.EMAIL:
            gap = Gap(gap.least, done_at)
        planned.append(done_at)
    return planned


def waits_until(taken_at: datetime, waits_days: int, hours: Hours) -> datetime:
    """How long a sequence waits for a follow-up that is on the list since `taken_at`."""
    return hours.opens_on(add_business_days(local_day(taken_at, hours.zone), waits_days))


def away_until(return_on: date | None, hours: Hours, *, now: datetime, days: int) -> datetime:
    """The end of an out-of-office pause: the first window on the day of return, or after `days` business days."""
    today = local_day(now, hours.zone)
    if return_on is None:
        return hours.opens_on(add_business_days(today, days))
    return hours.opens_on(max(return_on, next_business_day(today)))


def is_missed(due_at: datetime, hours: Hours, *, now: datetime) -> bool:
    """Whether the day of a due step has passed: nobody was there to take it."""
    return local_day(due_at, hours.zone) < local_day(now, hours.zone)


def slide(due_at: datetime, oldest_due_at: datetime, hours: Hours, *, now: datetime) -> datetime:
    """Where a missed step moves: all missed ones by as many business days as the oldest, so that they keep their
    distance and no burst leaves when a computer that slept wakes up.
    """
    today = business_day_from(local_day(now, hours.zone))
    missed = business_days_between(business_day_from(local_day(oldest_due_at, hours.zone)), today)
    day = add_business_days(business_day_from(local_day(due_at, hours.zone)), missed)
    return hours.open_at(max(now, hours.opens_on(day)))


def window_words(start: int, end: int) -> str:
    """ "8:30 AM to 4:30 PM"."""
    return f"{clock_words(start)} to {clock_words(end)}"


def clock_words(minutes: int) -> str:
    """ "8:30 AM" for 510; midnight at the end of a day is "midnight"."""
    if minutes == MIDNIGHT:
        return "midnight"
    hour, minute = divmod(minutes, 60)
    return f"{(hour - 1) % 12 + 1}:{minute:02d} {'AM' if hour < 12 else 'PM'}"
