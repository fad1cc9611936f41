"""The pages of the inbox: what waits for a person, one message with its conversation, and the quick answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.domain.kinds import MessageKind, MessageState
from crm.domain.mail_kinds import InboundState
from crm.domain.pipeline import Stage
from crm.models.inbound import InboundMessage
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.models.suppressions import Suppression
from crm.services import inbox
from tests.conftest import SAME_SITE
from tests.factories import NOW, make_mail_account, make_message, make_provider

Arrive = Callable[..., int]
SENT_ID = "<first@stride.example>"


@pytest.fixture
def provider_id(handoff: Handoff) -> int:
    """Dr. Okafor, who was written to."""
    with handoff.db.write() as session:
        account = make_mail_account(session, address="dana@stride.example", imap_host="imap.stride.example")
        provider = make_provider(
            session, display_name="Ada Okafor, MD", email="ada@clinic.example", stage=Stage.CONTACTED
        )
        make_message(
            session,
            provider_id=provider.id,
            mail_account_id=account.id,
            message_id=SENT_ID,
            to_address="ada@clinic.example",
            subject="When therapy ends",
            state=MessageState.SENT,
            sent_at=NOW - timedelta(days=1),
        )
        assert provider.id is not None
        return provider.id


@pytest.fixture
def arrive(handoff: Handoff, provider_id: int) -> Arrive:
    """A message is read from the mailbox; gives its id."""

    def read(text: str = "Yes, send me the sample.\n", *, number: int = 1, **headers: str) -> int:
        head = {
            "From": "Ada Okafor <ada@clinic.example>",
            "To": "dana@stride.example",
            "Subject": "Re: When therapy ends",
            "Message-ID": f"<reply-{number}@clinic.example>",
            "In-Reply-To": SENT_ID,
            "Date": format_datetime(NOW),
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        raw = "".join(f"{name}: {value}\r\n" for name, value in head.items() if value) + "\r\n" + text
        with handoff.db.read() as session:
            account_id = session.exec(select(Message.mail_account_id)).one()
        arrived = inbox.Arrived(account_id, "INBOX", 1, number, raw.encode(), NOW)
        row = inbox.take_in(handoff.db, handoff.post.files, arrived, now=NOW)
        assert row is not None
        assert row.id is not None
        return row.id

    return read


def row_of(handoff: Handoff, inbound_id: int) -> InboundMessage:
    with handoff.db.read() as session:
        return session.get_one(InboundMessage, inbound_id)


def provider_of(handoff: Handoff, provider_id: int) -> Provider:
    with handoff.db.read() as session:
        return session.get_one(Provider, provider_id)


def test_an_empty_inbox_says_what_to_do(client: FlaskClient) -> None:
    page = client.get("/inbox").text
    assert "No mailbox is read yet" in page
    assert "Set up a mailbox" in page
    for view in ("to_answer", "to_assign", "bounces", "all", "done", "nonsense"):
        assert client.get(f"/inbox?show={view}").status_code == 200


def test_a_reply_waits_to_be_answered_with_its_words_and_its_conversation(client: FlaskClient, arrive: Arrive) -> None:
    inbound_id = arrive()
    listed = client.get("/inbox").text
    assert "Ada Okafor, MD" in listed
    assert f"/inbox/{inbound_id}" in listed
    page = client.get(f"/inbox/{inbound_id}").text
    assert "Yes, send me the sample." in page
    assert "When therapy ends" in page
    assert "The mail as it was sent" in page
    assert "Good news" in page


def test_the_navigation_counts_what_waits(client: FlaskClient, arrive: Arrive) -> None:
    assert 'href="/inbox"' in client.get("/inbox?show=done").text
    arrive()
    badge = client.get("/inbox?show=done").text.split('href="/inbox"')[1].split("</a>")[0]
    assert '<span class="badge">1' in badge


def test_what_strangers_write_is_shown_as_text_and_never_as_markup(client: FlaskClient, arrive: Arrive) -> None:
    evil = "<script>alert(1)</script>"
    inbound_id = arrive(f"Hello {evil}\n", Subject=f"Re: {evil}", From=f'"{evil}" <ada@clinic.example>')
    for path in ("/inbox", f"/inbox/{inbound_id}", "/inbox?q=alert"):
        assert evil not in client.get(path).text
    body = client.get(f"/inbox/{inbound_id}/body")
    assert body.mimetype == "text/plain"
    assert "sandbox" in body.headers["Content-Security-Policy"]


def test_the_message_can_be_kept_as_it_came(client: FlaskClient, arrive: Arrive) -> None:
    answer = client.get(f"/inbox/{arrive()}/source.eml")
    assert answer.mimetype == "message/rfc822"
    assert b"Message-ID: <reply-1@clinic.example>" in answer.data
    assert "attachment" in answer.headers["Content-Disposition"]


def test_an_answer_goes_out_in_the_same_conversation_and_settles_the_message(
    client: FlaskClient, handoff: Handoff, arrive: Arrive
) -> None:
    inbound_id = arrive()
    sent = {"subject": "Re: When therapy ends", "text": "Thank you, it is on its way.\n\nDana", "key": "k1"}
    for _ in range(2):  # a double click, a second tab
        answer = client.post(f"/inbox/{inbound_id}/answer", data=sent, headers=SAME_SITE)
        assert answer.status_code == 303
    with handoff.db.read() as session:
        made = session.exec(select(Message).where(Message.kind == MessageKind.REPLY)).one()
    assert made.in_reply_to == "<reply-1@clinic.example>"
    assert made.to_address == "ada@clinic.example"
    assert made.state is MessageState.QUEUED
    assert row_of(handoff, inbound_id).state is InboundState.DONE
    assert "leaves in a minute" in client.get("/inbox").text


def test_an_answer_without_text_keeps_what_was_written(client: FlaskClient, arrive: Arrive) -> None:
    inbound_id = arrive()
    answer = client.post(f"/inbox/{inbound_id}/answer", data={"subject": "Kept subject", "text": ""}, headers=SAME_SITE)
    assert answer.status_code == 422
    assert "Kept subject" in answer.text
    assert row_in_the_list(client, inbound_id)


def test_an_answer_that_leaves_the_scope_asks_for_a_reason(client: FlaskClient, arrive: Arrive) -> None:
    sent = {"subject": "Re: it", "text": "I treat your patients' back pain.", "key": "k"}
    answer = client.post(f"/inbox/{arrive()}/answer", data=sent, headers=SAME_SITE)
    assert answer.status_code == 422
    assert 'name="reason"' in answer.text


def row_in_the_list(client: FlaskClient, inbound_id: int, show: str = "to_answer") -> bool:
    return f'href="/inbox/{inbound_id}"' in client.get(f"/inbox?show={show}").text


@pytest.mark.parametrize("verdict", ["positive", "wrong_person", "unsubscribe", "done"])
def test_a_quick_answer_settles_it_and_it_can_be_opened_again(
    client: FlaskClient, handoff: Handoff, arrive: Arrive, verdict: str
) -> None:
    inbound_id = arrive()
    answer = client.post(f"/inbox/{inbound_id}/verdict", data={"verdict": verdict}, headers=SAME_SITE)
    assert answer.status_code == 303
    assert row_of(handoff, inbound_id).state is InboundState.DONE
    assert row_of(handoff, inbound_id).verdict == verdict
    assert not row_in_the_list(client, inbound_id)
    assert row_in_the_list(client, inbound_id, "done")
    client.post(f"/inbox/{inbound_id}/verdict", data={"verdict": "reopen"}, headers=SAME_SITE)
    assert row_in_the_list(client, inbound_id)


def test_good_news_moves_the_provider_on(
    client: FlaskClient, handoff: Handoff, arrive: Arrive, provider_id: int
) -> None:
    client.post(f"/inbox/{arrive()}/verdict", data={"verdict": "positive"}, headers=SAME_SITE)
    assert provider_of(handoff, provider_id).stage is Stage.INTRODUCED


def test_no_more_mail_suppresses_the_address(client: FlaskClient, handoff: Handoff, arrive: Arrive) -> None:
    client.post(f"/inbox/{arrive()}/verdict", data={"verdict": "unsubscribe"}, headers=SAME_SITE)
    with handoff.db.read() as session:
        assert session.exec(select(Suppression.address)).all() == ["ada@clinic.example"]


def test_not_now_needs_a_day_to_come(client: FlaskClient, handoff: Handoff, arrive: Arrive, provider_id: int) -> None:
    inbound_id = arrive()
    for day in ("", "yesterday", "2001-01-01"):
        sent = {"verdict": "not_now", "return_on": day}
        answer = client.post(f"/inbox/{inbound_id}/verdict", data=sent, headers=SAME_SITE)
        assert answer.status_code == 422, day
        assert "error" in answer.text
    wanted = (NOW + timedelta(days=40)).date()
    sent = {"verdict": "not_now", "return_on": wanted.isoformat()}
    assert client.post(f"/inbox/{inbound_id}/verdict", data=sent, headers=SAME_SITE).status_code == 303
    provider = provider_of(handoff, provider_id)
    assert (provider.stage, provider.return_on) == (Stage.NOT_NOW, wanted)


def test_an_unknown_verdict_changes_nothing(client: FlaskClient, handoff: Handoff, arrive: Arrive) -> None:
    inbound_id = arrive()
    answer = client.post(f"/inbox/{inbound_id}/verdict", data={"verdict": "explode"}, headers=SAME_SITE)
    assert answer.status_code == 422
    assert row_of(handoff, inbound_id).state is InboundState.OPEN


def test_mail_of_a_stranger_is_assigned_after_a_search(
    client: FlaskClient, handoff: Handoff, arrive: Arrive, provider_id: int
) -> None:
    inbound_id = arrive(
        "I am the office manager.\n", From="Pat <pat@elsewhere.example>", In_Reply_To="", Subject="Your letter"
    )
    assert row_of(handoff, inbound_id).provider_id is None
    assert row_in_the_list(client, inbound_id, "to_assign")
    assert "Whose message is it?" in client.get(f"/inbox/{inbound_id}").text
    assert "Ada Okafor, MD" in client.get(f"/inbox/{inbound_id}?find=okafor").text
    assert "Nobody fits" in client.get(f"/inbox/{inbound_id}?find=zzzzzz").text
    wrong = client.post(f"/inbox/{inbound_id}/provider", data={}, headers=SAME_SITE)
    assert wrong.status_code == 422
    sent = {"provider_id": str(provider_id), "keep_address": "1"}
    assert client.post(f"/inbox/{inbound_id}/provider", data=sent, headers=SAME_SITE).status_code == 303
    row = row_of(handoff, inbound_id)
    assert (row.provider_id, row.state) == (provider_id, InboundState.OPEN)
    assert provider_of(handoff, provider_id).email == "ada@clinic.example"  # theirs stays


def test_a_bounce_shows_the_address_and_takes_the_right_one(
    client: FlaskClient, handoff: Handoff, arrive: Arrive, provider_id: int
) -> None:
    report = (
        "--b\r\nContent-Type: text/plain\r\n\r\nUser unknown\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.clinic.example\r\n\r\nFinal-Recipient: rfc822; ada@clinic.example\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\r\n--b\r\n"
        f"Content-Type: message/rfc822\r\n\r\nMessage-ID: {SENT_ID}\r\nSubject: When therapy ends\r\n\r\nx\r\n--b--\r\n"
    )
    inbound_id = arrive(
        report,
        From="Mail Delivery <mailer-daemon@clinic.example>",
        Subject="Undelivered",
        In_Reply_To="",
        Content_Type='multipart/report; report-type=delivery-status; boundary="b"',
    )
    assert row_in_the_list(client, inbound_id, "bounces")
    page = client.get(f"/inbox/{inbound_id}").text
    assert "doesn&#39;t take mail" in page or "doesn't take mail" in page
    assert 'name="address"' in page
    wrong = client.post(f"/inbox/{inbound_id}/address", data={"address": "ada@"}, headers=SAME_SITE)
    assert wrong.status_code == 422
    sent = {"address": "ada.okafor@clinic.example"}
    assert client.post(f"/inbox/{inbound_id}/address", data=sent, headers=SAME_SITE).status_code == 303
    assert provider_of(handoff, provider_id).email == "ada.okafor@clinic.example"
    assert not row_in_the_list(client, inbound_id, "bounces")


def test_long_lists_go_on_where_they_ended(client: FlaskClient, arrive: Arrive) -> None:
    for number in range(1, 54):
        arrive(number=number, Subject=f"Number {number}.")
    first = client.get("/inbox?show=all").text
    assert "Number 53." in first
    assert "Number 2." not in first
    older = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0] if 'rel="next"' in first else ""
    assert older
    assert "Number 2." in client.get(older.replace("&amp;", "&")).text
    assert client.get("/inbox?show=all&before=garbage_x").status_code == 200


def test_a_message_that_is_gone_says_so(client: FlaskClient) -> None:
    for path in ("/inbox/99", "/inbox/99/body", "/inbox/99/source.eml"):
        assert client.get(path).status_code == 404


def test_today_shows_who_wrote_back(client: FlaskClient, arrive: Arrive) -> None:
    assert "They wrote back" not in client.get("/").text
    arrive("Could you call my front desk?\n")
    page = client.get("/").text
    assert "They wrote back" in page
    assert "Could you call my front desk?" in page
