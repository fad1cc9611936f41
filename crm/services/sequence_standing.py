"""Where everybody in a sequence stands: at which step, what it waits for and until when, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from crm.documents import emails
from crm.domain import reasons
from crm.domain.errors import NotFound
from crm.domain.followups import TITLES
from crm.domain.kinds import MessageState, TaskState
from crm.domain.mail_kinds import EnrollmentState, StepKind, StepState
from crm.domain.sequences import STEPS, StepReason, paused_words, stopped_words
from crm.models import sequences as tables
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.models.sequences import Enrollment, EnrollmentStep
from crm.models.tasks import Task
from crm.services.sequence_tasks import TASKS
from crm.store import enrollments, sequences
from crm.store import sequence_standing as store

LEAVING = frozenset({MessageState.CLAIMED, MessageState.IN_DATA})
RUNNING = (EnrollmentState.ACTIVE, EnrollmentState.PAUSED)
PAST = 20


@dataclass(frozen=True)
class Overview:
    """A sequence with its steps and how many stand where. `replied` of those who ended it by a reply."""

    sequence: tables.Sequence
    steps: Sequence[tables.SequenceStep]
    active: int
    paused: int
    finished: int
    stopped: int
    replied: int

    @property
    def running(self) -> int:
        """Under way, paused ones too."""
        return self.active + self.paused

    @property
    def ended(self) -> int:
        """Finished or stopped."""
        return self.finished + self.stopped


@dataclass(frozen=True)
class Standing:
    """Somebody's way through a sequence. `waits` says why nothing happens right now, `until` how long (None: open)."""

    enrollment: Enrollment
    provider: Provider
    sequence: tables.Sequence
    step: EnrollmentStep | None
    step_title: str
    waits: str
    until: datetime | None
    message: Message | None = None
    task: Task | None = None

    @property
    def is_running(self) -> bool:
        """Under way or paused."""
        return self.enrollment.state in RUNNING

    @property
    def needs_a_look(self) -> bool:
        """Whether it waits for a person and for no date."""
        is_paused = self.enrollment.state is EnrollmentState.PAUSED and self.enrollment.paused_until is None
        stuck = self.message is not None and self.message.state in (MessageState.HELD, MessageState.IN_DOUBT)
        return is_paused or (stuck and self.is_running)


@dataclass(frozen=True)
class OfProvider:
    """The sequence a provider is in, and those before, the newest first."""

    running: Standing | None
    past: list[Standing]


def overview(session: Session, *, archived: bool = False) -> list[Overview]:
    """Every sequence in use (or put away), with counts."""
    found = sequences.all_of(session, archived=archived)
    ids = [each.id for each in found if each.id is not None]
    steps, counts, replied = (
        sequences.steps_of_all(session, ids),
        store.counts(session, ids),
        store.replied(session, ids),
    )
    return [_overview(each, steps[each.id or 0], counts[each.id or 0], replied) for each in found]


def one(session: Session, sequence_id: int) -> Overview:
    """One sequence with its counts. Raises NotFound."""
    found = sequences.by_id(session, sequence_id)
    if found is None:
        raise NotFound("This sequence isn't here any more.")
    steps = sequences.steps_of(session, sequence_id)
    return _overview(
        found, steps, store.counts(session, [sequence_id])[sequence_id], store.replied(session, [sequence_id])
    )


def page(
    session: Session,
    sequence_id: int,
    *,
    states: Sequence[EnrollmentState] = tuple(EnrollmentState),
    position: int | None = None,
    reason: str = "",
    before_id: int | None = None,
    limit: int = 50,
    now: datetime,
) -> tuple[list[Standing], int | None]:
    """The newest first, and the mark of the next page (None when there is none).

    `position` asks for those at a step, `reason` for those that ended or wait for this one.
    """
    rows = store.page(
        session, sequence_id, states, position=position, reason=reason, before_id=before_id, limit=limit + 1
    )
    found = [_standing(row, now) for row in rows[:limit]]
    return found, found[-1].enrollment.id if len(rows) > limit else None


