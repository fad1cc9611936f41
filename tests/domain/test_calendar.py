from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import calendar
from crm.domain.errors import Invalid

CHICAGO = "America/Chicago"
ZONES = [
    CHICAGO,
    "America/New_York",
    "America/Phoenix",
    "Pacific/Honolulu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
]
DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))


def test_the_day_depends_on_the_zone() -> None:
    late = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)
    assert calendar.local_day(late, CHICAGO) == date(2026, 11, 23)
    assert calendar.local_day(late, "UTC") == date(2026, 11, 24)


def test_a_time_that_clocks_skip_becomes_the_first_minute_after() -> None:
    instant = calendar.instant_of(date(2026, 3, 8), time(2, 30), CHICAGO)
    assert instant.astimezone(ZoneInfo(CHICAGO)).time() == time(3, 0)


def test_a_time_that_clocks_show_twice_is_the_first_of_the_two() -> None:
    assert calendar.instant_of(date(2026, 11, 1), time(1, 30), CHICAGO) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_a_day_has_23_to_25_hours() -> None:
    def hours(day: date) -> float:
        start, end = calendar.day_bounds(day, CHICAGO)
        return (end - start) / timedelta(hours=1)

    assert [hours(date(2026, 3, 8)), hours(date(2026, 6, 1)), hours(date(2026, 11, 1))] == [23, 24, 25]


def test_a_day_that_a_zone_left_out_still_has_an_instant() -> None:
    assert calendar.instant_of(date(2011, 12, 30), time(9), "Pacific/Apia") == datetime(2011, 12, 30, 10, tzinfo=UTC)


def test_the_next_digest_is_tomorrow_once_the_hour_has_passed() -> None:
    now = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)  # 7:00 in Chicago
    assert calendar.next_time(now, time(7), CHICAGO) == datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
    assert calendar.next_time(now - timedelta(minutes=1), time(7), CHICAGO) == now


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 11, 26), "Thanksgiving Day"),
        (date(2026, 7, 3), "Independence Day (observed)"),
        (date(2026, 11, 23), ""),
    ],
)
def test_federal_holidays_have_names(day: date, name: str) -> None:
    assert calendar.holiday(day) == name


def test_new_year_observed_in_the_old_year_counts() -> None:
    assert calendar.holiday(date(2021, 12, 31))


def test_business_days_skip_weekends_and_holidays() -> None:
    wednesday = date(2026, 11, 25)
    assert calendar.next_business_day(wednesday) == date(2026, 11, 27)
    assert calendar.add_business_days(wednesday, 3) == date(2026, 12, 1)
    assert calendar.add_business_days(date(2026, 11, 22), 0) == date(2026, 11, 23)
    assert calendar.next_business_day(date(2026, 11, 22)) == date(2026, 11, 23)
    assert calendar.business_days_between(wednesday, date(2026, 12, 1)) == 3


@given(DAYS, st.integers(1, 30))
def test_adding_business_days_is_undone_by_counting_them(day: date, count: int) -> None:
    later = calendar.add_business_days(day, count)
    assert calendar.is_business_day(later)
    assert calendar.business_days_between(day, later) == count


@given(DAYS, st.times(), st.sampled_from(ZONES))
def test_an_instant_shows_the_clock_asked_for_or_the_first_after_a_gap(day: date, clock: time, zone: str) -> None:
    clock = clock.replace(second=0, microsecond=0, tzinfo=None, fold=0)
    shown = calendar.instant_of(day, clock, zone).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert timedelta(0) <= shown - datetime.combine(day, clock) <= timedelta(hours=1)


def test_an_unknown_zone_is_named() -> None:
    with pytest.raises(Invalid) as caught:
        calendar.zone("Texas/Houston")
    assert "Texas/Houston" in caught.value.errors["zone"]
    with pytest.raises(Invalid):
        calendar.zone("../etc/passwd")
