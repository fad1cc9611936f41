"""The outbox when our own side fails: the database, the disk, an attachment, a bug."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from crm.domain.kinds import MessageKind, MessageState
from crm.domain.reasons import Reason
from crm.models.messages import Message
from crm.services import claims, messages, outbox
from crm.services.mailboxes import Post
from crm.services.messages import Draft
from crm.store.engine import Database
from tests.factories import (
    NOW,
    FakeClock,
    make_business,
    make_mail_account,
    make_message,
    make_provider,
    make_stored_file,
    make_user,
)
from tests.services.mail import FakeTransport, fake_post


class FullDisk:
    """The database, of which some writes fail as they do on a full disk."""

    def __init__(self, db: Database, *, failing: range) -> None:
        self._db = db
        self._failing = failing
        self.writes = 0

    @contextlib.contextmanager
    def write(self, **given: Any) -> Iterator[Session]:
        self.writes += 1
        if self.writes - 1 in self._failing:
            raise OperationalError("COMMIT", {}, Exception("database or disk is full"))
        with self._db.write(**given) as session:
            yield session

    @contextlib.contextmanager
    def at_once(self) -> Iterator[Connection]:
        self.writes += 1
        if self.writes - 1 in self._failing:
            raise OperationalError("COMMIT", {}, Exception("database or disk is full"))
        with self._db.at_once() as connection:
            yield connection

    def read(self) -> contextlib.AbstractContextManager[Session]:
        return self._db.read()


@pytest.fixture
def post(tmp_path: Path, wire: FakeTransport) -> Post:
    return fake_post(tmp_path, wire, environment=True)


@pytest.fixture
def message_id(sqlite_db: Database) -> int:
    with sqlite_db.write() as session:
        make_business(session)
        make_user(session)
        account = make_mail_account(session, gap_seconds=0)
        return make_message(session, mail_account_id=account.id, provider_id=None).id or 0


def state(db: Database, message_id: int) -> tuple[MessageState, str]:
    with db.read() as session:
        found = session.get_one(Message, message_id)
        return found.state, found.state_reason


def deliver(db: Database, post: Post, *, failing: range) -> list[float]:
    """Deliver the one message that is due; write 0 says in_data, the next ones settle. Gives the waits between."""
    ticket = claims.claim(db, me="me", now=NOW)[0]
    waits: list[float] = []
    broken: Any = FullDisk(db, failing=failing)
    outbox.Courier(broken, post, FakeClock(), "me", pause=waits.append).deliver(ticket)
    return waits


def test_what_a_server_has_taken_is_written_down_as_soon_as_the_disk_allows(
    sqlite_db: Database, post: Post, wire: FakeTransport, message_id: int
) -> None:
    assert deliver(sqlite_db, post, failing=range(1, 3)) == [0.1, 1.0]
    assert state(sqlite_db, message_id)[0] is MessageState.SENT


def test_a_disk_that_stays_full_leaves_a_doubt_and_no_second_mail(
    sqlite_db: Database, post: Post, wire: FakeTransport, message_id: int
) -> None:
    with pytest.raises(OperationalError):
        deliver(sqlite_db, post, failing=range(1, 99))
    assert state(sqlite_db, message_id)[0] is MessageState.IN_DATA
    later = FakeClock(NOW + timedelta(hours=1))
    outbox.expire_leases(sqlite_db, now=later())
    assert outbox.run_due(sqlite_db, post, clock=later, me="me") == 0
    assert state(sqlite_db, message_id) == (MessageState.IN_DOUBT, Reason.WORKER_ENDED)
    assert len(wire.taken) == 1


def test_a_disk_that_is_full_before_data_sends_nothing(
    sqlite_db: Database, post: Post, wire: FakeTransport, message_id: int
) -> None:
    with pytest.raises(OperationalError):
        deliver(sqlite_db, post, failing=range(99))
    assert wire.taken == []
    outbox.expire_leases(sqlite_db, now=NOW + timedelta(hours=1))
    assert state(sqlite_db, message_id) == (MessageState.QUEUED, Reason.LEASE_EXPIRED)


def test_a_bug_before_data_puts_the_message_aside_so_that_others_leave(
    sqlite_db: Database, post: Post, wire: FakeTransport, message_id: int
) -> None:
    def fail() -> None:
        raise RuntimeError("a bug")

    wire.on_data = fail
    with pytest.raises(RuntimeError):
        outbox.run_due(sqlite_db, post, clock=FakeClock(), me="me")
    assert state(sqlite_db, message_id) == (MessageState.QUEUED, Reason.TROUBLE)
    with sqlite_db.read() as session:
        assert session.get_one(Message, message_id).due_at == NOW + timedelta(minutes=15)


def test_a_bug_with_one_message_does_not_keep_the_rest_of_its_batch(
    db: Database, post: Post, wire: FakeTransport
) -> None:
    with db.write() as session:
        make_business(session)
        make_user(session)
        account_id = make_mail_account(session, gap_seconds=0).id
        ids = [make_message(session, mail_account_id=account_id, provider_id=None).id or 0 for _ in range(3)]
    passed: list[int] = []

    def fail_first() -> None:
        passed.append(1)
        if len(passed) == 1:
            raise RuntimeError("a bug")

    wire.on_data = fail_first
    with pytest.raises(RuntimeError):
        outbox.run_due(db, post, clock=FakeClock(), me="me")
    assert [state(db, each)[0] for each in ids] == [MessageState.QUEUED] * 3
    outbox.run_due(db, post, clock=FakeClock(), me="another")
    assert [state(db, each)[0] for each in ids] == [MessageState.QUEUED, MessageState.SENT, MessageState.SENT]


def test_an_attachment_goes_with_its_message_and_a_lost_one_stops_it(
    sqlite_db: Database, post: Post, wire: FakeTransport, message_id: int
) -> None:
    with sqlite_db.write() as session:
        file = make_stored_file(session, name="sample.pdf")
        provider = make_provider(session, email="g.okafor@bayou.example")
    draft = Draft(
        MessageKind.OUTREACH, "With a sample", "Here it is.", "manual:1", provider_id=provider.id,
        files=[(file.id or 0, "")],
    )  # fmt: skip
    message = messages.queue(sqlite_db, post, draft, actor_id=1, now=NOW - timedelta(minutes=1))
    again = messages.queue(sqlite_db, post, Draft(**{**vars(draft), "dedupe_key": "manual:2"}), actor_id=1, now=NOW)
    post.files.mkdir()
    (post.files / file.sha256).write_bytes(b"%PDF-1.7 sample")
    outbox.run_due(sqlite_db, post, clock=FakeClock(), me="me")
    assert state(sqlite_db, message.id or 0)[0] is MessageState.SENT
    assert any(b'filename="sample.pdf"' in content for content in wire.contents)
    (post.files / file.sha256).unlink()
    outbox.run_due(sqlite_db, post, clock=FakeClock(NOW + timedelta(hours=1)), me="me")
    assert state(sqlite_db, again.id or 0) == (MessageState.FAILED, Reason.UNWRITABLE)


def test_one_message_is_sent_at_once_only_when_it_may(
    sqlite_db: Database, post: Post, wire: FakeTransport, message_id: int
) -> None:
    assert not outbox.run_one(sqlite_db, post, 999, clock=FakeClock(), me="me")
    assert not outbox.run_one(sqlite_db, post, message_id, clock=FakeClock(NOW - timedelta(days=1)), me="me")
    late = FakeClock(NOW + timedelta(days=2))
    assert not outbox.run_one(sqlite_db, post, message_id, clock=late, me="me")
    assert state(sqlite_db, message_id) == (MessageState.HELD, Reason.OVERDUE)
