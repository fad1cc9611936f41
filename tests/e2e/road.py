"""A phone on the road: a network that can be cut and slowed, before a Handoff that can be stopped and started again.

The browser only ever knows the road's address, so that pages, service worker and server all notice the same.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.e2e.house import House, opened


class Road:
    """Passes bytes between a fixed port and the house behind it: each part after `pause`
    seconds, and while it is `mute` no answers."""

    def __init__(self) -> None:
        self.pause = 0.0
        self.mute = False
        self.target = 0
        self._ends: list[socket.socket] = []
        self._gate: socket.socket | None = None
        self.port = 0
        self.mend()

    def mend(self) -> None:
        """Let everybody through."""
        if self._gate is None:
            self._gate = socket.create_server(("127.0.0.1", self.port))
            self.port = self._gate.getsockname()[1]
            threading.Thread(target=self._welcome, args=(self._gate,), daemon=True).start()

    def cut(self) -> None:
        """Nobody gets through any more, nor do those under way."""
        if self._gate is not None:
            _end(self._gate)
            self._gate = None
        for one in self._ends:
            _end(one)
        self._ends.clear()

    def _welcome(self, gate: socket.socket) -> None:
        while True:
            try:
                caller, _ = gate.accept()
            except OSError:
                return
            try:
                house = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                _end(caller)
                continue
            self._ends += [caller, house]
            for each in ((caller, house, False), (house, caller, True)):
                threading.Thread(target=self._carry, args=each, daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, homeward: bool) -> None:
        try:
            while part := one.recv(65536):
                time.sleep(self.pause)
                if not (homeward and self.mute):
                    other.sendall(part)
        except OSError:
            pass
        _end(one)
        _end(other)


def _end(one: socket.socket) -> None:
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    one.close()


class Travel:
    """A house behind a road. `house` is where the browser finds it."""

    def __init__(self, folder: Path, now: datetime, settings: dict[str, Any]) -> None:
        self.road = Road()
        self._folder, self._now, self._settings = folder, now, settings
        self._stack = ExitStack()
        self.house = self.start()

    def start(self) -> House:
        """Open the house, on whatever port is free behind the road."""
        database = self._folder / "handoff.db"
        running = self._stack.enter_context(opened(self._folder, database, self._now, **self._settings))
        self.road.target = int(running.url.rsplit(":", 1)[1])
        self.house = replace(running, url=f"http://127.0.0.1:{self.road.port}")
        return self.house

    def stop(self) -> None:
        """Close the house; the road still leads there."""
        self._now = self.house.clock.now
        self.road.target = 1
        self._stack.close()

    def end(self) -> None:
        """Close house and road."""
        self.stop()
        self.road.cut()


@contextmanager
def travelling(folder: Path, now: datetime, **settings: Any) -> Iterator[Travel]:
    """A house with a migrated database in its folder, and the road to it."""
    travel = Travel(folder, now, settings)
    try:
        yield travel
    finally:
        travel.end()
