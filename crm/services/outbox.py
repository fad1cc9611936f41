"""The sending side of the outbox: claim, deliver, settle. Nothing is lost, nothing doubled.

Three short transactions a message, none open across the network: one claims it and asks every rule once more; one,
durable, says `in_data` just before DATA, and only if the claim still stands; one settles. What a kill leaves behind
tells by its state how far it had come.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from crm.domain.errors import Refused
from crm.domain.kinds import MessageState
from crm.domain.outbox import LEASE_TIME, Verdict, after_lease, after_trouble
from crm.domain.reasons import Reason
from crm.mail.ports import Envelope, MailError, Receipt, Transport
from crm.models.accounts import MailAccount
from crm.models.messages import Message
from crm.services import claims, letters, settling
from crm.services.claims import Ticket
from crm.services.mailboxes import Post
from crm.services.settling import Outcome
from crm.store import messages as store
from crm.store.engine import Database

Clock = Callable[[], datetime]


class LeaseLostError(Exception):
    """Somebody cancelled the message, or took it over, between the claim and DATA: it must not be sent."""


def run_due(db: Database, post: Post, *, clock: Clock, me: str, stopping: Callable[[], bool] = lambda: False) -> int:
    """Send what is due until nothing is, or until asked to stop (then the message in hand is finished first).

    Returns how many messages were settled.
    """
    courier = Courier(db, post, clock, me)
    count, last_account = 0, 0
    try:
        while not stopping():
            tickets = claims.claim(db, me=me, now=clock(), after_account=last_account)
            if not tickets:
                break
            last_account = tickets[-1].account.id or 0
            count += courier.round(tickets, stopping)
    finally:
        courier.close()
    return count


def run_one(db: Database, post: Post, message_id: int, *, clock: Clock, me: str) -> bool:
    """Send one message now, when it is due and no worker has it; for tests that somebody waits for."""
    ticket = claims.claim_one(db, message_id, me=me, now=clock())
    if ticket is None:
        return False
    courier = Courier(db, post, clock, me)
    try:
        courier.deliver(ticket)
    finally:
        courier.close()
    return True


def expire_leases(db: Database, *, now: datetime, gone: Callable[[str], bool] | None = None) -> int:
    """Settle what senders that vanished had in hand: before DATA it is queued again, in DATA nobody can know.

    Leases that have ended count, and those whose owner is known to be `gone`.
    """
    with db.write(durable=True) as session:
        held = store.leased(session)
        ended = [each for each in held if _ended(each, now) or (gone is not None and gone(each.lease_owner))]
        for message in ended:
            settling.apply(session, message, Outcome(after_lease(message.state), "lease_expired"), now=now)
    return len(ended)


def _ended(message: Message, now: datetime) -> bool:
    return message.lease_until is None or message.lease_until <= now


class Courier:
    """One worker's rounds: keeps a transport per mailbox open while it goes."""

    def __init__(
        self, db: Database, post: Post, clock: Clock, me: str, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._db = db
        self._post = post
        self._clock = clock
        self._me = me
        self._pause = pause
        self._transports: dict[int, Transport] = {}

    def round(self, tickets: Sequence[Ticket], stopping: Callable[[], bool]) -> int:
        """Deliver claimed messages of one mailbox; what isn't begun any more goes back into the queue."""
        for done, ticket in enumerate(tickets):
            if stopping():
                self._give_back(tickets[done:], Verdict(MessageState.QUEUED, Reason.WORKER_STOPPED))
                return done
            outcome = self.deliver(ticket)
            if outcome.ends_round:
                self._give_back(tickets[done + 1 :], outcome.verdict)
                return done + 1
        return len(tickets)

    def deliver(self, ticket: Ticket) -> Outcome:
        """One message, from its claim to its settled state."""
        message, account = ticket.message, ticket.account
        try:
            receipt = self._send(message, account)
        except LeaseLostError:
            outcome = Outcome(None, "lease_lost")
        except MailError as error:
            outcome = settling.outcome_of(self._db, message, error, self._clock())
        except Refused as error:
            outcome = Outcome(Verdict(MessageState.HELD, Reason(error.reason)), "held")
        except letters.UnwritableError as error:
            outcome = Outcome(Verdict(MessageState.FAILED, Reason.UNWRITABLE), "failed", reply=str(error))
        except BaseException:
            self._abandon(message)
            raise
        else:
            outcome = settling.delivered(receipt, ticket.via)
        self._settle(message, account, outcome)
        return outcome

    def close(self) -> None:
        """End every connection."""
        for transport in self._transports.values():
            transport.close()
        self._transports.clear()

    def _send(self, message: Message, account: MailAccount) -> Receipt:
        transport = self._transport(account)
        content = letters.written(self._db, self._post, message, sent_at=self._clock())
        envelope = Envelope(message.from_address, message.to_address, message.message_id, content)
        return transport.send(envelope, lambda: self._say_in_data(message))

    def _transport(self, account: MailAccount) -> Transport:
        assert account.id is not None
        if account.id not in self._transports:
            self._transports[account.id] = self._post.transport_of(account)
        return self._transports[account.id]

    def _say_in_data(self, message: Message) -> None:
        """The point of no return, on disk before the first byte of the text leaves."""
        assert message.id is not None
        lease_until = self._clock() + LEASE_TIME
        with self._db.write(durable=True) as session:
            mine = store.move(
                session,
                message.id,
                {MessageState.CLAIMED},
                MessageState.IN_DATA,
                leased_by=self._me,
                lease_until=lease_until,
            )
        if not mine:
            raise LeaseLostError
        message.state = MessageState.IN_DATA

    def _settle(self, message: Message, account: MailAccount, outcome: Outcome) -> None:
        """Write down how it ended. What a server has accepted is worth a few tries when the database is in trouble."""
        for wait in (0.1, 1.0, 5.0, None):
            try:
                with self._db.write(durable=True) as session:
                    settling.settle(session, message, account, outcome, me=self._me, now=self._clock())
                return
            except settling.TROUBLE:
                if wait is None:
                    raise
                self._pause(wait)

    def _abandon(self, message: Message) -> None:
        """Something unforeseen, ours or the machine's: leave the row as a vanished sender would."""
        try:
            with self._db.write(durable=True) as session:
                now = self._clock()
                outcome = Outcome(after_trouble(message.state, now), "error")
                settling.apply(session, message, outcome, me=self._me, now=now)
        except settling.TROUBLE:
            pass  # the lease ends by itself, with the same result

    def _give_back(self, tickets: Sequence[Ticket], verdict: Verdict) -> None:
        if not tickets:
            return
        with self._db.write() as session:
            for ticket in tickets:
                settling.apply(session, ticket.message, Outcome(verdict, "given_back"), me=self._me, now=self._clock())
