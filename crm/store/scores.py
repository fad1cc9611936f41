"""Distances and fits of providers, in batches by id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from crm.domain.kinds import ProviderKind
from crm.models.accounts import Business
from crm.models.providers import Provider


class Ranked(NamedTuple):
    """What the score of a provider depends on, and the score it has."""

    id: int
    specialty: str
    zip: str
    has_phone: bool
    has_email: bool
    kind: ProviderKind
    is_peer: bool
    is_deactivated: bool
    miles: float | None
    fit: int


def is_due(session: Session) -> bool:
    """Whether somebody asked for new distances and fits."""
    query = sa.select(sa.func.count()).select_from(Business).where(col(Business.scored_at).is_(None))
    return bool(session.connection().execute(query).scalar_one())


def batch(session: Session, after: int, count: int) -> list[Ranked]:
    """The next `count` providers above an id."""
    query = (
        sa.select(
            col(Provider.id),
            col(Provider.specialty),
            col(Provider.zip),
            (col(Provider.phone) != "").label("has_phone"),
            (col(Provider.email) != "").label("has_email"),
            col(Provider.kind),
            sa.and_(col(Provider.is_peer), ~col(Provider.peer_overridden)).label("ranks_as_peer"),
            col(Provider.deactivated_on).is_not(None).label("is_deactivated"),
            col(Provider.distance_miles),
            col(Provider.fit),
        )
        .where(col(Provider.id) > after)
        .order_by(col(Provider.id))
        .limit(count)
    )
    return [Ranked._make(row) for row in session.connection().execute(query)]


def store(session: Session, scores: Sequence[tuple[int, float | None, int]]) -> None:
    """Write (id, miles, fit)."""
    if scores:
        change = (
            sa.update(Provider)
            .where(col(Provider.id) == sa.bindparam("which"))
            .values(distance_miles=sa.bindparam("miles"), fit=sa.bindparam("points"))
        )
        rows = [{"which": which, "miles": miles, "points": points} for which, miles, points in scores]
        session.connection().execute(change, rows)
