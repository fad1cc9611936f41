"""A second process that makes rows ready while this one reads a file or writes to the database: two cores are used, and
what is ready needs only a few statements.

It is a help, not a need: where it can't be started, or dies, rows go the longer road.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import crm
from crm.services.imports_spool import STRETCH, Stretch, part_path
from crm.services.imports_values import Reader

MOST_AHEAD = 24
"""Parts that may lie ready on the disk."""
_ROOT = str(Path(crm.__file__).parent.parent)
_CODE = "import sys; sys.path.insert(0, sys.argv[1]); from crm.services.imports_ready import main; main()"


class Ready(NamedTuple):
    """A part that is ready: its file, how many rows stand in there, and the numbers of the rows that aren't."""

    path: Path
    rows: int
    rest: list[int]


class Mate:
    """Makes parts ready in the order in which they were asked for. Use it in a `with` statement."""

    def __init__(self, folder: Path, run_id: int, reader: Reader, *, is_sqlite: bool, is_wanted: bool) -> None:
        self._folder, self._run_id = folder, run_id
        self._terms = {"home": reader.home, "switched_off": sorted(reader.switched_off), "is_sqlite": is_sqlite}
        self._is_wanted = is_wanted
        self._child: subprocess.Popen[str] | None = None
        self._waiting: deque[Stretch] = deque()
        self._sent: set[Stretch] = set()
        self._ready: dict[str, Ready] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._child is not None:
            if kind is not None or self._sent:
                self._child.kill()
            self._child.communicate()
        for part in self._sent:
            self._target(part).unlink(missing_ok=True)

    def ask(self, part: Stretch) -> None:
        """Make this part ready as soon as there is time and room. A few rows alone aren't worth a process."""
        if self._child is None and self._is_wanted and part.end - part.start >= STRETCH:
            self._start()
        if self._child is not None:
            self._waiting.append(part)
            self._send()

    def take(self, part: Stretch) -> Ready | None:
        """A part that was asked for; waits for it. None if it can't be had. Call `done` after."""
        if part in self._waiting:  # it is needed now, whatever else lies ready
            self._waiting.remove(part)
            self._waiting.appendleft(part)
            self._send(part)
        target = str(self._target(part))
        while part in self._sent and target not in self._ready:
            line = self._child.stdout.readline() if self._child and self._child.stdout else ""
            if not line:
                self._give_up()
                return None
            path, count, rest = json.loads(line)
            self._ready[path] = Ready(Path(path), count, rest)
        return self._ready.get(target)

    def done(self, part: Stretch) -> None:
        """This part has been applied."""
        self._sent.discard(part)
        self._ready.pop(str(self._target(part)), None)
        self._target(part).unlink(missing_ok=True)
        self._send()

    def _start(self) -> None:
        command = [sys.executable, "-c", _CODE, _ROOT]
        try:
            self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self._write(self._terms)
        except OSError:
            self._give_up()

    def _send(self, needed: Stretch | None = None) -> None:
        while self._waiting and self._child is not None and (needed or len(self._sent) < MOST_AHEAD):
            part, needed = self._waiting.popleft(), None
            self._sent.add(part)
            source = part_path(self._folder, self._run_id, part.part)
            self._write([str(source), part.start, part.end, str(self._target(part))])

    def _write(self, line: Any) -> None:
        try:
            if self._child is not None and self._child.stdin is not None:
                self._child.stdin.write(json.dumps(line) + "\n")
                self._child.stdin.flush()
        except OSError:
            self._give_up()

    def _give_up(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
        self._child, self._is_wanted = None, False

    def _target(self, part: Stretch) -> Path:
        return self._folder / f"{self._run_id}.ready-{part.part}-{part.start}.db"
