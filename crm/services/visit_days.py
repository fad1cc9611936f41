"""A person's day on the road: its stops in order with times, the drive, what can't be kept, and the way on a map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session

from crm.domain import addresses, map_links, routing
from crm.domain.calendar import instant_of, local_day
from crm.domain.calendar import zone as zone_by_name
from crm.domain.driving import Leg, Place, leg
from crm.domain.kinds import VisitState
from crm.domain.routing import Call, Route, Stop
from crm.models.accounts import Business
from crm.models.calendars import BusyTime
from crm.models.practices import Practice
from crm.models.providers import Provider
from crm.models.visits import Visit
from crm.services import acts, day_frames, day_warnings, planned_visits
from crm.services.day_frames import NINE, Frame
from crm.services.day_warnings import Gate
from crm.services.days import zone_of
from crm.store import calendars, visits
from crm.store.engine import Database
from crm.store.visits import Planned

MINUTES = 20


@dataclass(frozen=True, slots=True)
class DayStop:
    """A visit in its place of the day. Times are instants, estimates while it is planned; `leg` leads to it.

    `number` counts the stops from 1. Of a visit that was made, `arrives_at` is when it was noted, and nothing is
    estimated.
    """

    number: int
    visit: Visit
    provider: Provider
    practice: Practice | None
    leg: Leg
    arrives_at: datetime
    begins_at: datetime
    leaves_at: datetime
    hours: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether it was made."""
        return self.visit.state is VisitState.DONE

    @property
    def waits(self) -> int:
        """Minutes between arriving and beginning."""
        return round((self.begins_at - self.arrives_at).total_seconds() / 60)

    @property
    def address(self) -> str:
        """For a map."""
        at = self.practice
        return addresses.one_line(at.line1, at.line2, at.city, at.state, at.zip) if at else ""


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its stops: those that were made, then those to come. Miles and minutes are estimates of the drive."""

    on: date
    zone: str
    frame: Frame
    stops: tuple[DayStop, ...]
    leaves_at: datetime
    back: Leg | None
    ends_at: datetime
    miles: float
    minutes: int
    warnings: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    apple_maps: tuple[str, ...] = ()

    @property
    def to_come(self) -> tuple[DayStop, ...]:
        """The stops that are still to make."""
        return tuple(stop for stop in self.stops if not stop.is_done)

    @property
    def maps_url(self) -> str:
        """The way through what is to come, or its first part."""
        return self.maps[0] if self.maps else ""


@dataclass(frozen=True, slots=True)
class Ordered:
    """What ordering did. No change set: the order was the best already."""

    change_set_id: int | None
    saved_miles: float
    saved_minutes: int
    is_exact: bool
    kept_late: int


@dataclass(frozen=True, slots=True)
class _Facts:
    """Everything about a day that is read from the database, and what the solver is asked."""

    on: date
    zone: str
    frame: Frame
    done: tuple[Planned, ...]
    planned: tuple[Planned, ...]
    gates: tuple[Gate, ...]
    stops: tuple[Stop, ...]
    start: Place | None
    leaves_at: int
    busy: Sequence[BusyTime]

    def instant(self, minutes: int) -> datetime:
        """The instant when clocks show so many minutes after the day's midnight."""
        noon = instant_of(self.on, time(12), self.zone)
        if 0 <= minutes < 24 * 60:
            return instant_of(self.on, time(minutes // 60, minutes % 60), self.zone)
        return noon + timedelta(minutes=minutes - 12 * 60)

    def along(self, numbers: Sequence[int] | None = None) -> Route:
        """The stops to come in an order, by default in theirs."""
        return routing.along(self.start, self.stops, self.frame.end.place, numbers, leaves_at=self.leaves_at)

    def best(self) -> Route:
        """The stops to come in the best order."""
        return routing.order(self.start, self.stops, self.frame.end.place, leaves_at=self.leaves_at)


def day(session: Session, user_id: int, on: date, *, now: datetime) -> Day:
    """The day as it stands: what was made, and when the rest can be."""
    return _told(_facts(session, user_id, on, now=now))


def order(db: Database, user_id: int, on: date, *, actor_id: int | None, now: datetime, today: date) -> Ordered:
    """Put what is to come into the order that shortens the drive and keeps hours. Can be undone."""
    with db.write() as session:
        facts = _facts(session, user_id, on, now=now)
        before, best = facts.along(), facts.best()
        late = sum(call.is_late or call.is_shut for call in best.calls)
        saved = before.miles - best.miles, before.drive_minutes - best.drive_minutes
        if best.cost >= before.cost - 1e-6:
            return Ordered(None, 0.0, 0, best.is_exact, late)
        label = f"Put {on:%A}, {on:%b} {on.day} in the shortest order"
        act = acts.begin(session, "visit", label, actor_id=actor_id, now=now, today=today)
        for position, number in enumerate(best.order, len(facts.done) + 1):
            planned_visits.edit(act, facts.planned[number].visit, position=position)
        if facts.frame.is_by_hand:
            day_frames.put(act, user_id, on, ordered_by_hand=False)
        return Ordered(act.id, *saved, best.is_exact, late)


def shorter_by(session: Session, user_id: int, on: date, *, now: datetime) -> float:
    """How many miles the best order would save; 0 where the day has the best one already."""
    facts = _facts(session, user_id, on, now=now)
    before, best = facts.along(), facts.best()
    return max(before.miles - best.miles, 0.0) if best.cost < before.cost - 1e-6 else 0.0


def _facts(session: Session, user_id: int, on: date, *, now: datetime) -> _Facts:
    zone = zone_of(session, user_id)
    frame = day_frames.frame(session, user_id, on)
    rows = visits.between(session, on, on, user_id)
    done = sorted((row for row in rows if row.visit.state is VisitState.DONE), key=_done_at)
    planned = [row for row in rows if row.visit.state is VisitState.PLANNED]
    business = session.get(Business, 1)
    gates = day_warnings.gates(session, planned, on, zone)
    minutes = business.visit_minutes if business else MINUTES
    stops = tuple(_stop(row, gate, minutes, on, zone) for row, gate in zip(planned, gates, strict=True))
    midnight = instant_of(on, time(0), zone)
    start = day_frames.practice_place(done[-1].practice) if done else frame.start.place
    return _Facts(
        on,
        zone,
        frame,
        tuple(done),
        tuple(planned),
        gates,
        stops,
        start,
        _leaves_at(frame, start, stops, done, on, zone, now),
        calendars.busy_between(session, user_id, midnight, midnight + timedelta(days=1)) if stops else (),
    )


def _done_at(row: Planned) -> tuple[bool, datetime, int]:
    return row.visit.done_at is None, row.visit.done_at or datetime.max.replace(tzinfo=UTC), row.visit.id or 0


def _stop(row: Planned, gate: Gate, minutes: int, on: date, zone: str) -> Stop:
    agreed = row.visit.planned_at
    at = round((agreed - instant_of(on, time(0), zone)).total_seconds() / 60) if agreed else None
    return Stop(day_frames.practice_place(row.practice), row.visit.minutes or minutes, at, gate.windows)


def _leaves_at(
    frame: Frame,
    start: Place | None,
    stops: Sequence[Stop],
    done: Sequence[Planned],
    on: date,
    zone: str,
    now: datetime,
) -> int:
    """When the rest begins: now where the day has begun, else as was said, else early enough for what is agreed."""
    clock = now.astimezone(zone_by_name(zone))
    is_today, minutes = local_day(now, zone) == on, clock.hour * 60 + clock.minute
    if done:
        last = done[-1].visit.done_at
        left = round((last - instant_of(on, time(0), zone)).total_seconds() / 60) if last else NINE
        return max(left, minutes) if is_today else left
    if frame.leaves_at is not None:
        leaves = frame.leaves_at
    else:
        leaves = min(
            [NINE, *(stop.agreed - leg(start, stop.place).minutes for stop in stops if stop.agreed is not None)]
        )
    return max(leaves, minutes) if is_today and minutes < 18 * 60 else leaves


def _told(facts: _Facts) -> Day:
    route = facts.along()
    made, made_miles, made_minutes = _made(facts)
    stops = tuple(_coming(facts, call, len(made)) for call in route.calls)
    back = route.back
    if back is None and made and facts.frame.end.place is not None:
        back = leg(facts.start, facts.frame.end.place, parking=False)
    extra = back if route.back is None and back else Leg()
    found = Day(
        on=facts.on,
        zone=facts.zone,
        frame=facts.frame,
        stops=(*made, *stops),
        leaves_at=facts.instant(facts.leaves_at),
        back=back,
        ends_at=facts.instant(route.ends_at + extra.minutes),
        miles=round(made_miles + route.miles + extra.miles, 1),
        minutes=made_minutes + route.drive_minutes + extra.minutes,
        warnings=day_warnings.of_day(facts.frame, has_stops=bool(made or stops)),
    )
    return replace(found, maps=tuple(_maps(found, map_links.google)), apple_maps=tuple(_maps(found, map_links.apple)))


def _made(facts: _Facts) -> tuple[list[DayStop], float, int]:
    """The visits that were made, with the ways between them."""
    found: list[DayStop] = []
    here, at_start = facts.frame.start.place, True
    for number, row in enumerate(facts.done, 1):
        place = day_frames.practice_place(row.practice)
        way = Leg() if at_start and facts.frame.start.place is None else leg(here, place)
        at = row.visit.done_at or facts.instant(facts.leaves_at)
        found.append(DayStop(number, *row, way, at, at, at))
        here, at_start = place or here, False
    return found, sum(stop.leg.miles for stop in found), sum(stop.leg.minutes for stop in found)


def _coming(facts: _Facts, call: Call, before: int) -> DayStop:
    row, gate = facts.planned[call.stop], facts.gates[call.stop]
    arrives, begins, leaves = (facts.instant(minutes) for minutes in (call.arrives, call.begins, call.leaves))
    warnings = day_warnings.of_stop(row, gate, call, (begins, leaves), facts.busy, facts.zone, facts.stops[call.stop])
    return DayStop(before + call.stop + 1, *row, call.leg, arrives, begins, leaves, gate.hours, warnings)


def _maps(found: Day, links: Callable[[Sequence[str]], list[str]]) -> list[str]:
    """From where the day starts, or from where the phone is once it has begun."""
    begun = any(stop.is_done for stop in found.stops)
    start = "" if begun else found.frame.start.address
    way = [start, *(stop.address for stop in found.to_come), found.frame.end.address]
    places = [each for each in way if each]
    return links(places) if found.to_come and len(places) > 1 else []
