"""Removing what belongs to sample clients, and what was agreed with, or given to, sample providers."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel, col

from crm.models.activities import Activity
from crm.models.agreements import Agreement, AgreementStep
from crm.models.client_care import ClientAuthorization, ClientClearance, ClientEvent, ClientSession
from crm.models.clients import Client, ClientProvider, SentClient
from crm.models.gifts import Gift, GiftRecipient
from crm.models.providers import Provider
from crm.models.reports import DueReport
from crm.models.visits import Visit
from crm.store.demo_rows import columns_of, forget_rows

#: In an order in which they can be removed.
OF_CLIENTS: tuple[type[SQLModel], ...] = (
    *(DueReport, ClientSession, ClientEvent, ClientAuthorization, ClientClearance, SentClient, ClientProvider),
)

_providers = sa.select(col(Provider.id)).where(col(Provider.sample))
_clients = sa.select(col(Client.id)).where(col(Client.sample))


def remove(connection: sa.Connection) -> None:
    """Remove them, with what could be undone."""
    for table in OF_CLIENTS:
        _remove(connection, table, _about(table))
    agreements = sa.select(col(Agreement.id)).where(_about(Agreement))
    _remove(connection, AgreementStep, col(AgreementStep.agreement_id).in_(agreements))
    _remove(connection, Agreement, _about(Agreement))
    _remove_gifts(connection)


def count_own(connection: sa.Connection, table: type[SQLModel], since: Any) -> int:
    """How many rows about sample clients or providers were written after a moment."""
    query = sa.select(sa.func.count()).select_from(table).where(_about(table), columns_of(table).created_at > since)
    return int(connection.execute(query).scalar_one())


def _about(table: type[SQLModel]) -> sa.ColumnElement[bool]:
    columns = columns_of(table)
    about: list[sa.ColumnElement[Any]] = [columns.sample]
    if "client_id" in columns:
        about.append(columns.client_id.in_(_clients))
    if "provider_id" in columns:
        about.append(columns.provider_id.in_(_providers))
    return sa.or_(*about)


def _remove(connection: sa.Connection, table: type[SQLModel], mine: sa.ColumnElement[Any]) -> None:
    forget_rows(connection, table, mine)
    connection.execute(sa.delete(table).where(mine))


def _remove_gifts(connection: sa.Connection) -> None:
    """A gift that only sample people had goes; of others, their share does."""
    samples = sa.select(col(Gift.id)).where(col(Gift.sample))
    theirs = col(GiftRecipient.provider_id).in_(_providers) | col(GiftRecipient.gift_id).in_(samples)
    touched = list(connection.execute(sa.select(col(GiftRecipient.gift_id)).where(theirs).distinct()).scalars())
    _remove(connection, GiftRecipient, theirs)
    shared = sa.exists().where(col(GiftRecipient.gift_id) == col(Gift.id))
    _remove(connection, Gift, col(Gift.sample) | (col(Gift.id).in_(touched) & ~shared & (col(Gift.others) == 0)))
    tables: tuple[tuple[str, type[SQLModel]], ...] = (("activity_id", Activity), ("visit_id", Visit))
    for column, table in tables:
        gone = sa.select(columns_of(table).id).where(columns_of(table).provider_id.in_(_providers))
        connection.execute(sa.update(Gift).where(columns_of(Gift)[column].in_(gone)).values({column: None}))
