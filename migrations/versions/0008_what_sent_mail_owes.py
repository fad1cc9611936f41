"""What is still to be written after a message was sent; finding messages by recipient, mailbox and kind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

OWED = sa.text("effects_due_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("message", sa.Column("effects_due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_message_effects", "message", ["effects_due_at", "id"], sqlite_where=OWED, postgresql_where=OWED
    )
    op.create_index("ix_message_account", "message", ["mail_account_id", "id"])
    op.create_index("ix_message_kind", "message", ["kind", "id"])
    op.create_index("ix_message_recipient", "message", ["id", "to_address", "to_name"])


def downgrade() -> None:
    op.drop_index("ix_message_recipient", "message")
    op.drop_index("ix_message_kind", "message")
    op.drop_index("ix_message_account", "message")
    op.drop_index("ix_message_effects", "message")
    op.drop_column("message", "effects_due_at")
