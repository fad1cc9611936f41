"""How a delivery ended, written into the rows: message, attempt, mailbox and timeline in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from crm.domain.kinds import MessageState
from crm.domain.outbox import Verdict, after_put_off, after_unreachable
from crm.domain.reasons import Reason
from crm.mail.ports import InDoubt, MailError, Permanent, Phase, Receipt, SenderProblem, Unreachable
from crm.models.accounts import MailAccount
from crm.models.messages import Message
from crm.services import mail_effects, mail_timeline, mailboxes, sequence_steps
from crm.store import mail_accounts
from crm.store import messages as store
from crm.store.deliveries import Sent
from crm.store.engine import Database

TROUBLE = (OperationalError,)
"""The database is locked, full or away: worth another try."""

IN_HAND = frozenset({MessageState.CLAIMED, MessageState.IN_DATA})

NOTED = {
    MessageState.DEFERRED: "E-mail put off by the receiving server",
    MessageState.FAILED: "E-mail could not be delivered",
    MessageState.IN_DOUBT: "E-mail may or may not have arrived",
    MessageState.HELD: "E-mail held",
    MessageState.SKIPPED: "E-mail not sent",
}


ENDED_UNSENT = frozenset({MessageState.FAILED, MessageState.SKIPPED, MessageState.CANCELLED})


@dataclass(frozen=True)
class Outcome:
    """What became of a message (`verdict`, None when it isn't ours any more) and what the server said."""

    verdict_or_none: Verdict | None
    result: str
    phase: str = ""
    code: int | None = None
    reply: str = ""
    via: str = ""
    receipt: Receipt | None = None
    pauses_mailbox: bool = False
    put_off: bool = False
    rests_mailbox: bool = False

    @property
    def verdict(self) -> Verdict:
        assert self.verdict_or_none is not None
        return self.verdict_or_none

    @property
    def ends_round(self) -> bool:
        """Nothing else can leave by this mailbox now."""
        return self.pauses_mailbox or self.rests_mailbox


def delivered(receipt: Receipt, via: str) -> Outcome:
    """The server has it."""
    phase = Phase.AFTER_DOT.value
    return Outcome(Verdict(MessageState.SENT), "sent", phase, receipt.code, receipt.reply, via, receipt)


def outcome_of(db: Database, message: Message, error: MailError, now: datetime) -> Outcome:
    """What an error of the transport makes of the message."""
    said: dict[str, Any] = {"phase": error.phase.value, "code": error.code, "reply": error.reply}
    if isinstance(error, InDoubt):
        verdict = Verdict(MessageState.IN_DOUBT, Reason.CONNECTION_LOST)
        return Outcome(verdict, "in_doubt", **said)
    if isinstance(error, Permanent):
        return Outcome(Verdict(MessageState.FAILED, Reason.SERVER_REFUSED), "refused", **said)
    if isinstance(error, SenderProblem):
        verdict = Verdict(MessageState.QUEUED, Reason.MAILBOX_PAUSED)
        return Outcome(verdict, "sender_problem", pauses_mailbox=True, **said)
    if isinstance(error, Unreachable):
        verdict = after_unreachable(_times_unreachable(db, message), now)
        return Outcome(verdict, "unreachable", rests_mailbox=True, **said)
    return Outcome(after_put_off(message.attempts, now), "put_off", put_off=True, **said)


def sent(message: Message, outcome: Outcome, *, at: datetime) -> Sent:
    """What is to be written for one that a server has: the state, the attempt, its line, and what is still owed."""
    has_line = message.provider_id is not None and message.kind in mail_timeline.ABOUT_A_PROVIDER
    owes = has_line or message.enrollment_step_id is not None
    return Sent(
        message,
        at,
        outcome.via,
        outcome.phase,
        outcome.code,
        outcome.reply,
        owed_at=at + mail_effects.GRACE if owes else None,
        has_line=has_line,
        reason=mail_timeline.where(outcome.via),
    )


def settle(
    session: Session, message: Message, account: MailAccount, outcome: Outcome, *, me: str, now: datetime
) -> None:
    """Write the outcome of a delivery, and what it means for the mailbox."""
    assert account.id is not None
    if outcome.verdict_or_none is not None:
        apply(session, message, outcome, me=me, now=now)
    else:
        _end_attempt(session, message, outcome, now)
    if outcome.pauses_mailbox:
        current = mail_accounts.by_id(session, account.id)
        if current is not None and current.paused_at is None:
            mailboxes.pause(session, current, outcome.reply, now=now)
    if outcome.rests_mailbox and outcome.verdict.until is not None:
        until = outcome.verdict.until
        store.postpone(session, account.id, until, 500, state_reason=Reason.UNREACHABLE, waits_until=until)


def apply(session: Session, message: Message, outcome: Outcome, *, me: str | None = None, now: datetime) -> bool:
    """Move the unsent message where the verdict says, if it still is where we left it; with its line and attempt."""
    assert message.id is not None
    _end_attempt(session, message, outcome, now)
    before = IN_HAND if message.state in IN_HAND else frozenset({message.state})
    if not store.move(
        session, message.id, before, outcome.verdict.state, leased_by=me, **_values(message, outcome, now)
    ):
        return False
    fresh = session.get(Message, message.id, populate_existing=True)
    assert fresh is not None
    if fresh.state in NOTED:
        mail_timeline.note(session, fresh, NOTED[fresh.state], actor_id=None, now=now)
    if fresh.enrollment_step_id is not None and fresh.state in ENDED_UNSENT:
        sequence_steps.message_settled(session, fresh, now=now)
    return True


def _values(message: Message, outcome: Outcome, now: datetime) -> dict[str, Any]:
    verdict = outcome.verdict
    values: dict[str, Any] = {"state_reason": verdict.reason or "", "waits_until": verdict.until}
    if outcome.reply:
        values["server_reply"] = f"{outcome.code or ''} {outcome.reply}".strip()
    if verdict.until is not None:
        values["due_at"] = verdict.until
    if outcome.put_off:
        values["attempts"] = message.attempts + 1
    if verdict.state not in (MessageState.QUEUED, MessageState.DEFERRED, MessageState.HELD):
        values["settled_at"] = now
    if verdict.state is not MessageState.IN_DOUBT:  # in doubt, the sender may still come back with an answer
        values |= {"lease_owner": "", "lease_until": None}
    return values


def _end_attempt(session: Session, message: Message, outcome: Outcome, now: datetime) -> None:
    assert message.id is not None
    attempt = store.open_attempt(session, message.id) if message.state in IN_HAND else None
    if attempt is not None:
        attempt.ended_at, attempt.phase, attempt.code = now, outcome.phase, outcome.code
        attempt.reply, attempt.result = outcome.reply, outcome.result
        session.add(attempt)


def _times_unreachable(db: Database, message: Message) -> int:
    """How often in a row this message found the server unreachable."""
    assert message.id is not None
    with db.read() as session:
        results = [each for each in store.results_of(session, message.id) if each]
    return sum(1 for _ in takewhile(lambda each: each == "unreachable", reversed(results)))
