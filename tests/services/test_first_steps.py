from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from crm.domain.errors import Refused
from crm.domain.kinds import TaskKind
from crm.domain.pipeline import Stage
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.services import changes, first_steps
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, TODAY

BY: dict[str, Any] = {"actor_id": None, "now": NOW, "today": TODAY}


def make(db: Database, count: int, **given: Any) -> list[int]:
    with db.write() as session:
        return [factories._id(factories.make_provider(session, **given)) for _ in range(count)]


def test_first_steps_are_spread_over_business_days(db: Database) -> None:
    planned = first_steps.plan(db, make(db, 25), **BY)
    assert (planned.count, planned.last_on) == (25, date(2026, 3, 10))
    with db.read() as session:
        days = sorted(task.due_on for task in session.exec(select(Task)))
        assert [days.count(day) for day in sorted(set(days))] == [8, 8, 8, 1]
        assert all(provider.next_due_on for provider in session.exec(select(Provider)))
    assert planned.change_set_id
    changes.undo(db, planned.change_set_id, actor_id=None, now=NOW)
    with db.read() as session:
        assert session.exec(select(Task)).all() == []
        assert not any(provider.next_due_on for provider in session.exec(select(Provider)))


def test_without_an_e_mail_the_first_step_is_a_call(db: Database) -> None:
    first_steps.plan(db, make(db, 1, email=""), **BY)
    with db.read() as session:
        assert [task.kind for task in session.exec(select(Task))] == [TaskKind.CALL]


def test_who_has_a_next_step_or_stands_aside_is_left_alone(db: Database) -> None:
    ids = make(db, 1, next_due_on=TODAY) + make(db, 1, stage=Stage.DECLINED) + make(db, 1, archived_at=NOW)
    assert first_steps.plan(db, ids, **BY) == first_steps.Planned(0, None, None)


def test_more_than_anybody_can_do_is_refused(sqlite_db: Database) -> None:
    with pytest.raises(Refused):
        first_steps.plan(sqlite_db, range(1, 300), **BY)
