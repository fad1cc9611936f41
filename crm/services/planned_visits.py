"""A planned visit and the follow-up that it belongs to: what is done to the one, happens to the other."""

from __future__ import annotations

from datetime import date, datetime

from crm.domain.calendar import instant_of, zone
from crm.domain.kinds import ActivityKind, Outcome, TaskKind, TaskOrigin, TaskState, VisitState
from crm.domain.visit_kinds import Met, VisitKind
from crm.models.activities import Activity
from crm.models.practices import Practice
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.models.visits import Visit, VisitEntry
from crm.services.acts import Act
from crm.services.days import zone_of
from crm.services.reversal import from_json
from crm.store import visits as store

LIVE = frozenset({TaskState.OPEN, TaskState.WAITING})
MADE_BY = {ActivityKind.VISIT: VisitKind.VISIT, ActivityKind.IN_SERVICE: VisitKind.IN_SERVICE}
"""The touches that are visits, and which kind of planned one each of them is."""

MET_BY = {
    Outcome.STAFF_ONLY: Met.STAFF,
    Outcome.LEFT_MATERIALS: Met.MATERIALS,
    Outcome.NOT_POSSIBLE: Met.NOT_POSSIBLE,
    Outcome.CONVERSATION: Met.PROVIDER,
    Outcome.WANTS_SAMPLE: Met.PROVIDER,
    Outcome.WILL_REFER: Met.PROVIDER,
    Outcome.NOT_INTERESTED: Met.PROVIDER,
}


def zone_at(act: Act, practice_id: int | None) -> str:
    """The zone in which a visit there has its day and its hour: the practice's, else the business's."""
    practice = act.session.get(Practice, practice_id) if practice_id is not None else None
    return (practice.zone if practice is not None else None) or zone_of(act.session, None)


def edit(act: Act, visit: Visit, **values: object) -> bool:
    """Change a visit, and count the change; False when nothing differs."""
    changed = act.update(visit, **values)
    if changed:
        touched(visit, act.now)
    return changed


def touched(visit: Visit, now: datetime) -> None:
    """One change more, for calendars. Undoing is a change too, so this is not itself undone."""
    visit.revision += 1
    visit.updated_at = now


def put(act: Act, visit: Visit, day: date) -> bool:
    """To another day, at the same hour there if one was agreed, in no order yet."""
    if day == visit.planned_on:
        return False
    close_gap(act, visit)
    at = visit.planned_at
    if at is not None:
        there = zone_at(act, visit.practice_id)
        at = instant_of(day, at.astimezone(zone(there)).time(), there)
    return edit(act, visit, planned_on=day, planned_at=at, position=0)


def drop(act: Act, visit: Visit) -> bool:
    """It will not take place."""
    close_gap(act, visit)
    return edit(act, visit, state=VisitState.CANCELLED)


def close_gap(act: Act, visit: Visit) -> None:
    """A visit is about to leave its day: those after it there move up."""
    if not visit.position or visit.owner_id is None or visit.state is not VisitState.PLANNED:
        return
    day = (visit.planned_on, visit.planned_on, visit.owner_id)
    others = [each.visit for each in store.between(act.session, *day, states=[VisitState.PLANNED])]
    if any(each.position == visit.position and each.id != visit.id for each in others):
        return
    for each in others:
        if each.position > visit.position:
            edit(act, each, position=each.position - 1)


def follow(act: Act, task: Task, day: date) -> None:
    """A follow-up was put to another day: the visit that was planned for it goes along."""
    visit = store.of_task(act.session, task.id or 0) if task.kind is TaskKind.VISIT else None
    if visit is not None:
        put(act, visit, day)


def drop_of(act: Act, task: Task) -> None:
    """A follow-up was dropped, or done in another way: nobody drives there for it."""
    visit = store.of_task(act.session, task.id or 0) if task.kind is TaskKind.VISIT else None
    if visit is not None:
        drop(act, visit)


def give(act: Act, task: Task, owner_id: int) -> None:
    """A follow-up was handed to somebody else: they make the visit."""
    visit = store.of_task(act.session, task.id or 0) if task.kind is TaskKind.VISIT else None
    if visit is not None:
        close_gap(act, visit)
        edit(act, visit, owner_id=owner_id, position=0)


