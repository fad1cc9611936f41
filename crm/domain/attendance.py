"""Sessions in a row, and how many of them were attended."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from crm.domain.client_kinds import SessionState
from crm.domain.errors import Invalid

MOST_WEEKS = 26
MOST_SESSIONS = 130
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Attendance:
    """How sessions went. What was cancelled counts nowhere; what is still to come counts as planned only."""

    attended: int = 0
    missed: int = 0
    untold: int = 0
    planned: int = 0

    @property
    def scheduled(self) -> int:
        """Sessions whose day has come: attended of these."""
        return self.attended + self.missed + self.untold

    @property
    def words(self) -> str:
        """8 of 12; empty where there is nothing to count."""
        return f"{self.attended} of {self.scheduled}" if self.scheduled else ""


def of(sessions: Iterable[tuple[date, SessionState]], today: date) -> Attendance:
    """Count sessions. One whose day has passed and of which nobody has said how it went is `untold`."""
    counts = {"attended": 0, "missed": 0, "untold": 0, "planned": 0}
    for day, state in sessions:
        if state is SessionState.SCHEDULED:
            counts["planned" if day >= today else "untold"] += 1
        elif state is not SessionState.CANCELLED:
            counts[state.value] += 1
    return Attendance(**counts)


def series(first_on: date, weekdays: Collection[int], weeks: int) -> tuple[date, ...]:
    """The days of a program: these weekdays (0 is Monday) for so many weeks from the first day on.

    The first day itself counts only if it is one of the weekdays. Invalid names the field that can't be.
    """
    errors = {}
    if not weekdays or not all(0 <= day <= 6 for day in weekdays):
        errors["weekdays"] = "Choose the days of the week."
    if not 1 <= weeks <= MOST_WEEKS:
        errors["weeks"] = f"Between 1 and {MOST_WEEKS} weeks."
    if errors:
        raise Invalid(errors)
    days = (first_on + timedelta(days=number) for number in range(weeks * 7))
    return tuple(day for day in days if day.weekday() in weekdays)[:MOST_SESSIONS]
