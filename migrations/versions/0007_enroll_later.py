"""Find those kept for a sequence quickly."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

KEPT = sa.text("enroll_later_at IS NOT NULL AND archived_at IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_provider_enroll_later", "provider", ["enroll_later_at", "id"], sqlite_where=KEPT, postgresql_where=KEPT
    )


def downgrade() -> None:
    op.drop_index("ix_provider_enroll_later", "provider")
