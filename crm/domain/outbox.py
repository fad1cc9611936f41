"""The outbox's rules: which moves exist, when to try again, what must wait, and why. Reasons are values.

    queued -> claimed (a lease) -> in_data -> sent | deferred | failed | in_doubt
    held, cancelled and skipped each with a named reason.

An error before the final dot of DATA is safe to retry. A connection lost after it leaves `in_doubt`, and only a person,
or the mailbox itself, resolves that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from crm.domain.kinds import MessageKind, MessageState
from crm.domain.pipeline import Stage
from crm.domain.reasons import Reason
from crm.domain.windows import Window

UNDO_TIME = timedelta(minutes=1)
"""How long a message waits in the outbox before it may leave."""

LEASE_TIME = timedelta(minutes=20)
"""Longer than the sum of the transport's timeouts: a live sender never loses its lease."""

RETRY_DELAYS = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(days=1))
"""After the first, second … answer of 4xx. After the last the message has failed."""

REST_DELAYS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))
"""How long a mailbox rests after its server could not be reached once, twice … It never gives up by itself."""

OVERDUE_LIMIT = timedelta(days=1)
"""A message later than this was kept back by something unforeseen (a laptop that slept): a person looks first."""

MOVES: Mapping[MessageState, frozenset[MessageState]] = {
    MessageState.QUEUED: frozenset(
        {MessageState.CLAIMED, MessageState.HELD, MessageState.CANCELLED, MessageState.SKIPPED}
    ),
    MessageState.DEFERRED: frozenset(
        {MessageState.CLAIMED, MessageState.HELD, MessageState.CANCELLED, MessageState.SKIPPED}
    ),
    MessageState.CLAIMED: frozenset(
        {
            MessageState.QUEUED,
            MessageState.IN_DATA,
            MessageState.DEFERRED,
            MessageState.FAILED,
            MessageState.HELD,
            MessageState.CANCELLED,
            MessageState.SKIPPED,
        }
    ),
    MessageState.IN_DATA: frozenset(
        {MessageState.SENT, MessageState.QUEUED, MessageState.DEFERRED, MessageState.FAILED, MessageState.IN_DOUBT}
    ),
    MessageState.IN_DOUBT: frozenset({MessageState.SENT, MessageState.QUEUED}),
    MessageState.HELD: frozenset({MessageState.QUEUED, MessageState.CANCELLED, MessageState.SKIPPED}),
    MessageState.FAILED: frozenset({MessageState.QUEUED, MessageState.CANCELLED}),
    MessageState.SENT: frozenset(),
    MessageState.CANCELLED: frozenset(),
    MessageState.SKIPPED: frozenset(),
}

WAITING = frozenset({MessageState.QUEUED, MessageState.DEFERRED})
"""States from which a worker may claim a message."""

OPEN = WAITING | {MessageState.CLAIMED, MessageState.HELD}
"""States in which a message can still be kept from leaving."""


def may_move(before: MessageState, after: MessageState) -> bool:
    """Whether the state machine has this move."""
    return after in MOVES[before]


@dataclass(frozen=True)
class Verdict:
    """What becomes of a message that is due. `state` CLAIMED means it may leave now."""

    state: MessageState
    reason: Reason | None = None
    until: datetime | None = None

    @property
    def go(self) -> bool:
        return self.state is MessageState.CLAIMED


GO = Verdict(MessageState.CLAIMED)


def wait(reason: Reason, until: datetime) -> Verdict:
    """Back into the queue, with the time when it is looked at again."""
    return Verdict(MessageState.QUEUED, reason, until)


@dataclass(frozen=True)
class Recipient:
    """What is known about the person a message goes to, read in the transaction that claims it."""

    suppressed: bool = False
    stage: Stage | None = None
    deactivated: bool = False
    archived: bool = False
    address_changed: bool = False
    last_mail_at: datetime | None = None


@dataclass(frozen=True)
class Limits:
    """A mailbox's limits. A gap or cap of zero means none."""

    daily_cap: int = 50
    domain_cap: int = 20
    gap: timedelta = timedelta(seconds=20)
    person_gap: timedelta = timedelta(days=2)


@dataclass(frozen=True)
class Load:
    """What a mailbox has sent, or has in hand, counted from rows. After a full day it goes on at `resumes_at`."""

    resumes_at: datetime
    today: int = 0
    today_to_domain: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True)
class InSequence:
    """How the enrollment of a step stands: ended, or paused until a time or until somebody says so."""

    window: Window
    stopped: bool = False
    paused: bool = False
    paused_until: datetime | None = None


@dataclass(frozen=True)
class Due:
    """The message itself, as far as the rules look at it."""

    kind: MessageKind
    due_at: datetime
    sequence: InSequence | None = None


def judge(due: Due, recipient: Recipient, load: Load, limits: Limits, *, has_address: bool, now: datetime) -> Verdict:
    """Whether a due message may leave now, and if not, what becomes of it and why."""
    return (
        _stopped(due.sequence)
        or _too_late(due, now)
        or _about_recipient(due, recipient)
        or _about_sender(due, has_address)
        or _paused(due.sequence, now)
        or _person_gap(due, recipient, limits, now)
        or _outside_window(due.sequence, now)
        or _mailbox_load(due, load, limits, now)
        or GO
    )


