"""Received mail, and how far each folder of each mailbox has been read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.kinds import MessageKind, MessageState
from crm.models.accounts import MailAccount
from crm.models.inbound import InboundMessage, MailFolder, MailReading
from crm.models.messages import Message, StoredFile
from crm.models.practices import Contact, Practice
from crm.models.providers import Provider

PERSONAL = (MessageKind.OUTREACH, MessageKind.REPLY)


# --- the mailboxes and their folders ---------------------------------------------------------------------------------


def readable(session: Session) -> Sequence[tuple[MailAccount, MailReading | None]]:
    """Mailboxes that can be read, with how they are."""
    asked = select(MailAccount, MailReading).join(
        MailReading, col(MailReading.mail_account_id) == MailAccount.id, isouter=True
    )
    asked = asked.where(MailAccount.imap_host != "", col(MailAccount.archived_at).is_(None))
    return [(account, reading) for account, reading in session.exec(asked.order_by(col(MailAccount.id))).all()]


def reading_of(session: Session, account_id: int) -> MailReading | None:
    """How a mailbox is read."""
    return session.get(MailReading, account_id)


def next_due(session: Session) -> datetime | None:
    """When the next mailbox is to be read, no sooner than the lease of whoever reads it now ends."""
    due_at: datetime | None = session.connection().execute(_next_due()).scalar()
    return due_at


@cache
def _next_due() -> sa.Select[Any]:
    """Asked with every tick, so it is made once."""
    free_at = sa.func.coalesce(col(MailReading.lease_until), col(MailReading.due_at))
    later = sa.case((free_at > col(MailReading.due_at), free_at), else_=col(MailReading.due_at))
    return sa.select(later).where(_is_read(), col(MailReading.due_at).is_not(None)).order_by(later).limit(1)


def due(session: Session, now: datetime) -> Sequence[int]:
    """Mailboxes that are due and free, the longest waiting first."""
    asked = select(MailReading.mail_account_id).where(_is_read(), col(MailReading.due_at) <= now, _free(now))
    return session.exec(asked.order_by(col(MailReading.due_at))).all()


def claim(session: Session, account_id: int, *, me: str, now: datetime, lease_until: datetime) -> bool:
    """Take the reading of a mailbox. False when somebody else has it, or it isn't due any more."""
    mine = sa.update(MailReading).where(
        col(MailReading.mail_account_id) == account_id,
        col(MailReading.enabled).is_(True),
        col(MailReading.due_at) <= now,
        _free(now),
    )
    return _changed(session, mine.values(lease_owner=me, lease_until=lease_until)) == 1


def keep_lease(session: Session, account_id: int, *, me: str, lease_until: datetime) -> bool:
    """Prolong one's lease. False when it was lost."""
    mine = sa.update(MailReading).where(
        col(MailReading.mail_account_id) == account_id, col(MailReading.lease_owner) == me
    )
    return _changed(session, mine.values(lease_until=lease_until)) == 1


def give_back(session: Session, account_id: int, *, me: str, **values: object) -> bool:
    """End the reading and say when it is next due. False when the lease was lost."""
    mine = sa.update(MailReading).where(
        col(MailReading.mail_account_id) == account_id, col(MailReading.lease_owner) == me
    )
    return _changed(session, mine.values(lease_owner="", lease_until=None, **values)) == 1


def bring_forward(session: Session, account_id: int, now: datetime) -> bool:
    """Have a mailbox read now rather than later."""
    later = sa.update(MailReading).where(
        col(MailReading.mail_account_id) == account_id,
        col(MailReading.enabled).is_(True),
        col(MailReading.due_at) > now,
    )
    return _changed(session, later.values(due_at=now)) == 1


def folders(session: Session, account_id: int) -> Sequence[MailFolder]:
    """The folders that have been read."""
    asked = select(MailFolder).where(MailFolder.mail_account_id == account_id)
    return session.exec(asked.order_by(col(MailFolder.id))).all()


def folder(session: Session, account_id: int, name: str) -> MailFolder | None:
    """One folder."""
    asked = select(MailFolder).where(MailFolder.mail_account_id == account_id, MailFolder.name == name)
    return session.exec(asked).first()


def advance(session: Session, folder_id: int, uid_validity: int, uid: int) -> None:
    """Everything up to this UID has been read. Never goes back."""
    behind = sa.update(MailFolder).where(
        col(MailFolder.id) == folder_id, col(MailFolder.uid_validity) == uid_validity, col(MailFolder.last_uid) < uid
    )
    _changed(session, behind.values(last_uid=uid))


# --- messages --------------------------------------------------------------------------------------------------------


def by_id(session: Session, inbound_id: int) -> InboundMessage | None:
    """One received message."""
    return session.get(InboundMessage, inbound_id)


def latest_id(session: Session) -> int:
    """The id of the message that was taken in last; 0 when there is none."""
    return session.scalar(sa.select(sa.func.max(col(InboundMessage.id)))) or 0


def by_key(session: Session, account_id: int, content_key: str) -> InboundMessage | None:
    """The message of this mailbox that is here under this key."""
    asked = select(InboundMessage).where(
        InboundMessage.mail_account_id == account_id, InboundMessage.content_key == content_key
    )
    return session.exec(asked).first()


def hash_of(session: Session, row: InboundMessage) -> str:
    """The hash of the raw message."""
    file = session.get(StoredFile, row.stored_file_id) if row.stored_file_id is not None else None
    return file.sha256 if file is not None else ""


def by_message_ids(session: Session, message_ids: Collection[str]) -> Sequence[InboundMessage]:
    """Received messages with one of these Message-IDs (without brackets), in any mailbox."""
    if not message_ids:
        return []
    asked = select(InboundMessage).where(col(InboundMessage.message_id).in_(list(message_ids)))
    return session.exec(asked.order_by(col(InboundMessage.id)).limit(50)).all()


