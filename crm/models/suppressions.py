"""Addresses that get no outreach mail, whatever happens to the provider."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from crm.domain.kinds import SuppressionReason
from crm.models.types import Row, choice, instant, key, text


class Suppression(Row, table=True):
    """By normalised address, with no foreign key: it survives deleting and importing the provider again."""

    __tablename__ = "suppression"

    id: int | None = key()
    address: str = Field(unique=True, max_length=254)
    reason: SuppressionReason = choice(SuppressionReason)
    evidence: str = text()
    message_id: int | None = Field(default=None)
    actor_id: int | None = Field(default=None)
    created_at: datetime = instant(null=False)
