from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import attendance
from crm.domain.attendance import Attendance
from crm.domain.client_kinds import SessionState
from crm.domain.errors import Invalid

TODAY = date(2026, 3, 4)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
S = SessionState


def test_attended_counts_of_those_whose_day_has_come_and_not_of_the_cancelled() -> None:
    days = [
        (YESTERDAY, S.ATTENDED),
        (YESTERDAY, S.MISSED),
        (YESTERDAY, S.CANCELLED),
        (YESTERDAY, S.SCHEDULED),
        (TODAY, S.SCHEDULED),
        (TOMORROW, S.SCHEDULED),
    ]
    found = attendance.of(days, TODAY)
    assert found == Attendance(attended=1, missed=1, untold=1, planned=2)
    assert (found.scheduled, found.words) == (3, "1 of 3")
    assert Attendance().words == ""


def test_twice_a_week_for_six_weeks_is_twelve_days() -> None:
    days = attendance.series(date(2026, 3, 4), {1, 3}, 6)  # a Wednesday; Tuesdays and Thursdays
    assert (len(days), days[0], days[-1]) == (12, date(2026, 3, 5), date(2026, 4, 14))


@pytest.mark.parametrize(("weekdays", "weeks"), [((), 6), ((7,), 6), ((1,), 0), ((1,), 27)])
def test_a_series_needs_days_and_weeks(weekdays: tuple[int, ...], weeks: int) -> None:
    with pytest.raises(Invalid):
        attendance.series(TODAY, weekdays, weeks)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.sets(st.integers(0, 6), min_size=1), st.integers(1, 26))
def test_a_series_holds_each_weekday_as_often_as_weeks(first: date, weekdays: set[int], weeks: int) -> None:
    days = attendance.series(first, weekdays, weeks)
    assert len(days) == min(len(weekdays) * weeks, attendance.MOST_SESSIONS)
    assert list(days) == sorted(set(days))
    assert all(day.weekday() in weekdays and first <= day < first + timedelta(weeks=weeks) for day in days)


@given(st.lists(st.tuples(st.dates(date(2026, 2, 1), date(2026, 4, 1)), st.sampled_from(SessionState))))
def test_never_more_are_attended_than_scheduled(days: list[tuple[date, SessionState]]) -> None:
    found = attendance.of(days, TODAY)
    assert found.attended <= found.scheduled
    assert found.scheduled + found.planned == sum(state is not S.CANCELLED for _, state in days)
