"""Taking steps: what is due is taken once, in its window, and what becomes of it moves the sequence on."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from crm.domain.kinds import MessageState, TaskState
from crm.domain.mail_kinds import EnrollmentState, StepKind, StepState
from crm.domain.reasons import Reason
from crm.mail.ports import InDoubt, Permanent, Phase, Retryable
from crm.models.accounts import Business
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.models.sequences import Enrollment
from crm.models.tasks import Task
from crm.services import (
    changes,
    enrollments,
    message_states,
    outbox,
    sequence_mail,
    sequence_steps,
    tasks,
)
from crm.services.sequence_tasks import TASKS
from crm.services.tasks import Done
from crm.store import enrollments as store
from crm.store import messages
from crm.store.engine import Database
from tests.factories import NOW, make_message, make_stored_file
from tests.services.sequences import CALL, FIRST, LAST, SECOND, House

TODAY_CALL = replace(CALL, delay_days=0)


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    return House(db, tmp_path)


def enrolled(house: House, *steps: object, **given: object) -> int:
    """A provider in a sequence of these steps, of which the worker knows nothing yet."""
    who = house.provider(**given)
    assert house.enroll(house.sequence(*steps), who).count == 1
    return who


def task_of(house: House, provider_id: int) -> Task:
    with house.db.read() as session:
        return session.exec(select(Task).where(Task.provider_id == provider_id)).one()


# --- mail ------------------------------------------------------------------------------------------------------------


def test_follow_ups_thread_and_a_step_of_its_own_begins_anew(house: House) -> None:
    who = enrolled(house, FIRST, SECOND, replace(LAST, threads=False), replace(LAST, delay_days=3))
    house.until(NOW + timedelta(days=14), step=timedelta(hours=3))
    first, second, third, fourth = house.messages(who, MessageState.SENT)
    assert not first.subject.startswith("Re:")
    assert (first.in_reply_to, first.references) == ("", "")
    assert second.subject == f"Re: {first.subject}"
    assert (second.in_reply_to, second.references) == (first.message_id, first.message_id)
    assert (third.in_reply_to, third.subject) == ("", "I’ll leave it here for now")
    assert (fourth.subject, fourth.references) == (f"Re: {third.subject}", third.message_id)


def test_a_file_goes_along(house: House) -> None:
    with house.db.write() as session:
        file = make_stored_file(session, mime="application/pdf")
    who = enrolled(house, replace(FIRST, stored_file_id=file.id, file_name="sample.pdf"))
    sequence_steps.take_due(house.db, house.post, clock=house.clock)
    [message] = house.messages(who)
    with house.db.read() as session:
        assert [(link.name, kept.id) for link, kept in messages.files(session, message.id)] == [("sample.pdf", file.id)]


def test_mail_waits_for_its_window(house: House) -> None:
    house.clock.now = NOW.replace(hour=23)  # five in the afternoon in Houston
    who = enrolled(house, FIRST)
    house.until(NOW + timedelta(days=1), step=timedelta(minutes=30))
    [message] = house.messages(who)
    assert message.sent_at == NOW.replace(day=5, hour=14, minute=30)


def test_a_message_that_missed_its_window_waits_for_the_next(house: House) -> None:
    who = enrolled(house, FIRST)
    sequence_steps.take_due(house.db, house.post, clock=house.clock)
    house.clock.advance(hours=10)
    house.work()
    [message] = house.messages(who)
    assert (message.state, message.state_reason) == (MessageState.QUEUED, Reason.OUTSIDE_WINDOW)


def test_a_mail_by_hand_puts_the_next_step_off(house: House) -> None:
    who = enrolled(house, FIRST)
    with house.db.write() as session:
        address = house.enrollment(who).address
        sent = {"sent_at": NOW, "state": MessageState.SENT, "mail_account_id": 1}
        make_message(session, provider_id=who, to_address=address, **sent)
    house.work()
    enrollment = house.enrollment(who)
    assert enrollment.due_at == NOW + timedelta(days=2)
    assert house.steps(enrollment.id)[0].state_reason == "person_gap"
    house.until(NOW + timedelta(days=3))
    assert len(house.messages(who, MessageState.SENT)) == 2


def test_the_gap_between_mails_is_a_setting(house: House) -> None:
    with house.db.write() as session:
        session.get_one(Business, 1).person_gap_days = 0
    who = enrolled(house, FIRST)
    with house.db.write() as session:
        address = house.enrollment(who).address
        sent = {"sent_at": NOW, "state": MessageState.SENT, "mail_account_id": 1}
        make_message(session, provider_id=who, to_address=address, **sent)
    house.work()
    assert len(house.messages(who, MessageState.SENT)) == 2


def test_a_corrected_address_is_written_to(house: House) -> None:
    who = enrolled(house, FIRST)
    house.change(who, email="new@clinic.example")
    house.work()
    assert [message.to_address for message in house.messages(who, MessageState.SENT)] == ["new@clinic.example"]


def test_a_missing_address_pauses_until_there_is_one(house: House) -> None:
    who = enrolled(house, FIRST)
    house.change(who, email="")
    house.work()
    found = house.enrollment(who)
    assert (found.state, found.state_reason) == (EnrollmentState.PAUSED, "no_address")
    house.change(who, email="found@clinic.example")
    enrollments.resume(house.db, found.id, actor_id=1, now=house.now)
    house.work()
    assert len(house.messages(who, MessageState.SENT)) == 1


def test_without_the_postal_address_it_pauses(house: House) -> None:
    who = enrolled(house, FIRST)
    with house.db.write() as session:
        session.get_one(Business, 1).line1 = ""
    house.work()
    assert house.enrollment(who).state_reason == "no_postal_address"


def test_trouble_with_one_keeps_nobody_else(house: House) -> None:
    one, other = enrolled(house, FIRST), enrolled(house, FIRST)
    with house.db.write() as session:
        found = session.exec(select(Enrollment).where(Enrollment.provider_id == one)).one()
        found.zone = "Mars/Olympus"
    house.work()
    assert (house.enrollment(one).state, house.enrollment(one).state_reason) == (EnrollmentState.PAUSED, "trouble")
    assert len(house.messages(other, MessageState.SENT)) == 1


# --- how a message ends ----------------------------------------------------------------------------------------------


def test_a_refused_address_ends_it(house: House) -> None:
    who = enrolled(house, FIRST, SECOND)
    house.wire.errors = [Permanent(Phase.RCPT, 550, "no such user")]
    house.work()
    found = house.enrollment(who)
    assert (found.state, found.state_reason) == (EnrollmentState.STOPPED, "bounced")
    assert "no such user" in str(found.evidence["quote"])


def test_a_server_that_keeps_putting_it_off_pauses_and_resuming_tries_again(house: House) -> None:
    who = enrolled(house, FIRST, SECOND)
    house.wire.errors = [Retryable(Phase.RCPT, 451, "busy") for _ in range(5)]
    house.until(NOW + timedelta(days=8), step=timedelta(hours=1))
    found = house.enrollment(who)
    assert (found.state, found.state_reason) == (EnrollmentState.PAUSED, "delivery_failed")
    enrollments.resume(house.db, found.id, actor_id=1, now=house.now)
    house.until(house.now + timedelta(days=1), step=timedelta(hours=1))
    assert len(house.messages(who, MessageState.SENT)) == 1
    assert house.enrollment(who).position == 2


def test_in_doubt_waits_until_somebody_knows(house: House) -> None:
    who = enrolled(house, FIRST, SECOND)
    house.wire.errors = [InDoubt(Phase.AFTER_DOT, None, "lost")]
    house.until(NOW + timedelta(days=6), step=timedelta(hours=6))
    [message] = house.messages(who)
    assert message.state is MessageState.IN_DOUBT
    assert house.enrollment(who).position == 1
    message_states.arrived(house.db, message.id, actor_id=1, now=house.now)
    assert house.enrollment(who).position == 2


def test_a_mail_cancelled_in_the_outbox_pauses_and_resuming_goes_on_with_the_next(house: House) -> None:
    who = enrolled(house, FIRST, SECOND)
    sequence_steps.take_due(house.db, house.post, clock=house.clock)
    [message] = house.messages(who)
    message_states.cancel(house.db, message.id, actor_id=1, now=house.now)
    found = house.enrollment(who)
    assert (found.state, found.state_reason) == (EnrollmentState.PAUSED, "message_cancelled")
    enrollments.resume(house.db, found.id, actor_id=1, now=house.now)
    assert house.enrollment(who).position == 2
    assert house.steps(found.id)[0].state is StepState.SKIPPED


def test_an_address_that_changes_while_its_mail_waits_gets_a_new_mail_after_resuming(house: House) -> None:
    who = enrolled(house, FIRST)
    sequence_steps.take_due(house.db, house.post, clock=house.clock)
    house.change(who, email="new@clinic.example")
    house.work()
    found = house.enrollment(who)
    assert found.state_reason == "address_changed"
    enrollments.resume(house.db, found.id, actor_id=1, now=house.now)
    house.work()
    old, new = house.messages(who)
    assert (old.state, new.state, new.to_address) == (MessageState.SKIPPED, MessageState.SENT, "new@clinic.example")


# --- follow-ups ------------------------------------------------------------------------------------------------------


def test_a_call_is_waited_for_and_the_next_step_counts_from_it(house: House) -> None:
    who = enrolled(house, TODAY_CALL, SECOND)
    house.work()
    task = task_of(house, who)
    assert (task.title, task.origin, task.due_on) == ("Call the office", "sequence", NOW.date())
    house.clock.advance(days=1)
    done = Done("left_message")
    tasks.complete(house.db, task.id, done, actor_id=1, now=house.now, today=house.now.date())
    house.clock.advance(minutes=2)
    house.work()
    found = house.enrollment(who)
    assert [step.state for step in house.steps(found.id)] == [StepState.DONE, StepState.PLANNED]
    assert found.due_at == NOW.replace(day=10, hour=13, minute=30)  # three business days after Thursday


def test_a_call_that_is_undone_in_time_is_waited_for_again(house: House) -> None:
    who = enrolled(house, TODAY_CALL, SECOND)
    house.work()
    limit = house.enrollment(who).due_at
    task = task_of(house, who)
    completed = tasks.complete(house.db, task.id, Done("no_answer"), actor_id=1, now=house.now, today=house.now.date())
    assert house.enrollment(who).due_at != limit
    changes.undo(house.db, completed.change_set_id, actor_id=1, now=house.now)
    assert house.enrollment(who).due_at == limit


def test_a_call_not_done_in_time_stays_on_the_list_and_the_sequence_goes_on(house: House) -> None:
    who = enrolled(house, TODAY_CALL, SECOND)
    house.until(NOW + timedelta(days=5), step=timedelta(hours=3))
    found = house.enrollment(who)
    [first, _] = house.steps(found.id)
    assert (first.state, first.state_reason, found.position) == (StepState.SKIPPED, "not_done_in_time", 2)
    task = task_of(house, who)
    assert task.state is TaskState.OPEN
    tasks.complete(house.db, task.id, Done("no_answer"), actor_id=1, now=house.now, today=house.now.date())
    assert house.steps(found.id)[0].state is StepState.DONE


def test_with_nothing_to_wait_for_it_goes_straight_on(house: House) -> None:
    who = enrolled(house, replace(TODAY_CALL, waits_days=0), replace(FIRST, delay_days=1))
    house.work()
    assert house.enrollment(who).position == 2


def test_a_dropped_follow_up_is_skipped(house: House) -> None:
    who = enrolled(house, TODAY_CALL, SECOND)
    house.work()
    tasks.cancel(house.db, task_of(house, who).id, actor_id=1, now=house.now, today=house.now.date())
    house.clock.advance(minutes=2)
    house.work()
    found = house.enrollment(who)
    assert (house.steps(found.id)[0].state_reason, found.position) == ("dropped", 2)


def test_the_cadence_proposes_nothing_to_somebody_in_a_sequence(house: House) -> None:
    who = enrolled(house, FIRST, SECOND)
    house.work()
    with house.db.read() as session:
        assert session.exec(select(Task).where(Task.provider_id == who)).all() == []


# --- a computer that slept -------------------------------------------------------------------------------------------


def test_three_days_asleep_make_no_burst_and_the_order_is_kept(house: House) -> None:
    for day in (0, 1, 2):
        for _ in range(4):
            who = house.provider()
            house.enroll(house.sequence(replace(FIRST, delay_days=day)), who)
    house.clock.advance(days=5)  # asleep from Wednesday to Monday
    seen: dict[object, int] = {}
    for _ in range(24 * 6):
        before = len(house.wire.taken)
        house.work()
        seen[house.now.date()] = seen.get(house.now.date(), 0) + len(house.wire.taken) - before
        house.clock.advance(hours=1)
    assert sum(seen.values()) == 12
    assert max(seen.values()) == 4


# --- many workers, and kills -----------------------------------------------------------------------------------------


def test_workers_who_take_steps_at_once_make_one_message_each(house: House) -> None:
    ids = [house.provider() for _ in range(6)]
    house.enroll(house.sequence(FIRST), *ids)
    start = threading.Barrier(3)

    def work() -> None:
        start.wait()
        sequence_steps.take_due(house.db, house.post, clock=house.clock)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with house.db.read() as session:
        steps = [message.enrollment_step_id for message in session.exec(select(Message))]
    assert len(steps) == len(set(steps)) == 6
    assert all(len(house.messages(who)) == 1 for who in ids)


class Killed(BaseException):
    """The process ends here."""


def test_a_worker_killed_in_the_middle_leaves_the_step_to_the_next(house: House) -> None:
    who = enrolled(house, FIRST)
    [due] = _due(house)

    with pytest.raises(Killed), house.db.write() as session:
        enrollment = store.claim(session, due.id, due.provider_id)
        [step] = store.steps_of(session, enrollment.id)
        assert enrollment is not None
        sequence_mail.take(session, house.post, enrollment, step, session.get_one(Provider, who), now=house.now)
        raise Killed
    assert house.messages(who) == []
    house.work()
    assert len(house.messages(who, MessageState.SENT)) == 1


def _due(house: House) -> list[store.Due]:
    with house.db.read() as session:
        return store.due(session, house.now, 10)


def test_what_was_seen_and_has_changed_since_is_left_alone(house: House) -> None:
    who = enrolled(house, FIRST)
    [due] = _due(house)
    enrollments.pause(house.db, due.id, actor_id=1, now=house.now)
    assert not sequence_steps._take(house.db, house.post, due, due.due_at, house.now)
    assert house.messages(who) == []


def test_being_told_twice_that_a_message_was_sent_moves_on_once(house: House) -> None:
    who = enrolled(house, FIRST, SECOND, LAST)
    house.work()
    [message] = house.messages(who)
    with house.db.write() as session:
        sequence_steps.message_settled(session, session.get_one(Message, message.id), now=house.now)
    assert house.enrollment(who).position == 2


def test_the_next_due_time_is_known(house: House) -> None:
    who = enrolled(house, replace(FIRST, delay_days=1))
    with house.db.read() as session:
        assert (
            sequence_steps.next_due(session) == house.enrollment(who).due_at == NOW.replace(day=5, hour=14, minute=30)
        )


def test_a_stop_while_the_text_is_leaving_settles_first_then_holds(house: House) -> None:
    who = enrolled(house, FIRST, SECOND)
    sequence_steps.take_due(house.db, house.post, clock=house.clock)
    ticket_taken = threading.Event()

    def stop_now() -> None:
        ticket_taken.set()

    house.wire.on_data = stop_now
    outbox.run_due(house.db, house.post, clock=house.clock, me="w")
    enrollments.stop(house.db, house.enrollment(who).id, actor_id=1, now=house.now)
    house.until(NOW + timedelta(days=8), step=timedelta(hours=6))
    assert ticket_taken.is_set()
    found = house.enrollment(who)
    assert (found.state, len(house.messages(who))) == (EnrollmentState.STOPPED, 1)
    assert house.steps(found.id)[0].state is StepState.DONE


def test_kinds_of_steps_that_people_take() -> None:
    assert set(TASKS) == set(StepKind) - {StepKind.EMAIL}
