from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import ActivityKind, Outcome, ReferralStatus, TaskKind, TaskState
from crm.domain.pipeline import Stage
from crm.models.providers import Provider
from crm.models.referrals import Referral
from crm.models.tasks import Task
from crm.services import changes, tasks
from crm.services.next_steps import NextStep
from crm.services.tasks import Done
from crm.store import providers as provider_store
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, TODAY

TOMORROW = TODAY + timedelta(days=1)
BY: dict[str, Any] = {"actor_id": None, "now": NOW, "today": TODAY}


@pytest.fixture
def provider_id(db: Database) -> int:
    with db.write() as session:
        return factories._id(factories.make_provider(session, stage=Stage.CONTACTED))


def add(db: Database, provider_id: int | None, kind: TaskKind = TaskKind.CALL, due_on: date = TODAY) -> int:
    task, _ = tasks.add(db, provider_id, NextStep(kind, due_on, "Call Rosa"), **BY)
    assert task.id
    return task.id


def due(db: Database, provider_id: int) -> date | None:
    with db.read() as session:
        return session.get_one(Provider, provider_id).next_due_on


def task(db: Database, task_id: int) -> Task:
    with db.read() as session:
        return session.get_one(Task, task_id)


def timeline(db: Database, provider_id: int) -> list[str]:
    with db.read() as session:
        return [line.summary for line in provider_store.timeline(session, provider_id, 20)]


def test_adding_keeps_the_day_of_the_next_step(db: Database, provider_id: int) -> None:
    add(db, provider_id, due_on=TODAY + timedelta(days=5))
    add(db, provider_id, due_on=TOMORROW)
    assert due(db, provider_id) == TOMORROW
    assert timeline(db, provider_id)[0] == "Planned for Thu, Mar 5: Call Rosa"


def test_done_logs_the_touch_moves_on_and_plans_the_next_step(db: Database, provider_id: int) -> None:
    task_id = add(db, provider_id)
    done = tasks.complete(db, task_id, Done(Outcome.WANTS_SAMPLE, "Fax works best"), **BY)
    assert task(db, task_id).state is TaskState.DONE
    assert done.stage is Stage.INTRODUCED
    assert done.next_task
    assert done.next_task.kind is TaskKind.SAMPLE
    assert due(db, provider_id) == TOMORROW


def test_sending_the_sample_moves_to_sample_sent(db: Database, provider_id: int) -> None:
    task_id = add(db, provider_id, TaskKind.SAMPLE)
    done = tasks.complete(db, task_id, Done(Outcome.DONE, by=ActivityKind.FAX), **BY)
    assert done.stage is Stage.SAMPLE_SENT
    assert done.next_task
    assert "sample" in done.next_task.title


def test_done_can_be_undone_as_one(db: Database, provider_id: int) -> None:
    task_id = add(db, provider_id)
    with db.read() as session:
        before = session.get_one(Provider, provider_id).model_dump()
    done = tasks.complete(db, task_id, Done(Outcome.CONVERSATION), **BY)
    assert changes.undo(db, done.change_set_id, actor_id=None, now=NOW) == []
    assert task(db, task_id).state is TaskState.OPEN
    with db.read() as session:
        assert session.get_one(Provider, provider_id).model_dump() == before


def test_what_is_closed_cannot_be_closed_again(db: Database, provider_id: int) -> None:
    task_id = add(db, provider_id)
    tasks.complete(db, task_id, Done(Outcome.CONVERSATION), **BY)
    with pytest.raises(Refused):
        tasks.complete(db, task_id, Done(Outcome.CONVERSATION), **BY)
    with pytest.raises(NotFound):
        tasks.complete(db, 999, Done(), **BY)


def test_snoozing_counts_and_keeps_the_day(db: Database, provider_id: int) -> None:
    task_id = add(db, provider_id)
    change_set = tasks.snooze(db, [task_id], TOMORROW, **BY)
    assert (task(db, task_id).due_on, task(db, task_id).snoozed) == (TOMORROW, 1)
    assert due(db, provider_id) == TOMORROW
    changes.undo(db, change_set, actor_id=None, now=NOW)
    assert (task(db, task_id).due_on, due(db, provider_id)) == (TODAY, TODAY)


