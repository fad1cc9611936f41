"""Merging two providers, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, select

from crm.domain.errors import NotFound, Refused
from crm.domain.kinds import ActivityKind, PairState
from crm.domain.pipeline import Stage
from crm.models.activities import Activity
from crm.models.providers import Provider, ProviderPair
from crm.services import changes, merges, search, search_entries
from crm.store import merges as store
from crm.store.engine import Database
from tests.factories import (
    NOW,
    TODAY,
    make_activity,
    make_affiliation,
    make_document,
    make_message,
    make_practice,
    make_provider,
    make_provider_difference,
    make_provider_pair,
    make_provider_source,
    make_referral,
    make_tag,
    make_task,
    make_visit,
)

LATER = NOW + timedelta(hours=1)
Ids = tuple[int, int]


def two(session: Session) -> Ids:
    """The same person twice: from the register, and typed with a history."""
    office, annex = make_practice(session, name="Office"), make_practice(session, name="Annex")
    one = make_provider(session, practice=office, first_name="Luis", last_name="Ortega", email="", phone="")
    other = make_provider(
        session,
        practice=annex,
        first_name="Luis",
        last_name="Ortega",
        npi=None,
        email="luis@annex.example",
        stage=Stage.INTRODUCED,
        remarks="Parks behind",
        touch_count=3,
        last_touch_at=NOW,
        last_touch_kind=ActivityKind.CALL,
        next_due_on=TODAY,
    )
    make_affiliation(session, provider_id=other.id, practice_id=office.id)
    make_tag(session, other, name="golf")
    make_provider_source(session, provider_id=other.id, source="contacts")
    make_provider_difference(session, provider_id=other.id)
    make_task(session, provider_id=other.id)
    make_message(session, provider_id=other.id)
    make_document(session, provider_id=other.id)
    make_referral(session, provider_id=other.id)
    make_visit(session, provider_id=other.id)
    make_activity(session, provider_id=other.id, kind=ActivityKind.NOTE, body="Likes kayaking")
    third = make_provider(session)
    make_provider_pair(session, left_id=other.id, right_id=third.id, state=PairState.SEPARATE)
    make_provider_pair(session, left_id=one.id, right_id=other.id)
    assert one.id is not None
    assert other.id is not None
    return one.id, other.id


def everything(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row but those of undo itself, search, and lines struck out; no count of changes, which only grows."""
    left_out = {"change", "change_set", "alembic_version", "search_queue"}
    with db.read() as session:
        found = {}
        for table in SQLModel.metadata.sorted_tables:
            if table.name in left_out:
                continue
            rows = session.execute(table.select()).mappings().all()
            shown = [row for row in rows if not row.get("undone_at")]
            dropped = {"provider": {"updated_at"}, "visit": {"updated_at", "revision"}}.get(table.name, set())
            found[table.name] = sorted(
                tuple(str(value) for name, value in row.items() if name not in dropped) for row in shown
            )
        return found


def merged(db: Database, ids: Ids, **choices: str) -> tuple[Provider, int]:
    kept, change = merges.merge(db, ids, choices, actor_id=None, now=LATER)
    with db.read() as session:
        return session.get_one(Provider, kept), change


@pytest.fixture
def pair(db: Database) -> Ids:
    db.before_commit.append(search_entries.catch_up)
    with db.write() as session:
        return two(session)


def test_the_best_of_both_is_kept(db: Database, pair: Ids) -> None:
    provider, _ = merged(db, pair)
    assert provider.id == pair[0]
    assert provider.npi is not None
    assert (provider.email, provider.stage) == ("luis@annex.example", Stage.INTRODUCED)
    assert (provider.touch_count, provider.last_touch_at, provider.next_due_on) == (3, NOW, TODAY)
    assert provider.remarks == "Parks behind"


def test_everything_follows(db: Database, pair: Ids) -> None:
    merged(db, pair)
    with db.read() as session:
        for name in (*store.FREE, *store.ONE_EACH):
            table = SQLModel.metadata.tables[name]
            left = session.execute(table.select().where(table.c.provider_id == pair[1])).all()
            # The second affiliation with the office, which the other one has as well, stays behind.
            assert len(left) == (1 if name == "affiliation" else 0), name
        line = session.exec(select(Activity).where(Activity.kind == ActivityKind.MERGE)).one()
        assert line.provider_id == pair[0]
        gone = session.get_one(Provider, pair[1])
        assert (gone.merged_into_id, gone.archived_at) == (pair[0], LATER)


def test_choices_are_followed_field_by_field(db: Database, pair: Ids) -> None:
    with db.write() as session:
        session.get_one(Provider, pair[0]).remarks = "Knows Dana"
        session.get_one(Provider, pair[0]).phone = "+17135550111"
        session.get_one(Provider, pair[1]).phone = "+17135550222"
    provider, _ = merged(db, pair, phone="right", practice="right", stage="left", remarks="both")
    assert (provider.phone, provider.practice_name, provider.stage) == ("+17135550222", "Annex", Stage.PROSPECT)
    assert provider.remarks == "Knows Dana\nParks behind"


def test_undo_parts_them_exactly(db: Database, pair: Ids) -> None:
    before = everything(db)
    _, change = merged(db, pair, practice="right")
    assert everything(db) != before
    assert changes.undo(db, change, actor_id=None, now=LATER) == []
    assert everything(db) == before


def test_undo_keeps_what_happened_since(db: Database, pair: Ids) -> None:
    _, change = merged(db, pair)
    with db.write() as session:
        session.get_one(Provider, pair[0]).stage = Stage.PARTNER
    (kept,) = changes.undo(db, change, actor_id=None, now=LATER)
    assert "stage" in kept


def test_search_finds_the_notes_at_whoever_has_them(db: Database, pair: Ids) -> None:
    def found() -> list[int]:
        with db.read() as session:
            return search.find(session, "kayaking").ids

    assert found() == [pair[1]]
    _, change = merged(db, pair)
    assert found() == [pair[0]]
    changes.undo(db, change, actor_id=None, now=LATER)
    assert found() == [pair[1]]


def test_what_was_kept_apart_stays_apart(db: Database, pair: Ids) -> None:
    merged(db, pair)
    with db.read() as session:
        pairs = session.exec(select(ProviderPair)).all()
        assert {(one.left_id, one.right_id): one.state for one in pairs if pair[0] in (one.left_id, one.right_id)} == {
            pair: PairState.MERGED,
            (pair[0], pair[1] + 1): PairState.SEPARATE,
        }


def test_do_not_contact_wins(db: Database, pair: Ids) -> None:
    with db.write() as session:
        session.get_one(Provider, pair[0]).stage = Stage.DO_NOT_CONTACT
    assert merged(db, pair)[0].stage is Stage.DO_NOT_CONTACT


def test_nobody_is_merged_twice_or_out_of_nowhere(db: Database, pair: Ids) -> None:
    merged(db, pair)
    with pytest.raises(Refused):
        merged(db, pair)
    with pytest.raises(NotFound):
        merged(db, (pair[0], 9999))


def test_every_table_that_names_a_provider_is_thought_of() -> None:
    known = {*store.FREE, *store.ONE_EACH, *store.JOINED, *store.POINTING, "provider_pair"}
    pointing = {
        table.name
        for table in SQLModel.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "provider"
    }
    assert pointing <= known
