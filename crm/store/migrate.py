"""Bring the schema up to date, under a lock, without loading Alembic when there is nothing to do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from crm.store.engine import Database, WriteQueue

FOLDER = Path(__file__).resolve().parents[2] / "migrations"
LOCK_NUMBER = 72_063_411


class NewerSchemaError(RuntimeError):
    """The database was written by a newer Handoff than this one."""


def head() -> str:
    """The newest revision, which is the number that its file's name begins with."""
    return max(path.name[:4] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def current(db: Database) -> str | None:
    """The revision that the database is at, None when it is empty."""
    with db.read() as session:
        if not sa.inspect(session.connection()).has_table("alembic_version"):
            return None
        value = session.connection().execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return None if value is None else str(value)


def upgrade(db: Database) -> bool:
    """Migrate to the head. Returns whether anything was done. Raises NewerSchemaError."""
    if _is_current(db):
        return False
    with _alone(db):
        if _is_current(db):
            return False
        with db.engine.begin() as connection:
            run(connection)
    return True


def _is_current(db: Database) -> bool:
    at = current(db)
    if at is not None and at > head():
        raise NewerSchemaError(f"The database is at revision {at}, this Handoff knows up to {head()}: update Handoff.")
    return at == head()


@contextlib.contextmanager
def _alone(db: Database) -> Iterator[None]:
    if db.path is not None:
        queue = WriteQueue(db.path.with_name(db.path.name + ".migrate"))
        queue.enter()
        try:
            yield
        finally:
            queue.close()
        return
    with db.engine.connect() as connection:
        connection.execute(sa.text("SELECT pg_advisory_lock(:n)"), {"n": LOCK_NUMBER})
        try:
            yield
        finally:
            connection.execute(sa.text("SELECT pg_advisory_unlock(:n)"), {"n": LOCK_NUMBER})


def run(connection: sa.Connection, revision: str = "head") -> None:
    """Run the migrations up to `revision` in the caller's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config(str(FOLDER / "alembic.ini"))
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
