from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from crm.domain import gifts
from crm.domain.gifts import Had, Limits

DAY = date(2026, 6, 10)
LIMITS = Limits()


@given(st.integers(1, 1_000_000), st.integers(1, 200))
def test_shares_add_up_and_differ_by_a_cent_at_most(value: int, people: int) -> None:
    found = gifts.shares(value, people)
    assert sum(found) == value
    assert len(found) == people
    assert max(found) - min(found) <= 1


def test_a_small_gift_far_from_any_referral_is_nothing_to_think_of() -> None:
    assert gifts.warnings(DAY, [Had("Marlene", 1_200, 4_000, (date(2026, 5, 1),))], LIMITS) == []


def test_value_total_and_timing_are_each_pointed_out() -> None:
    found = gifts.warnings(DAY, [Had("Dr. Shah", 3_000, 9_000, (date(2026, 6, 3),))], LIMITS)
    assert found[0] == "$30 for one person is above your $25."
    assert found[1] == "Dr. Shah has had $90 this year: above your $75."
    assert found[2].startswith("This was 7 days after a referral from Dr. Shah. Nothing may be given")


def test_a_gift_just_before_a_referral_looks_no_better() -> None:
    (found,) = gifts.warnings(DAY, [Had("Dr. Shah", 500, 500, (date(2026, 6, 11), date(2026, 6, 24)))], LIMITS)
    assert found.startswith("This was 1 day before a referral")


def test_the_same_day_is_named_as_such() -> None:
    (found,) = gifts.warnings(DAY, [Had("Dr. Shah", 500, 500, (DAY,))], LIMITS)
    assert found.startswith("Dr. Shah referred on the same day.")


def test_exactly_at_the_limits_is_within_them() -> None:
    assert gifts.warnings(DAY, [Had("Dr. Shah", 2_500, 7_500)], LIMITS) == []
