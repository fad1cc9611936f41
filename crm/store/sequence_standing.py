"""Who is where in a sequence, with what they wait for; counts by state and by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from crm.domain.mail_kinds import EnrollmentState
from crm.domain.sequences import StopReason
from crm.models import sequences as tables
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.models.sequences import Enrollment, EnrollmentStep
from crm.models.tasks import Task

REPLIES = (StopReason.REPLIED, StopReason.COLLEAGUE_REPLIED)

_ROWS = (
    sa.select(Enrollment, EnrollmentStep, Message, Task, Provider, tables.Sequence)
    .join(Provider, col(Provider.id) == col(Enrollment.provider_id))
    .join(tables.Sequence, col(tables.Sequence.id) == col(Enrollment.sequence_id))
    .join(
        EnrollmentStep,
        sa.and_(
            col(EnrollmentStep.enrollment_id) == col(Enrollment.id),
            col(EnrollmentStep.position) == col(Enrollment.position),
        ),
        isouter=True,
    )
    .join(Message, col(Message.id) == col(EnrollmentStep.message_id), isouter=True)
    .join(Task, col(Task.id) == col(EnrollmentStep.task_id), isouter=True)
)
_NOT_UNDONE = col(Enrollment.state_reason) != StopReason.UNDONE


def page(
    session: Session,
    sequence_id: int,
    states: Sequence[EnrollmentState],
    *,
    position: int | None = None,
    reason: str = "",
    before_id: int | None,
    limit: int,
) -> list[Any]:
    """The newest first: one query a state, each walking the index from its end."""
    wanted = [_NOT_UNDONE]
    wanted += [col(Enrollment.position) == position] if position is not None else []
    wanted += [col(Enrollment.state_reason) == reason] if reason else []
    found = [row for state in states for row in _page(session, sequence_id, state, wanted, before_id, limit)]
    found.sort(key=lambda row: row.Enrollment.id, reverse=True)
    return found[:limit]


def _page(
    session: Session,
    sequence_id: int,
    state: EnrollmentState,
    wanted: Sequence[sa.ColumnElement[bool]],
    before_id: int | None,
    limit: int,
) -> Sequence[Any]:
    asked = _ROWS.where(col(Enrollment.sequence_id) == sequence_id, col(Enrollment.state) == state, *wanted)
    if before_id is not None:
        asked = asked.where(col(Enrollment.id) < before_id)
    return session.execute(asked.order_by(col(Enrollment.id).desc()).limit(limit)).all()


def of_provider(session: Session, provider_id: int, limit: int) -> Sequence[Any]:
    """All of one provider, the newest first."""
    return session.execute(_OF_PROVIDER, {"provider_id": provider_id, "limit": limit}).all()


# Every page of a provider asks it, so it is made once.
_OF_PROVIDER = (
    _ROWS.where(col(Enrollment.provider_id) == sa.bindparam("provider_id"), _NOT_UNDONE)
    .order_by(col(Enrollment.id).desc())
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


def one(session: Session, enrollment_id: int) -> Any | None:
    """One."""
    return session.execute(_ROWS.where(col(Enrollment.id) == enrollment_id)).first()


def counts(session: Session, sequence_ids: Sequence[int]) -> dict[int, dict[EnrollmentState, int]]:
    """How many stand in each state, by sequence."""
    found: dict[int, dict[EnrollmentState, int]] = {each: dict.fromkeys(EnrollmentState, 0) for each in sequence_ids}
    query = (
        sa.select(col(Enrollment.sequence_id), col(Enrollment.state), sa.func.count())
        .where(col(Enrollment.sequence_id).in_(sequence_ids), _NOT_UNDONE)
        .group_by(col(Enrollment.sequence_id), col(Enrollment.state))
    )
    for sequence_id, state, number in session.execute(query):
        found[sequence_id][state] = number
    return found


def replied(session: Session, sequence_ids: Sequence[int]) -> dict[int, int]:
    """How many ended because somebody replied, by sequence."""
    query = (
        sa.select(col(Enrollment.sequence_id), sa.func.count())
        .where(
            col(Enrollment.sequence_id).in_(sequence_ids),
            col(Enrollment.state) == EnrollmentState.STOPPED,
            col(Enrollment.state_reason).in_(REPLIES),
        )
        .group_by(col(Enrollment.sequence_id))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def at_steps(session: Session, sequence_id: int) -> dict[int, int]:
    """How many of those under way stand at each step."""
    running = (EnrollmentState.ACTIVE, EnrollmentState.PAUSED)
    query = (
        sa.select(col(Enrollment.position), sa.func.count())
        .where(col(Enrollment.sequence_id) == sequence_id, col(Enrollment.state).in_(running))
        .group_by(col(Enrollment.position))
    )
    return {row[0]: row[1] for row in session.execute(query)}
