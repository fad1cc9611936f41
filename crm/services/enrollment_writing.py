"""Writing an enrollment: the row with everything that later edits must not change, its steps, its line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from crm.domain.calendar import local_day
from crm.domain.kinds import TaskKind, TaskOrigin, TemplateKind
from crm.domain.mail_kinds import EnrollmentState, StepKind
from crm.domain.sequences import NotEnrolled, StopReason
from crm.models import sequences as tables
from crm.models.providers import Provider
from crm.models.sequences import Enrollment, EnrollmentStep
from crm.models.tasks import Task
from crm.services import sequence_moves as moves
from crm.services import templates
from crm.services.changes import Recorder
from crm.services.enrollment_dry_run import Planned, Step
from crm.services.enrollment_facts import Candidate, Refused
from crm.store import tasks as task_rows

COPIED = (
    *("position", "kind", "delay_days", "template_slug", "title", "remarks", "stored_file_id", "file_name"),
    *("threads", "waits_days", "sequence_step_id", "document_kind"),
)
"""What an enrolled provider's step takes from the sequence's."""


def write(
    session: Session,
    recorder: Recorder,
    sequence: tables.Sequence,
    planned: Planned,
    candidate: Candidate,
    pinned: dict[str, int],
    *,
    actor_id: int | None,
    now: datetime,
) -> Candidate | Refused:
    """One enrollment with its steps, made as one that was undone and then set going: Undo leads back to that."""
    row = _row(sequence, planned, candidate, actor_id=actor_id, now=now)
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
            recorder.update(row, state=EnrollmentState.ACTIVE, state_reason="", ended_at=None)
            session.flush()
    except IntegrityError:  # enrolled by somebody else in the same moment
        name = candidate.provider.display_name
        return Refused(candidate.id, name, NotEnrolled.IN_SEQUENCE)
    assert row.id is not None
    row.change_set_id = recorder.id
    session.add_all(_step(row.id, each, pinned) for each in planned.steps)
    recorder.update(candidate.provider, enroll_later_at=None)
    if planned.by_post:
        _look_for_address(session, recorder, candidate.provider, row, now)
    moves.note(session, row, "begun", actor_id=actor_id, now=now, recorder=recorder)
    return candidate


def _row(
    sequence: tables.Sequence, planned: Planned, candidate: Candidate, *, actor_id: int | None, now: datetime
) -> Enrollment:
    assert sequence.id is not None
    provider = candidate.provider
    first = planned.steps[0]
    return Enrollment(
        sequence_id=sequence.id,
        provider_id=candidate.id,
        practice_id=provider.practice_id,
        address=provider.email,
        zone=candidate.window.zone,
        window_start=sequence.window_start,
        window_end=sequence.window_end,
        colleague_stops=sequence.colleague_stops,
        state=EnrollmentState.STOPPED,
        state_reason=StopReason.UNDONE.value,
        position=first.position,
        due_at=first.at,
        stage_at_start=provider.stage.value,
        overrides={str(step.position): planned.reason for step in planned.steps if step.needs_reason},
        enrolled_by=actor_id,
        enrolled_at=now,
        ended_at=now,
        sample=provider.sample,
    )


def _step(enrollment_id: int, step: Step, pinned: dict[str, int]) -> EnrollmentStep:
    version_id = step.template_version_id or pinned.get(step.template_slug)
    return EnrollmentStep(
        enrollment_id=enrollment_id,
        **{name: getattr(step, name) for name in COPIED},
        template_version_id=version_id if step.kind is StepKind.EMAIL else None,
        planned_at=step.at,
    )


def versions(session: Session, steps: Sequence[tables.SequenceStep], now: datetime) -> dict[str, int]:
    """The wording in force of every e-mail: what this enrolment keeps, whatever is edited later."""
    slugs = {each.template_slug for each in steps if each.kind is StepKind.EMAIL}
    return {slug: templates.version_id(session, TemplateKind.EMAIL, slug, now=now) for slug in sorted(slugs)}


def _look_for_address(session: Session, recorder: Recorder, provider: Provider, row: Enrollment, now: datetime) -> None:
    """Somebody whose mail goes by post stands on the list of addresses to find, until it is found."""
    assert provider.id is not None
    if any(each.kind is TaskKind.FIND_EMAIL for each in task_rows.live_of(session, provider.id)):
        return
    today = local_day(now, row.zone)
    owner_id = provider.owner_id or row.enrolled_by
    task = Task(
        provider_id=provider.id,
        practice_id=provider.practice_id,
        kind=TaskKind.FIND_EMAIL,
        title="Find the e-mail address",
        why="Their sequence goes by letter and call until there is one",
        due_on=today,
        first_due_on=today,
        origin=TaskOrigin.SEQUENCE,
        owner_id=owner_id,
        created_by=row.enrolled_by,
        created_at=now,
        sample=provider.sample,
    )
    recorder.insert(task)
    recorder.update(provider, next_due_on=task_rows.next_due_on(session, provider.id))
