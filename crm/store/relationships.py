"""Queries about what has passed between us and a provider, for texts that refer to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.kinds import ActivityKind, Outcome
from crm.domain.pipeline import Stage
from crm.models.accounts import User
from crm.models.activities import Activity
from crm.models.practices import Contact

#: `activity.reason` of a note that holds the answer to a discovery question.
ANSWER = "discovery_answer"

_SPOKEN = (ActivityKind.CALL, ActivityKind.VISIT, ActivityKind.MEETING, ActivityKind.IN_SERVICE)
_TALKED = (Outcome.CONVERSATION, Outcome.WANTS_SAMPLE, Outcome.WILL_REFER, Outcome.NOT_INTERESTED)


class Past(NamedTuple):
    """What texts refer to: the last conversation and how many there were, the sample, the last answer."""

    conversations: int = 0
    last_conversation_at: datetime | None = None
    sample_at: datetime | None = None
    answer: str = ""
    question: str = ""


def past(session: Session, provider_id: int, *, at_desk: bool = False) -> Past:
    """What has passed between us and this provider; undone lines count for nothing.

    `at_desk` takes the last answer of the front desk, otherwise that of the provider: neither is quoted to the other.
    """
    counted, last = _conversations(session, provider_id)
    said = [line for line in answers(session, provider_id, 20) if bool(line.evidence.get("at_desk")) is at_desk]
    return Past(
        conversations=counted,
        last_conversation_at=last,
        sample_at=_sample_at(session, provider_id),
        answer=said[0].body if said else "",
        question=str(said[0].evidence.get("question", "")) if said else "",
    )


def answers(session: Session, provider_id: int, most: int) -> Sequence[Activity]:
    """The latest answers to discovery questions, newest first."""
    query = (
        select(Activity)
        .where(Activity.provider_id == provider_id, Activity.kind == ActivityKind.NOTE, Activity.reason == ANSWER)
        .where(col(Activity.undone_at).is_(None))
        .order_by(col(Activity.happened_at).desc(), col(Activity.id).desc())
        .limit(most)
    )
    return session.exec(query).all()


def _conversations(session: Session, provider_id: int) -> tuple[int, datetime | None]:
    query = (
        select(sa.func.count(), sa.func.max(col(Activity.happened_at)))
        .where(Activity.provider_id == provider_id, col(Activity.undone_at).is_(None))
        .where(col(Activity.kind).in_(_SPOKEN), col(Activity.outcome).in_(_TALKED))
    )
    counted, last = session.exec(query).one()
    return counted, last


def _sample_at(session: Session, provider_id: int) -> datetime | None:
    query = (
        select(Activity.happened_at)
        .where(Activity.provider_id == provider_id, col(Activity.undone_at).is_(None))
        .where(Activity.kind == ActivityKind.STAGE, Activity.stage_to == Stage.SAMPLE_SENT)
        .order_by(col(Activity.happened_at).desc())
        .limit(1)
    )
    return session.exec(query).first()


def contacts(session: Session, practice_id: int | None) -> Sequence[Contact]:
    """The other people at a practice, in the order they were added."""
    if practice_id is None:
        return []
    query = select(Contact).where(Contact.practice_id == practice_id, col(Contact.archived_at).is_(None))
    return session.exec(query.order_by(col(Contact.id))).all()


def first_user(session: Session) -> User | None:
    """The owner of a business with one user: the oldest account."""
    return session.exec(select(User).where(col(User.disabled_at).is_(None)).order_by(col(User.id))).first()
