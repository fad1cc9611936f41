"""A client's file, reports that are owed, agreements, gifts, and what led to each referral in columns of its own."""

from __future__ import annotations

from datetime import UTC, date
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

REFERRAL = ("id", "client_id", "provider_id", "received_on", "sample", "created_at", "archived_at")
MINE = ("client_id", "provider_id", "role", "gets_reports", "since_on", "sample", "created_at")
LED = (
    "first_touch_at",
    "first_touch_kind",
    "last_touch_kind",
    "touches",
    "conversations",
    "visits",
    "days_to_it",
    "sequence_id",
    "template_version_id",
    "credited_id",
)
MOVES = sa.text("kind = 'stage' AND undone_at IS NULL")
#: Indexes that get columns at their end, so that results are counted from them alone: table, columns before, more.
WIDER = {
    "ix_activity_provider_at": ("activity", ("provider_id", "happened_at", "id"), ("kind", "undone_at", "stage_from")),
    "ix_activity_kind_at": (
        "activity",
        ("kind", "happened_at"),
        ("provider_id", "undone_at", "stage_from", "sample", "group_key"),
    ),
    "ix_activity_moves": (
        "activity",
        ("provider_id", "stage_from"),
        ("stage_to", "happened_at", "undone_at", "kind"),
    ),
    "ix_referral_provider": ("referral", ("provider_id", "received_on"), ("id", "archived_at", "sample")),
    "ix_referral_received": ("referral", ("received_on", "id"), ("started_on", "archived_at", "sample")),
}
#: New indexes for results.
COUNTING = {
    "ix_client_session_day": (
        "client_session",
        ("happened_on", "id", "state", "charge_cents", "sample", "archived_at"),
    ),
    "ix_due_report_due": ("due_report", ("due_on", "id", "state", "delivered_on", "sample", "archived_at")),
    "ix_enrollment_enrolled": (
        "enrollment",
        ("enrolled_at", "id", "sequence_id", "provider_id", "state_reason", "sample"),
    ),
}
SPOKEN = ("conversation", "wants_sample", "will_refer", "not_interested")


