"""Practices and the people at the desk."""

from __future__ import annotations

import pytest
from sqlmodel import select

from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import ContactRole
from crm.models.practices import Contact, Practice
from crm.models.providers import Provider
from crm.services import changes, practices
from crm.store.engine import Database
from tests.factories import NOW, make_contact, make_practice, make_provider


def practice(db: Database, **given: object) -> int:
    with db.write() as session:
        found = make_practice(session, **given).id
    assert found is not None
    return found


def read(db: Database, practice_id: int) -> Practice:
    with db.read() as session:
        return session.get_one(Practice, practice_id)


def test_a_new_name_and_place_reach_the_providers_who_repeat_them(db: Database) -> None:
    practice_id = practice(db, name="Old")
    with db.write() as session:
        provider_id = make_provider(session, practice=session.get_one(Practice, practice_id)).id
    form = {"name": "BAYOU HEART GROUP", "line1": "1900 n loop w", "zip": "77008", "city": "houston", "state": ""}
    change = practices.update(db, practice_id, form, actor_id=None, now=NOW)
    found = read(db, practice_id)
    assert (found.name, found.line1, found.state) == ("Bayou Heart Group", "1900 N Loop W", "TX")
    assert found.address_key == "1900 n loop w|77008"
    with db.read() as session:
        provider = session.get_one(Provider, provider_id)
        assert (provider.practice_name, provider.zip) == ("Bayou Heart Group", "77008")
    assert change is not None
    changes.undo(db, change, actor_id=None, now=NOW)
    with db.read() as session:
        assert session.get_one(Provider, provider_id).practice_name == "Old"


def test_saving_the_same_changes_nothing(db: Database) -> None:
    practice_id = practice(db, hours="Mon to Fri 8 to 5")
    assert practices.update(db, practice_id, {"hours": "Mon to Fri 8 to 5"}, actor_id=None, now=NOW) is None


def test_two_practices_are_not_put_at_one_address(db: Database) -> None:
    practice(db, name="There Already", line1="1 Main St", address_key="1 main st|77005")
    other = practice(db)
    with pytest.raises(Invalid) as caught:
        practices.update(db, other, {"line1": "1 Main Street", "line2": "", "zip": "77005"}, actor_id=None, now=NOW)
    assert "There Already" in caught.value.errors["line1"]


@pytest.mark.parametrize(
    ("field", "value"), [("zip", "770"), ("state", "Texas"), ("phone", "12"), ("email", "front@"), ("fax", "x")]
)
def test_what_is_wrong_is_named(db: Database, field: str, value: str) -> None:
    with pytest.raises(Invalid) as caught:
        practices.update(db, practice(db), {field: value}, actor_id=None, now=NOW)
    assert list(caught.value.errors) == [field]


def test_a_person_at_the_desk_is_added_corrected_and_removed(db: Database) -> None:
    practice_id = practice(db)
    form = {"name": " Marlene  Brooks ", "role": "front_desk", "phone": "713-555-0177"}
    practices.save_contact(db, practice_id, form, actor_id=None, now=NOW)
    with db.read() as session:
        contact = session.exec(select(Contact)).one()
    assert (contact.name, contact.role, contact.phone) == ("Marlene Brooks", ContactRole.FRONT_DESK, "+17135550177")
    assert contact.id is not None
    form = {"name": "Marlene Brooks", "role": "office_manager"}
    practices.save_contact(db, practice_id, form, contact_id=contact.id, actor_id=None, now=NOW)
    change = practices.remove_contact(db, practice_id, contact.id, actor_id=None, now=NOW)
    with db.read() as session:
        contact = session.get_one(Contact, contact.id)
    assert (contact.role, contact.phone, contact.archived_at) == (ContactRole.OFFICE_MANAGER, "", NOW)
    changes.undo(db, change, actor_id=None, now=NOW)
    with db.read() as session:
        assert session.get_one(Contact, contact.id).archived_at is None


def test_a_person_needs_a_name_and_a_known_role(db: Database) -> None:
    with pytest.raises(Invalid) as caught:
        practices.save_contact(db, practice(db), {"name": "", "role": "boss"}, actor_id=None, now=NOW)
    assert set(caught.value.errors) == {"name", "role"}


def test_a_person_belongs_to_their_practice(db: Database) -> None:
    with db.write() as session:
        contact_id = make_contact(session).id
    assert contact_id is not None
    with pytest.raises(NotFound):
        practices.remove_contact(db, practice(db), contact_id, actor_id=None, now=NOW)
