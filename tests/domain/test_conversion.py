from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain.conversion import Rate, started_of_received, wilson

TODAY = date(2026, 11, 23)


@dataclass
class Row:
    received_on: date
    started_on: date | None = None


def test_a_rate_says_its_counts() -> None:
    assert Rate(3, 7).words == "3 of 7"
    assert Rate(3, 7).share == pytest.approx(3 / 7)
    assert Rate(0, 0).share is None
    with pytest.raises(ValueError, match="no rate"):
        Rate(2, 1)


def test_wilson_agrees_with_published_values() -> None:
    low, high = wilson(8, 10)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert wilson(0, 0) == (0, 1)
    assert wilson(1, 1)[1] == 1
    assert wilson(1, 1)[0] < 0.25


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_within_bounds(counts: tuple[int, int]) -> None:
    low, high = Rate(*counts).interval
    share = counts[0] / counts[1]
    assert 0 <= low <= share <= high <= 1


def test_started_counts_out_of_received() -> None:
    rows = [Row(TODAY, TODAY), Row(TODAY), Row(TODAY - timedelta(days=60), TODAY)]
    assert started_of_received(rows) == Rate(2, 3)


def test_a_cohort_counts_only_those_whose_days_are_over() -> None:
    rows = [
        Row(TODAY - timedelta(days=40), TODAY - timedelta(days=20)),
        Row(TODAY - timedelta(days=60), TODAY - timedelta(days=1)),
        Row(TODAY - timedelta(days=5), TODAY),
    ]
    assert started_of_received(rows, within_days=30, today=TODAY) == Rate(1, 2)
