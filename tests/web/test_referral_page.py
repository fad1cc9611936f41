from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.domain.kinds import ActivityKind, InboundKind, Outcome, ReferralHow, ReferralStatus, TaskKind
from crm.domain.mail_kinds import InboundState
from crm.models.inbound import InboundMessage
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.models.referrals import Referral
from crm.models.tasks import Task
from crm.services import referral_steps, referrals, touches
from crm.services.referrals import NewReferral
from crm.services.touches import Touch
from tests import factories
from tests.conftest import SAME_SITE
from tests.factories import NOW, TODAY
from tests.statements import counted

K14 = NewReferral("K-14", "post_rehab_conditioning", TODAY - timedelta(days=5), ReferralHow.CALL, "Knee")
BY: dict[str, Any] = {"actor_id": 1, "now": NOW, "today": TODAY}


@pytest.fixture
def provider_id(handoff: Handoff) -> int:
    with handoff.db.write() as session:
        made = factories.make_provider(session, display_name="Luis Ng, PT", last_name="Ng", email="luis@ng.example")
        return factories._id(made)


@pytest.fixture
def referral_id(handoff: Handoff, provider_id: int) -> int:
    touch = Touch(ActivityKind.VISIT, Outcome.CONVERSATION, happened_at=NOW - timedelta(days=9))
    touches.log(handoff.db, provider_id, touch, **BY)
    return referrals.log(handoff.db, provider_id, K14, **BY).referral_id


def post(client: FlaskClient, path: str, **form: Any) -> Any:
    return client.post(path, data=form, headers=SAME_SITE)


def referral(handoff: Handoff, referral_id: int) -> Referral:
    with handoff.db.read() as session:
        return session.get_one(Referral, referral_id)


def test_the_page_says_what_is_late_and_what_led_to_it(client: FlaskClient, referral_id: int) -> None:
    page = client.get(f"/referrals/{referral_id}").text
    for words in ("2 days late", "Thank-you waits", "Written referral outstanding", "1 visit", "over 4 days"):
        assert words in page, words


def test_what_led_to_it_is_corrected_and_put_back(client: FlaskClient, handoff: Handoff, referral_id: int) -> None:
    post(client, f"/referrals/{referral_id}/attribution", channel="in_service", note="Heard the talk", credited_id="1")
    found = referral(handoff, referral_id)
    assert (found.last_touch_kind, found.attribution_note, found.credited_id) == ("in_service", "Heard the talk", 1)
    page = client.get(f"/referrals/{referral_id}").text
    assert "Corrected by hand" in page
    assert "Back to what was logged" in page
    post(client, f"/referrals/{referral_id}/attribution", do="reset")
    assert referral(handoff, referral_id).last_touch_kind == "visit"


def test_a_note_that_names_somebody_stays_in_the_form(client: FlaskClient, referral_id: int) -> None:
    answer = post(client, f"/referrals/{referral_id}/attribution", channel="call", note="Mail ann@home.example")
    assert answer.status_code == 422
    assert "an e-mail address" in answer.text


def test_a_day_is_corrected(client: FlaskClient, handoff: Handoff, referral_id: int) -> None:
    referral_steps.change(handoff.db, referral_id, ReferralStatus.CONTACTED, happened_on=TODAY, **BY)
    day = TODAY - timedelta(days=3)
    post(client, f"/referrals/{referral_id}/days", status="contacted", happened_on=str(day))
    assert referral(handoff, referral_id).contacted_on == day
    answer = post(client, f"/referrals/{referral_id}/days", status="contacted", happened_on="2020-01-01")
    assert "before the step that came first" in client.get(answer.location).text


def test_what_it_brought_is_set_by_hand(client: FlaskClient, handoff: Handoff, referral_id: int) -> None:
    post(client, f"/referrals/{referral_id}/value", booked="1,250")
    assert referral(handoff, referral_id).booked_cents == 125_000
    assert "$1,250, set by hand" in client.get(f"/referrals/{referral_id}").text
    answer = post(client, f"/referrals/{referral_id}/value", booked="lots")
    assert "Write an amount in dollars" in client.get(answer.location).text


def test_the_thank_you_is_drafted_and_goes_with_one_tap(
    client: FlaskClient, handoff: Handoff, referral_id: int
) -> None:
    page = client.get(f"/referrals/{referral_id}/thanks").text
    assert "Drafted and waiting" in page
    assert "luis@ng.example" in page
    assert "K-14" not in page.split("mail-text")[1].split("</section>")[0]
    post(client, f"/referrals/{referral_id}/thanks", key="tap")
    post(client, f"/referrals/{referral_id}/thanks", key="tap")
    with handoff.db.read() as session:
        (message,) = session.exec(select(Message)).all()
        task = session.exec(select(Task).where(Task.kind == TaskKind.THANK_YOU, Task.referral_id == referral_id)).one()
    assert (message.to_address, message.task_id) == ("luis@ng.example", task.id)


