"""What runs when: one table. Times are UTC instants; whose morning it is, is for the services to work out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session

from crm.bootstrap import Handoff
from crm.jobs import work


class Turn(NamedTuple):
    """What a job gets: the business, the clock, this worker's name, and whether to stop after what it has in hand."""

    handoff: Handoff
    clock: Callable[[], datetime]
    me: str
    stopping: Callable[[], bool]


@dataclass(frozen=True)
class Job:
    """One line of the table.

    `work` returns how many things it did; it is safe to run at any time, in several workers, and to be killed.
    `every` is the safety tick. `next_due`, where there is one, names the earliest due row: the job runs then.
    A `chore` is work without rows of its own: a row of the table `chore` says when it is next due, and only one worker
    does it; it is done for the first time soon, or, with `at_first` off, when its time comes.
    `finishes`: a stop waits for what the job has in hand.
    """

    name: str
    work: Callable[[Turn], int]
    every: timedelta = timedelta(minutes=1)
    next_due: Callable[[Session], datetime | None] | None = None
    chore: Callable[[datetime], datetime] | None = None
    at_first: bool = True
    finishes: bool = False

    def first_at(self, now: datetime) -> datetime:
        """When a chore is due for the first time."""
        return now if self.at_first or self.chore is None else self.chore(now)


def after(delay: timedelta) -> Callable[[datetime], datetime]:
    """The next time of a chore that runs again some time after the last."""
    return lambda now: now + delay


def at_hour_utc(hour: int) -> Callable[[datetime], datetime]:
    """The next time of a chore that runs once a night."""

    def next_at(now: datetime) -> datetime:
        tonight = now.replace(hour=hour, minute=0, second=0, microsecond=0)
        return tonight if tonight > now else tonight + timedelta(days=1)

    return next_at


JOBS: tuple[Job, ...] = (
    Job("send_mail", work.send_mail, next_due=work.next_mail, finishes=True),
    Job("mail_effects", work.mail_effects, next_due=work.next_mail_effect),
    Job("read_mail", work.read_mail, next_due=work.next_reading),
    Job("take_steps", work.take_steps, next_due=work.next_step, finishes=True),
    Job("digests", work.digests, next_due=work.next_digest),
    Job("poll_sign_ins", work.poll_sign_ins, next_due=work.next_sign_in),
    Job("expire_leases", work.expire_leases, next_due=work.next_lease_end),
    Job("read_calendars", work.read_calendars, next_due=work.next_calendar),
    Job("run_imports", work.run_imports, next_due=work.next_import),
    Job("refresh_search", work.refresh_search, next_due=work.next_search),
    Job("rescore", work.rescore, next_due=work.next_rescore),
    Job("make_sequences", work.make_sequences, chore=at_hour_utc(10)),
    Job("wind_reports", work.wind_reports, chore=at_hour_utc(7)),
    Job("heartbeat", work.heartbeat, every=timedelta(minutes=5), chore=after(timedelta(minutes=5))),
    Job("find_duplicates", work.find_duplicates, chore=at_hour_utc(9), at_first=False),
    Job("nightly_copy", work.nightly_copy, chore=at_hour_utc(8), at_first=False, finishes=True),
)
