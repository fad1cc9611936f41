"""Signing in to a mail service: by a code, or by coming back; against a local stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import select

from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.mail_kinds import SignInState
from crm.mail.oauth import Client
from crm.models.accounts import MailAccount
from crm.models.sign_ins import MailGrant, MailSignIn
from crm.services import mailbox_setup, mailboxes, sign_ins
from crm.services.mail_grants import Keyring
from crm.services.mailboxes import Post
from crm.services.sign_ins import Begin
from crm.store import mail_grants
from crm.store.engine import Database
from tests.factories import FakeClock, make_business, make_user
from tests.mail.identity_server import CLIENT_ID, IdentityStandIn, identity_stand_in
from tests.services.mail import FakeTransport, fake_post
from tests.services.test_mailbox_setup import FORM

HERE = "http://127.0.0.1:8000/settings/mail/sign-ins/answer"
BY_CODE = Begin("microsoft", "device", "Dana@Stride.example", CLIENT_ID)
COMING_BACK = Begin("google", "return", "dana@stride.example", CLIENT_ID, "shh", HERE)


@pytest.fixture
def identity() -> Iterator[IdentityStandIn]:
    with identity_stand_in() as found:
        yield found


@pytest.fixture
def post(tmp_path: Path, identity: IdentityStandIn) -> Post:
    post = fake_post(tmp_path, FakeTransport())
    post.services = identity.services()
    return post


@pytest.fixture(autouse=True)
def _people(db: Database) -> None:
    with db.write() as session:
        make_business(session)
        make_user(session, email="dana@stride.example")
        make_user(session, email="lee@stride.example")


def begin(db: Database, post: Post, asked: Begin, clock: FakeClock) -> MailSignIn:
    return shown(db, sign_ins.begin(db, post, asked, actor_id=1, now=clock()))


def shown(db: Database, sign_in_id: int) -> MailSignIn:
    with db.read() as session:
        return sign_ins.one(session, sign_in_id, user_id=1)


def work(db: Database, post: Post, clock: FakeClock) -> int:
    return sign_ins.poll_due(db, post, clock=clock, stopping=lambda: False)


def mailbox(db: Database) -> MailAccount:
    with db.read() as session:
        return session.exec(select(MailAccount).where(MailAccount.auth == "xoauth2")).one()


def came_back(url: str) -> dict[str, str]:
    found = parse_qs(urlsplit(url).query)
    return {"state": found["state"][0], "code": found["code"][0], "error": ""}


def test_by_a_code_the_worker_asks_until_it_was_typed_in_and_then_there_is_a_mailbox(
    db: Database, post: Post, identity: IdentityStandIn, clock: FakeClock
) -> None:
    row = begin(db, post, BY_CODE, clock)
    assert (row.user_code, row.verification_url, row.state) == ("WDJB-MJH1", f"{identity.url}/enter", "waiting")
    assert work(db, post, clock) == 0, "not before the interval is over"
    with db.read() as session:
        assert mail_grants.next_poll(session) == clock() + timedelta(seconds=5)
    clock.advance(seconds=5)
    assert work(db, post, clock) == 1
    identity.allow(row.user_code)
    clock.advance(seconds=5)
    work(db, post, clock)
    assert shown(db, row.id).state is SignInState.GRANTED
    account = mailbox(db)
    assert (account.address, account.preset, account.username) == ("dana@stride.example", "microsoft", identity.user)
    assert (account.smtp_host, account.imap_host) == ("smtp.office365.com", "outlook.office365.com")
    assert Keyring(db, post, clock).token(account.id) == "access-1"
    with db.read() as session:
        assert mail_grants.next_poll(session) is None
        assert mailboxes.peek(session, post).id == account.id


def test_slow_down_is_obeyed(db: Database, post: Post, identity: IdentityStandIn, clock: FakeClock) -> None:
    row = begin(db, post, BY_CODE, clock)
    for planned, seconds in (("slow_down", 10), ("slow_down", 15), ("503", 20)):
        identity.plan(planned)
        clock.advance(seconds=60)
        work(db, post, clock)
        assert shown(db, row.id).next_poll_at == clock() + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("planned", "state", "said"),
    [
        ("access_denied", SignInState.FAILED, "declined"),
        ("expired_token", SignInState.EXPIRED, "run out"),
        ("invalid_client", SignInState.FAILED, "client id"),
    ],
)
def test_a_refusal_ends_it_with_what_to_do(
    db: Database, post: Post, identity: IdentityStandIn, clock: FakeClock, planned: str, state: str, said: str
) -> None:
    row = begin(db, post, BY_CODE, clock)
    identity.plan(planned)
    clock.advance(seconds=5)
    work(db, post, clock)
    ended = shown(db, row.id)
    assert (ended.state, said in ended.error, ended.device_code) == (state, True, "")
    clock.advance(minutes=5)
    assert work(db, post, clock) == 0


def test_a_code_runs_out_by_our_clock_too(
    db: Database, post: Post, identity: IdentityStandIn, clock: FakeClock
) -> None:
    row = begin(db, post, BY_CODE, clock)
    clock.advance(minutes=15)
    work(db, post, clock)
    assert shown(db, row.id).state is SignInState.EXPIRED
    assert identity.grants("urn:ietf:params:oauth:grant-type:device_code") == []


def test_only_one_worker_asks_about_a_code(
    db: Database, post: Post, identity: IdentityStandIn, clock: FakeClock
) -> None:
    row = begin(db, post, BY_CODE, clock)
    clock.advance(seconds=5)
    assert sign_ins.poll(db, post, row, now=clock()) == 1
    assert sign_ins.poll(db, post, row, now=clock()) == 0, "this row was read before the other one asked"


def test_coming_back_gives_a_mailbox(db: Database, post: Post, identity: IdentityStandIn, clock: FakeClock) -> None:
    identity.secret = "shh"
    row = begin(db, post, COMING_BACK, clock)
    back = came_back(identity.visit(sign_ins.page_of(post, row)))
    assert sign_ins.answer(db, post, **back, actor_id=1, now=clock()) == row.id
    assert shown(db, row.id).mail_account_id == mailbox(db).id
    with pytest.raises(Refused):
        sign_ins.answer(db, post, **back, actor_id=1, now=clock())


def test_another_persons_sign_in_cannot_be_finished_here(
    db: Database, post: Post, identity: IdentityStandIn, clock: FakeClock
) -> None:
    identity.secret = "shh"
    row = begin(db, post, COMING_BACK, clock)
    back = came_back(identity.visit(sign_ins.page_of(post, row)))
    for given in (back | {"state": "another"}, back | {"state": ""}):
        with pytest.raises(Refused, match="not begun here"):
            sign_ins.answer(db, post, **given, actor_id=1, now=clock())
    with pytest.raises(Refused, match="not begun here"):
        sign_ins.answer(db, post, **back, actor_id=2, now=clock())
    with db.read() as session, pytest.raises(NotFound):
        sign_ins.one(session, row.id, user_id=2)
    assert identity.asked == []


@pytest.mark.parametrize(
    ("given", "minutes", "said"),
    [
        ({"code": "", "error": "access_denied"}, 1, "declined"),
        ({"code": "", "error": ""}, 1, "no reason given"),
        ({"code": "another"}, 1, "Sign in again"),
        ({}, 15, "too long"),
    ],
)
def test_coming_back_without_permission_says_why(
    db: Database,
    post: Post,
    identity: IdentityStandIn,
    clock: FakeClock,
    given: dict[str, str],
    minutes: int,
    said: str,
) -> None:
    identity.secret = "shh"
    row = begin(db, post, COMING_BACK, clock)
    back = came_back(identity.visit(sign_ins.page_of(post, row))) | given
    clock.advance(minutes=minutes)
    sign_ins.answer(db, post, **back, actor_id=1, now=clock())
    ended = shown(db, row.id)
    assert said in ended.error
    assert ended.state is not SignInState.GRANTED
    assert ended.verifier == ""


def test_signing_in_again_mends_a_paused_mailbox(
    db: Database, post: Post, identity: IdentityStandIn, clock: FakeClock
) -> None:
    test_coming_back_gives_a_mailbox(db, post, identity, clock)
    account_id = mailbox(db).id
    identity.withdraw()
    clock.advance(hours=2)
    with pytest.raises(Exception, match="Sign in again"):
        Keyring(db, post, clock).token(account_id)
    assert mailbox(db).paused_at is not None
    again = Begin("google", "return", "dana@stride.example", redirect_url=HERE, mail_account_id=account_id)
    row = begin(db, post, again, clock)
    back = came_back(identity.visit(sign_ins.page_of(post, row)))
    sign_ins.answer(db, post, **back, actor_id=1, now=clock())
    assert (mailbox(db).id, mailbox(db).paused_at) == (account_id, None)
    assert Keyring(db, post, clock).token(account_id) == "access-2"


def test_a_mailbox_with_a_password_becomes_one_without(
    db: Database, post: Post, identity: IdentityStandIn, clock: FakeClock
) -> None:
    account_id = mailbox_setup.save(db, post, FORM, actor_id=1, now=clock())
    row = begin(db, post, Begin("microsoft", "device", FORM.address, CLIENT_ID, mail_account_id=account_id), clock)
    identity.allow(row.user_code)
    clock.advance(seconds=5)
    work(db, post, clock)
    assert (mailbox(db).id, mailbox(db).secret) == (account_id, "")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (Begin("google", "device", "dana@stride.example", CLIENT_ID, "shh"), "way"),
        (Begin("yahoo", "return", "dana@stride.example", CLIENT_ID), "way"),
        (Begin("microsoft", "device", "", CLIENT_ID), "address"),
        (Begin("microsoft", "device", "dana", CLIENT_ID), "address"),
        (Begin("microsoft", "device", "dana@stride.example"), "client_id"),
        (Begin("google", "return", "dana@stride.example", CLIENT_ID), "client_secret"),
    ],
)
def test_what_is_missing_is_named(db: Database, post: Post, clock: FakeClock, asked: Begin, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        sign_ins.begin(db, post, asked, actor_id=1, now=clock())
    assert set(caught.value.errors) == {field}


def test_a_service_that_gives_no_code_says_why(
    db: Database, post: Post, identity: IdentityStandIn, clock: FakeClock
) -> None:
    with pytest.raises(Refused, match="client id"):
        sign_ins.begin(db, post, Begin("microsoft", "device", "dana@stride.example", "other"), actor_id=1, now=clock())


def test_the_client_of_the_settings_and_of_the_last_sign_in_need_not_be_entered_again(
    db: Database, post: Post, identity: IdentityStandIn, clock: FakeClock
) -> None:
    test_coming_back_gives_a_mailbox(db, post, identity, clock)
    with db.read() as session:
        assert sign_ins.client_of(session, post, "google") == Client(CLIENT_ID, "shh")
        post.clients = {"google": Client("from the settings", "s")}
        assert sign_ins.client_of(session, post, "google") == Client("from the settings", "s")
        assert sign_ins.client_of(session, post, "microsoft").id == ""


def test_nothing_secret_is_stored_in_the_clear(
    db: Database, post: Post, identity: IdentityStandIn, clock: FakeClock
) -> None:
    row = begin(db, post, COMING_BACK, clock)
    by_code = begin(db, post, BY_CODE, clock)
    state = came_back(identity.visit(sign_ins.page_of(post, row)))["state"]
    for value in (row.verifier, row.client_secret, row.verification_url, by_code.device_code):
        assert value.startswith("gAAAA")
    assert row.state_key != state
    with db.read() as session:
        assert session.exec(select(MailGrant)).all() == []


def test_giving_up_ends_the_asking(db: Database, post: Post, identity: IdentityStandIn, clock: FakeClock) -> None:
    row = begin(db, post, BY_CODE, clock)
    sign_ins.cancel(db, row.id, user_id=1)
    clock.advance(seconds=60)
    assert work(db, post, clock) == 0
    assert shown(db, row.id).state is SignInState.FAILED
