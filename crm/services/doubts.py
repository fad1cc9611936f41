"""Messages that may or may not have arrived, settled by what is read: our copy in Sent, a reply, a report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from crm.domain.kinds import InboundKind, MessageState
from crm.mail.ports import Mailbox
from crm.models.messages import Message
from crm.services import message_states
from crm.store import inbound as store
from crm.store import mail_accounts, messages
from crm.store.engine import Database

LOOK_FOR = timedelta(days=14)
"""How long after it was written a message in doubt is looked for in Sent; then only a person decides."""

AT_ONCE = 20

SHOWN_BY = {
    InboundKind.OWN: "our copy is in the mailbox",
    InboundKind.REPLY: "it was answered",
    InboundKind.AUTO_REPLY: "an automatic answer came",
    InboundKind.BOUNCE: "it came back",
    InboundKind.COMPLAINT: "a complaint names it",
    InboundKind.DELIVERED: "a delivery report came",
}


def settle(session: Session, message: Message, evidence: str, *, now: datetime) -> bool:
    """In the caller's transaction: this message is known to have left. False when nobody doubts it."""
    assert message.id is not None
    fresh = session.get(Message, message.id, populate_existing=True)
    if fresh is None or fresh.state is not MessageState.IN_DOUBT:
        return False
    message_states.arrived_in(session, fresh, evidence=evidence, actor_id=None, now=now)
    return True


def search(db: Database, box: Mailbox, account_id: int, folder: str, *, now: datetime) -> int:
    """Look for the mailbox's doubtful messages in its Sent folder, by Message-ID. Returns how many were there.

    No transaction is open while the server is asked. What isn't there stays in doubt: not every server keeps copies.
    """
    waiting = _waiting(db, account_id, now)
    if not waiting:
        return 0
    box.open(folder)
    return sum(_settled(db, message, folder, now) for message in waiting if box.find(message.message_id) is not None)


def _waiting(db: Database, account_id: int, now: datetime) -> Sequence[Message]:
    """Those that left by this mailbox, or by another one with the same address."""
    with db.read() as session:
        account = mail_accounts.by_id(session, account_id)
        if account is None:
            return []
        same = [each.id or 0 for each in mail_accounts.all_of_them(session) if each.address == account.address]
        return store.in_doubt(session, same, since=now - LOOK_FOR, limit=AT_ONCE)


def _settled(db: Database, message: Message, folder: str, now: datetime) -> bool:
    with db.write() as session:
        found = messages.by_id(session, message.id or 0)
        return found is not None and settle(session, found, f"our copy is in “{folder}”", now=now)
