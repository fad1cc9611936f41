"""Named addresses of the provider list."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, select

from crm.models.providers import SavedView

OF_USER = sa.text("SELECT id, name, query FROM saved_view WHERE user_id = :user_id ORDER BY name")


class View(NamedTuple):
    """A saved view as the list shows it."""

    id: int
    name: str
    query: str


def of_user(session: Session, user_id: int) -> list[View]:
    """Somebody's views by name."""
    return [View(*row) for row in session.connection().execute(OF_USER, {"user_id": user_id})]


def by_name(session: Session, user_id: int, name: str) -> SavedView | None:
    """One view of somebody."""
    return session.exec(select(SavedView).where(SavedView.user_id == user_id, SavedView.name == name)).first()
