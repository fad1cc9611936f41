"""Files of rows that are ready for the database: what `ready` brings in with a few statements, without touching a row.

SQLite attaches such a file, PostgreSQL reads it by COPY. Nothing here needs more than the standard library, so that the
small process that writes them stays small.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path

Plain = str | int | float | None
Rows = Iterable[Sequence[Plain]]
OF_PRACTICE = ("line1", "line2", "country", "zone", "lat", "lon")
"""Columns of a practice that its providers don't repeat: only the first provider at an address has them."""
APART = "\x1f"
NULL = "\x02"
_BLOCK = 500
#: Nobody misses the file after a power cut, and nobody else looks at it; it is always read from end to end.
_SETTINGS = """
PRAGMA page_size=32768;
PRAGMA journal_mode=OFF;
PRAGMA synchronous=OFF;
PRAGMA locking_mode=EXCLUSIVE;
PRAGMA cache_size=-2048;
"""

Write = Callable[[Path, Sequence[str], Rows], None]


def write_database(path: Path, names: Sequence[str], rows: Rows) -> None:
    """A SQLite file with one table, numbered by its first column."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.executescript(_SETTINGS)
        connection.execute("BEGIN")
        number, *others = names
        connection.execute(f"CREATE TABLE ready_provider ({number} INTEGER PRIMARY KEY, {', '.join(others)})")
        connection.executemany(f"INSERT INTO ready_provider VALUES ({', '.join('?' * len(names))})", rows)
        connection.execute("COMMIT")
    finally:
        connection.close()


def write_text(path: Path, _names: Sequence[str], rows: Rows) -> None:
    """A file as PostgreSQL's COPY reads it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = (APART.join(map(as_text, row)) + "\n" for row in rows)
        while block := "".join(islice(lines, _BLOCK)):
            file.write(block.replace("\\", "\\\\") if "\\" in block else block)


def as_text(value: Plain) -> str:
    """A value in a line of COPY."""
    return value if type(value) is str else NULL if value is None else str(value)
