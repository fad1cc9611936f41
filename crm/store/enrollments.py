"""Queries over enrolled providers and their copies of the steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.kinds import MessageState
from crm.domain.mail_kinds import EnrollmentState, StepKind, StepState
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.models.sequences import Enrollment, EnrollmentStep

# Written as the partial indexes have it, so that both databases use them.
ACTIVE = sa.text("enrollment.state = 'active'")
PAUSED = sa.text("enrollment.state = 'paused'")
RUNNING = sa.text("enrollment.state IN ('active', 'paused')")

SETTLED = (MessageState.SENT, MessageState.FAILED, MessageState.CANCELLED, MessageState.SKIPPED)
"""States of a message for which no sequence waits."""


class Due(NamedTuple):
    """An enrollment that has to be looked at, as it was seen."""

    id: int
    provider_id: int
    due_at: datetime


class PaperStep(NamedTuple):
    """A step that is due and has a paper to be made, for whom by whom."""

    id: int
    document_kind: str
    user_id: int | None


def by_id(session: Session, enrollment_id: int) -> Enrollment | None:
    """One enrollment."""
    return session.get(Enrollment, enrollment_id)


def running_of(session: Session, provider_id: int, *, lock: bool = False) -> Enrollment | None:
    """The sequence a provider is in. With `lock` both rows are the caller's on PostgreSQL, always in this order."""
    asked = select(Enrollment).where(Enrollment.provider_id == provider_id, RUNNING)
    if not lock:
        return session.exec(asked).first()
    if session.exec(asked).first() is None:
        return None
    lock_provider(session, provider_id)
    return session.exec(asked.with_for_update().execution_options(populate_existing=True)).first()


def lock_provider(session: Session, provider_id: int) -> None:
    """Everything about one provider waits for its row first, so that no two transactions wait for each other."""
    session.flush()
    session.execute(sa.select(col(Provider.id)).where(col(Provider.id) == provider_id).with_for_update(key_share=True))


def running_among(session: Session, provider_ids: Sequence[int]) -> dict[int, int]:
    """Those of the providers that are in a sequence, with the id of their enrollment."""
    found = session.connection().execute(_AMONG, {"provider_ids": provider_ids})
    return {provider_id: enrollment_id for provider_id, enrollment_id in found if enrollment_id is not None}


# Lists and boards ask it each time, so it is made once.
_AMONG = sa.select(col(Enrollment.provider_id), col(Enrollment.id)).where(
    col(Enrollment.provider_id).in_(sa.bindparam("provider_ids", expanding=True)), RUNNING
)