def test_without_an_address_the_thank_you_is_a_letter(
    client: FlaskClient, handoff: Handoff, provider_id: int, referral_id: int
) -> None:
    with handoff.db.write() as session:
        session.get_one(Provider, provider_id).email = ""
    page = client.get(f"/referrals/{referral_id}/thanks").text
    assert "Print the letter" in page
    assert post(client, f"/referrals/{referral_id}/thanks", key="tap").status_code == 422


def test_the_follow_ups_lead_to_the_draft_and_take_the_paper(client: FlaskClient, referral_id: int) -> None:
    page = client.get("/followups").text
    assert f'href="/referrals/{referral_id}/thanks"' in page
    assert f'formaction="/referrals/{referral_id}/papers"' in page


def test_the_list_finds_a_code_and_those_to_call(client: FlaskClient, referral_id: int) -> None:
    for query in ("q=k-1", "late=1"):
        assert "K-14" in client.get(f"/referrals?{query}").text
    assert "No referral fits" in client.get("/referrals?q=zz").text


def test_the_list_asks_the_same_few_statements_however_long(
    client: FlaskClient, handoff: Handoff, provider_id: int, referral_id: int
) -> None:
    client.get("/referrals")
    with counted(handoff.db) as one:
        client.get("/referrals")
    for number in range(12):
        referrals.log(handoff.db, provider_id, replace(K14, code=f"M-{number}"), **BY)
    with counted(handoff.db) as many:
        client.get("/referrals")
    assert len(many) == len(one)


def test_the_list_is_a_file_with_what_led_to_each(client: FlaskClient, referral_id: int) -> None:
    answer = client.get("/referrals.csv?q=K-14")
    assert answer.mimetype == "text/csv"
    (row,) = csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig")))
    assert (row["Client"], row["From"], row["Last touch"], row["Days to it"]) == ("K-14", "Luis Ng, PT", "Visit", "4")


def test_anybody_can_be_chosen_by_the_last_digits(client: FlaskClient, handoff: Handoff, referral_id: int) -> None:
    assert "Luis Ng, PT" in client.get("/referrals/new").text
    assert "Luis Ng, PT" in client.get("/referrals/new?q=luis").text
    assert "Nothing found" in client.get("/referrals/new?q=zzzzzz").text


def test_a_call_is_logged_with_its_referral(client: FlaskClient, handoff: Handoff, provider_id: int) -> None:
    post(
        client,
        f"/providers/{provider_id}/touches",
        kind="call",
        outcome="conversation",
        client_key="phone-1",
        referral_code="k-20",
        referral_service_key="older_adults",
        referral_written="yes",
    )
    with handoff.db.read() as session:
        found = session.exec(select(Referral)).one()
    assert (found.how, found.written_on, found.touches) == (ReferralHow.CALL, TODAY, 1)


def inbound(handoff: Handoff, provider_id: int, text: str) -> int:
    with handoff.db.write() as session:
        account = factories.make_mail_account(session)
        row = InboundMessage(
            mail_account_id=account.id or 0,
            content_key="one@example",
            kind=InboundKind.REPLY,
            state=InboundState.OPEN,
            provider_id=provider_id,
            reply_text=text,
            received_at=NOW,
            created_at=NOW,
        )
        return factories._id(factories.saved(session, row))


def test_a_reply_becomes_a_referral(client: FlaskClient, handoff: Handoff, provider_id: int) -> None:
    key = inbound(handoff, provider_id, "A knee, six visits left.")
    assert "This is a referral" in client.get(f"/inbox/{key}").text
    assert "A knee, six visits left." in client.get(f"/inbox/{key}/referral").text
    wrong = post(client, f"/inbox/{key}/referral", code="Margaret", service_key="older_adults")
    assert wrong.status_code == 422
    right = post(client, f"/inbox/{key}/referral", code="K-21", service_key="older_adults", how="email")
    assert right.location.startswith("/referrals/")
    with handoff.db.read() as session:
        assert session.exec(select(Referral)).one().inbound_message_id == key


def test_a_reply_that_names_somebody_is_not_quoted(client: FlaskClient, handoff: Handoff, provider_id: int) -> None:
    key = inbound(handoff, provider_id, "Patient Margaret Lindholm is yours.")
    page = client.get(f"/inbox/{key}/referral").text
    assert "Lindholm" not in page
    assert "a person’s name" in page
