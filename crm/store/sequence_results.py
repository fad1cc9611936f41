"""What results of a sequence are counted from."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlmodel import Session, col

from crm.domain.kinds import ActivityKind, InboundKind
from crm.domain.mail_kinds import EnrollmentState, StepState
from crm.domain.sequence_results import POSITIVE_OUTCOMES, POSITIVE_VERDICT, Answer, Event, Group, Taken
from crm.models.activities import Activity
from crm.models.inbound import InboundMessage
from crm.models.messages import Message
from crm.models.sequences import Enrollment, EnrollmentStep
from crm.models.templates import TemplateVersion

LATEST = 2_000
"""Enrollments that results are counted from: the latest."""


def latest(sequence_id: int) -> sa.Subquery:
    """The enrollments that count."""
    query = (
        sa.select(col(Enrollment.id), col(Enrollment.provider_id), col(Enrollment.enrolled_at))
        .where(col(Enrollment.sequence_id) == sequence_id)
        .order_by(col(Enrollment.id).desc())
        .limit(LATEST)
    )
    return query.subquery("latest")


def has_more(session: Session, sequence_id: int) -> bool:
    """Whether there are enrollments that don't count, being too old."""
    query = sa.select(col(Enrollment.id)).where(col(Enrollment.sequence_id) == sequence_id)
    return session.execute(query.offset(LATEST).limit(1)).first() is not None


def taken(session: Session, sequence_id: int) -> Iterator[Taken]:
    """Every step that was taken."""
    some = latest(sequence_id)
    query = (
        sa.select(
            col(EnrollmentStep.id),
            some.c.provider_id,
            col(EnrollmentStep.done_at),
            col(EnrollmentStep.position),
            col(EnrollmentStep.kind),
            col(EnrollmentStep.template_slug),
            col(EnrollmentStep.template_version_id),
        )
        .join(some, some.c.id == col(EnrollmentStep.enrollment_id))
        .where(col(EnrollmentStep.state) == StepState.DONE, col(EnrollmentStep.done_at).is_not(None))
    )
    for step_id, provider_id, done_at, *group in session.execute(query):
        yield Taken(step_id, provider_id, done_at, Group(*group))


def events(session: Session, sequence_id: int) -> Iterator[Event]:
    """What came from those who are or were in it, since they were enrolled."""
    yield from _from_timeline(session, sequence_id)
    yield from _from_inbox(session, sequence_id)


def _from_timeline(session: Session, sequence_id: int) -> Iterator[Event]:
    some = latest(sequence_id)
    kinds = (ActivityKind.REPLY, ActivityKind.REFERRAL)
    outcomes = sorted(POSITIVE_OUTCOMES)
    query = (
        sa.select(col(Activity.provider_id), col(Activity.happened_at), col(Activity.kind), col(Activity.outcome))
        .join(some, some.c.provider_id == col(Activity.provider_id))
        .where(col(Activity.happened_at) >= some.c.enrolled_at, col(Activity.undone_at).is_(None))
        .where(sa.or_(col(Activity.kind).in_(kinds), col(Activity.outcome).in_(outcomes)))
    )
    for provider_id, at, kind, outcome in session.execute(query):
        is_reply = kind is ActivityKind.REPLY
        if is_reply:
            yield Event(provider_id, at, Answer.REPLIED, by_mail=True)
        if kind is ActivityKind.REFERRAL:
            yield Event(provider_id, at, Answer.REFERRED)
        if outcome in POSITIVE_OUTCOMES:
            yield Event(provider_id, at, Answer.POSITIVE, by_mail=is_reply)


def _from_inbox(session: Session, sequence_id: int) -> Iterator[Event]:
    """Replies with the mail they answer."""
    some = latest(sequence_id)
    query = (
        sa.select(
            col(InboundMessage.provider_id),
            col(InboundMessage.received_at),
            col(InboundMessage.verdict),
            col(Message.enrollment_step_id),
        )
        .join(some, some.c.provider_id == col(InboundMessage.provider_id))
        .join(Message, col(Message.id) == col(InboundMessage.answers_id), isouter=True)
        .where(col(InboundMessage.kind) == InboundKind.REPLY)
        .where(col(InboundMessage.received_at) >= some.c.enrolled_at)
    )
    for provider_id, at, verdict, step_id in session.execute(query):
        yield Event(provider_id, at, Answer.REPLIED, by_mail=True, step_id=step_id)
        if verdict == POSITIVE_VERDICT:
            yield Event(provider_id, at, Answer.POSITIVE, by_mail=True, step_id=step_id)


def stops(session: Session, sequence_id: int) -> dict[str, int]:
    """How many ended, by reason."""
    query = (
        sa.select(col(Enrollment.state_reason), sa.func.count())
        .where(
            col(Enrollment.sequence_id) == sequence_id,
            col(Enrollment.state).in_((EnrollmentState.STOPPED, EnrollmentState.FINISHED)),
        )
        .group_by(col(Enrollment.state_reason))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def versions(session: Session, ids: set[int]) -> dict[int, TemplateVersion]:
    """These wordings."""
    query = sa.select(TemplateVersion).where(col(TemplateVersion.id).in_(ids))
    return {each.id: each for each in session.scalars(query) if each.id is not None}
