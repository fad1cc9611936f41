"""Papers that were made for a provider, and how each one left."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.kinds import ActivityKind, Outcome
from crm.domain.papers import DeliveryHow, DocumentKind
from crm.models.activities import Activity
from crm.models.documents import Document, DocumentDelivery
from crm.models.messages import Message

HALF_A_DAY = timedelta(hours=12)


def by_ids(session: Session, ids: Sequence[int]) -> list[Document]:
    """These papers, in the order they were made."""
    return list(session.exec(select(Document).where(col(Document.id).in_(ids)).order_by(col(Document.id))))


def of_files(session: Session, file_ids: Sequence[int]) -> list[Document]:
    """The papers that are these files."""
    if not file_ids:
        return []
    return list(session.exec(select(Document).where(col(Document.stored_file_id).in_(file_ids))))


def with_message(session: Session, message_id: int) -> set[int]:
    """The papers that are known to have been delivered with this message."""
    asked = select(DocumentDelivery.document_id).where(DocumentDelivery.message_id == message_id)
    return set(session.exec(asked))


def of_provider(session: Session, provider_id: int, limit: int) -> list[tuple[Document, DocumentDelivery]]:
    """How papers reached this provider, the latest first."""
    asked = (
        select(Document, DocumentDelivery)
        .join(DocumentDelivery, col(DocumentDelivery.document_id) == Document.id)
        .where(Document.provider_id == provider_id)
        .order_by(col(DocumentDelivery.delivered_on).desc(), col(DocumentDelivery.id).desc())
        .limit(limit)
    )
    return [(document, delivery) for document, delivery in session.exec(asked)]


def noted(
    session: Session, provider_id: int, kind: DocumentKind, service_key: str, how: DeliveryHow, day: date
) -> bool:
    """Whether it is known that a paper of this kind left this way on this day."""
    asked = (
        sa.select(sa.literal(1))
        .select_from(Document)
        .join(DocumentDelivery, col(DocumentDelivery.document_id) == Document.id)
        .where(col(Document.provider_id) == provider_id, col(Document.kind) == kind)
        .where(col(Document.service_key) == service_key)
        .where(col(DocumentDelivery.how) == how, col(DocumentDelivery.delivered_on) == day)
    )
    return session.scalar(asked.limit(1)) is not None


def letter_near(session: Session, provider_id: int, summaries: Collection[str], at: datetime) -> Activity | None:
    """The letter that was logged in one of these words within half a day of then."""
    asked = (
        select(Activity)
        .where(Activity.provider_id == provider_id, col(Activity.undone_at).is_(None))
        .where(Activity.kind == ActivityKind.LETTER, col(Activity.summary).in_(summaries))
        .where(col(Activity.happened_at) >= at - HALF_A_DAY, col(Activity.happened_at) <= at + HALF_A_DAY)
    )
    return session.exec(asked.limit(1)).first()


def asked_for_sample_at(session: Session, provider_id: int) -> datetime | None:
    """When they last said that they want a sample, as the timeline has it."""
    asked = sa.select(sa.func.max(col(Activity.happened_at))).where(
        col(Activity.provider_id) == provider_id,
        col(Activity.outcome) == Outcome.WANTS_SAMPLE,
        col(Activity.undone_at).is_(None),
    )
    found: datetime | None = session.scalar(asked)
    return found


def in_person_near(session: Session, provider_id: int, at: datetime) -> Activity | None:
    """The latest visit or meeting within half a day of then."""
    asked = (
        select(Activity)
        .where(Activity.provider_id == provider_id, col(Activity.undone_at).is_(None))
        .where(col(Activity.kind).in_((ActivityKind.VISIT, ActivityKind.MEETING, ActivityKind.IN_SERVICE)))
        .where(col(Activity.happened_at) >= at - HALF_A_DAY, col(Activity.happened_at) <= at + HALF_A_DAY)
        .order_by(col(Activity.happened_at).desc())
        .limit(1)
    )
    return session.exec(asked).first()


def sample_messages(session: Session, provider_id: int) -> list[Message]:
    """Samples that were put into the outbox on request, the latest first."""
    asked = select(Message).where(
        Message.provider_id == provider_id,
        col(Message.dedupe_key).contains(f"sample:{provider_id}:"),
    )
    return list(session.exec(asked.order_by(col(Message.id).desc())))
