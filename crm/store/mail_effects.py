"""Sent messages of which something still has to be written: the stage, follow-ups, the sequence's next step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from crm.domain.kinds import ActivityKind
from crm.models.activities import Activity
from crm.models.messages import Message

message: sa.Table = Message.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes

OWED = sa.text("message.effects_due_at IS NOT NULL")
"""Written as the partial index has it, so that both databases use it."""


def owing(session: Session, until: datetime, limit: int) -> list[int]:
    """Sent messages of which something still has to be written, the longest owed first, locked on PostgreSQL."""
    asked = sa.select(message.c.id).where(OWED, message.c.effects_due_at <= until)
    oldest = asked.order_by(message.c.effects_due_at, message.c.id).limit(limit)
    return list(session.scalars(oldest.with_for_update(skip_locked=True)))


def still_owes(session: Session, message_id: int) -> bool:
    """Whether something is still to be written for this message; locks it on PostgreSQL."""
    asked = sa.select(message.c.effects_due_at).where(message.c.id == message_id)
    return session.scalar(asked.with_for_update()) is not None


def next_owed(session: Session) -> datetime | None:
    """When the next of them is due."""
    asked = sa.select(message.c.effects_due_at).where(OWED)
    return session.scalar(asked.order_by(message.c.effects_due_at).limit(1))


def owe(session: Session, ids: list[int], until: datetime | None) -> None:
    """Put off what is owed for these messages, or (None) strike it off."""
    session.execute(sa.update(message).where(message.c.id.in_(ids)).values(effects_due_at=until))


def lines_of(session: Session, sent: Sequence[tuple[int, int, datetime]]) -> dict[int, Activity]:
    """The timeline's lines of sent messages (given by message, provider and time), by message."""
    asked = sa.select(Activity).where(
        col(Activity.provider_id).in_([provider_id for _, provider_id, _ in sent]),
        col(Activity.happened_at).in_({at for *_, at in sent}),
        col(Activity.message_id).in_([message_id for message_id, *_ in sent]),
        col(Activity.kind) == ActivityKind.EMAIL,
    )
    return {each.message_id or 0: each for each in session.scalars(asked)}
