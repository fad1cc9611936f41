"""Finding likely duplicates, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from crm.domain.errors import NotFound, Refused
from crm.domain.kinds import PairState
from crm.models.accounts import Chore
from crm.models.providers import Provider, ProviderPair
from crm.services import changes, duplicate_scans, duplicates
from crm.store.engine import Database
from tests.factories import NOW, make_chore, make_practice, make_provider
from tests.statements import counted

DEFAULTS = {"first_name": "Luis", "last_name": "Ortega", "email": "", "phone": "", "npi": None, "city": "Houston"}


def add(session: Session, **given: Any) -> Provider:
    return make_provider(session, **{**DEFAULTS, **given})


def pairs(db: Database) -> list[ProviderPair]:
    with db.read() as session:
        return list(session.exec(select(ProviderPair).order_by(ProviderPair.left_id)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        ({"email": "l@o.example"}, {"email": "L@O.example", "city": "Katy", "first_name": "Lu"}, {"same e-mail"}),
        ({"phone": "+17135550142"}, {"phone": "+17135550142", "city": "Katy"}, {"same phone", "same name"}),
        ({}, {}, {"same name", "same town"}),
        ({"npi": "2000000004"}, {"last_name": "Ortegas", "phone": ""}, None),
        ({"npi": "2000000004"}, {}, {"same name", "same town"}),
    ],
)
def test_likely_pairs_are_found_with_their_reasons(
    db: Database, one: dict[str, Any], other: dict[str, Any], reasons: set[str] | None
) -> None:
    with db.write() as session:
        add(session, **one)
        add(session, **other)
    count = duplicates.scan(db, now=NOW)
    found = pairs(db)
    assert count == len(found)
    if reasons is not None:
        assert reasons <= set(found[0].reasons)


@pytest.mark.parametrize(
    "other",
    [
        {"first_name": "Ana", "phone": "+17135550142"},
        {"city": "Katy"},
        {"npi": "2000000012"},
        {"archived_at": NOW},
        {"last_name": "Quintana"},
    ],
)
def test_colleagues_namesakes_elsewhere_and_other_numbers_are_left_alone(db: Database, other: dict[str, Any]) -> None:
    with db.write() as session:
        add(session, phone="+17135550142", npi="2000000004")
        add(session, **other)
    assert duplicates.scan(db, now=NOW) == 0


def test_a_similar_name_at_one_practice_is_found(db: Database) -> None:
    with db.write() as session:
        practice = make_practice(session)
        add(session, practice=practice, last_name="Lopez")
        add(session, practice=practice, last_name="Lopes")
    assert duplicates.scan(db, now=NOW) == 1
    assert "same practice" in pairs(db)[0].reasons


def test_scanning_again_keeps_what_was_decided_and_drops_what_is_no_longer_alike(db: Database) -> None:
    with db.write() as session:
        one, *_ = [add(session) for _ in range(3)]
    assert duplicates.scan(db, now=NOW) == 3
    first = pairs(db)[0]
    change = duplicates.keep_separate(db, first.id or 0, actor_id=None, now=NOW)
    assert duplicates.scan(db, now=NOW) == 2
    assert {pair.state for pair in pairs(db)} == {PairState.OPEN, PairState.SEPARATE}
    with pytest.raises(Refused):
        duplicates.keep_separate(db, first.id or 0, actor_id=None, now=NOW)
    changes.undo(db, change, actor_id=None, now=NOW)
    with db.write() as session:
        session.get_one(Provider, one.id).last_name = "Quintana"
    assert duplicates.scan(db, now=NOW) == 1


def test_the_queue_shows_the_likeliest_first_page_by_page(db: Database) -> None:
    with db.write() as session:
        for number in range(3):
            add(session, last_name=f"Pair{number}xyz", city=f"Town{number}")
            add(session, last_name=f"Pair{number}xyz", city=f"Town{number}", phone="")
    duplicates.scan(db, now=NOW)
    with db.read() as session:
        first = duplicates.open_pairs(session, None, 2)
        last = first[-1].pair
        rest = duplicates.open_pairs(session, (last.score, last.id or 0), 2)
    assert [len(first), len(rest)] == [2, 1]


def test_a_scan_can_be_asked_for(db: Database) -> None:
    with db.write() as session:
        make_chore(session, name=duplicate_scans.CHORE, due_at=NOW + timedelta(hours=9))
    with db.write() as session:
        duplicate_scans.request(session, now=NOW)
    with db.read() as session:
        assert session.get_one(Chore, duplicate_scans.CHORE).due_at == NOW
        with pytest.raises(NotFound):
            duplicates.get(session, 99)


def test_thousands_are_compared_by_few_statements(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        for number in range(1000):
            add(session, first_name=f"Ana{number % 700}", last_name=f"Name{number % 500}", phone="+17135550100")
    with counted(sqlite_db) as asked:
        duplicates.scan(sqlite_db, now=NOW)
    assert len(asked) < 200
