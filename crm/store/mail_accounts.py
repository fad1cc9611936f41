"""Mailboxes, and what each has sent or has in hand: the rows that caps and gaps are counted from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.kinds import MessageState
from crm.models.accounts import Business, MailAccount
from crm.models.messages import Message

ENVIRONMENT = "environment"
LOCAL = "local"
IN_HAND = (MessageState.CLAIMED, MessageState.IN_DATA)


def by_id(session: Session, account_id: int) -> MailAccount | None:
    """One mailbox."""
    return session.get(MailAccount, account_id)


def by_preset(session: Session, preset: str) -> MailAccount | None:
    """The row of a built-in preset."""
    return session.exec(select(MailAccount).where(MailAccount.preset == preset)).first()


_IN_USE = (col(MailAccount.preset).not_in((ENVIRONMENT, LOCAL)), col(MailAccount.archived_at).is_(None))
_IS_DEFAULT = sa.exists().where(col(Business.mail_account_id) == col(MailAccount.id))
_CHOSEN = (
    select(MailAccount)
    .where(*_IN_USE)
    .order_by(_IS_DEFAULT.desc(), col(MailAccount.user_id).is_(None).desc(), col(MailAccount.id).desc())
)


def chosen(session: Session) -> MailAccount | None:
    """The default among those set up on the settings page: the one named, else the newest that belongs to everyone,
    else the newest."""
    return session.exec(_CHOSEN).first()


def in_use(session: Session) -> Sequence[MailAccount]:
    """Every mailbox that is set up, the default first."""
    return session.exec(_CHOSEN).all()


def of_user(session: Session, user_id: int | None) -> MailAccount | None:
    """This person's own mailbox: the default where that is theirs, else their newest."""
    if user_id is None:
        return None
    return session.exec(_CHOSEN.where(col(MailAccount.user_id) == user_id)).first()


def by_address(session: Session, address: str) -> MailAccount | None:
    """The mailbox in use with this address."""
    return session.exec(select(MailAccount).where(*_IN_USE, col(MailAccount.address) == address)).first()


def removed(session: Session, address: str) -> MailAccount | None:
    """The mailbox last removed that had this address: added again, it goes on where it was."""
    gone = (col(MailAccount.preset).not_in((ENVIRONMENT, LOCAL)), col(MailAccount.archived_at).is_not(None))
    found = select(MailAccount).where(*gone, MailAccount.address == address)
    return session.exec(found.order_by(col(MailAccount.archived_at).desc()).limit(1)).first()


def all_of_them(session: Session) -> Sequence[MailAccount]:
    """Every mailbox, archived ones too: what was queued for them must not lie there unseen."""
    return session.exec(select(MailAccount).order_by(col(MailAccount.id))).all()


def lock(session: Session, account_id: int) -> bool:
    """Keep other workers from claiming for this mailbox until the transaction ends. False when one is at it already.

    Writers on SQLite are alone anyway.
    """
    found = select(MailAccount.id).where(MailAccount.id == account_id).with_for_update(skip_locked=True)
    return session.exec(found).first() is not None


def sent_since(session: Session, account_id: int, since: datetime, domain: str = "") -> int:
    """How many messages left, or may have left, since then; with a domain, only to that domain. Those in hand, and
    those that nobody knows about, count. Asked in one statement: between two, one in hand could be sent and be missed.
    """
    mine = [col(Message.mail_account_id) == account_id]
    if domain:
        mine.append(col(Message.to_address).like(f"%@{_literal(domain)}", escape="\\"))
    left = sa.select(sa.func.count()).where(*mine, col(Message.sent_at) >= since)
    open_ = sa.select(sa.func.count()).where(*mine[1:], _in_hand(account_id))
    doubtful = sa.select(sa.func.count()).where(
        *mine[1:], _by_state(account_id), col(Message.state) == MessageState.IN_DOUBT, col(Message.claimed_at) >= since
    )
    counts = (each.scalar_subquery() for each in (left, open_, doubtful))
    found: int = session.execute(sa.select(sum(counts, sa.literal(0)))).scalar_one()
    return found


def last_sent_at(session: Session, account_id: int, now: datetime) -> datetime | None:
    """When this mailbox last sent something, or last took something in hand, up to now.

    Asked in one statement: between two, one in hand could be sent and be missed by both.
    """
    mine = col(Message.mail_account_id) == account_id
    sent = sa.select(col(Message.sent_at)).where(mine, col(Message.sent_at) <= now)
    latest = sent.order_by(col(Message.sent_at).desc()).limit(1)
    taken = sa.select(sa.func.max(col(Message.claimed_at))).where(_in_hand(account_id), col(Message.claimed_at) <= now)
    found = session.execute(sa.select(latest.scalar_subquery(), taken.scalar_subquery())).one()
    return max((each for each in found if each is not None), default=None)


def _in_hand(account_id: int) -> sa.ColumnElement[bool]:
    """Written as the partial index `ix_message_lease` has it, so that the database uses it; the 0 keeps SQLite from
    walking all of a mailbox's messages instead.
    """
    leased = sa.text("message.state IN ('claimed', 'in_data')")
    return sa.and_(leased, col(Message.lease_until).is_not(None), _by_state(account_id))


def _by_state(account_id: int) -> sa.ColumnElement[bool]:
    return col(Message.mail_account_id) + 0 == account_id


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
