from __future__ import annotations

import io
import re

from flask.testing import FlaskClient

from crm.bootstrap import Handoff
from crm.models.accounts import User
from crm.services import busy_calendars
from tests import factories
from tests.conftest import SAME_SITE
from tests.factories import TODAY
from tests.sources.calendar_server import calendar

MEETING = calendar("DTSTART:20260305T150000Z\nDTEND:20260305T160000Z")


def address(client: FlaskClient, **form: object) -> str:
    data = {"name": "My phone", "parts": ["visits", "followups"]} | form
    answer = client.post("/settings/calendars/feeds", data=data, headers=SAME_SITE)
    found = re.search(r"http://localhost(/calendar/[\w-]+\.ics)", answer.text)
    assert found, answer.text
    return found[1]


def test_an_address_is_shown_once_and_answers_without_signing_in(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        provider = factories.make_provider(session, display_name="Dr. Okafor")
        factories.make_visit(session, provider_id=provider.id, planned_on=TODAY)
    path = address(client)
    assert path not in client.get("/settings/calendars").text
    client.post("/logout", headers=SAME_SITE)
    answer = client.get(path)
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    assert b"SUMMARY:Visit Dr. Okafor" in answer.data
    assert "no-store" not in answer.headers["Cache-Control"]
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_an_address_that_is_none_says_so_and_nothing_else(visitor: FlaskClient, owner: User) -> None:
    answer = visitor.get("/calendar/no-such-token.ics")
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")
    assert visitor.post("/calendar/no-such-token.ics", headers=SAME_SITE).status_code == 405


def test_taking_an_address_back_ends_it(client: FlaskClient) -> None:
    path = address(client)
    assert "My phone" in client.get("/settings/calendars").text
    answer = client.post("/settings/calendars/feeds/1/revocation", headers=SAME_SITE, follow_redirects=True)
    assert "answers no more" in answer.text
    assert client.get(path).status_code == 404
    assert client.post("/settings/calendars/feeds/1/revocation", headers=SAME_SITE).status_code == 404


def test_a_feed_of_nothing_says_what_to_choose(client: FlaskClient) -> None:
    answer = client.post("/settings/calendars/feeds", data={"name": "x"}, headers=SAME_SITE)
    assert answer.status_code == 422
    assert "Choose at least one" in answer.text


def test_a_file_says_how_busy_one_is(client: FlaskClient) -> None:
    data = {"file": (io.BytesIO(MEETING), "family.ics")}
    answer = client.post("/settings/calendars/busy", data=data, headers=SAME_SITE, follow_redirects=True)
    assert "family.ics” was read: busy 1 times" in answer.text.replace("&ldquo;", "“")
    page = client.get("/settings/calendars").text
    assert "Thursday, Mar 5" in page or "Mar 5" in page


def test_what_is_no_calendar_is_refused_beside_the_field(client: FlaskClient) -> None:
    data = {"file": (io.BytesIO(b"\x89PNG"), "photo.ics")}
    answer = client.post("/settings/calendars/busy", data=data, headers=SAME_SITE)
    assert answer.status_code == 422
    assert "not a calendar file" in answer.text


def test_an_address_is_read_by_the_worker_and_can_be_removed(client: FlaskClient, handoff: Handoff) -> None:
    data = {"name": "<script>x", "address": "webcal://127.0.0.1:9/a.ics"}
    answer = client.post("/settings/calendars/busy", data=data, headers=SAME_SITE, follow_redirects=True)
    assert "Being read" in answer.text
    assert "<script>x" not in answer.text
    busy_calendars.read_due(handoff.db, handoff.post.vault, clock=handoff.clock, me="w")
    assert "Not read" in client.get("/settings/calendars").text
    assert client.post("/settings/calendars/busy/1/readings", headers=SAME_SITE).status_code == 303
    client.post("/settings/calendars/busy/1/removal", headers=SAME_SITE)
    assert "Being read" not in client.get("/settings/calendars").text
    assert client.post("/settings/calendars/busy/1/removal", headers=SAME_SITE).status_code == 404


def test_a_wrong_address_keeps_what_was_typed(client: FlaskClient) -> None:
    answer = client.post("/settings/calendars/busy", data={"address": "my calendar"}, headers=SAME_SITE)
    assert answer.status_code == 422
    assert 'value="my calendar"' in answer.text
