"""Search tables, and the triggers that say which providers they no longer know.

`provider_search` holds one plain-text entry a provider. SQLite indexes it with two FTS5 tables (whole words with
prefixes, and trigrams), PostgreSQL with trigram GIN indexes. `search_word` holds the distinct words of names and places,
for typos. Triggers fill `search_queue`, so that no writer, however fast its road into the database, can forget it.

A later migration that rebuilds one of the watched tables on SQLite (batch_alter_table) drops its triggers and has to call
`watch` again; tests/store/test_search_queue.py notices.
"""

from __future__ import annotations

import sqlite3

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PROVIDER_COLUMNS = (
    "display_name",
    "said_as",
    "npi",
    "phone",
    "email",
    "remarks",
    "practice_id",
    "practice_name",
    "city",
    "zip",
    "stage",
    "last_touch_at",
    "merged_into_id",
)
PRACTICE_COLUMNS = ("name", "city", "phone")
CONTACT_COLUMNS = ("name", "phone", "archived_at")
ACTIVITY_COLUMNS = ("summary", "body", "undone_at", "provider_id")

OF_PROVIDER = "SELECT {row}.id"
OF_ACTIVITY = "SELECT {row}.provider_id"
OF_BOTH = "SELECT NEW.provider_id UNION SELECT OLD.provider_id"
OF_PRACTICE = "SELECT id FROM provider WHERE practice_id = {row}.id"
OF_CONTACT = "SELECT id FROM provider WHERE practice_id = {row}.practice_id"

# name, table, event, columns looked at, further condition, which providers, the row they are read from
WATCHED = (
    # Imports insert thousands at once and queue them with one statement (crm/store/directory.py).
    ("provider_added", "provider", "INSERT", (), "NEW.import_id IS NULL", OF_PROVIDER, "NEW"),
    ("provider_changed", "provider", "UPDATE", PROVIDER_COLUMNS, "", OF_PROVIDER, "NEW"),
    ("activity_added", "activity", "INSERT", (), "NEW.body <> '' OR NEW.summary <> ''", OF_ACTIVITY, "NEW"),
    ("activity_changed", "activity", "UPDATE", ACTIVITY_COLUMNS, "", OF_BOTH, "NEW"),
    ("affiliation_added", "affiliation", "INSERT", (), "NOT NEW.is_primary", OF_ACTIVITY, "NEW"),
    ("affiliation_removed", "affiliation", "DELETE", (), "NOT OLD.is_primary", OF_ACTIVITY, "OLD"),
    ("practice_changed", "practice", "UPDATE", PRACTICE_COLUMNS, "", OF_PRACTICE, "NEW"),
    ("contact_added", "contact", "INSERT", (), "", OF_CONTACT, "NEW"),
    ("contact_changed", "contact", "UPDATE", CONTACT_COLUMNS, "", OF_CONTACT, "NEW"),
    ("contact_removed", "contact", "DELETE", (), "", OF_CONTACT, "OLD"),
)

SQLITE_TABLES = (
    """CREATE TABLE provider_search (
        provider_id INTEGER PRIMARY KEY REFERENCES provider (id) ON DELETE CASCADE,
        name TEXT NOT NULL, body TEXT NOT NULL, keys TEXT NOT NULL, mark TEXT NOT NULL)""",
    "CREATE TABLE search_word (word TEXT PRIMARY KEY) WITHOUT ROWID",
    """CREATE VIRTUAL TABLE search_whole USING fts5(name, body, keys, content='provider_search',
        content_rowid='provider_id', tokenize='unicode61 remove_diacritics 0', prefix='2 3')""",
    """CREATE VIRTUAL TABLE search_part USING fts5(name, body, content='provider_search',
        content_rowid='provider_id', tokenize='trigram')""",
    """CREATE TRIGGER provider_search_added AFTER INSERT ON provider_search BEGIN
        INSERT INTO search_whole (rowid, name, body, keys) VALUES (NEW.provider_id, NEW.name, NEW.body, NEW.keys);
        INSERT INTO search_part (rowid, name, body) VALUES (NEW.provider_id, NEW.name, NEW.body);
    END""",
    """CREATE TRIGGER provider_search_removed AFTER DELETE ON provider_search BEGIN
        INSERT INTO search_whole (search_whole, rowid, name, body, keys)
            VALUES ('delete', OLD.provider_id, OLD.name, OLD.body, OLD.keys);
        INSERT INTO search_part (search_part, rowid, name, body)
            VALUES ('delete', OLD.provider_id, OLD.name, OLD.body);
    END""",
)

BOTH_TABLES = ("CREATE INDEX ix_search_word_length ON search_word (length(word), word)",)

