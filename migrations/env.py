"""Alembic's entry. The connection comes from crm.store.migrate, or from HANDOFF_DATABASE_URL when run by hand."""

from __future__ import annotations

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.engine import Connection
from sqlmodel import SQLModel

import crm.models  # noqa: F401  (importing registers the tables)
from crm.models.types import EnumText, UtcDateTime

# Tables that the search code makes by hand, each in its database's own way.
BY_HAND = ("search_", "provider_search")


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave the search tables' inner parts out of comparisons."""
    return not (kind == "table" and name is not None and name.startswith(BY_HAND) and name != "search_queue")


def render_item(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write column types without importing the project into a migration."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, EnumText):
        return "sa.String(24)"
    return False


def run(connection: Connection) -> None:
    """Run the migrations on this connection, inside its transaction."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        include_name=include_name,
        render_item=render_item,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=False,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


connection = context.config.attributes.get("connection")
if connection is None:
    from crm.config import Settings
    from crm.store.engine import Database

    with Database(Settings.from_environment().database_url).engine.begin() as connection:
        run(connection)
else:
    run(connection)
