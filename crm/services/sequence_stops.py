"""Ending and pausing a sequence for a provider, with the evidence on the timeline, in the caller's transaction.

A message that is leaving right now (`in_data`) can't be stopped: it settles, then the stop holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from crm.domain.kinds import MessageState, TaskState
from crm.domain.mail_kinds import EnrollmentState, StepState
from crm.domain.outbox import OPEN, WAITING
from crm.domain.reasons import Reason
from crm.domain.sequence_plan import away_until
from crm.domain.sequences import AWAY_DAYS, PAUSED, STOPPED, PauseReason, StopReason
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.models.sequences import Enrollment, EnrollmentStep
from crm.models.tasks import Task
from crm.services import sequence_moves as moves
from crm.services.changes import Recorder
from crm.services.sequence_moves import RUNNING, Evidence, change
from crm.store import enrollments as store
from crm.store import messages
from crm.store import tasks as task_rows

UNDER_WAY = frozenset({MessageState.IN_DATA, MessageState.IN_DOUBT, MessageState.SENT})
LIVE_TASK = frozenset({TaskState.OPEN, TaskState.WAITING})


def running_of(session: Session, provider_id: int) -> Enrollment | None:
    """The sequence a provider is in, if any."""
    return store.running_of(session, provider_id)


def stop(
    session: Session,
    enrollment: Enrollment,
    reason: StopReason,
    *,
    evidence: Evidence | None = None,
    actor_id: int | None,
    now: datetime,
    recorder: Recorder | None = None,
) -> bool:
    """End a sequence early: its waiting mail and open follow-ups are cancelled. False when it had ended before.

    `evidence` is kept: ids and the words that show it; its "quote" stands on the timeline.
    """
    if enrollment.state not in RUNNING:
        return False
    cancel_open(session, enrollment, now=now, actor_id=actor_id, recorder=recorder)
    change(
        enrollment,
        recorder,
        state=EnrollmentState.STOPPED,
        state_reason=reason.value,
        evidence=dict(evidence or {}),
        due_at=None,
        paused_until=None,
        ended_at=now,
    )
    moves.note(
        session,
        enrollment,
        "stopped",
        why=STOPPED[reason],
        evidence=evidence,
        actor_id=actor_id,
        now=now,
        recorder=recorder,
    )
    return True


def stop_for_provider(
    session: Session,
    provider_id: int,
    reason: StopReason,
    *,
    evidence: Evidence | None = None,
    actor_id: int | None,
    now: datetime,
    recorder: Recorder | None = None,
) -> list[Enrollment]:
    """End whatever sequence a provider is in. Returns what was ended: one, or nothing."""
    found = store.running_of(session, provider_id, lock=True)
    if found is None:
        return []
    stop(session, found, reason, evidence=evidence, actor_id=actor_id, now=now, recorder=recorder)
    return [found]


def stop_many(
    session: Session,
    provider_ids: Sequence[int],
    reason: StopReason,
    *,
    actor_id: int | None,
    now: datetime,
    recorder: Recorder | None = None,
) -> int:
    """End the sequences of many at once; says how many. Those in none cost one query for all."""
    found = [
        provider_id
        for start in range(0, len(provider_ids), 500)
        for provider_id in store.running_among(session, provider_ids[start : start + 500])
    ]
    for provider_id in found:
        stop_for_provider(session, provider_id, reason, actor_id=actor_id, now=now, recorder=recorder)
    return len(found)


def stop_colleagues(
    session: Session, provider: Provider, *, evidence: Evidence | None = None, now: datetime
) -> list[Enrollment]:
    """Somebody replied: end the sequences of others at the practice, where the sequence says so."""
    if provider.practice_id is None:
        return []
    assert provider.id is not None
    found = store.colleagues(session, provider.practice_id, provider.id)
    said = {"colleague_id": provider.id, "colleague": provider.display_name, **(evidence or {})}
    for each in found:
        stop(session, each, StopReason.COLLEAGUE_REPLIED, evidence=said, actor_id=None, now=now)
    return list(found)


def pause(
    session: Session,
    enrollment: Enrollment,
    reason: PauseReason,
    *,
    until: datetime | None = None,
    evidence: Evidence | None = None,
    actor_id: int | None,
    now: datetime,
    recorder: Recorder | None = None,
) -> bool:
    """Let a sequence wait, until a time or until somebody resumes it. Waiting mail is held. False when it has ended."""
    if enrollment.state not in RUNNING:
        return False
    _hold_open(session, enrollment)
    change(
        enrollment,
        recorder,
        state=EnrollmentState.PAUSED,
        state_reason=reason.value,
        evidence=dict(evidence or {}),
        paused_until=until,
    )
    what = "paused" if until is None else f"paused until {_day(enrollment, until)}"
    moves.note(
        session,
        enrollment,
        what,
        why=_why(reason, evidence),
        evidence=evidence,
        actor_id=actor_id,
        now=now,
        recorder=recorder,
    )
    return True


def pause_away(
    session: Session, provider_id: int, *, return_on: date | None, evidence: Evidence | None = None, now: datetime
) -> list[Enrollment]:
    """An out-of-office reply: wait until the day of return, or five business days. Returns what was paused.

    A second one without a date doesn't prolong the pause, and nothing shortens a pause that a person has to end.
    """
    found = store.running_of(session, provider_id, lock=True)
    if found is None:
        return []
    until = away_until(return_on, moves.window_of(found), now=now, days=AWAY_DAYS)
    if found.state is EnrollmentState.PAUSED:
        is_away = found.state_reason == PauseReason.AWAY and found.paused_until is not None
        if not is_away or return_on is None or found.paused_until == until:
            return []
    pause(session, found, PauseReason.AWAY, until=until, evidence=evidence, actor_id=None, now=now)
    return [found]


def cancel_open(
    session: Session,
    enrollment: Enrollment,
    *,
    actor_id: int | None,
    now: datetime,
    recorder: Recorder | None = None,
) -> None:
    """Cancel the messages that wait and the follow-ups that are open. The messages stay so, whatever is undone."""
    assert enrollment.id is not None
    dropped = False
    for step in store.steps_out(session, enrollment.id):
        if step.message_id is not None:
            cancel_message(session, step, now=now)
        dropped |= drop_task(session, step, actor_id=actor_id, now=now, recorder=recorder)
    session.flush()
    if dropped:
        keep_next_due(session, enrollment.provider_id, recorder)


def cancel_message(session: Session, step: EnrollmentStep, *, now: datetime) -> bool:
    """Keep a step's message from leaving, if it still can be kept."""
    assert step.message_id is not None
    cancelled = messages.move(
        session,
        step.message_id,
        OPEN,
        MessageState.CANCELLED,
        state_reason=Reason.SEQUENCE_STOPPED,
        waits_until=None,
        settled_at=now,
        lease_owner="",
        lease_until=None,
    )
    if cancelled:
        step.state = StepState.CANCELLED
        session.add(step)
    return cancelled


