"""The small moves that everything about an enrolled provider is made of: go on, finish, and say so on the timeline."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from crm.domain import calendar, sequences
from crm.domain.kinds import ActivityKind
from crm.domain.mail_kinds import EnrollmentState, StepState
from crm.domain.sequence_plan import Gap, next_at
from crm.domain.sequences import StopReason
from crm.domain.windows import Window
from crm.models.accounts import Business
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.models.sequences import Enrollment, EnrollmentStep, Sequence
from crm.models.types import Row
from crm.services import activities
from crm.services.changes import Recorder
from crm.store import claims
from crm.store import enrollments as store

Evidence = Mapping[str, object]
RUNNING = frozenset({EnrollmentState.ACTIVE, EnrollmentState.PAUSED})


def window_of(enrollment: Enrollment) -> Window:
    """When mail of this enrollment may leave."""
    return Window(enrollment.window_start, enrollment.window_end, enrollment.zone)


def zone_of(enrollment: Enrollment) -> ZoneInfo:
    """Where the practice is."""
    return calendar.zone(enrollment.zone)


def gap_of(session: Session, address: str) -> Gap:
    """The least time between two mails to one person, and when this one had the last."""
    found = claims.last_mail_at(session, [address]) if address else {}
    return Gap(person_gap(session), found.get(address))


def person_gap(session: Session) -> timedelta:
    """The least time between two mails to one person, as the settings have it."""
    business = session.get(Business, 1)
    return sequences.person_gap(business.person_gap_days if business is not None else None)


def change(row: Row, recorder: Recorder | None, **values: object) -> None:
    """Set columns, so that they can be undone where a recorder is given."""
    if recorder is not None:
        recorder.update(row, **values)
        return
    for name, value in values.items():
        setattr(row, name, value)


def current_step(session: Session, enrollment: Enrollment) -> EnrollmentStep | None:
    """The step that is to be taken, or is under way."""
    assert enrollment.id is not None
    return store.step_at(session, enrollment.id, enrollment.position)


def go_on(
    session: Session, enrollment: Enrollment, *, after: datetime, now: datetime, recorder: Recorder | None = None
) -> None:
    """Plan the next step, counted from when the one before was done; without one the sequence is finished.

    A paused enrollment stays paused: its time is set all the same, and counts when it is resumed.
    """
    assert enrollment.id is not None
    following = store.next_step(session, enrollment.id, enrollment.position)
    if following is None:
        finish(session, enrollment, now=now, recorder=recorder)
        return
    due_at = next_at(following, after, window_of(enrollment), now=now, gap=gap_of(session, enrollment.address))
    change(following, recorder, planned_at=due_at)
    change(enrollment, recorder, position=following.position, due_at=due_at)
    session.flush()


def finish(session: Session, enrollment: Enrollment, *, now: datetime, recorder: Recorder | None = None) -> None:
    """Nothing is left to do."""
    change(
        enrollment,
        recorder,
        state=EnrollmentState.FINISHED,
        state_reason=StopReason.FINISHED.value,
        due_at=None,
        paused_until=None,
        ended_at=now,
    )
    note(session, enrollment, "finished", actor_id=None, now=now, recorder=recorder)


def skip(
    step: EnrollmentStep,
    reason: str,
    *,
    now: datetime,
    state: StepState = StepState.SKIPPED,
    recorder: Recorder | None = None,
) -> None:
    """A step that is not taken, with its reason."""
    change(step, recorder, state=state, state_reason=reason, done_at=now, waits_until=None)


def note(
    session: Session,
    enrollment: Enrollment,
    what: str,
    *,
    why: str = "",
    evidence: Evidence | None = None,
    actor_id: int | None,
    now: datetime,
    recorder: Recorder | None = None,
) -> Activity | None:
    """A line of the timeline: "Sequence “First contact” stopped", why, and the words that show it."""
    provider = session.get(Provider, enrollment.provider_id)
    sequence = session.get(Sequence, enrollment.sequence_id)
    if provider is None or sequence is None:
        return None
    known = dict(evidence or {})
    columns: dict[str, Any] = {} if recorder is None else {"change_set_id": recorder.id}
    message_id = known.get("message_id")
    return activities.record(
        session,
        provider,
        ActivityKind.SEQUENCE,
        actor_id=actor_id,
        now=now,
        recorder=recorder,
        summary=f"Sequence “{sequence.name}” {what}",
        reason=why,
        body=str(known.get("quote", "")),
        message_id=message_id if isinstance(message_id, int) else None,
        evidence={"enrollment_id": enrollment.id, "sequence_id": sequence.id, **known},
        **columns,
    )
