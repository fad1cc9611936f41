"""A SQLite database as one file: copied while others write, checked, and asked whether somebody has it open."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path


class DamagedError(Exception):
    """A copy of the database that can't be read back; says what is wrong with it."""


def copy(source: Path, target: Path) -> None:
    """Copy the database as it is at one moment into a new file. Writers are not held up."""
    with contextlib.closing(_reading(source)) as reading, contextlib.closing(sqlite3.connect(target)) as writing:
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode=DELETE")


def check(path: Path) -> dict[str, int]:
    """Read the whole file and count the rows of every table. Raises DamagedError."""
    try:
        with contextlib.closing(_reading(path)) as connection:
            said = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if said != "ok":
                raise DamagedError(f"SQLite says: {said}")
            return {table: _count(connection, table) for table in _tables(connection)}
    except sqlite3.DatabaseError as error:
        raise DamagedError(f"SQLite says: {error}") from error


def is_open_elsewhere(path: Path) -> bool:
    """Whether another program has the database open. If not, its write-ahead log is folded in and gone."""
    if not path.exists():
        return False
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=0.2, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # needs the file alone
    except sqlite3.OperationalError as error:
        return "locked" in str(error)
    except sqlite3.DatabaseError:
        return False  # damaged: nobody can be using it
    return False


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=15)


def _tables(connection: sqlite3.Connection) -> list[str]:
    """Ordinary tables. The inner ones of a full-text index (`search_whole_docsize`) follow from the others."""
    named = "SELECT name FROM sqlite_master WHERE type = 'table' AND "
    indexes = tuple(str(row[0]) for row in connection.execute(named + "sql LIKE 'CREATE VIRTUAL%'"))
    names = [str(row[0]) for row in connection.execute(named + "name NOT LIKE 'sqlite_%' ORDER BY name")]
    return [name for name in names if not (indexes and name.startswith(indexes))]


def _count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])
