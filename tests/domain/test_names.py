from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import names
from crm.domain.names import PersonName


def test_a_typed_name_is_taken_apart() -> None:
    parsed = names.parse("Dr. Maria C. López-Ruiz, MD, FAAOS")
    assert parsed == PersonName("Dr.", "Maria", "C.", "López-Ruiz", "", "MD, FAAOS")
    assert names.display_name(parsed) == "Maria C. López-Ruiz, MD, FAAOS"
    assert names.sort_name(parsed) == "lopez-ruiz maria c."


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Luis Ng PT, DPT, OCS", "Luis Ng, PT, DPT, OCS"),
        ("Ng, Luis, PT", "Luis Ng, PT"),
        ("CRUZ, MARIA DE LA", "Maria de la Cruz"),
        ("Smith, John A., M.D., P.H.D", "John A. Smith, MD, PhD"),
        ("J. Robert O\u2019Neill Jr., MD", "J. Robert O'Neill Jr., MD"),
        ("Tom Do", "Tom Do"),
        ("Pat Smith, M. D.", "Pat Smith, MD"),
        ("Marlene", "Marlene"),
        ("Jane Doe, Case Manager", "Jane Doe, Case Manager"),
        ("  dr.  ana   gómez md ", "Ana Gómez, MD"),
        ("", ""),
    ],
)
def test_names_in_many_shapes_are_shown_in_one(typed: str, shown: str) -> None:
    assert names.display_name(names.parse(typed)) == shown


@pytest.mark.parametrize(
    ("capitals", "proper"),
    [
        ("MCDONALD", "McDonald"),
        ("O'NEILL", "O'Neill"),
        ("D'ANGELO", "D'Angelo"),
        ("DE LA CRUZ", "de la Cruz"),
        ("VAN HOUTEN-SAUTER", "Van Houten-Sauter"),
        ("VAN DER BERG", "van der Berg"),
        ("LA ROCHE", "La Roche"),
        ("DE", "De"),
        ("MACDONALD", "MacDonald"),
        ("MACHADO", "Machado"),
        ("LÓPEZ-RUIZ", "López-Ruiz"),
        ("NG", "Ng"),
        ("DiFilippo", "DiFilippo"),
        ("III", "III"),
        ("LEE ANN", "Lee Ann"),
    ],
)
def test_directory_capitals_become_proper_case(capitals: str, proper: str) -> None:
    assert names.proper_name(capitals) == proper


def test_a_directory_row_keeps_generation_and_credentials() -> None:
    name = names.from_directory("JOHN", "A", "SMITH", suffix="JR.", prefix="DR.", credentials="M.D.,P.H.D")
    assert name == PersonName("Dr.", "John", "A.", "Smith", "Jr.", "MD, PhD")
    assert names.display_name(name) == "John A. Smith Jr., MD, PhD"


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ' -", min_size=1, max_size=30))
def test_proper_case_changes_only_case_and_spaces(text: str) -> None:
    assert names.proper_name(text).casefold() == " ".join(text.split()).casefold()


@given(st.text(max_size=60))
def test_any_text_can_be_parsed(text: str) -> None:
    parsed = names.parse(text)
    names.display_name(parsed)
    names.sort_name(parsed)


def test_folding_takes_accents_off_and_ignores_case() -> None:
    assert names.fold("LÓPEZ-Ruíz Straße") == "lopez-ruiz strasse"
