from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crm.domain import reports_due
from crm.domain.client_kinds import ReportState
from crm.domain.papers import REPORTS, DocumentKind
from crm.domain.reports_due import Course, Event, Known, Owed, Receiver, owed

K = DocumentKind
START = date(2026, 11, 2)
SHAH = Receiver(1, START - timedelta(days=3))
COURSE = Course(started_on=START)

days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
courses = st.builds(
    Course, st.none() | days, st.none() | days, st.none() | days, st.integers(0, 120)
)  # fmt: skip
receivers = st.lists(st.builds(Receiver, st.integers(1, 4), days), max_size=4, unique_by=lambda each: each.provider_id)
events = st.lists(st.builds(Event, st.integers(1, 6), days, st.booleans()), max_size=4, unique_by=lambda each: each.id)


def as_known(found: Sequence[Owed]) -> list[Known]:
    return [Known(each.provider_id, each.kind, each.occasion, each.due_on, each.from_on) for each in found]


def dues(found: Sequence[Owed]) -> dict[DocumentKind, date]:
    return {each.kind: each.due_on for each in found}


def settled(one: Owed, day: date, state: ReportState = ReportState.DELIVERED) -> Known:
    return replace(as_known([one])[0], state=state, settled_on=day)


def test_a_start_owes_the_letter_the_summary_and_the_first_progress_report() -> None:
    found = owed(COURSE, [SHAH], [], [], START)
    assert dues(found) == {
        K.CLIENT_INTRODUCTION: date(2026, 11, 3),
        K.ASSESSMENT_SUMMARY: date(2026, 11, 9),
        K.PROGRESS_REPORT: date(2026, 12, 2),
    }


def test_nothing_is_owed_before_the_first_session() -> None:
    assert owed(Course(), [SHAH], [], [], START) == ()


def test_the_progress_report_goes_the_day_before_the_client_sees_the_provider() -> None:
    found = owed(replace(COURSE, sees_provider_on=date(2026, 11, 20)), [SHAH], [], [], START)
    assert dues(found)[K.PROGRESS_REPORT] == date(2026, 11, 19)
    assert "see the provider on November 20" in found[-1].why


def test_a_visit_just_after_a_report_asks_for_no_second_one() -> None:
    course = replace(COURSE, sees_provider_on=date(2026, 11, 20))
    (first,) = (each for each in owed(course, [SHAH], [], [], START) if each.kind is K.PROGRESS_REPORT)
    known = [settled(first, date(2026, 11, 17))]
    (second,) = (each for each in owed(course, [SHAH], [], known, START) if each.kind is K.PROGRESS_REPORT)
    assert second.due_on == date(2026, 12, 17)


def test_a_delivered_report_starts_the_next_period_on_its_day() -> None:
    first = owed(COURSE, [SHAH], [], [], START)[-1]
    after = owed(COURSE, [SHAH], [], [settled(first, date(2026, 11, 30))], date(2026, 11, 30))
    assert (after[-1].from_on, after[-1].due_on) == (date(2026, 11, 30), date(2026, 12, 30))


def test_a_report_that_was_skipped_ends_its_period_all_the_same() -> None:
    first = owed(COURSE, [SHAH], [], [], START)[-1]
    known = [settled(first, date(2026, 11, 10), ReportState.SKIPPED)]
    assert owed(COURSE, [SHAH], [], known, START)[-1].due_on == date(2027, 1, 1)


def test_the_end_leaves_the_discharge_summary_and_what_was_late_at_the_start() -> None:
    known = as_known(owed(COURSE, [SHAH], [], [], START))
    ended = replace(COURSE, ended_on=date(2026, 11, 20))
    found = dues(owed(ended, [SHAH], [], known, date(2026, 11, 20)))
    assert found == {
        K.CLIENT_INTRODUCTION: date(2026, 11, 3),
        K.ASSESSMENT_SUMMARY: date(2026, 11, 9),
        K.DISCHARGE_SUMMARY: date(2026, 11, 27),
    }


def test_a_client_entered_years_after_they_began_starts_with_the_period_they_are_in() -> None:
    (found,) = owed(COURSE, [SHAH], [], [], date(2029, 3, 10))
    assert found.kind is K.PROGRESS_REPORT
    assert found.from_on is not None
    assert found.from_on <= date(2029, 3, 10) <= found.due_on
    assert owed(replace(COURSE, ended_on=date(2027, 1, 1)), [SHAH], [], [], date(2029, 3, 10)) == ()


def test_somebody_kept_informed_later_hears_from_then_on() -> None:
    late = Receiver(2, date(2027, 1, 10))
    assert dues(owed(COURSE, [late], [], [], late.since_on)) == {
        K.CLIENT_INTRODUCTION: date(2027, 1, 11),
        K.PROGRESS_REPORT: date(2027, 2, 9),
    }


def test_a_change_in_status_is_owed_at_once_to_everybody_informed() -> None:
    fall = Event(7, date(2026, 11, 12), urgent=True)
    found = [each for each in owed(COURSE, [SHAH, Receiver(2, START)], [fall], [], START) if each.event_id == 7]
    assert [(each.provider_id, each.due_on) for each in found] == [(1, fall.happened_on), (2, fall.happened_on)]
    assert "phone first" in found[0].why


def test_a_rhythm_of_nought_owes_no_progress_report() -> None:
    assert K.PROGRESS_REPORT not in dues(owed(replace(COURSE, report_days=0), [SHAH], [], [], START))


@given(courses, receivers, events, days, st.integers(0, 400))
def test_winding_again_changes_nothing(
    course: Course, some: list[Receiver], happened: list[Event], today: date, later: int
) -> None:
    once = owed(course, some, happened, [], today)
    assert owed(course, some, happened, as_known(once), today) == once
    afterwards = owed(course, some, happened, as_known(once), today + timedelta(days=later))
    assert afterwards == once


@given(courses, receivers, events, days)
def test_a_report_is_owed_once_and_at_most_one_of_progress(
    course: Course, some: list[Receiver], happened: list[Event], today: date
) -> None:
    found = owed(course, some, happened, [], today)
    assert len({each.key for each in found}) == len(found)
    progress = Counter(each.provider_id for each in found if each.kind is K.PROGRESS_REPORT)
    assert all(count == 1 for count in progress.values())
    if course.ended_on is not None or course.report_days == 0:
        assert not progress
    assert all(each.kind in REPORTS and each.why and len(each.occasion) <= 40 for each in found)
    assert all(today - each.due_on <= timedelta(days=reports_due.FORGIVEN_DAYS) for each in found)


@given(days, st.integers(1, 90), st.none() | days, st.lists(st.integers(-5, 40), min_size=1, max_size=12))
def test_progress_reports_follow_each_other(start: date, rhythm: int, sees_on: date | None, delays: list[int]) -> None:
    """Delivered early, in time or late: the next one is due after the last one left, and never twice for one period."""
    course, known, today = Course(start, None, sees_on, rhythm), list[Known](), start
    periods, left = set[date](), start
    for delay in delays:
        (one,) = (
            each for each in owed(course, [Receiver(1, start)], [], known, today) if each.kind is K.PROGRESS_REPORT
        )
        assert one.from_on is not None
        assert one.from_on not in periods
        assert one.due_on > max(left, one.from_on) or not known
        periods.add(one.from_on)
        left = max(today, one.due_on + timedelta(days=delay), one.from_on)
        known.append(settled(one, left))
        today = left
