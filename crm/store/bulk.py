"""Many rows at once, by the shortest road each database has: executemany on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from crm.store import ready_files
from crm.store.ready_files import APART, NULL, as_text

Plain = ready_files.Plain

_COPY = f"COPY {{table}} FROM STDIN WITH (DELIMITER '{APART}', NULL '{NULL}')"
_IS_SUPERUSER = sa.text("SELECT current_setting('is_superuser') = 'on'")
_INSERT_TRIGGERS = sa.text(
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '% AFTER INSERT ON %' "
    "AND tbl_name IN ('provider', 'practice', 'affiliation')"
)
_BLOCK = 500
_BYTES = 1 << 18


def is_sqlite(session: Session) -> bool:
    """Which of the two databases this is."""
    return session.connection().dialect.name == "sqlite"


def insert(
    session: Session,
    table: sa.Table,
    names: Sequence[str],
    rows: Iterable[Sequence[Plain]],
    same: Mapping[str, object] | None = None,
) -> None:
    """Insert `rows`, whose values stand in the order of `names` and are plain: text, numbers, None.

    `same` gives columns that are equal in every row; the other columns without a value must be nullable. Texts hold no
    control characters but tabs, dates are ISO texts, booleans 0 or 1.
    """
    equal = {name: _plain(session, value) for name, value in (same or {}).items()}
    if is_sqlite(session):
        _executemany(session, table, names, rows, equal)
    else:
        _copy(session, table, names, rows, equal)


def tune(session: Session) -> None:
    """Settings of SQLite for loading: fewer checkpoints, and no map of the file that counts as our memory."""
    if is_sqlite(session):
        session.connection().exec_driver_sql("PRAGMA wal_autocheckpoint=8000")
        session.connection().exec_driver_sql("PRAGMA mmap_size=0")


@contextmanager
def trusting(session: Session) -> Iterator[None]:
    """No trigger runs for what is inserted meanwhile, so that nobody is queued for search by one.

    On SQLite triggers are away until the block ends, within its transaction. On PostgreSQL, where the account may, they
    are off, and no key of another table is looked up (which on SQLite the transaction says when it begins).
    """
    if is_sqlite(session):
        triggers = session.connection().execute(_INSERT_TRIGGERS).all()
        before = [f"DROP TRIGGER {name}" for name, _ in triggers]
        after = [sql for _, sql in triggers]
    else:
        trusts = session.connection().execute(_IS_SUPERUSER).scalar_one()
        before = ["SET LOCAL session_replication_role = replica"] if trusts else []
        after = ["SET LOCAL session_replication_role = DEFAULT"] if trusts else []
    for statement in before:
        run(session, statement)
    yield
    for statement in after:
        run(session, statement)


def executemany(session: Session, statement: str, rows: Iterable[Sequence[Plain]]) -> None:
    """Run one statement for every row; parameters are written `?` and go to the driver as they are."""
    cursor = _cursor(session)
    try:
        cursor.executemany(statement if is_sqlite(session) else statement.replace("?", "%s"), rows)
    finally:
        cursor.close()


def run(session: Session, statement: str) -> None:
    """Run a statement without parameters as it stands."""
    cursor = _cursor(session)
    try:
        cursor.execute(statement)
    finally:
        cursor.close()


def copy_file(session: Session, table: str, path: Path) -> None:
    """Bring a file of texts into a table of PostgreSQL, given with its columns where they aren't all."""
    cursor = _cursor(session)
    try:
        with path.open("rb") as file, cursor.copy(_COPY.format(table=table)) as copy:
            while block := file.read(_BYTES):
                copy.write(block)
    finally:
        cursor.close()


def literal(session: Session, value: object) -> str:
    """A constant as it stands in a statement. PostgreSQL finds the type of what is quoted by itself."""
    plain = _plain(session, value)
    return _literal(plain if plain is None or is_sqlite(session) else str(plain))


