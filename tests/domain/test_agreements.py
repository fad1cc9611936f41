from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import agreements
from crm.domain.agreements import AgreementPer, AgreementState, Dates, Term
from crm.domain.errors import Invalid

START = date(2026, 1, 1)
YEAR_END = date(2026, 12, 31)

days = st.dates(date(2024, 1, 1), date(2029, 12, 31))


def test_a_month_has_its_value_and_half_a_month_half() -> None:
    term = Term(START, None, 100_000, AgreementPer.MONTH)
    assert agreements.value_in(term, START, date(2026, 3, 31)) == 300_000
    assert agreements.value_in(term, date(2026, 4, 1), date(2026, 4, 15)) == 50_000


def test_a_year_is_spread_over_its_days_also_a_leap_year() -> None:
    term = Term(date(2028, 1, 1), None, 366_00, AgreementPer.YEAR)
    assert agreements.value_in(term, date(2028, 2, 29), date(2028, 2, 29)) == 100


def test_a_total_is_spread_over_its_term() -> None:
    term = Term(START, YEAR_END, 365_000, AgreementPer.TOTAL)
    assert agreements.value_in(term, START, date(2026, 1, 10)) == 10_000
    assert agreements.value_in(term, START, date(2030, 1, 1)) == 365_000


def test_a_total_without_an_end_counts_on_its_first_day() -> None:
    term = Term(START, None, 5_000, AgreementPer.TOTAL)
    assert agreements.value_in(term, START, START) == 5_000
    assert agreements.value_in(term, date(2026, 1, 2), YEAR_END) == 0


@given(
    first=days, length=st.integers(0, 900), cents=st.integers(0, 10_000_000), per=st.sampled_from(AgreementPer),
    cut=st.integers(0, 1500), start=days,
)  # fmt: skip
def test_days_side_by_side_add_up_to_the_cent(
    first: date, length: int, cents: int, per: AgreementPer, cut: int, start: date
) -> None:
    term = Term(first, first + timedelta(days=length), cents, per)
    middle, end = start + timedelta(days=cut), start + timedelta(days=2000)
    whole = agreements.value_in(term, start, end)
    parts = agreements.value_in(term, start, middle), agreements.value_in(term, middle + timedelta(days=1), end)
    assert sum(parts) == whole
    assert min(parts) >= 0


def test_a_renewal_ends_the_term_before_it() -> None:
    found = agreements.terms([(START, 100), (date(2027, 1, 1), 150)], date(2027, 12, 31), AgreementPer.MONTH)
    assert [(term.first_on, term.last_on, term.cents) for term in found] == [
        (START, YEAR_END, 100),
        (date(2027, 1, 1), date(2027, 12, 31), 150),
    ]


def test_a_proposal_is_asked_about_after_five_business_days() -> None:
    found = agreements.reminder(AgreementState.PROPOSED, Dates(), date(2026, 3, 6))
    assert found
    assert (found.due_on, found.title) == (date(2026, 3, 13), "Ask for an answer to the proposal")


def test_the_talk_about_renewing_comes_before_the_notice_runs_out() -> None:
    found = agreements.reminder(AgreementState.ACTIVE, Dates(START, YEAR_END, YEAR_END, 30), START)
    assert found
    assert (found.due_on, found.title) == (date(2026, 12, 1), "Talk about renewing")


@pytest.mark.parametrize("state", [AgreementState.IDEA, AgreementState.ENDED, AgreementState.DECLINED])
def test_what_is_not_running_reminds_of_nothing(state: AgreementState) -> None:
    assert agreements.reminder(state, Dates(START, YEAR_END), START) is None


def test_a_decline_asks_why_and_a_start_asks_when() -> None:
    with pytest.raises(Invalid, match="why"):
        agreements.check_move(AgreementState.PROPOSED, AgreementState.DECLINED, reason=" ", starts_on=None)
    with pytest.raises(Invalid, match="which day"):
        agreements.check_move(AgreementState.PROPOSED, AgreementState.ACTIVE, reason="", starts_on=None)
    with pytest.raises(Invalid, match="can't become"):
        agreements.check_move(AgreementState.DECLINED, AgreementState.ENDED, reason="", starts_on=None)


def test_days_in_the_wrong_order_are_named() -> None:
    errors = agreements.check_dates(Dates(YEAR_END, START, date(2060, 1, 1), -1))
    assert set(errors) == {"ends_on", "renews_on", "notice_days"}