POSTGRES_TABLES = (
    """CREATE TABLE provider_search (
        provider_id INTEGER PRIMARY KEY REFERENCES provider (id) ON DELETE CASCADE,
        name TEXT NOT NULL, body TEXT NOT NULL, keys TEXT NOT NULL, mark TEXT NOT NULL,
        whole TEXT GENERATED ALWAYS AS (name || body) STORED)""",
    "CREATE TABLE search_word (word TEXT PRIMARY KEY)",
    "CREATE INDEX ix_provider_search_name ON provider_search USING gin (name gin_trgm_ops)",
    "CREATE INDEX ix_provider_search_whole ON provider_search USING gin (whole gin_trgm_ops)",
    "CREATE INDEX ix_provider_search_worked ON provider_search (provider_id) WHERE mark <> ''",
)

NO_TRIGRAMS = (
    "Search needs the PostgreSQL extension pg_trgm, and this account may not create it. Ask the administrator of the "
    "server to run this once in Handoff's database, then start Handoff again: CREATE EXTENSION pg_trgm;"
)


OLD_SQLITE = (
    "Search needs SQLite 3.34 or newer, and this Python brings {version}. Use a newer Python, or PostgreSQL by "
    "HANDOFF_DATABASE_URL."
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        if sqlite3.sqlite_version_info < (3, 34):
            raise RuntimeError(OLD_SQLITE.format(version=sqlite3.sqlite_version))
        for statement in SQLITE_TABLES:
            op.execute(statement)
    else:
        require_trigrams(connection)
        for statement in POSTGRES_TABLES:
            op.execute(statement)
    for statement in BOTH_TABLES:
        op.execute(statement)
    watch(connection)


def require_trigrams(connection: sa.Connection) -> None:
    """pg_trgm may be there already, or be allowed to the database's owner; otherwise say who can help."""
    there = connection.execute(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")).first()
    if there is not None:
        return
    try:
        with connection.begin_nested():
            connection.execute(sa.text("CREATE EXTENSION pg_trgm"))
    except sa.exc.DBAPIError as error:
        raise RuntimeError(NO_TRIGRAMS) from error


def watch(connection: sa.Connection) -> None:
    """Make the triggers that fill the queue, and queue what is there already."""
    make = _sqlite_trigger if connection.dialect.name == "sqlite" else _postgres_trigger
    for watched in WATCHED:
        for statement in make(*watched):
            op.execute(statement)
    op.execute("INSERT INTO search_queue (provider_id) SELECT id FROM provider")


def _sqlite_trigger(
    name: str, table: str, event: str, columns: tuple[str, ...], condition: str, which: str, row: str
) -> tuple[str, ...]:
    of = f" OF {', '.join(columns)}" if columns else ""
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
    when = f"WHEN {changed or condition} " if changed or condition else ""
    return (
        f"CREATE TRIGGER search_{name} AFTER {event}{of} ON {table} {when}BEGIN "
        f"INSERT OR IGNORE INTO search_queue (provider_id) {which.format(row=row)}; END",
    )


def _postgres_trigger(
    name: str, table: str, event: str, columns: tuple[str, ...], condition: str, which: str, row: str
) -> tuple[str, ...]:
    if name == "provider_added":
        return _postgres_bulk_trigger(name, table)
    of = f" OF {', '.join(columns)}" if columns else ""
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    when = f"WHEN ({changed or condition}) " if changed or condition else ""
    return (
        f"CREATE FUNCTION search_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"INSERT INTO search_queue (provider_id) {which.format(row=row)} ON CONFLICT DO NOTHING; RETURN NULL; END $$",
        f"CREATE TRIGGER search_{name} AFTER {event}{of} ON {table} FOR EACH ROW {when}"
        f"EXECUTE FUNCTION search_{name}()",
    )


def _postgres_bulk_trigger(name: str, table: str) -> tuple[str, ...]:
    """Once a statement, since imports insert thousands of rows with one."""
    return (
        f"CREATE FUNCTION search_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO search_queue (provider_id) SELECT id FROM fresh ON CONFLICT DO NOTHING; RETURN NULL; END $$",
        f"CREATE TRIGGER search_{name} AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT "
        f"EXECUTE FUNCTION search_{name}()",
    )


def downgrade() -> None:
    connection = op.get_bind()
    for name, table, *_ in WATCHED:
        if connection.dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER search_{name}")
        else:
            op.execute(f"DROP TRIGGER search_{name} ON {table}")
            op.execute(f"DROP FUNCTION search_{name}()")
    if connection.dialect.name == "sqlite":
        op.execute("DROP TABLE search_part")
        op.execute("DROP TABLE search_whole")
    op.execute("DROP TABLE search_word")
    op.execute("DROP TABLE provider_search")
