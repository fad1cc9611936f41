"""Moves between stages leave a line on the timeline and can be taken back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import ActivityKind, Outcome, TaskKind, TaskOrigin, TaskState
from crm.domain.pipeline import Stage
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.services import changes, stages
from crm.store.engine import Database
from tests.factories import NOW, TODAY, make_provider, make_task, make_user


def provider_at(db: Database, stage: Stage = Stage.PROSPECT, **given: object) -> int:
    with db.write() as session:
        found = make_provider(session, stage=stage, **given).id
    assert found is not None
    return found


def read(db: Database, provider_id: int) -> Provider:
    with db.read() as session:
        return session.get_one(Provider, provider_id)


def lines(session: Session, provider_id: int) -> list[Activity]:
    query = select(Activity).where(Activity.provider_id == provider_id, col(Activity.undone_at).is_(None))
    return list(session.exec(query.order_by(col(Activity.id))).all())


def test_a_move_records_from_to_when_who_and_why(db: Database) -> None:
    provider_id = provider_at(db, Stage.CONTACTED)
    with db.write() as session:
        actor_id = make_user(session).id
    moved = stages.move(db, [provider_id], Stage.DECLINED, reason=" Has a trainer ", actor_id=actor_id, now=NOW)
    assert moved.count == 1
    provider = read(db, provider_id)
    assert (provider.stage, provider.stage_at, provider.stage_reason) == (Stage.DECLINED, NOW, "Has a trainer")
    with db.read() as session:
        (line,) = lines(session, provider_id)
    assert (line.kind, line.stage_from, line.stage_to) == (ActivityKind.STAGE, Stage.CONTACTED, Stage.DECLINED)
    assert (line.reason, line.actor_id, line.happened_at) == ("Has a trainer", actor_id, NOW)


def test_undo_brings_back_the_stage_and_takes_the_line_away(db: Database) -> None:
    provider_id = provider_at(db, Stage.NOT_NOW, return_on=TODAY + timedelta(days=9), stage_reason="Moving")
    moved = stages.move(db, [provider_id], Stage.INTRODUCED, actor_id=None, now=NOW)
    assert read(db, provider_id).return_on is None
    assert moved.change_set_id is not None
    assert changes.undo(db, moved.change_set_id, actor_id=None, now=NOW) == []
    provider = read(db, provider_id)
    assert (provider.stage, provider.return_on) == (Stage.NOT_NOW, TODAY + timedelta(days=9))
    assert provider.stage_reason == "Moving"
    with db.read() as session:
        assert lines(session, provider_id) == []


def test_many_move_at_once_and_those_who_are_there_already_stay(db: Database) -> None:
    ids = [provider_at(db), provider_at(db), provider_at(db, Stage.CONTACTED)]
    moved = stages.move(db, ids, Stage.CONTACTED, actor_id=None, now=NOW)
    assert moved.count == 2
    assert {read(db, one).stage for one in ids} == {Stage.CONTACTED}


def test_moving_to_where_they_are_does_nothing(db: Database) -> None:
    provider_id = provider_at(db, Stage.TRIAL)
    moved = stages.move(db, [provider_id], Stage.TRIAL, actor_id=None, now=NOW)
    assert (moved.count, moved.change_set_id) == (0, None)


@pytest.mark.parametrize("stage", [Stage.DECLINED, Stage.DO_NOT_CONTACT])
def test_standing_aside_for_good_asks_why(db: Database, stage: Stage) -> None:
    provider_id = provider_at(db)
    with pytest.raises(Invalid) as caught:
        stages.move(db, [provider_id], stage, reason="  ", actor_id=None, now=NOW)
    assert list(caught.value.errors) == ["reason"]
    assert read(db, provider_id).stage is Stage.PROSPECT


@pytest.mark.parametrize("return_on", [None, TODAY - timedelta(days=1), TODAY])
def test_not_now_asks_for_a_day_to_come(db: Database, return_on: date | None) -> None:
    provider_id = provider_at(db)
    with pytest.raises(Invalid) as caught:
        stages.move(db, [provider_id], Stage.NOT_NOW, return_on=return_on, today=TODAY, actor_id=None, now=NOW)
    assert list(caught.value.errors) == ["return_on"]


def test_not_now_with_another_day_is_a_move(db: Database) -> None:
    provider_id = provider_at(db, Stage.NOT_NOW, return_on=TODAY + timedelta(days=9))
    later = TODAY + timedelta(days=90)
    assert stages.move(db, [provider_id], Stage.NOT_NOW, return_on=later, actor_id=None, now=NOW).count == 1
    assert read(db, provider_id).return_on == later


def test_somebody_who_was_archived_is_not_moved(db: Database) -> None:
    provider_id = provider_at(db, archived_at=NOW)
    with pytest.raises(NotFound):
        stages.move(db, [provider_id], Stage.CONTACTED, actor_id=None, now=NOW)


def advanced(db: Database, stage: Stage, kind: ActivityKind, outcome: Outcome | None) -> Stage | None:
    provider_id = provider_at(db, stage)
    with db.write() as session:
        provider = session.get_one(Provider, provider_id)
        recorder = changes.begin(session, "touch", "Logged", actor_id=None, now=NOW)
        return stages.advance(session, provider, kind, outcome, recorder, actor_id=None, now=NOW)


def test_what_happened_moves_a_provider_on_but_never_back(db: Database) -> None:
    assert advanced(db, Stage.PROSPECT, ActivityKind.CALL, Outcome.LEFT_MESSAGE) is Stage.CONTACTED
    assert advanced(db, Stage.CONTACTED, ActivityKind.VISIT, Outcome.CONVERSATION) is Stage.INTRODUCED
    assert advanced(db, Stage.TRIAL, ActivityKind.CALL, Outcome.NO_ANSWER) is None
    assert advanced(db, Stage.NOT_NOW, ActivityKind.REFERRAL, None) is Stage.PARTNER


def tasks_of(db: Database, provider_id: int) -> dict[str, tuple[TaskState, date]]:
    with db.read() as session:
        found = session.exec(select(Task).where(Task.provider_id == provider_id)).all()
    return {task.title: (task.state, task.due_on) for task in found}


def with_tasks(db: Database) -> int:
    provider_id = provider_at(db, Stage.INTRODUCED, next_due_on=TODAY)
    with db.write() as session:
        make_task(session, provider_id=provider_id, title="proposed", origin=TaskOrigin.CADENCE)
        make_task(session, provider_id=provider_id, title="planned", due_on=TODAY + timedelta(days=2))
        make_task(session, provider_id=provider_id, title="client", kind=TaskKind.CALL_CLIENT, due_on=TODAY)
    return provider_id


def test_who_said_no_is_left_in_peace_but_clients_are_not_forgotten(db: Database) -> None:
    provider_id = with_tasks(db)
    moved = stages.move(db, [provider_id], Stage.DECLINED, reason="No", today=TODAY, actor_id=None, now=NOW)
    states = {title: state for title, (state, _) in tasks_of(db, provider_id).items()}
    assert states == {"proposed": "cancelled", "planned": "cancelled", "client": "open"}
    assert moved.change_set_id is not None
    changes.undo(db, moved.change_set_id, actor_id=None, now=NOW)
    assert {state for state, _ in tasks_of(db, provider_id).values()} == {"open"}
    assert read(db, provider_id).next_due_on == TODAY


def test_not_now_comes_up_again_on_its_day(db: Database) -> None:
    provider_id = with_tasks(db)
    saturday = date(2026, 6, 6)
    stages.move(db, [provider_id], Stage.NOT_NOW, return_on=saturday, today=TODAY, actor_id=None, now=NOW)
    found = tasks_of(db, provider_id)
    assert found["Come back to them"] == (TaskState.OPEN, date(2026, 6, 8))
    assert found["proposed"][0] is TaskState.CANCELLED
    assert found["planned"][0] is TaskState.OPEN
    assert read(db, provider_id).next_due_on == TODAY
