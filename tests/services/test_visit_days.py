"""A person's day on the road."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.domain.calendar import zone
from crm.domain.errors import Invalid
from crm.domain.kinds import VisitState
from crm.models.practices import Affiliation
from crm.models.visits import Visit
from crm.services import changes, day_frames, visit_days
from crm.services.visit_days import Day
from crm.store.engine import Database
from tests.factories import NOW, TODAY, make_user, saved
from tests.services.road import TOMORROW, on_the_road, visit_at

BY = {"actor_id": 1, "now": NOW, "today": TODAY}
CENTRAL = zone("America/Chicago")


def of(db: Database, on=TOMORROW, now=NOW) -> Day:
    with db.read() as session:
        return visit_days.day(session, 1, on, now=now)


def ids(found: Day) -> list[int]:
    return [stop.visit.id for stop in found.stops]


def test_the_shortest_order_goes_out_and_back_and_can_be_undone(db: Database) -> None:
    with db.write() as session:
        far, near, middle = (visit.id for visit in on_the_road(session))
    before = of(db)
    ordered = visit_days.order(db, 1, TOMORROW, **BY)
    after = of(db)
    assert ordered.saved_miles == pytest.approx(before.miles - after.miles, abs=0.1)
    assert ids(after) in ([near, middle, far], [far, middle, near])
    changes.undo(db, ordered.change_set_id, actor_id=1, now=NOW)
    assert ids(of(db)) == ids(before) == [far, near, middle]


def test_what_is_in_the_best_order_stays(db: Database) -> None:
    with db.write() as session:
        on_the_road(session)
    visit_days.order(db, 1, TOMORROW, **BY)
    assert visit_days.order(db, 1, TOMORROW, **BY).change_set_id is None


def test_times_add_up_from_nine(db: Database) -> None:
    with db.write() as session:
        on_the_road(session, places=(0.05,))
    found = of(db)
    assert f"{found.leaves_at.astimezone(CENTRAL):%H:%M}" == "09:00"
    stop = found.stops[0]
    assert stop.arrives_at - found.leaves_at == timedelta(minutes=stop.leg.minutes)
    assert stop.leaves_at - stop.begins_at == timedelta(minutes=20)
    assert found.ends_at - stop.leaves_at == timedelta(minutes=found.back.minutes)


def test_an_early_agreed_hour_makes_the_day_begin_earlier(db: Database) -> None:
    with db.write() as session:
        on_the_road(session, places=())
        at = NOW.astimezone(CENTRAL).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=1)
        visit_at(session, 0.05, planned_at=at.astimezone(NOW.tzinfo))
    found = of(db)
    assert found.stops[0].begins_at == at
    assert found.leaves_at < at
    assert found.stops[0].warnings == ()


def test_closed_offices_and_doctors_who_are_out_are_said(db: Database) -> None:
    with db.write() as session:
        on_the_road(session, places=())
        visit_at(session, 0.01, practice={"hours": "Mon to Wed 8-5"})
        out = visit_at(session, 0.02)
        saved(session, Affiliation(provider_id=out.provider_id, practice_id=out.practice_id, days=1))
        visit_at(session, 0.03, practice={"hours": "Mon to Fri 7-8"})
        visit_at(session, 0.04, practice={"visitor_policy": "By appointment only"})
        visit_at(session, 0.05, practice={"lat": None, "lon": None, "zip": ""})
    said = [" ".join(stop.warnings) for stop in of(db).stops]
    assert "Closed on Thursdays." in said[0]
    assert "is in on Mondays" in said[1]
    assert "Not open to visitors" in said[2]
    assert "By appointment: call first." in said[3]
    assert "We don't know where this is" in said[4]


def test_what_was_made_stands_first_and_the_rest_goes_on_from_there(db: Database) -> None:
    with db.write() as session:
        _, made, _ = on_the_road(session, TODAY)
        made.state, made.done_at = VisitState.DONE, NOW
        session.add(made)
        made_id = made.id
    found = of(db, TODAY)
    assert ids(found)[0] == made_id
    assert found.stops[0].is_done
    assert found.stops[1].arrives_at > NOW
    assert "origin=Stride" not in found.maps_url


def test_somebody_elses_visits_are_not_in_it(db: Database) -> None:
    with db.write() as session:
        on_the_road(session)
        other = make_user(session)
        visit_at(session, 0.3).owner_id = other.id
    assert len(of(db).stops) == 3


def test_a_day_may_start_at_home_and_end_at_the_last_stop(db: Database) -> None:
    with db.write() as session:
        on_the_road(session)
    form = {"starts_from": "home", "ends_at": "open", "leaves_at": "08:15"}
    undo = day_frames.save(db, 1, TOMORROW, form, **BY)
    found = of(db)
    assert (found.frame.start.name, found.back) == ("Home", None)
    assert f"{found.leaves_at.astimezone(CENTRAL):%H:%M}" == "08:15"
    changes.undo(db, undo, actor_id=1, now=NOW)
    assert of(db).frame.start.kind == "business"


@pytest.mark.parametrize("form", [{"leaves_at": "soon"}, {"leaves_at": "23:30"}, {"starts_from": "the moon"}])
def test_nonsense_about_a_day_is_refused(db: Database, form: dict[str, str]) -> None:
    with db.write() as session:
        on_the_road(session)
    with pytest.raises(Invalid):
        day_frames.save(db, 1, TOMORROW, form, **BY)


def test_home_needs_its_zip(db: Database) -> None:
    with db.write() as session:
        on_the_road(session)
        from crm.models.accounts import User

        session.get_one(User, 1).home_zip = ""
    with pytest.raises(Invalid, match="ZIP code of your home"):
        day_frames.save(db, 1, TOMORROW, {"starts_from": "home"}, **BY)


def test_ordering_counts_as_a_change_for_calendars(db: Database) -> None:
    with db.write() as session:
        first = on_the_road(session)[0].id
    visit_days.order(db, 1, TOMORROW, **BY)
    with db.read() as session:
        assert session.get_one(Visit, first).revision == 1
