from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import money
from crm.domain.errors import Invalid


@pytest.mark.parametrize(("cents", "text"), [(0, "$0"), (9950, "$99.50"), (125_000, "$1,250"), (-5, "-$0.05")])
def test_cents_are_shown_as_dollars(cents: int, text: str) -> None:
    assert money.show(cents) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (7500, 12500, "$75–125"),
        (200_000, None, "from $2,000"),
        (None, None, ""),
        (100, 100, "$1"),
        (None, 100, "up to $1"),
    ],
)
def test_price_ranges_are_short(low: int | None, high: int | None, text: str) -> None:
    assert money.show_range(low, high) == text


@given(st.integers(0, 10**8))
def test_what_is_shown_can_be_typed_back(cents: int) -> None:
    assert money.cents(money.show(cents), field="price") == cents


def test_empty_is_no_price_and_words_are_refused() -> None:
    assert money.cents(" ", field="price") is None
    assert money.cents("95.5", field="price") == 9550
    assert [money.dollars(cents) for cents in (None, 9500, 8750)] == ["", "95", "87.50"]
    with pytest.raises(Invalid) as caught:
        money.cents("a lot", field="other")
    assert "other" in caught.value.errors
