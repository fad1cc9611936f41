"""The provider list in the browser: filters, pages, views, what is on a row, and what it costs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.domain.kinds import ActivityKind
from crm.domain.pipeline import Stage
from crm.models.audit import AuditEntry
from crm.models.providers import SavedView
from crm.web import provider_list
from tests.conftest import SAME_SITE
from tests.factories import NOW, TODAY, make_practice, make_provider, make_tag, make_user


def names(page: str) -> list[str]:
    """Who is on the page, from top to bottom."""
    return re.findall(r'<td class="lead"><a href="[^"]*">([^<]*)</a>', page)


def people(handoff: Handoff, count: int, **given: Any) -> None:
    with handoff.db.write() as session:
        for number in range(count):
            make_provider(session, **{"display_name": f"P{number:03}", "fit": 100 - number, **given})


@contextmanager
def statements(handoff: Handoff) -> Iterator[list[str]]:
    """The statements that run meanwhile."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    sa.event.listen(handoff.db.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        sa.event.remove(handoff.db.engine, "before_cursor_execute", note)


def test_the_first_view_is_prospects_by_fit(client: FlaskClient, handoff: Handoff) -> None:
    people(handoff, 3)
    with handoff.db.write() as session:
        make_provider(session, display_name="Best", fit=100, sort_name="zz", distance_miles=1.0)
        make_provider(session, display_name="Partner", fit=100, stage=Stage.PARTNER)
    page = client.get("/providers").text
    assert set(names(page)[:2]) == {"Best", "P000"}
    assert "Partner" not in names(page)
    assert "within 2 miles" in page


def test_an_empty_list_says_what_to_do(client: FlaskClient) -> None:
    assert "Bring in the providers near you" in client.get("/providers").text
    assert "Nobody matches" in client.get("/providers?city=Nowhere").text


def test_pages_lead_forth_and_back_without_gap(client: FlaskClient, handoff: Handoff) -> None:
    people(handoff, 120)
    first = client.get("/providers?stage=all").text
    assert len(names(first)) == provider_list.LIMIT
    assert "120 providers" in first
    seen, page, address = names(first), first, "/providers?stage=all"
    for _ in range(2):
        address = urljoin(address, re.findall(r'rel="next" href="([^"]*)"', page)[0].replace("&amp;", "&"))
        page = client.get(address).text
        seen += names(page)
    assert seen == [f"P{number:03}" for number in range(120)]
    assert 'rel="next"' not in page
    back = re.findall(r'rel="prev" href="([^"]*)"', page)[0].replace("&amp;", "&")
    assert names(client.get(urljoin(address, back)).text) == seen[40:80]


@pytest.mark.parametrize("garbled", ["after=x", "after=1~x", "before=~~", "sort=nonsense", "stage=x&miles=y", "after="])
def test_garbled_addresses_show_the_list(client: FlaskClient, handoff: Handoff, garbled: str) -> None:
    people(handoff, 1)
    assert client.get(f"/providers?{garbled}").status_code == 200


