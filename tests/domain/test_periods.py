from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import periods
from crm.domain.calendar import local_day
from crm.domain.errors import Invalid
from crm.domain.periods import COMPARED_LABELS, PRESET_LABELS, Compared, Period, Preset, compared_with, of, read

TODAY = date(2026, 11, 23)
NAMED = [preset for preset in Preset if preset is not Preset.CUSTOM]
DAYS = st.dates(date(1995, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("text", "first", "last", "label"),
    [
        ("this-month", "2026-11-01", "2026-11-30", "November 2026"),
        ("last-month", "2026-10-01", "2026-10-31", "October 2026"),
        ("this-quarter", "2026-10-01", "2026-12-31", "October to December 2026"),
        ("last-quarter", "2026-07-01", "2026-09-30", "July to September 2026"),
        ("this-year", "2026-01-01", "2026-12-31", "2026"),
        ("last-year", "2025-01-01", "2025-12-31", "2025"),
        ("last-12-months", "2025-12-01", "2026-11-30", "December 2025 to November 2026"),
        ("all", "1990-01-01", "2026-11-23", "All time"),
        ("2024-02", "2024-02-01", "2024-02-29", "February 2024"),
        ("2026-03-05..2026-04-02", "2026-03-05", "2026-04-02", "Mar 5 to Apr 2, 2026"),
        ("2025-12-30..2026-01-02", "2025-12-30", "2026-01-02", "Dec 30, 2025 to Jan 2, 2026"),
        ("2026-03-05..2026-03-05", "2026-03-05", "2026-03-05", "Mar 5, 2026"),
    ],
)
def test_a_period_is_read_and_said(text: str, first: str, last: str, label: str) -> None:
    period = read(text, TODAY)
    assert (period.first_on.isoformat(), period.last_on.isoformat()) == (first, last)
    assert period.label == label
    assert read(period.slug, TODAY) == period


@pytest.mark.parametrize(
    "text", ["", "custom", "soon", "2026-13", "2026-03-05", "2026-03-05..", "2026-04-02..2026-03-05"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(text, TODAY)
    assert set(refused.value.errors) == {"period"}


def test_custom_needs_its_days() -> None:
    with pytest.raises(Invalid, match="first and a last day"):
        of(Preset.CUSTOM, TODAY)


def test_every_preset_and_comparison_has_a_label() -> None:
    assert set(PRESET_LABELS) == set(Preset)
    assert set(COMPARED_LABELS) == set(Compared)


@pytest.mark.parametrize(
    ("text", "before", "year"),
    [
        ("last-month", "September 2026", "October 2025"),
        ("last-quarter", "April to June 2026", "July to September 2025"),
        ("last-year", "2024", "2024"),
        ("2024-02", "January 2024", "February 2023"),
        ("2025-02", "January 2025", "February 2024"),
        ("2026-03-05..2026-03-11", "Feb 26 to Mar 4, 2026", "Mar 5 to Mar 11, 2025"),
        ("this-month", "Oct 1 to Oct 23, 2026", "Nov 1 to Nov 23, 2025"),
    ],
)
def test_a_period_is_compared_with_one_as_long(text: str, before: str, year: str) -> None:
    period = read(text, TODAY)
    for compared, label in ((Compared.BEFORE, before), (Compared.YEAR, year)):
        other = compared_with(period, compared, TODAY)
        assert other is not None
        assert other.label == label


def test_nothing_is_compared_with_all_time_or_when_not_wanted() -> None:
    assert compared_with(read("all", TODAY), Compared.BEFORE, TODAY) is None
    assert compared_with(read("last-month", TODAY), Compared.NONE, TODAY) is None


@given(DAYS, st.sampled_from(NAMED))
def test_a_preset_holds_its_day_or_lies_before_it(today: date, preset: Preset) -> None:
    period = of(preset, today)
    assert period.contains(today) or period.last_on < today
    for compared in (Compared.BEFORE, Compared.YEAR):
        other = compared_with(period, compared, today)
        assert other is None or other.last_on < period.first_on


@given(DAYS, st.integers(0, 900))
def test_months_are_all_there_and_in_order(first: date, days: int) -> None:
    last = first + timedelta(days=days)
    found = periods.months(first, last)
    assert found[0] == first.replace(day=1)
    assert found[-1] == last.replace(day=1)
    assert [periods.months_before(last, n) for n in reversed(range(len(found)))] == found


@pytest.mark.parametrize("zone", ["America/Chicago", "America/Phoenix", "Asia/Kolkata", "Pacific/Apia", "UTC"])
@given(st.integers(0, 3 * 366 * 24 * 60))
def test_offsets_give_the_day_that_the_zone_has(zone: str, minutes: int) -> None:
    first, last = date(2010, 12, 1), date(2014, 2, 1)
    instant = datetime(2011, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    offset = next(seconds for until, seconds in periods.offsets(zone, first, last) if until is None or instant < until)
    assert (instant + timedelta(seconds=offset)).date() == local_day(instant, zone)


def test_the_bounds_of_a_period_are_midnights_of_the_zone() -> None:
    start, end = Period(date(2026, 11, 1), date(2026, 11, 1)).bounds("America/Chicago")
    assert end - start == timedelta(hours=25)
    assert start == datetime(2026, 11, 1, 5, tzinfo=UTC)
