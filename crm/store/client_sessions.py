"""Queries about a client's sessions: the list, how many were attended, what they brought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from crm.domain import attendance
from crm.domain.attendance import Attendance
from crm.domain.client_kinds import SessionState
from crm.models.client_care import ClientSession

it = ClientSession
session_row: sa.Table = ClientSession.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes


def past(session: Session, client_id: int, today: date, limit: int = 12) -> Sequence[ClientSession]:
    """Sessions whose day has come, the latest first."""
    query = _of(client_id).where(it.happened_on <= today)
    return session.exec(query.order_by(col(it.happened_on).desc(), col(it.id).desc()).limit(limit)).all()


def to_come(session: Session, client_id: int, today: date) -> Sequence[ClientSession]:
    """Sessions that are planned for later days, the next first."""
    query = _of(client_id).where(it.happened_on > today)
    return session.exec(query.order_by(col(it.happened_on), col(it.id))).all()


def page(
    session: Session, client_id: int, *, limit: int, after: tuple[date, int] | None = None
) -> tuple[Sequence[ClientSession], tuple[date, int] | None]:
    """Every session, the latest first, and where the next page starts."""
    query = _of(client_id).order_by(col(it.happened_on).desc(), col(it.id).desc()).limit(limit + 1)
    if after is not None:
        mark = sa.tuple_(sa.literal(after[0]), sa.literal(after[1]))
        query = query.where(sa.tuple_(session_row.c.happened_on, session_row.c.id) < mark)
    found = session.exec(query).all()
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], (last.happened_on, last.id or 0)


def attended(
    session: Session, client_id: int, today: date, from_on: date | None = None, to_on: date | None = None
) -> Attendance:
    """How sessions went, of all or of those between two days, both included."""
    c = session_row.c
    query = sa.select(c.happened_on, c.state).where(c.client_id == client_id, c.archived_at.is_(None))
    if from_on is not None:
        query = query.where(c.happened_on >= from_on)
    if to_on is not None:
        query = query.where(c.happened_on <= to_on)
    return attendance.of(((day, state) for day, state in session.execute(query)), today)


def first_attended(session: Session, client_id: int) -> date | None:
    """The day of the first session that was attended."""
    c = session_row.c
    mine = (c.client_id == client_id, c.state == SessionState.ATTENDED, c.archived_at.is_(None))
    found: date | None = session.execute(sa.select(sa.func.min(c.happened_on)).where(*mine)).scalar()
    return found


def on_day(session: Session, client_id: int, day: date, state: SessionState) -> ClientSession | None:
    """A session of this day in this state."""
    query = _of(client_id).where(it.happened_on == day, it.state == state)
    return session.exec(query.order_by(col(it.id)).limit(1)).first()


def days_taken(session: Session, client_id: int, first_on: date, last_on: date) -> set[date]:
    """Days between two on which there is a session already that wasn't cancelled."""
    c = session_row.c
    query = sa.select(c.happened_on).where(
        c.client_id == client_id,
        c.archived_at.is_(None),
        c.state != SessionState.CANCELLED,
        c.happened_on.between(first_on, last_on),
    )
    return {day for (day,) in session.execute(query)}


def by_client_key(session: Session, client_key: str) -> ClientSession | None:
    """What the phone has sent before."""
    return session.exec(select(it).where(it.client_key == client_key)).first()


def booked(session: Session, referral_id: int) -> int | None:
    """What the attended sessions of a referral brought, in cents; None where none has a price."""
    c = session_row.c
    query = sa.select(sa.func.sum(c.charge_cents)).where(
        c.referral_id == referral_id, c.state == SessionState.ATTENDED, c.archived_at.is_(None)
    )
    total = session.execute(query).scalar()
    return None if total is None else int(total)


def _of(client_id: int) -> SelectOfScalar[ClientSession]:
    return select(it).where(it.client_id == client_id, col(it.archived_at).is_(None))
