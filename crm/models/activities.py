"""The timeline."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.kinds import ActivityKind, Outcome
from crm.domain.pipeline import Stage
from crm.models.types import EnumText, Row, choice, fk, instant, json_map, key, text

MOVES = sa.text("kind = 'stage' AND undone_at IS NULL")
REPLIES = sa.text("kind = 'reply' AND undone_at IS NULL")
VISITS = sa.text("kind = 'visit' AND undone_at IS NULL")
COUNTED = ("provider_id", "undone_at", "stage_from", "sample", "group_key")
MOVED = ("stage_to", "happened_at", "undone_at", "kind")
VISITED = ("kind", "group_key", "happened_at", "sample", "undone_at")
ANSWERED = ("provider_id", "kind", "happened_at", "undone_at")
"""At the end of an index, so that results are counted from it alone."""


class Activity(Row, table=True):
    """One line about one provider: what happened, when, by whom and why.

    `client_key` is the phone's idempotency key; `group_key` joins lines logged at once for several people.
    An undone line stays, with `undone_at`, and counts for nothing.
    """

    __tablename__ = "activity"
    __table_args__ = (
        sa.Index("ix_activity_provider_at", "provider_id", "happened_at", "id", "kind", "undone_at", "stage_from"),
        sa.Index("ix_activity_kind_at", "kind", "happened_at", *COUNTED),
        sa.Index("ix_activity_moves", "provider_id", "stage_from", *MOVED, sqlite_where=MOVES, postgresql_where=MOVES),
        sa.Index("ix_activity_replies", *ANSWERED, sqlite_where=REPLIES, postgresql_where=REPLIES),
        sa.Index("ix_activity_visits", *VISITED, sqlite_where=VISITS, postgresql_where=VISITS),
        sa.Index("uq_activity_client_key", "client_key", unique=True),
    )

    id: int | None = key()
    provider_id: int = fk("provider.id", null=False, index=False)
    practice_id: int | None = fk("practice.id")
    contact_id: int | None = fk("contact.id", index=False)
    kind: ActivityKind = choice(ActivityKind)
    outcome: Outcome | None = choice(Outcome, null=True)
    happened_at: datetime = instant(null=False)
    summary: str = ""
    body: str = text()
    stage_from: Stage | None = Field(default=None, sa_type=EnumText(Stage))
    stage_to: Stage | None = Field(default=None, sa_type=EnumText(Stage))
    reason: str = ""
    actor_id: int | None = fk("user_account.id", index=False)
    task_id: int | None = Field(default=None)
    visit_id: int | None = Field(default=None)
    referral_id: int | None = Field(default=None)
    message_id: int | None = Field(default=None)
    template_version_id: int | None = Field(default=None)
    change_set_id: int | None = Field(default=None)
    evidence: dict[str, object] = json_map()
    group_key: str | None = Field(default=None, max_length=40)
    client_key: str | None = Field(default=None, max_length=64)
    sample: bool = False
    created_at: datetime = instant(null=False)
    undone_at: datetime | None = instant()
