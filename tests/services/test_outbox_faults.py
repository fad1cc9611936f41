"""The outbox with the real transport and a server, a database or a clock that misbehaves."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from crm.domain.kinds import MessageState
from crm.domain.reasons import Reason
from crm.mail.smtp import Patience, SmtpServer, SmtpTransport
from crm.models.accounts import MailAccount
from crm.models.messages import Message
from crm.services import claims, outbox
from crm.services.mailboxes import Post
from crm.store.engine import Database
from tests.factories import NOW, FakeClock, make_business, make_mail_account, make_message, make_user
from tests.mail.smtp_server import DRIP, DROP, SILENCE, SmtpStandIn, smtp_stand_in
from tests.services.mail import FakeTransport, fake_post

HASTY = Patience(connect=2, session=2, command=2, content=2, verdict=2)


@pytest.fixture
def server() -> Iterator[SmtpStandIn]:
    with smtp_stand_in() as found:
        yield found


@pytest.fixture
def post(tmp_path: Path, server: SmtpStandIn) -> Post:
    there = SmtpServer("127.0.0.1", server.port, "none", patience=HASTY)
    post = fake_post(tmp_path, FakeTransport())
    post.open_smtp = lambda _: SmtpTransport(there)
    return post


@pytest.fixture
def account_id(sqlite_db: Database) -> int:
    with sqlite_db.write() as session:
        make_business(session)
        make_user(session)
        return make_mail_account(session, gap_seconds=0, daily_cap=0, domain_cap=0).id or 0


def queued(db: Database, account_id: int, **given: object) -> int:
    with db.write() as session:
        return make_message(session, mail_account_id=account_id, provider_id=None, **given).id or 0


def send(db: Database, post: Post, clock: FakeClock) -> int:
    return outbox.run_due(db, post, clock=clock, me="me")


def state(db: Database, message_id: int) -> tuple[MessageState, str]:
    with db.read() as session:
        found = session.get_one(Message, message_id)
        return found.state, found.state_reason


@pytest.mark.parametrize(
    ("point", "answer", "after"),
    [
        ("greeting", "421 too busy", (MessageState.QUEUED, Reason.UNREACHABLE)),
        ("greeting", "554 go away", (MessageState.QUEUED, Reason.MAILBOX_PAUSED)),
        ("greeting", DRIP, (MessageState.QUEUED, Reason.UNREACHABLE)),
        ("EHLO", DROP, (MessageState.QUEUED, Reason.UNREACHABLE)),
        ("MAIL", "550 5.1.8 sender unknown", (MessageState.QUEUED, Reason.MAILBOX_PAUSED)),
        ("RCPT", "550 5.1.1 no such user", (MessageState.FAILED, Reason.SERVER_REFUSED)),
        ("RCPT", SILENCE, (MessageState.DEFERRED, Reason.TRY_AGAIN)),
        ("DATA", "554 5.5.1 no", (MessageState.FAILED, Reason.SERVER_REFUSED)),
        ("DATA", DRIP, (MessageState.DEFERRED, Reason.TRY_AGAIN)),
        ("DOT", "554 5.6.0 not this text", (MessageState.FAILED, Reason.SERVER_REFUSED)),
        ("DOT", DROP, (MessageState.IN_DOUBT, Reason.CONNECTION_LOST)),
        ("DOT", DRIP, (MessageState.IN_DOUBT, Reason.CONNECTION_LOST)),
    ],
)
def test_what_a_server_does_at_each_command_decides_the_state(
    sqlite_db: Database, post: Post, server: SmtpStandIn, account_id: int, clock: FakeClock, point: str, answer: str,
    after: tuple[MessageState, str],
) -> None:  # fmt: skip
    message_id = queued(sqlite_db, account_id)
    server.plan(point, answer)
    send(sqlite_db, post, clock)
    assert state(sqlite_db, message_id) == after
    clock.advance(hours=2)
    send(sqlite_db, post, clock)
    assert len(server.message_ids()) <= 1


def test_put_off_and_then_taken_is_sent_once(
    sqlite_db: Database, post: Post, server: SmtpStandIn, account_id: int, clock: FakeClock
) -> None:
    message_id = queued(sqlite_db, account_id)
    server.plan("DOT", "451 4.3.0 later", "250 2.0.0 taken")
    send(sqlite_db, post, clock)
    assert state(sqlite_db, message_id)[0] is MessageState.DEFERRED
    clock.advance(minutes=15)
    send(sqlite_db, post, clock)
    assert state(sqlite_db, message_id)[0] is MessageState.SENT
    assert len(server.message_ids()) == 1


def test_a_server_that_closes_between_two_messages_costs_nothing(
    sqlite_db: Database, post: Post, server: SmtpStandIn, account_id: int, clock: FakeClock
) -> None:
    ids = [queued(sqlite_db, account_id) for _ in range(3)]
    server.plan("MAIL", "250 ok", "421 4.4.2 idle too long")
    assert send(sqlite_db, post, clock) == 3
    assert {state(sqlite_db, each)[0] for each in ids} == {MessageState.SENT}
    assert (len(set(server.message_ids())), server.connections) == (3, 2)


def test_a_refusal_in_the_middle_of_a_batch_concerns_that_message_only(
    sqlite_db: Database, post: Post, server: SmtpStandIn, account_id: int, clock: FakeClock
) -> None:
    ids = [queued(sqlite_db, account_id) for _ in range(4)]
    server.plan("RCPT", "250 ok", "550 5.1.1 no such user", "250 ok", "451 4.2.1 greylisted")
    send(sqlite_db, post, clock)
    assert [state(sqlite_db, each)[0].value for each in ids] == ["sent", "failed", "sent", "deferred"]


def test_a_message_larger_than_the_server_takes_is_not_even_tried(
    sqlite_db: Database, post: Post, server: SmtpStandIn, account_id: int, clock: FakeClock
) -> None:
    large = queued(sqlite_db, account_id, text_body="word " * 250_000)
    small = queued(sqlite_db, account_id, text_body="Grüße für Dr. Zoë")
    send(sqlite_db, post, clock)
    assert state(sqlite_db, large) == (MessageState.FAILED, Reason.SERVER_REFUSED)
    assert state(sqlite_db, small)[0] is MessageState.SENT
    assert server.taken[0].isascii(), "without 8BITMIME nothing beyond seven bits may leave"


def test_encryption_taken_out_of_the_servers_offer_pauses_the_mailbox(
    sqlite_db: Database, post: Post, server: SmtpStandIn, account_id: int, clock: FakeClock
) -> None:
    there = SmtpServer("127.0.0.1", server.port, "starttls", "dana", "secret", patience=HASTY)
    post.open_smtp = lambda _: SmtpTransport(there)
    message_id = queued(sqlite_db, account_id)
    send(sqlite_db, post, clock)
    assert state(sqlite_db, message_id) == (MessageState.QUEUED, Reason.MAILBOX_PAUSED)
    assert not any(command.startswith("AUTH") for command in server.commands)
    with sqlite_db.read() as session:
        assert "STARTTLS" in session.get_one(MailAccount, account_id).paused_reason


def test_a_full_disk_sends_nothing_that_it_could_not_write_down(
    sqlite_db: Database, post: Post, server: SmtpStandIn, account_id: int, clock: FakeClock
) -> None:
    ids = [queued(sqlite_db, account_id) for _ in range(60)]
    limit = [1_000_000]
    limited(sqlite_db, limit)
    with sqlite_db.read() as session:
        limit[0] = session.scalar(sa.text("PRAGMA page_count")) + 1
    sqlite_db.engine.dispose()
    with pytest.raises(OperationalError, match="full"):
        send(sqlite_db, post, clock)
    early = len(server.message_ids())
    limit[0] = 1_000_000
    sqlite_db.engine.dispose()
    clock.advance(hours=1)
    outbox.expire_leases(sqlite_db, now=clock())
    send(sqlite_db, post, clock)
    states = [state(sqlite_db, each)[0] for each in ids]
    assert early < 60
    assert set(states) <= {MessageState.SENT, MessageState.IN_DOUBT}
    assert states.count(MessageState.IN_DOUBT) <= 2
    assert len(server.message_ids()) == len(set(server.message_ids()))
    assert len(server.message_ids()) >= states.count(MessageState.SENT)


def limited(db: Database, limit: list[int]) -> None:
    """From the next connection on, the database may have no more pages than this."""
    sa.event.listen(db.engine, "connect", lambda dbapi, _: dbapi.execute(f"PRAGMA max_page_count={limit[0]}"))
    db.engine.dispose()


def test_a_locked_database_is_waited_for(
    sqlite_db: Database, post: Post, server: SmtpStandIn, account_id: int, clock: FakeClock
) -> None:
    ids = [queued(sqlite_db, account_id) for _ in range(3)]
    locked = threading.Event()

    def hold() -> None:
        other = sqlite3.connect(str(sqlite_db.path), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        locked.set()
        time.sleep(0.7)
        other.execute("ROLLBACK")
        other.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert locked.wait(60)
    assert send(sqlite_db, post, clock) == 3
    holder.join()
    assert {state(sqlite_db, each)[0] for each in ids} == {MessageState.SENT}


def test_a_clock_set_back_an_hour_stops_nothing_and_doubles_nothing(
    db: Database, tmp_path: Path, clock: FakeClock
) -> None:
    with db.write() as session:
        make_business(session, zone="America/Chicago")
        make_user(session)
        account_id = make_mail_account(session, gap_seconds=20, daily_cap=5, domain_cap=0).id or 0
    wire = FakeTransport()
    post = fake_post(tmp_path, wire)
    for _ in range(8):
        queued(db, account_id, due_at=NOW - timedelta(hours=2))
    for _ in range(3):
        assert send(db, post, clock) == 1
        clock.advance(seconds=20)
    clock.advance(hours=-1)
    assert send(db, post, clock) == 1, "what left in the time to come is no reason to wait"
    assert send(db, post, clock) == 0, "the pause between two mails holds on the clock as it is now"
    clock.advance(seconds=20)
    assert send(db, post, clock) == 1
    clock.advance(seconds=20)
    assert send(db, post, clock) == 0, "five a day are five a day"
    assert len(set(wire.taken)) == len(wire.taken) == 5


def test_a_lease_that_ends_by_a_wrong_clock_lets_nothing_leave_twice(
    db: Database, tmp_path: Path, clock: FakeClock
) -> None:
    with db.write() as session:
        make_business(session)
        make_user(session)
        account_id = make_mail_account(session, gap_seconds=0).id or 0
    wire = FakeTransport()
    post = fake_post(tmp_path, wire)
    message_id = queued(db, account_id)
    ticket = claims.claim(db, me="slow", now=clock())[0]
    outbox.expire_leases(db, now=clock() + timedelta(hours=1))
    assert outbox.run_due(db, post, clock=clock, me="quick") == 1
    outbox.Courier(db, post, clock, "slow").deliver(ticket)
    assert state(db, message_id)[0] is MessageState.SENT
    assert len(wire.taken) == 1
