"""When one may come: an office's own fields, its hours and its word on visitors, and the doctor's days, together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from crm.domain import office_hours
from crm.domain.calendar import holiday
from crm.domain.office_clock import Span, both, spoken
from crm.domain.office_days import LABELS, said
from crm.domain.office_hours import WHOLE_DAY, WORKDAYS
from crm.domain.visit_kinds import Visitors

_UNWELCOME = re.compile(r"\bno\s+(?:visitors|reps|vendors|solicit\w+|sales\w*)\b|\bnot\s+welcome\b", re.IGNORECASE)
_ASKS_FIRST = re.compile(
    r"\b(?:appointments?|appt|no\s+(?:drop|walk)[- ]?ins?|call\s+(?:first|ahead)|book\s+ahead|scheduled?)\b",
    re.IGNORECASE,
)
_WELCOME = re.compile(r"\b(?:welcome|walk[- ]?ins|drop[- ]?ins?|stop\s+by|any\s?time)\b", re.IGNORECASE)


class Door(NamedTuple):
    """What is known about getting in: the columns of a practice, and the days on which the doctor is in there."""

    hours: str = ""
    policy: str = ""
    visit_days: int = 0
    visit_from: int | None = None
    visit_until: int | None = None
    visitors: Visitors = Visitors.UNKNOWN
    doctor_days: int = 0


@dataclass(frozen=True)
class Opening:
    """When a visit is possible. `spans` by weekday (Monday 0); `closed` says of the others why not.

    `unread` is what the texts say beyond that, in their own words.
    """

    spans: Mapping[int, tuple[Span, ...]]
    closed: Mapping[int, str]
    visitors: Visitors = Visitors.UNKNOWN
    doctor_days: int = 0
    is_known: bool = False
    unread: tuple[str, ...] = ()

    def objection(self, day: date, doctor: str = "The doctor") -> str:
        """Why a day doesn't suit, in a few words; empty when it does. An unwelcoming office suits on no day."""
        if self.visitors is Visitors.NOT_WELCOME:
            return "No visitors: call instead"
        if name := holiday(day):
            return name
        if reason := self.closed.get(day.weekday()):
            return reason
        if self.doctor_days and not self.doctor_days >> day.weekday() & 1:
            return f"{doctor} is in on {said(self.doctor_days)}"
        return ""

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """When one may come that day; empty when not at all."""
        return self.spans.get(day.weekday(), ())

    def window(self, day: date) -> Span | None:
        """The earliest and the latest minute of a visit that day; None when it isn't possible."""
        spans = self.spans_on(day)
        return Span(spans[0].start, spans[-1].end) if spans else None

    def hours_on(self, day: date) -> str:
        """The hours of a day in words; empty where none are known."""
        return self.hours_in(day.weekday())

    def hours_in(self, weekday: int) -> str:
        """The same for a weekday, Monday 0."""
        return " and ".join(_words(span) for span in self.spans.get(weekday, ()) if span != WHOLE_DAY)


@lru_cache(maxsize=8192)
def opening(door: Door) -> Opening:
    """Structured fields win over the word on visitors, and that over the hours."""
    office, policy = office_hours.read(door.hours), office_hours.read_strictly(door.policy)
    visitors = _visitors(door, asks=office.by_appointment)
    spans: dict[int, tuple[Span, ...]] = {}
    closed: dict[int, str] = {}
    for day in range(7):
        reason = _closed(door, office, policy, day)
        if reason:
            closed[day] = reason
        else:
            spans[day] = _spans(door, office, policy, day)
    unread = office.unread + policy.unread
    is_known = bool(door.visit_days or office.is_known or policy.is_known)
    return Opening(spans, closed, visitors, door.doctor_days, is_known, unread)


def _visitors(door: Door, *, asks: bool) -> Visitors:
    if door.visitors is not Visitors.UNKNOWN:
        return door.visitors
    if _UNWELCOME.search(door.policy):
        return Visitors.NOT_WELCOME
    if asks or _ASKS_FIRST.search(door.policy):
        return Visitors.BY_APPOINTMENT
    return Visitors.WELCOME if _WELCOME.search(door.policy) else Visitors.UNKNOWN


def _closed(door: Door, office: office_hours.OfficeHours, policy: office_hours.OfficeHours, day: int) -> str:
    """Why nobody can come on a weekday, from the strongest word that says something about it."""
    name = LABELS[day]
    if door.visit_days:
        return "" if door.visit_days >> day & 1 else f"Visits on {said(door.visit_days)} only"
    if office.spans.get(day) == ():
        return f"Closed on {name}s"
    if policy.spans.get(day) == ():
        return f"Visits on {said(policy.days)} only" if policy.days else f"No visits on {name}s"
    weekend = not WORKDAYS >> day & 1 and not office.spans.get(day) and not policy.spans.get(day)
    return f"No word that they open on {name}s" if weekend else ""


def _spans(
    door: Door, office: office_hours.OfficeHours, policy: office_hours.OfficeHours, day: int
) -> tuple[Span, ...]:
    """The office's hours narrowed by the word on visitors and by the fields; the stronger wins if they don't meet."""
    found = office.spans.get(day) or (WHOLE_DAY,)
    if policy.spans.get(day):
        found = both(found, policy.spans[day]) or policy.spans[day]
    own = Span(door.visit_from or 0, door.visit_until or WHOLE_DAY.end)
    return both(found, [own]) or (own,) if own != WHOLE_DAY else found


def _words(span: Span) -> str:
    if span.start == 0:
        return f"until {spoken(span.end)}"
    return f"from {spoken(span.start)}" if span.end == WHOLE_DAY.end else str(span)
