"""All that is proposed for a day in one tap, and a call instead of a visit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import select

from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import TaskKind, TaskState, VisitState
from crm.domain.pipeline import Stage
from crm.models.accounts import User
from crm.models.tasks import Task
from crm.models.visits import Visit
from crm.services import changes, visit_batches, visits
from crm.services.visits import NewVisit
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, TODAY

ZONE = "America/Chicago"
FRIDAY = date(2026, 3, 6)


@pytest.fixture
def dana(db: Database) -> User:
    with db.write() as session:
        factories.make_business(session)
        return factories.make_user(session)


def due(db: Database, **given: object) -> tuple[int, int]:
    """Somebody with a visit on the list: the provider and the follow-up."""
    with db.write() as session:
        row = factories.make_provider(session, **{"stage": Stage.INTRODUCED, **given})
        task = factories.make_task(session, provider_id=row.id, kind=TaskKind.VISIT, title="Stop by again")
        return factories._id(row), factories._id(task)


def plan_all(db: Database, dana: User, day: date, *ids: int) -> tuple[int, int]:
    return visit_batches.plan_all(db, dana, day, ids, zone=ZONE, now=NOW, today=TODAY)


def test_all_of_a_day_are_planned_as_proposed_and_one_undo_takes_them_back(db: Database, dana: User) -> None:
    (kim, kim_task), (lee, _) = due(db), due(db)
    count, undo = plan_all(db, dana, FRIDAY, kim, lee)
    with db.read() as session:
        found = session.exec(select(Visit).order_by(Visit.provider_id)).all()
        assert [(each.provider_id, each.planned_on, each.purpose) for each in found] == [
            (kim, FRIDAY, "Stop by again"),
            (lee, FRIDAY, "Stop by again"),
        ]
        assert found[0].task_id == kim_task
        assert "referral-pad" in found[0].materials
        assert session.get_one(Task, kim_task).due_on == FRIDAY
    assert count == 2
    changes.undo(db, undo, actor_id=dana.id, now=NOW)
    with db.read() as session:
        assert session.exec(select(Visit)).all() == []
        assert session.get_one(Task, kim_task).due_on == TODAY


def test_who_is_planned_already_or_said_no_is_left_out(db: Database, dana: User) -> None:
    (kim, _), (lee, _) = due(db), due(db, stage=Stage.DO_NOT_CONTACT)
    plan_all(db, dana, FRIDAY, kim)
    assert plan_all(db, dana, FRIDAY, kim, lee)[0] == 0


def test_a_past_day_and_nobody_are_refused(db: Database, dana: User) -> None:
    kim, _ = due(db)
    with pytest.raises(Invalid):
        plan_all(db, dana, TODAY - timedelta(days=1), kim)
    with pytest.raises(Invalid):
        plan_all(db, dana, FRIDAY)


def call(db: Database, provider_id: int, **given: int | None) -> int:
    at = {"actor_id": None, "now": NOW, "today": TODAY}
    return visit_batches.call_instead(db, provider_id, FRIDAY, why="Quiet", **at, **given)  # type: ignore[arg-type]


def test_the_follow_up_of_a_visit_becomes_a_call(db: Database, dana: User) -> None:
    kim, task_id = due(db)
    undo = call(db, kim, task_id=task_id)
    with db.read() as session:
        task = session.get_one(Task, task_id)
        assert (task.kind, task.title, task.due_on) == (TaskKind.CALL, "Call", FRIDAY)
    changes.undo(db, undo, actor_id=None, now=NOW)
    with db.read() as session:
        assert session.get_one(Task, task_id).kind is TaskKind.VISIT


def test_without_a_follow_up_a_call_is_put_on_the_list(db: Database, dana: User) -> None:
    with db.write() as session:
        kim = factories._id(factories.make_provider(session))
    call(db, kim)
    with db.read() as session:
        (task,) = session.exec(select(Task)).all()
        assert (task.kind, task.why, task.due_on) == (TaskKind.CALL, "Quiet", FRIDAY)


def test_a_planned_visit_is_called_off_for_the_call(db: Database, dana: User) -> None:
    kim, task_id = due(db)
    new = NewVisit(kim, FRIDAY, task_id=task_id)
    visit = visits.plan(db, new, actor_id=dana.id, now=NOW, today=TODAY).visit
    call(db, kim, visit_id=visit.id)
    with db.read() as session:
        assert session.get_one(Visit, visit.id).state is VisitState.CANCELLED
        task = session.get_one(Task, task_id)
        assert (task.kind, task.state) == (TaskKind.CALL, TaskState.OPEN)
    with pytest.raises(NotFound):
        call(db, kim, visit_id=visit.id)
