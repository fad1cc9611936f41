"""Steps that a person takes: a call, a visit, a letter or anything else becomes a follow-up, and the sequence waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlmodel import Session

from crm.domain.enclosures import Enclosure
from crm.domain.followups import TITLES
from crm.domain.kinds import ActivityKind, TaskKind, TaskOrigin, TaskState
from crm.domain.mail_kinds import EnrollmentState, StepKind, StepState
from crm.domain.papers import DocumentKind
from crm.domain.sequence_plan import waits_until
from crm.domain.sequences import StepReason
from crm.models.providers import Provider
from crm.models.sequences import Enrollment, EnrollmentStep, Sequence
from crm.models.tasks import Task
from crm.services import activities, days, sequence_stops
from crm.services import sequence_moves as moves
from crm.store import enrollments as store

if TYPE_CHECKING:
    from crm.services.acts import Act

TASKS: Final = {
    StepKind.CALL: TaskKind.CALL,
    StepKind.VISIT: TaskKind.VISIT,
    StepKind.LETTER: TaskKind.LETTER,
    StepKind.TASK: TaskKind.TODO,
}
TIME_TO_UNDO = timedelta(minutes=1)
"""After a follow-up is closed the sequence goes on only when the Undo of it has been on the page for a while."""


def take(session: Session, enrollment: Enrollment, step: EnrollmentStep, provider: Provider, *, now: datetime) -> None:
    """Put the follow-up on the list, for today. With no time to wait for it the sequence goes straight on."""
    task = _task(session, enrollment, step, provider, now)
    session.add(task)
    session.flush()
    step.task_id, step.state, step.state_reason = task.id, StepState.OUT, ""
    activities.record(
        session,
        provider,
        ActivityKind.TASK,
        actor_id=None,
        now=now,
        summary=f"Planned for today: {task.title}",
        reason=task.why,
        task_id=task.id,
    )
    sequence_stops.keep_next_due(session, enrollment.provider_id)
    if step.waits_days:
        enrollment.due_at = step.waits_until = waits_until(now, step.waits_days, moves.window_of(enrollment))
        session.flush()
    else:
        moves.go_on(session, enrollment, after=now, now=now)


def _task(session: Session, enrollment: Enrollment, step: EnrollmentStep, provider: Provider, now: datetime) -> Task:
    kind = TASKS[step.kind]
    owner_id = provider.owner_id or enrollment.enrolled_by
    today = days.today_of(session, owner_id, now)
    sequence = session.get(Sequence, enrollment.sequence_id)
    return Task(
        provider_id=provider.id,
        practice_id=provider.practice_id,
        kind=kind,
        title=step.title.strip() or TITLES[kind],
        why=f"Step {step.position} of “{sequence.name if sequence else ''}”",
        remarks=_remarks(step),
        due_on=today,
        first_due_on=today,
        origin=TaskOrigin.SEQUENCE,
        template_slug=step.template_slug or step.document_kind,
        owner_id=owner_id,
        created_by=enrollment.enrolled_by,
        created_at=now,
        sample=provider.sample,
    )


def _remarks(step: EnrollmentStep) -> str:
    """What to remember, and which paper to print."""
    paper = f"To print: {Enclosure(DocumentKind(step.document_kind)).words}." if step.document_kind else ""
    return "\n".join(part for part in (step.remarks, paper) if part)


def look(session: Session, enrollment: Enrollment, step: EnrollmentStep, *, now: datetime) -> None:
    """The follow-up was closed, or the time to wait for it is over: the sequence goes on."""
    task = session.get(Task, step.task_id) if step.task_id is not None else None
    if task is None or task.state is TaskState.CANCELLED:
        moves.skip(step, StepReason.DROPPED.value, now=now)
        moves.go_on(session, enrollment, after=now, now=now)
    elif task.state is TaskState.DONE:
        done_at = task.closed_at or now
        step.state, step.state_reason, step.done_at, step.waits_until = StepState.DONE, "", done_at, None
        moves.go_on(session, enrollment, after=done_at, now=now)
    elif step.waits_until is not None and step.waits_until > now:
        enrollment.due_at = step.waits_until
        session.flush()
    else:
        moves.skip(step, StepReason.NOT_DONE_IN_TIME.value, now=now)
        moves.note(
            session,
            enrollment,
            "went on",
            why=f"“{task.title}” was not done in time. It stays on your list.",
            actor_id=None,
            now=now,
        )
        moves.go_on(session, enrollment, after=now, now=now)


def closed(act: Act, task: Task) -> None:
    """A follow-up of a sequence was closed in this action: look at it a minute from now, if nobody undoes it."""
    assert task.id is not None
    step = store.by_task(act.session, task.id)
    enrollment = store.by_id(act.session, step.enrollment_id) if step is not None else None
    if step is None or enrollment is None:
        return
    went_on = step.position < enrollment.position or enrollment.state not in moves.RUNNING
    if went_on and task.state is TaskState.DONE and step.state in (StepState.OUT, StepState.SKIPPED):
        act.update(step, state=StepState.DONE, state_reason="", done_at=act.now, waits_until=None)
    waits_here = step.state is StepState.OUT and step.position == enrollment.position
    if waits_here and enrollment.state is EnrollmentState.ACTIVE:
        act.update(enrollment, due_at=act.now + TIME_TO_UNDO)
