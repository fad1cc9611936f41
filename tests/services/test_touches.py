from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import ActivityKind, Outcome, TaskKind, TaskOrigin, TaskState
from crm.domain.pipeline import Stage
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.services import acts, changes, touches
from crm.services.next_steps import NextStep
from crm.services.touches import Touch
from crm.store import tasks as store
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, TODAY

CALL, SPOKE = ActivityKind.CALL, Outcome.CONVERSATION
BY = {"actor_id": None, "now": NOW, "today": TODAY}


@pytest.fixture
def provider_id(db: Database) -> int:
    with db.write() as session:
        return factories._id(factories.make_provider(session))


def provider(db: Database, provider_id: int) -> Provider:
    with db.read() as session:
        return session.get_one(Provider, provider_id)


def tasks(db: Database, provider_id: int) -> list[Task]:
    with db.read() as session:
        return list(session.exec(select(Task).where(Task.provider_id == provider_id).order_by(Task.id)))


def make_task(db: Database, provider_id: int, **given: Any) -> int:
    with db.write() as session:
        task = factories.make_task(session, provider_id=provider_id, **given)
        store.refresh_next_due(session, [provider_id])
        return factories._id(task)


def lines(session: Session, provider_id: int, kind: ActivityKind) -> list[Activity]:
    return list(session.exec(select(Activity).where(Activity.provider_id == provider_id, Activity.kind == kind)))


def test_a_conversation_introduces_and_asks_for_a_thank_you_next_business_day(db: Database, provider_id: int) -> None:
    logged = touches.log(db, provider_id, Touch(CALL, SPOKE, "Likes measured progress"), **BY)
    now = provider(db, provider_id)
    assert (now.stage, now.last_touch_kind, now.touch_count) == (Stage.INTRODUCED, CALL, 1)
    assert now.next_due_on == date(2026, 3, 5)
    assert logged.stage is Stage.INTRODUCED
    assert logged.next_task
    assert (logged.next_task.kind, logged.next_task.origin) == (TaskKind.THANK_YOU, TaskOrigin.CADENCE)


def test_the_chosen_next_step_is_taken_instead_of_the_proposal(db: Database, provider_id: int) -> None:
    step = NextStep(TaskKind.VISIT, TODAY + timedelta(days=7))
    touches.log(db, provider_id, Touch(CALL, SPOKE), next_step=step, **BY)
    assert [(task.kind, task.title) for task in tasks(db, provider_id)] == [(TaskKind.VISIT, "Visit")]


def test_no_next_step_is_a_choice_too(db: Database, provider_id: int) -> None:
    touches.log(db, provider_id, Touch(CALL, SPOKE), propose=False, **BY)
    assert tasks(db, provider_id) == []
    assert provider(db, provider_id).next_due_on is None


def test_a_note_changes_nothing_but_the_timeline(db: Database, provider_id: int) -> None:
    touches.log(db, provider_id, Touch(ActivityKind.NOTE, body="Rosa at the desk"), **BY)
    now = provider(db, provider_id)
    assert (now.stage, now.touch_count, now.next_due_on) == (Stage.PROSPECT, 0, None)


def test_yesterdays_call_is_not_asked_for_again(db: Database, provider_id: int) -> None:
    make_task(db, provider_id, kind=TaskKind.CALL, due_on=TODAY)
    make_task(db, provider_id, kind=TaskKind.VISIT, due_on=TODAY + timedelta(days=3), origin=TaskOrigin.CADENCE)
    make_task(db, provider_id, kind=TaskKind.SAMPLE, due_on=TODAY)
    touches.log(db, provider_id, Touch(CALL, Outcome.NO_ANSWER), **BY)
    states = [(task.kind, task.state) for task in tasks(db, provider_id)]
    assert states == [
        (TaskKind.CALL, TaskState.DONE),
        (TaskKind.VISIT, TaskState.CANCELLED),
        (TaskKind.SAMPLE, TaskState.OPEN),
        (TaskKind.CALL, TaskState.OPEN),
    ]


def test_the_same_entry_arrives_once(db: Database, provider_id: int) -> None:
    first = touches.log(db, provider_id, Touch(CALL, SPOKE, client_key="phone-1"), **BY)
    again = touches.log(db, provider_id, Touch(CALL, SPOKE, client_key="phone-1"), **BY)
    assert again.is_repeat
    assert again.activity_id == first.activity_id
    assert provider(db, provider_id).touch_count == 1


