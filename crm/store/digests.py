"""Queries over the due times of digests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlmodel import Session

from crm.models.accounts import User

#: For somebody whose digest has no time yet: due at once, which only gives it one.
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)

user: sa.Table = User.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
WANTED = sa.and_(user.c.digest_hour.is_not(None), user.c.disabled_at.is_(None))


def next_due(session: Session) -> datetime | None:
    """When the next digest is due."""
    everybody, timed, next_at = session.connection().execute(_NEXT).one()
    return AT_ONCE if timed < everybody else next_at


# Asked with every tick, so it is made once.
_NEXT = sa.select(sa.func.count(), sa.func.count(user.c.next_digest_at), sa.func.min(user.c.next_digest_at)).where(
    WANTED
)


def due(session: Session, now: datetime) -> Sequence[int]:
    """The people whose digest is due or has no time yet."""
    waiting = sa.or_(user.c.next_digest_at.is_(None), user.c.next_digest_at <= now)
    return session.execute(sa.select(user.c.id).where(WANTED, waiting).order_by(user.c.id)).scalars().all()


def claim(session: Session, user_id: int, seen: datetime | None, next_at: datetime) -> bool:
    """Move the due time on; False if another worker has done it."""
    same = user.c.next_digest_at.is_(None) if seen is None else user.c.next_digest_at == seen
    moved = user.update().where(user.c.id == user_id, same).values(next_digest_at=next_at)
    return session.connection().execute(moved).rowcount == 1
