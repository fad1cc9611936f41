"""Reports that are owed to providers, each with the day it is due and the day it was delivered."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.client_kinds import ReportState
from crm.domain.papers import DocumentKind
from crm.models.types import Row, choice, fk, instant, text

OWED = sa.text("state = 'open' AND archived_at IS NULL")


class DueReport(Row, table=True):
    """One report about one client to one provider. On time when `delivered_on` is not after `due_on`.

    `occasion` tells one report from the next of its kind (the first day of its period, an event's id), so that the
    clock can be wound again without owing anything twice.
    """

    __tablename__ = "due_report"
    __table_args__ = (
        sa.UniqueConstraint("client_id", "provider_id", "kind", "occasion"),
        sa.Index("ix_due_report_owed", "due_on", "id", sqlite_where=OWED, postgresql_where=OWED),
        sa.Index("ix_due_report_provider", "provider_id", "due_on"),
        sa.Index("ix_due_report_delivered", "delivered_on"),
        sa.Index("ix_due_report_due", "due_on", "id", "state", "delivered_on", "sample", "archived_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    client_id: int = fk("client.id", null=False, index=False)
    provider_id: int = fk("provider.id", null=False, index=False)
    referral_id: int | None = fk("referral.id")
    event_id: int | None = fk("client_event.id", index=False)
    kind: DocumentKind = choice(DocumentKind)
    occasion: str = Field(default="", max_length=40)
    from_on: date | None = None
    due_on: date
    why: str = ""
    state: ReportState = choice(ReportState, ReportState.OPEN)
    skipped_reason: str = ""
    bottom_line: str = text()
    plan: str = text()
    ask: str = text()
    tolerance: str = text()
    document_id: int | None = fk("document.id", index=False)
    delivered_on: date | None = None
    task_id: int | None = fk("task.id", index=False)
    sample: bool = False
    created_at: datetime = instant(null=False)
    updated_at: datetime = instant(null=False)
    archived_at: datetime | None = instant()
