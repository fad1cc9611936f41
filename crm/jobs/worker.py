"""The worker: fixed ticks by APScheduler, brought forward to the earliest due row.

A nudge (a row became due, somebody committed) is only a hint; the tick is the truth. Nothing is kept here that a kill
could lose: due work is rows, and a job that dies is run again.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlmodel import Session

from crm.bootstrap import Handoff
from crm.jobs.log import line
from crm.jobs.pulse import Pulse, pulse_of
from crm.jobs.schedule import JOBS, Job, Turn
from crm.services import chores, outbox, reading_leases
from crm.store import chores as chore_rows

log = logging.getLogger("handoff.jobs")

LOOK_SECONDS = 0.25
"""How often the main thread asks the pulse: work queued by another process starts within this and a little."""

LEAST_REST = timedelta(seconds=1)
"""Between two runs of one job, so that rows which stay due can't spin it."""

LONGEST_REST = timedelta(minutes=5)
"""After failures the rest doubles from `LEAST_REST` up to this."""

PATIENCE_SECONDS = 120.0
"""How long a stop waits for jobs that must finish what they have in hand."""


@dataclass
class Lane:
    """One job's place in this worker: is it running, and how soon may a nudge start it again."""

    job: Job
    running: bool = False
    failures: int = 0
    rested_at: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    def rest(self, now: datetime) -> None:
        self.rested_at = now + min(LEAST_REST * 2 ** min(self.failures, 10), LONGEST_REST)


class Worker:
    """Runs the jobs of the schedule until `stop` is set."""

    def __init__(
        self,
        handoff: Handoff,
        jobs: Sequence[Job] = JOBS,
        *,
        pulse: Pulse | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        self.handoff = handoff
        self.clock = handoff.clock
        self.stop = stop or threading.Event()
        self.me = f"{socket.gethostname()[:20]}/{os.getpid()}/{secrets.token_hex(4)}"
        self._pulse = pulse or pulse_of(handoff.db.engine)
        self._again = True
        self._jobs = tuple(jobs)
        self._lanes = {job.name: Lane(job) for job in jobs}
        self._scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(max_workers=4)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )

    def run(self) -> bool:
        """Work until stopped. False when a job was still busy at the end; killing it is safe, rows say what is open."""
        now = self.clock()
        chores.ensure(self.handoff.db, {job.name: job.first_at(now) for job in self._jobs if job.chore})
        self._free_what_died_here()
        for lane in self._lanes.values():
            every = lane.job.every.total_seconds()
            self._scheduler.add_job(
                self._turn, "interval", args=[lane], id=lane.job.name, seconds=every, next_run_time=now
            )
        self._scheduler.start()
        log.info(line(event="worker_started", jobs=len(self._jobs), pid=os.getpid()))
        with self._beside():
            while not self.stop.wait(LOOK_SECONDS):
                self.look()
        self._scheduler.shutdown(wait=False)
        return self._finish()

    def _beside(self) -> AbstractContextManager[None]:
        """What runs beside the ticks: waiting for mail, where it is read."""
        if "read_mail" not in self._lanes:
            return nullcontext()
        from crm.jobs import idle

        return idle.waiting(self.handoff, self.stop, self.me)

    def _free_what_died_here(self) -> None:
        """After a crash on the one machine that SQLite has, nobody needs to wait for leases of dead workers to end."""
        if self.handoff.db.is_sqlite:
            outbox.expire_leases(self.handoff.db, now=self.clock(), gone=_is_gone)
            reading_leases.free_dead(self.handoff.db, _is_gone, now=self.clock())

    def look(self) -> None:
        """Bring forward what has become due, and pull back what a clock set back has pushed too far away."""
        now = self.clock()
        if self._pulse.changed() or self._again:
            self._again = False
            self._bring_forward(self._due_times())
        for lane in self._lanes.values():
            self._start_by(lane, now + lane.job.every)

    def _due_times(self) -> dict[str, datetime]:
        try:
            with self.handoff.db.read() as session:
                found = {name: next_due(lane.job, session) for name, lane in self._lanes.items()}
        except Exception as error:  # the database may be away for a moment: the ticks go on
            log.warning(line(event="look", error=f"{type(error).__name__}: {error}"))
            return {}
        return {name: due_at for name, due_at in found.items() if due_at is not None}

    def _bring_forward(self, due_times: dict[str, datetime]) -> None:
        for name, due_at in due_times.items():
            lane = self._lanes[name]
            self._start_by(lane, max(due_at, lane.rested_at))

    def _start_by(self, lane: Lane, start_at: datetime) -> None:
        planned = self._scheduler.get_job(lane.job.name)
        if planned is None or lane.running or planned.next_run_time <= start_at:
            return
        self._scheduler.modify_job(lane.job.name, next_run_time=start_at)

    def _turn(self, lane: Lane) -> None:
        if self.stop.is_set():
            return
        lane.running, began = True, time.monotonic()
        try:
            count = run(lane.job, Turn(self.handoff, self.clock, self.me, self.stop.is_set))
        except Exception as error:  # a job that fails must not end the worker: it is tried again, later and later
            lane.failures += 1
            log.exception(_run_line(lane.job, began, error=f"{type(error).__name__}: {error}"))
        else:
            lane.failures = 0
            log.log(logging.INFO if count else logging.DEBUG, _run_line(lane.job, began, n=count))
        finally:
            lane.rest(self.clock())
            lane.running, self._again = False, True

    def _finish(self) -> bool:
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end and any(lane.running and lane.job.finishes for lane in self._lanes.values()):
            time.sleep(0.02)
        self._pulse.close()
        return not any(lane.running for lane in self._lanes.values())


def _is_gone(owner: str) -> bool:
    """Whether a lease is of a worker of this machine that no longer runs. When in doubt, it is not."""
    host, _, rest = owner.rpartition("/")[0].rpartition("/")
    if host != socket.gethostname()[:20] or not rest.isdecimal():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def next_due(job: Job, session: Session) -> datetime | None:
    """The earliest time at which this job has something to do, as far as rows tell."""
    if job.chore is not None:
        return chore_rows.next_due(session, job.name)
    return job.next_due(session) if job.next_due is not None else None


def run(job: Job, turn: Turn) -> int:
    """One run of a job; of a chore, only when it is due and no other worker has it."""
    if job.chore is None:
        return job.work(turn)
    return chores.run(
        turn.handoff.db, job.name, lambda: job.work(turn), next_at=job.chore, me=turn.me, now=turn.clock()
    )


def _run_line(job: Job, began: float, **fields: object) -> str:
    return line(job=job.name, **fields, ms=round((time.monotonic() - began) * 1000))
