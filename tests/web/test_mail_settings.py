"""The pages of mail settings: mailboxes, signing in, signing keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.domain.kinds import MessageKind
from crm.mail.dns import Dns
from crm.models.accounts import Business, MailAccount
from crm.models.inbound import MailReading
from crm.models.messages import Message
from crm.models.sign_ins import MailSignIn, MailSigning
from crm.services import sign_ins, signing
from tests.factories import NOW, FakeClock, make_mail_account, make_user
from tests.mail.dns_server import name_server
from tests.mail.identity_server import CLIENT_ID, IdentityStandIn, identity_stand_in
from tests.mail.smtp_server import SmtpStandIn, smtp_stand_in

HOME = "/settings/mail"
SETTINGS = {
    "address": "dana@stride.example.com", "from_name": "Dana", "preset": "other", "smtp_host": "127.0.0.1",
    "smtp_port": "1", "smtp_security": "none", "imap_host": "", "imap_port": "993", "imap_security": "tls",
    "username": "dana", "password": "s3cret", "daily_cap": "40", "domain_cap": "10", "gap_seconds": "10",
    "window_start": "08:30",
}  # fmt: skip


@pytest.fixture
def smtp() -> Iterator[SmtpStandIn]:
    with smtp_stand_in() as server:
        yield server


@pytest.fixture
def identity(handoff: Handoff) -> Iterator[IdentityStandIn]:
    with identity_stand_in() as found:
        handoff.post.services = found.services()
        yield found


def add(handoff: Handoff, **given: object) -> int:
    with handoff.db.write() as session:
        return make_mail_account(session, **({"preset": "other"} | given)).id


def accounts(handoff: Handoff) -> list[MailAccount]:
    with handoff.db.read() as session:
        return list(session.exec(select(MailAccount).order_by(MailAccount.id)).all())


def test_a_paused_mailbox_is_told_on_every_page_and_can_go_on(client: FlaskClient, handoff: Handoff) -> None:
    account_id = add(handoff, paused_at=NOW, paused_reason="535 bad credentials")
    assert "Mail is paused" in client.get("/mail").text
    assert "Paused" in client.get(HOME).text
    assert "535 bad credentials" in client.get(f"{HOME}/mailboxes/{account_id}").text
    client.post(f"{HOME}/mailboxes/{account_id}/resume")
    assert "Mail is paused" not in client.get("/mail").text


def test_a_mailbox_is_kept_tried_paused_and_removed(client: FlaskClient, handoff: Handoff) -> None:
    page = client.post(f"{HOME}/mailboxes", data=SETTINGS)
    assert page.status_code == 200
    assert "Signing in failed" in page.text
    assert "Check host and port" in page.text
    assert "s3cret" not in page.text
    account = accounts(handoff)[0]
    assert (account.daily_cap, account.domain_cap, account.gap_seconds, account.window_start) == (40, 10, 10, 510)
    assert account.verified_at is None
    for part, said in (("pause", "Paused"), ("resume", "leaves again"), ("default", "default now")):
        assert client.post(f"{HOME}/mailboxes/{account.id}/{part}").status_code == 303
        assert said in client.get(f"{HOME}/mailboxes/{account.id}").text
    with handoff.db.read() as session:
        assert session.get_one(Business, 1).mail_account_id == account.id
    client.post(f"{HOME}/mailboxes/{account.id}/removal")
    assert "Practice mode" in client.get(HOME).text
    assert client.get(f"{HOME}/mailboxes/{account.id}").status_code == 404


def test_a_mailbox_that_works_says_so(client: FlaskClient, handoff: Handoff, smtp: SmtpStandIn) -> None:
    page = client.post(f"{HOME}/mailboxes", data=SETTINGS | {"smtp_port": str(smtp.port)})
    assert "Signing in works." in page.text
    assert accounts(handoff)[0].verified_at == NOW
    again = client.post(f"{HOME}/mailboxes/1", data=SETTINGS | {"smtp_port": str(smtp.port), "daily_cap": "60"})
    assert "Saved. Signing in works." in again.text
    assert "Signing in works." in client.post(f"{HOME}/mailboxes/1/check").text
    smtp.plan("AUTH", *["535 5.7.8 Username and Password not accepted"] * 2)  # PLAIN, then LOGIN
    assert "Check user name and password" in client.post(f"{HOME}/mailboxes/1/check").text
    assert accounts(handoff)[0].verified_at is None


def test_what_cannot_be_used_comes_back_with_what_was_typed(client: FlaskClient, handoff: Handoff) -> None:
    wrong = SETTINGS | {"smtp_host": "", "smtp_port": "many", "window_start": "noon"}
    for path in (f"{HOME}/mailboxes", f"{HOME}/mailboxes/{add(handoff)}"):
        answer = client.post(path, data=wrong)
        assert answer.status_code == 422
        assert "Give a port from 1 to 65535" in answer.text
        assert "such as 08:00" in answer.text
        assert 'value="dana@stride.example.com"' in answer.text
        assert "s3cret" not in answer.text


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("dana@gmail.com", "Use an app password"),
        ("dana@outlook.com", "Microsoft takes no passwords"),
        ("dana@icloud.com", "imap.mail.me.com"),
        ("dana@fastmail.com", "smtp.fastmail.com"),
        ("dana@stride.example.com", "imap.stride.example.com"),
        ("", "Which address"),
    ],
)
def test_hosts_and_ports_follow_from_the_address(client: FlaskClient, address: str, seen: str) -> None:
    assert seen in client.get(f"{HOME}/mailboxes/new", query_string={"address": address}).text


def test_for_a_domain_of_ones_own_dns_tells_the_service(client: FlaskClient, handoff: Handoff) -> None:
    with name_server() as names:
        names.records["stride.com", "MX"] = ["1 aspmx.l.google.com."]
        handoff.dns = names.dns()
        assert "Use an app password" in client.get(f"{HOME}/mailboxes/new?address=dana@stride.com").text
        handoff.dns = Dns(("127.0.0.1",), 1)
        assert "imap.stride.com" in client.get(f"{HOME}/mailboxes/new?address=dana@stride.com").text


@pytest.mark.parametrize("preset", ["google", "microsoft", "icloud", "fastmail", "other", "nonsense"])
def test_what_was_guessed_can_be_corrected(client: FlaskClient, preset: str) -> None:
    query = {"address": "dana@stride.example.com", "preset": preset, "form": "1"}
    page = client.get(f"{HOME}/mailboxes/new", query_string=query)
    assert page.status_code == 200
    assert ('name="password"' in page.text) is (preset not in ("microsoft", "nonsense"))


def test_a_mailbox_can_belong_to_one_of_several_people(client: FlaskClient, handoff: Handoff) -> None:
    assert "Who writes by it" not in client.get(f"{HOME}/mailboxes/new?address=a@b.example").text
    with handoff.db.write() as session:
        lee = make_user(session, name="Lee").id
    assert "Who writes by it" in client.get(f"{HOME}/mailboxes/new?address=a@b.example").text
    client.post(f"{HOME}/mailboxes", data=SETTINGS | {"user_id": str(lee)})
    assert accounts(handoff)[0].user_id == lee
    assert "Only Lee" in client.get(HOME).text


def test_a_test_to_oneself_is_answered_while_one_waits(client: FlaskClient, handoff: Handoff) -> None:
    client.post(f"{HOME}/test")
    assert "The test is in the local mailbox." in client.get(HOME).text
    with handoff.db.read() as session:
        assert session.exec(select(Message)).one().kind is MessageKind.TEST
    client.post(f"{HOME}/test", data={"to": "nobody"})
    assert "an e-mail address" in client.get(HOME).text
    account_id = add(handoff, smtp_host="127.0.0.1", smtp_port=1, smtp_security="none")
    client.post(f"{HOME}/test", data={"mailbox": str(account_id)})
    assert "The test was not sent." in client.get(f"{HOME}/mailboxes/{account_id}").text


def test_how_answers_are_read_is_kept(client: FlaskClient, handoff: Handoff) -> None:
    account_id = add(handoff, imap_host="127.0.0.1", imap_port=1, imap_security="none")
    path = f"{HOME}/mailboxes/{account_id}"
    client.post(f"{path}/reading", data={"enabled": "1", "folders": "Clinics\nOld", "look_back_days": "10"})
    with handoff.db.read() as session:
        row = session.get_one(MailReading, account_id)
    assert (row.enabled, row.idle, row.folders, row.look_back_days) == (True, False, ["Clinics", "Old"], 10)
    assert client.post(f"{path}/reading", data={"look_back_days": "9999"}).status_code == 422
    client.post(f"{path}/round")
    assert "in a few seconds" in client.get(path).text
    assert client.post(f"{path}/folders").status_code == 200


@pytest.mark.parametrize(("given", "kept"), [("5", 5), ("", None), ("0", 0)])
def test_how_long_people_are_left_in_peace(client: FlaskClient, handoff: Handoff, given: str, kept: int | None) -> None:
    client.post(f"{HOME}/person-gap", data={"person_gap_days": given})
    with handoff.db.read() as session:
        assert session.get_one(Business, 1).person_gap_days == kept
    for wrong in ("99", "many"):
        assert client.post(f"{HOME}/person-gap", data={"person_gap_days": wrong}).status_code == 422


# --- signing in ------------------------------------------------------------------------------------------------------


def test_by_code_the_page_shows_it_large_and_waits(
    client: FlaskClient, handoff: Handoff, identity: IdentityStandIn, clock: FakeClock
) -> None:
    form = {"service": "microsoft", "address": "dana@outlook.com", "client_id": CLIENT_ID, "way": "device"}
    begun = client.post(f"{HOME}/sign-ins", data=form)
    path = urlsplit(begun.location).path
    page = client.get(path).text
    assert "WDJB-MJH1" in page
    assert f'data-poll="{path}.json"' in page
    assert client.get(f"{path}.json").json["done"] is False
    identity.allow("WDJB-MJH1")
    clock.advance(seconds=6)
    client.post(f"{path}/round")
    assert client.get(f"{path}.json").json["done"] is True
    assert "You are signed in." in client.get(path).text
    account = accounts(handoff)[0]
    assert "no password is kept" in client.get(f"{HOME}/mailboxes/{account.id}").text


def test_in_this_browser_one_comes_back_to_the_page(
    client: FlaskClient, handoff: Handoff, identity: IdentityStandIn
) -> None:
    identity.secret = "shh"
    form = {"service": "google", "address": "dana@gmail.com", "client_id": CLIENT_ID, "client_secret": "shh"}
    begun = client.post(f"{HOME}/sign-ins", data=form | {"way": "return"})
    page = client.get(begun.location).text
    assert "Go to Google" in page
    with handoff.db.read() as session:
        row = session.exec(select(MailSignIn)).one()
    assert row.redirect_url == "http://localhost/settings/mail/sign-ins/answer"
    back = identity.visit(sign_ins.page_of(handoff.post, row))
    there = client.get(f"{urlsplit(back).path}?{urlsplit(back).query}", headers={"Sec-Fetch-Site": "cross-site"})
    assert "You are signed in." in client.get(there.location).text
    assert "shh" not in client.get(f"{HOME}/sign-ins/new?service=google").text
    again = client.get(f"{urlsplit(back).path}?{urlsplit(back).query}")
    assert again.status_code == 303
    assert "not begun here" in client.get(HOME).text


def test_behind_a_proxy_one_comes_back_to_the_public_address(
    client: FlaskClient, handoff: Handoff, identity: IdentityStandIn
) -> None:
    handoff.post.public_url = "https://localhost"
    page = client.get(f"{HOME}/sign-ins/new?service=google").text
    assert "https://localhost/settings/mail/sign-ins/answer" in page
    handoff.post.public_url = "https://elsewhere.example"
    assert "http://localhost/settings/mail/sign-ins/answer" in client.get(f"{HOME}/sign-ins/new?service=google").text


def test_without_a_worker_the_page_says_so(client: FlaskClient, identity: IdentityStandIn, clock: FakeClock) -> None:
    form = {"service": "microsoft", "address": "dana@outlook.com", "client_id": CLIENT_ID, "way": "device"}
    path = urlsplit(client.post(f"{HOME}/sign-ins", data=form).location).path
    clock.advance(seconds=60)
    assert "worker" in client.get(f"{path}.json").json["text"]


def test_a_token_does_not_go_out_unencrypted(
    client: FlaskClient, handoff: Handoff, identity: IdentityStandIn, clock: FakeClock
) -> None:
    test_by_code_the_page_shows_it_large_and_waits(client, handoff, identity, clock)
    values = SETTINGS | {"address": "dana@outlook.com", "preset": "microsoft", "auth": "xoauth2"}
    answer = client.post(f"{HOME}/mailboxes/1", data=values)
    assert answer.status_code == 422
    assert "must not go over the network unencrypted" in answer.text


def test_a_forged_answer_connects_nothing(client: FlaskClient, handoff: Handoff, identity: IdentityStandIn) -> None:
    client.get(f"{HOME}/sign-ins/answer?state=made-up&code=code-1")
    assert "not begun here" in client.get(HOME).text
    assert (accounts(handoff), identity.asked) == ([], [])


def test_signing_in_needs_the_person_who_began(visitor: FlaskClient) -> None:
    answer = visitor.get(f"{HOME}/sign-ins/answer?state=s&code=c")
    assert answer.status_code == 303
    assert "/login" in answer.location


def test_what_is_missing_for_a_sign_in_is_named(client: FlaskClient, identity: IdentityStandIn) -> None:
    answer = client.post(f"{HOME}/sign-ins", data={"service": "microsoft", "way": "device", "address": "dana"})
    assert answer.status_code == 422
    assert "Give the client id" in answer.text
    wrong = {"service": "microsoft", "way": "device", "address": "dana@outlook.com", "client_id": "unknown"}
    refused = client.post(f"{HOME}/sign-ins", data=wrong)
    assert refused.status_code == 422
    assert "know this client id" in refused.text
    assert client.get(f"{HOME}/sign-ins/new?service=carrier-pigeon").status_code == 404


def test_a_sign_in_can_be_given_up_and_runs_out(
    client: FlaskClient, identity: IdentityStandIn, clock: FakeClock
) -> None:
    form = {"service": "microsoft", "address": "dana@outlook.com", "client_id": CLIENT_ID, "way": "device"}
    first = urlsplit(client.post(f"{HOME}/sign-ins", data=form).location).path
    client.post(f"{first}/cancellation")
    assert "Given up here" in client.get(first).text
    second = urlsplit(client.post(f"{HOME}/sign-ins", data=form).location).path
    clock.advance(minutes=20)
    assert "Begin again" in client.get(second).text


# --- signing keys ----------------------------------------------------------------------------------------------------


class FakeDns:
    """Holds these TXT records."""

    def __init__(self, records: dict[str, list[str]]) -> None:
        self.records = records

    def txt(self, name: str) -> list[str]:
        return self.records.get(name, [])


def test_a_key_is_made_published_checked_and_switched_on(client: FlaskClient, handoff: Handoff) -> None:
    add(handoff, address="dana@stride.example")
    assert 'value="stride.example"' in client.get(f"{HOME}/signing").text
    client.post(f"{HOME}/signing", data={"domain": "stride.example"})
    with handoff.db.read() as session:
        key = session.exec(select(MailSigning)).one()
    name, text = signing.record(key)
    page = client.get(f"{HOME}/signing").text
    assert name in page
    assert key.public_key[:40] in page
    assert "PRIVATE" not in page
    handoff.dns = FakeDns({})
    client.post(f"{HOME}/signing/{key.id}/check")
    assert "no such record" in client.get(f"{HOME}/signing").text
    client.post(f"{HOME}/signing/{key.id}/state", data={"enabled": "1"})
    assert "Check the record first" in client.get(f"{HOME}/signing").text
    handoff.dns = FakeDns({name: [text]})
    client.post(f"{HOME}/signing/{key.id}/check")
    client.post(f"{HOME}/signing/{key.id}/state", data={"enabled": "1"})
    assert "Mail is signed from now on." in client.get(f"{HOME}/signing").text
    assert "stride.example is signed" in re.sub(r"\s+", " ", client.get(HOME).text)
    client.post(f"{HOME}/signing/{key.id}/state", data={"enabled": "0"})
    client.post(f"{HOME}/signing/{key.id}/removal")
    assert "No key yet" in client.get(f"{HOME}/signing").text


@pytest.mark.parametrize("domain", ["", "nodots", "two words.example"])
def test_a_domain_that_is_none_is_named(client: FlaskClient, domain: str) -> None:
    assert client.post(f"{HOME}/signing", data={"domain": domain}).status_code == 422
