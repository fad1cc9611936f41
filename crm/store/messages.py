"""Outbox rows: due ones, conditional moves, and pages of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Select
from sqlmodel import Session, col, select

from crm.domain.kinds import MessageKind, MessageState
from crm.models.accounts import MailAccount
from crm.models.messages import Message, MessageAttachment, MessageAttempt, StoredFile
from crm.models.providers import Provider

# Written as the partial indexes have it, so that both databases use them.
WAITING = sa.text("message.state IN ('queued', 'deferred')")
LEASED = sa.text("message.state IN ('claimed', 'in_data')")


def by_id(session: Session, message_id: int) -> Message | None:
    """One message."""
    return session.get(Message, message_id)


def by_dedupe_key(session: Session, dedupe_key: str) -> Message | None:
    """The message that was queued under this key."""
    return session.exec(select(Message).where(Message.dedupe_key == dedupe_key)).first()


def by_token(session: Session, token: str) -> Message | None:
    """The message whose unsubscribe link holds this token."""
    return session.exec(select(Message).where(Message.unsubscribe_token == token)).first()


def postpone(
    session: Session,
    account_id: int,
    until: datetime,
    limit: int,
    *,
    kinds: Collection[MessageKind] = tuple(MessageKind),
    **values: object,
) -> int:
    """Move the oldest waiting messages of a mailbox that would be due before `until` to then. Returns how many."""
    some = (
        sa.select(col(Message.id))
        .where(col(Message.mail_account_id) == account_id, WAITING, col(Message.due_at) < until)
        .where(col(Message.kind).in_(kinds))
        .order_by(col(Message.due_at), col(Message.id))
        .limit(limit)
    )
    return _changed(session, sa.update(Message).where(col(Message.id).in_(some)).values(due_at=until, **values))


def due_now(session: Session, account_id: int, now: datetime) -> int:
    """Count what this mailbox has waiting as due now and not before: after a pause nothing is late."""
    late = sa.update(Message).where(col(Message.mail_account_id) == account_id, WAITING, col(Message.due_at) < now)
    return _changed(session, late.values(due_at=now, state_reason="released", waits_until=None))


def move(
    session: Session,
    message_id: int,
    before: Collection[MessageState],
    after: MessageState,
    *,
    leased_by: str | None = None,
    **values: Any,
) -> bool:
    """Change the state where it still is one of `before` (and still leased by that worker). False when it isn't."""
    still = [col(Message.id) == message_id, col(Message.state).in_(list(before))]
    if leased_by is not None:
        still.append(col(Message.lease_owner) == leased_by)
    return _changed(session, sa.update(Message).where(*still).values(state=after, **values)) == 1


def next_due(session: Session, account: MailAccount) -> datetime | None:
    """When this mailbox's next message is due."""
    asked = sa.select(col(Message.due_at)).where(col(Message.mail_account_id) == account.id, WAITING)
    return session.scalar(asked.order_by(col(Message.due_at), col(Message.id)).limit(1))


def next_lease_end(session: Session) -> datetime | None:
    """When the next lease ends."""
    return session.scalar(sa.select(sa.func.min(col(Message.lease_until))).where(LEASED))


def leased(session: Session, *, ended_by: datetime | None = None, limit: int = 500) -> Sequence[Message]:
    """Messages that somebody has in hand; with a time, those whose lease has ended by then."""
    asked = select(Message).where(LEASED).order_by(col(Message.lease_until)).limit(limit)
    if ended_by is not None:
        asked = asked.where(col(Message.lease_until) <= ended_by)
    return session.exec(asked.with_for_update(skip_locked=True)).all()


def last_outreach_at(session: Session, address: str) -> datetime | None:
    """When we last sent anything to this address."""
    return session.scalar(
        sa.select(sa.func.max(col(Message.sent_at))).where(
            col(Message.to_address) == address, col(Message.sent_at).is_not(None)
        )
    )


def open_to(session: Session, address: str, states: Collection[MessageState]) -> Sequence[Message]:
    """Messages to this address in one of these states."""
    asked = select(Message).where(Message.to_address == address, col(Message.state).in_(list(states)))
    return session.exec(asked).all()


@dataclass(frozen=True)
class Wanted:
    """Which messages a page shows: of a mailbox, of a kind, to somebody whose address or name has this in it."""

    account_id: int | None = None
    kind: MessageKind | None = None
    recipient: str = ""


EVERYTHING = Wanted()


