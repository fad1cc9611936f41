"""While typing: who is there already."""

from __future__ import annotations

from crm.services import namesakes
from crm.services.namesakes import Similar
from crm.store.engine import Database
from tests.factories import NOW, make_practice, make_provider, npi


def found(db: Database, **form: str) -> list[tuple[str, tuple[str, ...]]]:
    with db.read() as session:
        return [(one.who.display_name, one.reasons) for one in namesakes.similar(session, form)]


def add(db: Database, first: str, last: str, **given: object) -> int:
    with db.write() as session:
        practice = make_practice(session, name="Bayou Clinic", zip="77005")
        sort_name = f"{last} {first}".lower()
        row = make_provider(session, practice=practice, first_name=first, last_name=last, sort_name=sort_name, **given)
    assert row.id is not None
    return row.id


def test_the_same_npi_is_certain(db: Database) -> None:
    add(db, "Ada", "Stone", npi=npi(5))
    with db.read() as session:
        (one,) = namesakes.similar(session, {"name": "Somebody Else", "npi": npi(5)})
    assert isinstance(one, Similar)
    assert (one.certain, one.reasons) == (True, ("same NPI",))


def test_email_and_phone_are_found_in_any_spelling(db: Database) -> None:
    add(db, "Ada", "Stone", email="ada@clinic.example", phone="+17135550142")
    assert found(db, name="A", email="ADA@clinic.example")
    assert found(db, name="A", phone="713-555-0142")
    assert found(db, name="A", phone="713-555-0") == []


def test_a_like_name_in_the_same_place(db: Database) -> None:
    add(db, "Maria", "Lopez", npi=None)
    ((name, reasons),) = found(db, name="Dr. Maria López, MD", practice_zip="77005")
    assert name.startswith("Maria Lopez")
    assert reasons == ("same name", "same ZIP")


def test_a_fitting_initial_is_enough_for_a_hint(db: Database) -> None:
    add(db, "Maria", "Lopez", npi=None)
    assert found(db, name="M. Lopez")


def test_another_first_name_is_somebody_else(db: Database) -> None:
    add(db, "Maria", "Lopez", npi=None)
    assert found(db, name="Hector Lopez") == []


def test_nobody_is_like_themselves(db: Database) -> None:
    key = add(db, "Maria", "Lopez", npi=None)
    with db.read() as session:
        assert namesakes.similar(session, {"name": "Maria Lopez"}, but=key) == []


def test_those_put_away_are_found_by_what_is_exact_only(db: Database) -> None:
    add(db, "Maria", "Lopez", npi=None, email="m@clinic.example", archived_at=NOW)
    assert found(db, name="Maria Lopez") == []
    assert found(db, name="Maria Lopez", email="m@clinic.example")


def test_nothing_typed_finds_nobody(db: Database) -> None:
    add(db, "Maria", "Lopez")
    assert found(db) == []
    assert found(db, name="  ", npi="12", email="@", phone="7") == []
