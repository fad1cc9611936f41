"""Workers of the drill as processes of their own, which die alone, and whose last words are kept."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.drill import worker

STOP_SECONDS = 150
"""Longer than a worker waits for the jobs that it must finish."""

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Given:
    """Where workers work."""

    url: str
    folder: Path

    @property
    def application_name(self) -> str:
        """Under which PostgreSQL shows their connections."""
        return f"drill {os.getpid()}"

    def log(self) -> Path:
        """A new file for what one of them says."""
        return self.folder / f"worker-{next(_numbers)}.log"


class Running(Protocol):
    """A worker that runs, or has."""

    def ended(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        ...

    def kill(self) -> None:
        """End it, as the kernel would; returns when it is gone."""
        ...

    def stop(self) -> None:
        """Ask it to end; returns when it is gone."""
        ...

    def last_words(self) -> str:
        """The end of its log."""
        ...


def without(given: Given) -> Running:
    """The very command that users run."""
    named = {"HANDOFF_DATA_DIR": str(given.folder), "HANDOFF_DATABASE_URL": given.url}
    log = given.log()
    with log.open("wb") as file:
        command = [sys.executable, "-m", "crm.cli", "worker"]
        environment = os.environ | named | {"PGAPPNAME": given.application_name}
        started = subprocess.Popen(command, env=environment, stderr=file)
    return _Program(started, log)


def with_a_fuse(given: Given, point: str, count: int) -> Running:
    """A worker that dies at the nth pass of a point. Forked off a process that has loaded everything already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.drill.worker"])
    log = given.log()
    plan = worker.Plan(given.url, str(given.folder), point, count, str(log), given.application_name)
    process = context.Process(target=worker.main, args=(plan,), daemon=True)
    process.start()
    return _Fork(process, log)


@dataclass
class _Program:
    process: subprocess.Popen[bytes]
    log: Path

    def ended(self) -> int | None:
        return self.process.poll()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(STOP_SECONDS)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(STOP_SECONDS)

    def last_words(self) -> str:
        return _tail(self.log)


@dataclass
class _Fork:
    process: multiprocessing.process.BaseProcess
    log: Path

    def ended(self) -> int | None:
        return self.process.exitcode

    def kill(self) -> None:
        self._end(self.process.kill)

    def stop(self) -> None:
        self._end(self.process.terminate)

    def last_words(self) -> str:
        return _tail(self.log)

    def _end(self, ask: Callable[[], None]) -> None:
        ask()
        self.process.join(STOP_SECONDS)


def _tail(log: Path) -> str:
    return "\n".join(["", f"{log.name}:", *log.read_text(errors="replace").splitlines()[-30:]])
