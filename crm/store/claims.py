"""What claiming asks and writes, for a whole batch at a time: the same few statements however many are due."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from crm.domain.kinds import MessageState
from crm.models.accounts import MailAccount
from crm.models.messages import Message, MessageAttachment, MessageAttempt, StoredFile
from crm.models.providers import Provider
from crm.models.sequences import Enrollment, EnrollmentStep
from crm.models.suppressions import Suppression
from crm.store.messages import LEASED, WAITING

message: sa.Table = Message.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
attempt: sa.Table = MessageAttempt.__table__  # type: ignore[attr-defined]  # as above
link: sa.Table = MessageAttachment.__table__  # type: ignore[attr-defined]
stored: sa.Table = StoredFile.__table__  # type: ignore[attr-defined]
provider: sa.Table = Provider.__table__  # type: ignore[attr-defined]
suppression: sa.Table = Suppression.__table__  # type: ignore[attr-defined]
account: sa.Table = MailAccount.__table__  # type: ignore[attr-defined]
enrollment: sa.Table = Enrollment.__table__  # type: ignore[attr-defined]
step: sa.Table = EnrollmentStep.__table__  # type: ignore[attr-defined]

_CLAIMS_LOCK = 72_063_413
"""Any number that no other lock has."""

UNDER_WAY = (MessageState.CLAIMED, MessageState.IN_DATA, MessageState.IN_DOUBT)

_DUE = (
    sa.select(
        *(message.c.id, message.c.kind, message.c.state, message.c.due_at, message.c.to_address, message.c.provider_id),
        *(message.c.enrollment_step_id, message.c.attempts),
    )
    .order_by(message.c.due_at, message.c.id)
    .with_for_update(skip_locked=True)
)
"""A due message without its texts: enough to judge it, and to settle one that may not leave."""

_RECIPIENTS = sa.select(
    *(provider.c.id, provider.c.stage, provider.c.deactivated_on, provider.c.archived_at, provider.c.email),
    provider.c.edited_fields,
)
_ENROLLMENTS = sa.select(
    *(step.c.id, enrollment.c.state, enrollment.c.paused_until, enrollment.c.zone),
    *(enrollment.c.window_start, enrollment.c.window_end),
).join_from(step, enrollment, enrollment.c.id == step.c.enrollment_id)


_LEASED = sa.and_(LEASED, message.c.lease_until.is_not(None))
_OWN = message.c.mail_account_id == account.c.id
_NEXT = (
    sa.select(account.c.id, account.c.gap_seconds)
    .add_columns(
        sa.select(message.c.due_at)
        .where(_OWN, WAITING)
        .order_by(message.c.due_at, message.c.id)
        .limit(1)
        .scalar_subquery()
        .label("due_at"),
        sa.select(message.c.sent_at)
        .where(_OWN, message.c.sent_at.is_not(None), account.c.gap_seconds > 0)
        .order_by(message.c.sent_at.desc())
        .limit(1)
        .scalar_subquery()
        .label("sent_at"),
        sa.select(sa.func.max(message.c.claimed_at, type_=message.c.claimed_at.type))
        .where(message.c.mail_account_id + 0 == account.c.id, _LEASED)
        .scalar_subquery()
        .label("claimed_at"),
    )
    .where(account.c.paused_at.is_(None))
    .order_by(account.c.id)
)
"""Asked with every tick, in one statement that is made once: each step is one look into an index.

Those in hand are found by their leases, which are few: the 0 keeps SQLite from walking all of a mailbox's messages.
"""


def next_times(session: Session) -> Sequence[Any]:
    """Of each mailbox that isn't paused: its pause between mails, when its next message is due, when it sent last."""
    return session.execute(_NEXT).all()


def due(session: Session, account_id: int, now: datetime, limit: int) -> Sequence[Any]:
    """What a mailbox may send now, oldest first, locked for the caller on PostgreSQL."""
    asked = _DUE.where(message.c.mail_account_id == account_id, WAITING, message.c.due_at <= now).limit(limit)
    return session.execute(asked).all()


