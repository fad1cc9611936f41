from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from crm.bootstrap import Handoff
from crm.domain.pipeline import Stage
from tests import factories
from tests.factories import TODAY


@pytest.fixture
def shah(handoff: Handoff) -> int:
    last = TODAY - timedelta(days=104)
    with handoff.db.write() as session:
        row: Any = factories.make_provider(
            session,
            display_name="Dr. <b>Shah</b>",
            stage=Stage.PARTNER,
            first_referral_on=last - timedelta(days=40),
            last_referral_on=last,
            referral_count=2,
        )
        return factories._id(row)


def test_today_says_who_has_gone_quiet_and_what_to_do(client: FlaskClient, shah: int) -> None:
    page = client.get("/").text
    assert "Dr. &lt;b&gt;Shah&lt;/b&gt;" in page
    assert "104 days" in page
    assert "Visit and tell how their clients did" in page
    assert f'action="/providers/{shah}/quiet-steps"' in page


def test_one_tap_plans_it_and_a_second_says_that_it_is_planned(client: FlaskClient, shah: int) -> None:
    first = client.post(f"/providers/{shah}/quiet-steps", data={"next": "/"}, follow_redirects=True).text
    assert "It is on your list." in first
    assert f'action="/providers/{shah}/quiet-steps"' not in first
    again = client.post(f"/providers/{shah}/quiet-steps", follow_redirects=True).text
    assert "planned with Dr. &lt;b&gt;Shah&lt;/b&gt; already" in again


def test_whoever_is_not_there_any_more_is_not_found(client: FlaskClient) -> None:
    assert client.post("/providers/999/quiet-steps").status_code == 404
