"""Results of long periods are counted from indexes alone: wider ones of referrals, narrow ones of visits, replies and sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

REPLIES = sa.text("kind = 'reply' AND undone_at IS NULL")
VISITS = sa.text("kind = 'visit' AND undone_at IS NULL")
ATTENDED = sa.text("state = 'attended' AND archived_at IS NULL")
DAYS = ("happened_on", "id", "state", "charge_cents", "sample", "archived_at")
#: Index of referrals: columns before, and those that come after them now.
WIDER = {
    "ix_referral_provider": (
        ("provider_id", "received_on", "id", "archived_at", "sample"),
        ("started_on", "status", "expected_cents", "booked_cents", "sequence_id"),
    ),
    "ix_referral_received": (
        ("received_on", "id", "started_on", "archived_at", "sample"),
        (
            "contacted_on",
            "scheduled_on",
            "ended_on",
            "continuing_on",
            "status",
            "expected_cents",
            "booked_cents",
            "visits",
            "lost_reason",
        ),
    ),
}
#: New partial indexes.
NARROW = {
    "ix_activity_replies": ("activity", ("provider_id", "kind", "happened_at", "undone_at"), REPLIES),
    "ix_activity_visits": ("activity", ("kind", "group_key", "happened_at", "sample", "undone_at"), VISITS),
    "ix_client_session_attended": (
        "client_session",
        ("happened_on", "sample", "charge_cents", "state", "archived_at"),
        ATTENDED,
    ),
}


def upgrade() -> None:
    for name, (before, more) in WIDER.items():
        op.drop_index(name, "referral")
        op.create_index(name, "referral", [*before, *more], unique=False)
    for name, (table, columns, where) in NARROW.items():
        op.create_index(name, table, list(columns), unique=False, sqlite_where=where, postgresql_where=where)
    op.drop_index("ix_client_session_day", "client_session")


def downgrade() -> None:
    op.create_index("ix_client_session_day", "client_session", list(DAYS), unique=False)
    for name, (table, _columns, _where) in NARROW.items():
        op.drop_index(name, table)
    for name, (before, _more) in WIDER.items():
        op.drop_index(name, "referral")
        op.create_index(name, "referral", list(before), unique=False)
