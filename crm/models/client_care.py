"""What a client has signed, been cleared for, attended, and what happened."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.client_kinds import ClearanceAnswer, EventKind, SessionState
from crm.models.types import Row, choice, fk, instant, json_list, key, text

ATTENDED = sa.text("state = 'attended' AND archived_at IS NULL")
CHARGED = ("happened_on", "sample", "charge_cents", "state", "archived_at")
"""At the end of an index, so that results are counted from it alone."""
ASKED = sa.text("returned_on IS NULL AND archived_at IS NULL")


class ClientAuthorization(Row, table=True):
    """A client's signed permission: what may go to whom, from which day to which. Without `until_on` it holds on.

    `provider_id` is whom it names; where it names somebody who is no provider here, only `to_name` is set. `covers`
    lists the kinds of report; empty covers all.
    """

    __tablename__ = "client_authorization"
    __table_args__ = (sa.Index("ix_client_authorization_client", "client_id", "id"),)

    id: int | None = key()
    client_id: int = fk("client.id", null=False, index=False)
    provider_id: int | None = fk("provider.id")
    to_name: str = Field(default="", max_length=200)
    covers: list[str] = json_list()
    signed_on: date
    until_on: date | None = None
    revoked_on: date | None = None
    stored_file_id: int | None = fk("stored_file.id", index=False)
    remarks: str = text()
    sample: bool = False
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
    archived_at: datetime | None = instant()


class ClientClearance(Row, table=True):
    """A physician was asked whether, and within which limits, a client may exercise. Outstanding until returned."""

    __tablename__ = "client_clearance"
    __table_args__ = (
        sa.Index("ix_client_clearance_client", "client_id", "id"),
        sa.Index("ix_client_clearance_asked", "asked_on", "id", sqlite_where=ASKED, postgresql_where=ASKED),
    )

    id: int | None = key()
    client_id: int = fk("client.id", null=False, index=False)
    provider_id: int | None = fk("provider.id")
    asked_on: date | None = None
    document_id: int | None = fk("document.id", index=False)
    returned_on: date | None = None
    answer: ClearanceAnswer | None = choice(ClearanceAnswer, null=True)
    until_on: date | None = None
    condition: str = text()
    systolic_max: int | None = None
    diastolic_max: int | None = None
    heart_rate_max: int | None = None
    weight_bearing: str = Field(default="", max_length=200)
    precautions: str = text()
    stored_file_id: int | None = fk("stored_file.id", index=False)
    remarks: str = text()
    sample: bool = False
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
    archived_at: datetime | None = instant()


class ClientSession(Row, table=True):
    """One session. `charge_cents` is fixed when it was attended, so that a new price changes no old figure.

    `client_key` is the phone's idempotency key. `referral_id` is the referral that the client attends it for.
    """

    __tablename__ = "client_session"
    __table_args__ = (
        sa.Index("ix_client_session_client", "client_id", "happened_on", "id"),
        sa.Index("ix_client_session_referral", "referral_id"),
        sa.Index("ix_client_session_attended", *CHARGED, sqlite_where=ATTENDED, postgresql_where=ATTENDED),
        sa.Index("uq_client_session_client_key", "client_key", unique=True),
    )

    id: int | None = key()
    client_id: int = fk("client.id", null=False, index=False)
    referral_id: int | None = fk("referral.id", index=False)
    happened_on: date
    state: SessionState = choice(SessionState, SessionState.ATTENDED)
    minutes: int | None = None
    work: str = text()
    response: str = text()
    charge_cents: int | None = None
    client_key: str | None = Field(default=None, max_length=64)
    sample: bool = False
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
    archived_at: datetime | None = instant()


class ClientEvent(Row, table=True):
    """Something happened to a client. An urgent one is a phone call first, written up afterwards (`called_at`)."""

    __tablename__ = "client_event"
    __table_args__ = (sa.Index("ix_client_event_client", "client_id", "happened_on", "id"),)

    id: int | None = key()
    client_id: int = fk("client.id", null=False, index=False)
    happened_on: date
    kind: EventKind = choice(EventKind, EventKind.OTHER)
    urgent: bool = False
    what: str = text()
    done: str = text()
    called_at: datetime | None = instant()
    called_whom: str = Field(default="", max_length=200)
    sample: bool = False
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
    archived_at: datetime | None = instant()
