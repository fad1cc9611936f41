"""Own wordings and drafts of templates, overrides, measuring, and papers that were made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

NUMBERED = """
UPDATE template_version SET number = (
  SELECT count(*) FROM template_version AS older
  WHERE older.template_id = template_version.template_id AND older.id <= template_version.id
)
"""


def upgrade() -> None:
    op.create_table(
        "template_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=True),
        sa.Column("based_on_id", sa.Integer(), nullable=True),
        sa.Column("copied_from", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("meta", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"], ["template.id"], name=op.f("fk_template_draft_template_id_template"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_template_draft_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_draft")),
    )
    op.create_index(
        "uq_template_draft",
        "template_draft",
        ["user_id", "template_id"],
        unique=True,
        sqlite_where=sa.text("template_id IS NOT NULL"),
        postgresql_where=sa.text("template_id IS NOT NULL"),
    )
    op.create_table(
        "text_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user_account.id"], name=op.f("fk_text_override_actor_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_override")),
    )
    op.create_index("ix_text_override_subject", "text_override", ["subject", "subject_id"], unique=False)
    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("measured_on", sa.Date(), nullable=False),
        sa.Column("tester", sa.String(length=120), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("client_key", sa.String(length=64), nullable=True),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_assessment_client_id_client")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_assessment_created_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    op.create_index("ix_assessment_client", "assessment", ["client_id", "measured_on", "id"], unique=False)
    op.create_index("uq_assessment_client_key", "assessment", ["client_key"], unique=True)
    op.create_table(
        "client_goal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("measure_key", sa.String(length=40), nullable=False),
        sa.Column("side", sa.String(24), nullable=False),
        sa.Column("motion", sa.String(24), nullable=False),
        sa.Column("target", sa.Float(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_client_goal_client_id_client"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_goal")),
        sa.UniqueConstraint(
            "client_id", "measure_key", "side", "motion", name=op.f("uq_client_goal_client_id_measure_key_side_motion")
        ),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=True),
        sa.Column("practice_id", sa.Integer(), nullable=True),
        sa.Column("client_id", sa.Integer(), nullable=True),
        sa.Column("service_key", sa.String(length=40), nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("template_version_id", sa.Integer(), nullable=True),
        sa.Column("stored_file_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_document_client_id_client")),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name=op.f("fk_document_made_by_user_account")),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_document_practice_id_practice")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_document_provider_id_provider")),
        sa.ForeignKeyConstraint(
            ["stored_file_id"], ["stored_file.id"], name=op.f("fk_document_stored_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["template_version_id"],
            ["template_version.id"],
            name=op.f("fk_document_template_version_id_template_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index("ix_document_client", "document", ["client_id", "id"], unique=False)
    op.create_index("ix_document_provider", "document", ["provider_id", "id"], unique=False)
    op.create_index(op.f("ix_document_stored_file_id"), "document", ["stored_file_id"], unique=False)
    op.create_table(
        "document_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(24), nullable=False),
        sa.Column("to_name", sa.String(), nullable=False),
        sa.Column("to_address", sa.String(), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("activity_id", sa.Integer(), nullable=True),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_document_delivery_activity_id_activity")
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_document_delivery_actor_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_delivery_document_id_document"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_document_delivery_message_id_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_delivery")),
    )
    op.create_index(op.f("ix_document_delivery_document_id"), "document_delivery", ["document_id"], unique=False)
    op.create_index(op.f("ix_document_delivery_message_id"), "document_delivery", ["message_id"], unique=False)
    op.create_table(
        "measurement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("measure_key", sa.String(length=40), nullable=False),
        sa.Column("side", sa.String(24), nullable=False),
        sa.Column("motion", sa.String(24), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("entered", sa.String(length=24), nullable=False),
        sa.Column("entered_unit", sa.String(length=16), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessment.id"],
            name=op.f("fk_measurement_assessment_id_assessment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement")),
        sa.UniqueConstraint(
            "assessment_id",
            "measure_key",
            "side",
            "motion",
            name=op.f("uq_measurement_assessment_id_measure_key_side_motion"),
        ),
    )
    op.add_column("client", sa.Column("sex", sa.String(length=8), nullable=False, server_default=""))
    op.add_column("client", sa.Column("precautions", sa.Text(), nullable=False, server_default=""))
    op.add_column("client", sa.Column("goals", sa.Text(), nullable=False, server_default=""))
    op.add_column("client", sa.Column("shows_pain", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("client", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("template", sa.Column("about", sa.Text(), nullable=False, server_default=""))
    op.add_column("template", sa.Column("copied_from", sa.String(length=80), nullable=False, server_default=""))
    op.add_column("template", sa.Column("kept_hash", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("template", sa.Column("meta", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("template_version", sa.Column("number", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("template_version", sa.Column("based_on_id", sa.Integer(), nullable=True))
    op.execute(NUMBERED)


def downgrade() -> None:
    for column in ("based_on_id", "number"):
        op.drop_column("template_version", column)
    for column in ("meta", "kept_hash", "copied_from", "about"):
        op.drop_column("template", column)
    for column in ("archived_at", "shows_pain", "goals", "precautions", "sex"):
        op.drop_column("client", column)
    for table in (
        "measurement",
        "document_delivery",
        "document",
        "client_goal",
        "assessment",
        "text_override",
        "template_draft",
    ):
        op.drop_table(table)
