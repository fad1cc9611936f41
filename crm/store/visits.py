"""Queries over visits: for now, which one comes next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.kinds import VisitState
from crm.models.practices import Contact, Practice
from crm.models.providers import Provider
from crm.models.visits import Visit


class Planned(NamedTuple):
    """A visit with whom and where."""

    visit: Visit
    provider: Provider
    practice: Practice | None


def next_visit(session: Session, today: date, owner_id: int | None = None) -> Planned | None:
    """The first visit still to make, from today on: one's own, or one that is nobody's."""
    query = _planned().where(Visit.planned_on >= today).limit(1)
    if owner_id is not None:
        query = query.where(sa.or_(col(Visit.owner_id) == owner_id, col(Visit.owner_id).is_(None)))
    row = session.exec(query).first()
    return Planned(*row) if row else None


def on_day(session: Session, day: date, owner_id: int) -> list[Planned]:
    """The visits somebody still has to make on a day, their own and nobody's, in order."""
    query = _planned().where(Visit.planned_on == day)
    query = query.where(sa.or_(col(Visit.owner_id) == owner_id, col(Visit.owner_id).is_(None)))
    return [Planned(*row) for row in session.exec(query)]


def desk(session: Session, practice_id: int) -> Contact | None:
    """Whom one meets first at a practice."""
    query = select(Contact).where(Contact.practice_id == practice_id, col(Contact.archived_at).is_(None))
    return session.exec(query.order_by(col(Contact.id)).limit(1)).first()


def planned_until(session: Session, provider_id: int, day: date) -> Sequence[Visit]:
    """A provider's visits that are still planned for `day` or an earlier one."""
    query = select(Visit).where(Visit.provider_id == provider_id, Visit.state == VisitState.PLANNED)
    return session.exec(query.where(Visit.planned_on <= day)).all()


def _planned() -> Any:
    where = sa.func.coalesce(Visit.practice_id, Provider.practice_id) == col(Practice.id)
    query = (
        select(Visit, Provider, Practice)
        .join(Provider, col(Provider.id) == Visit.provider_id)
        .join(Practice, where, isouter=True)
        .where(Visit.state == VisitState.PLANNED, col(Provider.archived_at).is_(None))
    )
    return query.order_by(col(Visit.planned_on), col(Visit.planned_at).is_(None), col(Visit.planned_at), col(Visit.id))
