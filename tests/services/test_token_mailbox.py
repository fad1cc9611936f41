"""A mailbox without a password, from the sign-in to the last mail: real SMTP, real IMAP, a stand-in for the service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crm.domain.kinds import MessageKind, MessageState
from crm.models.accounts import MailAccount
from crm.models.messages import Message
from crm.services import mailbox_checks, messages, outbox, sign_ins
from crm.services.mail_grants import Keyring
from crm.services.mailboxes import Post
from crm.services.messages import Draft
from crm.services.sign_ins import Begin
from crm.store.engine import Database
from tests.factories import FakeClock, make_business, make_user
from tests.mail.identity_server import CLIENT_ID, IdentityStandIn, identity_stand_in
from tests.mail.imap_server import NoDovecot, dovecot
from tests.mail.smtp_server import SmtpStandIn, smtp_stand_in
from tests.services.mail import FakeTransport, fake_post


@pytest.fixture
def identity() -> Iterator[IdentityStandIn]:
    with identity_stand_in() as found:
        yield found


@pytest.fixture
def smtp(identity: IdentityStandIn) -> Iterator[SmtpStandIn]:
    with smtp_stand_in() as server:
        server.takes_token = lambda token: token in identity.valid
        yield server


@pytest.fixture
def post(db: Database, tmp_path: Path, identity: IdentityStandIn, clock: FakeClock) -> Post:
    post = replace(fake_post(tmp_path, FakeTransport()), open_smtp=Post.open_smtp, services=identity.services())
    post.tokens = Keyring(db, post, clock).source
    return post


@pytest.fixture
def account_id(db: Database, post: Post, identity: IdentityStandIn, smtp: SmtpStandIn, clock: FakeClock) -> int:
    """Signed in by code; its servers are those of the test."""
    with db.write() as session:
        make_business(session)
        make_user(session)
    begin = Begin("microsoft", "device", "dana@stride.example", CLIENT_ID)
    sign_in_id = sign_ins.begin(db, post, begin, actor_id=1, now=clock())
    with db.read() as session:
        row = sign_ins.one(session, sign_in_id, user_id=1)
    identity.allow(row.user_code)
    clock.advance(seconds=6)
    sign_ins.poll(db, post, row, now=clock())
    with db.write() as session:
        account = session.get_one(MailAccount, 1)
        account.smtp_host, account.smtp_port, account.smtp_security = "127.0.0.1", smtp.port, "none"
        account.gap_seconds = 0
        session.add(account)
        return account.id


def send(db: Database, post: Post, clock: FakeClock, key: str) -> Message:
    draft = Draft(MessageKind.TEST, "Hello", "Hello", key, to_address="amos@clinic.example")
    message = messages.queue(db, post, draft, actor_id=1, now=clock())
    outbox.run_due(db, post, clock=clock, me="test")
    with db.read() as session:
        return session.get_one(Message, message.id)


def test_mail_leaves_by_token_and_goes_on_leaving_when_it_has_run_out(
    db: Database, post: Post, account_id: int, smtp: SmtpStandIn, identity: IdentityStandIn, clock: FakeClock
) -> None:
    assert send(db, post, clock, "first").state is MessageState.SENT
    clock.advance(hours=3)
    assert send(db, post, clock, "second").state is MessageState.SENT
    assert len(smtp.taken) == 2
    assert len(identity.grants("refresh_token")) == 1


def test_a_token_withdrawn_before_its_time_is_renewed_without_anybody_noticing(
    db: Database, post: Post, account_id: int, smtp: SmtpStandIn, identity: IdentityStandIn, clock: FakeClock
) -> None:
    identity.valid.clear()
    assert send(db, post, clock, "first").state is MessageState.SENT
    assert len(identity.grants("refresh_token")) == 1


def test_a_permission_that_has_ended_pauses_the_mailbox_and_keeps_the_mail(
    db: Database, post: Post, account_id: int, smtp: SmtpStandIn, identity: IdentityStandIn, clock: FakeClock
) -> None:
    identity.withdraw()
    clock.advance(hours=3)
    assert send(db, post, clock, "first").state is MessageState.QUEUED
    with db.read() as session:
        account = session.get_one(MailAccount, account_id)
    assert account.paused_at is not None
    assert "Sign in again" in account.paused_reason
    assert smtp.taken == []


def test_a_sign_in_service_that_is_away_lets_the_mail_wait(
    db: Database, post: Post, account_id: int, smtp: SmtpStandIn, identity: IdentityStandIn, clock: FakeClock
) -> None:
    clock.advance(hours=3)
    identity.plan("503")
    waiting = send(db, post, clock, "first")
    assert (waiting.state, waiting.state_reason) == (MessageState.QUEUED, "unreachable")
    with db.read() as session:
        assert session.get_one(MailAccount, account_id).paused_at is None
    clock.advance(minutes=2)
    outbox.run_due(db, post, clock=clock, me="test")
    assert len(smtp.taken) == 1


def test_the_connection_test_signs_in_to_both_servers(
    db: Database, post: Post, account_id: int, identity: IdentityStandIn, clock: FakeClock
) -> None:
    try:
        with dovecot(token_check=f"{identity.url}/info?access_token=") as imap:
            with db.write() as session:
                account = session.get_one(MailAccount, account_id)
                account.imap_host, account.imap_port, account.imap_security = "127.0.0.1", imap.port, "none"
                session.add(account)
            tried = mailbox_checks.check(db, post, account_id, now=clock())
    except NoDovecot as error:
        pytest.skip(str(error))
    assert [(each.server, each.works, each.said) for each in tried] == [("outgoing", True, ""), ("incoming", True, "")]
