"""The hours in which mail of a sequence may leave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain.calendar import is_business_day
from crm.domain.windows import Window

OFFICE = Window(8 * 60 + 30, 16 * 60 + 30, "America/Chicago")
ZONES = ("America/Chicago", "America/Los_Angeles", "Pacific/Honolulu", "Asia/Kathmandu", "Europe/Berlin")


def chicago(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo("America/Chicago")).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "opens_at"),
    [
        (chicago(3, 4, 7), chicago(3, 4, 8, 30)),
        (chicago(3, 4, 16, 30), chicago(3, 5, 8, 30)),
        (chicago(3, 6, 17), chicago(3, 9, 8, 30)),
        (chicago(7, 2, 18), chicago(7, 6, 8, 30)),  # the 3rd is the observed holiday
        (chicago(3, 4, 8, 30), chicago(3, 4, 8, 30)),
        (chicago(3, 4, 16, 29), chicago(3, 4, 16, 29)),
    ],
)
def test_a_closed_window_opens_on_the_next_business_day_and_an_open_one_is_open(
    now: datetime, opens_at: datetime
) -> None:
    assert OFFICE.next_open(now) == opens_at
    assert OFFICE.is_open(now) == (now == opens_at)


def test_a_window_without_hours_is_the_whole_day() -> None:
    assert Window(600, 600, "UTC").is_open(datetime(2026, 3, 4, 23, 59, tzinfo=UTC))
    assert not Window(600, 600, "UTC").is_open(datetime(2026, 3, 7, 12, 0, tzinfo=UTC))


def test_a_window_to_midnight_ends_with_the_day() -> None:
    evening = Window(22 * 60, 24 * 60, "UTC")
    assert evening.is_open(datetime(2026, 3, 6, 23, 59, tzinfo=UTC))
    assert evening.next_open(datetime(2026, 3, 7, 0, 0, tzinfo=UTC)) == datetime(2026, 3, 9, 22, 0, tzinfo=UTC)


@given(
    now=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(lambda when: when.replace(tzinfo=UTC)),  # noqa: DTZ001
    start=st.integers(0, 1439),
    length=st.integers(1, 600),
    zone=st.sampled_from(ZONES),
)
def test_it_opens_inside_itself_on_a_business_day_and_never_before_now(
    now: datetime, start: int, length: int, zone: str
) -> None:
    window = Window(start, min(start + length, 1440), zone)
    opens_at = window.next_open(now)
    assert opens_at >= now
    assert window.is_open(opens_at)
    assert is_business_day(opens_at.astimezone(ZoneInfo(zone)).date())
    assert opens_at - now < timedelta(days=7)
