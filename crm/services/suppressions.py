"""Who gets no outreach mail any more: unsubscribing, suppressing by hand, lifting it again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from crm.domain import emails
from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import ActivityKind, MessageKind, MessageState, SuppressionReason
from crm.domain.outbox import OPEN
from crm.domain.reasons import Reason
from crm.domain.sequences import SUPPRESSION_STOPS
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.models.suppressions import Suppression
from crm.services import activities, audit, sequence_stops
from crm.store import messages
from crm.store import suppressions as store
from crm.store.engine import Database

ASKED = frozenset({SuppressionReason.UNSUBSCRIBED, SuppressionReason.COMPLAINED})
"""Reasons that are the recipient's own will: they outlast a bounce, which is lifted when the address works again."""

SAID = {
    SuppressionReason.UNSUBSCRIBED: "Unsubscribed from e-mail",
    SuppressionReason.BOUNCED: "E-mail address doesn't work",
    SuppressionReason.COMPLAINED: "Complained about an e-mail",
    SuppressionReason.BY_HAND: "Gets no e-mail any more",
}


def unsubscribe(db: Database, token: str, *, evidence: str, now: datetime) -> str:
    """Honour an unsubscribe link at once; the address it stands for. The second time changes nothing.

    A test or notice went to ourselves: its link works, and suppresses nobody. Raises NotFound for a foreign token.
    """
    try:
        return _unsubscribe(db, token, evidence, now)
    except IntegrityError:  # the same link, pressed at the same moment: now it is the second time
        return _unsubscribe(db, token, evidence, now)


def _unsubscribe(db: Database, token: str, evidence: str, now: datetime) -> str:
    with db.write() as session:
        message = messages.by_token(session, token)
        if message is None:
            raise NotFound("This link is not one of ours.")
        if message.kind not in (MessageKind.TEST, MessageKind.NOTICE):
            suppress(
                session,
                message.to_address,
                SuppressionReason.UNSUBSCRIBED,
                evidence=evidence,
                message_id=message.id,
                actor_id=None,
                now=now,
            )
        return message.to_address


def address_of(db: Database, token: str) -> tuple[str, bool]:
    """Whose link this is, and whether the address is suppressed already; changes nothing. Raises NotFound."""
    with db.read() as session:
        message = messages.by_token(session, token)
        if message is None:
            raise NotFound("This link is not one of ours.")
        return message.to_address, store.by_address(session, message.to_address) is not None


def suppress(
    session: Session,
    address: str,
    reason: SuppressionReason,
    *,
    evidence: str,
    actor_id: int | None,
    now: datetime,
    message_id: int | None = None,
) -> bool:
    """In the caller's transaction: no outreach to this address, whatever waits for it is cancelled.

    False when it was suppressed before, unless they ask for it only now. Lasts beyond the provider: importing them
    again changes nothing.
    """
    address = emails.normalise(address)
    row = store.by_address(session, address)
    if row is not None and (row.reason in ASKED or reason not in ASKED):
        return False
    row = row or Suppression(address=address, reason=reason, created_at=now)
    row.reason, row.evidence, row.created_at = reason, evidence[:2000], now
    row.message_id, row.actor_id = message_id, actor_id
    session.add(row)
    why = Reason.UNSUBSCRIBED if reason is SuppressionReason.UNSUBSCRIBED else Reason.SUPPRESSED
    stopped = [each for each in messages.open_to(session, address, OPEN) if _stop(session, each, why, now)]
    _tell_timeline(session, row, len(stopped), now)
    session.flush()
    _end_sequences(session, row, now)
    return True


def suppress_by_hand(db: Database, address: str, why: str, *, actor_id: int | None, now: datetime) -> bool:
    """A person says that this address gets no more mail."""
    normal = emails.normalise(address, field="address")
    if not normal:
        raise Invalid({"address": "Give the address."})
    with db.write() as session:
        return suppress(session, normal, SuppressionReason.BY_HAND, evidence=why, actor_id=actor_id, now=now)


def lift(db: Database, address: str, why: str, *, actor_id: int | None, now: datetime) -> None:
    """Allow mail again, because the person asked for it: `why` says when and how, and is kept."""
    if not why.strip():
        raise Invalid({"why": "Say when and how they asked for mail again."})
    with db.write() as session:
        if not store.remove(session, emails.normalise(address)):
            raise NotFound("This address isn't suppressed.")
        audit.note(session, "suppression_lifted", address, actor_id=actor_id, now=now, why=why.strip())
        for provider in store.providers_at(session, address):
            activities.record(
                session,
                provider,
                ActivityKind.SYSTEM,
                actor_id=actor_id,
                now=now,
                summary="May get e-mail again",
                reason=why.strip(),
            )


def _stop(session: Session, message: Message, why: Reason, now: datetime) -> bool:
    """Cancel what is open, also while it is claimed: the sender asks once more before DATA."""
    if message.kind in (MessageKind.TEST, MessageKind.NOTICE):
        return False
    assert message.id is not None
    return messages.move(
        session,
        message.id,
        OPEN,
        MessageState.CANCELLED,
        state_reason=why,
        waits_until=None,
        settled_at=now,
    )


def _tell_timeline(session: Session, row: Suppression, stopped: int, now: datetime) -> None:
    body = f"{stopped} waiting message{'s' if stopped != 1 else ''} cancelled." if stopped else ""
    for provider in _affected(session, row.address, row.message_id):
        activities.record(
            session,
            provider,
            ActivityKind.SYSTEM,
            actor_id=row.actor_id,
            now=now,
            summary=SAID[row.reason],
            body=body,
            reason=row.evidence[:300],
            message_id=row.message_id,
        )


def _end_sequences(session: Session, row: Suppression, now: datetime) -> None:
    """Of everybody this concerns; an address that bounced concerns only those who are written to at it."""
    for provider in _affected(session, row.address, row.message_id):
        assert provider.id is not None
        running = sequence_stops.running_of(session, provider.id)
        if running is None or (row.reason is SuppressionReason.BOUNCED and running.address != row.address):
            continue
        sequence_stops.stop_for_provider(
            session,
            provider.id,
            SUPPRESSION_STOPS[row.reason],
            evidence={"quote": row.evidence[:300], "message_id": row.message_id, "address": row.address},
            actor_id=row.actor_id,
            now=now,
        )


def _affected(session: Session, address: str, message_id: int | None) -> list[Provider]:
    """Everybody with this address, and whoever the message was written to."""
    found = {provider.id: provider for provider in store.providers_at(session, address)}
    message = messages.by_id(session, message_id) if message_id is not None else None
    if message is not None and message.provider_id is not None and message.provider_id not in found:
        provider = session.get(Provider, message.provider_id)
        if provider is not None:
            found[provider.id] = provider
    return list(found.values())
