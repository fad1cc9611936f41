"""When steps are taken: over random calendars, zones, clock changes and holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crm.domain.calendar import add_business_days, business_days_between, holiday, is_business_day, local_day
from crm.domain.mail_kinds import StepKind
from crm.domain.sequence_plan import (
    Gap,
    away_until,
    clock_words,
    holds,
    is_missed,
    next_at,
    open_at,
    opens_on,
    plan,
    slide,
    waits_until,
    window_words,
)
from crm.domain.windows import Window

HOUSTON = "America/Chicago"
TWO_DAYS = timedelta(days=2)
NEVER_MAILED = Gap(TWO_DAYS)
# Zones of every kind: half hours, clocks that change on business days (Cairo on Fridays, Gaza, Tehran in the past),
# by half an hour (Lord Howe), a day that was left out (Apia), none at all (Phoenix).
ZONES = [
    *("America/Chicago", "America/New_York", "America/Los_Angeles", "America/Phoenix", "America/Anchorage"),
    *("Pacific/Honolulu", "America/Puerto_Rico", "America/St_Johns", "Africa/Cairo", "Asia/Gaza", "Asia/Tehran"),
    *("Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "Africa/Casablanca", "America/Asuncion"),
]


@dataclass(frozen=True)
class Step:
    kind: StepKind
    delay_days: int


@st.composite
def windows(draw: st.DrawFn) -> Window:
    start = draw(st.integers(0, 23 * 60))
    end = draw(st.integers(start + 60, 24 * 60))
    return Window(start, end, draw(st.sampled_from(ZONES)))


steps = st.lists(st.builds(Step, st.sampled_from(StepKind), st.integers(0, 30)), min_size=1, max_size=8)
instants = st.timedeltas(timedelta(0), timedelta(days=30 * 365)).map(datetime(2007, 1, 1, tzinfo=UTC).__add__)
gaps = st.timedeltas(timedelta(0), timedelta(days=10))


def houston(day: date, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(HOUSTON)).astimezone(UTC)


def wall_minutes(at: datetime, window: Window) -> int:
    here = at.astimezone(ZoneInfo(window.zone))
    return here.hour * 60 + here.minute


# --- properties ------------------------------------------------------------------------------------------------------


@settings(max_examples=400, deadline=None)
@given(steps, windows(), instants, st.timedeltas(timedelta(days=-30), timedelta(days=30)), gaps, st.data())
def test_no_step_outside_its_window_none_in_the_past_order_kept_one_mail_per_gap(
    sequence: list[Step], window: Window, now: datetime, since: timedelta, least: timedelta, draw: st.DataObject
) -> None:
    last_mail_at = draw.draw(st.none() | st.just(now - abs(since)))
    planned = plan(sequence, now + since, window, now=now, gap=Gap(least, last_mail_at))
    assert len(planned) == len(sequence)
    for at in planned:
        day = local_day(at, window.zone)
        assert window.start <= wall_minutes(at, window) < window.end
        assert is_business_day(day)
        assert not holiday(day)
        assert at >= now
        assert at >= now + since
    assert planned == sorted(planned)
    mails = [at for step, at in zip(sequence, planned, strict=True) if step.kind is StepKind.EMAIL]
    before = [last_mail_at] if last_mail_at is not None else []
    assert all(later - earlier >= least for earlier, later in pairwise([*before, *mails]))


@settings(max_examples=300, deadline=None)
@given(windows(), instants)
def test_a_window_opens_now_or_later_and_nothing_is_skipped_without_need(window: Window, at: datetime) -> None:
    found = open_at(window, at)
    assert found >= at
    assert holds(window, found)
    if holds(window, at) and window.is_open(at):
        assert found == at
    # What the outbox asks when a message is claimed agrees with what was planned.
    assert window.is_open(found)


@settings(max_examples=300, deadline=None)
@given(windows(), instants, st.integers(1, 20), st.sampled_from(StepKind))
def test_a_delay_is_counted_in_business_days_where_the_practice_is(
    window: Window, done_at: datetime, days: int, kind: StepKind
) -> None:
    at = next_at(Step(kind, days), done_at, window, now=done_at)
    due_on = add_business_days(local_day(done_at, window.zone), days)
    assert local_day(at, window.zone) >= due_on
    assume(window.opens(due_on) < window.closes(due_on))  # a day whose clocks skip the whole window
    assert local_day(at, window.zone) == due_on


@settings(max_examples=200, deadline=None)
@given(windows(), instants, st.lists(st.timedeltas(timedelta(hours=1), timedelta(days=20)), min_size=2, max_size=12))
def test_missed_steps_move_together_and_keep_their_order(window: Window, now: datetime, late: list[timedelta]) -> None:
    due = sorted(open_at(window, now - each) for each in late)
    missed = [each for each in due if each <= now and is_missed(each, window, now=now)]
    assume(missed)
    moved = [slide(each, missed[0], window, now=now) for each in missed]
    assert moved == sorted(moved)
    assert all(at >= now and holds(window, at) for at in moved)
    # As many business days apart as they were: no burst when a computer wakes up.
    for (was, now_at), (then, later_at) in pairwise(zip(missed, moved, strict=True)):
        apart = business_days_between(local_day(was, window.zone), local_day(then, window.zone))
        days = business_days_between(local_day(now_at, window.zone), local_day(later_at, window.zone))
        assert days >= apart - 1


# --- examples --------------------------------------------------------------------------------------------------------


def usual(zone: str = HOUSTON) -> Window:
    return Window(8 * 60 + 30, 16 * 60 + 30, zone)


def test_enrolled_on_a_sunday_evening_the_first_mail_leaves_on_monday_morning() -> None:
    sunday = houston(date(2026, 3, 1), 20)
    [at] = plan([Step(StepKind.EMAIL, 0)], sunday, usual(), now=sunday, gap=NEVER_MAILED)
    assert at == houston(date(2026, 3, 2), 8, 30)


def test_a_holiday_is_no_business_day() -> None:
    before_thanksgiving = houston(date(2026, 11, 25), 17)
    [at] = plan([Step(StepKind.EMAIL, 1)], before_thanksgiving, usual(), now=before_thanksgiving, gap=NEVER_MAILED)
    assert at == houston(date(2026, 11, 27), 8, 30)


def test_the_window_stands_still_when_clocks_change() -> None:
    friday = houston(date(2026, 3, 6), 9)
    [_, at] = plan([Step(StepKind.EMAIL, 0), Step(StepKind.EMAIL, 3)], friday, usual(), now=friday, gap=NEVER_MAILED)
    assert at == datetime(2026, 3, 11, 13, 30, tzinfo=UTC)  # 8:30 of daylight time; on Friday it was 14:30


def test_an_hour_that_clocks_skip_opens_a_minute_later_and_one_shown_twice_counts_once() -> None:
    cairo = Window(0, 60, "Africa/Cairo")  # clocks skip midnight to one on Friday, April 24, 2026
    at = open_at(cairo, datetime(2026, 4, 23, 12, tzinfo=UTC))
    assert local_day(at, "Africa/Cairo") == date(2026, 4, 27)
    assert holds(cairo, at)


def test_a_mail_a_day_ago_puts_the_next_one_off() -> None:
    now = houston(date(2026, 3, 4), 10)
    gap = Gap(TWO_DAYS, now - timedelta(days=1))
    assert next_at(Step(StepKind.EMAIL, 0), now, usual(), now=now, gap=gap) == now + timedelta(days=1)
    assert next_at(Step(StepKind.CALL, 0), now, usual(), now=now, gap=gap) == now


def test_a_follow_up_is_waited_for_in_business_days() -> None:
    thursday = houston(date(2026, 3, 5), 9)
    assert waits_until(thursday, 3, usual()) == houston(date(2026, 3, 10), 8, 30)


@pytest.mark.parametrize(
    ("return_on", "back"),
    [
        (date(2026, 3, 9), date(2026, 3, 9)),
        (date(2026, 3, 7), date(2026, 3, 9)),  # a Saturday
        (None, date(2026, 3, 11)),  # five business days
        (date(2026, 3, 1), date(2026, 3, 5)),  # a day past: at least until tomorrow
    ],
)
def test_an_out_of_office_reply_is_waited_out(return_on: date | None, back: date) -> None:
    now = houston(date(2026, 3, 4), 10)
    assert away_until(return_on, usual(), now=now, days=5) == houston(back, 8, 30)


def test_three_days_asleep_move_everything_by_three_days() -> None:
    tuesday, wednesday, friday = (houston(date(2026, 3, day), 8, 30) for day in (3, 4, 6))
    now = friday + timedelta(hours=1)
    assert slide(tuesday, tuesday, usual(), now=now) == now
    assert slide(wednesday, tuesday, usual(), now=now) == houston(date(2026, 3, 9), 8, 30)
    assert not is_missed(friday, usual(), now=now)


def test_a_day_off_opens_on_the_next_one() -> None:
    assert opens_on(usual(), date(2026, 3, 7)) == houston(date(2026, 3, 9), 8, 30)


def test_clocks_in_words() -> None:
    assert window_words(8 * 60 + 30, 16 * 60) == "8:30 AM to 4:00 PM"
    assert [clock_words(minutes) for minutes in (0, 12 * 60, 24 * 60)] == ["12:00 AM", "12:00 PM", "midnight"]
