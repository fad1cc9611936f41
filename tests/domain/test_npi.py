from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import npi
from crm.domain.errors import Invalid


def test_the_published_example_is_valid_and_its_neighbour_is_not() -> None:
    assert npi.is_valid("1234567893")
    assert not npi.is_valid("1234567898")


@pytest.mark.parametrize("text", ["123456789", "12345678931", "", "123456789X", "１２３４５６７８９３", " 1234567893"])
def test_anything_but_ten_plain_digits_is_not_valid(text: str) -> None:
    assert not npi.is_valid(text)


@pytest.mark.parametrize("text", ["1234567893", " 1234-567-893 ", "NPI: 1234567893", "npi#1234567893", "123 456 7893"])
def test_separators_and_a_label_are_taken_out(text: str) -> None:
    assert npi.normalise(text) == "1234567893"


def test_empty_stays_empty_because_a_source_may_have_no_npi() -> None:
    assert npi.normalise("  ") == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [("12345", "this one has 5"), ("12345678A3", "digits only"), ("1234567898", "mistyped")],
)
def test_the_error_says_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        npi.normalise(text)
    assert words in caught.value.errors["npi"]


@given(st.integers(0, 99_999_999))
def test_fictional_numbers_start_with_2_and_pass_the_check(number: int) -> None:
    made = npi.fictional(number)
    assert made[0] == "2"
    assert npi.is_valid(made)


def test_a_fictional_number_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0"):
        npi.fictional(100_000_000)


@given(st.integers(0, 99_999_999), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(number: int, place: int, shift: int) -> None:
    good = npi.fictional(number)
    wrong = str((int(good[place]) + shift) % 10)
    assert not npi.is_valid(good[:place] + wrong + good[place + 1 :])
