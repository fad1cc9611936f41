"""Messages that are steps of a sequence, asked again when they are claimed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crm.domain.kinds import MessageState
from crm.domain.mail_kinds import EnrollmentState
from crm.domain.reasons import Reason
from crm.models.accounts import Business
from crm.models.messages import Message
from crm.models.sequences import Enrollment, EnrollmentStep, Sequence
from crm.services import outbox
from crm.store.engine import Database
from tests.factories import FakeClock, make_business, make_mail_account, make_message, make_provider, make_user
from tests.services.mail import FakeTransport, fake_post

AT_TEN = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)
"""A Wednesday, ten o'clock in Chicago."""


@pytest.fixture
def account_id(db: Database) -> int:
    with db.write() as session:
        make_business(session, zone="America/Chicago")
        make_user(session)
        return make_mail_account(session, gap_seconds=0).id or 0


def step_message(db: Database, account_id: int, *, due_at: datetime = AT_TEN, to: str = "", **given: object) -> int:
    """A queued e-mail of an enrollment that is as `given` says."""
    with db.write() as session:
        provider = make_provider(session, email="", sample=False)
        sequence = Sequence(name="First contact", created_at=AT_TEN, updated_at=AT_TEN)
        session.add(sequence)
        session.flush()
        values = {"zone": "America/Chicago", "enrolled_at": AT_TEN, **given}
        enrollment = Enrollment(sequence_id=sequence.id, provider_id=provider.id, **values)
        session.add(enrollment)
        session.flush()
        step = EnrollmentStep(enrollment_id=enrollment.id, position=1)
        session.add(step)
        session.flush()
        values = {"mail_account_id": account_id, "provider_id": provider.id, "enrollment_step_id": step.id}
        return make_message(session, due_at=due_at, **values, **({"to_address": to} if to else {})).id or 0


def sent(db: Database, tmp_path: Path, wire: FakeTransport, now: datetime = AT_TEN) -> int:
    return outbox.run_due(db, fake_post(tmp_path, wire), clock=FakeClock(now), me="me")


def message_of(db: Database, message_id: int) -> Message:
    with db.read() as session:
        return session.get_one(Message, message_id)


def test_a_step_leaves_in_its_hours_and_waits_for_them_otherwise(
    db: Database, tmp_path: Path, wire: FakeTransport, account_id: int
) -> None:
    now = step_message(db, account_id)
    later = step_message(db, account_id, window_start=11 * 60, window_end=12 * 60)
    west = step_message(db, account_id, zone="America/Los_Angeles")
    assert sent(db, tmp_path, wire) == 1
    assert message_of(db, now).state is MessageState.SENT
    waiting = message_of(db, later)
    assert (waiting.state_reason, waiting.waits_until) == (Reason.OUTSIDE_WINDOW, AT_TEN + timedelta(hours=1))
    assert message_of(db, west).due_at == AT_TEN + timedelta(minutes=30)


def test_a_step_due_on_friday_evening_waits_for_monday(
    db: Database, tmp_path: Path, wire: FakeTransport, account_id: int
) -> None:
    friday = datetime(2026, 3, 6, 23, 0, tzinfo=UTC)
    late = step_message(db, account_id, due_at=friday)
    assert sent(db, tmp_path, wire, friday) == 0
    assert message_of(db, late).due_at == datetime(2026, 3, 9, 13, 30, tzinfo=UTC)


def test_a_laptop_that_slept_holds_steps_for_review_too(
    db: Database, tmp_path: Path, wire: FakeTransport, account_id: int
) -> None:
    ids = [step_message(db, account_id) for _ in range(3)]
    assert sent(db, tmp_path, wire, AT_TEN + timedelta(days=5)) == 0
    assert {message_of(db, each).state_reason for each in ids} == {Reason.OVERDUE}


@pytest.mark.parametrize("state", [EnrollmentState.STOPPED, EnrollmentState.FINISHED])
def test_a_step_of_an_ended_enrollment_is_cancelled(
    db: Database, tmp_path: Path, wire: FakeTransport, account_id: int, state: EnrollmentState
) -> None:
    ended = step_message(db, account_id, state=state)
    assert sent(db, tmp_path, wire) == 0
    message = message_of(db, ended)
    assert (message.state, message.state_reason) == (MessageState.CANCELLED, Reason.SEQUENCE_STOPPED)


def test_a_step_of_a_paused_enrollment_waits_or_is_held(
    db: Database, tmp_path: Path, wire: FakeTransport, account_id: int
) -> None:
    back_at = AT_TEN + timedelta(days=2)
    away = step_message(db, account_id, state=EnrollmentState.PAUSED, paused_until=back_at)
    by_hand = step_message(db, account_id, state=EnrollmentState.PAUSED)
    assert sent(db, tmp_path, wire) == 0
    assert (message_of(db, away).state_reason, message_of(db, away).waits_until) == (Reason.SEQUENCE_PAUSED, back_at)
    assert message_of(db, by_hand).state is MessageState.HELD


def test_two_steps_to_one_person_never_leave_together(
    db: Database, tmp_path: Path, wire: FakeTransport, account_id: int
) -> None:
    first = step_message(db, account_id, to="g.okafor@bayou.example")
    second = step_message(db, account_id, to="g.okafor@bayou.example")
    by_hand = make(db, account_id, "g.okafor@bayou.example")
    assert sent(db, tmp_path, wire) == 2
    assert message_of(db, first).state is message_of(db, by_hand).state is MessageState.SENT
    waiting = message_of(db, second)
    assert (waiting.state_reason, waiting.waits_until) == (Reason.PERSON_GAP, AT_TEN + timedelta(days=2))


def test_the_gap_between_two_mails_to_a_person_is_the_businesses_choice(
    db: Database, tmp_path: Path, wire: FakeTransport, account_id: int
) -> None:
    with db.write() as session:
        session.get_one(Business, 1).person_gap_days = 1
    make(db, account_id, "a@x.example", state=MessageState.SENT, sent_at=AT_TEN - timedelta(hours=20))
    step = step_message(db, account_id, to="a@x.example")
    assert sent(db, tmp_path, wire) == 0
    assert message_of(db, step).waits_until == AT_TEN + timedelta(hours=4)


def test_a_mail_that_may_have_arrived_keeps_the_next_one_at_a_distance(
    db: Database, tmp_path: Path, wire: FakeTransport, account_id: int
) -> None:
    make(db, account_id, "a@x.example", state=MessageState.IN_DOUBT, claimed_at=AT_TEN - timedelta(hours=1))
    step_message(db, account_id, to="a@x.example")
    assert sent(db, tmp_path, wire) == 0


def make(db: Database, account_id: int, to: str, **given: object) -> int:
    with db.write() as session:
        values = {"mail_account_id": account_id, "provider_id": None, "due_at": AT_TEN, "to_address": to}
        return make_message(session, **{**values, **given}).id or 0
