"""Which column is which."""

from __future__ import annotations

import pytest

from crm.domain.columns import by_content, by_heading, guess, looks_like_headings


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Name", "name"),
        ("PHYSICIAN NAME", "name"),
        ("firstName", "first_name"),
        ("Last_Name", "last_name"),
        ("E-mail Address", "email"),
        ("E-mail 1 - Value", "email"),
        ("Phone #", "phone"),
        ("Office Phone", "phone"),
        ("Fax Number", "fax"),
        ("Zip Code", "zip"),
        ("Postal Code", "zip"),
        ("Clinic", "practice_name"),
        ("NPI #", "npi"),
        ("Speciality", "specialty"),
        ("Notes", "remarks"),
        ("Shoe size", None),
    ],
)
def test_headings_are_known_in_many_spellings(heading: str, field: str | None) -> None:
    assert by_heading(heading) == field


def test_no_field_is_given_twice_but_for_remarks() -> None:
    assert guess(["Phone", "Mobile", "Notes", "Comments"], []) == ["phone", None, "remarks", "remarks"]


def test_columns_without_a_telling_heading_go_by_what_stands_in_them() -> None:
    rows = [
        ["2000000002", "ada@oak.com", "713-555-0101", "77005", "x"],
        ["2000000010", "", "(713) 555-0102", "77030", "y"],
    ]
    assert guess(["A", "B", "C", "D", "E"], rows) == ["npi", "email", "phone", "zip", None]


def test_empty_columns_are_nothing() -> None:
    assert by_content(["", " "]) is None


@pytest.mark.parametrize(
    ("row", "headings"),
    [
        (["Name", "Phone"], True),
        (["Who", "What"], True),
        (["Luis Ng", "713-555-0101"], False),
        (["Name", "ada@oak.com"], False),
        (["", ""], False),
    ],
)
def test_a_first_row_of_headings_is_told_from_one_of_people(row: list[str], *, headings: bool) -> None:
    assert looks_like_headings(row) is headings
