"""Which mailbox sends, and setting one up."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import MessageState
from crm.mail.local import LocalTransport
from crm.mail.smtp import SmtpServer
from crm.models.accounts import MailAccount
from crm.models.messages import Message
from crm.services import mailboxes
from crm.services.mailboxes import MailboxForm, Post
from crm.services.vault import Vault
from crm.store.engine import Database
from tests.factories import NOW, make_business, make_message, make_user
from tests.services.mail import FakeTransport, fake_post

FORM = MailboxForm(
    address="Dana@Stride.example", from_name="Dana", preset="fastmail", smtp_host="smtp.fastmail.com", smtp_port=465,
    smtp_security="tls", username="dana", password="app password",
)  # fmt: skip


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return fake_post(tmp_path, FakeTransport())


@pytest.fixture(autouse=True)
def _people(db: Database) -> None:
    with db.write() as session:
        make_business(session)
        make_user(session, email="dana@stride.example")


def save(db: Database, post: Post, form: MailboxForm = FORM) -> int:
    return mailboxes.save(db, post, form, actor_id=1, now=NOW)


def test_with_nothing_set_mail_goes_to_the_local_mailbox(db: Database, post: Post) -> None:
    with db.write() as session:
        assert mailboxes.goes_nowhere(session, post)
        account = mailboxes.current(session, post, now=NOW)
        assert mailboxes.current(session, post, now=NOW).id == account.id
    assert (account.preset, account.address, account.gap_seconds) == ("local", "dana@stride.example", 0)
    assert isinstance(post.transport_of(account), LocalTransport)


def test_a_mailbox_of_the_settings_page_sends_and_its_password_is_sealed(db: Database, post: Post) -> None:
    save(db, post)
    with db.write() as session:
        account = mailboxes.current(session, post, now=NOW)
        assert not mailboxes.goes_nowhere(session, post)
    assert account.address == "dana@stride.example"
    assert "app password" not in account.secret
    server = post.server_of(account)
    assert (server.host, server.port, server.security, server.password) == (
        "smtp.fastmail.com",
        465,
        "tls",
        "app password",
    )


def test_an_empty_password_keeps_the_stored_one(db: Database, post: Post) -> None:
    first = save(db, post)
    assert save(db, post, replace(FORM, password="", smtp_host="smtp2.fastmail.com")) == first
    with db.read() as session:
        account = session.get_one(MailAccount, first)
    assert (post.server_of(account).password, account.smtp_host) == ("app password", "smtp2.fastmail.com")


def test_another_address_is_another_mailbox(db: Database, post: Post) -> None:
    first = save(db, post)
    second = save(db, post, replace(FORM, address="office@stride.example", password=""))
    with db.read() as session:
        old, new = session.get_one(MailAccount, first), session.get_one(MailAccount, second)
    assert (old.archived_at, new.archived_at) == (NOW, None)
    assert post.server_of(new).password == "app password"
    with pytest.raises(Refused):
        post.transport_of(old)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"address": ""}, "address"),
        ({"address": "nobody"}, "address"),
        ({"smtp_host": "smtp.example.com:587"}, "smtp_host"),
        ({"smtp_host": " "}, "smtp_host"),
        ({"smtp_port": 0}, "smtp_port"),
        ({"smtp_security": "ssl3"}, "smtp_security"),
        ({"preset": "carrier pigeon"}, "preset"),
        ({"daily_cap": 0}, "daily_cap"),
        ({"gap_seconds": -1}, "gap_seconds"),
    ],
)
def test_each_field_that_cannot_be_used_is_named(
    db: Database, post: Post, given: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        save(db, post, replace(FORM, **given))  # type: ignore[arg-type]
    assert set(caught.value.errors) == {field}


def test_the_environment_goes_first(db: Database, tmp_path: Path) -> None:
    post = fake_post(tmp_path, FakeTransport(), environment=True)
    save(db, post)
    with db.write() as session:
        account = mailboxes.current(session, post, now=NOW)
        assert mailboxes.current(session, post, now=NOW).id == account.id
    assert (account.preset, account.address) == ("environment", "office@stride.example")
    with pytest.raises(Refused, match="no longer set"):
        fake_post(tmp_path, FakeTransport()).transport_of(account)


def test_an_environment_without_a_sender_falls_back_to_known_addresses(db: Database, tmp_path: Path) -> None:
    post = replace(fake_post(tmp_path, FakeTransport(), environment=True), environment_from="")
    with db.write() as session:
        assert mailboxes.current(session, post, now=NOW).address == "dana@stride.example"
    named = replace(post, environment=SmtpServer("smtp.example", 587, username="login@stride.example"))
    with db.write() as session:
        assert mailboxes.current(session, named, now=NOW).address == "login@stride.example"


def test_removing_goes_back_to_the_local_mailbox(db: Database, post: Post) -> None:
    save(db, post)
    mailboxes.remove(db, actor_id=1, now=NOW)
    with db.write() as session:
        assert mailboxes.current(session, post, now=NOW).preset == "local"
    with pytest.raises(NotFound):
        mailboxes.remove(db, actor_id=1, now=NOW)


def test_resuming_counts_what_waited_as_due_now(db: Database, post: Post) -> None:
    account_id = save(db, post)
    with db.write() as session:
        account = session.get_one(MailAccount, account_id)
        mailboxes.pause(session, account, "535 bad credentials", now=NOW)
        make_message(session, mail_account_id=account_id, due_at=NOW)
        make_message(session, mail_account_id=account_id, due_at=NOW, state=MessageState.HELD)
    later = NOW + timedelta(days=5)
    mailboxes.resume(db, account_id, actor_id=1, now=later)
    with db.read() as session:
        assert session.get_one(MailAccount, account_id).paused_at is None
        assert [each.due_at for each in session.exec(select(Message).order_by(Message.id)).all()] == [later, NOW]


def test_the_key_file_is_for_its_owner_only_and_another_key_opens_nothing(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "deep" / "secret.key")
    sealed = vault.seal("secret")
    assert stat.S_IMODE((tmp_path / "deep" / "secret.key").stat().st_mode) == 0o600
    assert Vault(tmp_path / "deep" / "secret.key").open(sealed) == "secret"
    assert (vault.seal(""), vault.open("")) == ("", "")
    with pytest.raises(Refused, match="Enter it again"):
        Vault(tmp_path / "other.key").open(sealed)