def keep_task(act: Act, visit: Visit) -> None:
    """The visit's follow-up is due on its day. Somebody planned it, so no newer touch makes it out of date."""
    task = act.session.get(Task, visit.task_id) if visit.task_id is not None else None
    if task is None or task.state not in LIVE:
        return
    origin = TaskOrigin.PERSON if task.origin is TaskOrigin.CADENCE else task.origin
    act.update(task, due_on=visit.planned_on, due_at=visit.planned_at, state=TaskState.OPEN, origin=origin)


def give_back(act: Act, visit: Visit) -> None:
    """The visit was called off: its follow-up is due as it was before, so that it is proposed again. One that was made
    with the visit goes with it.
    """
    task = act.session.get(Task, visit.task_id) if visit.task_id is not None else None
    if task is None or task.state not in LIVE:
        return
    planning = store.planning(act.session, visit)
    was_made = planning.before is None if planning is not None else task.created_at == visit.created_at
    if was_made:
        act.close(task, state=TaskState.CANCELLED)
    elif planning is not None:
        before = from_json(task, planning.before or {})
        before |= {"origin": TaskOrigin(str(before["origin"]))} if "origin" in before else {}
        act.update(task, **{name: before[name] for name in ("due_on", "due_at", "origin") if name in before})


def made(
    act: Act,
    provider: Provider,
    line: Activity,
    *,
    visit: Visit | None = None,
    task: Task | None = None,
    day: date | None = None,
) -> Visit | None:
    """A logged visit (`line`) is the planned one: the one given, that of the follow-up `task`, else the last one that
    was planned for the day or before. What was planned with them still earlier did not take place.
    """
    kind = MADE_BY.get(line.kind)
    if kind is None:
        return None
    day = day or act.today
    due = [each for each in store.planned_until(act.session, provider.id or 0, day) if each.kind is kind]
    of_task = store.of_task(act.session, task.id) if task is not None and task.id is not None else None
    found = visit or of_task or (due[-1] if due else None)
    for each in due:
        if each is not found:
            drop(act, each)
            _close(act, each, TaskState.CANCELLED, None)
    if found is not None:
        _make(act, found, line, day)
    if found is not None and visit is None:
        keep_word(act, found, line)
    return found


def keep_word(act: Act, visit: Visit, line: Activity) -> None:
    """What was logged on another page than the visit's is weighed with what phones send about it later."""
    said: dict[str, object] = {"said": line.body} if line.body else {}
    if visit.met is not None:
        said |= {"met": visit.met.value}
    if visit.wants_sample:
        said |= {"wants_sample": True}
    if line.contact_id is not None:
        said |= {"contact": line.contact_id}
    visit.field_times = dict.fromkeys(said, act.now.isoformat())
    act.insert(
        VisitEntry(
            client_key=f"line-{line.id}",
            visit_id=visit.id or 0,
            user_id=act.actor_id,
            made_at=act.now,
            received_at=act.now,
            fields=said,
            kept=sorted(said),
            activity_id=line.id,
            change_set_id=act.id,
            sample=visit.sample,
        )
    )


def _make(act: Act, visit: Visit, line: Activity, day: date) -> None:
    edit(
        act,
        visit,
        state=VisitState.DONE,
        outcome=line.outcome,
        done_at=line.happened_at,
        planned_on=day,
        activity_id=line.id,
        met=MET_BY.get(line.outcome) if line.outcome else None,
        met_contact_id=line.contact_id,
        wants_sample=line.outcome is Outcome.WANTS_SAMPLE,
        said=line.body,
    )
    if line.visit_id != visit.id:
        act.update(line, visit_id=visit.id)
    _close(act, visit, TaskState.DONE, line.outcome)


def _close(act: Act, visit: Visit, state: TaskState, outcome: Outcome | None) -> None:
    """The follow-up that the visit was planned for, where it is still open."""
    task = act.session.get(Task, visit.task_id) if visit.task_id is not None else None
    if task is not None and task.state in LIVE:
        act.close(task, state=state, outcome=outcome)
