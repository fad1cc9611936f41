"""What enrolling asks about many providers at once: the same few statements however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.kinds import ActivityKind
from crm.models.activities import Activity
from crm.models.messages import Message
from crm.models.practices import Practice
from crm.models.providers import Provider
from crm.models.sequences import Enrollment, EnrollmentStep

PART = 500


def providers(session: Session, ids: Sequence[int]) -> dict[int, Provider]:
    """These providers by id."""
    found: dict[int, Provider] = {}
    for part in _parts(ids):
        for row in session.exec(select(Provider).where(col(Provider.id).in_(part))):
            assert row.id is not None
            found[row.id] = row
    return found


def practices(session: Session, ids: Sequence[int]) -> dict[int, Practice]:
    """These practices by id."""
    found: dict[int, Practice] = {}
    for part in _parts(ids):
        for row in session.exec(select(Practice).where(col(Practice.id).in_(part))):
            assert row.id is not None
            found[row.id] = row
    return found


def replied_since(session: Session, ids: Sequence[int], since: datetime) -> dict[int, datetime]:
    """Those of the providers who have written to us since then, with the last time."""
    found: dict[int, datetime] = {}
    for part in _parts(ids):
        query = (
            sa.select(col(Activity.provider_id), sa.func.max(col(Activity.happened_at)))
            .where(col(Activity.provider_id).in_(part), col(Activity.happened_at) >= since)
            .where(col(Activity.kind) == ActivityKind.REPLY, col(Activity.undone_at).is_(None))
            .group_by(col(Activity.provider_id))
        )
        found |= {row[0]: row[1] for row in session.execute(query)}
    return found


def sequences_of(session: Session, message_ids: Sequence[int]) -> dict[int, dict[str, object]]:
    """What is kept of the sequence that a message was a step of, for those that were."""
    found: dict[int, dict[str, object]] = {}
    for part in _parts(message_ids):
        query = (
            sa.select(
                col(Message.id),
                col(EnrollmentStep.position),
                col(EnrollmentStep.sequence_step_id),
                col(Enrollment.id),
                col(Enrollment.sequence_id),
            )
            .join(EnrollmentStep, col(EnrollmentStep.id) == col(Message.enrollment_step_id))
            .join(Enrollment, col(Enrollment.id) == col(EnrollmentStep.enrollment_id))
            .where(col(Message.id).in_(part))
        )
        for message_id, position, step_id, enrollment_id, sequence_id in session.execute(query):
            found[message_id] = {
                "sequence_id": sequence_id,
                "enrollment_id": enrollment_id,
                "step": position,
                "sequence_step_id": step_id,
            }
    return found


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), PART):
        yield ids[start : start + PART]
