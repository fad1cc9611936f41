"""Days on the road for tests: a studio, a home, and practices north of it in a row."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from crm.domain.kinds import VisitState
from crm.models.visits import Visit
from tests.factories import NOW, TODAY, make_business, make_practice, make_provider, make_user, make_visit

TOMORROW = TODAY + timedelta(days=1)
LAST = date(2026, 3, 3)


def on_the_road(session: Session, day: date = TOMORROW, places: tuple[float, ...] = (0.2, 0.05, 0.1)) -> list[Visit]:
    """Dana's day with one visit at each of these places, in degrees north of the studio, as they were added."""
    make_business(session, lat=29.70, lon=-95.40, zip="77005")
    make_user(session, home_zip="77008")
    return [visit_at(session, north, day) for north in places]


def visit_at(session: Session, north: float, day: date = TOMORROW, practice: Any = None, **given: Any) -> Visit:
    where = {
        "lat": 29.70 + north,
        "lon": -95.40,
        "zip": "77005",
        "name": f"Clinic {north}",
        "line1": f"{north} Main St",
    }
    at = make_practice(session, **{**where, **(practice or {})})
    provider = make_provider(session, practice_id=at.id)
    return make_visit(session, provider_id=provider.id, practice_id=at.id, owner_id=1, planned_on=day, **given)


def a_day_made(session: Session, day: date = LAST, north: tuple[float, ...] = (0.05, 0.1)) -> None:
    """A day whose visits were made, an hour apart."""
    make_business(session, lat=29.70, lon=-95.40, zip="77005")
    make_user(session, home_zip="77008")
    for number, each in enumerate(north):
        done = datetime(day.year, day.month, day.day, 15 + number, tzinfo=NOW.tzinfo)
        visit_at(session, each, day, state=VisitState.DONE, done_at=done, purpose="=Leave a sample")
