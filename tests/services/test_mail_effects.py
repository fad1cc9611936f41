"""What follows from a sent message is owed by its row: written right after, by whoever is there, and once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from crm.domain.kinds import ActivityKind, MessageKind, TaskState
from crm.domain.pipeline import Stage
from crm.models.activities import Activity
from crm.models.audit import ChangeSet
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.services import changes, mail_effects, outbox
from crm.store.engine import Database
from tests.factories import (
    NOW,
    FakeClock,
    make_business,
    make_mail_account,
    make_message,
    make_provider,
    make_task,
    make_user,
)
from tests.services.mail import FakeTransport, fake_post


@pytest.fixture
def account_id(db: Database) -> int:
    with db.write() as session:
        make_business(session)
        make_user(session)
        return make_mail_account(session, gap_seconds=0).id or 0


def queued(db: Database, account_id: int, **given: object) -> tuple[int, int]:
    with db.write() as session:
        provider = make_provider(session, email="", sample=False, stage=Stage.PROSPECT)
        message = make_message(session, mail_account_id=account_id, provider_id=provider.id, created_by=1, **given)
        return message.id or 0, provider.id or 0


def send(db: Database, tmp_path: Path) -> int:
    return outbox.send_due(db, fake_post(tmp_path, FakeTransport()), clock=FakeClock(), me="me")


def lines(db: Database, provider_id: int) -> list[ActivityKind]:
    with db.read() as session:
        asked = select(Activity).where(Activity.provider_id == provider_id).order_by(Activity.id)
        return [line.kind for line in session.exec(asked)]


def test_the_line_is_there_with_the_message_and_the_rest_after_a_kill(
    db: Database, tmp_path: Path, account_id: int
) -> None:
    message_id, provider_id = queued(db, account_id)
    assert send(db, tmp_path) == 1
    with db.read() as session:
        provider = session.get_one(Provider, provider_id)
        assert (provider.touch_count, provider.last_touch_at, provider.stage) == (1, NOW, Stage.PROSPECT)
        assert mail_effects.next_due(session) == NOW + mail_effects.GRACE
    assert lines(db, provider_id) == [ActivityKind.EMAIL]
    assert mail_effects.run_due(db, clock=FakeClock()) == 0
    assert mail_effects.run_due(db, clock=FakeClock(NOW + mail_effects.GRACE)) == 1
    assert mail_effects.run_due(db, clock=FakeClock(NOW + timedelta(days=1))) == 0
    assert lines(db, provider_id) == [ActivityKind.EMAIL, ActivityKind.STAGE]
    with db.read() as session:
        provider = session.get_one(Provider, provider_id)
        assert (provider.touch_count, provider.stage) == (1, Stage.CONTACTED)
        assert session.get_one(Message, message_id).effects_due_at is None
        assert mail_effects.next_due(session) is None


def test_the_next_step_is_the_same_as_for_a_touch_logged_at_once(db: Database, tmp_path: Path, account_id: int) -> None:
    _, provider_id = queued(db, account_id)
    send(db, tmp_path)
    mail_effects.run_due(db, clock=FakeClock(), mine=True)
    with db.read() as session:
        task = session.exec(select(Task).where(Task.provider_id == provider_id)).one()
        provider = session.get_one(Provider, provider_id)
        line = session.exec(select(Activity).where(Activity.kind == ActivityKind.EMAIL)).one()
        assert (task.origin_activity_id, provider.next_due_on) == (line.id, task.due_on)


def test_the_follow_up_it_was_written_for_is_done(db: Database, tmp_path: Path, account_id: int) -> None:
    with db.write() as session:
        provider = make_provider(session, email="", sample=False)
        task = make_task(session, provider_id=provider.id)
        make_message(session, mail_account_id=account_id, provider_id=provider.id, task_id=task.id)
    send(db, tmp_path)
    mail_effects.run_due(db, clock=FakeClock(), mine=True)
    with db.read() as session:
        assert session.get_one(Task, task.id).state is TaskState.DONE


def test_what_goes_to_ourselves_owes_nothing(db: Database, tmp_path: Path, account_id: int) -> None:
    with db.write() as session:
        make_message(session, mail_account_id=account_id, provider_id=None, kind=MessageKind.NOTICE)
    assert send(db, tmp_path) == 1
    with db.read() as session:
        assert mail_effects.next_due(session) is None


def test_one_that_fails_is_left_for_later_and_the_others_are_written(
    db: Database, tmp_path: Path, account_id: int
) -> None:
    broken_id, _ = queued(db, account_id)
    _, provider_id = queued(db, account_id)
    send(db, tmp_path)
    with db.write() as session:
        session.get_one(Message, broken_id).sent_at = None
    with pytest.raises(AssertionError):
        mail_effects.run_due(db, clock=FakeClock(), mine=True)
    assert lines(db, provider_id) == [ActivityKind.EMAIL, ActivityKind.STAGE]
    with db.read() as session:
        assert mail_effects.next_due(session) == NOW + mail_effects.LATER


def test_a_line_goes_to_the_provider_that_is_left_after_a_merge(db: Database, tmp_path: Path, account_id: int) -> None:
    with db.write() as session:
        kept = make_provider(session, email="", sample=False)
        gone = make_provider(session, email="", sample=False, merged_into_id=kept.id)
        make_message(session, mail_account_id=account_id, provider_id=gone.id)
    send(db, tmp_path)
    mail_effects.run_due(db, clock=FakeClock(), mine=True)
    assert ActivityKind.EMAIL in lines(db, kept.id or 0)
    assert lines(db, gone.id or 0) == []


def test_each_of_many_can_be_undone_by_itself(db: Database, tmp_path: Path, account_id: int) -> None:
    _, first_id = queued(db, account_id)
    _, second_id = queued(db, account_id)
    send(db, tmp_path)
    mail_effects.run_due(db, clock=FakeClock(), mine=True)
    with db.read() as session:
        assert session.get_one(Provider, first_id).next_due_on is not None
        [set_id, _] = session.exec(select(ChangeSet.id).order_by(ChangeSet.id))
    assert changes.undo(db, set_id, actor_id=1, now=NOW) == []
    with db.read() as session:
        first, second = session.get_one(Provider, first_id), session.get_one(Provider, second_id)
        assert (first.stage, first.next_due_on) == (Stage.PROSPECT, None)
        assert (second.stage, second.next_due_on is not None) == (Stage.CONTACTED, True)
        assert [task.provider_id for task in session.exec(select(Task))] == [second_id]


def test_two_mails_to_one_provider_in_one_batch_follow_one_after_the_other(
    db: Database, tmp_path: Path, account_id: int
) -> None:
    _, provider_id = queued(db, account_id)
    with db.write() as session:
        make_message(session, mail_account_id=account_id, provider_id=provider_id, created_by=1, kind=MessageKind.REPLY)
    assert send(db, tmp_path) == 2
    mail_effects.run_due(db, clock=FakeClock(), mine=True)
    assert sorted(lines(db, provider_id)) == [ActivityKind.EMAIL, ActivityKind.EMAIL, ActivityKind.STAGE]
    with db.read() as session:
        open_ones = session.exec(
            select(Task).where(Task.provider_id == provider_id, Task.state == TaskState.OPEN)
        ).all()
        provider = session.get_one(Provider, provider_id)
        assert (provider.touch_count, provider.stage) == (2, Stage.CONTACTED)
        assert [each.due_on for each in open_ones] == [provider.next_due_on]