def upgrade() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("service_key", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("value_cents", sa.Integer(), nullable=True),
        sa.Column("per", sa.String(24), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("renews_on", sa.Date(), nullable=True),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_reason", sa.String(), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("client_key", sa.String(length=64), nullable=True),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_agreement_contact_id_contact")),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_agreement_created_by_user_account")),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"], name=op.f("fk_agreement_owner_id_user_account")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_agreement_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
    )
    op.create_index(op.f("ix_agreement_provider_id"), "agreement", ["provider_id"], unique=False)
    op.create_index("ix_agreement_state", "agreement", ["state", "renews_on", "id"], unique=False)
    op.create_index("uq_agreement_client_key", "agreement", ["client_key"], unique=True)

    op.create_table(
        "client_authorization",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=True),
        sa.Column("to_name", sa.String(length=200), nullable=False),
        sa.Column("covers", sa.JSON(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("stored_file_id", sa.Integer(), nullable=True),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_client_authorization_client_id_client")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_client_authorization_created_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["provider.id"], name=op.f("fk_client_authorization_provider_id_provider")
        ),
        sa.ForeignKeyConstraint(
            ["stored_file_id"], ["stored_file.id"], name=op.f("fk_client_authorization_stored_file_id_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_authorization")),
    )
    op.create_index("ix_client_authorization_client", "client_authorization", ["client_id", "id"], unique=False)
    op.create_index(op.f("ix_client_authorization_provider_id"), "client_authorization", ["provider_id"], unique=False)

    op.create_table(
        "client_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_whom", sa.String(length=200), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_client_event_client_id_client")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_client_event_created_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_event")),
    )
    op.create_index("ix_client_event_client", "client_event", ["client_id", "happened_on", "id"], unique=False)

    op.create_table(
        "client_provider",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("gets_reports", sa.Boolean(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_client_provider_client_id_client")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_client_provider_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_provider")),
        sa.UniqueConstraint(
            "client_id", "provider_id", "role", name=op.f("uq_client_provider_client_id_provider_id_role")
        ),
    )
    op.create_index(op.f("ix_client_provider_provider_id"), "client_provider", ["provider_id"], unique=False)

    op.create_table(
        "sent_client",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("came_of_it", sa.Text(), nullable=False),
        sa.Column("client_key", sa.String(length=64), nullable=True),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_sent_client_client_id_client")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_sent_client_created_by_user_account")
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_sent_client_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_client")),
    )
    op.create_index("ix_sent_client_client", "sent_client", ["client_id"], unique=False)
    op.create_index("ix_sent_client_provider", "sent_client", ["provider_id", "sent_on"], unique=False)
    op.create_index("uq_sent_client_client_key", "sent_client", ["client_key"], unique=True)

    op.create_table(
        "agreement_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("state_from", sa.String(24), nullable=True),
        sa.Column("state_to", sa.String(24), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("value_cents", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_agreement_step_actor_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name=op.f("fk_agreement_step_agreement_id_agreement"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_step")),
    )
    op.create_index(op.f("ix_agreement_step_agreement_id"), "agreement_step", ["agreement_id"], unique=False)

    op.create_table(
        "client_clearance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.String(24), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("systolic_max", sa.Integer(), nullable=True),
        sa.Column("diastolic_max", sa.Integer(), nullable=True),
        sa.Column("heart_rate_max", sa.Integer(), nullable=True),
        sa.Column("weight_bearing", sa.String(length=200), nullable=False),
        sa.Column("precautions", sa.Text(), nullable=False),
        sa.Column("stored_file_id", sa.Integer(), nullable=True),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_client_clearance_client_id_client")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_client_clearance_created_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_client_clearance_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["provider.id"], name=op.f("fk_client_clearance_provider_id_provider")
        ),
        sa.ForeignKeyConstraint(
            ["stored_file_id"], ["stored_file.id"], name=op.f("fk_client_clearance_stored_file_id_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_clearance")),
    )
    op.create_index(
        "ix_client_clearance_asked",
        "client_clearance",
        ["asked_on", "id"],
        unique=False,
        sqlite_where=sa.text("returned_on IS NULL AND archived_at IS NULL"),
        postgresql_where=sa.text("returned_on IS NULL AND archived_at IS NULL"),
    )
    op.create_index("ix_client_clearance_client", "client_clearance", ["client_id", "id"], unique=False)
    op.create_index(op.f("ix_client_clearance_provider_id"), "client_clearance", ["provider_id"], unique=False)

    op.create_table(
        "client_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("work", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("charge_cents", sa.Integer(), nullable=True),
        sa.Column("client_key", sa.String(length=64), nullable=True),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_client_session_client_id_client")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_client_session_created_by_user_account")
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_client_session_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_session")),
    )
    op.create_index("ix_client_session_client", "client_session", ["client_id", "happened_on", "id"], unique=False)
    op.create_index("ix_client_session_referral", "client_session", ["referral_id"], unique=False)
    op.create_index("uq_client_session_client_key", "client_session", ["client_key"], unique=True)

    op.create_table(
        "due_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("skipped_reason", sa.String(), nullable=False),
        sa.Column("bottom_line", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("ask", sa.Text(), nullable=False),
        sa.Column("tolerance", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_due_report_client_id_client")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_due_report_document_id_document")),
        sa.ForeignKeyConstraint(["event_id"], ["client_event.id"], name=op.f("fk_due_report_event_id_client_event")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_due_report_provider_id_provider")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_due_report_referral_id_referral")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_due_report_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_report")),
        sa.UniqueConstraint(
            "client_id",
            "provider_id",
            "kind",
            "occasion",
            name=op.f("uq_due_report_client_id_provider_id_kind_occasion"),
        ),
    )
    op.create_index("ix_due_report_delivered", "due_report", ["delivered_on"], unique=False)
    op.create_index(
        "ix_due_report_owed",
        "due_report",
        ["due_on", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'open' AND archived_at IS NULL"),
        postgresql_where=sa.text("state = 'open' AND archived_at IS NULL"),
    )
    op.create_index("ix_due_report_provider", "due_report", ["provider_id", "due_on"], unique=False)
    op.create_index(op.f("ix_due_report_referral_id"), "due_report", ["referral_id"], unique=False)

    op.create_table(
        "gift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("occasion", sa.String(length=200), nullable=False),
        sa.Column("value_cents", sa.Integer(), nullable=False),
        sa.Column("others", sa.Integer(), nullable=False),
        sa.Column("practice_id", sa.Integer(), nullable=True),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("activity_id", sa.Integer(), nullable=True),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("client_key", sa.String(length=64), nullable=True),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_gift_activity_id_activity")),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_gift_created_by_user_account")),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_gift_practice_id_practice")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_gift_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift")),
    )
    op.create_index("ix_gift_day", "gift", ["given_on", "id"], unique=False)
    op.create_index("uq_gift_client_key", "gift", ["client_key"], unique=True)

    op.create_table(
        "gift_recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gift_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("share_cents", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "provider_id IS NOT NULL OR contact_id IS NOT NULL", name=op.f("ck_gift_recipient_somebody")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_gift_recipient_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["gift_id"], ["gift.id"], name=op.f("fk_gift_recipient_gift_id_gift"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_gift_recipient_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_recipient")),
    )
    op.create_index("ix_gift_recipient_contact", "gift_recipient", ["contact_id"], unique=False)
    op.create_index(op.f("ix_gift_recipient_gift_id"), "gift_recipient", ["gift_id"], unique=False)
    op.create_index("ix_gift_recipient_provider", "gift_recipient", ["provider_id"], unique=False)

    op.add_column("business", sa.Column("gift_limit_cents", sa.Integer(), server_default="2500", nullable=False))
    op.add_column("business", sa.Column("gift_year_limit_cents", sa.Integer(), server_default="7500", nullable=False))
    op.add_column("business", sa.Column("gift_apart_days", sa.Integer(), server_default="14", nullable=False))

    op.add_column("client", sa.Column("origin", sa.String(24), server_default="referred", nullable=False))
    op.add_column("client", sa.Column("service_key", sa.String(length=40), server_default="", nullable=False))
    op.add_column("client", sa.Column("started_on", sa.Date(), nullable=True))
    op.add_column("client", sa.Column("ended_on", sa.Date(), nullable=True))
    op.add_column("client", sa.Column("sees_provider_on", sa.Date(), nullable=True))
    op.add_column("client", sa.Column("report_days", sa.Integer(), server_default="30", nullable=False))

    op.add_column("referral", sa.Column("continuing_on", sa.Date(), nullable=True))
    op.add_column("referral", sa.Column("lost_from", sa.String(24), nullable=True))
    op.add_column("referral", sa.Column("booked_cents", sa.Integer(), nullable=True))
    op.add_column("referral", sa.Column("booked_by_hand", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("referral", sa.Column("first_touch_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("referral", sa.Column("first_touch_kind", sa.String(length=24), server_default="", nullable=False))
    op.add_column("referral", sa.Column("last_touch_kind", sa.String(length=24), server_default="", nullable=False))
    op.add_column("referral", sa.Column("touches", sa.Integer(), server_default="0", nullable=False))
    op.add_column("referral", sa.Column("conversations", sa.Integer(), server_default="0", nullable=False))
    op.add_column("referral", sa.Column("visits", sa.Integer(), server_default="0", nullable=False))
    op.add_column("referral", sa.Column("days_to_it", sa.Integer(), nullable=True))
    op.add_column("referral", sa.Column("sequence_id", sa.Integer(), nullable=True))
    op.add_column("referral", sa.Column("template_version_id", sa.Integer(), nullable=True))
    op.add_column("referral", sa.Column("credited_id", sa.Integer(), nullable=True))
    op.add_column("referral", sa.Column("attributed_by_hand", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("referral", sa.Column("inbound_message_id", sa.Integer(), nullable=True))
    op.add_column("referral", sa.Column("origin_activity_id", sa.Integer(), nullable=True))
    op.add_column("referral", sa.Column("import_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_referral_import_id"), "referral", ["import_id"], unique=False)

    op.add_column("task", sa.Column("client_id", sa.Integer(), nullable=True))
    op.add_column("task", sa.Column("due_report_id", sa.Integer(), nullable=True))
    op.add_column("task", sa.Column("clearance_id", sa.Integer(), nullable=True))
    op.add_column("task", sa.Column("agreement_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_task_client_id"), "task", ["client_id"], unique=False)
    for name, (table, before, more) in WIDER.items():
        _reindex(name, table, (*before, *more))
    for name, (table, columns) in COUNTING.items():
        op.create_index(name, table, list(columns), unique=False)
    fill()


def _reindex(name: str, table: str, columns: tuple[str, ...]) -> None:
    only = {"sqlite_where": MOVES, "postgresql_where": MOVES} if name == "ix_activity_moves" else {}
    op.drop_index(name, table)
    op.create_index(name, table, list(columns), unique=False, **only)


def fill() -> None:
    """What is known of the referrals so far goes into the new columns."""
    connection = op.get_bind()
    zone = connection.execute(sa.text("SELECT zone FROM business WHERE id = 1")).scalar() or "America/Chicago"
    _providers_of_clients(connection)
    _first_days(connection)
    _what_led_there(connection, ZoneInfo(zone))


def _providers_of_clients(connection: sa.Connection) -> None:
    """Whoever referred a client is one of its providers."""
    referral, mine = sa.table("referral", *map(sa.column, REFERRAL)), sa.table("client_provider", *map(sa.column, MINE))
    found = sa.select(
        referral.c.client_id,
        referral.c.provider_id,
        sa.literal("referring"),
        sa.true(),
        sa.func.min(referral.c.received_on),
        sa.func.bool_or(referral.c.sample)
        if connection.dialect.name == "postgresql"
        else sa.func.max(referral.c.sample),
        sa.func.min(referral.c.created_at),
    ).where(referral.c.archived_at.is_(None))
    connection.execute(sa.insert(mine).from_select(MINE, found.group_by(referral.c.client_id, referral.c.provider_id)))


def _first_days(connection: sa.Connection) -> None:
    """A client started with the first referral that did, for its service; one without a referral came alone."""
    for statement in (
        """UPDATE client SET started_on = (SELECT min(started_on) FROM referral WHERE client_id = client.id
           AND archived_at IS NULL)""",
        """UPDATE client SET service_key = coalesce((SELECT service_key FROM referral WHERE client_id = client.id
           AND archived_at IS NULL ORDER BY received_on DESC, id DESC LIMIT 1), '')""",
        """UPDATE client SET ended_on = (SELECT max(ended_on) FROM referral WHERE client_id = client.id
           AND archived_at IS NULL AND status = 'completed') WHERE NOT EXISTS (SELECT 1 FROM referral
           WHERE client_id = client.id AND archived_at IS NULL AND status <> 'completed' AND status <> 'lost')""",
        """UPDATE client SET origin = 'self' WHERE NOT EXISTS (SELECT 1 FROM referral WHERE client_id = client.id)""",
        """UPDATE referral SET lost_from = (SELECT status_from FROM referral_step WHERE referral_id = referral.id
           AND status_to = 'lost' AND undone_at IS NULL ORDER BY id DESC LIMIT 1) WHERE status = 'lost'""",
        """UPDATE referral SET continuing_on = (SELECT max(happened_on) FROM referral_step
           WHERE referral_id = referral.id AND status_to = 'continuing' AND undone_at IS NULL)
           WHERE status = 'continuing'""",
    ):
        connection.execute(sa.text(statement))


def _what_led_there(connection: sa.Connection, zone: ZoneInfo) -> None:
    """The touches before each referral, summed up as they are from now on when one is logged."""
    touch = sa.table(
        "referral_touch",
        sa.column("referral_id"),
        sa.column("position"),
        sa.column("kind"),
        sa.column("happened_at", sa.DateTime(timezone=True)),
        sa.column("template_version_id"),
        sa.column("snapshot", sa.JSON),
    )
    referral = sa.table("referral", *map(sa.column, REFERRAL), *map(sa.column, LED))
    days = dict(connection.execute(sa.select(referral.c.id, sa.type_coerce(referral.c.received_on, sa.Date))).all())
    rows = connection.execute(sa.select(touch).order_by(touch.c.referral_id, touch.c.position)).all()
    for referral_id, group in groupby(rows, key=lambda row: row.referral_id):
        touches = list(group)
        connection.execute(
            sa.update(referral).where(referral.c.id == referral_id).values(_summed(touches, days[referral_id], zone))
        )


def _summed(touches: list[sa.Row[Any]], received_on: date, zone: ZoneInfo) -> dict[str, Any]:
    first = touches[0].happened_at
    aware = first if first.tzinfo else first.replace(tzinfo=UTC)
    written = [row.template_version_id for row in touches if row.template_version_id]
    sequences = [row.snapshot["sequence_id"] for row in touches if row.snapshot.get("sequence_id")]
    return {
        "first_touch_at": sa.type_coerce(first, sa.DateTime(timezone=True)),
        "first_touch_kind": touches[0].kind,
        "last_touch_kind": touches[-1].kind,
        "touches": len(touches),
        "conversations": sum(_spoke(row.kind, row.snapshot.get("outcome") or "") for row in touches),
        "visits": sum(row.kind == "visit" for row in touches),
        "days_to_it": max((received_on - aware.astimezone(zone).date()).days, 0),
        "sequence_id": sequences[-1] if sequences else None,
        "template_version_id": written[-1] if written else None,
        "credited_id": touches[-1].snapshot.get("actor_id"),
    }


def _spoke(kind: str, outcome: str) -> bool:
    return outcome in SPOKEN or (kind in ("reply", "meeting", "in_service") and outcome in ("", "done"))


def downgrade() -> None:
    for name, (table, _columns) in COUNTING.items():
        op.drop_index(name, table)
    for name, (table, before, _more) in WIDER.items():
        _reindex(name, table, before)
    op.drop_index(op.f("ix_task_client_id"), "task")
    op.drop_index(op.f("ix_referral_import_id"), "referral")
    for column in ("gift_limit_cents", "gift_year_limit_cents", "gift_apart_days"):
        op.drop_column("business", column)
    for column in ("origin", "service_key", "started_on", "ended_on", "sees_provider_on", "report_days"):
        op.drop_column("client", column)
    for column in (
        "continuing_on",
        "lost_from",
        "booked_cents",
        "booked_by_hand",
        "first_touch_at",
        "first_touch_kind",
        "last_touch_kind",
        "touches",
        "conversations",
        "visits",
        "days_to_it",
        "sequence_id",
        "template_version_id",
        "credited_id",
        "attributed_by_hand",
        "inbound_message_id",
        "origin_activity_id",
        "import_id",
    ):
        op.drop_column("referral", column)
    for column in ("client_id", "due_report_id", "clearance_id", "agreement_id"):
        op.drop_column("task", column)
    for table in (
        "gift_recipient",
        "gift",
        "due_report",
        "client_session",
        "client_clearance",
        "agreement_step",
        "sent_client",
        "client_provider",
        "client_event",
        "client_authorization",
        "agreement",
    ):
        op.drop_table(table)
