"""What a week of visits needs: guests, what phones sent, days on the road, when offices take visitors, calendars."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "busy_calendar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("etag", sa.String(length=200), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.String(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_busy_calendar_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_calendar")),
    )
    with op.batch_alter_table("busy_calendar") as batch_op:
        batch_op.create_index(
            "ix_busy_calendar_due",
            ["next_at"],
            unique=False,
            sqlite_where=sa.text("archived_at IS NULL AND next_at IS NOT NULL"),
            postgresql_where=sa.text("archived_at IS NULL AND next_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_busy_calendar_user_id"), ["user_id"], unique=False)

    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched_by", sa.String(length=200), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_calendar_feed_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    with op.batch_alter_table("calendar_feed") as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feed_user_id"), ["user_id"], unique=False)

    op.create_table(
        "day_route",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_from", sa.String(length=20), nullable=False),
        sa.Column("ends_at", sa.String(length=20), nullable=False),
        sa.Column("leaves_at", sa.Integer(), nullable=False),
        sa.Column("ordered_by_hand", sa.Boolean(), nullable=False),
        sa.Column("driven_miles", sa.Float(), nullable=True),
        sa.Column("remarks", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_day_route_owner_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_route")),
        sa.UniqueConstraint("owner_id", "day", name=op.f("uq_day_route_owner_id_day")),
    )
    op.create_table(
        "busy_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("all_day", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"],
            ["busy_calendar.id"],
            name=op.f("fk_busy_time_calendar_id_busy_calendar"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_busy_time_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_time")),
    )
    with op.batch_alter_table("busy_time") as batch_op:
        batch_op.create_index(batch_op.f("ix_busy_time_calendar_id"), ["calendar_id"], unique=False)
        batch_op.create_index("ix_busy_time_user", ["user_id", "ends_at", "starts_at"], unique=False)

    op.create_table(
        "visit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_key", sa.String(length=64), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=True),
        sa.Column("change_set_id", sa.Integer(), nullable=True),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_visit_entry_user_id_user_account")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_entry_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_entry")),
    )
    with op.batch_alter_table("visit_entry") as batch_op:
        batch_op.create_index("ix_visit_entry_visit", ["visit_id"], unique=False)
        batch_op.create_index("uq_visit_entry_client_key", ["client_key"], unique=True)

    op.create_table(
        "visit_guest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("came", sa.Boolean(), nullable=True),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.CheckConstraint("provider_id IS NOT NULL OR contact_id IS NOT NULL", name=op.f("ck_visit_guest_somebody")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_visit_guest_contact_id_contact")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_visit_guest_provider_id_provider")),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_visit_guest_visit_id_visit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_guest")),
    )
    with op.batch_alter_table("visit_guest") as batch_op:
        batch_op.create_index("ix_visit_guest_contact", ["contact_id"], unique=False)
        batch_op.create_index("ix_visit_guest_provider", ["provider_id"], unique=False)
        batch_op.create_index("ix_visit_guest_visit", ["visit_id"], unique=False)

    with op.batch_alter_table("business") as batch_op:
        batch_op.add_column(sa.Column("visit_minutes", sa.Integer(), server_default="20", nullable=False))
        batch_op.add_column(sa.Column("mileage_mills", sa.Integer(), nullable=True))

    with op.batch_alter_table("practice") as batch_op:
        batch_op.add_column(sa.Column("visit_days", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("visit_from", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("visit_until", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("visitors", sa.String(24), server_default="unknown", nullable=False))

        batch_op.create_index("ix_practice_place", ["lat", "lon"], unique=False)

    with op.batch_alter_table("user_account") as batch_op:
        batch_op.add_column(sa.Column("home_zip", sa.String(length=10), server_default="", nullable=False))

    with op.batch_alter_table("visit") as batch_op:
        batch_op.add_column(sa.Column("task_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("kind", sa.String(24), server_default="visit", nullable=False))
        batch_op.add_column(sa.Column("minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("position", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("others", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("met", sa.String(24), nullable=True))
        batch_op.add_column(sa.Column("met_contact_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("wants_sample", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("interest", sa.String(24), nullable=True))
        batch_op.add_column(sa.Column("said", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("next_kind", sa.String(24), nullable=True))
        batch_op.add_column(sa.Column("next_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("activity_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("field_times", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("visit") as batch_op:
        batch_op.drop_column("updated_at")
        batch_op.drop_column("revision")
        batch_op.drop_column("field_times")
        batch_op.drop_column("activity_id")
        batch_op.drop_column("next_on")
        batch_op.drop_column("next_kind")
        batch_op.drop_column("said")
        batch_op.drop_column("interest")
        batch_op.drop_column("wants_sample")
        batch_op.drop_column("met_contact_id")
        batch_op.drop_column("met")
        batch_op.drop_column("others")
        batch_op.drop_column("position")
        batch_op.drop_column("minutes")
        batch_op.drop_column("kind")
        batch_op.drop_column("task_id")

    with op.batch_alter_table("user_account") as batch_op:
        batch_op.drop_column("home_zip")

    with op.batch_alter_table("practice") as batch_op:
        batch_op.drop_index("ix_practice_place")
        batch_op.drop_column("visitors")
        batch_op.drop_column("visit_until")
        batch_op.drop_column("visit_from")
        batch_op.drop_column("visit_days")

    with op.batch_alter_table("business") as batch_op:
        batch_op.drop_column("mileage_mills")
        batch_op.drop_column("visit_minutes")

    op.drop_table("visit_guest")
    op.drop_table("visit_entry")
    op.drop_table("busy_time")
    op.drop_table("day_route")
    op.drop_table("calendar_feed")
    op.drop_table("busy_calendar")
