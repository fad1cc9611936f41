"""Queries about papers that were made, and about what all clients together reached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.measures import Motion, Side
from crm.domain.papers import DocumentKind
from crm.models.clients import Client
from crm.models.documents import Document, DocumentDelivery
from crm.models.measurements import Assessment, Measurement
from crm.models.messages import StoredFile


class Made(NamedTuple):
    """A paper that was made, its file's hash, and how it left."""

    document: Document
    sha256: str
    deliveries: list[DocumentDelivery]


class Taken(NamedTuple):
    """One value of one client."""

    client_id: int
    birth_year: int | None
    sex: str
    condition: str
    measure_key: str
    side: Side
    motion: Motion
    measured_on: date
    value: float
    tester: str
    device: str


def same(session: Session, kind: DocumentKind, stored_file_id: int, provider_id: int | None) -> Document | None:
    """The row of the same paper for the same provider, made before."""
    query = select(Document).where(
        Document.kind == kind,
        Document.stored_file_id == stored_file_id,
        Document.provider_id == provider_id,
        col(Document.archived_at).is_(None),
    )
    return session.exec(query.order_by(col(Document.id)).limit(1)).first()


def made_for(session: Session, provider_id: int | None, limit: int = 30) -> list[Made]:
    """The papers that were made for a provider (or for nobody in particular), the latest first."""
    query = (
        select(Document, StoredFile.sha256)
        .join(StoredFile, col(StoredFile.id) == Document.stored_file_id)
        .where(Document.provider_id == provider_id, col(Document.archived_at).is_(None))
        .order_by(col(Document.id).desc())
        .limit(limit)
    )
    found = [(document, sha256) for document, sha256 in session.exec(query)]
    left = _deliveries(session, [document.id for document, _ in found if document.id is not None])
    return [Made(document, sha256, left.get(document.id or 0, [])) for document, sha256 in found]


def _deliveries(session: Session, ids: Sequence[int]) -> dict[int, list[DocumentDelivery]]:
    found: dict[int, list[DocumentDelivery]] = {}
    query = select(DocumentDelivery).where(col(DocumentDelivery.document_id).in_(ids))
    for each in session.exec(query.order_by(col(DocumentDelivery.id))):
        found.setdefault(each.document_id, []).append(each)
    return found


def file_of(session: Session, document_id: int) -> tuple[Document, str] | None:
    """A paper and the hash of its file."""
    query = (
        select(Document, StoredFile.sha256)
        .join(StoredFile, col(StoredFile.id) == Document.stored_file_id)
        .where(Document.id == document_id)
    )
    found = session.exec(query).first()
    return (found[0], found[1]) if found else None


def client_codes(session: Session, limit: int = 2000) -> list[str]:
    """The codes of the real clients, which must not stand on papers for others."""
    return list(session.exec(select(Client.code).where(col(Client.sample).is_(False)).limit(limit)))


def taken(session: Session) -> list[Taken]:
    """Every value of every real client in use, client by client in order of time."""
    client, assessment, measurement = (_table(each) for each in (Client, Assessment, Measurement))
    columns = [
        *(client.c[name] for name in ("id", "birth_year", "sex", "condition")),
        *(measurement.c[name] for name in ("measure_key", "side", "motion")),
        assessment.c.measured_on,
        measurement.c.value,
        assessment.c.tester,
        measurement.c.device,
    ]
    query = (
        sa.select(*columns)
        .select_from(
            measurement.join(assessment, assessment.c.id == measurement.c.assessment_id).join(
                client, client.c.id == assessment.c.client_id
            )
        )
        .where(client.c.archived_at.is_(None), client.c.sample.is_(False))
        .where(assessment.c.archived_at.is_(None), assessment.c.sample.is_(False))
        .order_by(client.c.id, assessment.c.measured_on, assessment.c.id, measurement.c.id)
    )
    return [Taken(*row) for row in session.execute(query)]


def _table(model: type[Client] | type[Assessment] | type[Measurement]) -> sa.Table:
    table: sa.Table = model.__table__  # type: ignore[union-attr]  # SQLModel adds it to table classes
    return table
