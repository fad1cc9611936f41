"""Queries about agreements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, select

from crm.domain.agreements import AgreementPer, AgreementState
from crm.models.accounts import User
from crm.models.agreements import Agreement, AgreementStep
from crm.models.providers import Provider

agreement: sa.Table = Agreement.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
step: sa.Table = AgreementStep.__table__  # type: ignore[attr-defined]
provider: sa.Table = Provider.__table__  # type: ignore[attr-defined]

KEPT = agreement.c.archived_at.is_(None)
MOST = 200


class Line(NamedTuple):
    """An agreement with the organization's name."""

    id: int
    title: str
    service_key: str
    state: AgreementState
    value_cents: int | None
    per: AgreementPer
    proposed_on: date | None
    starts_on: date | None
    ends_on: date | None
    renews_on: date | None
    closed_reason: str
    sample: bool
    provider_id: int
    name: str


class Step(NamedTuple):
    """A change of state and who made it."""

    state_from: AgreementState | None
    state_to: AgreementState
    happened_on: date
    value_cents: int | None
    reason: str
    created_at: datetime
    who: str | None


class Start(NamedTuple):
    """A day on which an agreement began or was renewed, with what its last term needs."""

    agreement_id: int
    happened_on: date
    value_cents: int | None
    per: AgreementPer
    state: AgreementState
    ends_on: date | None
    closed_on: date | None


_COLUMNS = (*(agreement.c[name] for name in Line._fields[:13]), provider.c.display_name)
_JOINED = agreement.join(provider, provider.c.id == agreement.c.provider_id)


def lines(session: Session, *, state: AgreementState | None = None, provider_id: int | None = None) -> list[Line]:
    """Agreements, those that need something soonest first; at most 200."""
    soonest = sa.func.coalesce(agreement.c.renews_on, agreement.c.ends_on, agreement.c.proposed_on)
    query = sa.select(*_COLUMNS).select_from(_JOINED).where(KEPT)
    if state is not None:
        query = query.where(agreement.c.state == state)
    if provider_id is not None:
        query = query.where(agreement.c.provider_id == provider_id)
    ordered = query.order_by(soonest.is_(None), soonest, agreement.c.id.desc())
    return [Line(*row) for row in session.execute(ordered.limit(MOST))]


def counts(session: Session) -> dict[AgreementState, int]:
    """How many there are in each state."""
    query = sa.select(agreement.c.state, sa.func.count()).where(KEPT).group_by(agreement.c.state)
    rows: Sequence[tuple[AgreementState, int]] = session.execute(query).all()
    return dict(rows)


def steps(session: Session, agreement_id: int) -> list[Step]:
    """The changes of state in order."""
    who: sa.Table = User.__table__  # type: ignore[attr-defined]
    query = (
        sa.select(*(step.c[name] for name in Step._fields[:6]), who.c.name)
        .select_from(step.outerjoin(who, who.c.id == step.c.actor_id))
        .where(step.c.agreement_id == agreement_id, step.c.undone_at.is_(None))
        .order_by(step.c.id)
    )
    return [Step(*row) for row in session.execute(query)]


def starts(session: Session, *, sample: bool = False) -> list[Start]:
    """Every day on which an agreement began or was renewed, agreement by agreement in order."""
    kept = (KEPT, agreement.c.sample.is_(sample), step.c.undone_at.is_(None), step.c.state_to == AgreementState.ACTIVE)
    columns = (step.c.agreement_id, step.c.happened_on, step.c.value_cents, agreement.c.per, agreement.c.state)
    query = sa.select(*columns, agreement.c.ends_on, agreement.c.closed_on).where(*kept)
    joined = query.select_from(step.join(agreement, agreement.c.id == step.c.agreement_id))
    return [Start(*row) for row in session.execute(joined.order_by(step.c.agreement_id, step.c.happened_on, step.c.id))]


def open_proposals(session: Session, *, sample: bool = False) -> list[tuple[int, int | None]]:
    """Agreements that wait for an answer, each with its value."""
    query = sa.select(agreement.c.id, agreement.c.value_cents).where(
        KEPT, agreement.c.sample.is_(sample), agreement.c.state == AgreementState.PROPOSED
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def has_real(session: Session) -> bool:
    """Whether there is one beside sample data."""
    return (
        session.execute(sa.select(agreement.c.id).where(KEPT, agreement.c.sample.is_(False)).limit(1)).first()
        is not None
    )


def by_client_key(session: Session, client_key: str) -> Agreement | None:
    """The agreement that a form has made before."""
    return session.exec(select(Agreement).where(Agreement.client_key == client_key)).first()
