"""Queries over providers that are kept for a sequence until somebody chooses which."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Session, col

from crm.models.providers import Provider

KEPT = sa.text("enroll_later_at IS NOT NULL AND archived_at IS NULL")  # as the index has it


def count(session: Session, cap: int) -> int:
    """How many there are, counted up to the cap."""
    some = sa.select(col(Provider.id)).where(KEPT).limit(cap).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def ids(session: Session, limit: int) -> list[int]:
    """Who they are, the longest kept first."""
    query = sa.select(col(Provider.id)).where(KEPT).order_by(col(Provider.enroll_later_at), col(Provider.id))
    return list(session.scalars(query.limit(limit)))
