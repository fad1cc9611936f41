"""Visits that are planned, changed, moved and called off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import ActivityKind, TaskKind, TaskOrigin, TaskState, VisitState
from crm.domain.pipeline import Stage
from crm.domain.visit_kinds import VisitKind
from crm.models.activities import Activity
from crm.models.practices import Practice
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.models.visits import DayRoute, Visit
from crm.services import changes, stages, tasks, visit_batches, visits
from crm.services.visits import NewVisit, Planned
from crm.store import visits as store
from crm.store.engine import Database
from tests.factories import NOW, TODAY, acquainted, make_contact, make_provider, make_task, make_user

BY: dict[str, Any] = {"actor_id": 1, "now": NOW, "today": TODAY}
TOMORROW, THURSDAY = TODAY + timedelta(days=1), date(2026, 3, 12)


@pytest.fixture
def provider_id(db: Database) -> int:
    with db.write() as session:
        return acquainted(session, stage=Stage.CONTACTED).id or 0


def plan(db: Database, provider_id: int, day: date = TOMORROW, **given: Any) -> Planned:
    return visits.plan(db, NewVisit(provider_id, day, **given), **BY)


def get(db: Database, visit_id: int | None) -> Visit:
    with db.read() as session:
        return session.get_one(Visit, visit_id)


def task_of(db: Database, visit: Visit) -> Task:
    with db.read() as session:
        return session.get_one(Task, visit.task_id)


def said(db: Database) -> list[str]:
    with db.read() as session:
        return [line.summary for line in session.exec(select(Activity).order_by(Activity.id))]


def test_a_visit_is_planned_with_its_follow_up(db: Database, provider_id: int) -> None:
    found = plan(db, provider_id, purpose=" Hand over the report ", materials=("Pad", "Card", "Pad", " "), minutes=20)
    visit = get(db, found.visit.id)
    assert (visit.state, visit.purpose, visit.materials) == (
        VisitState.PLANNED,
        "Hand over the report",
        ["Pad", "Card"],
    )
    assert (visit.owner_id, visit.created_by, visit.minutes) == (1, 1, 20)
    task = task_of(db, visit)
    assert (task.kind, task.due_on, task.origin) == (TaskKind.VISIT, TOMORROW, TaskOrigin.PERSON)
    with db.read() as session:
        assert session.get_one(Provider, provider_id).next_due_on == TOMORROW
        assert visit.practice_id == session.get_one(Provider, provider_id).practice_id
    assert said(db) == ["Visit planned for Thu, Mar 5: Hand over the report"]


def test_the_hour_is_that_of_the_practice(db: Database, provider_id: int) -> None:
    with db.write() as session:
        place = session.get_one(Practice, session.get_one(Provider, provider_id).practice_id)
        place.zone = "America/New_York"
    visit = plan(db, provider_id, at=time(11, 52)).visit
    assert visit.planned_at == datetime(2026, 3, 5, 16, 52, tzinfo=UTC)
    # Clocks go forward on March 8: the same hour there is another instant.
    visits.move(db, visit.id or 0, THURSDAY, **BY)
    assert get(db, visit.id).planned_at == datetime(2026, 3, 12, 15, 52, tzinfo=UTC)


def test_the_follow_up_that_is_there_is_used(db: Database, provider_id: int) -> None:
    with db.write() as session:
        task = make_task(session, provider_id=provider_id, kind=TaskKind.VISIT, origin=TaskOrigin.CADENCE)
        other = make_task(session, provider_id=provider_id, kind=TaskKind.VISIT, title="Another")
    first, second = plan(db, provider_id, task_id=other.id).visit, plan(db, provider_id).visit
    assert (first.task_id, second.task_id) == (other.id, task.id)
    kept = task_of(db, second)
    assert (kept.due_on, kept.origin) == (TOMORROW, TaskOrigin.PERSON)
    assert task_of(db, plan(db, provider_id).visit).title == "Visit"


def test_a_follow_up_of_somebody_else_is_not_taken(db: Database, provider_id: int) -> None:
    with db.write() as session:
        foreign = make_task(session, kind=TaskKind.VISIT)
    assert plan(db, provider_id, task_id=foreign.id).visit.task_id != foreign.id


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"day": TODAY - timedelta(days=1)}, "planned_on"),
        ({"day": TODAY + timedelta(days=400)}, "planned_on"),
        ({"minutes": 0}, "minutes"),
        ({"purpose": "x" * 501}, "purpose"),
        ({"remarks": "Born 03/14/1961"}, "remarks"),
        ({"practice_id": 999}, "practice_id"),
        ({"guest_contact_ids": (999,)}, "people"),
    ],
)
def test_what_cannot_be_planned_is_named(db: Database, provider_id: int, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as error:
        plan(db, provider_id, **given)
    assert list(error.value.errors) == [field]


def test_nobody_is_visited_who_asked_not_to_be(db: Database, provider_id: int) -> None:
    with db.write() as session:
        session.get_one(Provider, provider_id).stage = Stage.DO_NOT_CONTACT
    with pytest.raises(Refused):
        plan(db, provider_id)


def test_planning_can_be_undone(db: Database, provider_id: int) -> None:
    found = plan(db, provider_id)
    assert changes.undo(db, found.change_set_id, actor_id=1, now=NOW) == []
    with db.read() as session:
        assert session.exec(select(Visit)).all() == []
        assert session.exec(select(Task)).all() == []
        assert session.get_one(Provider, provider_id).next_due_on is None


def test_moving_takes_the_follow_up_along_and_counts_the_change(db: Database, provider_id: int) -> None:
    visit = plan(db, provider_id).visit
    change = visits.move(db, visit.id or 0, THURSDAY, **BY)
    moved = get(db, visit.id)
    assert (moved.planned_on, moved.revision, task_of(db, moved).due_on) == (THURSDAY, 1, THURSDAY)
    assert said(db)[-1] == "Visit moved to Thu, Mar 12"
    changes.undo(db, change, actor_id=1, now=NOW)
    back = get(db, visit.id)
    assert (back.planned_on, back.revision, task_of(db, back).due_on) == (TOMORROW, 2, TOMORROW)


def test_putting_the_follow_up_off_moves_the_visit_and_dropping_it_calls_it_off(db: Database, provider_id: int) -> None:
    visit = plan(db, provider_id, at=time(9)).visit
    tasks.snooze(db, [visit.task_id or 0], THURSDAY, **BY)
    moved = get(db, visit.id)
    assert (moved.planned_on, moved.planned_at) == (THURSDAY, datetime(2026, 3, 12, 14, tzinfo=UTC))
    tasks.cancel(db, visit.task_id or 0, **BY)
    assert get(db, visit.id).state is VisitState.CANCELLED


def test_giving_the_follow_up_away_gives_the_visit_away(db: Database, provider_id: int) -> None:
    with db.write() as session:
        ben = make_user(session, email="ben@stride.example").id or 0
    visit = plan(db, provider_id).visit
    tasks.reassign(db, [visit.task_id or 0], ben, **BY)
    assert get(db, visit.id).owner_id == ben


def test_a_place_in_the_day_numbers_the_whole_day(db: Database, provider_id: int) -> None:
    with db.write() as session:
        others = [make_provider(session).id or 0 for _ in range(2)]
    first, second, third = (plan(db, each).visit.id or 0 for each in (provider_id, *others))
    visits.move(db, third, TOMORROW, 1, **BY)
    with db.read() as session:
        order = [(each.visit.id, each.visit.position) for each in store.on_day(session, TOMORROW, 1)]
        assert order == [(third, 1), (first, 2), (second, 3)]
        assert session.exec(select(DayRoute)).one().ordered_by_hand
    visits.move(db, first, TOMORROW, 99, **BY)
    visits.move(db, second, THURSDAY, **BY)
    with db.read() as session:
        assert [each.visit.id for each in store.on_day(session, TOMORROW, 1)] == [third, first]
        assert [each.visit.id for each in store.between(session, TODAY, THURSDAY)] == [third, first, second]
        assert [each.visit.id for each in store.between(session, TODAY, THURSDAY, 99)] == []


def test_given_to_a_colleague_a_visit_has_no_place_in_their_day_yet(db: Database, provider_id: int) -> None:
    with db.write() as session:
        ben = make_user(session, email="ben@stride.example").id or 0
    visit = plan(db, provider_id).visit
    visits.move(db, visit.id or 0, TOMORROW, 1, **BY)
    visits.change(db, visit.id or 0, NewVisit(provider_id, TOMORROW, purpose="Say hello"), **BY)
    assert get(db, visit.id).position == 1
    visits.change(db, visit.id or 0, NewVisit(provider_id, TOMORROW, owner_id=ben), **BY)
    assert (get(db, visit.id).owner_id, get(db, visit.id).position) == (ben, 0)


def test_everything_planned_can_be_changed(db: Database, provider_id: int) -> None:
    with db.write() as session:
        contact = make_contact(session)
    visit = plan(db, provider_id).visit
    new = NewVisit(provider_id, THURSDAY, purpose="Lunch talk", minutes=45, guest_contact_ids=(contact.id or 0,))
    change = visits.change(db, visit.id or 0, new, **BY)
    changed = get(db, visit.id)
    assert (changed.planned_on, changed.purpose, changed.minutes) == (THURSDAY, "Lunch talk", 45)
    with db.read() as session:
        assert [guest.name for guest in store.guests(session, [visit.id or 0])[visit.id or 0]] == [contact.name]
    assert visits.change(db, visit.id or 0, new, **BY) is None
    assert visits.change(db, visit.id or 0, NewVisit(provider_id, THURSDAY, purpose="Lunch talk", minutes=45), **BY)
    changes.undo(db, change or 0, actor_id=1, now=NOW)
    with db.read() as session:
        assert store.guests(session, [visit.id or 0]) == {}


def _in_order(db: Database) -> list[tuple[int | None, int]]:
    with db.read() as session:
        return [(each.visit.id, each.visit.position) for each in store.on_day(session, TOMORROW, 1)]


LEAVING: dict[str, Callable[[Database, Visit], object]] = {
    "moved": lambda db, visit: visits.move(db, visit.id or 0, THURSDAY, **BY),
    "moved to a place": lambda db, visit: visits.move(db, visit.id or 0, THURSDAY, 1, **BY),
    "changed": lambda db, visit: visits.change(db, visit.id or 0, NewVisit(visit.provider_id, THURSDAY), **BY),
    "called off": lambda db, visit: visits.cancel(db, visit.id or 0, **BY),
    "put off": lambda db, visit: tasks.snooze(db, [visit.task_id or 0], THURSDAY, **BY),
    "dropped": lambda db, visit: tasks.cancel(db, visit.task_id or 0, **BY),
    "called instead": lambda db, visit: visit_batches.call_instead(
        db, visit.provider_id, TOMORROW, visit_id=visit.id, **BY
    ),
}


@pytest.mark.parametrize("how", LEAVING)
def test_a_visit_that_leaves_a_day_leaves_no_gap_in_its_order(db: Database, provider_id: int, how: str) -> None:
    with db.write() as session:
        others = [make_provider(session).id or 0 for _ in range(3)]
    first, second, third, loose = [plan(db, each).visit for each in (provider_id, *others)]
    for place, visit in enumerate((first, second, third), 1):
        visits.move(db, visit.id or 0, TOMORROW, place, **BY)
    with db.write() as session:
        session.get_one(Visit, loose.id).position = 0
    before = _in_order(db)
    assert before == [(first.id, 1), (second.id, 2), (third.id, 3), (loose.id, 0)]
    change = LEAVING[how](db, second)
    assert _in_order(db) == [(first.id, 1), (third.id, 2), (loose.id, 0)]
    if isinstance(change, int):
        changes.undo(db, change, actor_id=1, now=NOW)
        assert _in_order(db) == before


def test_calling_off_leaves_the_follow_up_that_was_there_before(db: Database, provider_id: int) -> None:
    with db.write() as session:
        task = make_task(session, provider_id=provider_id, kind=TaskKind.VISIT, created_at=NOW - timedelta(days=9))
    visit = plan(db, provider_id, task_id=task.id).visit
    change = visits.cancel(db, visit.id or 0, "They are moving", **BY)
    assert get(db, visit.id).state is VisitState.CANCELLED
    assert task_of(db, visit).state is TaskState.OPEN
    with db.read() as session:
        line = session.exec(select(Activity).order_by(Activity.id.desc())).first()
        assert line is not None
        assert (line.kind, line.reason, line.visit_id) == (ActivityKind.TASK, "They are moving", visit.id)
    changes.undo(db, change, actor_id=1, now=NOW)
    assert get(db, visit.id).state is VisitState.PLANNED


def test_calling_off_takes_the_follow_up_that_was_made_with_it(db: Database, provider_id: int) -> None:
    visit = plan(db, provider_id).visit
    visits.cancel(db, visit.id or 0, **BY)
    assert task_of(db, visit).state is TaskState.CANCELLED
    with pytest.raises(Refused):
        visits.cancel(db, visit.id or 0, **BY)
    with pytest.raises(NotFound):
        visits.cancel(db, 999, **BY)


@pytest.mark.parametrize("stage", [Stage.DO_NOT_CONTACT, Stage.DECLINED])
def test_nobody_drives_to_who_wants_to_be_left_in_peace(db: Database, provider_id: int, stage: Stage) -> None:
    visit = plan(db, provider_id).visit
    moved = stages.move(db, [provider_id], stage, reason="They said so", actor_id=1, now=NOW, today=TODAY)
    assert get(db, visit.id).state is VisitState.CANCELLED
    assert changes.undo(db, moved.change_set_id or 0, actor_id=1, now=NOW) == []
    assert get(db, visit.id).state is VisitState.PLANNED


def test_a_reason_names_no_client(db: Database, provider_id: int) -> None:
    visit = plan(db, provider_id).visit
    with pytest.raises(Invalid):
        visits.cancel(db, visit.id or 0, "born 03/14/1961", **BY)


def test_guests_are_asked_for_by_visit(db: Database, provider_id: int) -> None:
    with db.write() as session:
        guest, contact = make_provider(session), make_contact(session)
    new = {"guest_provider_ids": (guest.id, provider_id, guest.id), "guest_contact_ids": (contact.id,)}
    visit = plan(db, provider_id, kind=VisitKind.IN_SERVICE, **new).visit
    with db.read() as session:
        found = store.guests(session, [visit.id or 0])[visit.id or 0]
        assert [each.name for each in found] == [guest.display_name, contact.name]
        assert [each.id for each in store.of_provider(session, guest.id or 0)] == [visit.id]


def test_queries_find_the_next_one_and_one_by_its_id(db: Database, provider_id: int) -> None:
    later, sooner = plan(db, provider_id, THURSDAY).visit, plan(db, provider_id).visit
    with db.read() as session:
        assert _id(store.next_visit(session, TODAY, 1)) == sooner.id
        assert {key: each.id for key, each in store.planned_for(session, [provider_id], TODAY).items()} == {
            provider_id: sooner.id
        }
        assert _id(store.by_id(session, later.id or 0)) == later.id
        assert store.by_id(session, 999) is None
        assert _found(session, later) == later.id


def _id(found: store.Planned | None) -> int | None:
    return found.visit.id if found else None


def _found(session: Session, visit: Visit) -> int | None:
    found = store.of_task(session, visit.task_id or 0)
    return found.id if found else None
