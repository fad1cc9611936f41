"""A copy of this process: it waits for its parent's word, and goes with it. Copied from a process with one thread."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from crm.jobs.child import WorkerChild
from crm.jobs.twin import twin
from tests.codebase import tree

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux makes safe copies of processes")


def run(code: str, folder: Path) -> str:
    """What a program says that makes a twin; `{there}` is a file."""
    code = "from crm.jobs.twin import twin\nfrom pathlib import Path\nimport sys, time\n" + code
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder / "there")], cwd=tree.ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_it_works_when_it_is_told_to_and_says_how_it_ended(tmp_path: Path) -> None:
    said = run("one = twin(lambda: print('worked'), 'twin')\none.begin()\nprint(one.wait(), one.poll())", tmp_path)
    assert said.split("\n") == ["worked", "0 0"]


def test_it_ends_without_working_when_its_parent_never_says_so(tmp_path: Path) -> None:
    said = run("one = twin(lambda: print('worked'), 'twin')\none.stdin.close()\nprint(one.wait())", tmp_path)
    assert said == "0"


def test_one_that_fails_or_is_killed_shows_it(tmp_path: Path) -> None:
    failed = run("one = twin(lambda: 1 / 0, 'twin')\none.begin()\nprint(one.wait())", tmp_path)
    code = "one = twin(lambda: time.sleep(99), 'twin')\nprint(one.poll())\none.kill()\nprint(one.wait())"
    killed = run(code, tmp_path)
    assert (failed, killed.split()) == ("1", ["None", "-9"])


def test_its_keeper_starts_a_program_when_it_has_ended(tmp_path: Path) -> None:
    code = """
from crm.jobs.child import WorkerChild
first = twin(lambda: sys.exit(3), "twin")
program = "import sys; open(sys.argv[1], 'w'); sys.stdin.read()"
child = WorkerChild([sys.executable, "-c", program, sys.argv[1]], first=first)
child.start()
while not Path(sys.argv[1]).exists():
    time.sleep(0.05)
child.stop()
"""
    run(code, tmp_path)


def test_a_process_with_several_threads_is_not_copied() -> None:
    over = threading.Event()
    other = threading.Thread(target=over.wait)
    other.start()
    try:
        assert twin(lambda: None, "twin") is None
        assert WorkerChild(first=None).pid is None
    finally:
        over.set()
        other.join()
