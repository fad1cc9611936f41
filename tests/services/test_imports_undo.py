"""Undoing an import that brought nearly everybody in."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.kinds import ImportKind
from crm.models.providers import Provider
from crm.models.search import SearchQueue
from crm.services import imports, search_entries
from crm.services.imports_options import Options
from crm.services.imports_undo import MANY
from crm.services.imports_workshop import Workshop
from crm.store import indexes
from crm.store.engine import Database
from tests import factories
from tests import nppes_files as files
from tests.factories import FakeClock


def found(session: Session, word: str) -> list[int]:
    asked = sa.text("SELECT rowid FROM search_whole WHERE search_whole MATCH :word ORDER BY rowid")
    return list(session.connection().execute(asked, {"word": word}).scalars())


def assert_whole(session: Session) -> None:
    """SQLite compares the index with its content, and raises."""
    for table in ("search_whole", "search_part"):
        session.connection().execute(sa.text(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)"))


@pytest.fixture
def shop(sqlite_db: Database, tmp_path: Path) -> Workshop:
    with sqlite_db.write() as session:
        factories.make_business(session)
        factories.make_provider(session, display_name="Zelda Quartermain")
    return Workshop(sqlite_db, tmp_path / "imports", FakeClock())


def test_undo_of_nearly_everybody_leaves_search_and_indexes_to_those_who_stay(shop: Workshop, tmp_path: Path) -> None:
    path = files.write_large(tmp_path / "npidata.csv", MANY + MANY // 20)
    answer = imports.run_now(shop, ImportKind.NPPES, path, Options())
    assert search_entries.refresh_due(shop.db) == answer["new"] + 1
    with shop.db.write() as session:
        assert_whole(session)
        mine, kept = session.exec(select(Provider).order_by(col(Provider.id)).limit(2))
        kept.edited_fields = ["phone"]
        kept_name = kept.sort_name.split("-")[0].split()[0]
        assert kept.id in found(session, kept_name)
    undone = imports.undo_now(shop, answer["import_id"])
    assert (undone["removed"], undone["kept"]) == (answer["new"] - 1, 1)
    with shop.db.read() as session:
        assert session.exec(select(Provider.id).order_by(col(Provider.id))).all() == [mine.id, kept.id]
        assert found(session, "quartermain") == [mine.id]
        assert kept.id in session.exec(select(SearchQueue.provider_id)).all()
    search_entries.refresh_due(shop.db)
    with shop.db.write() as session:
        assert found(session, kept_name) == [kept.id]
        assert_whole(session)
        assert session.connection().execute(sa.text("PRAGMA integrity_check")).scalar_one() == "ok"
    assert indexes.restore(shop.db) == 0
