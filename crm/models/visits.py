"""Visits: planned, then done."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.kinds import Outcome, VisitState
from crm.models.types import Row, choice, fk, instant, json_list, key, text


class Visit(Row, table=True):
    """One call at one practice. `planned_on` is a day in the practice's zone."""

    __tablename__ = "visit"
    __table_args__ = (
        sa.Index("ix_visit_day", "planned_on", "state"),
        sa.Index("uq_visit_client_key", "client_key", unique=True),
    )

    id: int | None = key()
    provider_id: int = fk("provider.id", null=False)
    practice_id: int | None = fk("practice.id")
    owner_id: int | None = fk("user_account.id", index=False)
    planned_on: date
    planned_at: datetime | None = instant()
    purpose: str = ""
    materials: list[str] = json_list()
    remarks: str = text()
    state: VisitState = choice(VisitState, VisitState.PLANNED)
    outcome: Outcome | None = choice(Outcome, null=True)
    done_at: datetime | None = instant()
    client_key: str | None = Field(default=None, max_length=64)
    sample: bool = False
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
