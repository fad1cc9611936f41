"""Rows of recurring work: when it is next due, and who is at it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from crm.models.accounts import Chore


def ensure(session: Session, name: str, due_at: datetime) -> None:
    """Make the row when it isn't there yet."""
    if session.get(Chore, name) is None:
        session.add(Chore(name=name, due_at=due_at))
        session.flush()


def next_due(session: Session, name: str) -> datetime | None:
    """When this work is next due, or when the lease of the one who has it ends."""
    found = session.connection().execute(_TIMES, {"name": name}).first()
    return None if found is None else max(found.due_at, found.lease_until or found.due_at)


# Asked with every tick, so it is made once.
_TIMES = sa.select(col(Chore.due_at), col(Chore.lease_until)).where(col(Chore.name) == sa.bindparam("name"))


def claim(session: Session, name: str, *, me: str, now: datetime, lease_until: datetime) -> bool:
    """Take the work when it is due and free. False when another worker has it."""
    free = sa.or_(col(Chore.lease_until).is_(None), col(Chore.lease_until) <= now)
    taken = session.execute(
        sa.update(Chore)
        .where(col(Chore.name) == name, col(Chore.due_at) <= now, free)
        .values(lease_owner=me, lease_until=lease_until)
    )
    return _count(taken) == 1


def settle(session: Session, name: str, *, me: str, due_at: datetime, done_at: datetime | None) -> bool:
    """Give the work back with its next time. False when the lease had gone to somebody else."""
    values: dict[str, object] = {"lease_owner": "", "lease_until": None, "due_at": due_at}
    if done_at is not None:
        values["done_at"] = done_at
    left = session.execute(
        sa.update(Chore).where(col(Chore.name) == name, col(Chore.lease_owner) == me).values(**values)
    )
    return _count(left) == 1


def _count(result: object) -> int:
    assert isinstance(result, sa.CursorResult)
    return result.rowcount
