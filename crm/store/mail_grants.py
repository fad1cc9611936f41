"""Tokens of mailboxes, and sign-ins that have begun."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.mail_kinds import SignInState
from crm.models.sign_ins import MailGrant, MailSignIn


def take(session: Session, seen: MailGrant, *, now: datetime, until: datetime) -> bool:
    """Take the lease for renewing, if the tokens are still those that were seen and nobody else is at it."""
    free = sa.or_(col(MailGrant.renewing_until).is_(None), col(MailGrant.renewing_until) <= now)
    same = (
        col(MailGrant.mail_account_id) == seen.mail_account_id,
        col(MailGrant.refresh_token) == seen.refresh_token,
        col(MailGrant.access_token) == seen.access_token,
        col(MailGrant.failed_at).is_(None),
    )
    return _count(session.execute(sa.update(MailGrant).where(*same, free).values(renewing_until=until))) == 1


def release(session: Session, account_id: int, until: datetime) -> None:
    """Give the lease back that ends then."""
    mine = (col(MailGrant.mail_account_id) == account_id, col(MailGrant.renewing_until) == until)
    session.execute(sa.update(MailGrant).where(*mine).values(renewing_until=None))


def change(session: Session, account_id: int, **values: Any) -> None:
    """Write new tokens."""
    session.execute(sa.update(MailGrant).where(col(MailGrant.mail_account_id) == account_id).values(**values))


def fail(session: Session, seen: MailGrant, until: datetime, *, error: str, now: datetime) -> bool:
    """Note that these tokens are used up for good; not when somebody else has renewed them after our lease ended."""
    mine = (
        col(MailGrant.mail_account_id) == seen.mail_account_id,
        col(MailGrant.refresh_token) == seen.refresh_token,
        col(MailGrant.renewing_until) == until,
    )
    values = {"renewing_until": None, "failed_at": now, "error": error}
    return _count(session.execute(sa.update(MailGrant).where(*mine).values(**values))) == 1


def latest_client(session: Session, service: str) -> MailGrant | None:
    """The newest grant of this service: the next sign-in most likely uses the same client."""
    newest = select(MailGrant).where(MailGrant.service == service).order_by(col(MailGrant.updated_at).desc())
    return session.exec(newest.limit(1)).first()


def by_state(session: Session, state_key: str) -> MailSignIn | None:
    """The sign-in that this state belongs to."""
    return session.exec(select(MailSignIn).where(MailSignIn.state_key == state_key)).first()


def end(session: Session, sign_in_id: int, state: SignInState, **values: Any) -> bool:
    """End a sign-in that still waits. False when it has ended meanwhile."""
    waiting = (col(MailSignIn.id) == sign_in_id, col(MailSignIn.state) == SignInState.WAITING)
    return _count(session.execute(sa.update(MailSignIn).where(*waiting).values(state=state, **values))) == 1


def take_poll(session: Session, seen: MailSignIn, next_poll_at: datetime) -> bool:
    """Take the turn to ask about a code; only one does, however many workers there are."""
    mine = (
        col(MailSignIn.id) == seen.id,
        col(MailSignIn.state) == SignInState.WAITING,
        col(MailSignIn.next_poll_at) == seen.next_poll_at,
    )
    return _count(session.execute(sa.update(MailSignIn).where(*mine).values(next_poll_at=next_poll_at))) == 1


def to_poll(session: Session, now: datetime) -> Sequence[MailSignIn]:
    """Sign-ins by code that it is time to ask about."""
    due = select(MailSignIn).where(*_POLLED, col(MailSignIn.next_poll_at) <= now)
    return session.exec(due.order_by(col(MailSignIn.next_poll_at))).all()


def next_poll(session: Session) -> datetime | None:
    """When it is next time to ask."""
    return session.exec(select(sa.func.min(col(MailSignIn.next_poll_at))).where(*_POLLED)).first()


def forget(session: Session, before: datetime) -> None:
    """Sign-ins that ended long ago are of no use, and what is secret in them goes with them."""
    session.execute(sa.delete(MailSignIn).where(col(MailSignIn.expires_at) < before))


_POLLED = (col(MailSignIn.state) == SignInState.WAITING, col(MailSignIn.next_poll_at).is_not(None))


def _count(result: object) -> int:
    assert isinstance(result, sa.CursorResult)
    return result.rowcount
