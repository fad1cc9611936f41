"""The trainer's certification, insurance and CPR card, and a warning before one runs out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session

from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import CredentialKind
from crm.models.accounts import Credential
from crm.services import audit
from crm.store import credentials as store
from crm.store.engine import Database

WARN_BEFORE = timedelta(days=60)
"""Renewing takes weeks, and an office may ask for a copy any day."""


def of_user(session: Session, user_id: int) -> Sequence[Credential]:
    """All papers, the one that runs out first at the top."""
    return store.of_user(session, user_id)


def expiring(rows: Sequence[Credential], today: date) -> list[Credential]:
    """Those that have run out or will within 60 days."""
    return [row for row in rows if row.expires_on is not None and row.expires_on <= today + WARN_BEFORE]


def add(
    db: Database, user_id: int, *, kind: str, name: str, number: str = "", expires_on: str = "", now: datetime
) -> Credential:
    """Write a paper down. `expires_on` is an ISO date, or empty for one that never runs out."""
    errors = {}
    if kind not in set(CredentialKind):
        errors["kind"] = "Choose what it is."
    if not name.strip():
        errors["name"] = "Name it as it stands on the paper, such as MedExPRO or CPR/AED."
    day = _day(expires_on, errors)
    if errors:
        raise Invalid(errors)
    with db.write() as session:
        row = Credential(
            user_id=user_id, kind=CredentialKind(kind), name=name.strip()[:120], number=number.strip()[:80]
        )
        row.expires_on = day
        session.add(row)
        audit.note(session, "credential_added", row.name, actor_id=user_id, now=now)
    return row


def renew(db: Database, user_id: int, credential_id: int, *, expires_on: str, now: datetime) -> None:
    """Give a paper its new date."""
    errors: dict[str, str] = {}
    day = _day(expires_on, errors)
    if errors:
        raise Invalid(errors)
    with db.write() as session:
        row = _own(session, user_id, credential_id)
        row.expires_on = day
        session.add(row)
        audit.note(session, "credential_renewed", row.name, actor_id=user_id, now=now)


def remove(db: Database, user_id: int, credential_id: int, *, now: datetime) -> None:
    """Take a paper from the list."""
    with db.write() as session:
        row = _own(session, user_id, credential_id)
        audit.note(session, "credential_removed", row.name, actor_id=user_id, now=now, number=row.number)
        session.delete(row)


def _own(session: Session, user_id: int, credential_id: int) -> Credential:
    row = session.get(Credential, credential_id)
    if row is None or row.user_id != user_id:
        raise NotFound("This paper is no longer on the list.")
    return row


def _day(text: str, errors: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        errors["expires_on"] = "Write the date as 2027-05-31."
        return None
