"""Triggers queue whatever search shows, whichever road it takes into the database."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from crm.store import search_entries as store
from crm.store.engine import Database
from tests.factories import make_activity, make_affiliation, make_contact, make_practice, make_provider


def settle(session: Session) -> None:
    session.flush()
    session.execute(sa.text("DELETE FROM search_queue"))


def queued(session: Session) -> set[int]:
    session.flush()
    return set(store.stale(session, 100))


@pytest.fixture
def here(db: Database) -> Any:
    """(session, provider id, another at the same practice, practice id), with nothing queued."""
    with db.write() as session:
        practice = make_practice(session)
        one, other = make_provider(session, practice=practice), make_provider(session, practice=practice)
        settle(session)
        yield session, one.id, other.id, practice.id


CHANGES = [
    ("UPDATE provider SET display_name = 'X' WHERE id = :one", {"one"}),
    ("UPDATE provider SET phone = '+17135550000' WHERE id = :one", {"one"}),
    ("UPDATE provider SET stage = 'partner' WHERE id = :one", {"one"}),
    ("UPDATE provider SET merged_into_id = :other WHERE id = :one", {"one"}),
    ("UPDATE provider SET display_name = display_name, npi = npi", set()),
    ("UPDATE provider SET fit = 7, distance_miles = 3", set()),
    ("UPDATE practice SET name = 'New' WHERE id = :practice", {"one", "other"}),
    ("UPDATE practice SET hours = '9 to 5' WHERE id = :practice", set()),
]


@pytest.mark.parametrize(("statement", "who"), CHANGES)
def test_plain_statements_queue_what_they_change(here: Any, statement: str, who: set[str]) -> None:
    session, one, other, practice = here
    ids = {"one": one, "other": other, "practice": practice}
    names = [name for name in ids if f":{name}" in statement]
    session.execute(sa.text(statement), {name: ids[name] for name in names})
    assert queued(session) == {ids[name] for name in who}


def test_new_providers_are_queued_and_twice_is_once(here: Any) -> None:
    session, *_ = here
    made = {make_provider(session).id for _ in range(3)}
    session.execute(sa.text("UPDATE provider SET city = 'Katy' WHERE id IN (SELECT provider_id FROM search_queue)"))
    assert queued(session) == made


def test_words_of_the_timeline_queue_both_when_they_change_hands(here: Any) -> None:
    session, one, other, _ = here
    line = make_activity(session, provider_id=one, body="kayak", summary="")
    assert queued(session) == {one}
    settle(session)
    session.execute(sa.text("UPDATE activity SET provider_id = :other WHERE id = :id"), {"other": other, "id": line.id})
    assert queued(session) == {one, other}
    settle(session)
    make_activity(session, provider_id=one, body="", summary="")
    assert queued(session) == set()


def test_people_and_further_practices_queue_whom_they_concern(here: Any) -> None:
    session, one, other, practice = here
    contact = make_contact(session, practice_id=practice)
    assert queued(session) == {one, other}
    settle(session)
    session.delete(contact)
    assert queued(session) == {one, other}
    settle(session)
    further = make_affiliation(session, provider_id=one, is_primary=False)
    assert queued(session) == {one}
    settle(session)
    session.delete(further)
    assert queued(session) == {one}


def test_it_can_be_asked_for_by_hand_and_is_taken_off_when_done(here: Any) -> None:
    session, one, other, _ = here
    store.enqueue(session, [one, one])
    store.enqueue(session, [one, other])
    assert store.is_stale(session)
    store.replace(session, [one, other], {}, ())
    assert not store.is_stale(session)
