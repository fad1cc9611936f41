"""Importing people's own lists, on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from crm.domain.errors import Invalid, Refused
from crm.domain.kinds import ImportState, ProviderKind
from crm.models.imports import ImportRow, ImportRun
from crm.models.practices import Practice
from crm.models.providers import Provider, ProviderDifference, ProviderExtra, ProviderTag
from crm.services import imports, imports_contacts
from crm.services.imports_contact_values import person_of, read, specialty_of
from crm.services.imports_workshop import Workshop
from crm.store.engine import Database
from tests import factories
from tests.factories import FakeClock


@pytest.fixture
def shop(db: Database, tmp_path: Path) -> Workshop:
    with db.write() as session:
        factories.make_business(session)
    return Workshop(db, tmp_path / "imports", FakeClock())


def run(shop: Workshop, text: str, **mapping: str) -> dict[str, Any]:
    path = shop.folder.parent / "list.csv"
    path.write_text(text, encoding="utf-8")
    answer = imports.run_list_now(shop, path, mapping)
    parts = sum(answer[name] for name in ("new", "changed", "unchanged", "deactivated"))
    assert parts + sum(answer["skipped"].values()) == answer["rows"]
    return answer


def everybody(session: Session) -> list[Provider]:
    return list(session.exec(select(Provider).order_by(col(Provider.id))))


HEAD = "Name,Practice,Phone,E-mail,Address,City,Zip,Specialty,Tags,Shoe size,Notes\n"
MARIA = (
    '"Dr. Maria C. López-Ruiz, MD, FAAOS",Oak Clinic,713-555-0101,M@Oak.com,12 Main St,Houston,77005,Orthopedics,'
    "golf,7,met\n"
)
LUIS = '"Ng, Luis, PT",Oak Clinic,(713) 555-0102 x4,,12 Main Street,Houston,77005,,"golf, tea",,\n'


def test_rows_become_providers_with_practice_tags_and_all_that_was_written(shop: Workshop) -> None:
    answer = run(shop, HEAD + MARIA + LUIS)
    assert (answer["rows"], answer["new"]) == (2, 2)
    with shop.db.read() as session:
        maria, luis = everybody(session)
        assert maria.display_name == "Maria C. López-Ruiz, MD, FAAOS"
        assert (maria.phone, maria.email, maria.specialty) == ("+17135550101", "m@oak.com", "orthopedics")
        assert (maria.practice_name, maria.city, maria.state, maria.zip) == ("Oak Clinic", "Houston", "TX", "77005")
        assert (maria.distance_miles, maria.remarks) == (0.0, "met")
        assert maria.fit > 70
        assert (luis.last_name, luis.specialty, luis.phone_extension) == ("Ng", "pt", "4")
        assert luis.practice_id == maria.practice_id
        assert session.get_one(Practice, maria.practice_id).name == "Oak Clinic"
        assert session.get_one(ProviderExtra, maria.id).content == {"Shoe size": "7"}
        assert len(session.exec(select(ProviderTag)).all()) == 3


def test_the_same_list_again_changes_nothing(shop: Workshop) -> None:
    run(shop, HEAD + MARIA + LUIS)
    again = run(shop, HEAD + MARIA + LUIS)
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 2)


def test_rows_are_skipped_with_their_reason(shop: Workshop) -> None:
    text = (
        "Name,Phone,E-mail,NPI,Zip\nA Solberg,12,,,\nB Solberg,,x@,,\nC Solberg,,,123,\nD Solberg,,,,7\n,,a@oak.com,,\n"
    )
    answer = run(shop, text + "E Solberg,713-555-0101,,,\nE Solberg,7135550101,,,\n")
    assert answer["new"] == 1
    assert answer["skipped"] == {
        "invalid_email": 1,
        "invalid_npi": 1,
        "invalid_phone": 1,
        "invalid_zip": 1,
        "no_name": 1,
        "repeated": 1,
    }


def test_a_row_fills_what_is_empty_and_changes_what_nobody_edited(shop: Workshop) -> None:
    run(shop, "Name,Zip\nIngrid Solberg,77005\n")
    with shop.db.write() as session:
        everybody(session)[0].fax = "+17135550177"
    answer = run(shop, "Name,Zip,Phone,Fax\nIngrid Solberg,77005,713-555-0101,713-555-0199\n")
    assert (answer["changed"], answer["new"]) == (1, 0)
    with shop.db.read() as session:
        (found,) = everybody(session)
        assert (found.phone, found.fax) == ("+17135550101", "+17135550199")
        assert found.edited_fields == ["phone", "fax"]
        assert session.get_one(ImportRun, answer["import_id"]).fields == {"phone": 1, "fax": 1}


def test_what_the_trainer_edited_stays_and_the_difference_is_kept(shop: Workshop) -> None:
    run(shop, "Name,Zip,Phone\nIngrid Solberg,77005,713-555-0101\n")
    with shop.db.write() as session:
        mine = everybody(session)[0]
        mine.phone, mine.edited_fields = "+17135550000", ["phone"]
    answer = run(shop, "Name,Zip,Phone\nIngrid Solberg,77005,713-555-0101\n")
    assert answer["changed"] == 0
    with shop.db.read() as session:
        assert everybody(session)[0].phone == "+17135550000"
        assert session.exec(select(ProviderDifference)).one().theirs == "+17135550101"


def test_two_people_of_one_name_stay_two(shop: Workshop) -> None:
    one, other = "Ingrid Solberg,77005,713-555-0101,a@oak.com\n", "Ingrid Solberg,77005,713-555-0102,b@oak.com\n"
    assert run(shop, f"Name,Zip,Phone,E-mail\n{one}{other}")["new"] == 2


def test_a_shared_office_number_is_not_a_person(shop: Workshop) -> None:
    text = "Name,Phone,E-mail\nIngrid Solberg,713-555-0101,office@oak.com\nLuis Ng,713-555-0101,office@oak.com\n"
    assert run(shop, text)["new"] == 2
    assert run(shop, text)["unchanged"] == 2


def test_an_organization_needs_no_person(shop: Workshop) -> None:
    run(shop, "Facility,Phone,Type\nMERIDIAN ASSISTED LIVING,713-555-0101,assisted living\n")
    with shop.db.read() as session:
        (found,) = everybody(session)
        assert (found.kind, found.display_name) == (ProviderKind.ORGANIZATION, "Meridian Assisted Living")
        assert found.specialty == "assisted_living"


def test_columns_can_be_said(shop: Workshop) -> None:
    answer = run(shop, "Who,Tel,Zip\nIngrid Solberg,713-555-0101,77005\n", Who="name", Tel="fax")
    assert answer["new"] == 1
    with shop.db.read() as session:
        assert everybody(session)[0].fax == "+17135550101"


def test_undo_removes_new_rows_and_puts_changed_ones_back(shop: Workshop) -> None:
    run(shop, "Name,Zip,Phone\nIngrid Solberg,77005,713-555-0101\n")
    second = run(shop, "Name,Zip,Phone,Tags\nIngrid Solberg,77005,713-555-0199,a\nLuis Ng,77005,713-555-0102,b\n")
    assert (second["new"], second["changed"]) == (1, 1)
    undone = imports.undo_now(shop, second["import_id"])
    assert (undone["removed"], undone["restored"], undone["kept"]) == (1, 1, 0)
    with shop.db.read() as session:
        (found,) = everybody(session)
        assert (found.phone, found.edited_fields) == ("+17135550101", [])
        assert session.exec(select(ImportRow).where(ImportRow.import_id == second["import_id"])).all() == []


def test_a_list_that_cannot_be_read_changes_nothing(shop: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(Refused):
        imports.run_list_now(shop, path, {})
    with shop.db.read() as session:
        assert session.exec(select(ImportRun)).all() == []


def test_an_applied_list_is_not_on_the_stage_any_more(shop: Workshop) -> None:
    answer = run(shop, "Name,Zip\nIngrid Solberg,77005\n")
    with pytest.raises(Refused, match="applied already"):
        imports_contacts.confirm(shop.db, answer["import_id"])
    with shop.db.read() as session:
        assert session.get_one(ImportRun, answer["import_id"]).state is ImportState.DONE


def test_a_field_can_only_be_one_column() -> None:
    with pytest.raises(Invalid, match="Only one column can be Phone"):
        imports_contacts.checked_mapping({"A": "phone", "B": "phone"})


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Luis Ng", ("", "Luis", "", "Ng", "", "")),
        ("Dr. Luis Ng", ("Dr.", "Luis", "", "Ng", "", "")),
        ("Luis A. Ng, PT, DPT", ("", "Luis", "A.", "Ng", "", "PT, DPT")),
        ("Ng, Luis", ("", "Luis", "", "Ng", "", "")),
        ("Ng, Luis, PT", ("", "Luis", "", "Ng", "", "PT")),
        ("Maria de la Cruz, MD", ("", "Maria", "", "de la Cruz", "", "MD")),
        ("Owen Trevino Jr.", ("", "Owen", "", "Trevino", "Jr.", "")),
    ],
)
def test_names_of_one_cell_are_taken_apart(text: str, parts: tuple[str, ...]) -> None:
    assert tuple(person_of(text)) == parts


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Orthopedics", "orthopedics"),
        ("orthopaedic surgeon", "orthopedics"),
        ("Physical Therapist", "pt"),
        ("PT", "pt"),
        ("Family Medicine", "primary_care"),
        ("Cardiology", "cardiology"),
        ("astrology", "other"),
    ],
)
def test_specialties_are_known_by_many_words(text: str, key: str) -> None:
    assert specialty_of(text) == key


def test_every_wrong_cell_gets_its_sentence() -> None:
    columns = ["name", "phone", "email", "zip"]
    _, problems = read(["Ng", "1", "x", "7"], columns)
    assert set(problems) == {"phone", "email", "zip"}
