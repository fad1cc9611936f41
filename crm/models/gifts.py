"""The ledger of gifts and meals."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.gifts import GiftKind
from crm.models.types import Row, choice, fk, instant, key, text


class Gift(Row, table=True):
    """Something given on one occasion, worth `value_cents` in all, shared by those in `gift_recipient`."""

    __tablename__ = "gift"
    __table_args__ = (
        sa.Index("ix_gift_day", "given_on", "id"),
        sa.Index("uq_gift_client_key", "client_key", unique=True),
    )

    id: int | None = key()
    given_on: date
    kind: GiftKind = choice(GiftKind, GiftKind.GIFT)
    what: str = Field(max_length=200)
    occasion: str = Field(default="", max_length=200)
    value_cents: int
    others: int = 0
    practice_id: int | None = fk("practice.id", index=False)
    visit_id: int | None = fk("visit.id", index=False)
    activity_id: int | None = fk("activity.id", index=False)
    remarks: str = text()
    client_key: str | None = Field(default=None, max_length=64)
    sample: bool = False
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
    archived_at: datetime | None = instant()


class GiftRecipient(Row, table=True):
    """A provider or a contact who had a share. `others` of the gift are people whose names nobody noted."""

    __tablename__ = "gift_recipient"
    __table_args__ = (
        sa.Index("ix_gift_recipient_provider", "provider_id"),
        sa.Index("ix_gift_recipient_contact", "contact_id"),
        sa.CheckConstraint("provider_id IS NOT NULL OR contact_id IS NOT NULL", name="somebody"),
    )

    id: int | None = key()
    gift_id: int = fk("gift.id", null=False, cascade=True)
    provider_id: int | None = fk("provider.id", index=False)
    contact_id: int | None = fk("contact.id", index=False)
    share_cents: int
