"""How values look on pages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm.models.practices import Practice
from crm.web import filters

TODAY = date(2026, 3, 4)  # a Wednesday
NOW = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)
CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+17135550142", "(713) 555-0142"),
        ("7135550142", "(713) 555-0142"),
        ("+442079460958", "+44 20 7946 0958"),
        ("ask Rosa", "ask Rosa"),
        ("", ""),
    ],
)
def test_phone_numbers_look_the_way_people_write_them(number: str, shown: str) -> None:
    assert filters.phone(number) == shown


@pytest.mark.parametrize(
    ("cents", "shown"), [(125_000, "$1,250"), (1250, "$12.50"), (0, "$0"), (-500, "-$5"), (None, ""), (5, "$0.05")]
)
def test_money_shows_cents_only_when_there_are_any(cents: int | None, shown: str) -> None:
    assert filters.money(cents) == shown


def test_plurals_and_capped_counts() -> None:
    assert filters.plural(1, "provider") == "1 provider"
    assert filters.plural(1200, "provider") == "1,200 providers"
    assert filters.plural(2, "touch", "touches") == "2 touches"
    assert (filters.capped(999), filters.capped(1000), filters.capped(12, 10)) == ("999", "1,000+", "10+")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-3, "3 days overdue"),
        (-1, "1 day overdue"),
        (0, "Today"),
        (1, "Tomorrow"),
        (2, "Friday"),
        (6, "Tuesday"),
        (7, "Wed, Mar 11"),
        (400, "Thu, Apr 8, 2027"),
    ],
)
def test_due_days_in_words(days: int, words: str) -> None:
    assert filters.due(TODAY + timedelta(days=days), TODAY) == words


def test_nothing_planned_is_said() -> None:
    assert filters.due(None, TODAY) == "No next step"
    assert filters.due_class(None, TODAY) == "none"


def test_days_inside_a_sentence() -> None:
    assert filters.by_day(TODAY + timedelta(days=1), TODAY) == "tomorrow"
    assert filters.by_day(TODAY + timedelta(days=2), TODAY) == "Friday"


def test_the_colour_of_a_due_day() -> None:
    days = (-1, 0, 1)
    assert [filters.due_class(TODAY + timedelta(days=n), TODAY) for n in days] == ["overdue", "today", "later"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (20, "just now"),
        (60, "1 min ago"),
        (3600 * 5, "5 h ago"),
        (86400, "1 day ago"),
        (86400 * 20, "2 weeks ago"),
        (86400 * 100, "3 months ago"),
        (86400 * 800, "2 years ago"),
        (-86400 * 3, "in 3 days"),
    ],
)
def test_how_long_ago(seconds: int, words: str) -> None:
    assert filters.ago(NOW - timedelta(seconds=seconds), NOW) == words


def test_moments_are_shown_in_the_viewers_zone() -> None:
    assert filters.clock(NOW, CHICAGO) == "10:00 am"
    assert filters.moment(datetime(2026, 1, 2, 5, 30, tzinfo=UTC), CHICAGO, TODAY) == "Thu, Jan 1, 11:30 pm"
    tag = filters.time_tag(NOW - timedelta(hours=2), CHICAGO, NOW)
    assert 'datetime="2026-03-04T14:00:00+00:00"' in tag
    assert "2 h ago" in tag


def test_nothing_stays_nothing() -> None:
    assert filters.ago(None, NOW) == filters.clock(None, CHICAGO) == filters.moment(None, CHICAGO, TODAY) == ""
    assert filters.time_tag(None, CHICAGO, NOW) == filters.day(None) == filters.near_day(None, TODAY) == ""


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Dr. Maya Okafor, MD", "MO"),
        ("Luis Ortega, PT, DPT", "LO"),
        ("The Club", "C"),
        ("", ""),
        ("María de la Cruz", "MC"),
    ],
)
def test_initials_leave_out_titles_and_degrees(name: str, letters: str) -> None:
    assert filters.initials(name) == letters


def test_days_to_come_back_are_never_on_a_weekend() -> None:
    for start in range(14):
        offered = filters.return_days(TODAY + timedelta(days=start))
        assert all(day.isoweekday() <= 5 for day, _ in offered)


def test_days_in_the_office() -> None:
    assert filters.days_in(1 + 2 + 8) == "Mon, Tue, Thu"
    assert filters.days_in(0) == ""


def test_the_map_link_holds_the_address() -> None:
    practice = Practice(line1="6400 Fannin St", city="Houston", state="TX", zip="77030", address_key="x", created_at=NOW, updated_at=NOW)  # fmt: skip  # noqa: E501
    assert "6400+Fannin+St%2C+Houston%2C+TX+77030" in filters.map_link(practice)


def test_attributes_are_escaped_and_hyphenated() -> None:
    made = filters.attrs({"data_check": 'a"b', "required": True, "hidden": False, "class_": "x", "max": None})
    assert str(made) == ' data-check="a&#34;b" required class="x"'
