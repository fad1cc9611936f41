"""The next step that was agreed on a visit: chosen by a person, so that it stays, and changed when a newer word is."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import col, select

from crm.domain.followups import TITLES
from crm.domain.kinds import TaskOrigin, TaskState
from crm.domain.visit_entries import Value, next_of
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.services import next_steps
from crm.services.acts import Act
from crm.services.next_steps import NextStep
from crm.services.touches import Touch


def chosen(values: Mapping[str, Value]) -> NextStep | None:
    """What a person chose, if anything."""
    step = next_of(values.get("next"))
    return NextStep(*step) if step else None


def keep(act: Act, task: Task) -> None:
    """What a person chose is not out of date because the sample's e-mail leaves a minute later."""
    act.update(task, origin=TaskOrigin.PERSON)


def change(act: Act, provider: Provider, line: Activity, touch: Touch, values: Mapping[str, Value]) -> Task | None:
    """Bring the open follow-up that came of the visit to what was chosen, else to what suits how it went."""
    task = _open(act, line)
    found = (
        _chosen(act, provider, line, task, values) if "next" in values else _proposed(act, provider, line, touch, task)
    )
    next_steps.keep_next_due(act, provider)
    return found


def _chosen(
    act: Act, provider: Provider, line: Activity, task: Task | None, values: Mapping[str, Value]
) -> Task | None:
    step = chosen(values)
    if step is None:
        if task is not None:
            act.close(task, state=TaskState.CANCELLED)
        return None
    if task is None:
        owner_id = provider.owner_id or act.actor_id
        task = next_steps.plan(act, provider, step, owner_id=owner_id, activity_id=line.id)
    same = task.kind is step.kind
    title, why = (task.title, task.why) if same else (TITLES[step.kind], "")
    act.update(task, kind=step.kind, title=title, why=why, due_on=step.due_on, due_at=None, state=TaskState.OPEN)
    keep(act, task)
    return task


def _proposed(act: Act, provider: Provider, line: Activity, touch: Touch, task: Task | None) -> Task | None:
    """Only in the place of what was proposed before: where nothing was, a sequence goes on or somebody is through."""
    found = next_steps.propose(
        act.session, provider, touch.kind, touch.outcome, today=act.today, touched_on=touch.day, line_id=line.id
    )
    if task is None or found is None:
        return None
    act.update(
        task, kind=found.kind, title=found.title, why=found.why, due_on=found.due_on, template_slug=found.template_slug
    )
    return task


def _open(act: Act, line: Activity) -> Task | None:
    query = select(Task).where(Task.origin_activity_id == line.id, col(Task.state).in_(next_steps.LIVE))
    return act.session.exec(query.order_by(col(Task.id)).limit(1)).first()
