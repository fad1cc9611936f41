"""Queries about words that a check blocks and somebody took responsibility for."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from crm.models.accounts import User
from crm.models.templates import TextOverride


def of(session: Session, subject: str, subject_id: int) -> Sequence[TextOverride]:
    """What was allowed in one text, the oldest first."""
    query = select(TextOverride).where(TextOverride.subject == subject, TextOverride.subject_id == subject_id)
    return session.exec(query.order_by(col(TextOverride.id))).all()


def latest(session: Session, *, before_id: int | None = None, limit: int = 50) -> list[tuple[TextOverride, User]]:
    """Everything that was ever allowed and by whom, the newest first."""
    query = select(TextOverride, User).where(TextOverride.actor_id == User.id)
    if before_id is not None:
        query = query.where(col(TextOverride.id) < before_id)
    return list(session.exec(query.order_by(col(TextOverride.id).desc()).limit(limit)))
