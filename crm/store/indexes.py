"""Put indexes aside while a first, large load runs, and back afterwards."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from crm.store.engine import Database

TABLES = ("provider", "practice", "affiliation")
#: Partial indexes of rows that somebody works with: a load puts nothing into them, so that they cost it nothing.
SPARSE = frozenset(
    (
        "ix_practice_email",
        "ix_provider_archived",
        "ix_provider_email",
        "ix_provider_enroll_later",
        "ix_provider_last_touch",
        "ix_provider_merged_into",
        "ix_provider_next_due",
        "ix_provider_owner",
        "ix_provider_referred",
        "ix_provider_sample",
        "ix_provider_stage_due",
    )
)


def drop_secondary(db: Database) -> None:
    """Drop the indexes that aren't unique and that a load fills.

    `restore` brings them back, also after a crash.
    """
    with db.write() as session:
        drop(session)


def drop(session: Session, but: Collection[str] = ()) -> None:
    """As `drop_secondary`, in the caller's transaction, `but` for these."""
    for index in _secondary():
        if index.name not in but:
            session.execute(sa.text(f"DROP INDEX IF EXISTS {index.name}"))


def restore(db: Database) -> int:
    """Make the indexes that are missing, each in a transaction of its own. Returns how many were."""
    with db.read() as session:
        inspector = sa.inspect(session.connection())
        present = {index["name"] for table in TABLES for index in inspector.get_indexes(table)}
    missing = [index for index in _secondary() if index.name not in present]
    if db.is_sqlite:
        for index in missing:
            _make(db, index)
    else:  # which makes two of one table at the same time
        with ThreadPoolExecutor(2) as both:
            list(both.map(partial(_make, db), missing))
    return len(missing)


def _make(db: Database, index: sa.Index) -> None:
    with db.write(sorting=True) as session:
        index.create(session.connection(), checkfirst=True)


def _secondary() -> list[sa.Index]:
    found = (index for table in TABLES for index in SQLModel.metadata.tables[table].indexes if not index.unique)
    return sorted((index for index in found if index.name not in SPARSE), key=lambda index: str(index.name))
