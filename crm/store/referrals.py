"""Queries over referrals: the list, one with its steps, a provider's own, and the counts behind conversion."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.client_kinds import ClientRole
from crm.domain.conversion import Rate
from crm.domain.kinds import TOUCHES, ReferralHow, ReferralStatus
from crm.domain.referrals import ENDED, STILL_OPEN
from crm.models.accounts import User
from crm.models.activities import Activity
from crm.models.clients import Client, ClientProvider
from crm.models.providers import Provider
from crm.models.referrals import Referral, ReferralStep, ReferralTouch

referral: sa.Table = Referral.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
client: sa.Table = Client.__table__  # type: ignore[attr-defined]
provider: sa.Table = Provider.__table__  # type: ignore[attr-defined]
step: sa.Table = ReferralStep.__table__  # type: ignore[attr-defined]

CAP = 1000
NOT_ARCHIVED = referral.c.archived_at.is_(None)


class Line(NamedTuple):
    """A referral with its client's code and its provider."""

    id: int
    received_on: date
    service_key: str
    how: ReferralHow
    status: ReferralStatus
    reason: str
    lost_reason: str
    contacted_on: date | None
    scheduled_on: date | None
    started_on: date | None
    ended_on: date | None
    written_on: date | None
    expected_cents: int | None
    provider_id: int
    client_id: int
    code: str
    name: str
    practice_name: str
    specialty: str


class Mark(NamedTuple):
    """Where a page ended."""

    received_on: date
    id: int


class Step(NamedTuple):
    """A change of status and who made it."""

    id: int
    status_from: ReferralStatus | None
    status_to: ReferralStatus
    happened_on: date
    reason: str
    created_at: datetime
    who: str | None


@dataclass(frozen=True)
class Filter:
    """Which referrals are wanted; empty wants all."""

    statuses: tuple[ReferralStatus, ...] = ()
    service_key: str = ""
    provider_id: int | None = None
    unwritten: bool = False


_COLUMNS = (
    *(referral.c[name] for name in Line._fields[:15]),
    client.c.code,
    provider.c.display_name,
    provider.c.practice_name,
    provider.c.specialty,
)
_JOINED = referral.join(client, client.c.id == referral.c.client_id).join(
    provider, provider.c.id == referral.c.provider_id
)


