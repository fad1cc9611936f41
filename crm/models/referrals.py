"""Referrals, the steps they take, and what led to them."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.kinds import ReferralHow, ReferralStatus
from crm.models.types import Row, added, choice, fk, instant, json_map, key, text

RANKED = ("started_on", "status", "expected_cents", "booked_cents", "sequence_id")
SUMMED = (
    "contacted_on",
    "scheduled_on",
    "ended_on",
    "continuing_on",
    "status",
    "expected_cents",
    "booked_cents",
    "visits",
    "lost_reason",
)
"""At the end of an index, so that results are counted from it alone."""


class Referral(Row, table=True):
    """One client sent by one provider, dated by the day received.

    `lost_from` is the status in which it was lost. `booked_cents` is what came of it: the charges of the sessions
    attended, or with `booked_by_hand` what the trainer says. What led to it (`first_touch_at` to `template_version_id`)
    is summed up from `referral_touch` at the moment of referral, and with `attributed_by_hand` is the trainer's word.
    `conversations` are the touches that reached the provider.
    """

    __tablename__ = "referral"
    __table_args__ = (
        sa.Index("ix_referral_provider", "provider_id", "received_on", "id", "archived_at", "sample", *RANKED),
        sa.Index("ix_referral_received", "received_on", "id", "started_on", "archived_at", "sample", *SUMMED),
        sa.Index("ix_referral_status", "status", "received_on"),
        sa.Index("uq_referral_client_key", "client_key", unique=True),
    )

    id: int | None = key()
    client_id: int = fk("client.id", null=False)
    provider_id: int = fk("provider.id", null=False, index=False)
    practice_id: int | None = fk("practice.id")
    received_on: date
    service_key: str = Field(max_length=40)
    how: ReferralHow = choice(ReferralHow, ReferralHow.CALL)
    status: ReferralStatus = choice(ReferralStatus, ReferralStatus.RECEIVED)
    reason: str = text()
    lost_reason: str = ""
    contacted_on: date | None = None
    scheduled_on: date | None = None
    started_on: date | None = None
    ended_on: date | None = None
    written_on: date | None = None
    expected_cents: int | None = None
    attribution_note: str = ""
    continuing_on: date | None = None
    lost_from: ReferralStatus | None = choice(ReferralStatus, null=True)
    booked_cents: int | None = None
    booked_by_hand: bool = Field(default=False, sa_column_kwargs=added("0"))
    first_touch_at: datetime | None = instant()
    first_touch_kind: str = Field(default="", max_length=24, sa_column_kwargs=added(""))
    last_touch_kind: str = Field(default="", max_length=24, sa_column_kwargs=added(""))
    touches: int = Field(default=0, sa_column_kwargs=added("0"))
    conversations: int = Field(default=0, sa_column_kwargs=added("0"))
    visits: int = Field(default=0, sa_column_kwargs=added("0"))
    days_to_it: int | None = None
    sequence_id: int | None = Field(default=None)
    template_version_id: int | None = Field(default=None)
    credited_id: int | None = Field(default=None)
    attributed_by_hand: bool = Field(default=False, sa_column_kwargs=added("0"))
    inbound_message_id: int | None = Field(default=None)
    origin_activity_id: int | None = Field(default=None)
    import_id: int | None = Field(default=None, index=True)
    owner_id: int | None = fk("user_account.id", index=False)
    client_key: str | None = Field(default=None, max_length=64)
    sample: bool = False
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
    archived_at: datetime | None = instant()


class ReferralStep(Row, table=True):
    """A change of a referral's status: from, to, on which day, by whom, why."""

    __tablename__ = "referral_step"

    id: int | None = key()
    referral_id: int = fk("referral.id", null=False, cascade=True)
    status_from: ReferralStatus | None = choice(ReferralStatus, null=True)
    status_to: ReferralStatus = choice(ReferralStatus)
    happened_on: date
    reason: str = ""
    actor_id: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
    undone_at: datetime | None = instant()


class ReferralTouch(Row, table=True):
    """Attribution: a touch before the referral, copied at the moment of referral."""

    __tablename__ = "referral_touch"

    id: int | None = key()
    referral_id: int = fk("referral.id", null=False, cascade=True)
    activity_id: int | None = Field(default=None)
    position: int = 0
    is_first: bool = False
    is_last: bool = False
    kind: str = Field(max_length=24)
    happened_at: datetime = instant(null=False)
    template_version_id: int | None = Field(default=None)
    snapshot: dict[str, object] = json_map()
