"""What was sent can be made again from its row alone: the same bytes."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sqlmodel import select

from crm.domain.inbox import tokens_in
from crm.domain.kinds import MessageKind, MessageState
from crm.models.messages import Message, MessageAttachment, MessageAttempt, StoredFile
from crm.services import letters, outbox
from crm.services.letters import UnwritableError
from crm.store import messages as store
from crm.store.engine import Database
from tests.factories import (
    NOW,
    FakeClock,
    make_business,
    make_mail_account,
    make_message,
    make_stored_file,
    make_template_version,
    make_user,
)
from tests.services.mail import FakeTransport, fake_post

PDF = b"%PDF-1.7 a sample"


def test_the_bytes_that_left_are_made_again_from_rows(db: Database, tmp_path: Path) -> None:
    wire = FakeTransport()
    post = fake_post(tmp_path, wire)
    message_id = sendable(db, tmp_path, post.files)
    clock = FakeClock()
    wire.on_data = lambda: clock.advance(seconds=7)
    outbox.run_due(db, post, clock=clock, me="me")
    clock.advance(days=400)
    with db.read() as session:
        message = session.get_one(Message, message_id)
        assert message.state is MessageState.SENT
        assert letters.rebuilt(session, post, message) == wire.contents[0]
        attempt = session.exec(select(MessageAttempt)).one()
        assert (attempt.code, attempt.reply, attempt.result) == (250, "taken", "sent")
        assert attempt.ended_at - attempt.started_at == timedelta(seconds=7)
        assert (message.template_version_id, message.merge_values) == (1, {"provider.dear": "Dr. Okafor"})
        [(_, file)] = store.files(session, message_id)
        assert file.sha256 == hashlib.sha256(PDF).hexdigest()
    parsed = message_from_bytes(wire.contents[0], policy=default)
    assert [part.get_content() for part in parsed.iter_attachments()] == [PDF]


def sendable(db: Database, folder: Path, files: Path) -> int:
    with db.write() as session:
        make_business(session)
        make_user(session)
        account = make_mail_account(session, gap_seconds=0)
        version = make_template_version(session)
        digest = hashlib.sha256(PDF).hexdigest()
        file: StoredFile = make_stored_file(session, sha256=digest, mime="application/pdf", name="sample.pdf")
        message = make_message(
            session, mail_account_id=account.id, provider_id=None, template_version_id=version.id,
            merge_values={"provider.dear": "Dr. Okafor"}, html_body="<p>Héllo</p>", text_body="Héllo",
            unsubscribe_url="https://handoff.example/u/x", in_reply_to="<first@stride.example>",
        )  # fmt: skip
        session.add(MessageAttachment(message_id=message.id, stored_file_id=file.id, name="Your sample.pdf"))
        files.mkdir(parents=True)
        (files / digest).write_bytes(PDF)
        return message.id or 0


def test_a_lost_attachment_is_said_when_it_is_made_again(sqlite_db: Database, tmp_path: Path) -> None:
    post = fake_post(tmp_path, FakeTransport())
    message_id = sendable(sqlite_db, tmp_path, post.files)
    next(post.files.iterdir()).unlink()
    with sqlite_db.read() as session, pytest.raises(UnwritableError):
        letters.rebuilt(session, post, session.get_one(Message, message_id))


@pytest.mark.parametrize("token", ["abcDEF0123456789_-xyz", "-0123456789abcdef", "0123456789abcdef--", "_" * 32])
def test_without_a_public_address_the_mail_offers_an_address_whose_subject_the_inbox_honours(
    sqlite_db: Database, tmp_path: Path, token: str
) -> None:
    with sqlite_db.write() as session:
        make_business(session)
        account = make_mail_account(session)
        message = make_message(
            session, mail_account_id=account.id, provider_id=None, unsubscribe_token=token, unsubscribe_url="",
            kind=MessageKind.OUTREACH, claimed_at=NOW,
        )  # fmt: skip
        raw = letters.rebuilt(session, fake_post(tmp_path, FakeTransport()), message)
    headers = message_from_bytes(raw, policy=default)
    assert headers["List-Unsubscribe-Post"] is None
    offered = headers["List-Unsubscribe"]
    assert offered.startswith("<mailto:dana@stride.example?subject=unsubscribe%20")
    subject = offered.partition("subject=")[2].rstrip(">").replace("%20", " ")
    assert tokens_in(subject, ()) == [token]
