"""What sending writes for each message: a few fixed statements on a bare connection, since every message pays them.

Made once, with their values as parameters, so that nothing is compiled again. PostgreSQL gets them as one statement,
which is a transaction by itself: one trip to the server and back instead of eight.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm.domain.kinds import ActivityKind, MessageState
from crm.models.activities import Activity
from crm.models.messages import Message, MessageAttempt
from crm.models.providers import Provider

message: sa.Table = Message.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
attempt: sa.Table = MessageAttempt.__table__  # type: ignore[attr-defined]  # as above
provider: sa.Table = Provider.__table__  # type: ignore[attr-defined]
activity: sa.Table = Activity.__table__  # type: ignore[attr-defined]

OURS = sa.and_(
    sa.text("message.state IN ('claimed', 'in_data', 'in_doubt')"), message.c.lease_owner == sa.bindparam("me")
)
"""What is known to be sent is sent, even if its lease ran out. What never changes is written out: less to bind."""


@dataclass(frozen=True)
class Sent:
    """That a server took a message, and what it said.

    `owed_at` is set where something follows from it; `has_line` where it belongs on a provider's timeline.
    """

    message: Message
    at: datetime
    via: str
    phase: str
    code: int | None
    reply: str
    owed_at: datetime | None
    has_line: bool
    reason: str


@dataclass(frozen=True)
class Intent:
    """That this message is about to be sent, and until when nobody else may touch it."""

    message_id: int
    lease_until: datetime


def write(connection: Connection, *, me: str, sent: Sent | None = None, intent: Intent | None = None) -> bool:
    """Settle the message that has left, if it still was ours; claimed becomes in_data for the next one.

    False when the next one isn't claimed by us any more. On PostgreSQL the connection may commit each statement.
    """
    if sent is None:
        return intent is not None and _begin_data(connection, me, intent)
    if connection.dialect.name == "postgresql":
        found = connection.execute(_AT_ONCE, _values(me, sent, intent)).one()
        return bool(found.begun)
    values = _values(me, sent, None)
    connection.execute(_ATTEMPT_ENDED, values)
    if connection.execute(_SENT, values).rowcount == 1 and sent.has_line:
        connection.execute(_LINE, values)
        connection.execute(_TOUCHED, values)
    return intent is not None and _begin_data(connection, me, intent)


def _begin_data(connection: Connection, me: str, intent: Intent) -> bool:
    values = {"me": me, "next_id": intent.message_id, "until": intent.lease_until}
    return connection.execute(_IN_DATA, values).rowcount == 1


def _values(me: str, sent: Sent, intent: Intent | None) -> dict[str, Any]:
    row = sent.message
    return {
        "me": me,
        "the_id": row.id,
        "at": sent.at,
        "how": sent.via,
        "how_far": sent.phase,
        "answer": sent.code,
        "answered": sent.reply,
        "said": f"{sent.code or ''} {sent.reply}".strip(),
        "owed_at": sent.owed_at,
        "about": row.provider_id if sent.has_line else None,
        "line_summary": row.subject,
        "line_body": row.text_body,
        "line_reason": sent.reason,
        "by": row.created_by,
        "follow_up": row.task_id,
        "version": row.template_version_id,
        "next_id": intent.message_id if intent is not None else None,
        "until": intent.lease_until if intent is not None else None,
    }


def _word(value: str) -> sa.ColumnClause[Any]:
    return sa.literal_column(f"'{value}'")


_IN_DATA = (
    sa.update(message)
    .where(
        message.c.id == sa.bindparam("next_id"),
        message.c.state == _word(MessageState.CLAIMED),
        message.c.lease_owner == sa.bindparam("me"),
    )
    .values(state=_word(MessageState.IN_DATA), lease_until=sa.bindparam("until"))
)
_SENT = (
    sa.update(message)
    .where(message.c.id == sa.bindparam("the_id"), OURS)
    .values(
        state=_word(MessageState.SENT),
        state_reason=_word(""),
        waits_until=sa.null(),
        lease_owner=_word(""),
        lease_until=sa.null(),
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
        reply=sa.bindparam("answered"),
        result=_word("sent"),
    )
)
# Of a provider that was merged, the line is written with what follows: to the one that is left.
_ABOUT = sa.and_(provider.c.id == sa.bindparam("about"), provider.c.merged_into_id.is_(None))
_AT = sa.bindparam("at", type_=activity.c.happened_at.type)
_LINE_OF = {
    "provider_id": provider.c.id,
    "practice_id": provider.c.practice_id,
    "kind": _word(ActivityKind.EMAIL),
    "happened_at": _AT,
    "created_at": _AT,
    "summary": sa.bindparam("line_summary", type_=sa.Text),
    "body": sa.bindparam("line_body", type_=sa.Text),
    "reason": sa.bindparam("line_reason", type_=sa.Text),
    "actor_id": sa.bindparam("by", type_=sa.Integer),
    "task_id": sa.bindparam("follow_up", type_=sa.Integer),
    "message_id": sa.bindparam("the_id", type_=sa.Integer),
    "template_version_id": sa.bindparam("version", type_=sa.Integer),
    "evidence": _word("{}"),
    "sample": provider.c.sample,
}
_IS_LATER = provider.c.last_touch_at > _AT
_TOUCHED = (
    sa.update(provider)
    .where(_ABOUT)
    .values(
        touch_count=provider.c.touch_count + sa.literal_column("1"),
        last_touch_at=sa.case((_IS_LATER, provider.c.last_touch_at), else_=_AT),
        last_touch_kind=sa.case((_IS_LATER, provider.c.last_touch_kind), else_=_word(ActivityKind.EMAIL)),
    )
)


def _line(*conditions: sa.ColumnElement[bool]) -> sa.Insert:
    asked = sa.select(*_LINE_OF.values()).where(_ABOUT, *conditions)
    return sa.insert(activity).from_select(list(_LINE_OF), asked, include_defaults=False)


_LINE = _line()


def _at_once() -> sa.Select[Any]:
    """All of it as one statement; its parts see the same state, and none sees what another writes."""
    sent = _SENT.returning(message.c.id).cte("sent")
    begun = _IN_DATA.returning(message.c.id).cte("begun")
    has_left = sa.exists(sa.select(sent.c.id))
    rest = _ATTEMPT_ENDED.cte("ended"), _line(has_left).cte("line"), _TOUCHED.where(has_left).cte("touched")
    return sa.select(sa.exists(sa.select(begun.c.id)).label("begun")).add_cte(sent, *rest)


_AT_ONCE = _at_once()
