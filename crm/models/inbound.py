"""Mail that came in: what was read, what it is, what it belongs to and what became of it."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.kinds import BounceCause, InboundKind
from crm.domain.mail_kinds import InboundState
from crm.models.types import EnumText, Row, choice, fk, instant, json_list, key, text

OPEN = sa.text("state = 'open'")


class MailReading(Row, table=True):
    """How and when a mailbox is read. One row per mailbox; a lease keeps two workers from reading it at once."""

    __tablename__ = "mail_reading"
    __table_args__ = (sa.Index("ix_mail_reading_due", "due_at"),)

    mail_account_id: int = Field(primary_key=True, foreign_key="mail_account.id", ondelete="CASCADE")
    enabled: bool = True
    folders: list[str] = json_list()
    sent_folder: str = ""
    look_back_days: int = 30
    due_at: datetime | None = instant()
    lease_owner: str = ""
    lease_until: datetime | None = instant()
    read_at: datetime | None = instant()
    failures: int = 0
    error: str = text()
    idle: bool = True


class MailFolder(Row, table=True):
    """How far a folder has been read. A new UIDVALIDITY begins again, and Message-IDs keep it from doubling."""

    __tablename__ = "mail_folder"
    __table_args__ = (sa.UniqueConstraint("mail_account_id", "name"),)

    id: int | None = key()
    mail_account_id: int = fk("mail_account.id", null=False, index=False, cascade=True)
    name: str = Field(max_length=255)
    uid_validity: int = Field(default=0, sa_type=sa.BigInteger)
    last_uid: int = Field(default=0, sa_type=sa.BigInteger)
    read_at: datetime | None = instant()
    error: str = text()


class InboundMessage(Row, table=True):
    """One message that was read, with its verdict. `content_key` is its Message-ID, or a hash where it has none."""

    __tablename__ = "inbound_message"
    __table_args__ = (
        sa.UniqueConstraint("mail_account_id", "content_key"),
        sa.Index("ix_inbound_message_open", "kind", "received_at", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        sa.Index("ix_inbound_message_received", "received_at", "id"),
        sa.Index("ix_inbound_message_provider", "provider_id", "received_at"),
        sa.Index("ix_inbound_message_answers", "answers_id"),
        sa.Index("ix_inbound_message_uid", "mail_account_id", "folder", "uid_validity", "uid"),
        sa.Index("ix_inbound_message_header", "message_id"),
        sa.Index("ix_inbound_message_from", "from_address", "id"),
    )

    id: int | None = key()
    mail_account_id: int = fk("mail_account.id", null=False, index=False)
    folder: str = Field(default="", max_length=255)
    uid_validity: int = Field(default=0, sa_type=sa.BigInteger)
    uid: int = Field(default=0, sa_type=sa.BigInteger)
    content_key: str = Field(max_length=255)
    stored_file_id: int | None = fk("stored_file.id", index=False)
    size: int = 0
    kind: InboundKind = choice(InboundKind, InboundKind.OTHER)
    cause: BounceCause | None = Field(default=None, sa_type=EnumText(BounceCause))
    recipients: list[str] = json_list()
    original_message_id: str = Field(default="", max_length=255)
    return_on: date | None = None
    wants_out: bool = False
    reply_text: str = text()
    evidence: str = text()
    error: str = text()
    message_id: str = Field(default="", max_length=255)
    in_reply_to: str = Field(default="", max_length=255)
    references: str = text()
    from_address: str = Field(default="", max_length=254)
    from_name: str = ""
    to_address: str = Field(default="", max_length=254)
    subject: str = text()
    received_at: datetime = instant(null=False)
    provider_id: int | None = fk("provider.id", index=False)
    contact_id: int | None = fk("contact.id", index=False)
    answers_id: int | None = fk("message.id", index=False)
    linked_by: str = Field(default="", max_length=24)
    effect: str = text()
    activity_id: int | None = Field(default=None)
    state: InboundState = choice(InboundState, InboundState.DONE)
    verdict: str = Field(default="", max_length=24)
    settled_at: datetime | None = instant()
    settled_by: int | None = fk("user_account.id", index=False)
    sample: bool = False
    created_at: datetime = instant(null=False)
