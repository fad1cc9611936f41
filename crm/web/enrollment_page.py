"""One enrollment as its page shows it: every step, what became of it, and what can be done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from flask import url_for
from sqlmodel import Session

from crm.domain.mail_kinds import EnrollmentState, StepKind, StepState
from crm.domain.sequences import sentence
from crm.models.accounts import User
from crm.models.sequences import Enrollment, EnrollmentStep
from crm.services import sequence_standing
from crm.web import filters, sequence_page
from crm.web.presentation import today, zone
from crm.web.sequence_words import step_title

WORDS: Mapping[StepState, tuple[str, str, str]] = {
    StepState.PLANNED: ("Planned", "", ""),
    StepState.OUT: ("Under way", "brand", "touch"),
    StepState.DONE: ("Done", "good", "win"),
    StepState.SKIPPED: ("Skipped", "warn", ""),
    StepState.CANCELLED: ("Cancelled", "", ""),
}
"""A step's state: the word, the kind of its pill, the kind of its dot."""


class StepLine(NamedTuple):
    """A step, ready to be printed."""

    kind: StepKind
    title: str
    word: str
    tone: str
    dot: str
    when: str
    why: str
    href: str


def load(session: Session, enrollment_id: int, *, now: datetime) -> dict[str, Any]:
    """The variables of the page."""
    standing, steps = sequence_standing.of_enrollment(session, enrollment_id, now=now)
    enrollment = standing.enrollment
    by = session.get(User, enrollment.enrolled_by) if enrollment.enrolled_by else None
    return {
        "it": sequence_page.line(standing),
        "enrollment": enrollment,
        "provider": standing.provider,
        "sequence": standing.sequence,
        "steps": [_line(step, enrollment) for step in steps],
        "enrolled_by": by.name if by else "",
    }


def _line(step: EnrollmentStep, enrollment: Enrollment) -> StepLine:
    word, tone, dot = WORDS[step.state]
    ended = enrollment.state in (EnrollmentState.STOPPED, EnrollmentState.FINISHED)
    if ended and step.state is StepState.PLANNED:
        word, tone = "Not taken", ""
    why = sentence(step.state_reason) if step.state_reason else ""
    return StepLine(step.kind, step_title(step), word, tone, dot, _when(step, enrollment, ended), why, _href(step))


def _when(step: EnrollmentStep, enrollment: Enrollment, ended: bool) -> str:
    """When it was done, is due, or would come."""
    if step.done_at:
        return _moment(step, step.done_at)
    if step.state is StepState.OUT and step.waits_until:
        return f"The sequence waits for it until {filters.moment(step.waits_until, zone(), today())}"
    if step.state is StepState.OUT:
        return "In the outbox"
    if ended or step.state is not StepState.PLANNED:
        return ""
    if step.position == enrollment.position and (enrollment.due_at or step.planned_at):
        return _moment(step, enrollment.due_at or step.planned_at)
    return f"{filters.plural(step.delay_days, 'business day')} after the step before"


def _moment(step: EnrollmentStep, at: datetime | None) -> str:
    if at is None:
        return ""
    if step.kind is StepKind.EMAIL:
        return filters.moment(at, zone(), today())
    return filters.day(at.astimezone(zone()).date(), today())


def _href(step: EnrollmentStep) -> str:
    if step.message_id:
        return url_for("mail.show", message_id=step.message_id)
    return url_for("followups.show", task_id=step.task_id) if step.task_id else ""
