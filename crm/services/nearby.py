"""Who else is near and due, with twenty minutes left: sorted by use and distance, with whether they are open now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlmodel import Session

from crm.domain import driving, nearness, places
from crm.domain.calendar import local_day
from crm.domain.driving import Place
from crm.domain.errors import Invalid
from crm.domain.kinds import VisitState
from crm.domain.nearness import RADIUS_MILES, Reason, Standing
from crm.domain.places import miles_between
from crm.domain.visit_hours import opening
from crm.domain.visit_kinds import Visitors
from crm.services import day_frames, day_warnings, visit_proposals
from crm.services.day_frames import BUSINESS
from crm.store import nearby as store
from crm.store import visits
from crm.store.nearby import Around
from crm.store.visit_proposals import Face, faces

MOST_KNOWN, MOST_PROSPECTS, SHOWN = 400, 40, 20


@dataclass(frozen=True, slots=True)
class Here:
    """From where one looks: its name, and where it is."""

    name: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class Near:
    """Somebody near: how far, why now, and whether visitors are let in. `is_open` is None where no hours are known."""

    face: Face
    miles: float
    minutes: int
    reason: Reason
    days: int
    is_open: bool | None
    objection: str
    hours: str
    visitors: Visitors
    address: str
    task: tuple[int, str] | None
    points: float


class _About(NamedTuple):
    """What is asked once for all who are shown: what is due, and where they are."""

    titles: Mapping[int, tuple[int, str]]
    addresses: Mapping[int, str]


def around(
    session: Session, here: Place, *, now: datetime, today: date, zone: str, miles: float = RADIUS_MILES
) -> list[Near]:
    """Those worth a visit within so many miles as the crow flies, the most useful first."""
    box = driving.box_around(here, miles)
    found = store.known(session, box, today, limit=MOST_KNOWN) + store.prospects(session, box, limit=MOST_PROSPECTS)
    reasons = {row.id: why for row in found if _apart(here, row) <= miles and (why := _reason(row, today))}
    seen = store.seen_on(session, reasons, today)
    rows = {row.id: row for row in found if row.id in reasons and row.id not in seen}
    first = sorted(rows, key=lambda each: -_weight(here, rows[each], reasons[each]))[: SHOWN * 3]
    shown = faces(session, first)
    about = _About(store.due_titles(session, first, today), store.addresses_of(session, first))
    near = [_near(here, rows[each], face, reasons[each], about, now=now, zone=zone) for each, face in shown.items()]
    return sorted(near, key=lambda each: (-each.points, each.miles, each.face.id))[:SHOWN]


def here_now(session: Session, user_id: int, today: date) -> Here:
    """Where somebody probably is: at the visit made last today, on the way to the next one, else at the business."""
    rows = visits.between(session, today, today, user_id)
    done = [row for row in rows if row.visit.state is VisitState.DONE and row.visit.done_at]
    planned = [row for row in rows if row.visit.state is VisitState.PLANNED]
    if done:
        last = max(done, key=lambda row: (row.visit.done_at, row.visit.id))
        return Here(last.provider.display_name, day_frames.practice_place(last.practice))
    if planned:
        return Here(planned[0].provider.display_name, day_frames.practice_place(planned[0].practice))
    business = day_frames.ends(session, user_id)[BUSINESS]
    return Here(business.name, business.place)


def here_of_visit(session: Session, visit_id: int) -> Here | None:
    """At the practice of a visit."""
    found = visits.by_id(session, visit_id)
    return Here(found.provider.display_name, day_frames.practice_place(found.practice)) if found else None


def here_of_zip(text: str) -> Here:
    """In the middle of a ZIP code. Raises Invalid."""
    found = places.place(text)
    if found is None:
        raise Invalid({"zip": "Write a ZIP code of five digits, such as 77005. We don't know where this one is."})
    return Here(f"ZIP {found.zip}", Place(found.lat, found.lon))


def here_of_phone(text: str) -> Here:
    """At "29.712,-95.413", as a phone says it. Raises Invalid."""
    lat, _, lon = text.partition(",")
    try:
        place = Place(float(lat), float(lon))
    except ValueError:
        place = Place(91.0, 0.0)
    if not (-90 <= place.lat <= 90 and -180 <= place.lon <= 180):
        raise Invalid({"zip": "We can't read where the phone is. Write a ZIP code instead."})
    return Here("where your phone is", place)


def _apart(here: Place, row: Around) -> float:
    return miles_between(here.lat, here.lon, row.lat, row.lon)


def _reason(row: Around, today: date) -> tuple[Reason, int] | None:
    return nearness.reason(Standing(*row[1:7], is_touched=row.last_touch_at is not None), today)


def _weight(here: Place, row: Around, why: tuple[Reason, int]) -> float:
    return nearness.usefulness(*why, row.fit, _apart(here, row), is_open=None, visitors=Visitors.UNKNOWN)


def _near(
    here: Place,
    row: Around,
    face: Face,
    why: tuple[Reason, int],
    about: _About,
    *,
    now: datetime,
    zone: str,
) -> Near:
    found = opening(visit_proposals.door(face))
    there = places.zone_of(face.zip, zone)
    is_open = day_warnings.is_open(found, now, there)
    on = local_day(now, there)
    straight = _apart(here, row)
    return Near(
        face=face,
        miles=round(straight, 1),
        minutes=driving.minutes_of(straight * driving.ROAD_FACTOR),
        reason=why[0],
        days=why[1],
        is_open=is_open,
        objection=found.objection(on, visit_proposals.called(face)),
        hours=found.hours_on(on),
        visitors=found.visitors,
        address=about.addresses.get(row.id, ""),
        task=about.titles.get(row.id),
        points=nearness.usefulness(*why, row.fit, straight, is_open=is_open, visitors=found.visitors),
    )
