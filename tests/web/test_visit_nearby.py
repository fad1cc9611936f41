"""Nearby now as a page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from crm.bootstrap import Handoff
from crm.domain.pipeline import Stage
from tests.factories import TODAY, make_practice, make_provider, make_task, make_visit

EVIL = "<script>alert(1)</script>"
THERE = "/visits/nearby?at=29.70,-95.40"


def due(handoff: Handoff, late: int = 0, title: str = "Stop by again", **given: object) -> int:
    """Somebody around the corner, with a follow-up that is due."""
    day = TODAY - timedelta(days=late)
    with handoff.db.write() as session:
        at = make_practice(session, lat=29.701, lon=-95.40, line1="5 A&B St", name="Bayou Ortho")
        who = make_provider(session, practice=at, stage=Stage.CONTACTED, next_due_on=day, **given)
        make_task(session, provider_id=who.id, title=title, due_on=day)
        return make_visit(session, provider_id=who.id, planned_on=TODAY + timedelta(days=9)).id or 0


def test_where_nobody_is_due_it_says_so_and_looks_further(client: FlaskClient) -> None:
    page = client.get(THERE).text
    assert "Nobody within 3 miles is due" in page
    assert "miles=10" in page
    assert "Look within 10 miles" not in client.get(f"{THERE}&miles=10").text


@pytest.mark.parametrize(("late", "said"), [(0, "due today"), (1, "1 day overdue"), (3, "3 days overdue")])
def test_each_says_why_now_and_opens_in_the_phones_map(
    client: FlaskClient, handoff: Handoff, late: int, said: str
) -> None:
    due(handoff, late)
    page = client.get(THERE).text
    assert f"Stop by again, {said}" in page
    assert "https://www.google.com/maps/search/?api=1&amp;query=5+A%26B+St" in page


def test_one_looks_from_a_visit_or_a_zip_code(client: FlaskClient, handoff: Handoff) -> None:
    visit_id = due(handoff, display_name="Ann Kim, MD")
    assert "within 3 miles of Ann Kim, MD" in client.get(f"/visits/nearby?visit={visit_id}").text
    assert "within 3 miles of ZIP 77005" in client.get("/visits/nearby?zip=77005").text


@pytest.mark.parametrize("visit", ["999", "x", "²", "-1"])
def test_a_visit_that_is_not_there_is_no_place_to_look_from(client: FlaskClient, visit: str) -> None:
    assert client.get(f"/visits/nearby?visit={visit}").status_code == 404


@pytest.mark.parametrize(("asked", "said"), [("zip=00000", "Write a ZIP code of five"), ("at=here", "where the phone")])
def test_a_place_that_cannot_be_read_is_named(client: FlaskClient, asked: str, said: str) -> None:
    answer = client.get(f"/visits/nearby?{asked}")
    assert answer.status_code == 422
    assert said in answer.text
    assert "Nobody within" not in answer.text


def test_names_and_titles_are_text(client: FlaskClient, handoff: Handoff) -> None:
    visit_id = due(handoff, title=EVIL, display_name=EVIL)
    assert EVIL not in client.get(f"/visits/nearby?visit={visit_id}").text
    assert EVIL not in client.get("/visits/nearby", query_string={"zip": EVIL}).text


def test_only_this_page_may_ask_where_the_phone_is(client: FlaskClient) -> None:
    assert "geolocation=(self)" in client.get(THERE).headers["Permissions-Policy"]
    assert "geolocation=()" in client.get("/visits").headers["Permissions-Policy"]


def test_nobody_looks_without_signing_in(visitor: FlaskClient) -> None:
    assert visitor.get(THERE).status_code in (302, 303)
