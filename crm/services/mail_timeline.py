"""What the timeline says about a message, in the transaction that changes the message."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from crm.domain import pipeline
from crm.domain.kinds import ActivityKind, MessageKind
from crm.domain.reasons import sentence
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.services import activities, changes, stages

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
    """The touch: an e-mail went out (or, with the local mailbox, would have); a prospect is contacted now."""
    provider = _provider(session, message)
    if provider is None:
        return
    assert message.sent_at is not None
    activities.record(
        session,
        provider,
        ActivityKind.EMAIL,
        actor_id=message.created_by,
        now=now,
        happened_at=message.sent_at,
        summary=message.subject,
        body=message.text_body,
        reason="Kept in the local mailbox, not sent out" if message.via == "local" else "",
        message_id=message.id,
        template_version_id=message.template_version_id,
        task_id=message.task_id,
    )
    _advance(session, provider, message, now)


def _advance(session: Session, provider: Provider, message: Message, now: datetime) -> None:
    stage = pipeline.implied_stage(provider.stage, ActivityKind.EMAIL)
    if stage is not provider.stage:
        recorder = changes.begin(session, "mail", f"Sent “{message.subject}”", actor_id=message.created_by, now=now)
        stages.move_in(session, provider, stage, recorder, actor_id=message.created_by, now=now)


def _provider(session: Session, message: Message) -> Provider | None:
    """The provider the line belongs to: of a merged one, the one that is left."""
    if message.provider_id is None or message.kind not in ABOUT_A_PROVIDER:
        return None
    provider = session.get(Provider, message.provider_id)
    while provider is not None and provider.merged_into_id is not None:
        provider = session.get(Provider, provider.merged_into_id)
    return provider
