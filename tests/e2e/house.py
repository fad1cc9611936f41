"""A whole Handoff for browser tests: the web server on a port of its own, the worker's jobs on demand, real SMTP."""

from __future__ import annotations

import email
import email.policy
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from crm.bootstrap import Handoff
from crm.config import Settings
from crm.jobs.schedule import JOBS, Turn
from crm.store.engine import Database
from tests.factories import FakeClock


@dataclass
class Letterbox:
    """What the local SMTP server has taken."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  (aiosmtpd's name)
        """Keep a message."""
        self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken"


@contextmanager
def letterbox() -> Iterator[Letterbox]:
    """An SMTP server on loopback."""
    from aiosmtpd.controller import Controller

    class Doorkeeper(Controller):
        """Listens with the socket that found the port, so that nobody takes it in between."""

        def _create_server(self) -> Any:
            return self.loop.create_server(self._factory_invoker, sock=listener)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        box = Letterbox(port=listener.getsockname()[1])
        controller = Doorkeeper(box, hostname="127.0.0.1", port=box.port, ready_timeout=60)
        controller.start()
        try:
            yield box
        finally:
            controller.stop()


@dataclass
class House:
    """A running Handoff."""

    url: str
    handoff: Handoff
    clock: FakeClock

    def work(self) -> None:
        """What the worker would do by now: every job once."""
        for job in JOBS:
            job.work(Turn(self.handoff, self.clock, "browser-test", lambda: False))

    def wait(self, **parts: float) -> datetime:
        """Let time pass, and the worker work."""
        self.clock.advance(**parts)
        self.work()
        return self.clock.now


@contextmanager
def opened(folder: Path, database: Path, now: datetime, **settings: Any) -> Iterator[House]:
    """A Handoff over a migrated SQLite file, listening on a free port of loopback."""
    from waitress.server import create_server

    from tests.apps import new_app

    clock = FakeClock(now)
    db = Database(f"sqlite:///{database}")
    wired = Handoff(
        settings=Settings(data_dir=folder, database_url=f"sqlite:///{database}", **settings), db=db, clock=clock
    )
    server = create_server(new_app(wired), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield House(f"http://127.0.0.1:{server.effective_port}", wired, clock)
    finally:
        server.task_dispatcher.shutdown()  # first, since its threads ring for the loop
        server.trigger.pull_trigger(lambda: server.asyncore.close_all(server._map))  # the loop closes what it waits for
        thread.join(60)
        db.dispose()
