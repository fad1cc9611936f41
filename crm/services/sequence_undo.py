"""What an undo leaves to be done in a sequence: mail and follow-ups of an enrolment that was undone are cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from crm.domain.mail_kinds import EnrollmentState
from crm.domain.sequences import STOPPED, StopReason
from crm.models.sequences import Enrollment
from crm.services import sequence_moves as moves
from crm.services import sequence_resuming, sequence_stops
from crm.store import enrollments as store


def settle(session: Session, enrollment_ids: Sequence[int], *, actor_id: int | None, now: datetime) -> None:
    """After rows were put back: one that has ended takes everything open along, one that runs finds its way."""
    for enrollment_id in enrollment_ids:
        found = store.by_id(session, enrollment_id)
        if found is not None and found.state is EnrollmentState.STOPPED:
            _end(session, found, actor_id, now)
        elif found is not None and found.state is EnrollmentState.ACTIVE and found.due_at is None:
            sequence_resuming.find_way(session, found, now=now)
    session.flush()


def _end(session: Session, enrollment: Enrollment, actor_id: int | None, now: datetime) -> None:
    sequence_stops.cancel_open(session, enrollment, actor_id=actor_id, now=now)
    enrollment.due_at, enrollment.ended_at = None, now
    if enrollment.state_reason == StopReason.UNDONE:
        moves.note(session, enrollment, "undone", why=STOPPED[StopReason.UNDONE], actor_id=actor_id, now=now)