def test_undo_puts_everything_back(db: Database, provider_id: int) -> None:
    task_id = make_task(db, provider_id, kind=TaskKind.CALL, due_on=TODAY)
    before = provider(db, provider_id).model_dump()
    logged = touches.log(db, provider_id, Touch(CALL, SPOKE), **BY)
    assert logged.change_set_id
    assert changes.undo(db, logged.change_set_id, actor_id=None, now=NOW) == []
    after = provider(db, provider_id).model_dump()
    assert after == before
    assert [(task.id, task.state) for task in tasks(db, provider_id)] == [(task_id, TaskState.OPEN)]
    with db.read() as session:
        assert lines(session, provider_id, CALL)[0].undone_at == NOW


def test_a_visit_entered_days_late_counts_from_its_own_day(db: Database, provider_id: int) -> None:
    touch = Touch(ActivityKind.VISIT, Outcome.STAFF_ONLY, happened_at=NOW - timedelta(days=2), day=date(2026, 3, 2))
    logged = touches.log(db, provider_id, touch, **BY)
    assert logged.next_task
    assert logged.next_task.due_on == date(2026, 3, 5)
    old = Touch(CALL, Outcome.NO_ANSWER, happened_at=NOW - timedelta(days=20), day=date(2026, 2, 12))
    late = touches.log(db, provider_id, old, **BY)
    assert late.next_task
    assert late.next_task.due_on == TODAY


def test_after_three_tries_without_an_answer_a_visit_is_proposed(db: Database, provider_id: int) -> None:
    kinds = []
    for _ in range(3):
        logged = touches.log(db, provider_id, Touch(CALL, Outcome.NO_ANSWER), **BY)
        assert logged.next_task
        kinds.append(logged.next_task.kind)
    assert kinds == [TaskKind.CALL, TaskKind.CALL, TaskKind.VISIT]


@pytest.mark.parametrize(
    ("touch", "field"),
    [
        (Touch(ActivityKind.NOTE, body="  "), "body"),
        (Touch(ActivityKind.MERGE), "kind"),
        (Touch(CALL, Outcome.LEFT_MATERIALS), "outcome"),
        (Touch(CALL, SPOKE, happened_at=NOW + timedelta(hours=1)), "happened_on"),
    ],
)
def test_what_cannot_be_logged_says_why(sqlite_db: Database, touch: Touch, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        touches.log(sqlite_db, 1, touch, **BY)
    assert list(caught.value.errors) == [field]


def test_a_merged_provider_leads_to_the_one_that_is_left(db: Database, provider_id: int) -> None:
    with db.write() as session:
        merged = factories._id(factories.make_provider(session, merged_into_id=provider_id, archived_at=NOW))
    touches.log(db, merged, Touch(CALL, SPOKE), **BY)
    assert provider(db, provider_id).touch_count == 1
    with pytest.raises(NotFound):
        touches.log(db, 999, Touch(CALL, SPOKE), **BY)


def test_a_sent_message_does_the_follow_up_it_was_written_for(db: Database, provider_id: int) -> None:
    task_id = make_task(db, provider_id, kind=TaskKind.THANK_YOU)
    for _ in range(2):
        with db.write() as session:
            act = acts.begin(session, "mail", "Sent", **BY)
            task = touches.take(act, task_id)
            touches.log_in(act, touches.get_provider(session, provider_id), Touch(ActivityKind.EMAIL), task=task)
    with db.read() as session:
        assert session.get_one(Task, task_id).state is TaskState.DONE
        assert touches.take(act, None) is None
    assert [task.kind for task in tasks(db, provider_id)][1] is TaskKind.EMAIL


def test_a_day_without_an_hour_is_that_day(db: Database, provider_id: int) -> None:
    touches.log(db, provider_id, Touch(ActivityKind.VISIT, SPOKE, day=TODAY - timedelta(days=2)), **BY)
    assert provider(db, provider_id).last_touch_at == NOW - timedelta(days=2)
    with pytest.raises(Invalid):
        touches.log(db, provider_id, Touch(ActivityKind.VISIT, SPOKE, day=TODAY + timedelta(days=1)), **BY)
