"""Migrations: numbered, one after the other, and leading exactly to the models on both databases."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from crm.store import migrate
from crm.store.engine import Database
from tests.codebase import tree

VERSIONS = tree.ROOT / "migrations/versions"
# Made by hand in the migrations, each database in its own way; `search_queue` is a table like any other.
BY_HAND = ("search_", "provider_search", "alembic_version")

Shape = dict[str, Any]


def test_there_is_one_head_and_every_number_follows_the_last() -> None:
    config = Config()
    config.set_main_option("script_location", str(tree.ROOT / "migrations"))
    revisions = list(reversed(list(ScriptDirectory.from_config(config).walk_revisions())))
    assert [revision.revision for revision in revisions] == [f"{n:04}" for n in range(1, len(revisions) + 1)]
    assert [revision.down_revision for revision in revisions[1:]] == [r.revision for r in revisions[:-1]]


def test_file_names_begin_with_their_number() -> None:
    for path in VERSIONS.glob("*.py"):
        assert re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", path.name), path.name
        assert f'revision = "{path.name[:4]}"' in path.read_text()


def test_migrations_lead_to_the_models(db: Database, declared_db: Database) -> None:
    migrated, declared = _shape(db), _shape(declared_db)
    assert migrated.keys() == declared.keys()
    for table in declared:
        assert migrated[table] == declared[table], table


def test_migrating_twice_does_nothing(db: Database) -> None:
    assert migrate.current(db) == migrate.head()
    assert migrate.upgrade(db) is False


@pytest.fixture
def declared_db(db: Database, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of the same kind as `db` whose tables are made from the models, without migrations."""
    with contextlib.ExitStack() as stack:
        if db.is_sqlite:
            url = f"sqlite:///{tmp_path / 'declared.db'}"
        else:
            url = stack.enter_context(request.getfixturevalue("postgres_server").empty_database())
        declared = Database(url)
        stack.callback(declared.dispose)
        with declared.connect() as connection:
            SQLModel.metadata.create_all(connection)
        yield declared


def _shape(db: Database) -> dict[str, Shape]:
    with db.connect() as connection:
        inspector = sa.inspect(connection)
        return {table: _table(inspector, table) for table in inspector.get_table_names() if not _by_hand(table)}


def _by_hand(table: str) -> bool:
    return table.startswith(BY_HAND) and table != "search_queue"


def _table(inspector: sa.Inspector, table: str) -> Shape:
    return {
        "columns": {c["name"]: (str(c["type"]), c["nullable"], c["default"]) for c in inspector.get_columns(table)},
        "key": inspector.get_pk_constraint(table)["constrained_columns"],
        "references": sorted(map(_reference, inspector.get_foreign_keys(table))),
        "unique": sorted(tuple(c["column_names"]) for c in inspector.get_unique_constraints(table)),
        "checks": sorted(_plain(c["sqltext"]) for c in inspector.get_check_constraints(table)),
        "indexes": sorted(map(_index, inspector.get_indexes(table))),
    }


def _reference(key: Any) -> tuple[str, str, str]:
    return (",".join(key["constrained_columns"]), key["referred_table"], str(key["options"].get("ondelete")))


def _index(index: Any) -> tuple[str, str, bool, str]:
    options = index.get("dialect_options", {})
    where = options.get("sqlite_where", options.get("postgresql_where", ""))
    return (str(index["name"]), ",".join(map(str, index["column_names"])), bool(index["unique"]), _plain(where))


def _plain(condition: object) -> str:
    return re.sub(r"[\s()]", "", str(condition))
