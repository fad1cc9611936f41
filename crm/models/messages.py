"""The outbox: one row per message, with all that is needed to say later what was sent."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.kinds import MessageKind, MessageState
from crm.models.types import Row, choice, fk, instant, json_map, key, text

WAITING = sa.text("state IN ('queued', 'deferred')")
LEASED = sa.text("state IN ('claimed', 'in_data')")
OWED = sa.text("effects_due_at IS NOT NULL")


class Message(Row, table=True):
    """An outbox message. Message-ID and unsubscribe token are fixed when the row is made.

    `effects_due_at` is set while something that follows from a sent message is still to be written.
    """

    __tablename__ = "message"
    __table_args__ = (
        sa.Index("uq_message_dedupe_key", "dedupe_key", unique=True),
        sa.Index("uq_message_message_id", "message_id", unique=True),
        sa.Index("uq_message_unsubscribe_token", "unsubscribe_token", unique=True),
        sa.Index("ix_message_due", "mail_account_id", "due_at", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        sa.Index("ix_message_lease", "lease_until", sqlite_where=LEASED, postgresql_where=LEASED),
        sa.Index("ix_message_state", "state", "id"),
        sa.Index("ix_message_to_sent", "to_address", "sent_at"),
        sa.Index("ix_message_account_sent", "mail_account_id", "sent_at"),
        sa.Index("ix_message_effects", "effects_due_at", "id", sqlite_where=OWED, postgresql_where=OWED),
        sa.Index("ix_message_account", "mail_account_id", "id"),
        sa.Index("ix_message_kind", "kind", "id"),
        sa.Index("ix_message_recipient", "id", "to_address", "to_name"),
    )

    id: int | None = key()
    kind: MessageKind = choice(MessageKind, MessageKind.OUTREACH)
    provider_id: int | None = fk("provider.id")
    user_id: int | None = fk("user_account.id", index=False)
    mail_account_id: int = fk("mail_account.id", null=False, index=False)
    task_id: int | None = Field(default=None)
    enrollment_step_id: int | None = Field(default=None, index=True)
    dedupe_key: str = Field(max_length=120)
    message_id: str = Field(max_length=255)
    in_reply_to: str = ""
    references: str = text()
    unsubscribe_token: str = Field(max_length=64)
    unsubscribe_url: str = text()
    from_address: str = Field(max_length=254)
    from_name: str = ""
    reply_to: str = ""
    to_address: str = Field(max_length=254)
    to_name: str = ""
    subject: str = text()
    text_body: str = text()
    html_body: str = text()
    template_version_id: int | None = fk("template_version.id", index=False)
    merge_values: dict[str, object] = json_map()
    override_reason: str = ""
    override_by: int | None = Field(default=None)
    state: MessageState = choice(MessageState, MessageState.QUEUED)
    state_reason: str = ""
    due_at: datetime = instant(null=False)
    waits_until: datetime | None = instant()
    lease_owner: str = ""
    lease_until: datetime | None = instant()
    attempts: int = 0
    via: str = ""
    server_reply: str = text()
    sample: bool = False
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
    claimed_at: datetime | None = instant()
    sent_at: datetime | None = instant()
    settled_at: datetime | None = instant()
    effects_due_at: datetime | None = instant()


class MessageAttempt(Row, table=True):
    """One try to deliver a message, and what the server said."""

    __tablename__ = "message_attempt"

    id: int | None = key()
    message_id: int = fk("message.id", null=False, cascade=True)
    started_at: datetime = instant(null=False)
    ended_at: datetime | None = instant()
    lease_owner: str = ""
    phase: str = ""
    code: int | None = None
    reply: str = text()
    result: str = ""


class StoredFile(Row, table=True):
    """A file in the data folder, known by its hash."""

    __tablename__ = "stored_file"

    id: int | None = key()
    sha256: str = Field(unique=True, max_length=64)
    name: str = ""
    mime: str = ""
    size: int = 0
    created_at: datetime = instant(null=False)


class MessageAttachment(Row, table=True):
    """A stored file that goes with a message."""

    __tablename__ = "message_attachment"

    message_id: int = Field(primary_key=True, foreign_key="message.id", ondelete="CASCADE")
    stored_file_id: int = Field(primary_key=True, foreign_key="stored_file.id")
    name: str = ""