def of_enrollment(session: Session, enrollment_id: int, *, now: datetime) -> tuple[Standing, Sequence[EnrollmentStep]]:
    """One enrolled provider, with all steps. Raises NotFound."""
    row = store.one(session, enrollment_id)
    if row is None:
        raise NotFound("This enrolment isn't here any more.")
    return _standing(row, now), enrollments.steps_of(session, enrollment_id)


def of_provider(session: Session, provider_id: int, *, now: datetime) -> OfProvider:
    """For the provider's page."""
    found = [_standing(row, now) for row in store.of_provider(session, provider_id, PAST)]
    running = next((each for each in found if each.is_running), None)
    return OfProvider(running, [each for each in found if each is not running])


def at_steps(session: Session, sequence_id: int) -> dict[int, int]:
    """How many of those under way stand at each step (by position)."""
    return store.at_steps(session, sequence_id)


def title_of(step: EnrollmentStep | tables.SequenceStep) -> str:
    """What a step is called: its title, its e-mail's, or the usual words for its kind."""
    if step.title:
        return step.title
    if step.kind is StepKind.EMAIL:
        known = emails.email_templates().get(step.template_slug)
        return known.title if known is not None else step.template_slug.replace("_", " ").capitalize()
    return TITLES[TASKS[step.kind]]


def _overview(
    sequence: tables.Sequence,
    steps: Sequence[tables.SequenceStep],
    counts: Mapping[EnrollmentState, int],
    replied: Mapping[int, int],
) -> Overview:
    return Overview(
        sequence,
        steps,
        active=counts[EnrollmentState.ACTIVE],
        paused=counts[EnrollmentState.PAUSED],
        finished=counts[EnrollmentState.FINISHED],
        stopped=counts[EnrollmentState.STOPPED],
        replied=replied.get(sequence.id or 0, 0),
    )


def _standing(row: Any, now: datetime) -> Standing:
    enrollment, step, message, task, provider, sequence = row
    waits, until = _waits(enrollment, step, message, task, now)
    title = title_of(step) if step is not None else ""
    return Standing(enrollment, provider, sequence, step, title, waits, until, message, task)


def _waits(
    enrollment: Enrollment, step: EnrollmentStep | None, message: Message | None, task: Task | None, now: datetime
) -> tuple[str, datetime | None]:
    if enrollment.state is EnrollmentState.PAUSED:
        detail = str(enrollment.evidence.get("detail", ""))
        words = paused_words(enrollment.state_reason)
        return f"{words}: {detail}" if detail else words, enrollment.paused_until
    if enrollment.state is not EnrollmentState.ACTIVE:
        return stopped_words(enrollment.state_reason), None
    if step is not None and step.state is StepState.OUT and message is not None:
        return _waits_for_message(message)
    if step is not None and step.state is StepState.OUT and task is not None:
        return _waits_for_task(step, task)
    if enrollment.due_at is None or enrollment.due_at <= now:
        return "Is due now", None
    if step is not None and step.state_reason in frozenset(StepReason):
        return STEPS[StepReason(step.state_reason)], enrollment.due_at
    return "Waits for its day", enrollment.due_at


def _waits_for_message(message: Message) -> tuple[str, datetime | None]:
    if message.state in LEAVING:
        return "The e-mail is leaving right now", None
    if message.state is MessageState.IN_DOUBT:
        return "The e-mail may or may not have arrived: say which in the outbox", None
    if message.state is MessageState.SENT:
        return "The e-mail has just been sent", None
    why = reasons.sentence(message.state_reason) if message.state_reason else "Waits to be sent"
    return (f"Held in the outbox: {why}" if message.state is MessageState.HELD else why), message.waits_until


def _waits_for_task(step: EnrollmentStep, task: Task) -> tuple[str, datetime | None]:
    if task.state in (TaskState.DONE, TaskState.CANCELLED):
        return "The follow-up is closed; the sequence goes on in a moment", None
    return f"Waits for you: {task.title}", step.waits_until
