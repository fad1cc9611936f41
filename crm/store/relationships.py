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
    """What has passed between us and this provider; see `pasts`."""
    return pasts(session, [provider_id], at_desk=at_desk)[provider_id]


def pasts(session: Session, provider_ids: Sequence[int], *, at_desk: bool = False) -> dict[int, Past]:
    """What has passed between us and these providers, in three queries; undone lines count for nothing.

    `at_desk` takes the last answer of the front desk, otherwise that of the provider: neither is quoted to the other.
    """
    talks, samples = _conversations(session, provider_ids), _samples(session, provider_ids)
    said = _last_answers(session, provider_ids, at_desk=at_desk)
    return {one: _past(talks.get(one, (0, None)), samples.get(one), said.get(one)) for one in provider_ids}


def _past(talks: tuple[int, datetime | None], sample_at: datetime | None, said: Activity | None) -> Past:
    question = str(said.evidence.get("question", "")) if said else ""
    return Past(*talks, sample_at=sample_at, answer=said.body if said else "", question=question)


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


def _last_answers(session: Session, provider_ids: Sequence[int], *, at_desk: bool) -> dict[int, Activity]:
    query = (
        select(Activity)
        .where(col(Activity.provider_id).in_(provider_ids))
        .where(Activity.kind == ActivityKind.NOTE, Activity.reason == ANSWER, col(Activity.undone_at).is_(None))
        .order_by(col(Activity.happened_at), col(Activity.id))
    )
    found = session.exec(query).all()
    return {line.provider_id: line for line in found if bool(line.evidence.get("at_desk")) is at_desk}


def _conversations(session: Session, provider_ids: Sequence[int]) -> dict[int, tuple[int, datetime | None]]:
    query = (
        select(Activity.provider_id, sa.func.count(), sa.func.max(col(Activity.happened_at)))
        .where(col(Activity.provider_id).in_(provider_ids), col(Activity.undone_at).is_(None))
        .where(col(Activity.kind).in_(_SPOKEN), col(Activity.outcome).in_(_TALKED))
        .group_by(col(Activity.provider_id))
    )
    return {provider_id: (count, last) for provider_id, count, last in session.exec(query)}


def _samples(session: Session, provider_ids: Sequence[int]) -> dict[int, datetime]:
    query = (
        select(Activity.provider_id, sa.func.max(col(Activity.happened_at)))
        .where(col(Activity.provider_id).in_(provider_ids), col(Activity.undone_at).is_(None))
        .where(Activity.kind == ActivityKind.STAGE, Activity.stage_to == Stage.SAMPLE_SENT)
        .group_by(col(Activity.provider_id))
    )
    return {provider_id: at for provider_id, at in session.exec(query)}  # noqa: C416  (rows, not pairs)


def contacts(session: Session, practice_id: int | None) -> Sequence[Contact]:
    """The other people at a practice, in the order they were added."""
    return contacts_at(session, [practice_id])[practice_id] if practice_id is not None else []


def contacts_at(session: Session, practice_ids: Sequence[int]) -> dict[int, list[Contact]]:
    """The other people at these practices, in the order they were added."""
    found: dict[int, list[Contact]] = {one: [] for one in practice_ids}
    query = select(Contact).where(col(Contact.practice_id).in_(practice_ids), col(Contact.archived_at).is_(None))
    for contact in session.exec(query.order_by(col(Contact.id))):
        found[contact.practice_id].append(contact)
    return found


def first_user(session: Session) -> User | None:
    """The owner of a business with one user: the oldest account."""
    return session.exec(select(User).where(col(User.disabled_at).is_(None)).order_by(col(User.id))).first()