def page(
    session: Session,
    states: Collection[MessageState] = (),
    *,
    wanted: Wanted = EVERYTHING,
    before_id: int | None = None,
    limit: int = 50,
) -> Sequence[tuple[Message, Provider | None]]:
    """The newest first, with their providers.

    One query a state, each walking the index from its end: a query for several would sort all of them.
    """
    found = [row for state in states or (None,) for row in _page(session, wanted, state, before_id, limit)]
    found.sort(key=lambda row: row[0].id or 0, reverse=True)
    return found[:limit]


def _page(
    session: Session, wanted: Wanted, state: MessageState | None, before_id: int | None, limit: int
) -> list[tuple[Message, Provider | None]]:
    asked = select(Message, Provider).join(Provider, col(Provider.id) == Message.provider_id, isouter=True)
    if state is not None:
        asked = asked.where(Message.state == state)
    if wanted.account_id is not None:
        asked = asked.where(Message.mail_account_id == wanted.account_id)
    if wanted.kind is not None:
        asked = asked.where(Message.kind == wanted.kind)
    if before_id is not None:
        asked = asked.where(col(Message.id) < before_id)
    if wanted.recipient.strip():
        asked = asked.where(col(Message.id).in_(_to(wanted.recipient.strip())))
    found = session.exec(asked.order_by(col(Message.id).desc()).limit(limit)).all()
    return [(message, provider) for message, provider in found]


def _to(text: str) -> Select[Any]:
    """Answered by `ix_message_recipient` alone, without a look at the messages and their texts."""
    address, name = col(Message.to_address), col(Message.to_name)
    return sa.select(col(Message.id)).where(
        sa.or_(address.icontains(text, autoescape=True), name.icontains(text, autoescape=True))
    )


def local_page(session: Session, *, before_id: int | None = None, limit: int = 50) -> Sequence[Message]:
    """What went to the local mailbox, the newest first."""
    asked = select(Message).where(Message.via == "local", Message.state == MessageState.SENT)
    if before_id is not None:
        asked = asked.where(col(Message.id) < before_id)
    return session.exec(asked.order_by(col(Message.id).desc()).limit(limit)).all()


def counts(
    session: Session, cap: int = 1000, states: Collection[MessageState] = tuple(MessageState)
) -> dict[MessageState, int]:
    """How many there are in each of these states, counted up to `cap`."""
    found = session.execute(_counts(cap, tuple(states)))
    return {MessageState(state): count for state, count in found}


@cache
def _counts(cap: int, states: tuple[MessageState, ...]) -> sa.CompoundSelect[Any]:
    """Asked with every page, so it is made once."""
    parts = []
    for state in states:
        value = sa.literal_column(f"'{state.value}'", sa.String)
        some = sa.select(col(Message.id)).where(col(Message.state) == value).limit(sa.literal_column(str(cap)))
        count = sa.select(sa.func.count()).select_from(some.subquery()).scalar_subquery()
        parts.append(sa.select(value, count))
    return sa.union_all(*parts)


def attempts(session: Session, message_id: int) -> Sequence[MessageAttempt]:
    """Every try to deliver a message, in order."""
    asked = select(MessageAttempt).where(MessageAttempt.message_id == message_id)
    return session.exec(asked.order_by(col(MessageAttempt.id))).all()


def open_attempt(session: Session, message_id: int) -> MessageAttempt | None:
    """The try that is under way."""
    asked = select(MessageAttempt).where(
        MessageAttempt.message_id == message_id, col(MessageAttempt.ended_at).is_(None)
    )
    return session.exec(asked.order_by(col(MessageAttempt.id).desc())).first()


def results_of(session: Session, message_id: int) -> list[str]:
    """How the tries so far ended, in order."""
    asked = select(MessageAttempt.result).where(MessageAttempt.message_id == message_id)
    return list(session.exec(asked.order_by(col(MessageAttempt.id))).all())


def files(session: Session, message_id: int) -> list[tuple[MessageAttachment, StoredFile]]:
    """The files that go with a message."""
    asked = select(MessageAttachment, StoredFile).join(
        StoredFile, col(StoredFile.id) == MessageAttachment.stored_file_id
    )
    found = session.exec(asked.where(MessageAttachment.message_id == message_id)).all()
    return [(link, file) for link, file in found]


def _changed(session: Session, statement: sa.Update) -> int:
    done = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(done, sa.CursorResult)
    return done.rowcount