def running_at(session: Session, practice_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Practices where somebody is in a sequence: provider and name, by practice."""
    query = (
        sa.select(col(Enrollment.practice_id), col(Enrollment.provider_id), col(Provider.display_name))
        .join(Provider, col(Provider.id) == col(Enrollment.provider_id))
        .where(col(Enrollment.practice_id).in_(practice_ids), RUNNING)
    )
    return {practice_id: (provider_id, name) for practice_id, provider_id, name in session.execute(query)}


def colleagues(session: Session, practice_id: int, but: int) -> Sequence[Enrollment]:
    """Running enrollments of others at a practice that end when a colleague replies."""
    query = select(Enrollment).where(
        Enrollment.practice_id == practice_id, RUNNING, Enrollment.provider_id != but, Enrollment.colleague_stops
    )
    return session.exec(query.order_by(col(Enrollment.id))).all()


def due(session: Session, now: datetime, limit: int) -> list[Due]:
    """What is due, the earliest first."""
    query = sa.select(col(Enrollment.id), col(Enrollment.provider_id), col(Enrollment.due_at)).where(
        ACTIVE, col(Enrollment.due_at) <= now
    )
    found = session.execute(query.order_by(col(Enrollment.due_at), col(Enrollment.id)).limit(limit))
    return [Due(*row) for row in found]


def paper_steps(session: Session, ids: Sequence[int]) -> dict[int, PaperStep]:
    """Of these enrollments the e-mail steps that come next and have a paper, by enrollment; most have none."""
    query = (
        sa.select(
            col(Enrollment.id), col(EnrollmentStep.id), col(EnrollmentStep.document_kind), col(Enrollment.enrolled_by)
        )
        .join(EnrollmentStep, col(EnrollmentStep.enrollment_id) == Enrollment.id)
        .where(col(Enrollment.id).in_(ids), col(EnrollmentStep.position) == Enrollment.position)
        .where(col(EnrollmentStep.document_kind) != "", col(EnrollmentStep.kind) == StepKind.EMAIL)
    )
    return {row[0]: PaperStep(*row[1:]) for row in session.execute(query)}


def next_due(session: Session) -> datetime | None:
    """When the next enrollment has to be looked at: its step is due, or its pause ends."""
    times = session.connection().execute(_NEXT).one()
    return min((each for each in times if each is not None), default=None)


# Asked with every tick, so it is made once.
_NEXT = sa.select(
    sa.select(sa.func.min(col(Enrollment.due_at))).where(ACTIVE).scalar_subquery(),
    sa.select(sa.func.min(col(Enrollment.paused_until))).where(PAUSED).scalar_subquery(),
)


def back_by(session: Session, now: datetime, limit: int) -> list[Due]:
    """Paused ones whose day of return has come."""
    query = sa.select(col(Enrollment.id), col(Enrollment.provider_id), col(Enrollment.paused_until)).where(
        PAUSED, col(Enrollment.paused_until) <= now
    )
    found = session.execute(query.order_by(col(Enrollment.paused_until), col(Enrollment.id)).limit(limit))
    return [Due(*row) for row in found]


def claim(session: Session, enrollment_id: int, provider_id: int) -> Enrollment | None:
    """This enrollment for the caller alone, as it is now; None when another worker has it."""
    lock_provider(session, provider_id)
    asked = select(Enrollment).where(Enrollment.id == enrollment_id).with_for_update(skip_locked=True)
    return session.exec(asked.execution_options(populate_existing=True)).first()


def stuck(session: Session, limit: int) -> list[tuple[int, int]]:
    """Active enrollments that wait for nothing: no time set, and no message or follow-up under way.

    It happens when something was undone. Gives (enrollment, provider).
    """
    here = sa.and_(
        col(EnrollmentStep.enrollment_id) == col(Enrollment.id),
        col(EnrollmentStep.position) == col(Enrollment.position),
    )
    waits = sa.and_(
        col(EnrollmentStep.state) == StepState.OUT,
        col(Message.id).is_not(None),
        col(Message.state).not_in(SETTLED),
    )
    query = (
        sa.select(col(Enrollment.id), col(Enrollment.provider_id))
        .join(EnrollmentStep, here, isouter=True)
        .join(Message, col(Message.id) == col(EnrollmentStep.message_id), isouter=True)
        .where(ACTIVE, col(Enrollment.due_at).is_(None), sa.not_(sa.func.coalesce(waits, sa.false())))
    )
    return [(one, provider) for one, provider in session.execute(query.order_by(col(Enrollment.id)).limit(limit))]


def steps_of(session: Session, enrollment_id: int) -> Sequence[EnrollmentStep]:
    """All steps, in order."""
    query = select(EnrollmentStep).where(EnrollmentStep.enrollment_id == enrollment_id)
    return session.exec(query.order_by(col(EnrollmentStep.position))).all()


def step_at(session: Session, enrollment_id: int, position: int) -> EnrollmentStep | None:
    """One step."""
    query = select(EnrollmentStep).where(
        EnrollmentStep.enrollment_id == enrollment_id, EnrollmentStep.position == position
    )
    return session.exec(query).first()


def next_step(session: Session, enrollment_id: int, after: int) -> EnrollmentStep | None:
    """The first step after a position."""
    query = select(EnrollmentStep).where(
        EnrollmentStep.enrollment_id == enrollment_id, col(EnrollmentStep.position) > after
    )
    return session.exec(query.order_by(col(EnrollmentStep.position)).limit(1)).first()


def steps_out(session: Session, enrollment_id: int) -> Sequence[EnrollmentStep]:
    """Steps with a message in the outbox or a follow-up on the list, the sequence may have gone on since."""
    query = select(EnrollmentStep).where(
        EnrollmentStep.enrollment_id == enrollment_id,
        sa.or_(col(EnrollmentStep.state) == StepState.OUT, col(EnrollmentStep.task_id).is_not(None)),
    )
    return session.exec(query.order_by(col(EnrollmentStep.position))).all()


def by_task(session: Session, task_id: int) -> EnrollmentStep | None:
    """The step that a follow-up belongs to."""
    return session.exec(select(EnrollmentStep).where(EnrollmentStep.task_id == task_id)).first()


def of_message(session: Session, enrollment_step_id: int) -> tuple[EnrollmentStep, Enrollment] | None:
    """The step a message belongs to, with its enrollment."""
    step = session.get(EnrollmentStep, enrollment_step_id)
    enrollment = session.get(Enrollment, step.enrollment_id) if step is not None else None
    return (step, enrollment) if step is not None and enrollment is not None else None


def messages_of(session: Session, enrollment_step_id: int) -> Sequence[Message]:
    """Every message made for a step, the latest last: a second one only after the first was left out."""
    query = select(Message).where(Message.enrollment_step_id == enrollment_step_id)
    return session.exec(query.order_by(col(Message.id))).all()


def pause_all(session: Session, reason: str) -> int:
    """Pause everything that is under way, until a person has looked. Returns how many."""
    done = session.execute(
        sa.update(Enrollment)
        .where(col(Enrollment.state) == EnrollmentState.ACTIVE)
        .values(state=EnrollmentState.PAUSED, state_reason=reason, paused_until=None)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult
