"""Put secondary indexes aside while a first, large load runs, and back afterwards."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import SQLModel

from crm.store.engine import Database


def drop_secondary(db: Database) -> None:
    """Drop the indexes of providers that aren't unique, which slow down a large load.

    `restore` brings them back, also after a crash.
    """
    with db.write() as session:
        for index in _secondary():
            session.execute(sa.text(f"DROP INDEX IF EXISTS {index.name}"))


def restore(db: Database) -> int:
    """Make the indexes that are missing, each in a transaction of its own. Returns how many were."""
    with db.read() as session:
        present = {index["name"] for index in sa.inspect(session.connection()).get_indexes("provider")}
    missing = [index for index in _secondary() if index.name not in present]
    for index in missing:
        with db.write() as session:
            index.create(session.connection(), checkfirst=True)
    return len(missing)


def _secondary() -> list[sa.Index]:
    found = (index for index in SQLModel.metadata.tables["provider"].indexes if not index.unique)
    return sorted(found, key=lambda index: str(index.name))
