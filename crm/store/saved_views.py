"""Named addresses of the provider list."""

from __future__ import annotations

from sqlmodel import Session, select

from crm.models.providers import SavedView


def by_name(session: Session, user_id: int, name: str) -> SavedView | None:
    """One view of somebody."""
    return session.exec(select(SavedView).where(SavedView.user_id == user_id, SavedView.name == name)).first()
