"""Rows of files in the data folder."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from crm.models.messages import StoredFile


def by_hash(session: Session, sha256: str) -> StoredFile | None:
    """The file with this content."""
    return session.exec(select(StoredFile).where(StoredFile.sha256 == sha256)).first()


def make(session: Session, sha256: str, size: int, *, name: str, mime: str, now: datetime) -> StoredFile:
    """A new row; the one that somebody else made at the same moment wins."""
    made = StoredFile(sha256=sha256, size=size, name=name, mime=mime, created_at=now)
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
        return made
    except IntegrityError:
        found = by_hash(session, sha256)
        if found is None:
            raise
        return found
