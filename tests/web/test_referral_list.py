from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from crm.bootstrap import Handoff
from crm.domain.kinds import ActivityKind, Outcome, ReferralHow, ReferralStatus
from crm.models.referrals import Referral
from crm.services import referrals, touches
from crm.services.referrals import NewReferral
from crm.services.touches import Touch
from tests import factories
from tests.conftest import SAME_SITE
from tests.factories import NOW, TODAY

K14 = NewReferral(
    "K-14", "post_rehab_conditioning", TODAY - timedelta(days=3), ReferralHow.CALL, "Knee, six visits left"
)


@pytest.fixture
def referral_id(handoff: Handoff) -> int:
    with handoff.db.write() as session:
        provider = factories.make_provider(session, display_name="Luis Ng, PT")
        assert provider.id
    touch = Touch(ActivityKind.VISIT, Outcome.CONVERSATION, summary="Met at the clinic")
    touches.log(handoff.db, provider.id, touch, actor_id=1, now=NOW - timedelta(days=9), today=TODAY)
    return referrals.log(handoff.db, provider.id, K14, actor_id=1, now=NOW, today=TODAY).referral_id


def post(client: FlaskClient, path: str, **form: Any) -> Any:
    return client.post(path, data=form, headers=SAME_SITE)


def referral(handoff: Handoff, referral_id: int) -> Referral:
    with handoff.db.read() as session:
        return session.get_one(Referral, referral_id)


def test_without_referrals_the_page_says_how_to_log_one(client: FlaskClient) -> None:
    assert "No referral yet" in client.get("/referrals").text


def test_the_list_shows_where_each_stands_and_what_is_owed(
    client: FlaskClient, handoff: Handoff, referral_id: int
) -> None:
    page = client.get("/referrals").text
    for words in (
        "Started out of received: 0 of 1",
        "K-14",
        "Luis Ng, PT",
        "Written referral outstanding",
        "1 received",
    ):
        assert words in page
    post(client, f"/referrals/{referral_id}/steps", status="started", next="/referrals")
    assert referral(handoff, referral_id).status is ReferralStatus.STARTED
    assert "1 of 1" in client.get("/referrals").text


def test_filters_by_status_service_and_paper(client: FlaskClient, referral_id: int) -> None:
    for query in ("status=open", "status=received", "unwritten=1", "service=post_rehab_conditioning", "provider=1"):
        assert "K-14" in client.get(f"/referrals?{query}").text
    for query in ("status=lost", "service=youth", "provider=9"):
        assert "None of these" in client.get(f"/referrals?{query}").text
    assert client.get("/referrals?status=never").status_code == 422


def test_pages_follow_one_another(client: FlaskClient, handoff: Handoff, referral_id: int) -> None:
    for number in range(51):
        new = replace(K14, code=f"M-{number}", received_on=TODAY)
        referrals.log(handoff.db, 1, new, actor_id=1, now=NOW, today=TODAY)
    page = client.get("/referrals").text
    assert "K-14" not in page
    after = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&").replace("%2C", ",")
    assert "K-14" in client.get(after).text


def test_one_referral_shows_its_steps_and_what_led_to_it(client: FlaskClient, referral_id: int) -> None:
    page = client.get(f"/referrals/{referral_id}").text
    for words in (
        "Knee, six visits left",
        "Met at the clinic",
        "1 touch",
        "Written referral outstanding",
        "Post-rehab conditioning",
    ):
        assert words in page
    assert client.get("/referrals/99").status_code == 404


def test_lost_asks_for_a_reason(client: FlaskClient, handoff: Handoff, referral_id: int) -> None:
    answer = post(client, f"/referrals/{referral_id}/steps", status="lost")
    assert answer.status_code == 422
    assert "Say why" in answer.text
    assert post(client, f"/referrals/{referral_id}/steps", status="lost", reason="Price").status_code == 303
    assert referral(handoff, referral_id).lost_reason == "Price"


def test_the_written_referral_is_ticked_off(client: FlaskClient, handoff: Handoff, referral_id: int) -> None:
    answer = post(client, f"/referrals/{referral_id}/papers", written_on=str(TODAY + timedelta(days=2)))
    assert answer.status_code == 303
    assert referral(handoff, referral_id).written_on is None
    post(client, f"/referrals/{referral_id}/papers")
    assert referral(handoff, referral_id).written_on == TODAY


def test_the_providers_page_shows_whom_they_sent_and_what_to_bring_up_next(
    client: FlaskClient, referral_id: int
) -> None:
    page = client.get("/providers/1").text
    for words in ("K-14", "1 client", "Written referral outstanding", "Bring up next"):
        assert words in page
