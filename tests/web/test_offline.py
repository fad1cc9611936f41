"""The service worker and what it is told to keep."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from crm.bootstrap import Handoff
from crm.web import assets
from tests.factories import make_provider, make_visit

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_the_list_names_the_address_that_leads_to_a_planned_sheet(client: FlaskClient, handoff: Handoff) -> None:
    pages = client.get("/offline/list.json").json
    assert pages is not None
    on = next(one["day"] for one in pages["pages"] if one["what"] == "today")
    with handoff.db.write() as session:
        provider = make_provider(session).id
        visit = make_visit(session, provider_id=provider, owner_id=1, planned_on=date.fromisoformat(on)).id
    pages = client.get("/offline/list.json").json
    assert pages is not None
    (sheet,) = [one for one in pages["pages"] if one["what"] == "sheet"]
    assert (sheet["url"], sheet["also"]) == (f"/visits/{visit}", f"/providers/{provider}/visit")


def test_a_visitor_is_told_nothing_of_what_to_keep(visitor: FlaskClient) -> None:
    assert visitor.get("/offline/list.json", headers={"Accept": "application/json"}).status_code in {302, 303, 401}


def test_the_worker_is_told_this_release_and_is_asked_for_each_time(visitor: FlaskClient) -> None:
    answer = visitor.get("/sw.js")
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("text/javascript", "no-cache")
    assert assets.version() in answer.text


def test_the_page_shown_without_signal_is_the_same_for_everybody(visitor: FlaskClient) -> None:
    assert visitor.get("/offline").status_code == 200
