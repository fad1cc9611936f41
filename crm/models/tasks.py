"""What a person has to do, and when."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.kinds import Outcome, TaskKind, TaskOrigin, TaskState
from crm.models.types import Row, choice, fk, instant, key, text

LIVE = sa.text("state IN ('open', 'waiting')")


class Task(Row, table=True):
    """A follow-up. `due_on` is a day in the owner's zone; `due_at` only where an hour was agreed."""

    __tablename__ = "task"
    __table_args__ = (
        sa.Index("ix_task_live", "due_on", "id", "state", "owner_id", sqlite_where=LIVE, postgresql_where=LIVE),
        sa.Index("ix_task_provider", "provider_id", "due_on", sqlite_where=LIVE, postgresql_where=LIVE),
        sa.Index("ix_task_any_provider", "provider_id"),
    )

    id: int | None = key()
    provider_id: int | None = fk("provider.id", index=False)
    practice_id: int | None = fk("practice.id")
    referral_id: int | None = Field(default=None, index=True)
    client_id: int | None = Field(default=None, index=True)
    due_report_id: int | None = Field(default=None)
    clearance_id: int | None = Field(default=None)
    agreement_id: int | None = Field(default=None)
    kind: TaskKind = choice(TaskKind, TaskKind.TODO)
    title: str = Field(max_length=200)
    why: str = ""
    remarks: str = text()
    due_on: date
    due_at: datetime | None = instant()
    state: TaskState = choice(TaskState, TaskState.OPEN)
    waiting_for: str = ""
    origin: TaskOrigin = choice(TaskOrigin, TaskOrigin.PERSON)
    origin_activity_id: int | None = Field(default=None)
    message_id: int | None = Field(default=None)
    template_slug: str = ""
    snoozed: int = 0
    first_due_on: date | None = None
    outcome: Outcome | None = choice(Outcome, null=True)
    owner_id: int | None = fk("user_account.id", index=False)
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
    closed_at: datetime | None = instant()
    closed_by: int | None = fk("user_account.id", index=False)
    sample: bool = False
