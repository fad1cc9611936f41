"""The named points of a send at which a worker of the drill ends itself, as hard as SIGKILL.

They are put around the real transport and the real database by argument; nothing in the program knows of them.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy.engine import Connection
from sqlmodel import Session as DbSession

from crm.mail.ports import Envelope, Phase, Receipt
from crm.mail.smtp import Session, SmtpServer, SmtpTransport
from crm.store.engine import Database

POINTS = (
    "claim open",  # the transaction that claims (or any other with a session) is about to be committed
    "claimed",
    "signed in",
    "mail",
    "rcpt",
    "in_data open",  # written, not yet committed (on PostgreSQL, where one statement is all, committed)
    "in_data",
    "data",
    "midway",
    "text sent",
    "dot sent",
    "answered",
    "settled",
)


def die() -> None:
    """As the kernel would."""
    os.kill(os.getpid(), signal.SIGKILL)


class Fuse:
    """Burns at the nth pass of one point."""

    def __init__(self, point: str, count: int, end: Callable[[], None] = die) -> None:
        self.point = point
        self.count = count
        self.end = end

    def passes(self, point: str) -> None:
        """The program is here."""
        if point != self.point:
            return
        self.count -= 1
        if self.count <= 0:
            self.end()


class PointedTransport(SmtpTransport):
    """The real transport, with a fuse at every step."""

    def __init__(self, server: SmtpServer, fuse: Fuse) -> None:
        super().__init__(server)
        self._fuse = fuse

    def send(self, envelope: Envelope, before_data: Callable[[], None]) -> Receipt:
        def announced() -> None:
            before_data()
            self._fuse.passes("in_data")

        self._fuse.passes("claimed")
        receipt = super().send(envelope, announced)
        self._fuse.passes("answered")
        return receipt

    def _opened(self) -> Session:
        session = super()._opened()
        self._fuse.passes("signed in")
        return session

    def _command(self, session: Session, phase: Phase, command: str, wanted: tuple[int, ...]) -> None:
        super()._command(session, phase, command, wanted)
        self._fuse.passes(phase.value)

    def _content(self, session: Session, envelope: Envelope) -> Receipt:
        whole: Any = session.send

        def in_two(text: Any) -> None:
            if len(text) < 1000:
                whole(text)
                return
            whole(text[: len(text) // 2])
            self._fuse.passes("midway")
            whole(text[len(text) // 2 :])

        session.send = in_two  # type: ignore[method-assign]
        try:
            return super()._content(session, envelope)
        finally:
            session.send = whole  # type: ignore[method-assign]

    def _verdict(self, session: Session) -> Receipt:
        self._fuse.passes("text sent")
        answer: Any = session.getreply

        def after_the_dot() -> tuple[int, bytes]:
            self._fuse.passes("dot sent")
            found: tuple[int, bytes] = answer()
            return found

        session.getreply = after_the_dot  # type: ignore[method-assign]
        try:
            return super()._verdict(session)
        finally:
            session.getreply = answer  # type: ignore[method-assign]


class PointedDatabase(Database):
    """The real database, with a fuse before and after a commit."""

    def __init__(self, url: str, fuse: Fuse) -> None:
        super().__init__(url)
        self._fuse = fuse

    @contextlib.contextmanager
    def write(self, **given: Any) -> Iterator[DbSession]:
        with super().write(**given) as session:
            yield session
            session.flush()
            self._fuse.passes("claim open")

    @contextlib.contextmanager
    def at_once(self) -> Iterator[Connection]:
        with super().at_once() as connection:
            yield connection
            self._fuse.passes("in_data open")
        self._fuse.passes("settled")
