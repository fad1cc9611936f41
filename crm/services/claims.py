"""Claiming due messages: every rule is asked once more, in the transaction that takes the lease."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from crm.domain.kinds import MessageKind
from crm.domain.outbox import LEASE_TIME, WAITING, Verdict
from crm.domain.reasons import Reason
from crm.models.accounts import MailAccount
from crm.models.messages import Message
from crm.services import judging, settling
from crm.services.mailboxes import is_local
from crm.services.settling import Outcome
from crm.store import claims as store
from crm.store import mail_accounts, messages
from crm.store.engine import Database

BATCH = 50
"""Messages claimed, and due ones judged, at once by a mailbox without a pause between mails."""

MOST_LOOKS = 8
"""So many batches that must all wait are put off in one transaction, so that it stays short."""


@dataclass(frozen=True)
class Ticket:
    """A claimed message, the mailbox that it leaves by, and its files: name, kind and hash of each."""

    message: Message
    account: MailAccount
    files: tuple[tuple[str, str, str], ...] = ()

    @property
    def via(self) -> str:
        """What the row remembers: did it go out, or stay here?"""
        return "local" if is_local(self.account) else "smtp"


def claim(db: Database, *, me: str, now: datetime, after_account: int = 0) -> list[Ticket]:
    """Take the next due messages of one mailbox; mailboxes take turns. Empty when nothing may leave now."""
    with db.read() as session:
        waiting = [row.id for row in store.next_times(session) if row.due_at is not None and row.due_at <= now]
    for account_id in sorted(waiting, key=lambda each: (each <= after_account, each)):
        with db.write() as session:
            if tickets := _claim_for(session, account_id, me, now):
                return tickets
    return []


def claim_one(db: Database, message_id: int, *, me: str, now: datetime) -> Ticket | None:
    """Take this one message, if it is waiting, due, and nothing speaks against it."""
    with db.write() as session:
        message = messages.by_id(session, message_id)
        account = mail_accounts.by_id(session, message.mail_account_id) if message is not None else None
        if message is None or account is None or message.state not in WAITING or message.due_at > now:
            return None
        if not mail_accounts.lock(session, message.mail_account_id):
            return None
        row = store.one(session, message_id)
        [(_, verdict)] = judging.judged(session, account, [row], now=now)
        if not verdict.go:
            _put_off(session, account, [(row, verdict)], now)
            return None
        session.expunge(message)
        return _tickets(session, account, [message_id], me, now)[0]


def next_due(session: Session) -> datetime | None:
    """When something may leave: the earliest due message, no sooner than its mailbox's pause between mails allows."""
    return min((_next_of(row) for row in store.next_times(session) if row.due_at is not None), default=None)


def _next_of(row: Any) -> datetime:
    last_at = [each for each in (row.sent_at, row.claimed_at) if each is not None and row.gap_seconds]
    due_at: datetime = row.due_at
    return max(due_at, max(last_at) + timedelta(seconds=row.gap_seconds)) if last_at else due_at


def free_again_at(session: Session, account: MailAccount, now: datetime) -> datetime | None:
    """When the pause after this mailbox's last mail ends, if it has one. A mail from later than now (the clock was set
    back) is passed over, so that the mailbox doesn't stand still until then.
    """
    assert account.id is not None
    if not account.gap_seconds:
        return None
    last_at = mail_accounts.last_sent_at(session, account.id, now)
    return last_at + timedelta(seconds=account.gap_seconds) if last_at is not None else None


def _claim_for(session: Session, account_id: int, me: str, now: datetime) -> list[Ticket]:
    account = mail_accounts.by_id(session, account_id)
    if account is None or account.paused_at is not None or not mail_accounts.lock(session, account_id):
        return []
    if _is_future(free_again_at(session, account, now), now):
        return []
    for _ in range(MOST_LOOKS):
        rows = store.due(session, account_id, now, BATCH)
        ids, put_off = _sorted_out(session, account, rows, now)
        _put_off(session, account, put_off, now)
        if ids or len(rows) < BATCH:
            return _tickets(session, account, ids, me, now)
    return []


def _sorted_out(
    session: Session, account: MailAccount, rows: Sequence[Any], now: datetime
) -> tuple[list[int], list[tuple[Any, Verdict]]]:
    """The messages to take, and those looked at that may not leave. The first full day ends the search."""
    size = 1 if account.gap_seconds else BATCH
    ids: list[int] = []
    put_off: list[tuple[Any, Verdict]] = []
    for row, verdict in judging.judged(session, account, rows, now=now):
        if verdict.go:
            ids.append(row.id)
        else:
            put_off.append((row, verdict))
        if len(ids) == size or verdict.reason is Reason.DAILY_CAP:
            break
    return ids, put_off


def _tickets(session: Session, account: MailAccount, ids: list[int], me: str, now: datetime) -> list[Ticket]:
    if not ids:
        return []
    store.take(session, ids, me, now, now + LEASE_TIME)
    files = store.files(session, ids)
    return [Ticket(each, account, tuple(files.get(each.id or 0, ()))) for each in store.whole(session, ids)]


def _is_future(when: datetime | None, now: datetime) -> bool:
    return when is not None and when > now


def _put_off(session: Session, account: MailAccount, judged: Sequence[tuple[Any, Verdict]], now: datetime) -> None:
    """Waits are written together, by reason and time; what is left out or held one by one, with its line."""
    waits: dict[tuple[str, datetime], list[int]] = defaultdict(list)
    for row, verdict in judged:
        if verdict.reason is Reason.DAILY_CAP and verdict.until is not None:
            _full_day(session, account, verdict.until)
        elif verdict.until is not None and verdict.reason is not None:
            waits[verdict.reason, verdict.until].append(row.id)
        else:
            message = messages.by_id(session, row.id)
            assert message is not None
            settling.apply(session, message, Outcome(verdict, ""), now=now)
    for (reason, until), ids in waits.items():
        store.wait(session, ids, reason, until)


def _full_day(session: Session, account: MailAccount, until: datetime) -> None:
    assert account.id is not None
    counted = [kind for kind in MessageKind if kind not in judging.UNCOUNTED]
    values = {"state_reason": Reason.DAILY_CAP, "waits_until": until}
    messages.postpone(session, account.id, until, 500, kinds=counted, **values)
