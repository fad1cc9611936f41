"""Mail that sample providers wrote back: one that wants a call, one that asks for patience, one that is away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col, select

from crm.domain.kinds import ActivityKind, InboundKind, MessageState
from crm.domain.mail_kinds import InboundState
from crm.domain.pipeline import Stage
from crm.models.inbound import InboundMessage
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.services import activities
from crm.services.demo.building import Setting


@dataclass(frozen=True)
class Said:
    """What one of them wrote, and how many hours ago."""

    stage: Stage
    hours_ago: int
    text: str
    kind: InboundKind = InboundKind.REPLY


SAID = (
    Said(
        Stage.SAMPLE_SENT,
        3,
        "Thank you, that sample report is just what my team has been missing. Could you call the desk on Thursday? "
        "We have somebody finishing therapy next week.",
    ),
    Said(Stage.TRIAL, 26, "We are moving offices this month. Would you write again once we have settled in?"),
    Said(Stage.CONTACTED, 50, "I am away at a conference and answer next week.", InboundKind.AUTO_REPLY),
)


def write_back(session: Session, told: Setting, providers: Sequence[Provider]) -> int:
    """Let some of them answer the last mail they had, in the caller's transaction. Returns how many did."""
    count = 0
    for number, said in enumerate(SAID):
        found = _last_mail(session, told, said, providers)
        if found is not None:
            _tell(session, told, said, number, *found)
            count += 1
    return count


def _last_mail(
    session: Session, told: Setting, said: Said, providers: Sequence[Provider]
) -> tuple[Provider, Message] | None:
    """Somebody at that stage who was written to, and has been heard of no more since."""
    at = told.now - timedelta(hours=said.hours_ago)
    for provider in providers:
        if provider.stage is not said.stage or (provider.last_touch_at is not None and provider.last_touch_at >= at):
            continue
        wanted = select(Message).where(Message.provider_id == provider.id, Message.state == MessageState.SENT)
        message = session.exec(wanted.order_by(col(Message.sent_at).desc()).limit(1)).first()
        if message is not None:
            return provider, message
    return None


def _tell(session: Session, told: Setting, said: Said, number: int, provider: Provider, message: Message) -> None:
    at = told.now - timedelta(hours=said.hours_ago)
    is_reply = said.kind is InboundKind.REPLY
    kind = ActivityKind.REPLY if is_reply else ActivityKind.MESSAGE
    subject = f"Re: {message.subject}" if is_reply else f"Automatic reply: {message.subject}"
    summary = subject if is_reply else "Automatic answer: away"
    line = activities.record(session, provider, kind, actor_id=None, now=at, summary=summary, body=said.text)
    mark = f"answer-{number}@sample.handoff.invalid"
    session.add(
        InboundMessage(
            mail_account_id=message.mail_account_id,
            content_key=mark,
            message_id=mark,
            in_reply_to=message.message_id.strip("<>"),
            kind=said.kind,
            from_address=provider.email or message.to_address,
            from_name=provider.display_name,
            to_address=message.from_address,
            subject=subject,
            reply_text=said.text,
            received_at=at,
            provider_id=provider.id,
            answers_id=message.id,
            activity_id=line.id,
            linked_by="message_id",
            effect="On the timeline.",
            state=InboundState.OPEN if is_reply else InboundState.DONE,
            sample=True,
            created_at=told.now,
        )
    )
    session.flush()
