"""The sending side of the outbox: claim, deliver, settle. Nothing is lost, nothing doubled.

Three kinds of short transactions, none open across the network: one claims a batch and asks every rule once more; then
for each message one, durable, says `in_data` just before DATA, and only if the claim still stands; and one, durable
too, settles it, with its line on the timeline (with a server that is quick, together with the next one's `in_data`).
What a kill leaves behind tells by its state how far it had come. What follows from a sent message (`mail_effects`) is
owed by its row and written when nothing more is to be sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from crm.domain.errors import Refused
from crm.domain.kinds import MessageState
from crm.domain.outbox import LEASE_TIME, Verdict, after_lease, after_trouble
from crm.domain.reasons import Reason
from crm.mail.dkim import Signer
from crm.mail.ports import Envelope, MailError, Phase, Receipt, SenderProblem, Transport
from crm.models.accounts import MailAccount
from crm.models.messages import Message
from crm.services import claims, letters, mail_effects, settling, signing
from crm.services.claims import Ticket
from crm.services.mailboxes import Post
from crm.services.settling import Outcome
from crm.store import deliveries
from crm.store import messages as store
from crm.store.deliveries import Intent, Sent
from crm.store.engine import Database

Clock = Callable[[], datetime]

QUICK_SECONDS = 0.05
"""A server that asks for DATA within this of the last answer: the wait for the disk is shared by two messages."""


class LeaseLostError(Exception):
    """Somebody cancelled the message, or took it over, between the claim and DATA: it must not be sent."""


def run_due(db: Database, post: Post, *, clock: Clock, me: str, stopping: Callable[[], bool] = lambda: False) -> int:
    """Send what is due, then write what follows from it. Returns how many messages were settled."""
    count = send_due(db, post, clock=clock, me=me, stopping=stopping)
    mail_effects.run_due(db, clock=clock, stopping=stopping, mine=True)
    return count


def send_due(db: Database, post: Post, *, clock: Clock, me: str, stopping: Callable[[], bool] = lambda: False) -> int:
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
    mail_effects.run_due(db, clock=clock, mine=True)
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
        self._signers: dict[int, Signer | None] = {}
        self._unwritten: Sent | None = None
        self._quick = False

    def round(self, tickets: Sequence[Ticket], stopping: Callable[[], bool]) -> int:
        """Deliver claimed messages of one mailbox; what isn't begun any more goes back into the queue."""
        for done, ticket in enumerate(tickets):
            if stopping():
                self._write_last()
                self._give_back(tickets[done:], Verdict(MessageState.QUEUED, Reason.WORKER_STOPPED))
                return done
            try:
                outcome = self.deliver(ticket, is_last=done + 1 == len(tickets))
            except Exception:  # the others need not wait until their leases end
                with suppress(*settling.TROUBLE):
                    self._give_back(tickets[done + 1 :], Verdict(MessageState.QUEUED, Reason.LEASE_EXPIRED))
                raise
            if outcome.ends_round:
                self._give_back(tickets[done + 1 :], outcome.verdict)
                return done + 1
        return len(tickets)

    def deliver(self, ticket: Ticket, *, is_last: bool = True) -> Outcome:
        """One message, from its claim to its settled state; one that isn't the last may be settled by the next."""
        message = ticket.message
        try:
            receipt = self._send(ticket)
        except LeaseLostError:
            outcome = Outcome(None, "lease_lost")
        except MailError as error:
            outcome = settling.outcome_of(self._db, message, error, self._clock())
        except Refused as error:
            outcome = Outcome(Verdict(MessageState.HELD, Reason(error.reason)), "held")
        except letters.UnwritableError as error:
            outcome = Outcome(Verdict(MessageState.FAILED, Reason.UNWRITABLE), "failed", reply=str(error))
        except BaseException:
            self._write_last()
            self._abandon(message)
            raise
        else:
            outcome = settling.delivered(receipt, ticket.via)
        if is_last or outcome.receipt is None or not self._quick:
            self._settle(ticket, outcome)
        else:
            self._unwritten = settling.sent(message, outcome, at=self._clock())
        return outcome

    def close(self) -> None:
        """End every connection."""
        for transport in self._transports.values():
            transport.close()
        self._transports.clear()

    def _send(self, ticket: Ticket) -> Receipt:
        message = ticket.message
        transport = self._transport(ticket.account)
        signer = self._signer(ticket.account)
        content = letters.written(self._post, message, ticket.files, signer=signer)
        envelope = Envelope(message.from_address, message.to_address, message.message_id, content)
        began = time.monotonic()

        def announce() -> None:
            self._quick = time.monotonic() - began < QUICK_SECONDS
            self._say_in_data(message)

        return transport.send(envelope, announce)

    def _transport(self, account: MailAccount) -> Transport:
        assert account.id is not None
        if account.id not in self._transports:
            self._transports[account.id] = self._post.transport_of(account)
        return self._transports[account.id]

    def _signer(self, account: MailAccount) -> Signer | None:
        """Who signs mail of this mailbox. A key that can't be read pauses it: unsigned mail might be thrown away."""
        assert account.id is not None
        if account.id not in self._signers:
            try:
                with self._db.read() as session:
                    self._signers[account.id] = signing.signer_of(session, self._post.vault, account.address)
            except Refused as error:
                raise SenderProblem(Phase.AUTH, None, str(error)) from error
        return self._signers[account.id]

    def _say_in_data(self, message: Message) -> None:
        """The point of no return, on disk before the first byte of the text leaves."""
        assert message.id is not None
        intent = Intent(message.id, self._clock() + LEASE_TIME)
        with self._db.at_once() as connection:
            mine = deliveries.write(connection, me=self._me, sent=self._unwritten, intent=intent)
        self._unwritten = None
        if not mine:
            raise LeaseLostError
        message.state = MessageState.IN_DATA

    def _settle(self, ticket: Ticket, outcome: Outcome) -> None:
        """Write down how it ended."""
        self._write_last()
        message, now = ticket.message, self._clock()
        if outcome.receipt is not None:
            self._unwritten = settling.sent(message, outcome, at=now)
            self._write_last()
            return

        def write() -> None:
            with self._db.write(durable=True) as session:
                settling.settle(session, message, ticket.account, outcome, me=self._me, now=now)

        self._insist(write)

    def _write_last(self) -> None:
        """Settle the message that was sent last, if that is still to be done."""
        if self._unwritten is None:
            return
        sent = self._unwritten

        def write() -> None:
            with self._db.at_once() as connection:
                deliveries.write(connection, me=self._me, sent=sent)

        self._unwritten = None
        self._insist(write)

    def _insist(self, write: Callable[[], None]) -> None:
        """What a server has said is worth a few tries when the database is in trouble."""
        for wait in (0.1, 1.0, 5.0, None):
            try:
                write()
                break
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
