"""A PostgreSQL database table by table in the text form of COPY, out and in.

This needs none of the server's programs, which are rarely where Handoff runs and refuse servers newer than themselves.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from crm.store.engine import Database

Columns = dict[str, list[str]]


@contextlib.contextmanager
def one_moment(db: Database) -> Iterator[sa.Connection]:
    """A transaction that sees the database as it is now, whatever others commit meanwhile. Nothing in it is kept."""
    with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        yield connection
        connection.rollback()


def tables(connection: sa.Connection) -> Columns:
    """Every table with its stored (not computed) columns, those first that others refer to."""
    inspector = sa.inspect(connection)
    names = [name for name, _ in inspector.get_sorted_table_and_fkc_names() if name is not None]
    return {name: [c["name"] for c in inspector.get_columns(name) if "computed" not in c] for name in names}


def copy_out(connection: sa.Connection, table: str, columns: list[str]) -> Iterator[bytes]:
    """The rows of one table, as COPY writes them."""
    with _cursor(connection) as cursor, cursor.copy(f"COPY {_target(table, columns)} TO STDOUT") as copied:
        for block in copied:
            yield bytes(block)


def copy_in(connection: sa.Connection, table: str, columns: list[str], blocks: Iterable[bytes]) -> int:
    """Add rows that `copy_out` wrote, without starting our triggers. Returns how many."""
    with _cursor(connection) as cursor:
        cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        count = _fill(cursor, _target(table, columns), blocks)
        cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
    return count


def try_in(connection: sa.Connection, table: str, columns: list[str], blocks: Iterable[bytes]) -> int:
    """As `copy_in`, into a passing table of the same columns: shows that the rows can be read. Returns how many."""
    trial = f"trial_of_{table}"
    with _cursor(connection) as cursor:
        cursor.execute(f'CREATE TEMP TABLE "{trial}" (LIKE "{table}" INCLUDING GENERATED)')
        count = _fill(cursor, _target(trial, columns), blocks)
        cursor.execute(f'DROP TABLE "{trial}"')
    return count


def drop_everything(connection: sa.Connection) -> None:
    """Drop our tables and functions, for a restore to make them again. Extensions stay."""
    for table in sa.inspect(connection).get_table_names():
        connection.execute(sa.text(f'DROP TABLE "{table}" CASCADE'))
    ours = sa.text(
        "SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace "
        "AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    )
    for function in connection.execute(ours).scalars().all():
        connection.execute(sa.text(f"DROP FUNCTION {function} CASCADE"))


def truncate(connection: sa.Connection) -> None:
    """Remove the rows that migrations themselves have put in."""
    names = ", ".join(f'"{name}"' for name in sa.inspect(connection).get_table_names())
    connection.execute(sa.text(f"TRUNCATE {names}"))


def continue_numbering(connection: sa.Connection) -> None:
    """Let ids go on after the highest that is there."""
    # Asked table by table: in one query the planner may ask for the counters of the catalog's own tables first.
    counter_of = sa.text("SELECT pg_get_serial_sequence(quote_ident(:name), 'id')")
    inspector = sa.inspect(connection)
    for table in inspector.get_table_names():
        if not any(column["name"] == "id" for column in inspector.get_columns(table)):
            continue
        counter = connection.execute(counter_of, {"name": table}).scalar()
        if counter is None:
            continue
        highest = f'(SELECT max(id) FROM "{table}")'
        connection.execute(sa.text(f"SELECT setval('{counter}', coalesce({highest}, 1), {highest} IS NOT NULL)"))


def is_open_elsewhere(db: Database) -> bool:
    """Whether another program is connected to this database."""
    db.dispose()
    others = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )
    with db.engine.connect() as connection:
        return bool(connection.execute(others).scalar())


def _fill(cursor: Any, target: str, blocks: Iterable[bytes]) -> int:
    with cursor.copy(f"COPY {target} FROM STDIN") as copied:
        for block in blocks:
            copied.write(block)
    return int(cursor.rowcount)


def _cursor(connection: sa.Connection) -> Any:
    """A cursor of the driver, in the connection's transaction."""
    driver = connection.connection.driver_connection
    assert driver is not None
    return driver.cursor()


def _target(table: str, columns: list[str]) -> str:
    return f'"{table}" ({", ".join(f"{chr(34)}{column}{chr(34)}" for column in columns)})'
