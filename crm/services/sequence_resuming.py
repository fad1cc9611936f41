"""Going on after a pause, or after something was undone: the rows say where an enrolled provider stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from crm.domain.kinds import MessageState
from crm.domain.mail_kinds import EnrollmentState, StepState
from crm.domain.outbox import WAITING
from crm.domain.reasons import Reason
from crm.domain.sequence_plan import open_at
from crm.domain.sequences import StepReason
from crm.models.messages import Message
from crm.models.sequences import Enrollment, EnrollmentStep
from crm.services import sequence_moves as moves
from crm.services.changes import Recorder
from crm.services.sequence_moves import change
from crm.store import messages

AGAIN = WAITING | {MessageState.HELD, MessageState.FAILED}


def resume_in(
    session: Session,
    enrollment: Enrollment,
    *,
    actor_id: int | None,
    now: datetime,
    recorder: Recorder | None = None,
) -> bool:
    """End a pause, in the caller's transaction. What waited goes on in the next window. False when none was there."""
    if enrollment.state is not EnrollmentState.PAUSED:
        return False
    change(enrollment, recorder, state=EnrollmentState.ACTIVE, state_reason="", evidence={}, paused_until=None)
    why = "" if actor_id is not None else "The day of return has come"
    moves.note(session, enrollment, "resumed", why=why, actor_id=actor_id, now=now, recorder=recorder)
    find_way(session, enrollment, now=now, recorder=recorder)
    return True


def find_way(session: Session, enrollment: Enrollment, *, now: datetime, recorder: Recorder | None = None) -> None:
    """Give an active enrollment the time at which it is looked at next, from what its step and message say."""
    step = moves.current_step(session, enrollment)
    if step is None:
        moves.finish(session, enrollment, now=now, recorder=recorder)
    elif step.state in (StepState.DONE, StepState.SKIPPED):
        moves.go_on(session, enrollment, after=step.done_at or now, now=now, recorder=recorder)
    elif step.state is StepState.OUT and step.message_id is not None:
        _by_message(session, enrollment, step, session.get(Message, step.message_id), now, recorder)
    elif step.state is StepState.OUT:
        _look(session, enrollment, max(step.waits_until or now, now), recorder)
    else:
        change(step, recorder, state=StepState.PLANNED, message_id=None, task_id=None)
        _look(session, enrollment, max(step.planned_at or now, now), recorder)


def _by_message(
    session: Session,
    enrollment: Enrollment,
    step: EnrollmentStep,
    message: Message | None,
    now: datetime,
    recorder: Recorder | None,
) -> None:
    if message is None or message.state is MessageState.SKIPPED or _was_stopped(message):
        change(step, recorder, state=StepState.PLANNED, message_id=None)
        _look(session, enrollment, now, recorder)
    elif message.state is MessageState.CANCELLED:
        moves.skip(step, StepReason.BY_HAND.value, now=now, recorder=recorder)
        moves.go_on(session, enrollment, after=now, now=now, recorder=recorder)
    elif message.state is MessageState.SENT:
        change(step, recorder, state=StepState.DONE, done_at=message.sent_at)
        moves.go_on(session, enrollment, after=message.sent_at or now, now=now, recorder=recorder)
    else:
        change(enrollment, recorder, due_at=None)
        _let_leave(session, message, now)


def _was_stopped(message: Message) -> bool:
    """Cancelled by a stop that was undone since, not by a person in the outbox."""
    return message.state is MessageState.CANCELLED and message.state_reason == Reason.SEQUENCE_STOPPED


def _let_leave(session: Session, message: Message, now: datetime) -> None:
    """What the pause held, and what had failed, may leave; what a person holds stays."""
    assert message.id is not None
    held_by_pause = message.state_reason == Reason.SEQUENCE_PAUSED
    if not held_by_pause and message.state is not MessageState.FAILED:
        return
    values: dict[str, Any] = {
        "state_reason": Reason.RELEASED,
        "due_at": now,
        "waits_until": None,
        "settled_at": None,
        "attempts": 0,
    }
    messages.move(session, message.id, AGAIN, MessageState.QUEUED, **values)


def _look(session: Session, enrollment: Enrollment, at: datetime, recorder: Recorder | None) -> None:
    change(enrollment, recorder, due_at=open_at(moves.window_of(enrollment), at))
    session.flush()
