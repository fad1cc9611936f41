"""What stands in the way of a visit on its day: closed offices, doctors who are out, hours that can't be kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlmodel import Session

from crm.domain import wording
from crm.domain.calendar import instant_of
from crm.domain.calendar import zone as zone_by_name
from crm.domain.kinds import ProviderKind
from crm.domain.office_clock import spoken
from crm.domain.office_hours import WHOLE_DAY
from crm.domain.routing import Call, Stop, Window
from crm.domain.visit_hours import Door, Opening, opening
from crm.domain.visit_kinds import Visitors
from crm.models.calendars import BusyTime
from crm.models.practices import Practice
from crm.models.providers import Provider
from crm.services.day_frames import BUSINESS, Frame
from crm.store import day_routes
from crm.store.visits import Planned


@dataclass(frozen=True, slots=True)
class Gate:
    """Getting in on a day: the hours as windows in the visitor's own minutes, in words, and why not at all."""

    windows: tuple[Window, ...]
    hours: str
    objection: str
    visitors: Visitors


def gates(session: Session, rows: Sequence[Planned], on: date, zone: str) -> tuple[Gate, ...]:
    """For each visit, with one query for the doctors' days."""
    pairs = [(row.provider.id or 0, row.practice.id or 0) for row in rows if row.practice]
    days = day_routes.doctor_days(session, pairs)
    return tuple(
        gate(row.provider, row.practice, days.get((row.provider.id or 0, row.practice.id or 0), 0), on, zone)
        if row.practice
        else Gate((), "", "", Visitors.UNKNOWN)
        for row in rows
    )


def gate(provider: Provider, practice: Practice, doctor_days: int, on: date, zone: str) -> Gate:
    """One office on a day, for somebody whose clock is that of `zone`."""
    found = opening(door(practice, doctor_days))
    shift = _shift(practice.zone or zone, zone, on)
    spans = [span for span in found.spans_on(on) if span != WHOLE_DAY]
    windows = tuple(Window(span.start + shift, span.end + shift) for span in spans)
    return Gate(windows, found.hours_on(on), found.objection(on, called(provider)), found.visitors)


def door(practice: Practice, doctor_days: int) -> Door:
    """What is known about getting in."""
    return Door(
        practice.hours,
        practice.visitor_policy,
        practice.visit_days,
        practice.visit_from,
        practice.visit_until,
        practice.visitors,
        doctor_days,
    )


def called(provider: Provider) -> str:
    """How a sentence names them: "Dr. Kim", "Luis Ortega", "Bayou Physical Therapy"."""
    if provider.kind is ProviderKind.ORGANIZATION:
        return provider.display_name
    said = wording.salutation(
        first_name=provider.first_name,
        last_name=provider.last_name,
        credentials=provider.credentials,
        taxonomy_code=provider.taxonomy_code,
        prefix=provider.prefix,
    )
    return said or provider.display_name


def of_stop(
    row: Planned,
    gate: Gate,
    call: Call,
    there: tuple[datetime, datetime],
    busy: Sequence[BusyTime],
    zone: str,
    stop: Stop,
) -> tuple[str, ...]:
    """What to know about one stop, the worst first."""
    found = []
    arrives = spoken(call.arrives % (24 * 60))
    if call.is_late and stop.agreed is not None:
        found.append(f"{spoken(stop.agreed)} is agreed and can't be kept: you would be there at {arrives}.")
    if gate.objection:
        found.append(f"{gate.objection}.")
    elif call.is_shut:
        found.append(f"Not open to visitors at {arrives}: {gate.hours}.")
    if gate.visitors is Visitors.BY_APPOINTMENT and row.visit.planned_at is None:
        found.append("By appointment: call first.")
    found += [f"You are busy {_span(each, zone)}." for each in busy if _meets(each, *there)][:1]
    if stop.place is None:
        found.append("We don't know where this is: the drive there isn't counted. Add the ZIP code of the practice.")
    return tuple(found)


def of_day(frame: Frame, *, has_stops: bool) -> tuple[str, ...]:
    """What keeps the whole day from being told right."""
    if not has_stops:
        return ()
    lost = {end.kind for end in (frame.start, frame.end) if end.is_lost}
    where = {True: "your business under Settings, Your business", False: "your home under Settings, You"}
    return tuple(
        f"Add the ZIP code of {where[kind == BUSINESS]}: until then the way from and to there isn't counted."
        for kind in sorted(lost)
    )


def is_open(found: Opening, now: datetime, zone: str) -> bool | None:
    """Whether visitors are let in at this instant there; None where no hours are known."""
    there = now.astimezone(zone_by_name(zone))
    if found.objection(there.date()):
        return False
    spans = [span for span in found.spans_on(there.date()) if span != WHOLE_DAY]
    minute = there.hour * 60 + there.minute
    return any(span.start <= minute < span.end for span in spans) if spans else None


def _shift(there: str, here: str, on: date) -> int:
    """Minutes by which the visitor's clock is ahead of the office's."""
    return round((instant_of(on, time(12), there) - instant_of(on, time(12), here)).total_seconds() / 60)


def _meets(busy: BusyTime, begins: datetime, leaves: datetime) -> bool:
    return busy.starts_at < leaves and busy.ends_at > begins


def _span(busy: BusyTime, zone: str) -> str:
    if busy.all_day:
        return "all day"
    ends = [each.astimezone(zone_by_name(zone)) for each in (busy.starts_at, busy.ends_at)]
    return " to ".join(spoken(each.hour * 60 + each.minute) for each in ends)
