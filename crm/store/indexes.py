"""Put secondary indexes aside while a first, large load runs, and back afterwards."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from crm.store.engine import Database

LOADED = ("provider", "practice", "affiliation")


def drop_secondary(db: Database, tables: Sequence[str] = LOADED) -> None:
    """Drop every index that is not unique. `restore` brings them back, also after a crash."""
    with db.write() as session:
        for index in _secondary(tables):
            session.execute(sa.text(f"DROP INDEX IF EXISTS {index.name}"))


def restore(db: Database, tables: Sequence[str] = LOADED) -> int:
    """Make the indexes that are missing, each in a transaction of its own. Returns how many were."""
    with db.read() as session:
        missing = [index for index in _secondary(tables) if index.name not in _present(session, tables)]
    for index in missing:
        with db.write() as session:
            index.create(session.connection(), checkfirst=True)
    return len(missing)


def _present(session: Session, tables: Sequence[str]) -> set[str | None]:
    inspector = sa.inspect(session.connection())
    return {index["name"] for table in tables for index in inspector.get_indexes(table)}


def _secondary(tables: Sequence[str]) -> list[sa.Index]:
    found = [index for name in tables for index in SQLModel.metadata.tables[name].indexes if not index.unique]
    return sorted(found, key=lambda index: str(index.name))
