"""Passwords and tokens: never in the clear in the database, a backup, a log, a page or a printed object."""

from __future__ import annotations

import logging
import zipfile
from pathlib import Path

import pytest
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.domain.mail_kinds import SignInState
from crm.mail.ports import MailError
from crm.models.accounts import MailAccount
from crm.models.sign_ins import MailGrant, MailSignIn
from crm.services import backup, doctor, mailbox_checks, sign_ins
from crm.services.sign_ins import Begin
from tests.factories import NOW, FakeClock, make_mail_account
from tests.mail.identity_server import CLIENT_ID, identity_stand_in
from tests.mail.smtp_server import smtp_stand_in

SECRETS = ("hunter2-password", "access-1", "access-2", "refresh-1", "refresh-2", "client-s3cret", "device-1")


def told(text: str) -> list[str]:
    """Which secrets a text gives away."""
    return [secret for secret in SECRETS if secret in text]


@pytest.fixture
def lived_in(handoff: Handoff, clock: FakeClock, caplog: pytest.LogCaptureFixture) -> Handoff:
    """A mailbox with a password that fails, one by token whose renewal has failed, and sign-ins of both ways."""
    caplog.set_level(logging.DEBUG)
    db, post = handoff.db, handoff.post
    with identity_stand_in() as identity, smtp_stand_in() as smtp:
        post.services = identity.services()
        identity.secret = "client-s3cret"
        begin = Begin("microsoft", "device", "lee@outlook.com", CLIENT_ID, "client-s3cret")
        for _ in range(2):
            sign_in_id = sign_ins.begin(db, post, begin, actor_id=1, now=clock())
            begin = Begin("google", "return", "x@gmail.com", CLIENT_ID, "client-s3cret", "http://127.0.0.1/answer")
            with db.read() as session:
                row = sign_ins.one(session, sign_in_id, user_id=1)
            if row.way == "device":
                identity.allow(row.user_code)
                clock.advance(seconds=6)
                sign_ins.poll(db, post, row, now=clock())
        with db.write() as session:
            make_mail_account(session, smtp_host="127.0.0.1", smtp_port=smtp.port, smtp_security="none", preset="other",
                              username="dana", secret=post.vault.seal("hunter2-password"))  # fmt: skip
            account = session.get_one(MailAccount, 1)
            account.smtp_host, account.smtp_port, account.smtp_security = "127.0.0.1", smtp.port, "none"
            session.add(account)
        clock.advance(hours=2)
        smtp.takes_token = lambda token: False
        for account_id in (1, 2):
            mailbox_checks.check(db, post, account_id, now=clock())
        identity.withdraw()
        clock.advance(hours=2)
        mailbox_checks.check(db, post, 1, now=clock())
    with db.read() as session:
        assert session.get_one(MailGrant, 1).failed_at is not None
        assert session.get_one(MailSignIn, 1).state is SignInState.GRANTED
    return handoff


def test_the_log_tells_none(lived_in: Handoff, caplog: pytest.LogCaptureFixture) -> None:
    assert told(caplog.text) == []


def test_neither_do_the_database_nor_a_backup(lived_in: Handoff, tmp_path: Path) -> None:
    saved = backup.save(lived_in.db, tmp_path, tmp_path / "all.zip", now=NOW)
    with zipfile.ZipFile(saved.path) as whole:
        for name in whole.namelist():
            assert told(whole.read(name).decode("latin-1")) == [], name


def test_nor_what_is_printed_while_looking_for_a_fault(lived_in: Handoff) -> None:
    with lived_in.db.read() as session:
        rows = [row for table in (MailAccount, MailGrant, MailSignIn) for row in session.exec(select(table)).all()]
    post = lived_in.post
    servers = [post.server_of(each) for each in rows if isinstance(each, MailAccount)]
    assert told(repr([rows, servers, post, lived_in, lived_in.settings])) == []


def test_nor_the_check_up_nor_errors(lived_in: Handoff, clock: FakeClock) -> None:
    found = doctor.at_home(lived_in.surroundings(), now=clock())
    assert told(repr(found)) == []
    assert lived_in.post.tokens is not None
    with pytest.raises(MailError) as caught:
        lived_in.post.tokens(1)()
    assert told(repr(caught.value) + str(caught.value)) == []


def test_a_lost_key_file_leads_to_a_clear_message(lived_in: Handoff, tmp_path: Path, clock: FakeClock) -> None:
    """The mailbox can be set up again; nothing else is lost with the key."""
    (tmp_path / "secret.key").unlink()
    tried = mailbox_checks.check(lived_in.db, lived_in.post, 2, now=clock())
    assert "Enter it again in mail settings" in tried[0].said
