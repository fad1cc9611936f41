"""Which reports are owed to a client's providers, and by when: the clock that keeps referrals coming.

Defaults of the profession: a first letter within a day of the first session, an assessment summary within a week, a
progress report every thirty days or before the client sees the provider, a change in status at once. A discharge
summary within a week of the last day is our own choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from crm.domain.client_kinds import ReportState
from crm.domain.papers import DocumentKind

K = DocumentKind

LETTER_DAYS, ASSESSMENT_DAYS, DISCHARGE_DAYS = 1, 7, 7
FORGIVEN_DAYS = 14
"""A report that nobody was told of and that would be later than this already is not owed: a client entered years
after they began starts with the period they are in."""
NEAR_DAYS = 7
"""A visit to the provider within so many days of the last report needs none of its own."""

ASKED = "asked-"
"""How the occasion of a report begins that somebody wanted beyond the clock."""

Key = tuple[int, DocumentKind, str]


@dataclass(frozen=True, slots=True)
class Course:
    """A client's time with us. `report_days` is the rhythm of progress reports, 0 for none."""

    started_on: date | None = None
    ended_on: date | None = None
    sees_provider_on: date | None = None
    report_days: int = 30


@dataclass(frozen=True, slots=True)
class Receiver:
    """A provider who gets reports about the client, from a day on."""

    provider_id: int
    since_on: date


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the client, which their providers hear of at once."""

    id: int
    happened_on: date
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """A report that is on the list, or was. `settled_on` is the day it was delivered or skipped."""

    provider_id: int
    kind: DocumentKind
    occasion: str
    due_on: date
    from_on: date | None = None
    state: ReportState = ReportState.OPEN
    settled_on: date | None = None

    @property
    def key(self) -> Key:
        return self.provider_id, self.kind, self.occasion


@dataclass(frozen=True, slots=True)
class Owed:
    """A report to make. `occasion` tells it from others of its kind; `from_on` is the first day that it covers."""

    provider_id: int
    kind: DocumentKind
    occasion: str
    due_on: date
    why: str
    from_on: date | None = None
    event_id: int | None = None

    @property
    def key(self) -> Key:
        return self.provider_id, self.kind, self.occasion


def owed(
    course: Course, receivers: Iterable[Receiver], events: Sequence[Event], known: Sequence[Known], today: date
) -> tuple[Owed, ...]:
    """Every report that should be open now, the earliest first.

    What is known already stays owed however late it is; what is new is owed only if it isn't long past.
    """
    found: list[Owed] = []
    for each in receivers:
        theirs = {one.key: one for one in known if one.provider_id == each.provider_id}
        wanted = [*_once(course, each), *_changes(each, events)]
        found += [one for one in wanted if _is_open(one, theirs, today)]
        found += _progress(course, each, list(theirs.values()), today)
    return tuple(sorted(found, key=lambda one: (one.due_on, one.provider_id, one.kind.value, one.occasion)))


def was_asked_for(occasion: str) -> bool:
    """Whether somebody wanted this report beyond the clock, which leaves it alone."""
    return occasion.startswith(ASKED)


def on_time(due_on: date, delivered_on: date) -> bool:
    """Whether a report came when it was due, or before."""
    return delivered_on <= due_on


def _once(course: Course, receiver: Receiver) -> list[Owed]:
    """The letter and the summary at the start, and the summary at the end. What falls due after the end is not owed."""
    if course.started_on is None:
        return []
    start = max(course.started_on, receiver.since_on)
    joined_late = (start - course.started_on).days > FORGIVEN_DAYS
    letter = _plain(receiver, K.CLIENT_INTRODUCTION, start, LETTER_DAYS, "Within a day of the first session.")
    summary = _plain(receiver, K.ASSESSMENT_SUMMARY, start, ASSESSMENT_DAYS, "Within a week of the first session.")
    found = [letter] if joined_late else [letter, summary]
    if course.ended_on is None:
        return found
    last = _plain(receiver, K.DISCHARGE_SUMMARY, course.ended_on, DISCHARGE_DAYS, "Within a week of the last day.")
    return [*(one for one in found if one.due_on <= course.ended_on), replace(last, from_on=course.started_on)]


def _plain(receiver: Receiver, kind: DocumentKind, start: date, days: int, why: str) -> Owed:
    return Owed(receiver.provider_id, kind, "", start + timedelta(days=days), why, from_on=start)


def _changes(receiver: Receiver, events: Sequence[Event]) -> list[Owed]:
    return [
        Owed(
            receiver.provider_id,
            K.STATUS_CHANGE,
            f"event-{each.id}",
            each.happened_on,
            "Urgent: phone first, then the report." if each.urgent else "At once, when something changes.",
            from_on=each.happened_on,
            event_id=each.id,
        )
        for each in events
        if each.happened_on >= receiver.since_on
    ]


def _is_open(one: Owed, theirs: Mapping[Key, Known], today: date) -> bool:
    known = theirs.get(one.key)
    if known is None:
        return not _is_past(one.due_on, today)
    return known.state is ReportState.OPEN


def _is_past(due_on: date, today: date) -> bool:
    return (today - due_on).days > FORGIVEN_DAYS


# --- progress reports: one after the other ----------------------------------------------------------------------------


def _progress(course: Course, receiver: Receiver, theirs: Sequence[Known], today: date) -> list[Owed]:
    """The one that is open, if any: each starts where the last one ended."""
    if course.started_on is None or course.ended_on is not None or course.report_days <= 0:
        return []
    reports = [one for one in theirs if one.kind is K.PROGRESS_REPORT]
    first_day = _first_day(max(course.started_on, receiver.since_on), reports)
    current = next((one for one in reports if one.state is ReportState.OPEN), None)
    from_on = _period(first_day, current.from_on if current else None, course.report_days, today)
    due_on, why = _due(from_on, course)
    return [Owed(receiver.provider_id, K.PROGRESS_REPORT, from_on.isoformat(), due_on, why, from_on=from_on)]


def _first_day(start: date, reports: Sequence[Known]) -> date:
    """The day after which nothing has been reported yet. A report that was skipped ends its period all the same."""
    settled = [one for one in reports if one.state is not ReportState.OPEN and one.from_on is not None]
    ends = [max(_end(one), (one.from_on or start) + timedelta(days=1)) for one in settled]
    return max([start, *ends])


def _end(one: Known) -> date:
    """A delivered report covers what was until then; a skipped one what it would have covered."""
    return one.settled_on if one.state is ReportState.DELIVERED and one.settled_on else one.due_on


def _period(first_day: date, current: date | None, days: int, today: date) -> date:
    """Where the open period begins. Whole periods that nobody reported on, and that are long past, are left out."""
    if current is not None and current >= first_day and (current - first_day).days % days == 0:
        return current
    late = (today - first_day).days - days
    return first_day + timedelta(days=days * (late // days + 1)) if late > FORGIVEN_DAYS else first_day


def _due(from_on: date, course: Course) -> tuple[date, str]:
    regular = from_on + timedelta(days=course.report_days)
    visit = course.sees_provider_on
    nearest = from_on + timedelta(days=min(NEAR_DAYS, course.report_days))
    if visit is not None and nearest < visit <= regular:
        return visit - timedelta(days=1), f"They see the provider on {visit:%B} {visit.day}."
    return regular, f"Every {course.report_days} days."
