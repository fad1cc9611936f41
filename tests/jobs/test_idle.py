"""Waiting for mail beside the worker: a nudge, reconnecting, and gone in time."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from crm.bootstrap import Handoff, utc_now
from crm.config import Settings
from crm.jobs import idle
from crm.jobs.schedule import JOBS
from crm.jobs.worker import Worker
from crm.mail.ports import NoWaiting, Phase, Retryable, SenderProblem
from crm.models.accounts import Chore, MailAccount
from crm.models.inbound import InboundMessage, MailReading
from crm.services import reading_settings
from crm.services.mailboxes import imap_mailbox
from crm.store.engine import Database
from tests.mail.imap_server import PASSWORD, Dovecot
from tests.services.mailbox import FakeMailbox, mail, make_read_account, reading_post


class WaitingBox(FakeMailbox):
    """Waits until it is nudged or asked to end."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = threading.Event()
        self.waiting = threading.Event()

    def wait(self, seconds: float, ended: Callable[[], bool]) -> bool:
        self._called("wait")
        self.waiting.set()
        while not ended():
            if self.arrived.wait(0.02):
                self.arrived.clear()
                return True
        return False


class House:
    """A wired business with one mailbox, long not due."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db = db
        self.box = WaitingBox()
        post = reading_post(folder, self.box)
        settings = Settings(data_dir=folder, database_url=str(db.url))
        self.handoff = Handoff(settings=settings, db=db, given_post=post)
        with db.write() as session:
            self.account_id = make_read_account(session).id or 0
            reading_settings.configure(session, self.account_id, enabled=True, now=utc_now())
        self.later()

    def later(self) -> None:
        with self.db.write() as session:
            session.get_one(MailReading, self.account_id).due_at = utc_now() + timedelta(hours=1)

    def is_due(self) -> bool:
        with self.db.read() as session:
            return session.get_one(MailReading, self.account_id).due_at <= utc_now()


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    return House(db, tmp_path)


HASTY = idle.Pace(look=0.05, rests=(0.05,))


def until(what: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.02)
    return what()


def test_mail_that_arrives_makes_the_mailbox_due(house: House) -> None:
    stop = threading.Event()
    with idle.waiting(house.handoff, stop, "one"):
        assert house.box.waiting.wait(60)
        assert house.is_due()  # for what came while nobody waited
        house.later()
        house.box.arrived.set()
        assert until(house.is_due)
        stop.set()
    assert house.box.closed == 1


def test_only_one_of_several_workers_waits(house: House) -> None:
    stop = threading.Event()
    with idle.waiting(house.handoff, stop, "one"):
        assert house.box.waiting.wait(60)
        opened = house.box.calls.count("open")
        with idle.waiting(house.handoff, stop, "two"):
            time.sleep(0.3)
            assert house.box.calls.count("open") == opened
            stop.set()
    with house.db.read() as session:
        assert session.get_one(Chore, f"idle:{house.account_id}").lease_owner == ""


def test_a_broken_connection_is_made_again(house: House) -> None:
    house.box.fail("wait", Retryable(Phase.READ, None, "reset"))
    house.box.fail("open", Retryable(Phase.READ, None, "reset"))
    stop = threading.Event()
    with idle.waiting(house.handoff, stop, "one", HASTY):
        assert until(lambda: house.box.calls.count("open") >= 3)
        assert house.box.waiting.wait(60)
        stop.set()


@pytest.mark.parametrize(
    "error", [NoWaiting(Phase.READ, None, "no IDLE"), SenderProblem(Phase.AUTH, None, "no")], ids=["no-idle", "refused"]
)
def test_where_waiting_has_no_use_it_is_left_to_the_tick(house: House, error: Exception) -> None:
    house.box.fail("wait", error)
    stop = threading.Event()
    with idle.waiting(house.handoff, stop, "one"):
        assert until(lambda: house.box.closed == 1)
        time.sleep(0.2)
        assert house.box.calls.count("open") == 1
        stop.set()


def test_a_mailbox_that_is_switched_off_is_waited_for_no_longer(house: House) -> None:
    stop = threading.Event()
    with idle.waiting(house.handoff, stop, "one", HASTY):
        assert house.box.waiting.wait(60)
        with house.db.write() as session:
            reading_settings.configure(session, house.account_id, enabled=True, idle=False, now=utc_now())
        assert until(lambda: house.box.closed == 1)
        stop.set()


def test_it_ends_in_time_even_when_the_server_hangs(house: House) -> None:
    hanging, released = threading.Event(), threading.Event()

    def hang(*_: object) -> bool:
        hanging.set()
        released.wait(60)
        return False

    house.box.wait = hang  # type: ignore[method-assign]
    stop = threading.Event()
    with idle.waiting(house.handoff, stop, "one"):
        assert hanging.wait(60)
        began = time.monotonic()
        stop.set()
    assert time.monotonic() - began < 15
    released.set()
    for thread in threading.enumerate():
        if thread.name == "idle":
            thread.join(60)


def test_the_worker_reads_what_arrives_and_stops_in_time(
    sqlite_db: Database, tmp_path: Path, imap_server: Dovecot
) -> None:
    user = f"w{secrets.token_hex(4)}"
    house = House(sqlite_db, tmp_path)
    post = house.handoff.post
    post.open_imap = imap_mailbox
    with sqlite_db.write() as session:
        account = session.get_one(MailAccount, house.account_id)
        account.imap_host, account.imap_port, account.imap_security = "127.0.0.1", imap_server.port, "none"
        account.username, account.secret = user, post.vault.seal(PASSWORD)
        session.get_one(MailReading, house.account_id).due_at = utc_now()
    jobs = [job for job in JOBS if job.name == "read_mail"]
    worker = Worker(house.handoff, jobs)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        assert until(lambda: read_at(sqlite_db, house) is not None)
        assert until(lambda: is_waiting(sqlite_db, house))
        time.sleep(0.5)
        imap_server.deliver(mail("Now", at=utc_now()), user)
        assert until(lambda: "Now" in words(sqlite_db))  # long before the next tick
    finally:
        began = time.monotonic()
        worker.stop.set()
        thread.join(60)
    assert time.monotonic() - began < 15
    assert not thread.is_alive()


def read_at(db: Database, house: House) -> object:
    with db.read() as session:
        return session.get_one(MailReading, house.account_id).read_at


def is_waiting(db: Database, house: House) -> bool:
    with db.read() as session:
        chore = session.get(Chore, f"idle:{house.account_id}")
        return chore is not None and chore.lease_owner != ""


def words(db: Database) -> list[str]:
    with db.read() as session:
        return list(session.exec(select(InboundMessage.reply_text)).all())
