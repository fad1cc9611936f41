from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import addresses


@pytest.mark.parametrize(
    ("line1", "line2", "zip_code"),
    [
        ("1234 MAIN STREET", "SUITE 200", "770051234"),
        ("1234 Main St.", "Ste 200", "77005"),
        ("1234 Main St #200", "", "77005-1234"),
        ("1234 main st, # 200", "", "77005"),
        ("1234 Main Street Suite #200", "", "77005"),
    ],
)
def test_spellings_of_one_address_share_a_key(line1: str, line2: str, zip_code: str) -> None:
    assert addresses.address_key(line1, line2, zip_code) == "1234 main st # 200|77005"


def test_another_suite_is_another_practice_in_the_same_building() -> None:
    one = addresses.address_key("1 N Main St", "Ste 200", "77005")
    two = addresses.address_key("1 North Main St", "Ste 300", "77005")
    assert one != two
    assert addresses.street_key(one) == addresses.street_key(two) == "1 n main st|77005"


def test_a_post_office_box_is_spelt_one_way() -> None:
    assert addresses.address_key("P.O. Box 12", "", "77005") == addresses.address_key("PO BOX 12", "", "77005")


def test_no_street_means_no_key() -> None:
    assert addresses.address_key("", "", "77005") == ""


@pytest.mark.parametrize(
    ("text", "zip_code"),
    [
        ("77005", "77005"),
        ("770051234", "77005"),
        ("77005-1234", "77005"),
        ("2138", "02138"),
        ("21381234", "02138"),
        ("", ""),
        ("K1A 0B1", ""),
        ("123456", ""),
    ],
)
def test_zip_codes_come_down_to_five_digits(text: str, zip_code: str) -> None:
    assert addresses.zip5(text) == zip_code


@pytest.mark.parametrize(
    ("capitals", "proper"),
    [
        ("1234 N MAIN ST STE 200B", "1234 N Main St Ste 200B"),
        ("12 MCDONALD AVE", "12 McDonald Ave"),
        ("5 W 42ND ST", "5 W 42nd St"),
        ("PO BOX 9", "PO Box 9"),
        ("6550 Fannin St", "6550 Fannin St"),
    ],
)
def test_address_lines_get_proper_case(capitals: str, proper: str) -> None:
    assert addresses.proper_line(capitals) == proper


def test_cities_get_proper_case() -> None:
    assert addresses.proper_city("SAN LUIS OBISPO") == "San Luis Obispo"
    assert addresses.proper_city("O'FALLON") == "O'Fallon"
    assert addresses.proper_city("DeKalb") == "DeKalb"


def test_an_address_fits_one_line_without_gaps() -> None:
    assert addresses.one_line("6550 Fannin St", "", "Houston", "TX", "77030") == "6550 Fannin St, Houston, TX 77030"


@given(st.text(max_size=40), st.text(max_size=20))
def test_case_and_spaces_never_change_the_key(line1: str, line2: str) -> None:
    spaced = "  ".join(line1.split())
    assert addresses.address_key(spaced, line2, "77005") == addresses.address_key(line1, line2, "77005")
