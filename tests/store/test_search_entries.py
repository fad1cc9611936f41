"""SQLite's full-text tables hold exactly what the entries say, whichever road an entry comes and goes."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from crm.models.providers import Provider
from crm.services import search_entries
from crm.store import search_entries as store
from crm.store.engine import Database
from tests.factories import make_provider


def assert_whole(session: Session) -> None:
    """SQLite compares the index with its content, and raises."""
    for table in ("search_whole", "search_part"):
        session.execute(sa.text(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)"))


def found(session: Session, word: str) -> list[int]:
    question = sa.text("SELECT rowid FROM search_part WHERE search_part MATCH :word ORDER BY rowid")
    return list(session.execute(question, {"word": f'"{word}"'}).scalars())


@pytest.fixture
def ids(sqlite_db: Database) -> list[int]:
    with sqlite_db.write() as session:
        made = [make_provider(session, display_name=f"Ada Quimby{letter}").id for letter in "abcdef"]
    assert search_entries.refresh_due(sqlite_db) == 6
    return [one for one in made if one is not None]


def test_new_entries_are_found(sqlite_db: Database, ids: list[int]) -> None:
    with sqlite_db.write() as session:
        assert found(session, "quimby") == ids
        assert_whole(session)


def test_an_entry_that_is_made_anew_is_found_by_its_new_words_only(sqlite_db: Database, ids: list[int]) -> None:
    with sqlite_db.write() as session:
        session.get_one(Provider, ids[0]).display_name = "Bea Winslow"
    search_entries.refresh_due(sqlite_db)
    with sqlite_db.write() as session:
        assert found(session, "quimby") == ids[1:]
        assert found(session, "winslow") == ids[:1]
        assert_whole(session)


def test_a_provider_that_is_removed_takes_its_entry_along(sqlite_db: Database, ids: list[int]) -> None:
    with sqlite_db.write() as session:
        session.execute(sa.text("DELETE FROM provider WHERE id = :id"), {"id": ids[0]})
        assert found(session, "quimby") == ids[1:]
        assert_whole(session)


def test_many_entries_are_forgotten_at_once(sqlite_db: Database, ids: list[int]) -> None:
    with sqlite_db.write() as session:
        store.forget(session, ids[:4])
        assert found(session, "quimby") == ids[4:]
        assert_whole(session)
        session.execute(sa.text("DELETE FROM provider WHERE id = :id"), {"id": ids[0]})
        assert_whole(session)
