from __future__ import annotations

import statistics
from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain.conversion import PRIOR, Rate, Spread, are_over, shrunken, spread
from crm.domain.figures import Count, Money, Part, key, read_key
from crm.domain.results import Line, Visiting, ranked

RATES = st.integers(0, 400).flatmap(lambda n: st.builds(Rate, st.integers(0, n), st.just(n)))


def line(name: str, rate: Rate, overall: Rate) -> Line:
    part = Part(Count(f"by.source.started:{name}", rate.part), Count(f"by.source:{name}", rate.whole))
    nothing = Money("", 0)
    return Line(name, name, part, shrunken(rate, overall), nothing, nothing)


def ranking(*rates: Rate) -> list[str]:
    overall = Rate(sum(rate.part for rate in rates), sum(rate.whole for rate in rates))
    return [one.label for one in ranked(line(rate.words, rate, overall) for rate in rates)]


def test_one_of_one_does_not_lead_eight_of_ten() -> None:
    assert ranking(Rate(1, 1), Rate(8, 10)) == ["8 of 10", "1 of 1"]


@given(st.lists(RATES.filter(lambda rate: rate.whole > 0), max_size=12))
def test_whatever_else_is_there_one_of_one_comes_after_eight_of_ten(others: list[Rate]) -> None:
    order = ranking(Rate(1, 1), Rate(8, 10), *others)
    assert order.index("8 of 10") < order.index("1 of 1")


@given(st.lists(RATES, min_size=1, max_size=12))
def test_few_come_last_and_the_others_in_the_order_of_their_estimates(rates: list[Rate]) -> None:
    overall = Rate(sum(rate.part for rate in rates), sum(rate.whole for rate in rates))
    order = ranked(line(str(n), rate, overall) for n, rate in enumerate(rates))
    assert [one.is_few for one in order] == sorted(one.is_few for one in order)
    enough = [one.estimate for one in order if not one.is_few]
    assert enough == sorted(enough, reverse=True)
    assert len(order) == len(rates)


@given(RATES, RATES.filter(lambda rate: rate.whole > 0))
def test_an_estimate_lies_between_the_raw_share_and_the_overall_one(rate: Rate, overall: Rate) -> None:
    estimate = shrunken(rate, overall)
    assert overall.share is not None
    low, high = sorted((rate.share if rate.share is not None else overall.share, overall.share))
    assert low - 1e-12 <= estimate <= high + 1e-12


def test_an_estimate_is_as_if_ten_more_had_come_of_the_usual_kind() -> None:
    assert PRIOR == 10
    assert shrunken(Rate(8, 10), Rate(5, 10)) == pytest.approx(13 / 20)
    assert shrunken(Rate(0, 0), Rate(0, 0)) == 0.5


@given(st.lists(st.integers(-3, 40), min_size=2))
def test_median_and_quartiles_are_those_of_a_spreadsheet(numbers: list[int]) -> None:
    found = spread(Counter(numbers))
    assert found.n == len(numbers)
    low, median, high = statistics.quantiles(numbers, n=4, method="inclusive")
    assert (found.low, found.median, found.high) == pytest.approx((low, median, high))


def test_the_spread_of_nothing_and_of_one() -> None:
    assert spread({}) == Spread() == spread({4: 0})
    assert spread({4: 1}) == Spread(1, 4, 4, 4)


def test_days_are_over_when_the_last_of_them_is() -> None:
    assert not are_over(date(2026, 3, 1), 30, date(2026, 3, 31))
    assert are_over(date(2026, 3, 1), 30, date(2026, 4, 1))


@given(st.from_regex(r"[a-z_.0-9]+", fullmatch=True), st.text(max_size=20))
def test_a_key_is_taken_apart_again(name: str, argument: str) -> None:
    found = read_key(key(name, argument))
    assert (found.name, found.argument) == (name, argument)


def test_visits_are_worth_what_their_hours_brought() -> None:
    visiting = Visiting(Count("visits", 8), Count("visited", 2), Money("", 80_000), Money("", 20_000))
    assert visiting.per_visit == 0.25
    assert visiting.hours == 4
    assert (visiting.expected_cents_per_hour, visiting.booked_cents_per_hour) == (20_000, 5_000)
    none = Visiting(Count("visits", 0), Count("visited", 0), Money("", 0), Money("", 0))
    assert none.per_visit is none.expected_cents_per_hour is none.booked_cents_per_hour is None
