from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from crm.bootstrap import Handoff
from crm.domain.kinds import ProviderKind
from tests import factories


@pytest.fixture
def steel(handoff: Handoff) -> int:
    with handoff.db.write() as session:
        row = factories.make_provider(session, display_name="Bayou <i>Steel</i>", kind=ProviderKind.ORGANIZATION)
        return factories._id(row)


FORM = {"service_key": "workplace", "title": "Desk <b>breaks</b>", "value": "1,200", "per": "month"}


def test_no_agreement_yet_says_what_one_is_for(client: FlaskClient) -> None:
    assert "No agreement yet" in client.get("/agreements").text


def test_from_proposal_to_renewal_on_its_page(client: FlaskClient, steel: int) -> None:
    form = {**FORM, "state": "proposed", "happened_on": "2026-03-02"}
    made = client.post(f"/providers/{steel}/agreements", data=form, follow_redirects=True)
    assert made.status_code == 200
    page = made.text
    assert "Desk &lt;b&gt;breaks&lt;/b&gt;" in page
    assert "<i>Steel</i>" not in page
    address = made.request.path
    yes = {"state": "active", "happened_on": "2026-03-16", "renews_on": "2027-03-16"}
    page = client.post(f"{address}/steps", data=yes, follow_redirects=True).text
    assert "you are reminded 60 days before" in page
    assert re.search(r"In 2026</dt><dd>\$11,419\.35", page)
    again = {"state": "active", "happened_on": "2027-03-16", "new_value": "1300"}
    page = client.post(f"{address}/steps", data=again, follow_redirects=True).text
    assert "Renewed" in page
    assert "$1,300 a month" in page


def test_a_second_press_renews_nothing_twice(client: FlaskClient, steel: int) -> None:
    form = {**FORM, "state": "active", "happened_on": "2026-01-01"}
    made = client.post(f"/providers/{steel}/agreements", data=form, follow_redirects=True)
    assert 'name="seen" value="1"' in made.text
    again = {"state": "active", "happened_on": "2026-03-16", "seen": "1"}
    first, second = (client.post(f"{made.request.path}/steps", data=again) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 422)
    assert "A step was saved meanwhile" in second.text
    assert second.text.count("<strong>Renewed</strong>") == 1
    assert client.post(f"{made.request.path}/steps", data={**again, "seen": "2"}).status_code == 303


def test_the_list_counts_by_state_and_names_what_falls_into_the_year(client: FlaskClient, steel: int) -> None:
    client.post(f"/providers/{steel}/agreements", data={**FORM, "state": "active", "happened_on": "2026-01-01"})
    client.post(f"/providers/{steel}/agreements", data={**FORM, "state": "proposed"})
    page = client.get("/agreements").text
    assert "$14,400" in page
    assert "1 active" in page
    assert "1 proposed" in page
    assert client.get("/agreements?state=declined").text.count("data-row") == 0
    assert client.get("/agreements?state=nonsense").status_code == 422


def test_a_wrong_form_comes_back_with_what_was_typed(client: FlaskClient, steel: int) -> None:
    answer = client.post(f"/providers/{steel}/agreements", data={"state": "proposed", "value": "lots", "title": "Mine"})
    assert answer.status_code == 422
    assert "Choose the service it is about." in answer.text
    assert "Write an amount in dollars" in answer.text
    assert 'value="Mine"' in answer.text


def test_a_wrong_step_comes_back_too(client: FlaskClient, steel: int) -> None:
    made = client.post(f"/providers/{steel}/agreements", data={**FORM, "state": "proposed"}, follow_redirects=True)
    answer = client.post(f"{made.request.path}/steps", data={"state": "declined", "reason": ""})
    assert answer.status_code == 422
    assert "Say why, so that you know next time." in answer.text


def test_the_organization_is_looked_for_first(client: FlaskClient, steel: int, handoff: Handoff) -> None:
    assert "With which organization?" in client.get("/agreements/new").text
    page = client.get("/agreements/new?q=nobody-of-this-name").text
    assert "Add them" in page


def test_a_follow_up_leads_to_the_agreement(client: FlaskClient, steel: int) -> None:
    made = client.post(f"/providers/{steel}/agreements", data={**FORM, "state": "proposed"}, follow_redirects=True)
    page = client.get("/followups").text
    assert "Ask for an answer to the proposal" in page
    assert f'href="{made.request.path}"' in page


def test_put_away_and_brought_back(client: FlaskClient, steel: int) -> None:
    made = client.post(f"/providers/{steel}/agreements", data={**FORM, "state": "idea"}, follow_redirects=True)
    address = made.request.path
    away = client.post(f"{address}/archival", data={"away": "1"}, follow_redirects=True).text
    assert "This agreement was put away." in away
    assert "Desk" not in client.get("/agreements").text.split("<main", 1)[1]
    back = client.post(f"{address}/archival", data={"away": "0"}, follow_redirects=True).text
    assert "put away. " not in back


def test_what_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert client.get("/agreements/99").status_code == 404
    assert client.get("/providers/99/agreements/new").status_code == 404
