"""A step of a sequence can name a paper that is made for each provider and goes with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

TABLES = ("sequence_step", "enrollment_step")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("document_kind", sa.String(length=40), nullable=False, server_default=""))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "document_kind")
