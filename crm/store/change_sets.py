"""What was done lately and can be taken back."""

from __future__ import annotations

from typing import NamedTuple

from sqlmodel import Session, col, select

from crm.models.accounts import User
from crm.models.audit import ChangeSet


class Done(NamedTuple):
    """A change set and the name of who did it."""

    change_set: ChangeSet
    who: str


def recent(session: Session, limit: int, before: int | None = None) -> list[Done]:
    """The latest change sets, before one of them when told so."""
    query = select(ChangeSet, User.name).join(User, col(User.id) == col(ChangeSet.actor_id), isouter=True)
    if before is not None:
        query = query.where(col(ChangeSet.id) < before)
    rows = session.exec(query.order_by(col(ChangeSet.id).desc()).limit(limit))
    return [Done(change_set, name or "") for change_set, name in rows]
