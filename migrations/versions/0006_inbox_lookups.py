"""Find out quickly whom a received message comes from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

HAS_EMAIL = sa.text("email != ''")


def upgrade() -> None:
    op.create_index("ix_practice_email", "practice", ["email"], sqlite_where=HAS_EMAIL, postgresql_where=HAS_EMAIL)
    op.create_index("ix_contact_email", "contact", ["email"], sqlite_where=HAS_EMAIL, postgresql_where=HAS_EMAIL)
    op.create_index("ix_inbound_message_from", "inbound_message", ["from_address", "id"])


def downgrade() -> None:
    op.drop_index("ix_inbound_message_from", "inbound_message")
    op.drop_index("ix_contact_email", "contact")
    op.drop_index("ix_practice_email", "practice")
