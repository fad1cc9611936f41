"""Search, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from crm.domain.kinds import ActivityKind
from crm.domain.search import Tier
from crm.models.activities import Activity
from crm.models.practices import Practice
from crm.models.providers import Provider
from crm.services import search, search_entries
from crm.store.engine import Database
from tests.factories import NOW, make_contact, make_practice, make_provider, saved


@pytest.fixture
def fresh(db: Database) -> Iterator[Database]:
    db.before_commit.append(search_entries.catch_up)
    return db


def names(db: Database, question: str) -> list[str]:
    with db.read() as session:
        found = search.find(session, question)
        return [session.get_one(Provider, one).display_name for one in found.ids]


def add(session: Session, first: str, last: str, **given: object) -> Provider:
    return make_provider(session, first_name=first, last_name=last, display_name=f"{first} {last}", **given)


def test_whole_words_come_before_beginnings_and_fragments(fresh: Database) -> None:
    with fresh.write() as session:
        add(session, "Ana", "Wang")
        add(session, "Bao", "Nguyen")
        add(session, "Cam", "Ng")
        add(session, "Dee", "Smith")
    assert names(fresh, "Ng") == ["Cam Ng", "Bao Nguyen", "Ana Wang"]


def test_names_come_before_practices(fresh: Database) -> None:
    with fresh.write() as session:
        practice = make_practice(session, name="Ortiz Family Clinic")
        add(session, "Ana", "Able", practice=practice)
        add(session, "Luis", "Ortiz")
    assert names(fresh, "ortiz") == ["Luis Ortiz", "Ana Able"]


def test_those_whom_somebody_works_with_come_first(fresh: Database) -> None:
    with fresh.write() as session:
        add(session, "Ana", "Lopez")
        add(session, "Zoe", "Lopez", last_touch_at=NOW)
    assert names(fresh, "lopez") == ["Zoe Lopez", "Ana Lopez"]


def test_accents_hyphens_and_apostrophes_do_not_matter(fresh: Database) -> None:
    with fresh.write() as session:
        add(session, "María", "López-Ruiz")
        add(session, "Pat", "O’Brien")
    assert names(fresh, "lopez ruiz") == ["María López-Ruiz"]
    assert names(fresh, "LOPEZ-RUIZ, Maria") == ["María López-Ruiz"]
    assert names(fresh, "obrien") == names(fresh, "O'Brien") == ["Pat O’Brien"]


@pytest.mark.parametrize("question", ["0142", "555-0142", "(713) 555-0142", "+1 713 555 0142", "7135550142"])
def test_a_phone_number_or_its_end_finds_the_provider(fresh: Database, question: str) -> None:
    with fresh.write() as session:
        add(session, "Luis", "Ortega", phone="+17135550142")
        add(session, "Ana", "Able", phone="+17135559999")
    assert names(fresh, question) == ["Luis Ortega"]


def test_the_last_four_digits_of_an_office_or_a_person_there_find_its_providers(fresh: Database) -> None:
    with fresh.write() as session:
        practice = make_practice(session, phone="+17135556677")
        make_contact(session, practice_id=practice.id, phone="+17135558899", name="Rosa Diaz")
        add(session, "Luis", "Ortega", practice=practice, phone="")
    assert names(fresh, "6677") == names(fresh, "8899") == names(fresh, "rosa") == ["Luis Ortega"]


def test_npi_city_and_practice_find_the_provider(fresh: Database) -> None:
    with fresh.write() as session:
        practice = make_practice(session, name="Bayou Physical Therapy", city="Sugar Land")
        provider = add(session, "Luis", "Ortega", practice=practice)
        npi = provider.npi or ""
    for question in (npi, npi[:6], "sugar land", "bayou", "ayou therap", "ortega sugar"):
        assert names(fresh, question) == ["Luis Ortega"], question


def test_words_of_a_note_find_the_provider_until_it_is_undone(fresh: Database) -> None:
    with fresh.write() as session:
        provider = add(session, "Luis", "Ortega")
        note = Activity(
            provider_id=provider.id, kind=ActivityKind.NOTE, happened_at=NOW, created_at=NOW, body="Likes kayaking"
        )
        saved(session, note)
    assert names(fresh, "kayak") == ["Luis Ortega"]
    with fresh.write() as session:
        session.get_one(Activity, note.id).undone_at = NOW
    assert names(fresh, "kayak") == []


def test_typos_are_forgiven_only_when_nothing_was_found(fresh: Database) -> None:
    with fresh.write() as session:
        add(session, "Maria", "Lopez")
        add(session, "Mario", "Lopze")
    assert names(fresh, "lopze") == ["Mario Lopze"]
    assert names(fresh, "ortegga") == []
    assert names(fresh, "mraia lopez") == ["Maria Lopez"]
    with fresh.read() as session:
        found = search.find(session, "lopes")
        assert set(found.tiers.values()) == {Tier.TYPO}
        assert found.meant == ("lopez",)


def test_a_changed_name_is_found_at_once_and_the_old_one_no_more(fresh: Database) -> None:
    with fresh.write() as session:
        provider = add(session, "Luis", "Ortega")
    with fresh.write() as session:
        session.get_one(Provider, provider.id).display_name = "Luis Quintana"
    assert names(fresh, "quintana") == ["Luis Quintana"]
    assert names(fresh, "ortega") == []


def test_a_renamed_practice_is_found(fresh: Database) -> None:
    with fresh.write() as session:
        practice = make_practice(session, name="Old Oak Clinic")
        add(session, "Luis", "Ortega", practice=practice)
    with fresh.write() as session:
        session.get_one(Practice, practice.id).name = "Young Elm Clinic"
    assert names(fresh, "young elm") == ["Luis Ortega"]


def test_large_changes_are_left_to_the_worker(fresh: Database) -> None:
    with fresh.write() as session:
        for number in range(search_entries.AT_ONCE + 1):
            add(session, "Ana", f"Many{number}")
    assert names(fresh, "many3") == []
    with fresh.read() as session:
        assert search_entries.next_due(session) is not None
    assert search_entries.refresh_due(fresh) == search_entries.AT_ONCE + 1
    assert names(fresh, "many3") == ["Ana Many3"]
    with fresh.read() as session:
        assert search_entries.next_due(session) is None


@pytest.mark.parametrize("question", ["", "  ", '"', "' OR 1=1", 'a"b*c:d(e)f^g', "%", "_", "( )", "-", "\\", "é"])
def test_any_question_gets_an_answer(fresh: Database, question: str) -> None:
    with fresh.write() as session:
        add(session, "Luis", "Ortega")
    assert isinstance(names(fresh, question), list)


def test_a_deleted_provider_leaves_no_entry(fresh: Database) -> None:
    with fresh.write() as session:
        provider = add(session, "Luis", "Ortega")
    with fresh.write() as session:
        session.delete(session.get_one(Provider, provider.id))
    with fresh.read() as session:
        assert search.find(session, "ortega").ids == []


def test_of_very_many_the_best_are_shown(fresh: Database) -> None:
    with fresh.write() as session:
        for number in range(search.MOST + 20):
            add(session, "Ana", f"Mc{'lopez' if number % 2 else 'Lopezson'}{number}")
        add(session, "Zoe", "Lopezian", last_touch_at=NOW)
        add(session, "Zia", "Lopez")
    search_entries.refresh_due(fresh)
    assert names(fresh, "lopez")[:2] == ["Zia Lopez", "Zoe Lopezian"]
    with fresh.read() as session:
        assert search.find(session, "ana", limit=5).tiers.keys() == set(search.find(session, "ana", limit=5).ids)


def test_a_single_letter_means_that_letter(fresh: Database) -> None:
    with fresh.write() as session:
        add(session, "Maria C", "Lopez")
        add(session, "Cam", "Ortega")
    assert names(fresh, "c") == ["Maria C Lopez"]
    assert names(fresh, "maria c lopez") == ["Maria C Lopez"]


def test_short_words_join_long_ones(fresh: Database) -> None:
    with fresh.write() as session:
        add(session, "Bao", "Wang", city="Katy")
        add(session, "Bao", "Stone", city="Katy")
    assert names(fresh, "aty ng") == ["Bao Wang"]