def page(
    session: Session, *, limit: int, after: Mark | None = None, wanted: Filter = Filter()
) -> tuple[list[Line], Mark | None]:
    """The newest referrals, and where the next page starts."""
    query = (
        sa.select(*_COLUMNS)
        .select_from(_JOINED)
        .where(NOT_ARCHIVED, *_wanted(wanted))
        .order_by(referral.c.received_on.desc(), referral.c.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        mark = sa.tuple_(sa.literal(after.received_on), sa.literal(after.id))
        query = query.where(sa.tuple_(referral.c.received_on, referral.c.id) < mark)
    lines = [Line(*row) for row in session.execute(query)]
    if len(lines) <= limit:
        return lines, None
    return lines[:limit], Mark(lines[limit - 1].received_on, lines[limit - 1].id)


def line(session: Session, referral_id: int) -> Line | None:
    """One referral."""
    row = session.execute(sa.select(*_COLUMNS).select_from(_JOINED).where(referral.c.id == referral_id)).first()
    return Line(*row) if row else None


def of_provider(session: Session, provider_id: int, limit: int = 50) -> list[Line]:
    """A provider's referrals, the newest first."""
    return page(session, limit=limit, wanted=Filter(provider_id=provider_id))[0]


def status_counts(session: Session) -> dict[ReferralStatus, int]:
    """How many referrals there are in each status."""
    query = sa.select(referral.c.status, sa.func.count()).where(NOT_ARCHIVED).group_by(referral.c.status)
    rows: Sequence[tuple[ReferralStatus, int]] = session.execute(query).all()
    return dict(rows)


def started_rate(session: Session, since: date | None = None) -> Rate:
    """Started out of received, by day received."""
    clauses = [NOT_ARCHIVED, *([referral.c.received_on >= since] if since else [])]
    query = sa.select(sa.func.count(referral.c.started_on), sa.func.count()).where(*clauses)
    started, received = session.execute(query).one()
    return Rate(started, received)


def steps(session: Session, referral_id: int) -> list[Step]:
    """The changes of status in order."""
    who = User.__table__  # type: ignore[attr-defined]
    query = (
        sa.select(*(step.c[name] for name in Step._fields[:6]), who.c.name)
        .select_from(step.outerjoin(who, who.c.id == step.c.actor_id))
        .where(step.c.referral_id == referral_id, step.c.undone_at.is_(None))
        .order_by(step.c.id)
    )
    return [Step(*row) for row in session.execute(query)]


def touches(session: Session, referral_id: int) -> Sequence[ReferralTouch]:
    """What led to a referral, the first touch first."""
    query = select(ReferralTouch).where(ReferralTouch.referral_id == referral_id)
    return session.exec(query.order_by(col(ReferralTouch.position))).all()


def by_client_key(session: Session, client_key: str) -> Referral | None:
    """The referral that the phone has sent before."""
    return session.exec(select(Referral).where(Referral.client_key == client_key)).first()


def client_by_code(session: Session, code: str) -> Client | None:
    """The client with this code."""
    return session.exec(select(Client).where(Client.code == code)).first()


def latest_code(session: Session) -> str | None:
    """The code given last."""
    return session.exec(select(Client.code).order_by(col(Client.id).desc()).limit(1)).first()


def numbers_of(session: Session, provider_id: int) -> tuple[date | None, date | None, int]:
    """First and last day and the count of a provider's referrals."""
    query = sa.select(sa.func.min(referral.c.received_on), sa.func.max(referral.c.received_on), sa.func.count())
    first, last, count = session.execute(query.where(referral.c.provider_id == provider_id, NOT_ARCHIVED)).one()
    return first, last, count


def services_of(session: Session, provider_id: int) -> list[str]:
    """The services a provider refers for, the latest first."""
    query = (
        sa.select(referral.c.service_key)
        .where(referral.c.provider_id == provider_id, NOT_ARCHIVED)
        .group_by(referral.c.service_key)
        .order_by(sa.func.max(referral.c.received_on).desc())
    )
    return [key for (key,) in session.execute(query)]


def touches_before(session: Session, provider_id: int, end: datetime) -> Sequence[Activity]:
    """The touches with a provider up to an instant, the first first."""
    query = select(Activity).where(
        Activity.provider_id == provider_id,
        col(Activity.kind).in_(sorted(TOUCHES)),
        col(Activity.undone_at).is_(None),
        Activity.happened_at <= end,
    )
    return session.exec(query.order_by(col(Activity.happened_at), col(Activity.id))).all()


def lead_role(session: Session, client_id: int, provider_id: int) -> ClientProvider | None:
    """The row that says that a provider referred a client."""
    query = select(ClientProvider).where(
        ClientProvider.client_id == client_id,
        ClientProvider.provider_id == provider_id,
        ClientProvider.role == ClientRole.REFERRING,
    )
    return session.exec(query).first()


def open_of_client(session: Session, client_id: int, but: int) -> int:
    """How many other referrals of a client are still under way."""
    query = sa.select(sa.func.count()).where(
        referral.c.client_id == client_id, referral.c.id != but, NOT_ARCHIVED, ~_in(referral.c.status, ENDED)
    )
    return int(session.execute(query).scalar_one())


def other_started(session: Session, client_id: int, but: int) -> bool:
    """Whether a client has come by another referral, too."""
    query = sa.select(referral.c.id).where(
        referral.c.client_id == client_id, referral.c.id != but, NOT_ARCHIVED, referral.c.started_on.is_not(None)
    )
    return session.execute(query.limit(1)).first() is not None


def last_step_to(session: Session, referral_id: int, status: ReferralStatus) -> ReferralStep | None:
    """The step by which a referral last reached a status."""
    query = select(ReferralStep).where(
        ReferralStep.referral_id == referral_id,
        ReferralStep.status_to == status,
        col(ReferralStep.undone_at).is_(None),
    )
    return session.exec(query.order_by(col(ReferralStep.id).desc()).limit(1)).first()


def _wanted(wanted: Filter) -> list[Any]:
    clauses: list[Any] = []
    if wanted.statuses:
        clauses.append(_in(referral.c.status, wanted.statuses))
    if wanted.service_key:
        clauses.append(referral.c.service_key == wanted.service_key)
    if wanted.provider_id is not None:
        clauses.append(referral.c.provider_id == wanted.provider_id)
    if wanted.unwritten:
        clauses += [referral.c.written_on.is_(None), _in(referral.c.status, (*STILL_OPEN, ReferralStatus.STARTED))]
    return clauses


def _in(column: sa.Column[Any], statuses: Collection[ReferralStatus]) -> sa.ColumnElement[bool]:
    return column.in_(list(statuses))
