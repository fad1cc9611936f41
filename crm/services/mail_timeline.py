"""What the timeline says about a message that did not leave, in the transaction that changes the message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from crm.domain.kinds import ActivityKind, MessageKind
from crm.domain.reasons import sentence
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.services import activities

ABOUT_A_PROVIDER = frozenset({MessageKind.OUTREACH, MessageKind.REPLY})

KEPT_HERE = "Kept in the local mailbox, not sent out"


def where(via: str) -> str:
    """What the line of a sent message says about the way it went, where that is worth a word."""
    return KEPT_HERE if via == "local" else ""


def note(session: Session, message: Message, summary: str, *, actor_id: int | None, now: datetime) -> None:
    """A line that is not a touch: queued, held, cancelled, failed."""
    provider = provider_of(session, message)
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


def provider_of(session: Session, message: Message) -> Provider | None:
    """The provider the line belongs to: of a merged one, the one that is left."""
    if message.provider_id is None or message.kind not in ABOUT_A_PROVIDER:
        return None
    provider = session.get(Provider, message.provider_id)
    while provider is not None and provider.merged_into_id is not None:
        provider = session.get(Provider, provider.merged_into_id)
    return provider


def with_providers(session: Session, messages: Sequence[Message]) -> list[tuple[Message, Provider]]:
    """Those of many messages that belong to a provider, each with theirs, read at once."""
    about = [each for each in messages if each.provider_id is not None and each.kind in ABOUT_A_PROVIDER]
    if not about:
        return []
    read = session.exec(select(Provider).where(col(Provider.id).in_({each.provider_id for each in about})))
    kept = {each.id: each for each in read if each.merged_into_id is None}
    found = [(message, kept.get(message.provider_id) or provider_of(session, message)) for message in about]
    return [(message, provider) for message, provider in found if provider is not None]
