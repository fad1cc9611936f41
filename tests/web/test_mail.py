"""The pages of the outbox, the local mailbox, suppressions and missing addresses."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.domain.kinds import MessageKind, MessageState
from crm.domain.reasons import SENTENCES, Reason
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.models.suppressions import Suppression
from crm.services import mailboxes, outbox
from tests.conftest import SAME_SITE
from tests.factories import (
    NOW,
    FakeClock,
    make_mail_account,
    make_message,
    make_message_attempt,
    make_provider,
    make_suppression,
)


@pytest.fixture
def account_id(handoff: Handoff) -> int:
    with handoff.db.write() as session:
        account = mailboxes.local(session, now=NOW)
        assert account.id is not None
        return account.id


def add(handoff: Handoff, account_id: int, **given: object) -> int:
    with handoff.db.write() as session:
        message = make_message(session, mail_account_id=account_id, **given)
        assert message.id is not None
        return message.id


def state(handoff: Handoff, message_id: int) -> Message:
    with handoff.db.read() as session:
        return session.get_one(Message, message_id)


@pytest.mark.parametrize("each", list(MessageState))
def test_every_state_has_its_row_its_page_and_says_why(
    client: FlaskClient, handoff: Handoff, account_id: int, each: MessageState
) -> None:
    message_id = add(handoff, account_id, state=each, state_reason="try_again", due_at=NOW + timedelta(hours=1))
    with handoff.db.write() as session:
        make_message_attempt(session, message_id=message_id, result="put_off", code=451, reply="greylisted")
    assert "After therapy ends" in client.get("/mail").text
    page = client.get(f"/mail/{message_id}").text
    assert "451 greylisted" in page
    if each is not MessageState.SENT:
        assert SENTENCES[Reason.TRY_AGAIN] in page


def test_tabs_filter_by_state_and_pages_follow(client: FlaskClient, handoff: Handoff, account_id: int) -> None:
    for number in range(53):
        add(handoff, account_id, subject=f"Number {number}.", state=MessageState.SENT, sent_at=NOW)
    add(handoff, account_id, subject="In doubt.", state=MessageState.IN_DOUBT)
    needs = client.get("/mail?show=needs").text
    assert "In doubt." in needs
    assert "Number 1." not in needs
    first = client.get("/mail?show=sent").text
    assert "Number 52." in first
    assert "Number 2." not in first
    assert "Number 2." in client.get("/mail?show=sent&before=4").text
    assert "Nothing was stopped." in client.get("/mail?show=stopped").text


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        (MessageState.QUEUED, "cancellation", MessageState.CANCELLED),
        (MessageState.QUEUED, "hold", MessageState.HELD),
        (MessageState.HELD, "release", MessageState.QUEUED),
        (MessageState.FAILED, "release", MessageState.QUEUED),
        (MessageState.IN_DOUBT, "arrival", MessageState.SENT),
        (MessageState.IN_DOUBT, "repeat", MessageState.QUEUED),
        (MessageState.SENT, "cancellation", MessageState.SENT),
    ],
)
def test_buttons_move_a_message_or_say_why_not(
    client: FlaskClient, handoff: Handoff, account_id: int, before: MessageState, action: str, after: MessageState
) -> None:
    message_id = add(handoff, account_id, state=before)
    response = client.post(f"/mail/{message_id}/{action}", data={"next": "/mail?show=all"})
    assert (response.status_code, response.location) == (303, "/mail?show=all")
    assert state(handoff, message_id).state is after
    if before is after:
        assert "Too late: it has left." in client.get("/mail").text


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_the_way_back_never_leads_elsewhere(
    client: FlaskClient, handoff: Handoff, account_id: int, elsewhere: str
) -> None:
    message_id = add(handoff, account_id)
    assert client.post(f"/mail/{message_id}/hold", data={"next": elsewhere}).location == f"/mail/{message_id}"


def test_a_message_body_is_shown_under_a_policy_of_its_own(
    client: FlaskClient, handoff: Handoff, account_id: int
) -> None:
    message_id = add(handoff, account_id, html_body="<p>Hello<script>alert(1)</script></p>")
    response = client.get(f"/mail/{message_id}/body")
    assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert client.get("/mail/999/body").status_code == 404


def test_practice_mode_has_a_banner_and_a_mailbox_that_can_be_read(
    client: FlaskClient, handoff: Handoff, account_id: int, clock: FakeClock
) -> None:
    message_id = add(
        handoff, account_id, subject="Für Sie", text_body="Grüße", html_body="<p>Grüße</p>", provider_id=None
    )
    outbox.run_due(handoff.db, handoff.post, clock=clock, me="test")
    page = client.get("/mailbox").text
    assert "Practice mode" in page
    assert "Für Sie" in page
    shown = client.get(f"/mailbox/{message_id}").text
    assert "Grüße" in shown
    assert "Message-ID" in shown
    html = client.get(f"/mailbox/{message_id}/html")
    assert "Grüße" in html.text
    assert "sandbox" in html.headers["Content-Security-Policy"]
    assert client.get(f"/mailbox/{message_id}.eml").mimetype == "message/rfc822"


def test_what_is_not_in_the_local_mailbox_is_not_found(client: FlaskClient, handoff: Handoff, account_id: int) -> None:
    message_id = add(handoff, account_id)
    for path in (f"/mailbox/{message_id}", f"/mailbox/{message_id}/html", f"/mailbox/{message_id}.eml"):
        assert client.get(path).status_code == 404
    gone = add(handoff, account_id, state=MessageState.SENT, via="local", sent_at=NOW)
    assert "gone" in client.get(f"/mailbox/{gone}").text


def test_suppressions_by_hand_and_lifted(client: FlaskClient, handoff: Handoff) -> None:
    client.post("/mail/suppressions", data={"address": "Gone@Clinic.example.com", "why": "said so"})
    page = client.get("/mail/suppressions").text
    assert "gone@clinic.example.com" in page
    assert client.post("/mail/suppressions", data={"address": "nobody"}).status_code == 422
    client.post("/mail/suppressions/lifted", data={"address": "gone@clinic.example.com", "why": ""})
    assert "when and how" in client.get("/mail/suppressions").text
    client.post("/mail/suppressions/lifted", data={"address": "gone@clinic.example.com", "why": "wrote again"})
    with handoff.db.read() as session:
        assert session.exec(select(Suppression)).all() == []


def test_missing_addresses_are_listed_latest_touch_first_and_filled_in(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        for number in range(52):
            make_provider(
                session, email="", display_name=f"Provider {number}.", last_touch_at=NOW - timedelta(hours=number)
            )
        make_provider(session, email="", display_name="Never touched.")
        make_provider(session, email="a@b.example", display_name="Has one.", last_touch_at=NOW)
        make_suppression(session, address="gone@clinic.example.com")
        first = session.exec(select(Provider.id).where(Provider.display_name == "Provider 0.")).one()
    page = client.get("/mail/missing").text
    assert "Provider 49." in page
    assert all(absent not in page for absent in ("Provider 50.", "Never touched.", "Has one."))
    mark = page.split("after=")[1].split('"')[0].replace("&amp;", "&")
    assert "Provider 50." in client.get(f"/mail/missing?after={mark}").text
    assert client.get("/mail/missing?after=nonsense").status_code == 200
    for wrong in ("", "nobody", "gone@clinic.example.com"):
        client.post(f"/mail/missing/{first}", data={"email": wrong})
    client.post(f"/mail/missing/{first}", data={"email": "Found@Clinic.example.com", "next": "/mail/missing?x=1"})
    with handoff.db.read() as session:
        provider = session.get_one(Provider, first)
    assert provider.email == "found@clinic.example.com"
    assert "email" in provider.edited_fields


def ids_on(page: str) -> set[int]:
    return {int(found) for found in re.findall(r'name="id" value="(\d+)"', page)}


def test_filters_by_mailbox_kind_and_recipient(client: FlaskClient, handoff: Handoff, account_id: int) -> None:
    with handoff.db.write() as session:
        other = make_mail_account(session)
        here = make_message(session, mail_account_id=account_id, to_address="g.okafor@bayou.example", to_name="Grace")
        there = make_message(session, mail_account_id=other.id, kind=MessageKind.REPLY, to_address="a_b@clinic.example")
    assert ids_on(client.get("/mail?q=OKAFOR").text) == {here.id}
    assert ids_on(client.get("/mail?q=grace").text) == {here.id}
    assert ids_on(client.get("/mail?q=a_b%40").text) == {there.id}
    assert ids_on(client.get("/mail?q=axb").text) == set()
    assert ids_on(client.get(f"/mail?mailbox={other.id}").text) == {there.id}
    assert ids_on(client.get("/mail?kind=reply&show=waiting").text) == {there.id}
    assert "No message matches" in client.get(f"/mail?kind=notice&mailbox={account_id}").text
    assert f"mailbox={other.id}" in client.get(f"/mail?mailbox={other.id}&kind=reply").text.split("Sent</a>")[0]


def test_several_are_held_and_put_back_by_undo(client: FlaskClient, handoff: Handoff, account_id: int) -> None:
    with handoff.db.write() as session:
        ids = [make_message(session, mail_account_id=account_id).id for _ in range(3)]
        sent = make_message(session, mail_account_id=account_id, state=MessageState.SENT).id
    answer = client.post(
        "/mail/several",
        data={"do": "hold", "id": [*ids, sent], "next": "/mail"},
        headers=SAME_SITE,
        follow_redirects=True,
    )
    assert "3 messages held." in answer.text
    assert "Too late: it has left." in answer.text
    undo = re.search(r'action="(/mail/several\?[^"]+)"', answer.text)
    assert undo is not None
    assert {state_of(handoff, each) for each in ids} == {MessageState.HELD}
    client.post(undo[1].replace("&amp;", "&"), data={"next": "/mail"}, headers=SAME_SITE)
    assert {state_of(handoff, each) for each in ids} == {MessageState.QUEUED}
    assert state_of(handoff, sent) is MessageState.SENT


@pytest.mark.parametrize(
    ("before", "do", "after"),
    [
        (MessageState.IN_DOUBT, "arrived", MessageState.SENT),
        (MessageState.IN_DOUBT, "repeat", MessageState.QUEUED),
        (MessageState.FAILED, "release", MessageState.QUEUED),
        (MessageState.QUEUED, "cancel", MessageState.CANCELLED),
    ],
)
def test_each_bulk_action(
    client: FlaskClient, handoff: Handoff, account_id: int, before: MessageState, do: str, after: MessageState
) -> None:
    with handoff.db.write() as session:
        ids = [make_message(session, mail_account_id=account_id, state=before).id for _ in range(2)]
    client.post("/mail/several", data={"do": do, "id": ids}, headers=SAME_SITE)
    assert {state_of(handoff, each) for each in ids} == {after}


def test_nothing_chosen_is_said(client: FlaskClient) -> None:
    answer = client.post("/mail/several", data={"do": "hold"}, headers=SAME_SITE, follow_redirects=True)
    assert "Choose messages first." in answer.text


def test_the_whole_message_is_shown_and_downloaded(client: FlaskClient, handoff: Handoff, account_id: int) -> None:
    with handoff.db.write() as session:
        message = make_message(session, mail_account_id=account_id, subject="After <therapy>")
    page = client.get(f"/mail/{message.id}").text
    assert f"Message-ID: &lt;{message.message_id[1:-1]}&gt;" in page
    answer = client.get(f"/mail/{message.id}/message.eml")
    assert (answer.mimetype, answer.headers["Content-Disposition"]) == (
        "message/rfc822",
        f'attachment; filename="message-{message.id}.eml"',
    )
    assert answer.data.startswith(b"From: ")


def state_of(handoff: Handoff, message_id: int | None) -> MessageState:
    with handoff.db.read() as session:
        return session.get_one(Message, message_id).state
