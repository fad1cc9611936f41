"""The worker as a child: it goes when its parent goes, and comes back when it crashes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from crm.jobs.child import WorkerChild

TIED = """
import sys, time
from pathlib import Path
from crm.jobs.child import when_parent_ends
folder = Path(sys.argv[1])
folder.joinpath("started").write_text(str(__import__("os").getpid()))
ended = []
when_parent_ends(lambda: ended.append(1))
while not ended:
    time.sleep(0.01)
folder.joinpath("ended").write_text("in peace")
"""

PARENT = """
import sys, time
from crm.jobs.child import WorkerChild
child = WorkerChild([sys.executable, "-c", sys.argv[2], sys.argv[1]])
child.start()
time.sleep(600)
"""


def until(true: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


def test_stopping_asks_the_child_to_end_and_waits_for_it(tmp_path: Path) -> None:
    child = WorkerChild([sys.executable, "-c", TIED, str(tmp_path)])
    child.start()
    assert until((tmp_path / "started").exists)
    child.stop()
    assert (tmp_path / "ended").read_text() == "in peace"


def test_a_parent_that_is_killed_takes_the_child_with_it(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path), TIED])
    assert until((tmp_path / "started").exists)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert until((tmp_path / "ended").exists)


def test_a_child_that_crashes_is_started_again(tmp_path: Path) -> None:
    child = WorkerChild([sys.executable, "-c", TIED, str(tmp_path)])
    child.start()
    assert until((tmp_path / "started").exists)
    first = child.pid
    assert first is not None
    (tmp_path / "started").unlink()
    os.kill(first, signal.SIGKILL)
    assert until((tmp_path / "started").exists)
    assert child.pid != first
    child.stop()
