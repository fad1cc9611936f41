from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from crm.bootstrap import Handoff
from tests import factories
from tests.factories import TODAY


@pytest.fixture
def shah(handoff: Handoff) -> int:
    with handoff.db.write() as session:
        practice = factories.make_practice(session, name="Bayou Ortho")
        row = factories.make_provider(session, display_name="Dr. Shah", practice=practice)
        factories.make_contact(session, practice_id=practice.id, name="Marlene")
        factories.make_referral(session, provider_id=row.id, received_on=TODAY - timedelta(days=5))
        return factories._id(row)


def lunch(shah: int, **given: str) -> dict[str, object]:
    return {"kind": "meal", "what": "=SUM(1)", "value": "60", "people": [f"p{shah}"], "others": "4", **given}


def test_an_empty_ledger_says_what_it_is_for(client: FlaskClient) -> None:
    page = client.get("/gifts").text
    assert "Nothing in 2026" in page
    assert "Nothing may be given to bring about a referral" in page


def test_who_had_a_share_is_chosen_among_the_people_of_the_practice(client: FlaskClient, shah: int) -> None:
    page = client.get(f"/providers/{shah}/gifts/new").text
    assert f'value="p{shah}" checked' in page
    assert "Marlene, front desk" in page


def test_a_meal_is_logged_and_what_to_think_of_is_said(client: FlaskClient, shah: int) -> None:
    page = client.post(f"/providers/{shah}/gifts", data=lunch(shah), follow_redirects=True).text
    assert "5 days after a referral from Dr. Shah" in page
    assert "$12 each" in page
    assert "and 4 others" in page
    assert f"/providers/{shah}" in page


def test_the_table_for_a_spreadsheet_holds_no_formula(client: FlaskClient, shah: int) -> None:
    client.post(f"/providers/{shah}/gifts", data=lunch(shah))
    answer = client.get("/gifts.csv?year=2026")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "'=SUM(1)" in answer.text
    assert "gifts-2026.csv" in answer.headers["Content-Disposition"]


def test_a_wrong_form_comes_back_with_what_was_typed(client: FlaskClient, shah: int) -> None:
    wrong = lunch(shah, what="", value="60", others="many", occasion="Their talk")
    answer = client.post(f"/providers/{shah}/gifts", data=wrong)
    assert answer.status_code == 422
    assert "Say what it was" in answer.text
    assert "Give a number from 0" in answer.text
    assert 'value="Their talk"' in answer.text


def test_an_entry_is_taken_out_and_limits_are_kept(client: FlaskClient, shah: int) -> None:
    client.post(f"/providers/{shah}/gifts", data=lunch(shah))
    kept = {"gift_limit": "5", "gift_year_limit": "75", "gift_apart_days": "0"}
    page = client.post("/gifts/limits", data=kept, follow_redirects=True).text
    assert "$12 for one person is above your $5." in page
    wrong = client.post("/gifts/limits", data={**kept, "gift_limit": "free"})
    assert wrong.status_code == 422
    assert "Write an amount in dollars" in wrong.text
    assert "Nothing in 2026" in client.post("/gifts/1/archival", follow_redirects=True).text


def test_a_year_that_is_none_is_this_one(client: FlaskClient) -> None:
    assert "Nothing in 2026" in client.get("/gifts?year=99999").text
