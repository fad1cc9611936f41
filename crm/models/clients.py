"""Clients: a code and what a report needs, nothing that names a person."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.client_kinds import ClientOrigin, ClientRole
from crm.models.types import EnumText, Row, added, choice, fk, instant, key, text


class Client(Row, table=True):
    """Somebody referred, by initials or code. Full name and date of birth are never stored.

    `sex` is "female", "male" or empty, for norms that differ; pain scores are printed only with `shows_pain`.
    `started_on` is the day of the first session, `ended_on` the day of discharge. `sees_provider_on` is the next visit
    to the provider that the client named: the report goes before it. `report_days` is the rhythm of progress reports,
    0 for none.
    """

    __tablename__ = "client"

    id: int | None = key()
    code: str = Field(unique=True, max_length=24)
    birth_year: int | None = None
    sex: str = Field(default="", max_length=8, sa_column_kwargs=added(""))
    condition: str = text()
    precautions: str = Field(default="", sa_type=sa.Text, sa_column_kwargs=added(""))
    goals: str = Field(default="", sa_type=sa.Text, sa_column_kwargs=added(""))
    shows_pain: bool = Field(default=False, sa_column_kwargs=added("0"))
    origin: ClientOrigin = Field(
        default=ClientOrigin.REFERRED,
        sa_type=EnumText(ClientOrigin),
        nullable=False,
        sa_column_kwargs=added("referred"),
    )
    service_key: str = Field(default="", max_length=40, sa_column_kwargs=added(""))
    started_on: date | None = None
    ended_on: date | None = None
    sees_provider_on: date | None = None
    report_days: int = Field(default=30, sa_column_kwargs=added("30"))
    sample: bool = False
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
    archived_at: datetime | None = instant()


class ClientProvider(Row, table=True):
    """A provider who sent a client, is kept informed, or clears them. `until_on` ends it."""

    __tablename__ = "client_provider"
    __table_args__ = (sa.UniqueConstraint("client_id", "provider_id", "role"),)

    id: int | None = key()
    client_id: int = fk("client.id", null=False, index=False)
    provider_id: int = fk("provider.id", null=False)
    role: ClientRole = choice(ClientRole, ClientRole.INFORMED)
    gets_reports: bool = True
    since_on: date
    until_on: date | None = None
    sample: bool = False
    created_at: datetime = instant(null=False)


class SentClient(Row, table=True):
    """A client whom we sent to a provider: the other direction, which partners notice."""

    __tablename__ = "sent_client"
    __table_args__ = (
        sa.Index("ix_sent_client_client", "client_id"),
        sa.Index("ix_sent_client_provider", "provider_id", "sent_on"),
        sa.Index("uq_sent_client_client_key", "client_key", unique=True),
    )

    id: int | None = key()
    client_id: int = fk("client.id", null=False, index=False)
    provider_id: int = fk("provider.id", null=False, index=False)
    sent_on: date
    reason: str = text()
    came_of_it: str = text()
    client_key: str | None = Field(default=None, max_length=64)
    sample: bool = False
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
    archived_at: datetime | None = instant()
