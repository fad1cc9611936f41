"""SQLite's full-text tables are filled for many providers at once.

They write to the disk after every statement, so that a trigger for each row cost four times as much as the words.
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"

ADDED = """CREATE TRIGGER provider_search_added AFTER INSERT ON provider_search BEGIN
    INSERT INTO search_whole (rowid, name, body, keys) VALUES (NEW.provider_id, NEW.name, NEW.body, NEW.keys);
    INSERT INTO search_part (rowid, name, body) VALUES (NEW.provider_id, NEW.name, NEW.body);
END"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER provider_search_added")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(ADDED)
