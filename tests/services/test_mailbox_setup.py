"""Setting mailboxes up, changing and removing them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import MessageState
from crm.models.accounts import Business, MailAccount
from crm.models.inbound import MailReading
from crm.models.messages import Message
from crm.services import mailbox_setup, mailboxes
from crm.services.mailbox_setup import MailboxForm
from crm.services.mailboxes import Post
from crm.store.engine import Database
from tests.factories import NOW, make_business, make_message, make_user
from tests.services.mail import FakeTransport, fake_post

FORM = MailboxForm(
    address="Dana@Stride.example", from_name="Dana", preset="fastmail", smtp_host="smtp.fastmail.com", smtp_port=465,
    smtp_security="tls", imap_host="imap.fastmail.com", username="dana", password="app password",
)  # fmt: skip


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return fake_post(tmp_path, FakeTransport())


@pytest.fixture(autouse=True)
def _people(db: Database) -> None:
    with db.write() as session:
        make_business(session)
        make_user(session, email="dana@stride.example")


def save(db: Database, post: Post, form: MailboxForm = FORM, account_id: int | None = None) -> int:
    return mailbox_setup.save(db, post, form, account_id=account_id, actor_id=1, now=NOW)


def found(db: Database, account_id: int) -> MailAccount:
    with db.read() as session:
        return session.get_one(MailAccount, account_id)


def test_an_empty_password_keeps_the_stored_one(db: Database, post: Post) -> None:
    first = save(db, post)
    assert save(db, post, replace(FORM, password="", smtp_host="smtp2.fastmail.com"), first) == first
    account = found(db, first)
    assert (post.server_of(account).password, account.smtp_host) == ("app password", "smtp2.fastmail.com")


def test_another_address_is_another_mailbox_and_stays_the_default(db: Database, post: Post) -> None:
    first = save(db, post)
    mailbox_setup.make_default(db, first, actor_id=1, now=NOW)
    second = save(db, post, replace(FORM, address="office@stride.example", password=""), first)
    old, new = found(db, first), found(db, second)
    assert (old.archived_at, new.archived_at) == (NOW, None)
    assert post.server_of(new).password == "app password"
    assert old.secret == ""
    with pytest.raises(Refused):
        post.transport_of(old)
    with db.read() as session:
        assert session.get_one(Business, 1).mail_account_id == second


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"address": ""}, "address"),
        ({"address": "nobody"}, "address"),
        ({"address": "dána@stride.example"}, "address"),
        ({"address": "dana@stride.example", "auth": "xoauth2"}, "address"),
        ({"smtp_host": "smtp.example.com:587"}, "smtp_host"),
        ({"smtp_host": " "}, "smtp_host"),
        ({"smtp_port": 0}, "smtp_port"),
        ({"smtp_security": "ssl3"}, "smtp_security"),
        ({"imap_host": "imap://imap.example.com"}, "imap_host"),
        ({"imap_port": 70000}, "imap_port"),
        ({"imap_security": ""}, "imap_security"),
        ({"preset": "carrier pigeon"}, "preset"),
        ({"preset": "microsoft"}, "password"),
        ({"daily_cap": 0}, "daily_cap"),
        ({"domain_cap": 0}, "domain_cap"),
        ({"gap_seconds": -1}, "gap_seconds"),
        ({"window_start": 1440}, "window_start"),
        ({"user_id": 99}, "user_id"),
    ],
)
def test_each_field_that_cannot_be_used_is_named(
    db: Database, post: Post, given: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        save(db, post, replace(FORM, **given))  # type: ignore[arg-type]
    assert set(caught.value.errors) == {field}


def test_one_address_is_one_mailbox(db: Database, post: Post) -> None:
    save(db, post)
    other = save(db, post, replace(FORM, address="office@stride.example"))
    for account_id in (None, other):
        with pytest.raises(Invalid, match="already"):
            save(db, post, FORM, account_id)


def test_a_mailbox_without_incoming_server_only_sends(db: Database, post: Post) -> None:
    account = found(db, save(db, post, replace(FORM, imap_host="")))
    assert not mailboxes.can_be_read(account)
    with pytest.raises(Refused, match="no incoming"):
        post.imap_server_of(account)


def test_removing_the_last_goes_back_to_the_local_mailbox_and_forgets_the_password(db: Database, post: Post) -> None:
    account_id = save(db, post)
    mailbox_setup.remove(db, account_id, actor_id=1, now=NOW)
    with db.write() as session:
        assert mailboxes.current(session, post, now=NOW).preset == "local"
        local_id = mailboxes.local(session, now=NOW).id
    assert found(db, account_id).secret == ""
    for gone in (account_id, local_id, 99):
        with pytest.raises(NotFound):
            mailbox_setup.remove(db, gone, actor_id=1, now=NOW)


def test_the_same_address_added_again_goes_on_where_it_was(db: Database, post: Post) -> None:
    """What came in before doesn't come in again."""
    first = save(db, post)
    mailbox_setup.stop(db, first, actor_id=1, now=NOW)
    mailbox_setup.remove(db, first, actor_id=1, now=NOW)
    assert save(db, post, replace(FORM, password="")) == first
    account = found(db, first)
    assert (account.archived_at, account.paused_at, account.secret) == (None, None, "")


def test_a_change_has_the_mailbox_read_at_once(db: Database, post: Post) -> None:
    """A refused sign-in rests for hours; what was changed may have mended it."""
    first = save(db, post)
    with db.write() as session:
        later = NOW + timedelta(hours=6)
        session.add(MailReading(mail_account_id=first, due_at=later, failures=1, error="535 no"))
    save(db, post, replace(FORM, password="another"), first)
    with db.read() as session:
        row = session.get_one(MailReading, first)
    assert (row.due_at, row.failures, row.error) == (NOW, 0, "")


def test_resuming_counts_what_waited_as_due_now(db: Database, post: Post) -> None:
    account_id = save(db, post)
    mailbox_setup.stop(db, account_id, actor_id=1, now=NOW)
    with db.write() as session:
        assert session.get_one(MailAccount, account_id).paused_reason == mailbox_setup.BY_HAND
        make_message(session, mail_account_id=account_id, due_at=NOW)
        make_message(session, mail_account_id=account_id, due_at=NOW, state=MessageState.HELD)
    later = NOW + timedelta(days=5)
    mailbox_setup.resume(db, account_id, actor_id=1, now=later)
    with db.read() as session:
        assert session.get_one(MailAccount, account_id).paused_at is None
        assert [each.due_at for each in session.exec(select(Message).order_by(Message.id)).all()] == [later, NOW]
    with pytest.raises(NotFound):
        mailbox_setup.resume(db, 99, actor_id=1, now=later)


def test_a_pause_by_the_server_is_not_overwritten_by_hand(db: Database, post: Post) -> None:
    account_id = save(db, post)
    with db.write() as session:
        mailboxes.pause(session, session.get_one(MailAccount, account_id), "535 bad credentials", now=NOW)
    mailbox_setup.stop(db, account_id, actor_id=1, now=NOW)
    assert found(db, account_id).paused_reason == "535 bad credentials"
