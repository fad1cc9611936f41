"""Planning in one tap: all that is proposed for a day, or a call instead of a visit. One Undo takes all of it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from crm.domain import visit_purposes
from crm.domain.errors import Invalid, NotFound
from crm.domain.followups import TITLES
from crm.domain.kinds import ActivityKind, TaskKind, TaskOrigin, TaskState, VisitState
from crm.domain.pipeline import Stage
from crm.models.accounts import User
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.models.visits import Visit
from crm.services import acts, next_steps, planned_visits, touches, visit_weeks, visits
from crm.services.acts import Act
from crm.services.next_steps import NextStep
from crm.services.visits import NewVisit
from crm.store import visits as store
from crm.store.engine import Database

MOST = 24


def plan_all(
    db: Database, user: User, day: date, provider_ids: Sequence[int], *, zone: str, now: datetime, today: date
) -> tuple[int, int]:
    """Plan a visit to each of these on a day, as proposed. Gives how many, and the change set that undoes them all."""
    if day < today:
        raise Invalid({"planned_on": "Choose today or a later day."})
    if not 0 < len(provider_ids) <= MOST:
        raise Invalid({"provider_id": "Choose whom to visit first."})
    with db.write() as session:
        proposed = _proposed(session, user, day, today, zone)
        label = f"Planned {len(provider_ids)} visits for {day:%A}"
        act = acts.begin(session, "visit", label, actor_id=user.id, now=now, today=today)
        there = store.planned_for(session, provider_ids, today)
        fresh = [each for each in dict.fromkeys(provider_ids) if each not in there]
        done = [_plan(act, number, day, proposed.get(number)) for number in fresh]
        return sum(done), act.id


def call_instead(
    db: Database,
    provider_id: int,
    due_on: date,
    *,
    why: str = "",
    task_id: int | None = None,
    visit_id: int | None = None,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> int:
    """Put a call on the list instead of a visit: its follow-up becomes the call, the visit is called off."""
    if due_on < today:
        raise Invalid({"due_on": "Choose today or a later day."})
    with db.write() as session:
        provider = touches.get_provider(session, provider_id)
        label = f"A call to {provider.display_name} instead of a visit"
        act = acts.begin(session, "visit", label, actor_id=actor_id, now=now, today=today)
        visit = _visit(session, visit_id, provider_id)
        if visit is not None:
            planned_visits.drop(act, visit)
        task = _task(session, visit.task_id if visit else task_id, provider_id)
        if task is None:
            step = NextStep(TaskKind.CALL, due_on, why=why[:300])
            next_steps.plan(act, provider, step, owner_id=provider.owner_id or actor_id, origin=TaskOrigin.PERSON)
        else:
            act.update(task, kind=TaskKind.CALL, title=_title(task), due_on=due_on, due_at=None)
        next_steps.keep_next_due(act, provider)
        said = f"Planned for {due_on:%b} {due_on.day}: a call instead of a visit"
        act.record(provider, ActivityKind.TASK, summary=said, practice_id=provider.practice_id)
        return act.id


def _proposed(session: Session, user: User, day: date, today: date, zone: str) -> dict[int, tuple[str, int | None]]:
    """What was proposed that week: the purpose and the follow-up of each provider."""
    week = visit_weeks.week(session, user, visit_weeks.monday_of(day), today=today, zone=zone)
    return {each.face.id: (each.purpose, each.task_id) for area in week.areas for each in area.proposals}


def _plan(act: Act, provider_id: int, day: date, proposed: tuple[str, int | None] | None) -> bool:
    """False for somebody who mustn't be contacted."""
    provider: Provider = touches.get_provider(act.session, provider_id)
    if provider.stage is Stage.DO_NOT_CONTACT:
        return False
    purpose, task_id = proposed or (visit_purposes.purposes(provider.stage)[0], None)
    take = tuple(visit_purposes.materials(provider.stage))
    visits.plan_in(act, provider, NewVisit(provider_id, day, purpose=purpose, materials=take, task_id=task_id))
    return True


def _visit(session: Session, visit_id: int | None, provider_id: int) -> Visit | None:
    if visit_id is None:
        return None
    visit = session.get(Visit, visit_id)
    if visit is None or visit.provider_id != provider_id or visit.state is not VisitState.PLANNED:
        raise NotFound("This visit isn't planned any more.")
    return visit


def _task(session: Session, task_id: int | None, provider_id: int) -> Task | None:
    task = session.get(Task, task_id) if task_id is not None else None
    if task is None or task.provider_id != provider_id or task.kind is not TaskKind.VISIT:
        return None
    return task if task.state in (TaskState.OPEN, TaskState.WAITING) else None


def _title(task: Task) -> str:
    """A title that named the visit names the call now; others stay as they were written."""
    visiting = ("visit", "stop by", "drop by", "try another visit")
    return TITLES[TaskKind.CALL] if task.title.lower().startswith(visiting) else task.title
