"""Queries about a client's file: what was signed, cleared, happened, and which providers have to do with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.client_kinds import ClientRole
from crm.models.client_care import ClientAuthorization, ClientClearance, ClientEvent
from crm.models.clients import Client, ClientProvider, SentClient
from crm.models.providers import Provider


class Partner(NamedTuple):
    """A provider of a client, in one role."""

    link: ClientProvider
    provider: Provider


class Asked(NamedTuple):
    """A clearance, and the physician who was asked."""

    clearance: ClientClearance
    name: str | None
    phone: str | None
    fax: str | None


class Signed(NamedTuple):
    """An authorization, and the provider whom it names."""

    authorization: ClientAuthorization
    name: str | None


class Sent(NamedTuple):
    """A client whom we sent to a provider."""

    sent: SentClient
    code: str
    name: str


def partners(session: Session, client_id: int) -> list[Partner]:
    """A client's providers in every role, those who ended last."""
    query = (
        select(ClientProvider, Provider)
        .join(Provider, col(Provider.id) == ClientProvider.provider_id)
        .where(ClientProvider.client_id == client_id)
        .order_by(col(ClientProvider.until_on).is_not(None), col(ClientProvider.role).desc(), col(ClientProvider.id))
    )
    return [Partner(*row) for row in session.exec(query)]


def partner(session: Session, client_id: int, provider_id: int, role: ClientRole) -> ClientProvider | None:
    """One provider in one role, ended or not."""
    query = select(ClientProvider).where(
        ClientProvider.client_id == client_id, ClientProvider.provider_id == provider_id, ClientProvider.role == role
    )
    return session.exec(query).first()


def authorizations(session: Session, client_id: int) -> list[Signed]:
    """What a client has signed, the latest first."""
    query = (
        select(ClientAuthorization, Provider.display_name)
        .join(Provider, col(Provider.id) == ClientAuthorization.provider_id, isouter=True)
        .where(ClientAuthorization.client_id == client_id, col(ClientAuthorization.archived_at).is_(None))
        .order_by(col(ClientAuthorization.signed_on).desc(), col(ClientAuthorization.id).desc())
    )
    return [Signed(*row) for row in session.exec(query)]


def in_force(session: Session, client_id: int, provider_id: int, on: date) -> Sequence[ClientAuthorization]:
    """A client's authorizations towards a provider that hold on a day, the latest first."""
    it = ClientAuthorization
    query = select(it).where(
        it.client_id == client_id,
        it.provider_id == provider_id,
        it.signed_on <= on,
        sa.or_(col(it.until_on).is_(None), col(it.until_on) >= on),
        sa.or_(col(it.revoked_on).is_(None), col(it.revoked_on) > on),
        col(it.archived_at).is_(None),
    )
    return session.exec(query.order_by(col(it.signed_on).desc(), col(it.id).desc())).all()


def clearances(session: Session, client_id: int) -> list[Asked]:
    """A client's clearances and what was asked for, the latest first."""
    query = (
        select(ClientClearance, Provider.display_name, Provider.phone, Provider.fax)
        .join(Provider, col(Provider.id) == ClientClearance.provider_id, isouter=True)
        .where(ClientClearance.client_id == client_id, col(ClientClearance.archived_at).is_(None))
        .order_by(col(ClientClearance.id).desc())
    )
    return [Asked(*row) for row in session.exec(query)]


def events(session: Session, client_id: int) -> Sequence[ClientEvent]:
    """What happened to a client, the latest first."""
    query = select(ClientEvent).where(ClientEvent.client_id == client_id, col(ClientEvent.archived_at).is_(None))
    return session.exec(query.order_by(col(ClientEvent.happened_on).desc(), col(ClientEvent.id).desc())).all()


def sent_of_client(session: Session, client_id: int) -> list[Sent]:
    """To whom we sent a client, the latest first."""
    return _sent(session, SentClient.client_id == client_id, limit=50)


def sent_to(session: Session, provider_id: int, limit: int = 20) -> list[Sent]:
    """Whom we sent to a provider, the latest first."""
    return _sent(session, SentClient.provider_id == provider_id, limit=limit)


def sent_by_key(session: Session, client_key: str) -> SentClient | None:
    """What the phone has sent before."""
    return session.exec(select(SentClient).where(SentClient.client_key == client_key)).first()


def _sent(session: Session, whose: sa.ColumnElement[bool] | bool, *, limit: int) -> list[Sent]:
    query = (
        select(SentClient, Client.code, Provider.display_name)
        .join(Client, col(Client.id) == SentClient.client_id)
        .join(Provider, col(Provider.id) == SentClient.provider_id)
        .where(whose, col(SentClient.archived_at).is_(None))
        .order_by(col(SentClient.sent_on).desc(), col(SentClient.id).desc())
        .limit(limit)
    )
    return [Sent(*row) for row in session.exec(query)]
