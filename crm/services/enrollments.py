"""Enrolling providers in a sequence, and what a person does with somebody's way through it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from crm.domain.calendar import local_day
from crm.domain.errors import Invalid, NotFound
from crm.domain.errors import Refused as Forbidden
from crm.domain.kinds import TaskKind, TaskOrigin, TemplateKind
from crm.domain.mail_kinds import EnrollmentState, StepKind
from crm.domain.sequence_plan import opens_on
from crm.domain.sequences import NotEnrolled, PauseReason, StepReason, StopReason
from crm.models import sequences as tables
from crm.models.providers import Provider
from crm.models.sequences import Enrollment, EnrollmentStep
from crm.models.tasks import Task
from crm.services import (
    changes,
    enrollment_dry_run,
    enrollment_facts,
    sequence_resuming,
    sequence_stops,
    sequences,
    templates,
)
from crm.services import sequence_moves as moves
from crm.services.changes import Recorder
from crm.services.enrollment_dry_run import Options, Planned, Step
from crm.services.enrollment_facts import Candidate, Refused
from crm.store import enrollments as store
from crm.store import tasks as task_rows
from crm.store.engine import Database

COPIED = (
    *("position", "kind", "delay_days", "template_slug", "title", "remarks", "stored_file_id", "file_name"),
    *("threads", "waits_days", "sequence_step_id"),
)
"""What an enrolled provider's step takes from the sequence's."""


@dataclass(frozen=True)
class Enrolled:
    """How many were enrolled, who was not and why, and the change set that undoes it (None when nobody was)."""

    count: int
    refused: list[Refused]
    change_set_id: int | None


def enroll(
    db: Database,
    sequence_id: int,
    provider_ids: Sequence[int],
    options: Options = enrollment_dry_run.USUAL,
    *,
    actor_id: int | None,
    now: datetime,
) -> Enrolled:
    """Enroll those who may be enrolled. Texts are looked over before the transaction; the facts once more inside it.

    Raises NotFound, and Refused for too many at once.
    """
    with db.read() as session:
        looked = enrollment_dry_run.dry_run(session, sequence_id, provider_ids, options, actor_id=actor_id, now=now)
    if not looked.planned:
        return Enrolled(0, looked.refused, None)
    with db.write() as session:
        return _enroll_in(session, sequence_id, looked.planned, looked.refused, options, actor_id=actor_id, now=now)


def pause(
    db: Database, enrollment_id: int, until: date | None = None, *, actor_id: int | None, now: datetime
) -> int | None:
    """Let it wait, until a day (its window) or until somebody resumes it. Returns the change set."""

    def change(session: Session, found: Enrollment, recorder: Recorder) -> None:
        window = moves.window_of(found)
        if until is not None and until <= local_day(now, window.zone):
            raise Invalid({"until": "Choose a day after today, or none."})
        at = opens_on(window, until) if until is not None else None
        reason = PauseReason.BY_HAND
        sequence_stops.pause(session, found, reason, until=at, actor_id=actor_id, now=now, recorder=recorder)

    return _act(db, enrollment_id, "Paused", change, actor_id=actor_id, now=now)


def resume(db: Database, enrollment_id: int, *, actor_id: int | None, now: datetime) -> int | None:
    """Go on after a pause. Returns the change set."""

    def change(session: Session, found: Enrollment, recorder: Recorder) -> None:
        if found.state is not EnrollmentState.PAUSED:
            raise Forbidden("not_paused", "It isn't paused.")
        sequence_resuming.resume_in(session, found, actor_id=actor_id, now=now, recorder=recorder)

    return _act(db, enrollment_id, "Resumed", change, actor_id=actor_id, now=now)


def stop(db: Database, enrollment_id: int, *, actor_id: int | None, now: datetime) -> int | None:
    """End it for this provider. Returns the change set."""

    def change(session: Session, found: Enrollment, recorder: Recorder) -> None:
        sequence_stops.stop(session, found, StopReason.BY_HAND, actor_id=actor_id, now=now, recorder=recorder)

    return _act(db, enrollment_id, "Stopped", change, actor_id=actor_id, now=now)


def skip_step(db: Database, enrollment_id: int, *, actor_id: int | None, now: datetime) -> int | None:
    """Leave the current step out, and count the next one from now. Refused while its mail is leaving."""

    def change(session: Session, found: Enrollment, recorder: Recorder) -> None:
        step = moves.current_step(session, found)
        if step is None:
            raise Forbidden("no_step", "There is no step left.")
        if step.message_id is not None and not sequence_stops.drop_message(session, step, now=now):
            raise Forbidden("leaving", "Too late: this mail has left, or is leaving right now.")
        sequence_stops.drop_task(session, step, actor_id=actor_id, now=now, recorder=recorder)
        moves.skip(step, StepReason.BY_HAND.value, now=now, recorder=recorder)
        moves.note(session, found, f"step {step.position} skipped", actor_id=actor_id, now=now, recorder=recorder)
        moves.go_on(session, found, after=now, now=now, recorder=recorder)
        sequence_stops.keep_next_due(session, found.provider_id, recorder)

    return _act(db, enrollment_id, "Skipped a step", change, actor_id=actor_id, now=now)


def _act(
    db: Database,
    enrollment_id: int,
    said: str,
    change: Callable[[Session, Enrollment, Recorder], None],
    *,
    actor_id: int | None,
    now: datetime,
) -> int | None:
    """One change by a person, undoable. Raises NotFound, and Refused for one that has ended."""
    with db.write() as session:
        seen = store.by_id(session, enrollment_id)
        found = store.running_of(session, seen.provider_id, lock=True) if seen is not None else None
        if seen is None:
            raise NotFound("This enrolment isn't here any more.")
        if found is None or found.id != enrollment_id:
            raise Forbidden("ended", "This sequence has ended for them.")
        provider = session.get(Provider, found.provider_id)
        label = f"{said}: the sequence of {provider.display_name if provider else 'a provider'}"
        recorder = changes.begin(session, "sequence", label, actor_id=actor_id, now=now)
        change(session, found, recorder)
        return recorder.id


# --- enrolling -------------------------------------------------------------------------------------------------------


def _enroll_in(
    session: Session,
    sequence_id: int,
    planned: Sequence[Planned],
    refused: list[Refused],
    options: Options,
    *,
    actor_id: int | None,
    now: datetime,
) -> Enrolled:
    """Write those for whom the facts still hold."""
    sequence, steps = sequences.get(session, sequence_id)
    by_id = {each.provider.id: each for each in planned}
    alone = sequence.one_per_practice if options.one_per_practice is None else options.one_per_practice
    ids = [each.provider.id for each in planned if each.provider.id is not None]
    facts = enrollment_facts.read(session, ids, now=now)
    label = f"Enrolled in “{sequence.name}”"
    recorder = changes.begin(session, "enroll", label, actor_id=actor_id, now=now)
    versions = _versions(session, steps, now)
    count = 0
    for found in enrollment_facts.sorted_out(
        facts, ids, sequence, steps, one_per_practice=alone, by_post=options.by_post
    ):
        if isinstance(found, Candidate):
            result = _write(session, recorder, sequence, by_id[found.id], found, versions, actor_id=actor_id, now=now)
            if result is None:
                enrollment_facts.take_practice(facts, found)
                count += 1
                continue
            found = result  # noqa: PLW2901
        refused.append(found)
    if not count:
        session.delete(recorder.change_set)
        return Enrolled(0, refused, None)
    recorder.change_set.label = f"Enrolled {_who(planned, count)} in “{sequence.name}”"
    return Enrolled(count, refused, recorder.id)


def _who(planned: Sequence[Planned], count: int) -> str:
    return planned[0].provider.display_name if count == len(planned) == 1 else f"{count} providers"


def _write(
    session: Session,
    recorder: Recorder,
    sequence: tables.Sequence,
    planned: Planned,
    candidate: Candidate,
    versions: dict[str, int],
    *,
    actor_id: int | None,
    now: datetime,
) -> Refused | None:
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
    session.add_all(_step(row.id, each, versions) for each in planned.steps)
    recorder.update(candidate.provider, enroll_later_at=None)
    if planned.by_post:
        _look_for_address(session, recorder, candidate.provider, row, now)
    moves.note(session, row, "begun", actor_id=actor_id, now=now, recorder=recorder)
    return None


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


def _step(enrollment_id: int, step: Step, versions: dict[str, int]) -> EnrollmentStep:
    version_id = step.template_version_id or versions.get(step.template_slug)
    return EnrollmentStep(
        enrollment_id=enrollment_id,
        **{name: getattr(step, name) for name in COPIED},
        template_version_id=version_id if step.kind is StepKind.EMAIL else None,
        planned_at=step.at,
    )


def _versions(session: Session, steps: Sequence[tables.SequenceStep], now: datetime) -> dict[str, int]:
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
