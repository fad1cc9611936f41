"""Where a day on the road starts and ends, and when it leaves: home, the business, or the first and the last stop."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from crm.domain import addresses, places
from crm.domain.driving import Place
from crm.domain.errors import Invalid
from crm.models.accounts import Business, User
from crm.models.practices import Practice
from crm.models.visits import DayRoute
from crm.services import acts
from crm.services.acts import Act
from crm.store import day_routes
from crm.store.engine import Database

BUSINESS, HOME, OPEN = "business", "home", "open"
NINE = 9 * 60
EARLIEST, LATEST = 4 * 60, 22 * 60
_CLOCK = re.compile(r"([0-9]{1,2}):([0-5][0-9])(?::[0-5][0-9])?")


@dataclass(frozen=True, slots=True)
class End:
    """One end of a day: what it is, its name, its address for a map, and where that is."""

    kind: str
    name: str
    address: str
    place: Place | None

    @property
    def is_lost(self) -> bool:
        """Whether it should be somewhere, and nobody knows where."""
        return self.kind != OPEN and self.place is None


@dataclass(frozen=True, slots=True)
class Frame:
    """A day's start and end. `leaves_at` (minutes after midnight) is None where nobody has said it."""

    start: End
    end: End
    leaves_at: int | None
    is_by_hand: bool = False


def frame(session: Session, user_id: int, on: date) -> Frame:
    """What was said about the day; else as the last day before it started and ended, at nine."""
    row = day_routes.of_day(session, user_id, on)
    return frame_of(ends(session, user_id), row, day_routes.latest(session, user_id, on) if row is None else None)


def frame_of(known: Mapping[str, End], row: DayRoute | None, usual: DayRoute | None = None) -> Frame:
    """The same, from what is known already."""
    said = row or usual
    start, end = (said.starts_from, said.ends_at) if said else (BUSINESS, BUSINESS)
    business = known[BUSINESS]
    return Frame(
        known.get(start, business),
        known.get(end, business),
        row.leaves_at if row else None,
        row.ordered_by_hand if row else False,
    )


def ends(session: Session, user_id: int) -> dict[str, End]:
    """The three ways in which somebody's day may start or end."""
    business, user = session.get(Business, 1), session.get(User, user_id)
    return {
        BUSINESS: _business(business),
        HOME: _home(user.home_zip if user else ""),
        OPEN: End(OPEN, "", "", None),
    }


def practice_place(practice: Practice | None) -> Place | None:
    """Where a practice is: its own coordinates, else the middle of its ZIP code."""
    if practice is None:
        return None
    where = practice.address_key or f"practice {practice.id}"
    if practice.lat is not None and practice.lon is not None:
        return Place(practice.lat, practice.lon, where)
    found = places.place(practice.zip)
    return Place(found.lat, found.lon, where) if found else None


def save(
    db: Database, user_id: int, on: date, values: Mapping[str, str], *, actor_id: int | None, now: datetime, today: date
) -> int:
    """Say where a day starts and ends, and when it leaves ("08:30"). Gives what undoes it."""
    clean = _checked(values)
    with db.write() as session:
        if clean.get("starts_from") == HOME or clean.get("ends_at") == HOME:
            _check_home(session, user_id)
        label = f"Changed how {on:%A}, {on:%b} {on.day} starts and ends"
        act = acts.begin(session, "visit", label, actor_id=actor_id, now=now, today=today)
        put(act, user_id, on, **clean)
        return act.id


def put(act: Act, user_id: int, on: date, **values: object) -> None:
    """Change what is said about a day; the rest stays, or is as usual."""
    row = day_routes.of_day(act.session, user_id, on)
    if row is not None:
        if act.update(row, **values):
            row.updated_at = act.now
        return
    usual = day_routes.latest(act.session, user_id, on)
    start, end = (usual.starts_from, usual.ends_at) if usual else (BUSINESS, BUSINESS)
    given: dict[str, object] = {"starts_from": start, "ends_at": end, **values}
    act.insert(DayRoute(owner_id=user_id, day=on, updated_at=act.now, **given))  # type: ignore[arg-type]  # columns by name


def _business(business: Business | None) -> End:
    if business is None:
        return End(BUSINESS, "The business", "", None)
    address = addresses.one_line(business.line1, business.line2, business.city, business.state, business.zip)
    if business.lat is not None and business.lon is not None:
        return End(BUSINESS, business.name or "The business", address, Place(business.lat, business.lon, BUSINESS))
    found = places.place(business.zip)
    place = Place(found.lat, found.lon, BUSINESS) if found else None
    return End(BUSINESS, business.name or "The business", address, place)


def _home(zip_code: str) -> End:
    found = places.place(zip_code)
    return End(HOME, "Home", found.zip if found else "", Place(found.lat, found.lon, HOME) if found else None)


def _check_home(session: Session, user_id: int) -> None:
    if ends(session, user_id)[HOME].is_lost:
        raise Invalid(
            {"starts_from": "Write the ZIP code of your home under Settings, You. Then a day can start there."}
        )


def _checked(values: Mapping[str, str]) -> dict[str, object]:
    clean: dict[str, object] = {}
    errors: dict[str, str] = {}
    for name in ("starts_from", "ends_at"):
        if name in values:
            clean[name] = values[name]
            if values[name] not in {BUSINESS, HOME, OPEN}:
                errors[name] = "Choose one of the list."
    if "leaves_at" in values:
        clean["leaves_at"] = _minutes(values["leaves_at"], errors)
    if errors:
        raise Invalid(errors)
    return clean


def _minutes(text: str, errors: dict[str, str]) -> int:
    found = _CLOCK.fullmatch(text.strip())
    minutes = int(found[1]) * 60 + int(found[2]) if found else 0
    if EARLIEST <= minutes <= LATEST:
        return minutes
    errors["leaves_at"] = "Write a time between 4 in the morning and 10 in the evening, such as 8:30."
    return NINE
