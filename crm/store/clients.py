"""Queries over clients: the list, who referred one, and what is repeated on other pages."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.kinds import ReferralStatus
from crm.models.client_care import ClientAuthorization, ClientClearance
from crm.models.clients import Client
from crm.models.measurements import Assessment
from crm.models.providers import Provider
from crm.models.referrals import Referral

client: sa.Table = Client.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
assessment: sa.Table = Assessment.__table__  # type: ignore[attr-defined]
authorization: sa.Table = ClientAuthorization.__table__  # type: ignore[attr-defined]
clearance: sa.Table = ClientClearance.__table__  # type: ignore[attr-defined]
referral: sa.Table = Referral.__table__  # type: ignore[attr-defined]
provider: sa.Table = Provider.__table__  # type: ignore[attr-defined]


class Show(StrEnum):
    """Which clients a list shows. A client without a last day hasn't ended."""

    ALL = "all"
    ACTIVE = "active"
    UNAUTHORIZED = "unauthorized"
    UNCLEARED = "uncleared"
    ENDED = "ended"


class Line(NamedTuple):
    """A client in the list: their days and papers, how often and when last measured, and who referred last.

    `authorized` is whether any authorization holds today, `asked` whether a clearance is outstanding.
    """

    id: int
    code: str
    condition: str
    birth_year: int | None
    sample: bool
    archived_at: datetime | None
    started_on: date | None
    ended_on: date | None
    authorized: bool
    asked: bool
    measured: int
    measured_on: date | None
    provider_id: int | None
    provider: str | None


class Sender(NamedTuple):
    """A referral of a client, and who sent it."""

    id: int
    received_on: date
    service_key: str
    status: ReferralStatus
    provider_id: int
    name: str


def page(
    session: Session,
    today: date,
    *,
    limit: int,
    search: str = "",
    archived: bool = False,
    show: Show = Show.ALL,
    before: int | None = None,
) -> tuple[list[Line], int | None]:
    """The clients added last, and where the next page starts."""
    query = (
        sa.select(
            *(client.c[name] for name in Line._fields[:8]),
            _authorized(today),
            _asked(),
            _measured(sa.func.count()),
            _measured(sa.func.max(assessment.c.measured_on)),
            _latest(referral.c.provider_id),
            _latest(provider.c.display_name),
        )
        .where(client.c.archived_at.is_not(None) if archived else client.c.archived_at.is_(None), *_shown(show, today))
        .order_by(client.c.id.desc())
        .limit(limit + 1)
    )
    if search:
        query = query.where(client.c.code.contains(search.strip().upper(), autoescape=True))
    if before is not None:
        query = query.where(client.c.id < before)
    lines = [Line(*row) for row in session.execute(query)]
    return lines[:limit], lines[limit - 1].id if len(lines) > limit else None


def counts(session: Session) -> tuple[int, int]:
    """How many clients there are, and how many were archived."""
    gone = sa.func.count(client.c.archived_at)
    everyone, archived = session.execute(sa.select(sa.func.count(), gone).select_from(client)).one()
    return everyone - archived, archived


def senders(session: Session, client_id: int) -> list[Sender]:
    """A client's referrals, the latest first."""
    columns = (*(referral.c[name] for name in Sender._fields[:5]), provider.c.display_name)
    query = (
        sa.select(*columns)
        .select_from(referral.join(provider, provider.c.id == referral.c.provider_id))
        .where(referral.c.client_id == client_id, referral.c.archived_at.is_(None))
        .order_by(referral.c.received_on.desc(), referral.c.id.desc())
    )
    return [Sender(*row) for row in session.execute(query)]


def _shown(show: Show, today: date) -> tuple[sa.ColumnElement[bool], ...]:
    here = client.c.ended_on.is_(None)
    return {
        Show.ALL: (),
        Show.ACTIVE: (here, client.c.started_on.is_not(None)),
        Show.UNAUTHORIZED: (here, sa.not_(_authorized(today))),
        Show.UNCLEARED: (here, _asked()),
        Show.ENDED: (client.c.ended_on.is_not(None),),
    }[show]


def _authorized(today: date) -> sa.ColumnElement[bool]:
    c = authorization.c
    holds = sa.and_(
        c.signed_on <= today,
        sa.or_(c.until_on.is_(None), c.until_on >= today),
        sa.or_(c.revoked_on.is_(None), c.revoked_on > today),
    )
    return sa.exists().where(c.client_id == client.c.id, c.archived_at.is_(None), holds).correlate(client)


def _asked() -> sa.ColumnElement[bool]:
    c = clearance.c
    outstanding = sa.and_(c.asked_on.is_not(None), c.returned_on.is_(None), c.archived_at.is_(None))
    return sa.exists().where(c.client_id == client.c.id, outstanding).correlate(client)


def _measured(value: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    query = sa.select(value).where(assessment.c.client_id == client.c.id, assessment.c.archived_at.is_(None))
    return query.correlate(client).scalar_subquery()


def _latest(column: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    """A column of a client's latest referral."""
    query = (
        sa.select(column)
        .select_from(referral.join(provider, provider.c.id == referral.c.provider_id))
        .where(referral.c.client_id == client.c.id, referral.c.archived_at.is_(None))
        .order_by(referral.c.received_on.desc(), referral.c.id.desc())
        .limit(1)
    )
    return query.correlate(client).scalar_subquery()
