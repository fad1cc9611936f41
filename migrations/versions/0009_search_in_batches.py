"""SQLite's full-text tables are filled and cleared for many providers at once.

They write to the disk after every statement, so that a trigger for each row cost four times as much as the words. Only
for providers that are removed one by one the trigger remains; entries marked `gone` are out of these tables already.
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"

ADDED = """CREATE TRIGGER provider_search_added AFTER INSERT ON provider_search BEGIN
    INSERT INTO search_whole (rowid, name, body, keys) VALUES (NEW.provider_id, NEW.name, NEW.body, NEW.keys);
    INSERT INTO search_part (rowid, name, body) VALUES (NEW.provider_id, NEW.name, NEW.body);
END"""
REMOVED = """CREATE TRIGGER provider_search_removed AFTER DELETE ON provider_search {when} BEGIN
    INSERT INTO search_whole (search_whole, rowid, name, body, keys)
        VALUES ('delete', OLD.provider_id, OLD.name, OLD.body, OLD.keys);
    INSERT INTO search_part (search_part, rowid, name, body)
        VALUES ('delete', OLD.provider_id, OLD.name, OLD.body);
END"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER provider_search_added")
        op.execute("DROP TRIGGER provider_search_removed")
        op.execute(REMOVED.format(when="WHEN OLD.mark <> 'gone'"))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER provider_search_removed")
        op.execute(REMOVED.format(when=""))
        op.execute(ADDED)
