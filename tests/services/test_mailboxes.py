"""Which mailbox a message leaves by."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from crm.domain.errors import Refused
from crm.domain.kinds import MessageKind
from crm.mail.local import LocalTransport
from crm.mail.ports import SenderProblem
from crm.mail.smtp import SmtpServer
from crm.models.accounts import MailAccount
from crm.services import mailbox_setup, mailboxes, messages
from crm.services.mailboxes import Post
from crm.services.messages import Draft
from crm.services.vault import Vault
from crm.store.engine import Database
from tests.factories import NOW, make_business, make_user
from tests.services.mail import FakeTransport, fake_post
from tests.services.test_mailbox_setup import FORM, save


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return fake_post(tmp_path, FakeTransport())


@pytest.fixture(autouse=True)
def _people(db: Database) -> None:
    with db.write() as session:
        make_business(session)
        make_user(session, email="dana@stride.example")
        make_user(session, email="lee@stride.example", name="Lee")


def now_by(db: Database, post: Post, user_id: int | None = None) -> MailAccount:
    with db.write() as session:
        return mailboxes.current(session, post, now=NOW, user_id=user_id)


def test_with_nothing_set_mail_goes_to_the_local_mailbox(db: Database, post: Post) -> None:
    with db.read() as session:
        assert mailboxes.goes_nowhere(session, post)
        assert mailboxes.peek(session, post) is None
    account = now_by(db, post)
    assert now_by(db, post, 1).id == account.id
    assert (account.preset, account.address, account.gap_seconds) == ("local", "dana@stride.example", 0)
    assert isinstance(post.transport_of(account), LocalTransport)


def test_a_mailbox_of_the_settings_page_sends_and_its_password_is_sealed(db: Database, post: Post) -> None:
    save(db, post)
    account = now_by(db, post)
    with db.read() as session:
        assert not mailboxes.goes_nowhere(session, post)
    assert "app password" not in account.secret
    server, incoming = post.server_of(account), post.imap_server_of(account)
    assert (server.host, server.port, server.security) == ("smtp.fastmail.com", 465, "tls")
    assert (incoming.host, incoming.port, incoming.username) == ("imap.fastmail.com", 993, "dana")
    assert server.password == incoming.password == "app password"
    assert "app password" not in repr([server, incoming, account])


def test_each_person_writes_by_their_own_mailbox_and_the_others_by_the_default(db: Database, post: Post) -> None:
    office = save(db, post, replace(FORM, address="office@stride.example"))
    lees = save(db, post, replace(FORM, address="lee@stride.example", user_id=2))
    assert (now_by(db, post).id, now_by(db, post, 1).id, now_by(db, post, 2).id) == (office, office, lees)
    mailbox_setup.make_default(db, lees, actor_id=1, now=NOW)
    assert (now_by(db, post).id, now_by(db, post, 1).id) == (lees, lees)
    mailbox_setup.remove(db, lees, actor_id=1, now=NOW)
    assert (now_by(db, post).id, now_by(db, post, 2).id) == (office, office)


def test_messages_leave_by_the_mailbox_of_who_writes_or_by_the_one_named(db: Database, post: Post) -> None:
    office = save(db, post, replace(FORM, address="office@stride.example"))
    lees = save(db, post, replace(FORM, address="lee@stride.example", user_id=2))

    def queued(key: str, actor_id: int, **given: object) -> tuple[int, str]:
        draft = Draft(MessageKind.REPLY, "Hello", "Hello", key, to_address="amos@clinic.example", **given)
        message = messages.queue(db, post, draft, actor_id=actor_id, now=NOW)
        return message.mail_account_id, message.from_address

    assert queued("1", 2) == (lees, "lee@stride.example")
    assert queued("2", 1) == (office, "office@stride.example")
    assert queued("3", 1, user_id=2) == (lees, "lee@stride.example")
    assert queued("4", 2, mail_account_id=office) == (office, "office@stride.example")
    mailbox_setup.remove(db, office, actor_id=1, now=NOW)
    assert queued("5", 2, mail_account_id=office) == (lees, "lee@stride.example")


def test_the_environment_goes_first(db: Database, tmp_path: Path) -> None:
    post = fake_post(tmp_path, FakeTransport(), environment=True)
    save(db, post)
    account = now_by(db, post)
    assert now_by(db, post, 1).id == account.id
    assert (account.preset, account.address) == ("environment", "office@stride.example")
    with pytest.raises(Refused, match="no longer set"):
        fake_post(tmp_path, FakeTransport()).transport_of(account)
    with pytest.raises(Refused, match="no incoming"):
        post.imap_server_of(account)


def test_an_environment_without_a_sender_falls_back_to_known_addresses(db: Database, tmp_path: Path) -> None:
    post = replace(fake_post(tmp_path, FakeTransport(), environment=True), environment_from="")
    assert now_by(db, post).address == "dana@stride.example"
    named = replace(post, environment=SmtpServer("smtp.example", 587, username="login@stride.example"))
    assert now_by(db, named).address == "login@stride.example"


def test_a_lost_key_file_is_about_the_mailbox_and_says_what_to_do(db: Database, post: Post, tmp_path: Path) -> None:
    """So the mailbox pauses with this sentence, instead of every message failing one by one."""
    save(db, post)
    account = now_by(db, post)
    (tmp_path / "secret.key").unlink()
    with pytest.raises(SenderProblem, match="Enter it again in mail settings"):
        post.server_of(account)


def test_the_key_file_is_for_its_owner_only_and_another_key_opens_nothing(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "deep" / "secret.key")
    sealed = vault.seal("secret")
    assert stat.S_IMODE((tmp_path / "deep" / "secret.key").stat().st_mode) == 0o600
    assert Vault(tmp_path / "deep" / "secret.key").open(sealed) == "secret"
    assert (vault.seal(""), vault.open("")) == ("", "")
    with pytest.raises(Refused, match="Enter it again"):
        Vault(tmp_path / "other.key").open(sealed)
