"""Agreements with organizations, and the steps they took."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.agreements import AgreementPer, AgreementState
from crm.models.types import Row, choice, fk, instant, key, text


class Agreement(Row, table=True):
    """A workplace program, a partnership with a clinic: one value, one term. The organization is a provider."""

    __tablename__ = "agreement"
    __table_args__ = (
        sa.Index("ix_agreement_state", "state", "renews_on", "id"),
        sa.Index("uq_agreement_client_key", "client_key", unique=True),
    )

    id: int | None = key()
    provider_id: int = fk("provider.id", null=False)
    contact_id: int | None = fk("contact.id", index=False)
    service_key: str = Field(max_length=40)
    title: str = Field(default="", max_length=120)
    state: AgreementState = choice(AgreementState, AgreementState.IDEA)
    value_cents: int | None = None
    per: AgreementPer = choice(AgreementPer, AgreementPer.TOTAL)
    proposed_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    renews_on: date | None = None
    notice_days: int = 60
    closed_on: date | None = None
    closed_reason: str = ""
    remarks: str = text()
    owner_id: int | None = fk("user_account.id", index=False)
    client_key: str | None = Field(default=None, max_length=64)
    sample: bool = False
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
    updated_at: datetime = instant(null=False)
    archived_at: datetime | None = instant()


class AgreementStep(Row, table=True):
    """A change of an agreement's state: from, to, on which day, by whom, why, at which value."""

    __tablename__ = "agreement_step"

    id: int | None = key()
    agreement_id: int = fk("agreement.id", null=False, cascade=True)
    state_from: AgreementState | None = choice(AgreementState, null=True)
    state_to: AgreementState = choice(AgreementState)
    happened_on: date
    value_cents: int | None = None
    reason: str = ""
    actor_id: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
    undone_at: datetime | None = instant()
