"""What an undo leaves to be done in a sequence: mail and follow-ups of an enrolment that was undone are cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from crm.domain.mail_kinds import EnrollmentState
from crm.domain.sequences import STOPPED, StopReason
from crm.services import sequence_moves as moves
from crm.services import sequence_stops
from crm.store import enrollments as store


def settle(session: Session, enrollment_ids: Sequence[int], *, actor_id: int | None, now: datetime) -> None:
    """After rows were put back. One that runs again finds its way by itself when its time comes."""
    for enrollment_id in enrollment_ids:
        found = store.by_id(session, enrollment_id)
        if found is None or found.state is not EnrollmentState.STOPPED:
            continue
        sequence_stops.cancel_open(session, found, actor_id=actor_id, now=now)
        found.due_at, found.ended_at = None, now
        if found.state_reason == StopReason.UNDONE:
            moves.note(session, found, "undone", why=STOPPED[StopReason.UNDONE], actor_id=actor_id, now=now)
    session.flush()
