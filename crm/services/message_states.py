"""What a person does with a message that is in the outbox: undo, hold, release, try again, settle a doubt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from crm.domain.errors import NotFound, Refused
from crm.domain.kinds import MessageState
from crm.domain.outbox import MOVES
from crm.domain.reasons import Reason
from crm.models.messages import Message
from crm.services import mail_effects, mail_timeline, sequence_steps
from crm.store import messages as store
from crm.store.engine import Database


def cancel(db: Database, message_id: int, *, actor_id: int | None, now: datetime, undo: bool = False) -> None:
    """Keep a message from leaving, for good. Refused when it is leaving, or has left."""
    with db.write() as session:
        cancel_in(session, message_id, actor_id=actor_id, now=now, undo=undo)


def cancel_in(session: Session, message_id: int, *, actor_id: int | None, now: datetime, undo: bool = False) -> None:
    """As `cancel`, in the caller's transaction."""
    reason = Reason.UNDONE if undo else Reason.BY_HAND
    said = "E-mail undone before it left" if undo else "E-mail cancelled"
    _change(session, message_id, MessageState.CANCELLED, said, reason=reason, actor_id=actor_id, now=now)


def hold(db: Database, message_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Keep a waiting message back until it is released."""
    with db.write() as session:
        _change(
            session, message_id, MessageState.HELD, "E-mail held", reason=Reason.BY_HAND, actor_id=actor_id, now=now
        )


def resume(db: Database, message_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Take a hold back: the message is due again when it was before."""
    said = "E-mail is not held any more"
    with db.write() as session:
        _change(session, message_id, MessageState.QUEUED, said, reason=Reason.SCHEDULED, actor_id=actor_id, now=now)


def release(db: Database, message_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Let a held or failed message leave now; it is counted as new."""
    said = "E-mail released"
    queued, why = MessageState.QUEUED, Reason.RELEASED
    with db.write() as session:
        _change(session, message_id, queued, said, reason=why, actor_id=actor_id, now=now, due_at=now)


def arrived(db: Database, message_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Settle a doubt: a person says that the message arrived."""
    with db.write() as session:
        arrived_in(session, _get(session, message_id), actor_id=actor_id, now=now)


def arrived_in(session: Session, message: Message, *, evidence: str = "", actor_id: int | None, now: datetime) -> None:
    """As `arrived`, in the caller's transaction. `evidence` says how it is known: the Sent folder, a reply."""
    if message.state is not MessageState.IN_DOUBT:
        raise Refused("wrong_state", "Nobody doubts that this message arrived.")
    sent_at = message.claimed_at or now
    _move(session, message, MessageState.SENT, Reason.ARRIVED, now, sent_at=sent_at, via=message.via or "smtp")
    said = f"E-mail known to have arrived ({evidence})" if evidence else "E-mail known to have arrived"
    mail_timeline.note(session, message, said, actor_id=actor_id, now=now)
    mail_effects.follow(session, message, now=now)


def send_again(db: Database, message_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Settle a doubt the other way: it goes out again, under the same Message-ID."""
    with db.write() as session:
        message = _get(session, message_id)
        if message.state is not MessageState.IN_DOUBT:
            raise Refused("wrong_state", "Nobody doubts that this message arrived.")
        _move(session, message, MessageState.QUEUED, Reason.SEND_AGAIN, now, due_at=now, attempts=0)
        mail_timeline.note(session, message, "E-mail is sent again", actor_id=actor_id, now=now)


def many(
    db: Database, ids: Sequence[int], act: Callable[..., None], *, actor_id: int | None, now: datetime
) -> tuple[list[int], str]:
    """Do one of the above to several. Gives those that it was done to, and why not to the first of the others."""
    done, why_not = [], ""
    for message_id in ids:
        try:
            act(db, message_id, actor_id=actor_id, now=now)
            done.append(message_id)
        except (Refused, NotFound) as error:
            why_not = why_not or str(error)
    return done, why_not


def _change(
    session: Session,
    message_id: int,
    after: MessageState,
    said: str,
    *,
    reason: Reason,
    actor_id: int | None,
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    message = _get(session, message_id)
    extra: dict[str, Any] = {} if due_at is None else {"due_at": due_at, "attempts": 0}
    _move(session, message, after, reason, now, **extra)
    mail_timeline.note(session, message, said, actor_id=actor_id, now=now)
    if after is MessageState.CANCELLED:
        sequence_steps.message_settled(session, message, now=now)


def _move(session: Session, message: Message, after: MessageState, reason: Reason, now: datetime, **extra: Any) -> None:
    before = message.state
    assert message.id is not None
    if after not in MOVES[before]:
        raise Refused("wrong_state", _why_not(before))
    values: dict[str, Any] = {
        "state_reason": reason,
        "waits_until": None,
        "lease_owner": "",
        "lease_until": None,
        **extra,
    }
    if after not in (MessageState.QUEUED, MessageState.HELD):
        values["settled_at"] = now
    if not store.move(session, message.id, {before}, after, **values):
        raise Refused("wrong_state", "It has just changed. Look again.")
    session.refresh(message)


def _why_not(state: MessageState) -> str:
    return {
        MessageState.IN_DATA: "Too late: it is leaving right now.",
        MessageState.IN_DOUBT: "Say first whether it arrived.",
        MessageState.SENT: "Too late: it has left.",
        MessageState.CANCELLED: "It was cancelled already.",
        MessageState.SKIPPED: "It was left out already.",
    }.get(state, "That isn't possible while the message is in this state.")


def _get(session: Session, message_id: int) -> Message:
    message = store.by_id(session, message_id)
    if message is None:
        raise NotFound("This message is gone.")
    return message
