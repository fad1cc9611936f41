"""A day on the road as a page."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient

from crm.bootstrap import Handoff
from crm.domain.kinds import VisitState
from crm.models.accounts import User
from crm.store import day_routes
from crm.store import visits as store
from tests.conftest import SAME_SITE
from tests.factories import NOW, TODAY
from tests.services.road import TOMORROW, visit_at

ROUTES = f"/visits/days/{TOMORROW}/routes"
EVIL = "<script>alert(1)</script>"


def plan(handoff: Handoff, *places: float, day: date = TOMORROW) -> list[int]:
    """A visit at each of these places, in degrees north of one point."""
    with handoff.db.write() as session:
        return [visit_at(session, north, day).id or 0 for north in places]


def order(handoff: Handoff, day: date = TOMORROW) -> list[int]:
    with handoff.db.read() as session:
        return [found.visit.id or 0 for found in store.on_day(session, day, 1)]


def test_a_day_without_visits_says_what_to_do(client: FlaskClient) -> None:
    page = client.get("/visits/days/today").text
    assert "No visit planned" in page
    assert "Plan the week" in page
    assert "google.com/maps/dir" not in page


@pytest.mark.parametrize("day", ["someday", "2026-02-30", "1999-01-01", "9999-12-31", "0001-01-01"])
def test_a_day_that_is_none_or_far_off_is_not_there(client: FlaskClient, day: str) -> None:
    assert client.get(f"/visits/days/{day}").status_code == 404
    assert client.post(f"/visits/days/{day}/routes", data={"order": "best"}, headers=SAME_SITE).status_code == 404


def test_stops_stand_in_order_with_their_times_and_the_way_on_a_map(client: FlaskClient, handoff: Handoff) -> None:
    plan(handoff, 0.05, 0.1)
    page = client.get("/visits/days/tomorrow").text
    assert page.index("0.05 Main St") < page.index("0.1 Main St")
    assert "https://www.google.com/maps/dir/?api=1&amp;origin=2450%20Holcombe" in page
    assert "2 visits, about" in page


def test_names_and_purposes_are_text(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        visit_at(session, 0.1, practice={"name": EVIL, "line1": EVIL, "visitor_policy": EVIL}, purpose=EVIL)
    assert EVIL not in client.get("/visits/days/tomorrow").text


def test_the_shortest_order_is_taken_and_said_again_when_it_stands(client: FlaskClient, handoff: Handoff) -> None:
    far, near, middle = plan(handoff, 0.3, 0.05, 0.15)
    answer = client.post(ROUTES, data={"order": "best"}, headers=SAME_SITE)
    assert (answer.status_code, answer.location) == (303, f"/visits/days/{TOMORROW}")
    assert order(handoff) in ([near, middle, far], [far, middle, near])
    assert "less." in client.get(answer.location).text
    client.post(ROUTES, data={"order": "best"}, headers=SAME_SITE)
    assert "This is the shortest order already." in client.get(answer.location).text


def test_a_stop_is_put_elsewhere_by_its_number(client: FlaskClient, handoff: Handoff) -> None:
    one, two, three = plan(handoff, 0.05, 0.1, 0.15)
    assert client.post(ROUTES, data={"visit_id": three, "position": 1}, headers=SAME_SITE).status_code == 303
    assert order(handoff) == [three, one, two]


@pytest.mark.parametrize(("given", "status"), [({"position": "x"}, 400), ({"visit_id": 999, "position": 1}, 404)])
def test_what_is_no_stop_is_not_moved(
    client: FlaskClient, handoff: Handoff, given: dict[str, object], status: int
) -> None:
    (visit_id,) = plan(handoff, 0.05)
    assert client.post(ROUTES, data={"visit_id": visit_id, **given}, headers=SAME_SITE).status_code == status


def test_a_visit_that_was_made_is_not_moved_any_more(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        made = visit_at(session, 0.1, TODAY, state=VisitState.DONE, done_at=NOW).id
    answer = client.post(ROUTES, data={"visit_id": made, "position": 1}, headers=SAME_SITE)
    assert answer.status_code == 409
    assert "was made already" in answer.text


def test_a_day_starts_at_home_and_leaves_when_it_is_said(client: FlaskClient, handoff: Handoff) -> None:
    plan(handoff, 0.05)
    with handoff.db.write() as session:
        session.get_one(User, 1).home_zip = "77008"
    frame = {"starts_from": "home", "ends_at": "open", "leaves_at": "07:45"}
    assert client.post(ROUTES, data=frame, headers=SAME_SITE).status_code == 303
    with handoff.db.read() as session:
        said = day_routes.of_day(session, 1, TOMORROW)
        assert said is not None
        assert (said.starts_from, said.ends_at, said.leaves_at) == ("home", "open", 465)
    assert 'value="07:45"' in client.get("/visits/days/tomorrow").text


def test_a_day_starts_at_no_home_that_nobody_knows(client: FlaskClient) -> None:
    answer = client.post(ROUTES, data={"starts_from": "home"}, headers=SAME_SITE)
    assert answer.status_code == 422
    assert "Write the ZIP code of your home" in answer.text


@pytest.mark.parametrize("written", ["", "soon", "03:59", "22:01", "9", "8:60", "8:5", "²:00", "8:99"])
def test_what_is_no_time_to_leave_is_named_and_stays_in_the_field(
    client: FlaskClient, handoff: Handoff, written: str
) -> None:
    plan(handoff, 0.05)
    answer = client.post(ROUTES, data={"leaves_at": written, "starts_from": "business"}, headers=SAME_SITE)
    assert answer.status_code == 422
    assert "between 4 in the morning and 10 in the evening" in answer.text
    assert f'value="{written}"' in answer.text


@pytest.mark.parametrize("written", ["04:00", "8:30", "22:00", " 09:15 ", "08:30:00"])
def test_times_are_read_as_browsers_and_people_write_them(client: FlaskClient, written: str) -> None:
    assert client.post(ROUTES, data={"leaves_at": written}, headers=SAME_SITE).status_code == 303


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])
def test_on_days_on_which_clocks_change_the_day_leaves_by_the_clock(
    client: FlaskClient, handoff: Handoff, day: date
) -> None:
    plan(handoff, 0.05, day=day)
    client.post(f"/visits/days/{day}/routes", data={"leaves_at": "08:30"}, headers=SAME_SITE)
    page = client.get(f"/visits/days/{day}").text
    assert "<strong>8:30 am</strong> leave" in page


def test_nobody_reads_or_orders_a_day_without_signing_in(visitor: FlaskClient, handoff: Handoff) -> None:
    (visit_id,) = plan(handoff, 0.05)
    assert visitor.get("/visits/days/tomorrow").status_code in (302, 303)
    visitor.post(ROUTES, data={"visit_id": visit_id, "position": 1}, headers=SAME_SITE)
    with handoff.db.read() as session:
        assert day_routes.of_day(session, 1, TOMORROW) is None
