"""Queries about the business, its users, their sessions and wrong passwords."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import configure_mappers
from sqlmodel import Session, col, select

from crm.models.accounts import Business, LoginAttempt, User, WebSession

T = TypeVar("T")


def business(session: Session, *, lock: bool = False) -> Business | None:
    """The one business. With `lock`, others who ask with `lock` wait for this transaction to end."""
    return session.get(Business, 1, with_for_update=lock)


def owner(session: Session) -> User | None:
    """The first user, who owns the business."""
    return session.exec(select(User).order_by(col(User.id)).limit(1)).first()


def user_by_email(session: Session, email: str) -> User | None:
    """The user with this (lower-case) e-mail."""
    return session.exec(select(User).where(User.email == email)).first()


def has_password(session: Session) -> bool:
    """Whether anybody can sign in yet."""
    return session.exec(select(User.id).where(User.password_hash != "").limit(1)).first() is not None


_SESSION: sa.Table = WebSession.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_USER: sa.Table = User.__table__  # type: ignore[attr-defined]
_BUSINESS: sa.Table = Business.__table__  # type: ignore[attr-defined]
_BY_TOKEN = (
    sa.select(*_SESSION.c, *_USER.c, *_BUSINESS.c)
    .join(_USER, _USER.c.id == _SESSION.c.user_id)
    .join(_BUSINESS, _BUSINESS.c.id == 1, isouter=True)
    .where(
        _SESSION.c.token_hash == sa.bindparam("token_hash"),
        _SESSION.c.revoked_at.is_(None),
        _SESSION.c.expires_at > sa.bindparam("now"),
        _USER.c.disabled_at.is_(None),
    )
)


def by_token(connection: Connection, token_hash: str, now: datetime) -> tuple[WebSession, User, Business | None] | None:
    """A live session with its user and the business, in one query; objects to read, which belong to no session."""
    row = connection.execute(_BY_TOKEN, {"token_hash": token_hash, "now": now}).first()
    if row is None:
        return None
    configure_mappers()  # the first request of a process may come before any query for a class has done this
    of_user = len(_SESSION.c)
    of_business = of_user + len(_USER.c)
    business = _read(Business, _BUSINESS, row[of_business:]) if row[of_business] is not None else None
    return _read(WebSession, _SESSION, row[:of_user]), _read(User, _USER, row[of_user:of_business]), business


def _read(model: type[T], table: sa.Table, values: Sequence[Any]) -> T:
    """What a query for the class would give, at a third of its cost: every page asks for these three."""
    made: T = sa.inspect(model).class_manager.new_instance()
    made.__dict__.update(zip(table.c.keys(), values, strict=True))
    return made


def sessions_of(session: Session, user_id: int, now: datetime) -> Sequence[WebSession]:
    """The live sessions of a user, the one used last first."""
    return session.exec(
        select(WebSession)
        .where(WebSession.user_id == user_id, col(WebSession.revoked_at).is_(None), WebSession.expires_at > now)
        .order_by(col(WebSession.seen_at).desc(), col(WebSession.id).desc())
    ).all()


def revoke(session: Session, user_id: int, now: datetime, *, only: int | None = None, but: int | None = None) -> int:
    """End sessions of a user: all of them, `only` one, or all `but` one. Returns how many."""
    change = sa.update(WebSession).where(col(WebSession.user_id) == user_id, col(WebSession.revoked_at).is_(None))
    if only is not None:
        change = change.where(col(WebSession.id) == only)
    if but is not None:
        change = change.where(col(WebSession.id) != but)
    return int(session.connection().execute(change.values(revoked_at=now)).rowcount)


def seen(session: Session, session_id: int, now: datetime, expires_at: datetime) -> None:
    """Remember that a session was used just now."""
    change = sa.update(WebSession).where(col(WebSession.id) == session_id)
    session.connection().execute(change.values(seen_at=now, expires_at=expires_at))


def drop_old_sessions(session: Session, before: datetime) -> None:
    """Forget sessions that ended before this time."""
    session.connection().execute(sa.delete(WebSession).where(col(WebSession.expires_at) < before))


def tries(session: Session, key: str, since: datetime) -> Sequence[datetime]:
    """When wrong passwords were given for this e-mail or from this address."""
    query = (
        select(LoginAttempt.at).where(LoginAttempt.key == key, LoginAttempt.at >= since).order_by(col(LoginAttempt.at))
    )
    return session.exec(query).all()


def forget_tries(session: Session, *, ids: Sequence[int] = (), keys: Sequence[str] = ()) -> None:
    """Remove wrong tries by row, or all of an e-mail."""
    connection = session.connection()
    if ids:
        connection.execute(sa.delete(LoginAttempt).where(col(LoginAttempt.id).in_(ids)))
    if keys:
        connection.execute(sa.delete(LoginAttempt).where(col(LoginAttempt.key).in_(keys)))


def drop_old_tries(session: Session, before: datetime) -> None:
    """Forget wrong tries that no longer count."""
    session.connection().execute(sa.delete(LoginAttempt).where(col(LoginAttempt.at) < before))
