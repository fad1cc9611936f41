"""The business's details."""

from __future__ import annotations

import pytest
from sqlmodel import select

from crm.domain.errors import Invalid
from crm.models.accounts import Business
from crm.models.audit import AuditEntry
from crm.services import business
from crm.store import overrides
from crm.store.engine import Database
from tests.factories import NOW, make_business, make_user


def stored(db: Database) -> Business:
    with db.read() as session:
        return session.get_one(Business, 1)


def test_details_are_stored_in_one_form_however_they_are_typed(db: Database) -> None:
    business.save(
        db,
        {"name": " Stride  After Care ", "state": "tx", "zip": "77005-1234", "phone": "(713) 555-0142",
         "website": "stride.example/start"},
        actor_id=None,
        now=NOW,
    )  # fmt: skip
    row = stored(db)
    assert (row.name, row.state, row.zip) == ("Stride After Care", "TX", "77005")
    assert (row.phone, row.website) == ("+17135550142", "https://stride.example/start")


def test_a_new_zip_moves_the_business_and_asks_for_new_distances(db: Database) -> None:
    with db.write() as session:
        make_business(session, scored_at=NOW)
    business.save(db, {"zip": "80202"}, actor_id=None, now=NOW)

    row = stored(db)
    assert row.zone == "America/Denver"
    assert row.lat == pytest.approx(39.75, abs=0.1)
    assert row.scored_at is None


def test_what_did_not_change_asks_for_nothing(db: Database) -> None:
    with db.write() as session:
        make_business(session, scored_at=NOW)
    business.save(db, {"zip": "77005", "name": "Stride After Care"}, actor_id=None, now=NOW)
    assert stored(db).scored_at == NOW
    with db.read() as session:
        assert session.exec(select(AuditEntry)).all() == []


def test_a_zone_that_was_chosen_wins_over_that_of_the_zip(db: Database) -> None:
    business.save(db, {"zip": "80202", "zone": "America/Chicago"}, actor_id=None, now=NOW)
    assert stored(db).zone == "America/Chicago"


def test_an_unknown_zip_has_no_place(db: Database) -> None:
    business.save(db, {"zip": "00000"}, actor_id=None, now=NOW)
    assert (stored(db).lat, stored(db).zip) == (None, "00000")


def test_every_wrong_field_is_named_and_nothing_is_stored(db: Database) -> None:
    wrong = {
        "name": "x" * 200,
        "zip": "7700",
        "state": "Texas",
        "zone": "Mars/Olympus",
        "website": "no web",
        "phone": "1",
    }
    with pytest.raises(Invalid) as raised:
        business.save(db, wrong, actor_id=None, now=NOW)
    assert set(raised.value.errors) == set(wrong)
    with db.read() as session:
        assert session.get(Business, 1) is None


def test_a_change_is_noted_with_its_fields(db: Database) -> None:
    business.save(db, {"name": "Stride"}, actor_id=None, now=NOW)
    with db.read() as session:
        entry = session.exec(select(AuditEntry)).one()
    assert (entry.kind, entry.detail) == ("business_changed", {"fields": ["name"]})


def test_a_tagline_out_of_scope_is_refused_until_somebody_says_why_it_may_stay(db: Database) -> None:
    with db.write() as session:
        make_business(session)
        make_user(session)
    claim = {"tagline": "Treating back pain since 1999"}
    with pytest.raises(Invalid) as caught:
        business.save(db, claim, actor_id=1, now=NOW)
    assert set(caught.value.errors) == {"tagline", "override_reason"}
    assert "“Treating”" in caught.value.errors["tagline"]
    assert stored(db).tagline != claim["tagline"]
    business.save(db, {**claim, "override_reason": "The board allows the word here"}, actor_id=1, now=NOW)
    assert stored(db).tagline == claim["tagline"]
    business.save(db, {"tagline": "Exercise after therapy"}, actor_id=1, now=NOW)
    business.save(db, claim, actor_id=1, now=NOW)
    with db.read() as session:
        assert [row.excerpt for row in overrides.of(session, business.SUBJECT, 1)] == ["Treating"]


@pytest.mark.parametrize("said", ["Safe, structured exercise when therapy ends", "From rehab to real life", ""])
def test_a_tagline_in_scope_is_nobody_s_business(db: Database, said: str) -> None:
    business.save(db, {"name": "Stride", "tagline": said}, actor_id=None, now=NOW)
    assert business.doubts(stored(db)) == []
