"""A few sample providers in sequences: under way, waiting for a call, away, ended by a reply, and all done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from crm.domain.kinds import TaskOrigin, TemplateKind
from crm.domain.mail_kinds import EnrollmentState, StepKind, StepState
from crm.domain.pipeline import Stage
from crm.domain.sequence_plan import Gap, opens_on, plan, waits_until
from crm.domain.sequences import USUAL_PERSON_GAP, PauseReason, StopReason
from crm.domain.windows import Window
from crm.models import sequences as tables
from crm.models.providers import Provider
from crm.models.sequences import Enrollment, EnrollmentStep
from crm.models.tasks import Task
from crm.services import sequence_moves, sequences, templates
from crm.services.demo.building import Setting, id_of
from crm.services.sequence_tasks import TASKS
from crm.store import sequences as store


@dataclass(frozen=True)
class Way:
    """Somebody's way: which sequence, at which stage they are, how long ago it began, and how it stands."""

    slug: str
    stage: Stage
    days_ago: int
    position: int
    state: EnrollmentState = EnrollmentState.ACTIVE
    reason: str = ""
    quote: str = ""


WAYS = (
    Way("first_contact_physician", Stage.PROSPECT, 0, 1),
    Way("first_contact_physician", Stage.CONTACTED, 8, 2),
    Way("first_contact_therapy", Stage.CONTACTED, 9, 2),
    Way(
        "after_visit", Stage.INTRODUCED, 6, 2, EnrollmentState.PAUSED, PauseReason.AWAY.value, "I am out of the office."
    ),
    Way(
        "after_visit",
        Stage.SAMPLE_SENT,
        30,
        2,
        EnrollmentState.STOPPED,
        StopReason.REPLIED.value,
        "Call me on Thursday.",
    ),
    Way("first_contact_therapy", Stage.CONTACTED, 60, 5, EnrollmentState.FINISHED, StopReason.FINISHED.value),
)


def enroll(session: Session, told: Setting, providers: Sequence[Provider]) -> int:
    """Put some of the sample providers on their way, in the caller's transaction. Returns how many."""
    sequences.make_built_ins_in(session, now=told.now)
    free = [each for each in providers if each.email and not each.is_peer and each.deactivated_on is None]
    count = 0
    for way in WAYS:
        provider = next((each for each in free if each.stage is way.stage), None)
        sequence = store.by_slug(session, way.slug)
        if provider is not None and sequence is not None:
            free.remove(provider)
            _tell(session, told, way, provider, sequence)
            count += 1
    return count


def _tell(session: Session, told: Setting, way: Way, provider: Provider, sequence: tables.Sequence) -> None:
    began_at = told.now if way.days_ago == 0 else told.at(-way.days_ago, way.position)
    row = _row(told, way, provider, sequence, began_at)
    session.add(row)
    session.flush()
    assert row.id is not None
    steps = store.steps_of(session, sequence.id or 0)
    window = sequence_moves.window_of(row)
    times = plan(steps, began_at, window, now=began_at, gap=Gap(USUAL_PERSON_GAP))
    for step, at in zip(steps, times, strict=True):
        session.add(_step(session, row, step, at, told))
    _stand(session, told, way, row, steps[way.position - 1], times[way.position - 1])
    sequence_moves.note(session, row, "begun", actor_id=told.actor_id, now=began_at)
    session.flush()


def _row(told: Setting, way: Way, provider: Provider, sequence: tables.Sequence, began_at: datetime) -> Enrollment:
    assert sequence.id is not None
    return Enrollment(
        sequence_id=sequence.id,
        provider_id=id_of(provider),
        practice_id=provider.practice_id,
        address=provider.email,
        zone=told.zone,
        window_start=sequence.window_start,
        window_end=sequence.window_end,
        colleague_stops=sequence.colleague_stops,
        state=way.state,
        state_reason=way.reason,
        evidence={"quote": way.quote} if way.quote else {},
        position=way.position,
        stage_at_start=provider.stage.value,
        enrolled_by=told.actor_id,
        enrolled_at=began_at,
        sample=True,
    )


def _step(session: Session, row: Enrollment, step: tables.SequenceStep, at: datetime, told: Setting) -> EnrollmentStep:
    """Its copy: those before the current one are done."""
    is_done = step.position < row.position or row.state is EnrollmentState.FINISHED
    same = (
        *("position", "kind", "delay_days", "template_slug", "title", "remarks"),
        *("threads", "waits_days", "document_kind"),
    )
    version = None
    if step.kind is StepKind.EMAIL:
        version = templates.version_id(session, TemplateKind.EMAIL, step.template_slug, now=told.now)
    done_at = min(at, told.now - timedelta(hours=1))
    assert row.id is not None
    return EnrollmentStep(
        enrollment_id=row.id,
        **{name: getattr(step, name) for name in same},
        sequence_step_id=step.id,
        template_version_id=version,
        planned_at=at,
        state=StepState.DONE if is_done else StepState.PLANNED,
        done_at=done_at if is_done else None,
    )


def _stand(session: Session, told: Setting, way: Way, row: Enrollment, step: tables.SequenceStep, at: datetime) -> None:
    """What the row waits for now, or when it ended, with its line."""
    window = sequence_moves.window_of(row)
    if way.state is EnrollmentState.PAUSED:
        row.paused_until = opens_on(window, told.day(4))
        sequence_moves.note(
            session, row, "paused", why="Out of office", evidence=row.evidence, actor_id=None, now=told.now
        )
    elif way.state is not EnrollmentState.ACTIVE:
        row.ended_at = min(at + timedelta(hours=3), told.now - timedelta(hours=1))
        what = "finished" if way.state is EnrollmentState.FINISHED else "stopped"
        why = "They replied" if way.reason == StopReason.REPLIED else ""
        sequence_moves.note(session, row, what, why=why, evidence=row.evidence, actor_id=None, now=row.ended_at)
    elif step.kind is StepKind.EMAIL:
        row.due_at = max(at, opens_on(window, told.day(1)))
    else:
        _wait_for_task(session, told, row, step, window)


def _wait_for_task(session: Session, told: Setting, row: Enrollment, step: tables.SequenceStep, window: Window) -> None:
    task = Task(
        provider_id=row.provider_id,
        practice_id=row.practice_id,
        kind=TASKS[step.kind],
        title=step.title,
        why=f"Step {step.position} of a sequence",
        remarks=step.remarks,
        due_on=told.today,
        first_due_on=told.today,
        origin=TaskOrigin.SEQUENCE,
        owner_id=told.actor_id,
        created_by=told.actor_id,
        created_at=told.now,
        sample=True,
    )
    session.add(task)
    session.flush()
    assert row.id is not None
    copy = sequence_moves.current_step(session, row)
    assert copy is not None
    copy.task_id, copy.state = task.id, StepState.OUT
    row.due_at = copy.waits_until = waits_until(told.now, max(step.waits_days, 1), window)
    provider = session.get_one(Provider, row.provider_id)
    provider.next_due_on = min(filter(None, (provider.next_due_on, told.today)))