@pytest.mark.parametrize("day", [TODAY - timedelta(days=1), date(2099, 1, 1)])
def test_days_have_to_make_sense(sqlite_db: Database, day: date) -> None:
    with sqlite_db.write() as session:
        provider_id = factories._id(factories.make_provider(session))
    with pytest.raises(Invalid):
        add(sqlite_db, provider_id, due_on=day)


def test_waiting_leaves_the_list_until_its_day(db: Database, provider_id: int) -> None:
    task_id = add(db, provider_id)
    tasks.wait(db, task_id, "their fax", **BY)
    now = task(db, task_id)
    assert (now.state, now.waiting_for, now.due_on) == (TaskState.WAITING, "their fax", date(2026, 3, 11))
    with pytest.raises(Invalid):
        tasks.wait(db, task_id, " ", **BY)


def test_dropping_leaves_a_reason_on_the_timeline(db: Database, provider_id: int) -> None:
    task_id = add(db, provider_id)
    tasks.cancel(db, task_id, reason="Moved away", **BY)
    assert task(db, task_id).state is TaskState.CANCELLED
    assert due(db, provider_id) is None
    assert timeline(db, provider_id)[0] == "Dropped: Call Rosa"


def test_handing_over_asks_for_somebody_who_is_there(db: Database, provider_id: int) -> None:
    with db.write() as session:
        luis = factories._id(factories.make_user(session, name="Luis", email="luis@stride.example"))
    task_id = add(db, provider_id)
    tasks.reassign(db, [task_id], luis, **BY)
    assert task(db, task_id).owner_id == luis
    with pytest.raises(Invalid):
        tasks.reassign(db, [task_id], 999, **BY)


def test_a_task_without_a_provider_is_just_done(db: Database) -> None:
    task_id = add(db, None, TaskKind.TODO)
    done = tasks.complete(db, task_id, Done(), **BY)
    assert done.next_task is None
    assert task(db, task_id).state is TaskState.DONE
    with pytest.raises(Invalid):
        tasks.add(db, None, NextStep(TaskKind.TODO, TODAY), **BY)


@pytest.mark.parametrize(
    ("outcome", "status", "tries_again"),
    [
        (Outcome.CONVERSATION, ReferralStatus.CONTACTED, False),
        (Outcome.NO_ANSWER, ReferralStatus.RECEIVED, True),
    ],
)
def test_calling_the_client_moves_the_referral_or_tries_again(
    db: Database, provider_id: int, outcome: Outcome, status: ReferralStatus, tries_again: bool
) -> None:
    with db.write() as session:
        referral_id = factories._id(factories.make_referral(session, provider_id=provider_id))
        task_id = factories._id(
            factories.make_task(session, provider_id=provider_id, kind=TaskKind.CALL_CLIENT, referral_id=referral_id)
        )
    done = tasks.complete(db, task_id, Done(outcome), **BY)
    with db.read() as session:
        assert session.get_one(Referral, referral_id).status is status
    assert (done.next_task is not None) is tries_again
    if done.next_task:
        assert (done.next_task.due_on, done.next_task.referral_id) == (TOMORROW, referral_id)


def test_undo_in_any_order_leaves_the_day_of_the_tasks_there_are(db: Database, provider_id: int) -> None:
    first, undo_first = tasks.add(db, provider_id, NextStep(TaskKind.CALL, TOMORROW), **BY)
    _, undo_second = tasks.add(db, provider_id, NextStep(TaskKind.VISIT, TODAY), **BY)
    assert first.id
    changes.undo(db, undo_first, actor_id=None, now=NOW)
    assert due(db, provider_id) == TODAY
    changes.undo(db, undo_second, actor_id=None, now=NOW)
    assert due(db, provider_id) is None
