"""Asking for a look at duplicates. Apart from duplicates.py, so that imports don't load what compares names."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from crm.models.accounts import Chore

CHORE = "find_duplicates"


def request(session: Session, *, now: datetime) -> None:
    """Ask the worker to look soon, as after an import. Nothing to ask before a worker has run: it looks every night."""
    session.execute(sa.update(Chore).where(col(Chore.name) == CHORE, col(Chore.due_at) > now).values(due_at=now))
