"""Recurring work that exactly one worker does, however many there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from crm.store import chores
from crm.store.engine import Database

LEASE_TIME = timedelta(hours=2)
"""Longer than any chore takes; after it a vanished worker's chore is free again."""

RETRY_TIME = timedelta(minutes=15)
"""When a chore that failed is tried again."""


def run(
    db: Database, name: str, do: Callable[[], int], *, next_at: Callable[[datetime], datetime], me: str, now: datetime
) -> int:
    """Do the work when it is due and nobody else has it; returns what `do` returns, or 0.

    No transaction is open while it works. When it raises, it is due again after `RETRY_TIME`.
    """
    if not _claim(db, name, me, now):
        return 0
    try:
        count = do()
    except Exception:
        _settle(db, name, me, now + RETRY_TIME, None)
        raise
    _settle(db, name, me, next_at(now), now)
    return count


def ensure(db: Database, first_at: dict[str, datetime]) -> None:
    """Make the rows of chores that are new, each with the time of its first run."""
    with db.read() as session:
        missing = [name for name in first_at if chores.next_due(session, name) is None]
    for name in missing:
        try:
            with db.write() as session:
                chores.ensure(session, name, first_at[name])
        except IntegrityError:
            continue  # another worker, starting at the same moment, has made it


def _claim(db: Database, name: str, me: str, now: datetime) -> bool:
    with db.write() as session:
        return chores.claim(session, name, me=me, now=now, lease_until=now + LEASE_TIME)


def _settle(db: Database, name: str, me: str, due_at: datetime, done_at: datetime | None) -> None:
    with db.write() as session:
        chores.settle(session, name, me=me, due_at=due_at, done_at=done_at)
