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
APART = "\x1f"
NULL = "\x02"
_BLOCK = 500
#: Nobody misses the file after a power cut, and nobody else looks at it.
_SETTINGS = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-2048"
_TABLES = ("ready_provider", "ready_practice")

Write = Callable[[Path, Sequence[str], Rows, Sequence[str], Callable[[], Rows]], None]


def write_database(
    path: Path, names: Sequence[str], rows: Rows, practice_names: Sequence[str], practices: Callable[[], Rows]
) -> None:
    """A SQLite file with both tables. `practices` is called when the rows have been written."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.executescript(_SETTINGS)
        connection.execute("BEGIN")
        contents: tuple[Callable[[], Rows], ...] = (lambda: rows, practices)
        for table, columns, content in zip(_TABLES, (names, practice_names), contents, strict=True):
            numbered = ["n INTEGER PRIMARY KEY" if name == "n" else name for name in columns]
            connection.execute(f"CREATE TABLE {table} ({', '.join(numbered)})")
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", content())
        connection.execute("COMMIT")
    finally:
        connection.close()


def write_texts(
    path: Path, _names: Sequence[str], rows: Rows, _practice_names: Sequence[str], practices: Callable[[], Rows]
) -> None:
    """Two files as PostgreSQL's COPY reads them, one for each table."""
    contents: tuple[Callable[[], Rows], ...] = (lambda: rows, practices)
    for target, content in zip(text_paths(path), contents, strict=True):
        with target.open("w", encoding="utf-8", newline="") as file:
            lines = (APART.join(map(as_text, row)) + "\n" for row in content())
            while block := "".join(islice(lines, _BLOCK)):
                file.write(block.replace("\\", "\\\\") if "\\" in block else block)


def text_paths(path: Path) -> tuple[Path, Path]:
    """Where the rows of providers and of practices are."""
    return path.with_suffix(".providers"), path.with_suffix(".practices")


def as_text(value: Plain) -> str:
    """A value in a line of COPY."""
    return value if type(value) is str else NULL if value is None else str(value)


def remove(path: Path) -> None:
    """Throw away what was written there, as a database or as texts."""
    for one in (path, *text_paths(path)):
        one.unlink(missing_ok=True)
