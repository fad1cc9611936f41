"""Mail that arrives is read at once: a thread a mailbox waits with its server (IDLE) and brings the reading forward.

Only a hint, as every nudge: the tick every two minutes is the truth. Of several workers one waits for each mailbox.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from crm.bootstrap import Handoff
from crm.domain.errors import HandoffError
from crm.jobs.log import line
from crm.mail.ports import MailError, NoWaiting, SenderProblem
from crm.models.accounts import MailAccount
from crm.store import chores, inbound, mail_accounts

log = logging.getLogger("handoff.jobs")

WAIT_SECONDS = 20 * 60.0
"""Servers end an IDLE of half an hour."""

LEASE_TIME = timedelta(seconds=WAIT_SECONDS) + timedelta(minutes=5)
GOODBYE_SECONDS = 1.8


@dataclass(frozen=True)
class Pace:
    """Seconds. `look`: how soon a mailbox that was set up, changed or switched off is noticed; `elsewhere`: until we
    ask again whether another worker still waits; `hopeless`: after a refusal; `rests`: after failures in a row."""

    look: float = 5.0
    elsewhere: float = 30.0
    hopeless: float = 3600.0
    rests: tuple[float, ...] = (5.0, 30.0, 120.0, 600.0)


USUAL = Pace()


class Place(NamedTuple):
    """A mailbox as it is set up now; when anything of it changes, another thread begins."""

    account_id: int
    settings: tuple[object, ...]


@contextmanager
def waiting(handoff: Handoff, stop: threading.Event, me: str, pace: Pace = USUAL) -> Iterator[None]:
    """While the block runs, wait for mail of every mailbox that is read. Ends with `stop`, within two seconds."""
    watch = Watch(handoff, stop, me, pace)
    watch.start()
    try:
        yield
    finally:
        watch.join(GOODBYE_SECONDS)


class Watch:
    """Keeps one waiting thread for every mailbox."""

    def __init__(self, handoff: Handoff, stop: threading.Event, me: str, pace: Pace = USUAL) -> None:
        self._handoff = handoff
        self._stop = stop
        self._me = me
        self._pace = pace
        self._threads: dict[Place, threading.Thread] = {}
        self._wanted: frozenset[Place] = frozenset()
        self._watcher = threading.Thread(target=self._run, name="idle-watch", daemon=True)

    def start(self) -> None:
        """Begin to look for mailboxes."""
        self._watcher.start()

    def join(self, seconds: float) -> None:
        """Wait so long for the threads to say goodbye; what still connects is left behind."""
        until = time.monotonic() + seconds
        for thread in (self._watcher, *self._threads.values()):
            thread.join(max(0.0, until - time.monotonic()))

    def _run(self) -> None:
        while True:
            self._look()
            if self._stop.wait(self._pace.look):
                return

    def _look(self) -> None:
        try:
            self._wanted = self._places()
        except SQLAlchemyError:
            return  # the database is away for a moment: those who wait go on waiting
        self._threads = {place: thread for place, thread in self._threads.items() if thread.is_alive()}
        for place in self._wanted - set(self._threads):
            thread = threading.Thread(target=self._keep_waiting, args=[place], name="idle", daemon=True)
            self._threads[place] = thread
            thread.start()

    def _places(self) -> frozenset[Place]:
        with self._handoff.db.read() as session:
            return frozenset(
                _place(account)
                for account, reading in inbound.readable(session)
                if reading is not None and reading.enabled and reading.idle
            )

    def _ended(self, place: Place) -> bool:
        return self._stop.is_set() or place not in self._wanted

    def _keep_waiting(self, place: Place) -> None:
        failures = 0
        while not self._ended(place):
            try:
                rest = 0.0 if self._wait_in_turn(place) else self._pace.elsewhere
                failures = 0
            except (NoWaiting, SenderProblem, HandoffError) as error:
                log.info(line(event="idle", account=place.account_id, error=type(error).__name__))
                rest = self._pace.hopeless
            except (MailError, SQLAlchemyError, OSError) as error:
                log.info(line(event="idle", account=place.account_id, error=type(error).__name__))
                rest = self._pace.rests[min(failures, len(self._pace.rests) - 1)]
                failures += 1
            self._rest(place, rest)

    def _rest(self, place: Place, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._ended(place) and (left := until - time.monotonic()) > 0:
            self._stop.wait(min(left, 1.0))

    def _wait_in_turn(self, place: Place) -> bool:
        """Wait with the server for some minutes, unless another worker does. False then."""
        name = f"idle:{place.account_id}"
        if not self._claim(name):
            return False
        try:
            self._wait(place)
        finally:
            now = self._handoff.now()
            with self._handoff.db.write() as session:
                chores.settle(session, name, me=self._me, due_at=now, done_at=now)
        return True

    def _claim(self, name: str) -> bool:
        now = self._handoff.now()
        try:
            with self._handoff.db.write() as session:
                chores.ensure(session, name, now)
                return chores.claim(session, name, me=self._me, now=now, lease_until=now + LEASE_TIME)
        except IntegrityError:
            return False  # another worker has made the row at the same moment

    def _wait(self, place: Place) -> None:
        with self._handoff.db.read() as session:
            account = mail_accounts.by_id(session, place.account_id)
        if account is None:
            return
        post = self._handoff.post
        box = post.open_imap(post.imap_server_of(account))
        try:
            box.open("INBOX")
            self._bring_forward(place)  # for what came while nobody was waiting
            until = time.monotonic() + WAIT_SECONDS
            while (left := until - time.monotonic()) > 0 and not self._ended(place):
                if box.wait(left, lambda: self._ended(place)):
                    self._bring_forward(place)
        finally:
            box.close()

    def _bring_forward(self, place: Place) -> None:
        with self._handoff.db.write() as session:
            inbound.bring_forward(session, place.account_id, self._handoff.now())


def _place(account: MailAccount) -> Place:
    settings = (account.imap_host, account.imap_port, account.imap_security, account.username, account.auth)
    return Place(account.id or 0, (*settings, account.secret))
