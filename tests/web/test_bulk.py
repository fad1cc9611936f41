"""Bulk edits, undo and duplicates by their pages."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.domain.pipeline import Stage
from crm.models.providers import Provider
from tests.conftest import SAME_SITE
from tests.factories import make_provider

JSON = {**SAME_SITE, "Accept": "application/json"}


def make(handoff: Handoff, count: int, **given: object) -> list[int]:
    with handoff.db.write() as session:
        return [make_provider(session, **given).id or 0 for _ in range(count)]


def stages(handoff: Handoff) -> list[Stage]:
    with handoff.db.read() as session:
        return list(session.exec(select(Provider.stage).order_by(Provider.id)))  # type: ignore[arg-type]


def test_the_chosen_are_moved_and_undone(client: FlaskClient, handoff: Handoff) -> None:
    ids = make(handoff, 3)
    form = {"id": ids[:2], "action": "move", "stage": "contacted", "next": "/providers?stage=all"}
    answer = client.post("/providers/edits", data=form, headers=SAME_SITE)
    assert answer.location == "/providers?stage=all"
    assert stages(handoff) == [Stage.CONTACTED, Stage.CONTACTED, Stage.PROSPECT]
    page = client.get("/providers?stage=all").text
    assert "Moved 2 providers to Contacted." in page
    address = re.findall(r"/changes/\d+/undo", page)[0]
    client.post(address, data={"next": "/providers"}, headers=SAME_SITE)
    assert stages(handoff) == [Stage.PROSPECT] * 3
    assert "Undone." in client.get("/providers").text


def test_everybody_who_matches_is_more_than_the_page(client: FlaskClient, handoff: Handoff) -> None:
    make(handoff, 70, city="Katy")
    make(handoff, 1, city="Houston")
    form = {"all": "1", "query": "city=Katy", "action": "tag", "tag": "west"}
    answer = client.post("/providers/edits", data=form, headers=JSON)
    assert answer.json["count"] == 70
    assert client.post(f"/changes/{answer.json['undo']}/undo", headers=JSON).json["kept"] == []
    again = client.post(f"/changes/{answer.json['undo']}/undo", headers=JSON)
    assert (again.status_code, again.json["error"]) == (409, "already_undone")


def test_every_action_of_the_bar_works(client: FlaskClient, handoff: Handoff) -> None:
    ids = make(handoff, 2)
    forms = [
        {"action": "assign", "owner": "1"},
        {"action": "tag", "tag": "golf"},
        {"action": "untag", "tag": "golf"},
        {"action": "enroll_later"},
        {"action": "archive"},
        {"action": "restore"},
        {"action": "assign", "owner": ""},
    ]
    for form in forms:
        assert client.post("/providers/edits", data={"id": ids, **form}, headers=JSON).json["count"] == 2, form
    client.post("/providers/edits", data={"id": ids, "action": "restore"}, headers=SAME_SITE)
    assert "Nothing to change" in client.get("/providers").text
    mine = {"all": "1", "query": "owner=me", "action": "archive"}
    assert "Choose some providers first" in client.post("/providers/edits", data=mine, headers=JSON).text


def test_what_is_missing_is_said(client: FlaskClient, handoff: Handoff) -> None:
    ids = make(handoff, 1)
    assert client.post("/providers/edits", data={"action": "archive"}, headers=JSON).status_code == 422
    assert client.post("/providers/edits", data={"id": ids, "action": "fly"}, headers=JSON).status_code == 400
    form = {"id": ids, "action": "move", "stage": "declined"}
    assert "reason" in client.post("/providers/edits", data=form, headers=JSON).json["errors"]
    client.post("/providers/edits", data=form, headers=SAME_SITE)
    assert "Say in a few words why" in client.get("/providers").text


def test_no_redirect_leaves_the_site(client: FlaskClient, handoff: Handoff) -> None:
    ids = make(handoff, 1)
    for there in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        form = {"id": ids, "action": "archive", "next": there}
        assert client.post("/providers/edits", data=form, headers=SAME_SITE).location == "/providers"
        answer = client.post("/changes/1/undo", data={"next": there}, headers=SAME_SITE)
        assert answer.location == "/changes"
        client.post("/providers/edits", data={"id": ids, "action": "restore"}, headers=SAME_SITE)


def test_recent_changes_are_listed_with_undo(client: FlaskClient, handoff: Handoff) -> None:
    assert "Nothing has been done yet" in client.get("/changes").text
    ids = make(handoff, 2)
    client.post("/providers/edits", data={"id": ids, "action": "enroll_later"}, headers=SAME_SITE)
    page = client.get("/changes").text
    assert "Kept 2 providers for a sequence" in page
    assert page.count("/undo") >= 1


def test_two_are_found_shown_side_by_side_merged_and_parted(client: FlaskClient, handoff: Handoff) -> None:
    assert "No likely duplicates" in client.get("/duplicates").text
    make(handoff, 1, display_name="Luis Ortega", last_name="Ortega", first_name="Luis", email="", phone="")
    make(
        handoff,
        1,
        display_name="L. Ortega",
        last_name="Ortega",
        first_name="Luis",
        npi=None,
        email="l@o.example",
        phone="",
    )
    client.post("/duplicates/scans", headers=SAME_SITE)
    page = client.get("/duplicates").text
    assert "Same name" in page
    pair = re.findall(r'data-href="(/duplicates/\d+)"', page)[0]
    assert "l@o.example" in client.get(pair).text
    form = {"name": "right", "then": "queue"}
    assert client.post(f"{pair}/merges", data=form, headers=SAME_SITE).location == "/duplicates"
    page = client.get("/duplicates").text
    assert "No likely duplicates" in page
    with handoff.db.read() as session:
        (kept,) = session.exec(select(Provider).where(Provider.archived_at == None)).all()  # noqa: E711
        assert (kept.display_name, kept.email) == ("L. Ortega", "l@o.example")
    assert client.get(pair).location == f"/providers/{kept.id}"
    assert client.post(f"{pair}/merges", headers=SAME_SITE).location == "/duplicates"
    client.post(re.findall(r"/changes/\d+/undo", page)[0], headers=SAME_SITE)
    assert client.get(pair).status_code == 200


def test_two_that_are_kept_separate_leave_the_queue(client: FlaskClient, handoff: Handoff) -> None:
    make(handoff, 2, last_name="Ortega", first_name="Luis", npi=None)
    client.post("/duplicates/scans", headers=SAME_SITE)
    pair = re.findall(r'data-href="(/duplicates/\d+)"', client.get("/duplicates").text)[0]
    client.post(f"{pair}/separations", headers=SAME_SITE)
    client.post(f"{pair}/separations", headers=SAME_SITE)
    client.post("/duplicates/scans", headers=SAME_SITE)
    assert "No likely duplicates" in client.get("/duplicates").text
    assert client.get("/duplicates/999").status_code == 404
