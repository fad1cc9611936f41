"""A week of visits: each day with what is planned, busy times and follow-ups, and what might be planned beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from crm.domain import visit_planning
from crm.domain.calendar import day_bounds, holiday
from crm.domain.kinds import VisitState
from crm.domain.office_clock import Span, both, joined
from crm.domain.visit_hours import Door, Opening, opening
from crm.domain.visit_planning import Day, Point, Stop
from crm.models.accounts import Business, User
from crm.models.practices import Practice
from crm.services import visit_proposals
from crm.services.merge import salutation
from crm.services.visit_proposals import Area, point_of
from crm.store import calendars, visit_weeks, visits
from crm.store.visit_weeks import Due
from crm.store.visits import Planned

DAYS = 7
VISIT_MINUTES = 20
_AT_WORK = Span(8 * 60, 17 * 60)


@dataclass(frozen=True)
class WeekDay:
    """One column of the plan. `busy` are minutes after midnight in the viewer's zone, `openings` by visit."""

    day: date
    visits: Sequence[Planned] = ()
    busy: Sequence[Span] = ()
    followups: Sequence[Due] = ()
    openings: Mapping[int, Opening] = field(default_factory=dict)
    holiday: str = ""
    shut: str = ""
    room: int = 0

    @property
    def still_planned(self) -> int:
        """How many are still to be made."""
        return sum(each.visit.state is VisitState.PLANNED for each in self.visits)


@dataclass(frozen=True)
class Week:
    """Seven days from a Monday, and the proposals for them by area."""

    monday: date
    days: Sequence[WeekDay]
    areas: Sequence[Area] = field(default_factory=tuple)

    @property
    def planned(self) -> int:
        """Visits in the week, made ones too."""
        return sum(len(day.visits) for day in self.days)

    @property
    def proposed(self) -> int:
        """How many proposals there are."""
        return sum(len(area.proposals) for area in self.areas)


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def week_to_plan(today: date) -> date:
    """The Monday of the week one plans: on a weekend the next one."""
    return monday_of(today + timedelta(days=2) if today.weekday() > 4 else today)


def week(session: Session, user: User, monday: date, *, today: date, zone: str, proposing: bool = True) -> Week:
    """The week of a Monday for one person."""
    assert user.id is not None
    days = _days(session, user.id, monday, today, zone)
    if not proposing:
        return Week(monday, days)
    frames = [_frame(each) for each in days]
    found = visit_proposals.propose(session, frames, user.id, home(session, user), today=today, zone=zone)
    return Week(monday, days, found)


def home(session: Session, user: User) -> Point | None:
    """Where the days start: the business, else the person's own ZIP code."""
    business = session.get(Business, 1)
    if business is None:
        return point_of(None, None, user.home_zip)
    return point_of(business.lat, business.lon, business.zip) or point_of(None, None, user.home_zip)


def _days(session: Session, user_id: int, monday: date, today: date, zone: str) -> list[WeekDay]:
    dates = [monday + timedelta(days=each) for each in range(DAYS)]
    planned: dict[date, list[Planned]] = defaultdict(list)
    for line in visits.between(session, dates[0], dates[-1], user_id):
        planned[line.visit.planned_on].append(line)
    due: dict[date, list[Due]] = defaultdict(list)
    for task in visit_weeks.followups(session, dates[0], dates[-1], user_id):
        due[task.due_on].append(task)
    busy = _busy(session, user_id, dates, zone)
    doors = _openings(session, [line for lines in planned.values() for line in lines])
    business = session.get(Business, 1)
    minutes = business.visit_minutes if business else VISIT_MINUTES
    return [_day(each, planned[each], busy.get(each, ()), due[each], doors, today, minutes) for each in dates]


def _openings(session: Session, lines: Sequence[Planned]) -> dict[int, Opening]:
    """When one may come, for each visit."""
    days = visit_weeks.doctor_days(session, {line.visit.provider_id for line in lines})
    return {
        line.visit.id or 0: opening(
            door_of(line.practice, days.get((line.visit.provider_id, line.practice.id or 0), 0))
        )
        for line in lines
        if line.practice is not None
    }


def door_of(practice: Practice, doctor_days: int) -> Door:
    """What is known about getting in at a practice."""
    return Door(
        practice.hours,
        practice.visitor_policy,
        practice.visit_days,
        practice.visit_from,
        practice.visit_until,
        practice.visitors,
        doctor_days,
    )


def _day(
    day: date,
    planned: Sequence[Planned],
    busy: Sequence[Span],
    due: Sequence[Due],
    doors: Mapping[int, Opening],
    today: date,
    minutes: int,
) -> WeekDay:
    taken = sum(span.end - span.start for span in both(busy, [_AT_WORK]))
    room = visit_planning.room_of(taken, len(planned), minutes)
    shut = "In the past" if day < today else "" if room else "Busy all day" if not planned else "The day is full"
    return WeekDay(day, planned, busy, due, doors, holiday(day), shut, room)


def _busy(session: Session, user_id: int, dates: Sequence[date], zone: str) -> Mapping[date, Sequence[Span]]:
    """The busy times of each day, those that overlap made one."""
    first, last = day_bounds(dates[0], zone)[0], day_bounds(dates[-1], zone)[1]
    found: dict[date, list[Span]] = defaultdict(list)
    for time in calendars.busy_between(session, user_id, first, last):
        for day in dates:
            if span := _within(time.starts_at, time.ends_at, day, zone):
                found[day].append(span)
    return {day: joined(spans) for day, spans in found.items()}


def _within(starts_at: datetime, ends_at: datetime, day: date, zone: str) -> Span | None:
    """The part of a time that lies in a day, as clocks there show it."""
    here = ZoneInfo(zone)
    starts, ends = starts_at.astimezone(here), ends_at.astimezone(here)
    if starts.date() > day or ends.date() < day:
        return None
    low = starts.hour * 60 + starts.minute if starts.date() == day else 0
    high = ends.hour * 60 + ends.minute if ends.date() == day else 24 * 60
    return Span(low, high) if low < high else None


def _frame(day: WeekDay) -> Day:
    stops = tuple(
        Stop(salutation(each.provider), _where(each), each.practice.city if each.practice else each.provider.city)
        for each in day.visits
    )
    return Day(day.day, stops, day.room, day.shut)


def _where(line: Planned) -> Point | None:
    if line.practice is None:
        return point_of(None, None, line.provider.zip)
    return point_of(line.practice.lat, line.practice.lon, line.practice.zip)
