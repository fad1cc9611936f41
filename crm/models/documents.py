"""Papers that were made, and how each one left."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.papers import DeliveryHow, DocumentKind
from crm.models.types import Row, choice, fk, instant, json_map, key, text


class Document(Row, table=True):
    """A paper as it was made: its file is known by its hash, its words by their template version.

    `facts` is what was filled in, so that the same paper can be explained later.
    """

    __tablename__ = "document"
    __table_args__ = (
        sa.Index("ix_document_provider", "provider_id", "id"),
        sa.Index("ix_document_client", "client_id", "id"),
    )

    id: int | None = key()
    kind: DocumentKind = choice(DocumentKind)
    title: str = Field(default="", max_length=200)
    provider_id: int | None = fk("provider.id", index=False)
    practice_id: int | None = fk("practice.id", index=False)
    client_id: int | None = fk("client.id", index=False)
    service_key: str = Field(default="", max_length=40)
    audience: str = Field(default="", max_length=40)
    template_version_id: int | None = fk("template_version.id", index=False)
    stored_file_id: int = fk("stored_file.id", null=False)
    file_name: str = ""
    pages: int = 1
    facts: dict[str, object] = json_map()
    sample: bool = False
    made_by: int | None = fk("user_account.id", index=False)
    made_at: datetime = instant(null=False)
    archived_at: datetime | None = instant()


class DocumentDelivery(Row, table=True):
    """How and when a paper left. A fax is `confirmed_at` when its receipt was seen."""

    __tablename__ = "document_delivery"

    id: int | None = key()
    document_id: int = fk("document.id", null=False, cascade=True)
    how: DeliveryHow = choice(DeliveryHow)
    to_name: str = ""
    to_address: str = ""
    delivered_on: date
    confirmed_at: datetime | None = instant()
    message_id: int | None = fk("message.id")
    activity_id: int | None = fk("activity.id", index=False)
    remarks: str = text()
    actor_id: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
