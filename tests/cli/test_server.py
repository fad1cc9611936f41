"""The programs that stay: they start, say where, and stop together."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANDOFF_")}
    return {**kept, "HANDOFF_DATA_DIR": str(tmp_path)}


@pytest.fixture
def served(environ: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(ROOT / "app.py"), "--port", "0"]
    program = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    yield program
    program.kill()
    program.communicate()


def url_of(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    found = re.search(r"http://\S+", program.stdout.readline())
    assert found is not None
    return found[0]


def workers_of(program: subprocess.Popen[str]) -> list[int]:
    """Process ids of its worker, as Linux tells them."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            if parent == program.pid and "worker" in (stat.parent / "comm").read_text():
                found.append(int(stat.parent.name))
    return found


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def until(true: object, seconds: float = 120) -> bool:
    assert callable(true)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for the worker in /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_app_serves_with_a_worker_that_goes_with_it(served: subprocess.Popen[str], number: signal.Signals) -> None:
    with urllib.request.urlopen(url_of(served), timeout=300) as response:
        assert response.status == 200
    assert until(lambda: workers_of(served))
    (worker,) = workers_of(served)
    served.send_signal(number)
    served.wait(120)
    assert until(lambda: is_gone(worker))


def test_a_port_in_use_is_one_clear_line(environ: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "crm.cli", "web", "--port", str(port)]
        found = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert found.returncode == 1
    assert found.stderr.startswith(f"Error: Port {port} is in use")
    assert found.stderr.count("\n") == 1


def test_web_and_worker_run_apart(environ: dict[str, str]) -> None:
    command = [sys.executable, "-m", "crm.cli", "worker"]
    worker = subprocess.Popen(command, env=environ, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert worker.stderr is not None
    assert "event=worker_started" in worker.stderr.readline()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(120) == 0
    worker.communicate()
