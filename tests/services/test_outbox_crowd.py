"""Several workers at once, on both databases: limits hold, nothing is taken twice."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from crm.domain.kinds import MessageState
from crm.domain.reasons import Reason
from crm.mail.ports import Envelope, Receipt
from crm.models.messages import Message
from crm.services import outbox
from crm.store.engine import Database
from tests.factories import NOW, FakeClock, make_business, make_mail_account, make_message, make_user
from tests.services.mail import FakeTransport, fake_post

WORKERS = 4


@pytest.fixture
def accounts(db: Database) -> list[int]:
    with db.write() as session:
        make_business(session, zone="America/Chicago")
        make_user(session)
        limits = {"daily_cap": 12, "domain_cap": 3}
        return [make_mail_account(session, gap_seconds=gap, **limits).id or 0 for gap in (0, 0, 20)]


def queue(db: Database, accounts: list[int], count: int) -> None:
    with db.write() as session:
        for n in range(count):
            make_message(
                session, mail_account_id=accounts[n % len(accounts)], provider_id=None,
                to_address=f"p{n}@clinic{n // 3 % 6}.example",
            )  # fmt: skip


def crowd(db: Database, post: object, clock: FakeClock) -> None:
    """Every worker goes until it finds nothing more."""
    together = threading.Barrier(WORKERS)
    failures: list[BaseException] = []

    def work(name: str) -> None:
        together.wait(60)
        try:
            for _ in range(3):
                outbox.run_due(db, post, clock=clock, me=name)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"worker{n}",)) for n in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert failures == []


class SharedWire(FakeTransport):
    """Taken by several threads at once."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def send(self, envelope: Envelope, before_data: object) -> Receipt:
        before_data()
        with self._lock:
            self.taken.append(envelope.message_id)
        return Receipt(250, "taken")


def test_four_workers_keep_every_limit_and_send_nothing_twice(
    db: Database, tmp_path: Path, accounts: list[int], clock: FakeClock
) -> None:
    queue(db, accounts, 60)
    wire = SharedWire()
    crowd(db, fake_post(tmp_path, wire), clock)
    assert len(wire.taken) == len(set(wire.taken))
    with db.read() as session:
        messages = session.exec(select(Message)).all()
    sent = [each for each in messages if each.state is MessageState.SENT]
    assert {each.message_id for each in sent} == set(wire.taken)
    by_account = Counter(each.mail_account_id for each in sent)
    assert by_account == {accounts[0]: 12, accounts[1]: 12, accounts[2]: 1}
    domains = Counter((each.mail_account_id, each.to_address.partition("@")[2]) for each in sent)
    assert max(domains.values()) <= 3
    waiting = [each for each in messages if each.state is not MessageState.SENT]
    assert {each.state for each in waiting} == {MessageState.QUEUED}
    assert {each.state_reason for each in waiting if each.mail_account_id != accounts[2]} <= {
        Reason.DAILY_CAP, Reason.DOMAIN_CAP,
    }  # fmt: skip


def test_a_paused_mailbox_keeps_its_mail_while_the_others_send(
    db: Database, tmp_path: Path, accounts: list[int], clock: FakeClock
) -> None:
    from crm.models.accounts import MailAccount

    with db.write() as session:
        session.get_one(MailAccount, accounts[0]).paused_at = NOW
    queue(db, accounts, 12)
    wire = SharedWire()
    crowd(db, fake_post(tmp_path, wire), clock)
    with db.read() as session:
        states = Counter((each.mail_account_id, each.state) for each in session.exec(select(Message)))
    assert states[accounts[0], MessageState.QUEUED] == 4
    assert states[accounts[1], MessageState.SENT] == 4


def test_a_laptop_that_slept_wakes_to_a_review_not_a_burst(
    db: Database, tmp_path: Path, accounts: list[int], clock: FakeClock
) -> None:
    queue(db, accounts, 30)
    wire = SharedWire()
    crowd(db, fake_post(tmp_path, wire), FakeClock(NOW + timedelta(days=3)))
    assert wire.taken == []
    with db.read() as session:
        assert {each.state_reason for each in session.exec(select(Message))} == {Reason.OVERDUE}
