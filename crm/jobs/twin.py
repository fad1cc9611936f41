"""The first worker as a copy of this process, taken before either has begun: what both have loaded is held once.

A copy starts at once, and what neither changes stays shared between them, some thirty megabytes. Only a process with a
single thread can be copied safely, so a worker that crashed is started anew like any other program.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

GO = b"\n"


class Twin:
    """A copy that waits for its parent's word, then works; as much of `subprocess.Popen` as its keeper needs."""

    def __init__(self, pid: int, stdin: BinaryIO) -> None:
        self.pid, self.stdin = pid, stdin
        self._code: int | None = None
        self._asking = threading.Lock()

    def begin(self) -> None:
        """Let it work. One that has ended already is found by `wait`."""
        with contextlib.suppress(BrokenPipeError):
            self.stdin.write(GO)

    def wait(self) -> int:
        """Its exit code, when it has ended."""
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        return self.poll() or 0

    def poll(self) -> int | None:
        """Its exit code, None while it runs."""
        with self._asking:
            if self._code is None:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                self._code = os.waitstatus_to_exitcode(status) if pid else None
            return self._code

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def twin(work: Callable[[], None], name: str) -> Twin | None:
    """Copy this process; the copy does `work` once it is told to begin, and `ps` shows its name. None where that isn't
    safe.
    """
    if not sys.platform.startswith("linux") or threading.active_count() > 1:
        return None
    gc.collect()
    gc.freeze()  # the search for garbage would write to all that is shared
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(reading)
        return Twin(pid, os.fdopen(writing, "wb", buffering=0))
    os.close(writing)
    os.dup2(reading, sys.stdin.fileno())
    os.close(reading)
    Path("/proc/self/comm").write_text(name)
    os._exit(_work(work))


def _work(work: Callable[[], None]) -> int:
    try:
        if os.read(sys.stdin.fileno(), len(GO)):
            work()
        return 0
    except KeyboardInterrupt:
        return 0
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
