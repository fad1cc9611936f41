"""What the days of a week come to, and the week: visits, calls, and the drive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from crm.domain.kinds import TaskKind
from crm.services import visit_days
from crm.services.visit_weeks import Week, WeekDay
from crm.web.filters import plural


@dataclass(frozen=True, slots=True)
class Total:
    """A day's or a week's work. Minutes are those of the drive."""

    visits: int = 0
    calls: int = 0
    miles: float = 0
    minutes: int = 0

    @property
    def counts(self) -> str:
        """`2 visits · 1 call`; nothing where there is neither."""
        found = ((self.visits, "visit"), (self.calls, "call"))
        return " · ".join(plural(count, name) for count, name in found if count)

    @property
    def drive(self) -> str:
        """`21 mi · 1 h 9 min drive`; nothing where nobody drives, or nobody knows where to."""
        return f"{self.miles:,.0f} mi · {_long(self.minutes)} drive" if self.minutes else ""


def of_days(session: Session, week: Week, user_id: int, now: datetime) -> dict[date, Total]:
    """Each day on which there is something to do."""
    found = {each.day: _of(session, each, user_id, now) for each in week.days}
    return {day: total for day, total in found.items() if total != Total()}


def in_words(totals: dict[date, Total]) -> dict[date, str]:
    """Each in two short lines: what there is to do, and the drive."""
    return {day: "\n".join(filter(None, (each.counts, each.drive))) for day, each in totals.items()}


def of_week(totals: Iterable[Total]) -> str:
    """All of them in one line; nothing for an empty week."""
    days = list(totals)
    whole = Total(
        sum(each.visits for each in days),
        sum(each.calls for each in days),
        sum(each.miles for each in days),
        sum(each.minutes for each in days),
    )
    return " · ".join(filter(None, (whole.counts, whole.drive)))


def _of(session: Session, day: WeekDay, user_id: int, now: datetime) -> Total:
    calls = sum(each.kind is TaskKind.CALL for each in day.followups)
    if not day.visits:
        return Total(calls=calls)
    found = visit_days.day(session, user_id, day.day, now=now)
    return Total(len(day.visits), calls, found.miles, found.minutes)


def _long(minutes: int) -> str:
    """`45 min`, `2 h`, `1 h 5 min`."""
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)