def _stopped(sequence: InSequence | None) -> Verdict | None:
    return Verdict(MessageState.CANCELLED, Reason.SEQUENCE_STOPPED) if sequence and sequence.stopped else None


def _paused(sequence: InSequence | None, now: datetime) -> Verdict | None:
    """A pause with an end is waited for; one without is a person's to end, so the message is held till then."""
    if sequence is None or not sequence.paused:
        return None
    if sequence.paused_until is None:
        return Verdict(MessageState.HELD, Reason.SEQUENCE_PAUSED)
    return wait(Reason.SEQUENCE_PAUSED, sequence.paused_until) if sequence.paused_until > now else None


def _outside_window(sequence: InSequence | None, now: datetime) -> Verdict | None:
    if sequence is None or sequence.window.is_open(now):
        return None
    return wait(Reason.OUTSIDE_WINDOW, sequence.window.next_open(now))


def _too_late(due: Due, now: datetime) -> Verdict | None:
    if now - due.due_at <= OVERDUE_LIMIT:
        return None
    if due.kind in (MessageKind.NOTICE, MessageKind.TEST):
        return Verdict(MessageState.SKIPPED, Reason.TOO_LATE)
    return Verdict(MessageState.HELD, Reason.OVERDUE)


def _about_recipient(due: Due, recipient: Recipient) -> Verdict | None:
    """Notices and tests go to ourselves; a reply answers somebody who wrote, whatever stage they are in."""
    if due.kind in (MessageKind.NOTICE, MessageKind.TEST):
        return None
    reason = blocked(recipient, answering=due.kind is MessageKind.REPLY)
    return Verdict(MessageState.SKIPPED, reason) if reason else None


def blocked(recipient: Recipient, *, answering: bool = False) -> Reason | None:
    """Why this person must not be written to, if anything forbids it."""
    if recipient.suppressed:
        return Reason.SUPPRESSED
    if answering:
        return None
    if recipient.stage is Stage.DO_NOT_CONTACT:
        return Reason.DO_NOT_CONTACT
    if recipient.stage is Stage.DECLINED:
        return Reason.DECLINED
    if recipient.deactivated:
        return Reason.DEACTIVATED
    if recipient.archived:
        return Reason.ARCHIVED
    return Reason.ADDRESS_CHANGED if recipient.address_changed else None


def _about_sender(due: Due, has_address: bool) -> Verdict | None:
    if due.kind is MessageKind.OUTREACH and not has_address:
        return Verdict(MessageState.HELD, Reason.NO_POSTAL_ADDRESS)
    return None


def _person_gap(due: Due, recipient: Recipient, limits: Limits, now: datetime) -> Verdict | None:
    """Only for steps of a sequence: what a person sends by hand, they mean to send."""
    if due.sequence is None or recipient.last_mail_at is None:
        return None
    free_at = recipient.last_mail_at + limits.person_gap
    return wait(Reason.PERSON_GAP, due.sequence.window.next_open(free_at)) if free_at > now else None


def _mailbox_load(due: Due, load: Load, limits: Limits, now: datetime) -> Verdict | None:
    if due.kind in (MessageKind.NOTICE, MessageKind.TEST):
        return None
    if limits.daily_cap and load.today >= limits.daily_cap:
        return wait(Reason.DAILY_CAP, load.resumes_at)
    if limits.domain_cap and load.today_to_domain >= limits.domain_cap:
        return wait(Reason.DOMAIN_CAP, load.resumes_at)
    if limits.gap and load.last_at is not None and load.last_at + limits.gap > now:
        return wait(Reason.MAILBOX_GAP, load.last_at + limits.gap)
    return None


def after_put_off(earlier: int, now: datetime) -> Verdict:
    """After an answer of 4xx, when `earlier` such answers came before: again later, or failed."""
    if earlier >= len(RETRY_DELAYS):
        return Verdict(MessageState.FAILED, Reason.GAVE_UP)
    return Verdict(MessageState.DEFERRED, Reason.TRY_AGAIN, now + RETRY_DELAYS[earlier])


def after_unreachable(earlier: int, now: datetime) -> Verdict:
    """After a server that could not be reached, when `earlier` tries in a row had failed before."""
    return wait(Reason.UNREACHABLE, now + REST_DELAYS[min(earlier, len(REST_DELAYS) - 1)])


def after_trouble(state: MessageState, now: datetime) -> Verdict:
    """After an error nobody foresaw: as after a vanished sender, but later, so that others get their turn."""
    return after_lease(state) if state is MessageState.IN_DATA else wait(Reason.TROUBLE, now + RETRY_DELAYS[0])


def after_lease(state: MessageState) -> Verdict:
    """What a message becomes whose sender vanished: before DATA nothing was sent, after it nobody can know."""
    if state is MessageState.IN_DATA:
        return Verdict(MessageState.IN_DOUBT, Reason.WORKER_ENDED)
    return Verdict(MessageState.QUEUED, Reason.LEASE_EXPIRED)
