"""When jobs run: at the tick, at the earliest due row, soon after another process commits, and not after a stop."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from crm.bootstrap import Handoff
from crm.config import Settings
from crm.domain.kinds import MessageState
from crm.jobs.pulse import EveryNth, SqlitePulse, pulse_of
from crm.jobs.schedule import JOBS, Job, Turn, after, at_hour_utc
from crm.jobs.worker import Worker
from crm.models.messages import Message
from crm.store import chores
from crm.store.engine import Database
from tests.factories import NOW, make_business, make_mail_account, make_message


@pytest.fixture
def real(sqlite_db: Database, tmp_path: Path) -> Handoff:
    """Wired with the real clock: the worker is an entry point."""
    return Handoff(settings=Settings(data_dir=tmp_path, database_url=str(sqlite_db.url)), db=sqlite_db)


class Log:
    """Counts runs, and can be waited for."""

    def __init__(self) -> None:
        self.runs = 0
        self.ran = threading.Event()

    def work(self, turn: Turn) -> int:
        self.runs += 1
        self.ran.set()
        return 1

    def wait(self, seconds: float = 60) -> bool:
        found = self.ran.wait(seconds)
        self.ran.clear()
        return found


@contextmanager
def running(handoff: Handoff, *jobs: Job) -> Iterator[Worker]:
    worker = Worker(handoff, jobs)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop.set()
        thread.join(60)
        assert not thread.is_alive()


def test_every_job_runs_at_the_start(real: Handoff) -> None:
    log = Log()
    with running(real, Job("one", log.work)):
        assert log.wait()


def test_a_job_is_brought_forward_when_another_connection_makes_something_due(
    real: Handoff, sqlite_db: Database
) -> None:
    log, due = Log(), []

    def next_due(session: Session) -> datetime | None:
        return due[0] if due else None

    with running(real, Job("one", log.work, every=timedelta(hours=1), next_due=next_due)):
        assert log.wait()
        time.sleep(0.4)
        other = Database(str(sqlite_db.url))
        due.append(datetime.now(UTC))
        with other.write() as session:
            make_business(session)
        assert log.wait()  # the tick comes in an hour; LOOK_SECONDS says how soon the look does
        other.dispose()


def test_a_job_runs_when_its_earliest_row_is_due(real: Handoff) -> None:
    log = Log()
    due_at = datetime.now(UTC) + timedelta(seconds=1.5)
    with running(real, Job("one", log.work, every=timedelta(hours=1), next_due=lambda session: due_at)):
        assert log.wait()
        assert log.wait()
        assert datetime.now(UTC) >= due_at


def test_rows_that_stay_due_do_not_spin_a_job(real: Handoff) -> None:
    log = Log()
    began = time.monotonic()
    with running(real, Job("one", log.work, next_due=lambda session: NOW)):
        time.sleep(1.6)
    assert log.runs <= time.monotonic() - began + 2


def test_a_job_that_fails_does_not_end_the_worker(real: Handoff, caplog: pytest.LogCaptureFixture) -> None:
    log = Log()

    def fail(turn: Turn) -> int:
        raise LookupError("no such thing")

    with running(real, Job("bad", fail), Job("good", log.work, next_due=lambda session: NOW)):
        assert log.wait()
        assert log.wait()
    assert any('job=bad error="LookupError: no such thing"' in record.message for record in caplog.records)


def test_a_stop_waits_for_a_job_that_must_finish(real: Handoff) -> None:
    began, ended = threading.Event(), []

    def slow(turn: Turn) -> int:
        began.set()
        while not turn.stopping():
            time.sleep(0.01)
        time.sleep(0.2)
        ended.append("finished")
        return 1

    with running(real, Job("mail", slow, finishes=True)) as worker:
        assert began.wait(60)
        worker.stop.set()
    assert ended == ["finished"]


def test_a_chore_is_done_by_one_worker_and_then_waits_for_its_next_time(real: Handoff) -> None:
    log = Log()
    job = Job("tidy", log.work, every=timedelta(seconds=1), chore=after(timedelta(hours=1)))
    with running(real, job), running(real, job):
        assert log.wait()
        time.sleep(1.5)
    assert log.runs == 1
    with real.db.read() as session:
        next_at = chores.next_due(session, "tidy")
    assert next_at is not None
    assert next_at > datetime.now(UTC) + timedelta(minutes=59)


def test_a_clock_set_back_does_not_put_a_job_to_sleep(real: Handoff) -> None:
    log, ahead = Log(), [timedelta(hours=1)]
    real.clock = lambda: datetime.now(UTC) + ahead[0]
    with running(real, Job("one", log.work, every=timedelta(seconds=2))):
        ahead[0] = timedelta()
        assert log.wait()


def test_after_a_crash_messages_of_a_dead_worker_here_are_free_at_once(real: Handoff) -> None:
    host = socket.gethostname()[:20]
    held = {"state": MessageState.CLAIMED, "lease_until": NOW + timedelta(days=400)}
    with real.db.write() as session:
        make_business(session)
        account_id = make_mail_account(session).id
        dead = make_message(session, mail_account_id=account_id, lease_owner=f"{host}/4194999/aa", **held).id
        alive = make_message(session, mail_account_id=account_id, lease_owner=f"{host}/{os.getpid()}/aa", **held).id
        away = make_message(session, mail_account_id=account_id, lease_owner="elsewhere/4194999/aa", **held).id
    with running(real):
        time.sleep(0.1)
    with real.db.read() as session:
        states = [session.get_one(Message, each).state for each in (dead, alive, away)]
    assert states == [MessageState.QUEUED, MessageState.CLAIMED, MessageState.CLAIMED]


def test_the_pulse_of_sqlite_feels_other_connections_only(sqlite_db: Database) -> None:
    pulse = pulse_of(sqlite_db.engine)
    assert isinstance(pulse, SqlitePulse)
    assert not pulse.changed()
    with sqlite_db.write() as session:
        make_business(session)
    assert pulse.changed()
    assert not pulse.changed()
    pulse.close()


def test_other_databases_are_looked_at_once_a_second() -> None:
    pulse = EveryNth(4)
    assert [pulse.changed() for _ in range(8)] == [False, False, False, True, False, False, False, True]


def test_nights_come_once_a_day() -> None:
    assert at_hour_utc(8)(NOW) == NOW.replace(hour=8) + timedelta(days=1)
    assert at_hour_utc(18)(NOW) == NOW.replace(hour=18)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_job_of_the_schedule_runs_on_an_empty_business(job: Job, real: Handoff) -> None:
    clock: Callable[[], datetime] = lambda: NOW  # noqa: E731
    made = {"nightly_copy": 1, "make_sequences": 4}
    assert job.work(Turn(real, clock, "me", lambda: False)) == made.get(job.name, 0)
    if job.next_due is not None:
        with real.db.read() as session:
            assert job.next_due(session) is None