def test_what_people_wrote_is_escaped(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        practice = make_practice(session, name="<i>Clinic</i>")
        provider = make_provider(session, display_name='<b>"X"</b>', practice=practice, fit=1)
        make_tag(session, provider, name="<u>tag</u>")
    for address in ("/providers", "/providers?q=x", '/providers?q="><script>', "/search?q=<b>", "/providers?city=<s>"):
        page = client.get(address).text
        assert not re.search(r"<b>|<i>Clinic|<u>|<s>|<script>", page), address


def test_what_stands_out_is_marked(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        make_user(session, name="Sam Ives")
        owner = make_user(session, name="Pat Roe")
        make_provider(
            session,
            stage=Stage.PARTNER,
            referral_count=1,
            first_referral_on=TODAY - timedelta(100),
            last_referral_on=TODAY - timedelta(100),
            is_peer=True,
            deactivated_on=TODAY,
            sample=True,
            owner_id=owner.id,
            last_touch_at=NOW - timedelta(days=3),
            last_touch_kind=ActivityKind.CALL,
            distance_miles=1234.5,
        )
    page = client.get("/providers?stage=partner&peers=1").text
    for words in ("Quiet for 100 days", ">Peer<", "NPI deactivated", ">Sample<", "Pat Roe", "3 days ago", "1,234 mi"):
        assert words in page, words
    assert "Assign" in page
    assert names(client.get(f"/providers?owner={owner.id}&peers=1").text) != []
    assert names(client.get("/providers?owner=me&peers=1").text) == []


@pytest.mark.parametrize("sort", ["fit", "name", "distance", "next", "touch", "-next", "-touch"])
def test_every_order_can_be_paged(client: FlaskClient, handoff: Handoff, sort: str) -> None:
    with handoff.db.write() as session:
        for number in range(50):
            given = {"distance_miles": number / 3, "next_due_on": TODAY + timedelta(number // 2)} if number % 4 else {}
            make_provider(session, last_touch_at=NOW - timedelta(hours=number // 2) if number % 3 else None, **given)
    address = f"/providers?stage=all&sort={sort}"
    first = client.get(address).text
    following = urljoin(address, re.findall(r'rel="next" href="([^"]*)"', first)[0].replace("&amp;", "&"))
    second = client.get(following).text
    assert len({*names(first), *names(second)}) == 50


def test_a_search_shows_everybody_who_answers_best_first(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        make_provider(session, display_name="Ana Wang", fit=90)
        make_provider(session, display_name="Cam Ng", stage=Stage.DECLINED, fit=1)
    assert names(client.get("/providers?q=Ng").text) == ["Cam Ng", "Ana Wang"]
    assert "so these are for" in client.get("/providers?q=Wagn").text


def test_filters_are_the_address_and_can_be_taken_away(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        make_provider(session, display_name="In Katy", city="Katy", next_due_on=TODAY - timedelta(2), last_touch_at=NOW)
        make_provider(session, display_name="In Houston")
    page = client.get("/providers?city=katy&next=overdue").text
    assert names(page) == ["In Katy"]
    assert "2 days overdue" in page
    assert 'href="/providers?next=overdue"' in page


def test_a_saved_view_is_a_named_address(client: FlaskClient, handoff: Handoff) -> None:
    saved = client.post("/providers/views", data={"name": "Katy", "query": "city=Katy&evil=1"}, headers=SAME_SITE)
    assert saved.location.endswith("/providers?city=Katy")
    with handoff.db.read() as session:
        (view,) = session.exec(select(SavedView)).all()
    assert ">Katy</span>" in client.get("/providers").text
    removed = client.post(f"/providers/views/{view.id}/removal", headers=SAME_SITE)
    assert removed.status_code == 303
    assert ">Katy</span>" not in client.get("/providers").text
    assert client.post("/providers/views", data={"name": " "}, headers=SAME_SITE).status_code == 303


def test_a_page_of_fifty_asks_no_more_than_a_page_of_one(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        make_tag(session, make_provider(session, stage=Stage.PARTNER))
    with statements(handoff) as few:
        client.get("/providers?stage=all")
    people(handoff, 60)
    with statements(handoff) as many:
        client.get("/providers?stage=all")
    # One more: with a next page there is something to count.
    assert len(many) <= len(few) + 1


# --- the CSV file ----------------------------------------------------------------------------------------------------


def test_the_csv_has_everybody_on_the_filtered_list(client: FlaskClient, handoff: Handoff) -> None:
    people(handoff, 3, city="Katy")
    people(handoff, 2)
    answer = client.get("/providers.csv?city=Katy")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="providers-{TODAY}.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["Name"] for row in rows] == ["P000", "P001", "P002"]
    with handoff.db.read() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.kind == "export")).one()
        assert entry.detail == {"providers": 3}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(client: FlaskClient, handoff: Handoff, start: str) -> None:
    with handoff.db.write() as session:
        make_provider(session, display_name=f"{start}cmd|' /C calc'!A0")
    text = client.get("/providers.csv?stage=all").text.removeprefix("\ufeff")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["Name"].startswith("'" + start)


# --- search ----------------------------------------------------------------------------------------------------------


def test_the_palette_gets_providers_practices_and_pages(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        practice = make_practice(session, name="Bayou Physical Therapy")
        make_provider(session, display_name="Luis Ortega", practice=practice, specialty="pt")
    found = client.get("/search.json?q=bayou").json["results"]
    assert [(one["kind"], one["label"]) for one in found] == [
        ("provider", "Luis Ortega"),
        ("practice", "Bayou Physical Therapy"),
    ]
    pages = client.get("/search.json?q=undo").json["results"]
    assert [(one["kind"], one["href"]) for one in pages] == [("page", "/changes")]
    assert client.get("/search.json?q=").json["results"] == []
    assert "Nothing found" in client.get("/search?q=zzzz").text
