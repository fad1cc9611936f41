"""Queries for a partner's summary: which clients a provider has to do with, their sessions, and their reports."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.client_kinds import ClientRole, ReportState, SessionState
from crm.domain.kinds import ReferralStatus
from crm.domain.papers import DocumentKind
from crm.models.client_care import ClientSession
from crm.models.clients import Client, ClientProvider
from crm.models.referrals import Referral
from crm.models.reports import DueReport

link: sa.Table = ClientProvider.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
client: sa.Table = Client.__table__  # type: ignore[attr-defined]
referral: sa.Table = Referral.__table__  # type: ignore[attr-defined]
held: sa.Table = ClientSession.__table__  # type: ignore[attr-defined]
due: sa.Table = DueReport.__table__  # type: ignore[attr-defined]

TOLD = (ClientRole.REFERRING, ClientRole.INFORMED)


class Known(NamedTuple):
    """A client of a provider, and how long."""

    id: int
    code: str
    started_on: date | None
    ended_on: date | None


class Sent(NamedTuple):
    """The latest referral of a client by this provider."""

    client_id: int
    status: ReferralStatus
    received_on: date
    contacted_on: date | None
    scheduled_on: date | None
    started_on: date | None
    ended_on: date | None


class Held(NamedTuple):
    """A session: whose, when, how it went."""

    client_id: int
    happened_on: date
    state: SessionState


class Report(NamedTuple):
    """A report about a client to this provider: delivered, or still owed."""

    client_id: int
    kind: DocumentKind
    state: ReportState
    due_on: date
    delivered_on: date | None


def clients(session: Session, provider_id: int, first_on: date, last_on: date) -> list[Known]:
    """Clients whom the provider sent or is kept informed of, and who had not ended before these days."""
    linked = sa.select(link.c.client_id).where(
        link.c.provider_id == provider_id,
        link.c.role.in_(TOLD),
        link.c.gets_reports,
        link.c.since_on <= last_on,
        sa.or_(link.c.until_on.is_(None), link.c.until_on >= first_on),
    )
    sent = sa.select(referral.c.client_id).where(
        referral.c.provider_id == provider_id, referral.c.received_on <= last_on, referral.c.archived_at.is_(None)
    )
    query = (
        sa.select(*(client.c[name] for name in Known._fields))
        .where(
            client.c.id.in_(linked.union(sent)),
            sa.or_(client.c.ended_on.is_(None), client.c.ended_on >= first_on),
            client.c.archived_at.is_(None),
        )
        .order_by(client.c.code)
    )
    return [Known(*row) for row in session.execute(query)]


def referrals(session: Session, provider_id: int, ids: Collection[int]) -> dict[int, Sent]:
    """The latest referral of each of these clients by this provider."""
    query = (
        sa.select(*(referral.c[name] for name in Sent._fields))
        .where(referral.c.provider_id == provider_id, referral.c.client_id.in_(ids), referral.c.archived_at.is_(None))
        .order_by(referral.c.received_on, referral.c.id)
    )
    return {row.client_id: Sent(*row) for row in session.execute(query)}


def sessions(session: Session, ids: Collection[int], first_on: date, last_on: date) -> list[Held]:
    """The sessions of these clients in these days."""
    query = sa.select(*(held.c[name] for name in Held._fields)).where(
        held.c.client_id.in_(ids), held.c.happened_on.between(first_on, last_on), held.c.archived_at.is_(None)
    )
    return [Held(*row) for row in session.execute(query)]


def reports(session: Session, provider_id: int, ids: Collection[int]) -> list[Report]:
    """The reports about these clients to this provider that were delivered or are owed, the earliest first."""
    query = (
        sa.select(*(due.c[name] for name in Report._fields))
        .where(
            due.c.provider_id == provider_id,
            due.c.client_id.in_(ids),
            due.c.state != ReportState.SKIPPED,
            due.c.archived_at.is_(None),
        )
        .order_by(due.c.due_on, due.c.id)
    )
    return [Report(*row) for row in session.execute(query)]
