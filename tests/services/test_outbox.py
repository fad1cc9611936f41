"""The outbox from claim to settled state, on both databases, with transports that fail in every way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from crm.domain.kinds import ActivityKind, MessageKind, MessageState, SuppressionReason
from crm.domain.pipeline import Stage
from crm.domain.reasons import Reason
from crm.mail.ports import (
    Envelope,
    InDoubt,
    MailError,
    Permanent,
    Phase,
    Receipt,
    Retryable,
    SenderProblem,
    Unreachable,
)
from crm.models.accounts import MailAccount
from crm.models.activities import Activity
from crm.models.messages import Message, MessageAttempt
from crm.models.providers import Provider
from crm.services import claims, message_states, outbox, suppressions
from crm.services.mailboxes import Post
from crm.store.engine import Database
from tests.factories import (
    NOW,
    FakeClock,
    make_business,
    make_mail_account,
    make_message,
    make_provider,
    make_suppression,
    make_user,
)
from tests.services.mail import FakeTransport, fake_post


@pytest.fixture
def post(tmp_path: Path, wire: FakeTransport) -> Post:
    return fake_post(tmp_path, wire)


@pytest.fixture
def account_id(db: Database) -> int:
    with db.write() as session:
        make_business(session)
        make_user(session)
        account = make_mail_account(session, gap_seconds=0, address="dana@stride.example")
        assert account.id is not None
        return account.id


def queued(db: Database, account_id: int, **given: object) -> int:
    with db.write() as session:
        values = {"mail_account_id": account_id, **given}
        if "provider_id" not in values:
            values["provider_id"] = make_provider(session, email="", sample=False).id
        message = make_message(session, **values)
        assert message.id is not None
        return message.id


def message_of(db: Database, message_id: int) -> Message:
    with db.read() as session:
        return session.get_one(Message, message_id)


def send(db: Database, post: Post, clock: FakeClock, me: str = "me") -> int:
    return outbox.run_due(db, post, clock=clock, me=me)


def timeline(db: Database, provider_id: int | None) -> list[Activity]:
    with db.read() as session:
        return list(session.exec(select(Activity).where(Activity.provider_id == provider_id).order_by(Activity.id)))


def test_a_due_message_is_sent_once_and_remembered(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    message_id = queued(db, account_id, subject="After therapy")
    assert send(db, post, clock) == 1
    assert send(db, post, clock) == 0
    message = message_of(db, message_id)
    assert (message.state, message.via, message.sent_at, message.lease_owner) == (MessageState.SENT, "smtp", NOW, "")
    assert wire.taken == [message.message_id]
    lines = timeline(db, message.provider_id)
    assert [line.kind for line in lines] == [ActivityKind.EMAIL, ActivityKind.STAGE]
    with db.read() as session:
        provider = session.get_one(Provider, message.provider_id)
        assert (provider.stage, provider.touch_count, provider.last_touch_at) == (Stage.CONTACTED, 1, NOW)
        attempt = session.exec(select(MessageAttempt)).one()
        assert (attempt.result, attempt.code, attempt.ended_at) == ("sent", 250, NOW)


def test_a_message_that_is_not_due_waits(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    queued(db, account_id, due_at=NOW + timedelta(minutes=1))
    assert send(db, post, clock) == 0
    with db.read() as session:
        assert claims.next_due(session) == NOW + timedelta(minutes=1)
    clock.advance(minutes=1)
    assert send(db, post, clock) == 1


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (Retryable(Phase.RCPT, 451, "greylisted"), MessageState.DEFERRED, Reason.TRY_AGAIN),
        (Retryable(Phase.DATA, None, "connection lost"), MessageState.DEFERRED, Reason.TRY_AGAIN),
        (Retryable(Phase.AFTER_DOT, 452, "disk full"), MessageState.DEFERRED, Reason.TRY_AGAIN),
        (Permanent(Phase.RCPT, 550, "5.1.1 no such user"), MessageState.FAILED, Reason.SERVER_REFUSED),
        (InDoubt(Phase.AFTER_DOT, None, "connection lost"), MessageState.IN_DOUBT, Reason.CONNECTION_LOST),
        (Unreachable(Phase.CONNECT, None, "refused"), MessageState.QUEUED, Reason.UNREACHABLE),
        (SenderProblem(Phase.AUTH, 535, "bad credentials"), MessageState.QUEUED, Reason.MAILBOX_PAUSED),
    ],
)
def test_each_failure_leaves_its_state_and_what_the_server_said(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock, error: MailError,
    state: MessageState, reason: Reason,
) -> None:  # fmt: skip
    wire.errors = [error]
    message_id = queued(db, account_id)
    send(db, post, clock)
    message = message_of(db, message_id)
    assert (message.state, message.state_reason) == (state, reason)
    assert error.reply in message.server_reply
    assert wire.taken == []


def test_a_server_that_puts_off_is_tried_five_times_and_then_given_up(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    wire.errors = [Retryable(Phase.RCPT, 451, "later") for _ in range(5)]
    message_id = queued(db, account_id)
    waits = []
    for _ in range(5):
        send(db, post, clock)
        message = message_of(db, message_id)
        if message.waits_until is not None:
            waits.append(message.waits_until - clock())
            clock.now = message.waits_until
    assert waits == [timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(days=1)]
    assert (message.state, message.state_reason) == (MessageState.FAILED, Reason.GAVE_UP)


def test_an_unreachable_server_rests_the_mailbox_and_never_gives_up(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    wire.errors = [Unreachable(Phase.CONNECT, None, "no network") for _ in range(8)]
    first, second = queued(db, account_id), queued(db, account_id)
    waits = []
    for _ in range(8):
        assert send(db, post, clock) == 1
        assert message_of(db, second).state_reason == Reason.UNREACHABLE
        message = message_of(db, first)
        assert message.waits_until is not None
        waits.append((message.waits_until - clock()).seconds // 60)
        clock.now = message.waits_until
    assert waits == [1, 5, 15, 30, 30, 30, 30, 30]
    assert send(db, post, clock) == 2


def test_a_refusal_that_is_about_us_pauses_the_mailbox_until_a_person_resumes_it(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    from crm.services import mailbox_setup

    wire.errors = [SenderProblem(Phase.AUTH, 535, "bad credentials")]
    queued(db, account_id), queued(db, account_id)
    send(db, post, clock)
    clock.advance(days=3)
    assert send(db, post, clock) == 0
    with db.read() as session:
        account = session.get_one(MailAccount, account_id)
        assert (account.paused_reason, claims.next_due(session)) == ("bad credentials", None)
    mailbox_setup.resume(db, account_id, actor_id=None, now=clock())
    assert send(db, post, clock) == 2


def test_a_drop_after_the_dot_is_never_sent_again_by_itself(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    wire.errors = [InDoubt(Phase.AFTER_DOT, None, "lost")]
    message_id = queued(db, account_id)
    send(db, post, clock)
    clock.advance(days=9)
    outbox.expire_leases(db, now=clock())
    assert send(db, post, clock) == 0
    assert message_of(db, message_id).state is MessageState.IN_DOUBT


def test_a_doubt_is_settled_by_a_person_either_way(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    wire.errors = [InDoubt(Phase.AFTER_DOT, None, "lost"), InDoubt(Phase.AFTER_DOT, None, "lost")]
    came, lost = queued(db, account_id), queued(db, account_id)
    send(db, post, clock)
    clock.advance(hours=1)
    message_states.arrived(db, came, actor_id=None, now=clock())
    message_states.send_again(db, lost, actor_id=None, now=clock())
    assert send(db, post, clock) == 1
    assert message_of(db, came).sent_at == NOW
    assert wire.taken == [message_of(db, lost).message_id]


class Killed(BaseException):
    """Stands for SIGKILL: nothing after it runs."""


def test_a_sender_killed_before_data_leaves_a_lease_that_expires_into_the_queue(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    message_id = queued(db, account_id)
    claims.claim(db, me="killed", now=clock())
    assert send(db, post, clock, me="other") == 0
    clock.advance(minutes=21)
    assert outbox.expire_leases(db, now=clock()) == 1
    assert message_of(db, message_id).state_reason == Reason.LEASE_EXPIRED
    assert send(db, post, clock, me="other") == 1


def test_a_sender_killed_in_data_leaves_a_doubt(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    message_id = queued(db, account_id)
    ticket = claims.claim(db, me="killed", now=clock())[0]
    courier = outbox.Courier(db, post, clock, "killed")
    courier._say_in_data(ticket.message)
    clock.advance(minutes=21)
    outbox.expire_leases(db, now=clock())
    message = message_of(db, message_id)
    assert (message.state, message.state_reason) == (MessageState.IN_DOUBT, Reason.WORKER_ENDED)


def test_leases_of_a_sender_known_to_be_gone_end_at_once(
    db: Database, post: Post, account_id: int, clock: FakeClock
) -> None:
    message_id = queued(db, account_id)
    claims.claim(db, me="host-1-x", now=clock())
    assert outbox.expire_leases(db, now=clock()) == 0
    assert outbox.expire_leases(db, now=clock(), gone=lambda owner: owner == "host-1-x") == 1
    assert message_of(db, message_id).state is MessageState.QUEUED


def test_an_answer_that_comes_after_the_lease_ended_still_counts(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    message_id = queued(db, account_id)
    taking = wire.send

    def slow(envelope: Envelope, before_data: Callable[[], None]) -> Receipt:
        receipt = taking(envelope, before_data)
        outbox.expire_leases(db, now=clock.advance(hours=1))
        assert message_of(db, message_id).state is MessageState.IN_DOUBT
        return receipt

    wire.send = slow  # type: ignore[method-assign]
    send(db, post, clock)
    assert message_of(db, message_id).state is MessageState.SENT


def test_an_unsubscribe_between_claim_and_data_is_honoured(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    message_id = queued(db, account_id, unsubscribe_token="tok")
    wire.on_data = lambda: suppressions.unsubscribe(db, "tok", evidence="one click", now=clock()) and None
    send(db, post, clock)
    message = message_of(db, message_id)
    assert (message.state, message.state_reason) == (MessageState.CANCELLED, Reason.UNSUBSCRIBED)
    assert wire.taken == []


def test_an_undo_between_claim_and_data_is_honoured(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    message_id = queued(db, account_id)
    wire.on_data = lambda: message_states.cancel(db, message_id, actor_id=None, now=clock(), undo=True)
    send(db, post, clock)
    assert message_of(db, message_id).state is MessageState.CANCELLED
    assert wire.taken == []


@pytest.mark.parametrize(
    ("provider", "reason"),
    [
        ({"stage": Stage.DO_NOT_CONTACT}, Reason.DO_NOT_CONTACT),
        ({"stage": Stage.DECLINED}, Reason.DECLINED),
        ({"deactivated_on": NOW.date()}, Reason.DEACTIVATED),
        ({"archived_at": NOW}, Reason.ARCHIVED),
        ({"email": "new@clinic.example"}, Reason.ADDRESS_CHANGED),
    ],
)
def test_what_changed_since_it_was_queued_keeps_a_message_from_leaving(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock, provider: dict[str, object],
    reason: Reason,
) -> None:  # fmt: skip
    with db.write() as session:
        provider_id = make_provider(session, **{"email": "", **provider}).id
    message_id = queued(db, account_id, provider_id=provider_id)
    send(db, post, clock)
    message = message_of(db, message_id)
    assert (message.state, message.state_reason) == (MessageState.SKIPPED, reason)
    assert wire.taken == []


def test_a_suppressed_address_gets_nothing_whoever_the_provider_is(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    with db.write() as session:
        make_suppression(session, address="gone@clinic.example", reason=SuppressionReason.BOUNCED)
    message_id = queued(db, account_id, to_address="gone@clinic.example")
    send(db, post, clock)
    assert message_of(db, message_id).state_reason == Reason.SUPPRESSED


def test_without_a_postal_address_outreach_is_held(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    from crm.models.accounts import Business

    with db.write() as session:
        session.get_one(Business, 1).line1 = ""
    outreach, test = queued(db, account_id), queued(db, account_id, kind=MessageKind.TEST)
    send(db, post, clock)
    assert message_of(db, outreach).state_reason == Reason.NO_POSTAL_ADDRESS
    assert message_of(db, test).state is MessageState.SENT


def test_a_laptop_that_slept_for_three_days_does_not_send_a_burst(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    ids = [queued(db, account_id) for _ in range(5)]
    digest = queued(db, account_id, kind=MessageKind.NOTICE)
    clock.advance(days=3)
    send(db, post, clock)
    assert {message_of(db, each).state_reason for each in ids} == {Reason.OVERDUE}
    assert message_of(db, digest).state is MessageState.SKIPPED
    message_states.release(db, ids[0], actor_id=None, now=clock())
    assert send(db, post, clock) == 1


def test_the_daily_cap_moves_the_rest_to_the_next_morning(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    with db.write() as session:
        session.get_one(MailAccount, account_id).daily_cap = 2
    ids = [queued(db, account_id) for _ in range(4)]
    assert send(db, post, clock) == 2
    waiting = message_of(db, ids[3])
    assert (waiting.state, waiting.state_reason) == (MessageState.QUEUED, Reason.DAILY_CAP)
    assert waiting.waits_until == NOW.replace(hour=14, minute=0) + timedelta(days=1)  # 8:00 in Chicago
    clock.now = waiting.waits_until
    assert send(db, post, clock) == 2


def test_the_cap_per_domain_lets_others_through(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    with db.write() as session:
        session.get_one(MailAccount, account_id).domain_cap = 1
    ids = [queued(db, account_id, to_address=address) for address in ("a@big.example", "b@big.example", "c@x.example")]
    assert send(db, post, clock) == 2
    assert message_of(db, ids[1]).state_reason == Reason.DOMAIN_CAP


def test_mails_of_one_mailbox_leave_with_a_pause_between(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    with db.write() as session:
        session.get_one(MailAccount, account_id).gap_seconds = 20
    queued(db, account_id), queued(db, account_id)
    assert send(db, post, clock) == 1
    assert send(db, post, clock) == 0
    with db.read() as session:
        assert claims.next_due(session) == NOW + timedelta(seconds=20)
    clock.advance(seconds=20)
    assert send(db, post, clock) == 1


def test_a_stop_finishes_the_message_in_hand_and_gives_the_rest_back(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    ids = [queued(db, account_id) for _ in range(3)]
    outbox.run_due(db, post, clock=clock, me="me", stopping=lambda: bool(wire.taken))
    states = [message_of(db, each).state for each in ids]
    assert states == [MessageState.SENT, MessageState.QUEUED, MessageState.QUEUED]
    assert wire.closed == 1


def test_an_error_nobody_foresaw_leaves_the_others_their_turn(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    wire.errors = [RuntimeError("a bug"), RuntimeError("a bug")]
    queued(db, account_id)
    wire.on_data = lambda: None
    with pytest.raises(RuntimeError):
        send(db, post, clock)
    with db.read() as session:
        assert session.exec(select(Message.state)).one() is MessageState.IN_DOUBT


def test_a_row_that_cannot_be_written_as_mail_fails_with_its_reason(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    message_id = queued(db, account_id, to_address="nobody")
    send(db, post, clock)
    assert message_of(db, message_id).state_reason == Reason.UNWRITABLE


def test_a_mailbox_that_was_removed_holds_what_was_written_for_it(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    with db.write() as session:
        session.get_one(MailAccount, account_id).archived_at = NOW
    message_id = queued(db, account_id)
    send(db, post, clock)
    assert message_of(db, message_id).state_reason == Reason.NO_MAILBOX


def test_the_local_mailbox_keeps_a_file_and_sends_nothing(
    db: Database, post: Post, wire: FakeTransport, clock: FakeClock
) -> None:
    from crm.services import mailboxes

    with db.write() as session:
        make_business(session)
        account = mailboxes.local(session, now=NOW)
    message_id = queued(db, account.id or 0)
    assert send(db, post, clock) == 1
    message = message_of(db, message_id)
    assert message.via == "local"
    kept = post.local.raw(message.message_id)
    assert kept is not None
    assert b"After therapy ends" in kept
    assert wire.taken == []


def test_two_workers_never_take_the_same_message(db: Database, account_id: int, clock: FakeClock) -> None:
    for _ in range(6):
        queued(db, account_id)
    first = claims.claim(db, me="one", now=clock())
    second = claims.claim(db, me="two", now=clock())
    assert len(first) == 6
    assert second == []


def test_a_lease_that_was_lost_is_not_used(
    db: Database, post: Post, wire: FakeTransport, account_id: int, clock: FakeClock
) -> None:
    message_id = queued(db, account_id)
    ticket = claims.claim(db, me="one", now=clock())[0]
    clock.advance(hours=1)
    outbox.expire_leases(db, now=clock())
    assert send(db, post, clock, me="two") == 1
    outbox.Courier(db, post, clock, "one").deliver(ticket)
    assert len(wire.taken) == 1
    assert message_of(db, message_id).state is MessageState.SENT
