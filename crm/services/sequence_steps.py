"""The clock of sequences: take the steps that are due, go on when a message has settled, end pauses that are over.

Each enrollment is one short transaction that begins by asking whether it still is as it was seen, so any number of
workers is safe, and one that is killed leaves nothing half done. A step that waited while nobody was there moves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from crm.domain.bounces import Refusal, cause_of
from crm.domain.kinds import BounceCause, MessageState
from crm.domain.mail_kinds import EnrollmentState, StepKind, StepState
from crm.domain.reasons import Reason
from crm.domain.sequence_plan import is_missed, open_at, slide
from crm.domain.sequences import SKIP_STOPS, PauseReason, StepReason, StopReason
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.models.sequences import Enrollment, EnrollmentStep
from crm.services import sequence_mail, sequence_papers, sequence_resuming, sequence_stops, sequence_tasks
from crm.services import sequence_moves as moves
from crm.services.mailboxes import Post
from crm.services.papers import PRESS, Press
from crm.services.sequence_moves import Evidence
from crm.services.sequence_papers import Prepared, Steps
from crm.store import enrollments as store
from crm.store.engine import Database
from crm.store.enrollments import Due

log = logging.getLogger("handoff.sequences")

LOOK_AT = 200
"""Due enrollments read at once."""


def take_due(
    db: Database,
    post: Post,
    *,
    clock: Callable[[], datetime],
    stopping: Callable[[], bool] = lambda: False,
    press: Press = PRESS,
) -> int:
    """Do what is due until nothing is, or until asked to stop. Returns how many enrollments were looked at."""
    count = _end_pauses(db, clock(), stopping) + _free_stuck(db, clock(), stopping)
    oldest_due_at: datetime | None = None
    while not stopping():
        with db.read() as session:
            found = store.due(session, clock(), LOOK_AT)
            papers = store.paper_steps(session, [due.id for due in found])
        if not found:
            break
        oldest_due_at = oldest_due_at or found[0].due_at
        done = sum(_take(db, post, due, oldest_due_at, clock(), papers, press) for due in found if not stopping())
        count += done
        if not done:  # another worker has all of them in hand
            break
    return count


def next_due(session: Session) -> datetime | None:
    """When the next step is due, or the next pause over."""
    return store.next_due(session)


@dataclass(frozen=True)
class Kit:
    """What a step is taken with: where mail goes, the paper that was made for it, and who notes that it was."""

    post: Post
    paper: Prepared | None


def _kit(db: Database, post: Post, due: Due, now: datetime, papers: Steps, press: Press) -> Kit:
    """Before any transaction: the paper of the step, for the few that have one."""
    step = papers.get(due.id)
    paper = sequence_papers.prepare(db, post.files, step, due.provider_id, now=now, press=press) if step else None
    return Kit(post, paper)


def _take(
    db: Database,
    post: Post,
    due: Due,
    oldest_due_at: datetime,
    now: datetime,
    papers: Steps = MappingProxyType({}),
    press: Press = PRESS,
) -> bool:
    """One enrollment. Trouble with one must not keep the others: it is paused, and says so."""
    try:
        kit = _kit(db, post, due, now, papers, press)
        with db.write() as session:
            enrollment = store.claim(session, due.id, due.provider_id)
            if enrollment is None or not _is_due(enrollment, due):
                return False
            _take_step(session, kit, enrollment, oldest_due_at, now)
    except OperationalError:
        raise
    except Exception as error:  # a fault of ours, or a text that nobody foresaw
        log.exception("step of enrollment %s", due.id)
        _pause_for_trouble(db, due, error, now)
    return True


def _is_due(enrollment: Enrollment, seen: Due) -> bool:
    return enrollment.state is EnrollmentState.ACTIVE and enrollment.due_at == seen.due_at


def _take_step(session: Session, kit: Kit, enrollment: Enrollment, oldest_due_at: datetime, now: datetime) -> None:
    provider = session.get(Provider, enrollment.provider_id)
    reason = sequence_mail.must_stop(provider)
    if reason is not None or provider is None:
        said = {"quote": provider.stage_reason} if provider is not None and provider.stage_reason else {}
        stop_for = reason or StopReason.ARCHIVED
        sequence_stops.stop(session, enrollment, stop_for, evidence=said, actor_id=None, now=now)
        return
    step = moves.current_step(session, enrollment)
    if step is None:
        moves.finish(session, enrollment, now=now)
    elif step.state is StepState.OUT and step.task_id is not None:
        sequence_tasks.look(session, enrollment, step, now=now)
    elif step.state in (StepState.DONE, StepState.SKIPPED):
        moves.go_on(session, enrollment, after=step.done_at or now, now=now)
    elif not _moved(session, enrollment, step, oldest_due_at, now):
        _begin_step(session, kit, enrollment, step, provider, now)


def _begin_step(
    session: Session,
    kit: Kit,
    enrollment: Enrollment,
    step: EnrollmentStep,
    provider: Provider,
    now: datetime,
) -> None:
    if step.kind is StepKind.EMAIL:
        sequence_mail.take(session, kit.post, enrollment, step, provider, now=now, papers=kit.paper)
    else:
        sequence_tasks.take(session, enrollment, step, provider, now=now)


def _moved(
    session: Session, enrollment: Enrollment, step: EnrollmentStep, oldest_due_at: datetime, now: datetime
) -> bool:
    """Whether the step has to wait for another window: its own has closed, or its day went by unattended."""
    window = moves.window_of(enrollment)
    assert enrollment.due_at is not None
    until, reason = open_at(window, now), StepReason.OUTSIDE_WINDOW
    if is_missed(enrollment.due_at, window, now=now):
        until, reason = slide(enrollment.due_at, oldest_due_at, window, now=now), StepReason.MISSED
    if until <= now:
        return False
    sequence_mail.put_off(session, enrollment, step, until, reason)
    return True


def _pause_for_trouble(db: Database, due: Due, error: Exception, now: datetime) -> None:
    with db.write() as session:
        enrollment = store.claim(session, due.id, due.provider_id)
        if enrollment is not None and _is_due(enrollment, due):
            said = {"error": type(error).__name__}
            sequence_stops.pause(session, enrollment, PauseReason.TROUBLE, evidence=said, actor_id=None, now=now)


def _end_pauses(db: Database, now: datetime, stopping: Callable[[], bool]) -> int:
    """Out-of-office pauses whose day has come."""
    with db.read() as session:
        found = store.back_by(session, now, LOOK_AT)
    for due in found:
        if stopping():
            break
        with db.write() as session:
            enrollment = store.claim(session, due.id, due.provider_id)
            if enrollment is not None and enrollment.paused_until == due.due_at:
                sequence_resuming.resume_in(session, enrollment, actor_id=None, now=now)
    return len(found)


def _free_stuck(db: Database, now: datetime, stopping: Callable[[], bool]) -> int:
    """Enrollments that wait for nothing any more, because something was undone: they find their way by their rows."""
    with db.read() as session:
        found = store.stuck(session, LOOK_AT)
    for enrollment_id, provider_id in found:
        if stopping():
            break
        with db.write() as session:
            enrollment = store.claim(session, enrollment_id, provider_id)
            if enrollment is not None and _waits_for_nothing(enrollment):
                _free(session, enrollment, now)
    return len(found)


def _waits_for_nothing(enrollment: Enrollment) -> bool:
    return enrollment.state is EnrollmentState.ACTIVE and enrollment.due_at is None


def _free(session: Session, enrollment: Enrollment, now: datetime) -> None:
    """Nobody told the sequence how its message ended, or what it waited for was undone."""
    step = moves.current_step(session, enrollment)
    message = session.get(Message, step.message_id) if step is not None and step.message_id is not None else None
    if message is not None and message.state in store.SETTLED:
        message_settled(session, message, now=now)
    if _waits_for_nothing(enrollment):
        sequence_resuming.find_way(session, enrollment, now=now)


def message_settled(session: Session, message: Message, *, now: datetime) -> None:
    """A message of a sequence has come to its end, in the transaction that says so. Harmless when told twice."""
    found = store.of_message(session, message.enrollment_step_id) if message.enrollment_step_id is not None else None
    if found is None:
        return
    step, enrollment = found
    if step.message_id != message.id or step.state not in (StepState.OUT, StepState.CANCELLED):
        return
    if message.state is MessageState.SENT:
        sent(session, enrollment, step, message, now=now)
    elif step.state is StepState.OUT and enrollment.state is EnrollmentState.ACTIVE:
        _not_sent(session, enrollment, step, message, now)


def sent(session: Session, enrollment: Enrollment, step: EnrollmentStep, message: Message, *, now: datetime) -> None:
    """It left: the thread goes on from it, and the next step counts from now. A stop that came meanwhile holds."""
    done_at = message.sent_at or now
    step.state, step.state_reason, step.done_at = StepState.DONE, "", done_at
    thread = enrollment.references.split() if message.in_reply_to else []
    enrollment.subject = enrollment.subject if message.in_reply_to else message.subject
    enrollment.last_message_id = message.message_id
    enrollment.references = " ".join([*thread, message.message_id])
    if enrollment.state is EnrollmentState.PAUSED and enrollment.state_reason == PauseReason.DELIVERY_FAILED:
        enrollment.state, enrollment.state_reason, enrollment.evidence = EnrollmentState.ACTIVE, "", {}
    session.flush()
    if enrollment.state in moves.RUNNING and enrollment.position == step.position:
        moves.go_on(session, enrollment, after=done_at, now=now)


def _not_sent(session: Session, enrollment: Enrollment, step: EnrollmentStep, message: Message, now: datetime) -> None:
    """Failed, left out or cancelled: some reasons end the sequence, the others wait for a person."""
    evidence: Evidence = {"message_id": message.id, "quote": message.server_reply, "subject": message.subject}
    reason = message.state_reason
    if message.state is MessageState.FAILED and reason == Reason.SERVER_REFUSED and _is_about_address(message):
        sequence_stops.stop(session, enrollment, StopReason.BOUNCED, evidence=evidence, actor_id=None, now=now)
    elif message.state is MessageState.FAILED:
        _pause(session, enrollment, PauseReason.DELIVERY_FAILED, evidence, now)
    elif reason in SKIP_STOPS:
        sequence_stops.stop(session, enrollment, SKIP_STOPS[reason], evidence=evidence, actor_id=None, now=now)
    elif reason == Reason.ADDRESS_CHANGED:
        _pause(session, enrollment, PauseReason.ADDRESS_CHANGED, evidence, now)
    elif reason == Reason.SEQUENCE_STOPPED:
        step.state = StepState.CANCELLED
    else:
        _pause(session, enrollment, PauseReason.MESSAGE_CANCELLED, evidence, now)


def _is_about_address(message: Message) -> bool:
    """A message too large, or not to the server's taste, says nothing about the address."""
    return cause_of(Refusal(message.server_reply)) is BounceCause.ADDRESS


def _pause(session: Session, enrollment: Enrollment, reason: PauseReason, evidence: Evidence, now: datetime) -> None:
    sequence_stops.pause(session, enrollment, reason, evidence=evidence, actor_id=None, now=now)
