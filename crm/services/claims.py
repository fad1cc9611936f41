"""Claiming due messages: every rule is asked once more, in the transaction that takes the lease."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from crm.domain import outbox
from crm.domain.emails import domain_of
from crm.domain.kinds import MessageState
from crm.domain.outbox import LEASE_TIME, WAITING, Due, Load, Verdict
from crm.domain.reasons import Reason
from crm.models.accounts import Business, MailAccount
from crm.models.messages import Message, MessageAttempt
from crm.models.providers import Provider
from crm.services import messages as queueing
from crm.services import settling
from crm.services.mailboxes import is_local, limits_of
from crm.services.settling import Outcome
from crm.store import mail_accounts
from crm.store import messages as store
from crm.store.engine import Database

BATCH = 20
"""Messages claimed at once by a mailbox without a pause between mails."""

LOOK_AT = 200
"""Due messages judged in one transaction, so that it stays short however many must wait."""


@dataclass(frozen=True)
class Ticket:
    """A claimed message and the mailbox that it leaves by."""

    message: Message
    account: MailAccount

    @property
    def via(self) -> str:
        """What the row remembers: did it go out, or stay here?"""
        return "local" if is_local(self.account) else "smtp"


def claim(db: Database, *, me: str, now: datetime, after_account: int = 0) -> list[Ticket]:
    """Take the next due messages of one mailbox; mailboxes take turns. Empty when nothing may leave now."""
    with db.read() as session:
        accounts = mail_accounts.all_of_them(session)
        awake = [each for each in accounts if each.paused_at is None]
        waiting = [each for each in awake if _is_due(store.next_due(session, each), now)]
    for account in sorted(waiting, key=lambda each: ((each.id or 0) <= after_account, each.id)):
        with db.write() as session:
            if tickets := _claim_for(session, account.id or 0, me, now):
                return tickets
    return []


def claim_one(db: Database, message_id: int, *, me: str, now: datetime) -> Ticket | None:
    """Take this one message, if it is waiting, due, and nothing speaks against it."""
    with db.write() as session:
        message = store.by_id(session, message_id)
        account = mail_accounts.by_id(session, message.mail_account_id) if message is not None else None
        if message is None or account is None or message.state not in WAITING or message.due_at > now:
            return None
        if not mail_accounts.lock(session, message.mail_account_id):
            return None
        verdict = _judge(session, message, account, now)
        if verdict.go:
            return Ticket(_take(session, message, me, now), account)
        _put_off(session, message, account, verdict, now)
        return None


def next_due(session: Session) -> datetime | None:
    """When something may leave: the earliest due message, no sooner than its mailbox's pause between mails allows."""
    times = [_next_of(session, account) for account in mail_accounts.all_of_them(session) if account.paused_at is None]
    return min((each for each in times if each is not None), default=None)


def _next_of(session: Session, account: MailAccount) -> datetime | None:
    due_at = store.next_due(session, account)
    free_at = free_again_at(session, account) if due_at is not None else None
    return max(due_at, free_at) if due_at is not None and free_at is not None else due_at


def free_again_at(session: Session, account: MailAccount) -> datetime | None:
    """When the pause after this mailbox's last mail ends, if it has one."""
    assert account.id is not None
    if not account.gap_seconds:
        return None
    last_at = mail_accounts.last_sent_at(session, account.id)
    return last_at + timedelta(seconds=account.gap_seconds) if last_at is not None else None


def _is_due(due_at: datetime | None, now: datetime) -> bool:
    return due_at is not None and due_at <= now


def _claim_for(session: Session, account_id: int, me: str, now: datetime) -> list[Ticket]:
    account = mail_accounts.by_id(session, account_id)
    if account is None or account.paused_at is not None or not mail_accounts.lock(session, account_id):
        return []
    if _is_future(free_again_at(session, account), now):
        return []
    size = 1 if account.gap_seconds else BATCH
    tickets: list[Ticket] = []
    for message in store.due(session, account_id, now, LOOK_AT):
        verdict = _judge(session, message, account, now)
        if verdict.go:
            tickets.append(Ticket(_take(session, message, me, now), account))
        else:
            _put_off(session, message, account, verdict, now)
        if len(tickets) == size or verdict.reason is Reason.DAILY_CAP:
            break
    return tickets


def _is_future(when: datetime | None, now: datetime) -> bool:
    return when is not None and when > now


def _judge(session: Session, message: Message, account: MailAccount, now: datetime) -> Verdict:
    provider = session.get(Provider, message.provider_id) if message.provider_id is not None else None
    business = session.get(Business, 1)
    due = Due(message.kind, message.due_at, in_sequence=message.enrollment_step_id is not None)
    facts = queueing.recipient(session, provider, message.to_address)
    if due.in_sequence:
        facts = replace(facts, last_mail_at=store.last_outreach_at(session, message.to_address))
    load = _load(session, message, account, _day(business, account, now))
    has_address = queueing.has_postal_address(business)
    return outbox.judge(due, facts, load, limits_of(account), has_address=has_address, now=now)


def _load(session: Session, message: Message, account: MailAccount, days: tuple[datetime, datetime]) -> Load:
    starts_at, resumes_at = days
    assert account.id is not None
    if not (account.daily_cap or account.domain_cap):
        return Load(resumes_at)
    domain = domain_of(message.to_address)
    return Load(
        resumes_at,
        today=mail_accounts.sent_since(session, account.id, starts_at),
        today_to_domain=mail_accounts.sent_since(session, account.id, starts_at, domain),
    )


def _day(business: Business | None, account: MailAccount, now: datetime) -> tuple[datetime, datetime]:
    """When the sender's day began, and when mail goes on after a day that is full."""
    zone = ZoneInfo(business.zone if business else "UTC")
    today = now.astimezone(zone).date()
    begins = time(*divmod(account.window_start, 60))
    return (
        datetime.combine(today, time(0), zone).astimezone(now.tzinfo),
        datetime.combine(today + timedelta(days=1), begins, zone).astimezone(now.tzinfo),
    )


def _take(session: Session, message: Message, me: str, now: datetime) -> Message:
    """The lease. The attempt is written down before it begins."""
    message.state, message.state_reason, message.waits_until = MessageState.CLAIMED, "", None
    message.lease_owner, message.lease_until, message.claimed_at = me, now + LEASE_TIME, now
    assert message.id is not None
    session.add(message)
    session.add(MessageAttempt(message_id=message.id, started_at=now, lease_owner=me))
    session.flush()
    return message


def _put_off(session: Session, message: Message, account: MailAccount, verdict: Verdict, now: datetime) -> None:
    if verdict.reason is Reason.DAILY_CAP and verdict.until is not None:
        assert account.id is not None
        store.postpone(
            session, account.id, verdict.until, 500, state_reason=Reason.DAILY_CAP, waits_until=verdict.until
        )
        return
    settling.apply(session, message, Outcome(verdict, ""), now=now)
