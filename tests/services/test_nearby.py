"""Who else is near and due, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from crm.domain.driving import Place
from crm.domain.errors import Invalid
from crm.domain.kinds import TaskState, VisitState
from crm.domain.nearness import Reason
from crm.domain.pipeline import Stage
from crm.domain.visit_kinds import Visitors
from crm.services import nearby
from crm.services.nearby import Near
from crm.store.engine import Database
from tests.factories import NOW, TODAY, make_business, make_practice, make_provider, make_task, make_user, make_visit

HERE = Place(29.70, -95.40)
MILE = 1 / 69.09
CENTRAL = "America/Chicago"


def somebody(session: Session, miles: float = 1.0, practice: dict[str, Any] | None = None, **given: Any) -> int:
    """A provider so many miles north, with whom something is due unless it is said otherwise."""
    at = make_practice(session, **{"lat": HERE.lat + miles * MILE, "lon": HERE.lon, **(practice or {})})
    who = {"practice_id": at.id, "stage": Stage.CONTACTED, "next_due_on": TODAY, **given}
    return make_provider(session, **who).id or 0


def around(db: Database, now: datetime = NOW, **given: Any) -> list[Near]:
    with db.read() as session:
        return nearby.around(session, HERE, now=now, today=TODAY, zone=CENTRAL, **given)


def ids(db: Database, **given: Any) -> list[int]:
    return [near.face.id for near in around(db, **given)]


def test_nobody_is_near_where_nobody_is(db: Database) -> None:
    assert around(db) == []


def test_three_miles_are_three_miles_and_ten_are_asked_for(db: Database) -> None:
    with db.write() as session:
        inside, outside = somebody(session, 2.9), somebody(session, 3.1)
    assert ids(db) == [inside]
    assert ids(db, miles=10.0) == [inside, outside]


def test_the_corner_of_the_box_is_further_off_than_its_sides(db: Database) -> None:
    with db.write() as session:
        somebody(session, practice={"lon": HERE.lon - 2.5 * MILE}, miles=2.5)
    assert ids(db) == []


def test_those_set_aside_archived_or_planned_for_later_are_left_out(db: Database) -> None:
    with db.write() as session:
        for stage in (Stage.DO_NOT_CONTACT, Stage.DECLINED, Stage.NOT_NOW):
            somebody(session, stage=stage)
        somebody(session, archived_at=NOW)
        somebody(session, next_due_on=TODAY + timedelta(days=1))
        somebody(session, stage=Stage.PROSPECT, next_due_on=None, fit=10)
    assert ids(db) == []


def test_whom_one_sees_today_anyway_is_left_out_and_a_visit_called_off_is_none(db: Database) -> None:
    with db.write() as session:
        planned, made, off = (somebody(session, miles) for miles in (0.5, 0.6, 0.7))
        make_visit(session, provider_id=planned)
        make_visit(session, provider_id=made, state=VisitState.DONE)
        make_visit(session, provider_id=off, state=VisitState.CANCELLED)
    assert ids(db) == [off]


def test_a_stranger_who_fits_is_offered_and_a_colleague_of_ours_is_not(db: Database) -> None:
    with db.write() as session:
        fresh: dict[str, Any] = {"stage": Stage.PROSPECT, "next_due_on": None, "fit": 80}
        stranger = somebody(session, **fresh)
        somebody(session, **fresh, is_peer=True)
        wanted = somebody(session, 2.0, **fresh, is_peer=True, peer_overridden=True)
        somebody(session, **fresh, last_touch_at=NOW)
    assert ids(db) == [stranger, wanted]
    assert {near.reason for near in around(db)} == {Reason.NEW}


def test_the_follow_up_that_is_due_first_is_named(db: Database) -> None:
    with db.write() as session:
        who = somebody(session, next_due_on=TODAY - timedelta(days=2))
        make_task(session, provider_id=who, title="Later", due_on=TODAY)
        first = make_task(session, provider_id=who, title="Ask for a first client", due_on=TODAY - timedelta(days=2)).id
        make_task(session, provider_id=who, title="Closed", due_on=TODAY - timedelta(days=9), state=TaskState.DONE)
    (near,) = around(db)
    assert near.task == (first, "Ask for a first client")
    assert (near.reason, near.days, near.miles) == (Reason.OVERDUE, 2, 1.0)


def test_a_place_without_coordinates_is_nowhere_near(db: Database) -> None:
    with db.write() as session:
        somebody(session, practice={"zip": "77005"})
        make_provider(session, practice=make_practice(session, zip="77005"), next_due_on=TODAY)
    assert len(ids(db)) == 1


@pytest.mark.parametrize(
    ("clock", "is_open"),
    [("14:59", False), ("15:00", True), ("22:59", True), ("23:00", False)],
)
def test_the_door_opens_and_closes_by_the_clock_there(db: Database, clock: str, is_open: bool) -> None:
    with db.write() as session:
        somebody(session, practice={"hours": "Mon-Fri 9-5"})
    (near,) = around(db, datetime.fromisoformat(f"2026-03-04T{clock}:00+00:00"))
    assert (near.is_open, near.hours) == (is_open, "9 am to 5 pm")


def test_on_the_day_on_which_clocks_go_forward_the_door_follows(db: Database) -> None:
    with db.write() as session:
        somebody(session, practice={"hours": "Sun 9-5, Mon-Fri 9-5"})
    at = [datetime(2026, 3, 8, hour, 30, tzinfo=UTC) for hour in (13, 14)]
    assert [around(db, each)[0].is_open for each in at] == [False, True]


def test_it_is_still_today_there_when_it_is_tomorrow_by_utc(db: Database) -> None:
    """Friday evening in Houston is Saturday by UTC: the office is closed for the hour, not for the day."""
    with db.write() as session:
        somebody(session, practice={"hours": "Mon-Fri 9-8"})
    friday_evening = datetime(2026, 3, 7, 1, 30, tzinfo=UTC)
    (near,) = around(db, friday_evening)
    assert (near.is_open, near.objection) == (True, "")


def test_an_office_without_visitors_stands_last_and_says_why(db: Database) -> None:
    with db.write() as session:
        shut = somebody(
            session, 0.1, practice={"visitors": Visitors.NOT_WELCOME}, next_due_on=TODAY - timedelta(days=9)
        )
        open_door = somebody(session, 2.5)
    found = around(db)
    assert [near.face.id for near in found] == [open_door, shut]
    assert found[1].objection == "No visitors: call instead"


def test_no_more_than_a_screenful_is_shown(db: Database) -> None:
    with db.write() as session:
        for number in range(25):
            somebody(session, 0.1 * number)
    found = around(db)
    assert len(found) == nearby.SHOWN
    assert [near.miles for near in found] == sorted(near.miles for near in found)


# --- from where -------------------------------------------------------------------------------------------------------


def here(db: Database) -> nearby.Here:
    with db.read() as session:
        return nearby.here_now(session, 1, TODAY)


def test_here_is_the_business_then_the_first_visit_planned_then_the_last_one_made(db: Database) -> None:
    with db.write() as session:
        make_business(session, lat=29.5, lon=-95.5)
        make_user(session)
        make_user(session)
    assert (here(db).name, here(db).place and here(db).place.lat) == ("Stride After Care", 29.5)
    with db.write() as session:
        for lat in (29.6, 29.7):
            at = make_practice(session, lat=lat, lon=-95.4)
            who = make_provider(session, practice=at, display_name=f"Dr. {lat}")
            make_visit(session, provider_id=who.id, practice_id=at.id, owner_id=1)
        make_visit(session, provider_id=make_provider(session).id, owner_id=2, state=VisitState.DONE, done_at=NOW)
    assert here(db).name == "Dr. 29.6"
    with db.write() as session:
        for hour, name in ((2, "Dr. Last"), (1, "Dr. Before")):
            who = make_provider(session, practice=at, display_name=name)
            done = NOW + timedelta(hours=hour)
            make_visit(session, provider_id=who.id, owner_id=1, state=VisitState.DONE, done_at=done)
    assert here(db).name == "Dr. Last"
    assert here(db).place is not None


def test_without_a_business_one_is_nowhere(db: Database) -> None:
    with db.write() as session:
        make_user(session)
    assert here(db).place is None


@pytest.mark.parametrize("code", ["77005", " 77005-1234 "])
def test_a_zip_code_is_its_middle(code: str) -> None:
    found = nearby.here_of_zip(code)
    assert found.name == "ZIP 77005"
    assert found.place is not None
    assert (round(found.place.lat), round(found.place.lon)) == (30, -95)


@pytest.mark.parametrize("code", ["", "7700", "00000", "Houston", "770051", "७७००५"])
def test_a_zip_code_that_nobody_knows_is_named(code: str) -> None:
    with pytest.raises(Invalid) as error:
        nearby.here_of_zip(code)
    assert list(error.value.errors) == ["zip"]


def test_a_phone_says_where_it_is_in_degrees() -> None:
    assert nearby.here_of_phone("29.712,-95.413").place == Place(29.712, -95.413)


@pytest.mark.parametrize("said", ["", "29.7", "29.7,", "nan,nan", "91,0", "0,181", "inf,0", "29.7,-95.4,3", "<b>,1"])
def test_what_is_no_place_on_earth_is_named(said: str) -> None:
    with pytest.raises(Invalid):
        nearby.here_of_phone(said)


def test_a_visit_that_is_not_there_is_nowhere(db: Database) -> None:
    with db.read() as session:
        assert nearby.here_of_visit(session, 999) is None
