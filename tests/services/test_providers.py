"""Adding and correcting providers by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, select

from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import ActivityKind, Ask, ProviderKind
from crm.models.activities import Activity
from crm.models.practices import Affiliation, Practice
from crm.models.providers import Provider
from crm.services import changes, providers
from crm.store.engine import Database
from tests.factories import (
    NOW,
    make_business,
    make_practice,
    make_provider,
    npi,
)

ADDRESS = {
    "practice_name": "BAYOU CITY ORTHOPAEDICS PLLC",
    "practice_line1": "6400 fannin st",
    "practice_line2": "Suite 1700",
    "practice_city": "HOUSTON",
    "practice_state": "tx",
    "practice_zip": "77030-1509",
}


def create(db: Database, **form: str) -> Provider:
    provider_id = providers.create(db, form, actor_id=None, now=NOW)
    return read(db, provider_id)


def read(db: Database, provider_id: int | None) -> Provider:
    with db.read() as session:
        return session.get_one(Provider, provider_id)


def test_a_name_as_on_the_door_is_taken_apart(db: Database) -> None:
    provider = create(db, name="Dr. Maria C. López-Ruiz, MD, FAAOS", specialty="orthopedics")
    assert (provider.first_name, provider.middle_name, provider.last_name) == ("Maria", "C.", "López-Ruiz")
    assert (provider.prefix, provider.credentials) == ("Dr.", "MD, FAAOS")
    assert provider.display_name == "Maria C. López-Ruiz, MD, FAAOS"
    assert provider.sort_name.startswith("lopez-ruiz maria")
    assert provider.ask is Ask.CLEARANCE


def test_phone_fax_and_email_are_brought_into_one_form(db: Database) -> None:
    provider = create(
        db, name="Luis Ortega", phone="713.555.0142 x 12", fax="(713) 555-0143", email="Luis@Clinic.example"
    )
    assert (provider.phone, provider.phone_extension) == ("+17135550142", "12")
    assert (provider.fax, provider.email) == ("+17135550143", "luis@clinic.example")


def test_every_wrong_field_is_named_at_once(db: Database) -> None:
    form = {
        "name": " ",
        "phone": "12",
        "email": "luis@",
        "npi": "1234567898",
        "specialty": "magic",
        "practice_zip": "7",
    }
    with pytest.raises(Invalid) as caught:
        create(db, **form)
    assert set(caught.value.errors) == {"name", "phone", "email", "npi", "specialty", "practice_zip"}


def test_an_organization_has_a_name_and_no_parts(db: Database) -> None:
    provider = create(db, kind="organization", name="THE RIVER OAKS CLUB INC")
    assert provider.kind is ProviderKind.ORGANIZATION
    assert (provider.display_name, provider.last_name) == ("The River Oaks Club Inc", "")
    assert provider.sort_name == "river oaks club"


def test_the_practice_is_made_once_and_shared(db: Database) -> None:
    one = create(db, name="Ada Stone, MD", **ADDRESS)
    two = create(
        db, name="Bo Reed, PT", **(ADDRESS | {"practice_line1": "6400 Fannin Street", "practice_line2": "Ste 1700"})
    )
    assert one.practice_id == two.practice_id
    assert (one.practice_name, one.city, one.state, one.zip) == (
        "Bayou City Orthopaedics PLLC",
        "Houston",
        "TX",
        "77030",
    )
    with db.read() as session:
        (practice,) = session.exec(select(Practice)).all()
        links = session.exec(select(Affiliation).where(Affiliation.practice_id == practice.id)).all()
    assert practice.zone == "America/Chicago"
    assert [link.is_primary for link in links] == [True, True]


def test_a_town_without_a_street_makes_no_practice(db: Database) -> None:
    provider = create(db, name="Ada Stone", practice_city="katy", practice_zip="77449", practice_name="Katy Seniors")
    assert (provider.practice_id, provider.city, provider.state) == (None, "Katy", "TX")
    assert provider.practice_name == "Katy Seniors"


def test_distance_and_fit_are_known_at_once(db: Database) -> None:
    with db.write() as session:
        make_business(session, zip="77005")
    provider = create(db, name="Ada Stone, MD", specialty="orthopedics", phone="7135550142", **ADDRESS)
    assert provider.distance_miles is not None
    assert provider.distance_miles < 5
    assert provider.fit > 50


def test_the_same_npi_is_not_added_twice(db: Database) -> None:
    with db.write() as session:
        make_provider(session, npi=npi(7), display_name="Ada Stone, MD")
    with pytest.raises(Invalid) as caught:
        create(db, name="A. Stone", npi=npi(7))
    assert "Ada Stone, MD has this NPI" in caught.value.errors["npi"]


def test_adding_is_on_the_timeline(db: Database) -> None:
    provider = create(db, name="Ada Stone")
    with db.read() as session:
        (line,) = session.exec(select(Activity).where(Activity.provider_id == provider.id)).all()
    assert (line.kind, line.summary) == (ActivityKind.EDIT, "Added by hand")


def test_corrections_are_remembered_as_the_trainers_own_and_undone(db: Database) -> None:
    with db.write() as session:
        provider_id = make_provider(session, phone="+17135550100", remarks="old").id
    assert provider_id is not None
    change = providers.update(
        db, provider_id, {"phone": "713 555 0199", "remarks": "Ask for Rosa"}, actor_id=None, now=NOW
    )
    provider = read(db, provider_id)
    assert (provider.phone, provider.remarks) == ("+17135550199", "Ask for Rosa")
    assert {"phone", "remarks"} <= set(provider.edited_fields)
    with db.read() as session:
        line = session.exec(select(Activity).where(Activity.provider_id == provider_id)).one()
    assert line.summary == "Changed phone, sticky note"
    assert change is not None
    changes.undo(db, change, actor_id=None, now=NOW)
    provider = read(db, provider_id)
    assert (provider.phone, provider.remarks, provider.edited_fields) == ("+17135550100", "old", [])


def test_saving_without_a_difference_changes_nothing(db: Database) -> None:
    with db.write() as session:
        provider_id = make_provider(session, phone="+17135550100", fit=0).id
    assert provider_id is not None
    assert providers.update(db, provider_id, {"phone": "(713) 555-0100"}, actor_id=None, now=NOW) is None
    with db.read() as session:
        assert session.exec(select(Activity)).all() == []


def test_moving_to_another_practice_keeps_the_old_one_as_second(db: Database) -> None:
    with db.write() as session:
        old = make_practice(session, name="Old Place")
        provider_id = make_provider(session, practice=old).id
    assert provider_id is not None
    providers.update(db, provider_id, ADDRESS, actor_id=None, now=NOW)
    with db.read() as session:
        query = select(Affiliation).where(Affiliation.provider_id == provider_id).order_by(col(Affiliation.id))
        links = session.exec(query).all()
    assert [(link.practice_id == old.id, link.is_primary) for link in links] == [(True, False), (False, True)]


def test_putting_away_and_bringing_back(db: Database) -> None:
    with db.write() as session:
        provider_id = make_provider(session).id
    assert provider_id is not None
    providers.put_away(db, provider_id, actor_id=None, now=NOW)
    assert read(db, provider_id).archived_at == NOW
    assert providers.put_away(db, provider_id, actor_id=None, now=NOW + timedelta(days=1)) is None
    providers.bring_back(db, provider_id, actor_id=None, now=NOW)
    assert read(db, provider_id).archived_at is None


def test_a_merged_provider_is_not_brought_back_by_itself(db: Database) -> None:
    with db.write() as session:
        kept = make_provider(session).id
        provider_id = make_provider(session, archived_at=NOW, merged_into_id=kept).id
    assert provider_id is not None
    with pytest.raises(Invalid):
        providers.bring_back(db, provider_id, actor_id=None, now=NOW)


def test_a_peer_can_be_ranked_all_the_same(db: Database) -> None:
    with db.write() as session:
        provider_id = make_provider(session, is_peer=True, fit=0, specialty="orthopedics").id
    assert provider_id is not None
    providers.override_peer(db, provider_id, rank=True, actor_id=None, now=NOW)
    assert read(db, provider_id).fit > 0
    providers.override_peer(db, provider_id, rank=False, actor_id=None, now=NOW)
    assert read(db, provider_id).fit == 0


def test_days_in_the_office(db: Database) -> None:
    with db.write() as session:
        practice = make_practice(session)
        provider_id = make_provider(session, practice=practice).id
    assert provider_id is not None
    assert practice.id is not None
    providers.set_days(db, provider_id, practice.id, 1 + 8, actor_id=None, now=NOW)
    with db.read() as session:
        assert session.exec(select(Affiliation.days)).one() == 9
    with pytest.raises(NotFound):
        providers.set_days(db, provider_id, practice.id + 99, 1, actor_id=None, now=NOW)
