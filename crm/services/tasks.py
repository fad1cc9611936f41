"""Follow-ups: add, complete with outcome and next step in one motion, put off, hand over, wait, drop. All undoable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from crm.domain.calendar import add_business_days
from crm.domain.client_kinds import ReportState
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.followups import ACTIVITY_OF, TITLES
from crm.domain.kinds import ActivityKind, Outcome, TaskKind, TaskOrigin, TaskState
from crm.domain.pipeline import Stage
from crm.models.accounts import User
from crm.models.providers import Provider
from crm.models.reports import DueReport
from crm.models.tasks import Task
from crm.services import acts, clearances, next_steps, planned_visits, referral_steps, touches
from crm.services.acts import Act
from crm.services.next_steps import NextStep
from crm.services.touches import Touch
from crm.store.engine import Database


class ReportOwed(Refused):
    """A follow-up asks for a report that has not left yet."""

    def __init__(self, report_id: int) -> None:
        super().__init__("report_owed", "Say how it reached them, or skip it here: then its follow-up goes by itself.")
        self.report_id = report_id


OPEN_STATES = frozenset({TaskState.OPEN, TaskState.WAITING})
FURTHEST_DAYS = 366 * 5
WAIT_BUSINESS_DAYS = 5


@dataclass(frozen=True)
class Done:
    """How a follow-up was completed. `by` says by which touch, where it isn't the usual one of its kind."""

    outcome: Outcome | None = None
    body: str = ""
    by: ActivityKind | None = None
    happened_at: datetime | None = None
    day: date | None = None
    client_key: str | None = None


@dataclass(frozen=True)
class Completed:
    """What completing did."""

    change_set_id: int
    stage: Stage | None = None
    next_task: Task | None = None


