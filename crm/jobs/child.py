"""The worker as a child of the web process: started with it, restarted when it crashes, gone when it goes.

The tie is the child's standard input: the parent holds the other end of the pipe, and however the parent ends, the
kernel closes it. The same end-of-file asks the child to finish the message in hand and stop, on every platform.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence

from crm.jobs.log import line
from crm.jobs.twin import Twin

log = logging.getLogger("handoff.jobs")

COMMAND = (sys.executable, "-m", "crm.cli", "worker", "--tied")
HEALTHY_SECONDS = 60.0
LONGEST_WAIT = 60.0
PATIENCE_SECONDS = 130.0


class WorkerChild:
    """Keeps one worker running until `stop`: the first may be a twin, the others are started by command."""

    def __init__(self, command: Sequence[str] = COMMAND, *, first: Twin | None = None) -> None:
        self._command = list(command)
        self._first = first
        self._stopping = threading.Event()
        self._starting = threading.Lock()
        self._child: subprocess.Popen[bytes] | Twin | None = None
        self._watcher = threading.Thread(target=self._watch, name="worker-child", daemon=True)

    def start(self) -> None:
        """Start the worker and the thread that watches it."""
        self._watcher.start()

    @property
    def pid(self) -> int | None:
        """The worker's process id, while there is one."""
        return self._child.pid if self._child else None

    def stop(self) -> None:
        """Ask the worker to finish the message in hand; returns when it is gone."""
        with self._starting:
            self._stopping.set()
            if self._child is not None and self._child.stdin is not None:
                self._child.stdin.close()
        self._watcher.join(PATIENCE_SECONDS)
        if self._child is not None and self._child.poll() is None:
            self._child.kill()

    def _watch(self) -> None:
        wait = 1.0
        while True:
            began = time.monotonic()
            with self._starting:
                if self._stopping.is_set():
                    return
                self._child = self._begin()
            code = self._child.wait()
            assert self._child.stdin is not None
            self._child.stdin.close()
            if self._stopping.is_set():
                return
            wait = 1.0 if time.monotonic() - began > HEALTHY_SECONDS else min(wait * 2, LONGEST_WAIT)
            log.error(line(event="worker_ended", code=code, restart_in_s=wait))
            self._stopping.wait(wait)

    def _begin(self) -> subprocess.Popen[bytes] | Twin:
        first, self._first = self._first, None
        if first is None:
            return subprocess.Popen(self._command, stdin=subprocess.PIPE)
        first.begin()
        return first


def when_parent_ends(act: Callable[[], None]) -> None:
    """Call `act` once, from a thread, when standard input reaches its end."""

    stdin = sys.stdin.fileno()  # read past Python's buffer, whose lock a thread would hold while Python ends

    def watch() -> None:
        while os.read(stdin, 1024):
            pass
        act()

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
