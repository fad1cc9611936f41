"""A default among several mailboxes; one renewal of a mailbox's tokens at a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("business", sa.Column("mail_account_id", sa.Integer(), nullable=True))
    op.add_column("mail_grant", sa.Column("renewing_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("mail_grant", "renewing_until")
    op.drop_column("business", "mail_account_id")