def drop_message(session: Session, step: EnrollmentStep, *, now: datetime) -> bool:
    """Keep a step's message from leaving. False when it has left, is leaving, or nobody knows."""
    assert step.message_id is not None
    if cancel_message(session, step, now=now):
        return True
    message = session.get(Message, step.message_id, populate_existing=True)
    return message is None or message.state not in UNDER_WAY


def drop_task(
    session: Session, step: EnrollmentStep, *, actor_id: int | None, now: datetime, recorder: Recorder | None = None
) -> bool:
    """Cancel a step's follow-up, if it is still open."""
    task = session.get(Task, step.task_id) if step.task_id is not None else None
    if task is None or task.state not in LIVE_TASK:
        return False
    change(task, recorder, state=TaskState.CANCELLED, closed_at=now, closed_by=actor_id)
    change(step, recorder, state=StepState.CANCELLED, waits_until=None)
    return True


def keep_next_due(session: Session, provider_id: int, recorder: Recorder | None = None) -> None:
    """Bring `provider.next_due_on` up to date with the tasks."""
    provider = session.get(Provider, provider_id)
    if provider is not None:
        session.flush()
        change(provider, recorder, next_due_on=task_rows.next_due_on(session, provider_id))


def _hold_open(session: Session, enrollment: Enrollment) -> None:
    assert enrollment.id is not None
    for step in store.steps_out(session, enrollment.id):
        if step.message_id is not None:
            messages.move(
                session,
                step.message_id,
                WAITING | {MessageState.CLAIMED},
                MessageState.HELD,
                state_reason=Reason.SEQUENCE_PAUSED,
                waits_until=None,
                lease_owner="",
                lease_until=None,
            )


def _why(reason: PauseReason, evidence: Evidence | None) -> str:
    """The reason, and what exactly: the name of the field, the words that leave the scope."""
    detail = str((evidence or {}).get("detail", ""))
    return f"{PAUSED[reason]}: {detail}" if detail else PAUSED[reason]


def _day(enrollment: Enrollment, at: datetime) -> str:
    day = at.astimezone(moves.zone_of(enrollment))
    return f"{day:%a, %b} {day.day}"