def sent_by_message_ids(session: Session, message_ids: Collection[str]) -> Sequence[Message]:
    """Outbox messages with one of these Message-IDs (without brackets)."""
    if not message_ids:
        return []
    asked = select(Message).where(col(Message.message_id).in_([f"<{each}>" for each in message_ids]))
    return session.exec(asked.limit(50)).all()


def last_sent_to(session: Session, address: str, *, since: datetime, until: datetime) -> Message | None:
    """The last message to a person that left, or may have left, for this address in that time."""
    asked = select(Message).where(
        Message.to_address == address,
        col(Message.kind).in_(PERSONAL),
        sa.or_(
            sa.and_(col(Message.sent_at) >= since, col(Message.sent_at) <= until),
            col(Message.state) == MessageState.IN_DOUBT,
        ),
    )
    return session.exec(asked.order_by(col(Message.id).desc()).limit(1)).first()


def providers_at(session: Session, address: str, limit: int = 20) -> Sequence[Provider]:
    """Living providers with this address."""
    asked = select(Provider).where(
        Provider.email == address, sa.text("provider.email != ''"), col(Provider.archived_at).is_(None)
    )
    return session.exec(asked.order_by(col(Provider.id)).limit(limit)).all()


def contacts_at(session: Session, address: str) -> Sequence[Contact]:
    """Other people at practices with this address."""
    asked = select(Contact).where(
        Contact.email == address, sa.text("contact.email != ''"), col(Contact.archived_at).is_(None)
    )
    return session.exec(asked.order_by(col(Contact.id)).limit(20)).all()


def practices_at(session: Session, address: str) -> Sequence[Practice]:
    """Practices with this address."""
    asked = select(Practice).where(
        Practice.email == address, sa.text("practice.email != ''"), col(Practice.archived_at).is_(None)
    )
    return session.exec(asked.order_by(col(Practice.id)).limit(20)).all()


def providers_of_practices(session: Session, practice_ids: Collection[int], limit: int) -> Sequence[Provider]:
    """Living providers whose primary practice is one of these."""
    if not practice_ids:
        return []
    asked = select(Provider).where(
        col(Provider.practice_id).in_(list(practice_ids)), col(Provider.archived_at).is_(None)
    )
    return session.exec(asked.order_by(col(Provider.id)).limit(limit)).all()


def providers_of_domain(session: Session, domain: str, limit: int) -> Sequence[Provider]:
    """Living providers who were written to at this domain, the latest first."""
    safe = domain.replace("\\", "").replace("%", "").replace("_", "\\_")
    wrote = (
        sa.select(col(Message.provider_id))
        .where(col(Message.to_address).like(f"%@{safe}", escape="\\"), col(Message.provider_id).is_not(None))
        .group_by(col(Message.provider_id))
        .order_by(sa.func.max(col(Message.id)).desc())
        .limit(limit)
    )
    asked = select(Provider).where(col(Provider.id).in_(wrote), col(Provider.archived_at).is_(None))
    return session.exec(asked.order_by(col(Provider.sort_name))).all()


def last_sent_at_practice(session: Session, practice_id: int, *, since: datetime) -> Message | None:
    """The last message that went to somebody of this practice."""
    asked = (
        select(Message)
        .join(Provider, col(Provider.id) == Message.provider_id)
        .where(Provider.practice_id == practice_id, col(Message.sent_at) >= since, col(Message.kind).in_(PERSONAL))
    )
    return session.exec(asked.order_by(col(Message.sent_at).desc()).limit(1)).first()


def in_doubt(session: Session, account_ids: Collection[int], *, since: datetime, limit: int) -> Sequence[Message]:
    """Messages of these mailboxes that may or may not have arrived, the latest first."""
    asked = select(Message).where(
        Message.state == MessageState.IN_DOUBT,
        col(Message.mail_account_id).in_(list(account_ids)),
        col(Message.created_at) >= since,
    )
    return session.exec(asked.order_by(col(Message.id).desc()).limit(limit)).all()


def thread(session: Session, provider_id: int, limit: int = 100) -> tuple[list[Message], list[InboundMessage]]:
    """What was written to and by a provider lately."""
    sent = select(Message).where(Message.provider_id == provider_id, col(Message.kind).in_(PERSONAL))
    came = select(InboundMessage).where(InboundMessage.provider_id == provider_id)
    return (
        list(session.exec(sent.order_by(col(Message.id).desc()).limit(limit)).all()),
        list(session.exec(came.order_by(col(InboundMessage.received_at).desc()).limit(limit)).all()),
    )


def was_settled_before(session: Session, address: str, verdict: str) -> bool:
    """Whether a person has said this of an unassigned message of the same sender before."""
    asked = select(InboundMessage.id).where(
        InboundMessage.from_address == address,
        InboundMessage.verdict == verdict,
        col(InboundMessage.provider_id).is_(None),
    )
    return session.exec(asked.limit(1)).first() is not None


def _is_read() -> sa.ColumnElement[bool]:
    """Switched on, and the mailbox is still one that can be read."""
    can_be = sa.select(col(MailAccount.id)).where(
        col(MailAccount.id) == MailReading.mail_account_id,
        col(MailAccount.imap_host) != "",
        col(MailAccount.archived_at).is_(None),
    )
    return sa.and_(col(MailReading.enabled).is_(True), can_be.exists())


def _free(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(col(MailReading.lease_until).is_(None), col(MailReading.lease_until) <= now)


def _changed(session: Session, statement: sa.Update) -> int:
    done = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(done, sa.CursorResult)
    return done.rowcount
