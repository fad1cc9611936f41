"""Why a message waits and until when, as its page says it: from its row, its mailbox and the clock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from crm.domain.errors import NotFound
from crm.domain.kinds import MessageState
from crm.domain.outbox import WAITING
from crm.domain.reasons import Reason, sentence
from crm.models.accounts import MailAccount
from crm.models.messages import Message, MessageAttempt
from crm.models.providers import Provider
from crm.services import claims
from crm.store import mail_accounts
from crm.store import messages as store
from crm.store.messages import EVERYTHING, Wanted

STALE = timedelta(minutes=5)
"""A worker that runs would have taken it long before."""

NEEDS_A_PERSON = (MessageState.IN_DOUBT, MessageState.FAILED, MessageState.HELD)


@dataclass(frozen=True)
class Standing:
    """A message with its provider and mailbox, and where it stands. `until` is None when only a person moves it."""

    message: Message
    provider: Provider | None
    account: MailAccount
    why: str
    until: datetime | None


def page(
    session: Session,
    states: Collection[MessageState],
    *,
    wanted: Wanted = EVERYTHING,
    before_id: int | None,
    limit: int,
    now: datetime,
) -> list[Standing]:
    """Messages in these states (all, when none are named), the newest first."""
    accounts = _mailboxes(session, now)
    found = store.page(session, states, wanted=wanted, before_id=before_id, limit=limit)
    return [_standing(message, provider, accounts, now) for message, provider in found]


def one(session: Session, message_id: int, *, now: datetime) -> tuple[Standing, Sequence[MessageAttempt]]:
    """One message and every try to deliver it. Raises NotFound."""
    message = store.by_id(session, message_id)
    if message is None:
        raise NotFound("This message is gone.")
    provider = session.get(Provider, message.provider_id) if message.provider_id is not None else None
    return _standing(message, provider, _mailboxes(session, now), now), store.attempts(session, message_id)


def mailboxes(session: Session) -> list[tuple[int, str]]:
    """Every mailbox by id and address, for a filter."""
    return [(each.id or 0, each.address) for each in mail_accounts.all_of_them(session)]


def needing_a_person(session: Session, cap: int = 99) -> int:
    """How many messages wait for somebody's decision."""
    counted = store.counts(session, cap, NEEDS_A_PERSON)
    return sum(counted.values())


def _mailboxes(session: Session, now: datetime) -> dict[int, tuple[MailAccount, datetime | None]]:
    found = mail_accounts.all_of_them(session)
    return {account.id or 0: (account, claims.free_again_at(session, account, now)) for account in found}


def _standing(
    message: Message,
    provider: Provider | None,
    accounts: dict[int, tuple[MailAccount, datetime | None]],
    now: datetime,
) -> Standing:
    account, free_at = accounts[message.mail_account_id]
    why, until = _why(message, account, free_at, now)
    return Standing(message, provider, account, why, until)


def _why(
    message: Message, account: MailAccount, free_at: datetime | None, now: datetime
) -> tuple[str, datetime | None]:
    if message.state is MessageState.CANCELLED and message.state_reason == Reason.BY_HAND:
        return "Cancelled by you", None
    if message.state not in WAITING:
        return (sentence(message.state_reason) if message.state_reason else ""), None
    if account.paused_at is not None:
        return f"{sentence(Reason.MAILBOX_PAUSED)}: {account.paused_reason}", None
    if message.due_at <= now and free_at is not None and free_at > now:
        return sentence(Reason.MAILBOX_GAP), free_at
    if message.due_at <= now - STALE:
        return "It should have left already: is Handoff's worker running?", None
    if message.due_at <= now:
        return "Leaves with the next round", None
    return (sentence(message.state_reason) if message.state_reason else sentence(Reason.SCHEDULED)), message.due_at


def reply_in_words(message: Message) -> str:
    """Why it was not sent, and what the server said."""
    why = sentence(message.state_reason) if message.state_reason else "It still waits"
    return f"{why}. {message.server_reply}".strip()
