"""What the timeline says about a message, in the transaction that changes the message."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from crm.domain.kinds import ActivityKind, MessageKind
from crm.domain.reasons import sentence
from crm.models.activities import Activity
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.services import activities, acts, touches
from crm.services.days import today_of
from crm.services.touches import Touch

ABOUT_A_PROVIDER = frozenset({MessageKind.OUTREACH, MessageKind.REPLY})


def note(session: Session, message: Message, summary: str, *, actor_id: int | None, now: datetime) -> None:
    """A line that is not a touch: queued, held, cancelled, failed."""
    provider = _provider(session, message)
    if provider is None:
        return
    activities.record(
        session,
        provider,
        ActivityKind.MESSAGE,
        actor_id=actor_id,
        now=now,
        summary=f"{summary}: {message.subject}",
        reason=sentence(message.state_reason) if message.state_reason else "",
        message_id=message.id,
    )


def sent(session: Session, message: Message, *, now: datetime) -> None:
    """The touch: an e-mail went out (or, with the local mailbox, would have). A prospect is contacted now, follow-ups
    that it does or makes out of date are closed, and the next one is planned."""
    provider = _provider(session, message)
    if provider is None:
        return
    assert message.sent_at is not None
    today = today_of(session, message.created_by, message.sent_at)
    label = f"Sent “{message.subject}”"
    act = acts.begin(session, "mail", label, actor_id=message.created_by, now=now, today=today)
    touch = Touch(
        ActivityKind.EMAIL, summary=message.subject, body=message.text_body, happened_at=message.sent_at, day=today
    )
    task = touches.take(act, message.task_id)
    logged = touches.log_in(act, provider, touch, task=task)
    activity = session.get_one(Activity, logged.activity_id)
    activity.message_id, activity.template_version_id = message.id, message.template_version_id
    activity.task_id = message.task_id
    if message.via == "local":
        activity.reason = "Kept in the local mailbox, not sent out"
    session.add(activity)


def _provider(session: Session, message: Message) -> Provider | None:
    """The provider the line belongs to: of a merged one, the one that is left."""
    if message.provider_id is None or message.kind not in ABOUT_A_PROVIDER:
        return None
    provider = session.get(Provider, message.provider_id)
    while provider is not None and provider.merged_into_id is not None:
        provider = session.get(Provider, provider.merged_into_id)
    return provider
