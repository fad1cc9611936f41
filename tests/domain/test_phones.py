from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import phones
from crm.domain.errors import Invalid
from crm.domain.phones import Phone


@pytest.mark.parametrize(
    "text",
    [
        "7135550142",
        "713-555-0142",
        "(713) 555-0142",
        "+1 713 555 0142",
        "1.713.555.0142",
        "713\u00a0555 0142",
        "tel:713-555-0142",
    ],
)
def test_spellings_of_one_number_are_one_number(text: str) -> None:
    assert phones.normalise(text).number == "+17135550142"


@pytest.mark.parametrize(
    "text", ["713-555-0142 ext. 12", "713-555-0142x12", "(713)555-0142, Extension 12", "7135550142 #12"]
)
def test_the_extension_is_kept_apart(text: str) -> None:
    assert phones.normalise(text) == Phone("+17135550142", "12")


@pytest.mark.parametrize("text", ["555-0142", "12", "call me", "0135550142", "713055014", "71355501421234567"])
def test_what_cannot_be_dialled_is_refused_with_the_field(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        phones.normalise(text, field="fax")
    assert "fax" in caught.value.errors


def test_empty_stays_empty() -> None:
    assert phones.normalise("  ") == Phone()
    assert phones.show("") == ""


def test_a_foreign_number_is_kept_and_shown_in_its_own_form() -> None:
    assert phones.normalise("+49 30 901820").number == "+4930901820"
    assert phones.show("+4930901820") == "+49 30 901820"


def test_numbers_are_shown_linked_and_found_by_their_last_digits() -> None:
    assert phones.show("+17135550142", "12") == "(713) 555-0142 ext. 12"
    assert phones.link("+17135550142", "12") == "tel:+17135550142,12"
    assert phones.last_four("+17135550142") == "0142"


def test_text_that_is_not_a_number_at_all_is_shown_as_it_is() -> None:
    assert phones.show("none") == "none"


@given(st.from_regex(r"[2-9][0-9]{2}[2-9][0-9]{6}", fullmatch=True))
def test_ten_digits_survive_the_round_trip(digits: str) -> None:
    number = phones.normalise(digits).number
    assert phones.normalise(phones.show(number)).number == number == "+1" + digits
