"""What sending writes for each message: a few fixed statements on a bare connection, since every message pays them.

Made once, with their values as parameters, so that nothing is compiled again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlmodel import Session, col

from crm.domain.kinds import ActivityKind, MessageState
from crm.models.activities import Activity
from crm.models.messages import Message, MessageAttempt
from crm.models.providers import Provider

message: sa.Table = Message.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
attempt: sa.Table = MessageAttempt.__table__  # type: ignore[attr-defined]  # as above
provider: sa.Table = Provider.__table__  # type: ignore[attr-defined]
activity: sa.Table = Activity.__table__  # type: ignore[attr-defined]

OWED = sa.text("message.effects_due_at IS NOT NULL")
"""Written as the partial index has it, so that both databases use it."""

IN_HAND_OR_DOUBT = (MessageState.CLAIMED, MessageState.IN_DATA, MessageState.IN_DOUBT)

_IN_DATA = (
    sa.update(message)
    .where(
        message.c.id == sa.bindparam("the_id"),
        message.c.state == sa.bindparam("before", MessageState.CLAIMED, type_=message.c.state.type),
        message.c.lease_owner == sa.bindparam("me"),
    )
    .values(state=MessageState.IN_DATA, lease_until=sa.bindparam("until"))
)
_SENT = (
    sa.update(message)
    .where(
        message.c.id == sa.bindparam("the_id"),
        message.c.state.in_(IN_HAND_OR_DOUBT),
        message.c.lease_owner == sa.bindparam("me"),
    )
    .values(
        state=MessageState.SENT,
        state_reason="",
        waits_until=None,
        lease_owner="",
        lease_until=None,
        via=sa.bindparam("how"),
        server_reply=sa.bindparam("said"),
        sent_at=sa.bindparam("at"),
        settled_at=sa.bindparam("at"),
        effects_due_at=sa.bindparam("owed_at"),
    )
)
_ATTEMPT_ENDED = (
    sa.update(attempt)
    .where(attempt.c.message_id == sa.bindparam("the_id"), attempt.c.ended_at.is_(None))
    .values(
        ended_at=sa.bindparam("at"),
        phase=sa.bindparam("how_far"),
        code=sa.bindparam("answer"),
        reply=sa.bindparam("said"),
        result=sa.bindparam("result_word"),
    )
)
_WHO = sa.select(
    provider.c.id,
    provider.c.merged_into_id,
    provider.c.practice_id,
    provider.c.last_touch_at,
    provider.c.sample,
).where(provider.c.id == sa.bindparam("the_id"))
_LINE = sa.insert(activity)
_TOUCHED = (
    sa.update(provider).where(provider.c.id == sa.bindparam("the_id")).values(touch_count=provider.c.touch_count + 1)
)
_TOUCHED_LAST = _TOUCHED.values(last_touch_at=sa.bindparam("at"), last_touch_kind=ActivityKind.EMAIL)


@dataclass(frozen=True)
class Sent:
    """That a server took a message, and what it said."""

    me: str
    at: datetime
    via: str
    phase: str
    code: int | None
    reply: str


def begin_data(connection: Connection, message_id: int, *, me: str, lease_until: datetime) -> bool:
    """Claimed becomes in_data, if it still is claimed and ours."""
    return connection.execute(_IN_DATA, {"the_id": message_id, "me": me, "until": lease_until}).rowcount == 1


def settle_sent(connection: Connection, message_id: int, sent: Sent, *, owed_at: datetime | None) -> bool:
    """The message has left. A message known to be sent is sent even if its lease ran out. False when it isn't ours."""
    end_attempt(connection, message_id, sent, "sent")
    values = {"the_id": message_id, "me": sent.me, "how": sent.via, "at": sent.at, "owed_at": owed_at}
    said = f"{sent.code or ''} {sent.reply}".strip()
    return connection.execute(_SENT, values | {"said": said}).rowcount == 1


def end_attempt(connection: Connection, message_id: int, sent: Sent, result: str) -> None:
    """The try under way is over."""
    said = {"at": sent.at, "how_far": sent.phase, "answer": sent.code, "said": sent.reply, "result_word": result}
    connection.execute(_ATTEMPT_ENDED, {"the_id": message_id, **said})


def add_line(connection: Connection, row: Message, *, at: datetime, reason: str) -> None:
    """The e-mail on its provider's timeline (of a merged one, of the one that is left), and their last touch."""
    who = connection.execute(_WHO, {"the_id": row.provider_id}).first()
    while who is not None and who.merged_into_id is not None:
        who = connection.execute(_WHO, {"the_id": who.merged_into_id}).first()
    if who is None:
        return
    connection.execute(_LINE, _line(row, who.id, who.practice_id, sample=who.sample, at=at, reason=reason))
    is_last = who.last_touch_at is None or at >= who.last_touch_at
    connection.execute(*((_TOUCHED_LAST, {"the_id": who.id, "at": at}) if is_last else (_TOUCHED, {"the_id": who.id})))


def _line(
    row: Message, provider_id: int, practice_id: int | None, *, sample: bool, at: datetime, reason: str
) -> dict[str, object]:
    return {
        "provider_id": provider_id,
        "practice_id": practice_id,
        "kind": ActivityKind.EMAIL,
        "happened_at": at,
        "created_at": at,
        "summary": row.subject,
        "body": row.text_body,
        "reason": reason,
        "actor_id": row.created_by,
        "task_id": row.task_id,
        "message_id": row.id,
        "template_version_id": row.template_version_id,
        "evidence": {},
        "sample": sample,
    }


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


def line_of(session: Session, message_id: int, provider_id: int, at: datetime) -> Activity | None:
    """The timeline's line of a sent message."""
    asked = sa.select(Activity).where(
        col(Activity.provider_id) == provider_id,
        col(Activity.happened_at) == at,
        col(Activity.message_id) == message_id,
        col(Activity.kind) == ActivityKind.EMAIL,
    )
    return session.scalars(asked).first()
