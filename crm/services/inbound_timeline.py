"""What the timeline says about received mail, in the transaction that stores it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from crm.domain.kinds import ActivityKind
from crm.models.activities import Activity
from crm.models.inbound import InboundMessage
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.services import activities, acts, touches
from crm.services.acts import Act
from crm.services.days import today_of
from crm.services.touches import Touch


def reply(
    session: Session,
    row: InboundMessage,
    provider: Provider,
    message: Message | None,
    now: datetime,
    act: Act | None = None,
) -> None:
    """The touch: stage, follow-ups and the next one, as if a person had logged it; in `act` where that is given."""
    if act is None:
        today = today_of(session, provider.owner_id, now)
        act = acts.begin(session, "reply", f"Reply from {provider.display_name}", actor_id=None, now=now, today=today)
    happened_at = min(row.received_at, now)
    touch = Touch(
        ActivityKind.REPLY,
        summary=row.subject,
        body=row.reply_text,
        happened_at=happened_at,
        day=today_of(session, provider.owner_id, happened_at),
        contact_id=row.contact_id,
    )
    logged = touches.log_in(act, provider, touch)
    activity = session.get_one(Activity, logged.activity_id)
    activity.message_id = message.id if message is not None else None
    activity.evidence = {"inbound_id": row.id}
    session.add(activity)
    row.activity_id = logged.activity_id


def reply_plainly(
    session: Session, row: InboundMessage, provider: Provider, message: Message | None, now: datetime
) -> None:
    """The words on the timeline, and nothing that follows from a conversation."""
    activity = activities.record(
        session,
        provider,
        ActivityKind.REPLY,
        actor_id=None,
        now=now,
        happened_at=min(row.received_at, now),
        summary=row.subject,
        body=row.reply_text,
        contact_id=row.contact_id,
        message_id=message.id if message is not None else None,
        evidence={"inbound_id": row.id},
    )
    row.activity_id = activity.id


def note(
    session: Session,
    row: InboundMessage,
    provider: Provider,
    message: Message | None,
    summary: str,
    now: datetime,
    *,
    body: str = "",
) -> None:
    """A line that is no touch."""
    activity = activities.record(
        session,
        provider,
        ActivityKind.MESSAGE,
        actor_id=None,
        now=now,
        happened_at=min(row.received_at, now),
        summary=summary,
        body=body,
        reason=row.evidence[:300],
        message_id=message.id if message is not None else None,
        evidence={"inbound_id": row.id},
    )
    row.activity_id = activity.id
