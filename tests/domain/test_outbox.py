"""The outbox's rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain.kinds import MessageKind, MessageState
from crm.domain.outbox import (
    GO,
    MOVES,
    OVERDUE_LIMIT,
    REST_DELAYS,
    RETRY_DELAYS,
    Due,
    InSequence,
    Limits,
    Load,
    Recipient,
    Verdict,
    after_lease,
    after_put_off,
    after_trouble,
    after_unreachable,
    blocked,
    judge,
    may_move,
)
from crm.domain.pipeline import Stage
from crm.domain.reasons import SENTENCES, Reason, sentence
from crm.domain.windows import Window

NOW = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)
LOAD = Load(NOW + timedelta(hours=16))


def verdict(
    due: Due | None = None, recipient: Recipient | None = None, load: Load = LOAD, *, has_address: bool = True
) -> Verdict:
    due = due or Due(MessageKind.OUTREACH, NOW)
    return judge(due, recipient or Recipient(), load, Limits(), has_address=has_address, now=NOW)


def test_nothing_speaks_against_an_ordinary_message() -> None:
    assert verdict() is GO


@pytest.mark.parametrize(
    ("recipient", "reason"),
    [
        (Recipient(suppressed=True), Reason.SUPPRESSED),
        (Recipient(stage=Stage.DO_NOT_CONTACT), Reason.DO_NOT_CONTACT),
        (Recipient(stage=Stage.DECLINED), Reason.DECLINED),
        (Recipient(deactivated=True), Reason.DEACTIVATED),
        (Recipient(archived=True), Reason.ARCHIVED),
        (Recipient(address_changed=True), Reason.ADDRESS_CHANGED),
        (Recipient(stage=Stage.NOT_NOW), None),
        (Recipient(stage=Stage.PARTNER), None),
    ],
)
def test_who_must_not_be_written_to(recipient: Recipient, reason: Reason | None) -> None:
    assert blocked(recipient) is reason
    assert verdict(recipient=recipient).state is (MessageState.SKIPPED if reason else MessageState.CLAIMED)


def test_an_answer_goes_to_whoever_wrote_unless_they_unsubscribed() -> None:
    reply = Due(MessageKind.REPLY, NOW)
    assert verdict(reply, Recipient(stage=Stage.DECLINED)).go
    assert verdict(reply, Recipient(suppressed=True)).reason is Reason.SUPPRESSED


@pytest.mark.parametrize("kind", [MessageKind.TEST, MessageKind.NOTICE])
def test_what_goes_to_ourselves_needs_no_postal_address_and_no_turn(kind: MessageKind) -> None:
    full = Load(NOW, today=99, today_to_domain=99, last_at=NOW)
    assert verdict(Due(kind, NOW), Recipient(suppressed=True), full, has_address=False).go


def test_outreach_without_a_postal_address_is_held() -> None:
    assert verdict(has_address=False) == Verdict(MessageState.HELD, Reason.NO_POSTAL_ADDRESS)


@pytest.mark.parametrize(
    ("load", "reason", "until"),
    [
        (Load(NOW + timedelta(hours=16), today=50), Reason.DAILY_CAP, NOW + timedelta(hours=16)),
        (Load(NOW + timedelta(hours=16), today_to_domain=20), Reason.DOMAIN_CAP, NOW + timedelta(hours=16)),
        (Load(NOW, last_at=NOW - timedelta(seconds=5)), Reason.MAILBOX_GAP, NOW + timedelta(seconds=15)),
    ],
)
def test_limits_make_a_message_wait_until_they_end(load: Load, reason: Reason, until: datetime) -> None:
    assert verdict(load=load) == Verdict(MessageState.QUEUED, reason, until)


OPEN = Window(8 * 60, 17 * 60, "America/Chicago")
CLOSED = Window(11 * 60, 17 * 60, "America/Chicago")
OPENS_AT = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)


def step(sequence: InSequence, due_at: datetime = NOW) -> Due:
    return Due(MessageKind.OUTREACH, due_at, sequence)


def test_a_step_leaves_only_in_its_hours() -> None:
    assert verdict(step(InSequence(OPEN))) is GO
    waiting = Verdict(MessageState.QUEUED, Reason.OUTSIDE_WINDOW, OPENS_AT)
    assert verdict(step(InSequence(CLOSED))) == waiting


def test_a_step_of_an_ended_sequence_is_cancelled_however_late_it_is() -> None:
    late = step(InSequence(CLOSED, stopped=True), NOW - timedelta(days=9))
    assert verdict(late) == Verdict(MessageState.CANCELLED, Reason.SEQUENCE_STOPPED)


def test_a_paused_step_waits_for_the_end_of_the_pause_or_for_a_person() -> None:
    back_at = NOW + timedelta(days=3)
    returning = step(InSequence(OPEN, paused=True, paused_until=back_at))
    assert verdict(returning) == Verdict(MessageState.QUEUED, Reason.SEQUENCE_PAUSED, back_at)
    assert verdict(step(InSequence(OPEN, paused=True))) == Verdict(MessageState.HELD, Reason.SEQUENCE_PAUSED)
    assert verdict(step(InSequence(OPEN, paused=True, paused_until=NOW))) is GO


def test_a_step_keeps_its_distance_and_then_waits_for_the_window() -> None:
    lately = Recipient(last_mail_at=NOW - timedelta(days=2) + timedelta(minutes=10))
    assert verdict(step(InSequence(OPEN)), lately).until == NOW + timedelta(minutes=10)
    assert verdict(step(InSequence(CLOSED)), lately).until == OPENS_AT
    assert verdict(recipient=lately) is GO


def test_a_late_message_is_held_and_a_late_notice_left_out() -> None:
    late = NOW - OVERDUE_LIMIT - timedelta(seconds=1)
    assert verdict(Due(MessageKind.OUTREACH, late)).reason is Reason.OVERDUE
    assert verdict(Due(MessageKind.NOTICE, late)).reason is Reason.TOO_LATE
    assert verdict(Due(MessageKind.OUTREACH, NOW - OVERDUE_LIMIT)).go


def test_putting_off_ends_after_the_last_delay() -> None:
    waits = [after_put_off(earlier, NOW) for earlier in range(5)]
    assert [each.until - NOW for each in waits[:4] if each.until] == list(RETRY_DELAYS)
    assert waits[4] == Verdict(MessageState.FAILED, Reason.GAVE_UP)


@given(st.integers(0, 1000))
def test_an_unreachable_server_is_never_given_up(earlier: int) -> None:
    found = after_unreachable(earlier, NOW)
    assert found.state is MessageState.QUEUED
    assert found.until is not None
    assert REST_DELAYS[0] <= found.until - NOW <= REST_DELAYS[-1]


def test_only_a_message_in_data_is_doubtful() -> None:
    assert after_lease(MessageState.CLAIMED).state is MessageState.QUEUED
    assert after_lease(MessageState.IN_DATA).state is MessageState.IN_DOUBT
    assert after_trouble(MessageState.CLAIMED, NOW).state is MessageState.QUEUED
    assert after_trouble(MessageState.IN_DATA, NOW).state is MessageState.IN_DOUBT


def test_no_way_leads_out_of_an_ended_message_and_doubt_is_left_only_by_a_decision() -> None:
    for ended in (MessageState.SENT, MessageState.CANCELLED, MessageState.SKIPPED):
        assert MOVES[ended] == frozenset()
    assert MOVES[MessageState.IN_DOUBT] == {MessageState.SENT, MessageState.QUEUED}
    assert not may_move(MessageState.IN_DOUBT, MessageState.CLAIMED)
    assert not may_move(MessageState.QUEUED, MessageState.SENT)


def test_every_reason_has_its_sentence_and_unknown_ones_are_shown_as_they_are() -> None:
    assert set(SENTENCES) == set(Reason)
    assert sentence("daily_cap") == SENTENCES[Reason.DAILY_CAP]
    assert sentence("some_new_reason") == "some new reason"
