"""Enrolling providers in a sequence, and what a person does with somebody's way through it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from crm.domain.calendar import local_day
from crm.domain.errors import Invalid, NotFound
from crm.domain.errors import Refused as Forbidden
from crm.domain.mail_kinds import EnrollmentState
from crm.domain.sequence_plan import opens_on
from crm.domain.sequences import PauseReason, StepReason, StopReason
from crm.models.audit import ChangeSet
from crm.models.providers import Provider
from crm.models.sequences import Enrollment
from crm.services import (
    changes,
    enrollment_dry_run,
    enrollment_facts,
    sequence_resuming,
    sequence_stops,
    sequences,
)
from crm.services import enrollment_writing as writing
from crm.services import sequence_moves as moves
from crm.services.changes import Recorder
from crm.services.enrollment_dry_run import Options, Planned
from crm.services.enrollment_facts import Candidate, Refused
from crm.services.papers import PRESS, Press
from crm.store import enrollments as store
from crm.store.engine import Database

PART = 25
"""Enrolled in one transaction, so that nobody else waits long to write."""


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
    press: Press = PRESS,
) -> Enrolled:
    """Enroll those who may be enrolled. Texts are looked over before the transaction; the facts once more inside it.

    Raises NotFound, and Refused for too many at once.
    """
    with db.read() as session:
        looked = enrollment_dry_run.dry_run(
            session, sequence_id, provider_ids, options, actor_id=actor_id, now=now, press=press
        )
    done = Enrolled(0, looked.refused, None)
    for start in range(0, len(looked.planned), PART):
        part = looked.planned[start : start + PART]
        with db.write() as session:
            done = _enroll_in(session, sequence_id, part, done, options, actor_id=actor_id, now=now)
    return done


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
    before: Enrolled,
    options: Options,
    *,
    actor_id: int | None,
    now: datetime,
) -> Enrolled:
    """Write those of a part for whom the facts still hold, under the one change set of this enrolment."""
    sequence, steps = sequences.get(session, sequence_id)
    by_id = {each.provider.id or 0: each for each in planned}
    alone = sequence.one_per_practice if options.one_per_practice is None else options.one_per_practice
    facts = enrollment_facts.read(session, list(by_id), now=now)
    recorder = _recorder(session, before.change_set_id, actor_id=actor_id, now=now)
    versions = writing.versions(session, steps, now)
    count, refused = before.count, list(before.refused)
    for found in enrollment_facts.sorted_out(
        facts, list(by_id), sequence, steps, one_per_practice=alone, by_post=options.by_post
    ):
        result = found
        if isinstance(found, Candidate):
            result = writing.write(
                session, recorder, sequence, by_id[found.id], found, versions, actor_id=actor_id, now=now
            )
        if isinstance(result, Refused):
            refused.append(result)
            continue
        enrollment_facts.take_practice(facts, result)
        count += 1
    if not count:
        session.delete(recorder.change_set)
        return Enrolled(0, refused, None)
    recorder.change_set.label = f"Enrolled {_who(planned, count)} in “{sequence.name}”"
    return Enrolled(count, refused, recorder.id)


def _recorder(session: Session, change_set_id: int | None, *, actor_id: int | None, now: datetime) -> Recorder:
    if change_set_id is not None:
        return Recorder(session, session.get_one(ChangeSet, change_set_id))
    return changes.begin(session, "enroll", "Enrolled", actor_id=actor_id, now=now)


def _who(planned: Sequence[Planned], count: int) -> str:
    return planned[0].provider.display_name if count == len(planned) == 1 else f"{count} providers"