def one(session: Session, message_id: int) -> Any | None:
    """One message in the same form, whatever its state."""
    return session.execute(_DUE.where(message.c.id == message_id)).first()


def suppressed(session: Session, addresses: Collection[str]) -> set[str]:
    """Those of the addresses that get nothing any more."""
    asked = sa.select(suppression.c.address).where(suppression.c.address.in_(sorted(addresses)))
    return set(session.scalars(asked))


def providers(session: Session, ids: Collection[int]) -> dict[int, Any]:
    """What the rules ask about these providers."""
    if not ids:
        return {}
    return {row.id: row for row in session.execute(_RECIPIENTS.where(provider.c.id.in_(sorted(ids))))}


def enrollments(session: Session, step_ids: Collection[int]) -> dict[int, Any]:
    """How the enrollments of these steps stand, by step."""
    if not step_ids:
        return {}
    return {row.id: row for row in session.execute(_ENROLLMENTS.where(step.c.id.in_(sorted(step_ids))))}


def take_turns(session: Session) -> None:
    """Wait until no other claim is under way: two mailboxes must not write to one person at the same moment, and
    neither sees what the other has not committed. Writers on SQLite are alone anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": _CLAIMS_LOCK})


def last_mail_at(session: Session, addresses: Collection[str]) -> dict[str, datetime]:
    """When each of these addresses last got something from us, or may have: what is under way counts."""
    if not addresses:
        return {}
    under_way = sa.case((message.c.state.in_(UNDER_WAY), message.c.claimed_at))
    last_at = sa.func.max(sa.func.coalesce(message.c.sent_at, under_way), type_=message.c.sent_at.type)
    asked = sa.select(message.c.to_address, last_at).where(message.c.to_address.in_(sorted(addresses)))
    found = session.execute(asked.group_by(message.c.to_address))
    return {address: when for address, when in found if when is not None}


def take(session: Session, ids: Sequence[int], me: str, now: datetime, lease_until: datetime) -> None:
    """The lease for messages that the caller has just read in this transaction. The attempts are written down too."""
    if not ids:
        return
    leased = {"state": MessageState.CLAIMED, "state_reason": "", "waits_until": None, "claimed_at": now}
    lease = {"lease_owner": me, "lease_until": lease_until}
    session.execute(sa.update(message).where(message.c.id.in_(ids)).values(**leased, **lease))
    begun = {"started_at": now, "lease_owner": me, "phase": "", "reply": "", "result": ""}
    session.execute(sa.insert(attempt), [{"message_id": each, **begun} for each in ids])


def wait(session: Session, ids: Sequence[int], reason: str, until: datetime) -> None:
    """Messages that may not leave yet, with the reason and the time when they are looked at again."""
    values = {"state": MessageState.QUEUED, "state_reason": reason, "due_at": until, "waits_until": until}
    session.execute(sa.update(message).where(message.c.id.in_(ids)).values(**values))


def whole(session: Session, ids: Sequence[int]) -> list[Message]:
    """The messages with all that is sent, in this order."""
    found = session.scalars(sa.select(Message).where(col(Message.id).in_(ids)))
    by_id = {each.id: each for each in found}
    return [by_id[each] for each in ids]


def files(session: Session, ids: Sequence[int]) -> Mapping[int, list[tuple[str, str, str]]]:
    """What goes with these messages: name, kind and hash of each file, by message."""
    asked = (
        sa.select(link.c.message_id, link.c.name, stored.c.name, stored.c.mime, stored.c.sha256)
        .join_from(link, stored, stored.c.id == link.c.stored_file_id)
        .where(link.c.message_id.in_(ids))
        .order_by(link.c.message_id, link.c.stored_file_id)
    )
    found: dict[int, list[tuple[str, str, str]]] = {}
    for message_id, link_name, name, mime, sha256 in session.execute(asked):
        found.setdefault(message_id, []).append((link_name or name, mime, sha256))
    return found