def defaults(model: type[SQLModel], given: Iterable[str]) -> dict[str, object]:
    """What a model fills in for the columns that aren't `given`, without those that stay null."""
    taken = set(given)
    found: dict[str, object] = {}
    for name, field in model.model_fields.items():
        if name in taken or field.is_required():
            continue
        value = field.get_default(call_default_factory=True)
        if value is not None:
            found[name] = value
    return found


def new_ids(session: Session, table: sa.Table, count: int) -> Sequence[int]:
    """Ids for `count` rows that this transaction will insert."""
    if is_sqlite(session):
        last = session.connection().execute(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))).scalar_one()
        return range(last + 1, last + 1 + count)
    numbers = sa.text(f"SELECT nextval(pg_get_serial_sequence('{table.name}', 'id')) FROM generate_series(1, :n)")
    return list(session.connection().execute(numbers, {"n": count}).scalars())


def find(session: Session, statement: str, keys: Sequence[str | int]) -> Sequence[Any]:
    """Rows of a statement that has `IN (:keys)` in it, for many keys at once."""
    cursor = _cursor(session)
    try:
        cursor.execute(*_with_keys(session, statement, keys))
        found: Sequence[Any] = cursor.fetchall()
        return found
    finally:
        cursor.close()


def execute(session: Session, statement: str, keys: Sequence[str | int]) -> None:
    """Run a statement that has `IN (:keys)` in it, for many keys at once."""
    cursor = _cursor(session)
    try:
        cursor.execute(*_with_keys(session, statement, keys))
    finally:
        cursor.close()


def among(session: Session, ids: Sequence[int]) -> Any:
    """Thousands of ids for `IN` as one parameter: a list of them would make a statement of its own for every number."""
    if is_sqlite(session):
        return sa.select(sa.column("value")).select_from(sa.func.json_each(json.dumps(list(ids))))
    return sa.select(sa.func.unnest(sa.cast(list(ids), sa.ARRAY(sa.Integer))))


def _with_keys(session: Session, statement: str, keys: Sequence[str | int]) -> tuple[str, dict[str, object]]:
    if is_sqlite(session):
        return statement.replace("(:keys)", "(SELECT value FROM json_each(:keys))"), {"keys": json.dumps(list(keys))}
    return statement.replace("IN (:keys)", "= ANY(%(keys)s)"), {"keys": list(keys)}


def _executemany(
    session: Session,
    table: sa.Table,
    names: Sequence[str],
    rows: Iterable[Sequence[Plain]],
    same: Mapping[str, Plain],
) -> None:
    columns = ", ".join((*names, *same))
    values = ", ".join((*("?" for _ in names), *(_literal(value) for value in same.values())))
    cursor = _cursor(session)
    try:
        cursor.executemany(f"INSERT INTO {table.name} ({columns}) VALUES ({values})", rows)
    finally:
        cursor.close()


def _copy(
    session: Session,
    table: sa.Table,
    names: Sequence[str],
    rows: Iterable[Sequence[Plain]],
    same: Mapping[str, Plain],
) -> None:
    statement = _COPY.format(table=f"{table.name} ({', '.join((*names, *same))})")
    tail = "".join(APART + as_text(value) for value in same.values()) + "\n"
    lines = (APART.join(map(as_text, row)) + tail for row in rows)
    cursor = _cursor(session)
    try:
        with cursor.copy(statement) as copy:
            while block := "".join(islice(lines, _BLOCK)):
                copy.write(block.replace("\\", "\\\\") if "\\" in block else block)
    finally:
        cursor.close()


def _cursor(session: Session) -> Any:
    driver: Any = session.connection().connection.driver_connection
    return driver.cursor()


def _plain(session: Session, value: object) -> Plain:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        instant = value.astimezone(UTC)
        return instant.strftime("%Y-%m-%d %H:%M:%S.%f") if is_sqlite(session) else instant.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, dict)):
        return json.dumps(value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise TypeError(f"{type(value).__name__} can't be inserted in bulk")


def plain_instant(session: Session, value: datetime) -> str:
    """An instant as this database's driver stores it."""
    return str(_plain(session, value))


def _literal(value: Plain) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, (int, float)) else "'" + value.replace("'", "''") + "'"
