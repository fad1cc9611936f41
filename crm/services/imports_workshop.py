"""What an import works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crm.store.engine import Database

Clock = Callable[[], datetime]
Progress = Callable[[str, int], None]
COMMAND = "command"


def quiet(_what: str, _percent: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Workshop:
    """The database, a folder of its own for waiting rows, the clock, who works, who watches and when to stop."""

    db: Database
    folder: Path
    clock: Clock
    me: str = COMMAND
    progress: Progress = quiet
    stopping: Callable[[], bool] = bool