def add(
    db: Database,
    provider_id: int | None,
    step: NextStep,
    *,
    owner_id: int | None = None,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> tuple[Task, int]:
    """Put a follow-up on the list by hand; gives it and the change set that undoes it."""
    _check_day(step.due_on, today)
    with db.write() as session:
        label = f"Added “{step.title or TITLES[step.kind]}”"
        act = acts.begin(session, "task", label, actor_id=actor_id, now=now, today=today)
        if provider_id is None:
            return _add_alone(act, step, owner_id or actor_id), act.id
        provider = touches.get_provider(session, provider_id)
        owner_id = owner_id or provider.owner_id or actor_id
        task = next_steps.plan(act, provider, step, owner_id=owner_id, origin=TaskOrigin.PERSON)
        _keep_and_note(act, task, f"Planned for {_day(task.due_on)}: {task.title}")
        return task, act.id


def complete(
    db: Database,
    task_id: int,
    done: Done,
    *,
    next_step: NextStep | None = None,
    propose: bool = True,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> Completed:
    """Close a follow-up, log the touch it was, and plan the next one: the one given, else the cadence's proposal."""
    with db.write() as session:
        task = _live(session, task_id)
        _check_no_report(session, task)
        act = acts.begin(session, "task", f"Done: {task.title}", actor_id=actor_id, now=now, today=today)
        act.close(task, state=TaskState.DONE, outcome=done.outcome)
        by = done.by or ACTIVITY_OF.get(task.kind)
        if task.provider_id is None or by is None:
            return _complete_plain(act, task, done, next_step)
        touch = Touch(
            by, done.outcome, done.body, happened_at=done.happened_at, day=done.day, client_key=done.client_key
        )
        touches.check(touch, now)
        provider = touches.get_provider(session, task.provider_id)
        if by is not ActivityKind.VISIT:
            planned_visits.drop_of(act, task)
        logged = touches.log_in(act, provider, touch, next_step=next_step, propose=propose, task=task)
        return Completed(act.id, logged.stage, logged.next_task)


def snooze(
    db: Database, task_ids: Sequence[int], due_on: date, *, actor_id: int | None, now: datetime, today: date
) -> int:
    """Put follow-ups off to another day; gives the change set that undoes it."""
    _check_day(due_on, today)
    with db.write() as session:
        found = [_live(session, task_id) for task_id in task_ids]
        what = found[0].title if len(found) == 1 else f"{len(found)} follow-ups"
        label = f"Put off to {_day(due_on)}: {what}"
        act = acts.begin(session, "task", label, actor_id=actor_id, now=now, today=today)
        for task in found:
            act.update(task, due_on=due_on, due_at=None, snoozed=task.snoozed + 1, state=TaskState.OPEN)
            planned_visits.follow(act, task, due_on)
            _keep_and_note(act, task, f"Put off to {_day(due_on)}: {task.title}")
        return act.id


def wait(
    db: Database,
    task_id: int,
    waiting_for: str,
    check_on: date | None = None,
    *,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> int:
    """Say that somebody else has to act first; the follow-up comes up again on `check_on` (default: in a week)."""
    waiting_for = waiting_for.strip()
    if not waiting_for:
        raise Invalid({"waiting_for": "Say what you wait for, such as “their answer”."})
    due_on = check_on or add_business_days(today, WAIT_BUSINESS_DAYS)
    _check_day(due_on, today)
    with db.write() as session:
        task = _live(session, task_id)
        act = acts.begin(session, "task", f"Waiting: {task.title}", actor_id=actor_id, now=now, today=today)
        act.update(task, state=TaskState.WAITING, waiting_for=waiting_for, due_on=due_on, due_at=None)
        _keep_and_note(act, task, f"Waiting for {waiting_for}: {task.title}")
        return act.id


def reassign(
    db: Database, task_ids: Sequence[int], owner_id: int, *, actor_id: int | None, now: datetime, today: date
) -> int:
    """Hand follow-ups to somebody else of the team."""
    with db.write() as session:
        owner = session.get(User, owner_id)
        if owner is None or owner.disabled_at is not None:
            raise Invalid({"owner_id": "Choose somebody of the team."})
        act = acts.begin(session, "task", f"Given to {owner.name}", actor_id=actor_id, now=now, today=today)
        for task_id in task_ids:
            task = _live(session, task_id)
            act.update(task, owner_id=owner_id)
            planned_visits.give(act, task, owner_id)
            _keep_and_note(act, task, f"Given to {owner.name}: {task.title}")
        return act.id


def cancel(db: Database, task_id: int, *, reason: str = "", actor_id: int | None, now: datetime, today: date) -> int:
    """Drop a follow-up that isn't needed any more."""
    with db.write() as session:
        task = _live(session, task_id)
        _check_no_report(session, task)
        act = acts.begin(session, "task", f"Dropped: {task.title}", actor_id=actor_id, now=now, today=today)
        act.close(task, state=TaskState.CANCELLED)
        planned_visits.drop_of(act, task)
        _keep_and_note(act, task, f"Dropped: {task.title}", reason=reason.strip())
        return act.id


def _complete_plain(act: Act, task: Task, done: Done, next_step: NextStep | None) -> Completed:
    """Close one that isn't a touch: a client's call, a report, a to-do."""
    _keep_and_note(act, task, f"Done: {task.title}", body=done.body.strip(), outcome=done.outcome)
    step = next_step or referral_steps.after_call(act, task, done.outcome)
    if task.kind is TaskKind.CLEARANCE and next_step is None:
        return Completed(act.id, None, clearances.ask_again(act, task))
    provider = _provider(act, task)
    if step is None or provider is None:
        return Completed(act.id)
    planned = next_steps.plan(
        act, provider, step, owner_id=task.owner_id, referral_id=task.referral_id, origin=task.origin
    )
    next_steps.keep_next_due(act, provider)
    return Completed(act.id, None, planned)


def _add_alone(act: Act, step: NextStep, owner_id: int | None) -> Task:
    if not step.title.strip():
        raise Invalid({"title": "Say what is to do."})
    task = Task(
        kind=step.kind,
        title=step.title.strip(),
        remarks=step.remarks,
        due_on=step.due_on,
        first_due_on=step.due_on,
        owner_id=owner_id,
        created_by=act.actor_id,
        created_at=act.now,
    )
    act.insert(task)
    return task


def _live(session: Session, task_id: int) -> Task:
    task = session.get(Task, task_id)
    if task is None:
        raise NotFound("This follow-up isn't here any more.")
    if task.state not in OPEN_STATES:
        raise Refused("already_closed", "This follow-up was closed already. Reload the page.")
    return task


def _check_no_report(session: Session, task: Task) -> None:
    """A report that is owed is done by delivering it, and dropped by skipping it with a reason."""
    report = session.get(DueReport, task.due_report_id) if task.due_report_id is not None else None
    if report is not None and report.state is ReportState.OPEN and report.archived_at is None:
        raise ReportOwed(task.due_report_id or 0)


def _keep_and_note(act: Act, task: Task, summary: str, **columns: object) -> None:
    """What every change of a follow-up leaves behind: the provider's next day, and a line on its timeline."""
    provider = _provider(act, task)
    if provider is None:
        return
    next_steps.keep_next_due(act, provider)
    act.record(provider, ActivityKind.TASK, summary=summary, task_id=task.id, referral_id=task.referral_id, **columns)


def _provider(act: Act, task: Task) -> Provider | None:
    return touches.get_provider(act.session, task.provider_id) if task.provider_id else None


def _check_day(due_on: date, today: date) -> None:
    if due_on < today:
        raise Invalid({"due_on": "Choose today or a later day."})
    if (due_on - today).days > FURTHEST_DAYS:
        raise Invalid({"due_on": "That is more than five years ahead. Check the year."})


def _day(day: date) -> str:
    return f"{day:%a, %b} {day.day}"
