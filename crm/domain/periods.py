"""Periods that results are counted for: presets and any two days, what they are compared with, what they are called.

A period is two days of the business's zone, both counted. A `received_on` is such a day already; an instant (a touch, a
stage move) belongs to the day that it is in that zone, so a visit at 11:30 pm on the 31st is of the month that ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from crm.domain.calendar import DAY, day_bounds
from crm.domain.calendar import zone as calendar_zone
from crm.domain.errors import Invalid

WEEK = 7 * DAY
EARLIEST = date(1990, 1, 1)
"""No referral is older: the first day of "all"."""


class Preset(StrEnum):
    """Periods with a name. The value is what addresses and the command line say."""

    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"
    THIS_QUARTER = "this-quarter"
    LAST_QUARTER = "last-quarter"
    THIS_YEAR = "this-year"
    LAST_YEAR = "last-year"
    LAST_12_MONTHS = "last-12-months"
    ALL = "all"
    CUSTOM = "custom"


class Compared(StrEnum):
    """What a period is compared with: the one before of its kind, the same a year earlier, or nothing."""

    BEFORE = "before"
    YEAR = "year"
    NONE = "none"


PRESET_LABELS: Mapping[Preset, str] = {
    Preset.THIS_MONTH: "This month",
    Preset.LAST_MONTH: "Last month",
    Preset.THIS_QUARTER: "This quarter",
    Preset.LAST_QUARTER: "Last quarter",
    Preset.THIS_YEAR: "This year",
    Preset.LAST_YEAR: "Last year",
    Preset.LAST_12_MONTHS: "Last 12 months",
    Preset.ALL: "All time",
    Preset.CUSTOM: "Custom",
}
COMPARED_LABELS: Mapping[Compared, str] = {
    Compared.BEFORE: "The period before",
    Compared.YEAR: "A year earlier",
    Compared.NONE: "Nothing",
}


@dataclass(frozen=True, slots=True)
class Period:
    """Two days, both counted, in the business's zone."""

    first_on: date
    last_on: date
    preset: Preset = Preset.CUSTOM

    def __post_init__(self) -> None:
        if self.first_on > self.last_on:
            raise Invalid({"period": "The first day has to come before the last."})

    @property
    def slug(self) -> str:
        """What `read` understands: `last-month`, `2026-01-01..2026-03-31`."""
        if self.preset is not Preset.CUSTOM:
            return self.preset.value
        return f"{self.first_on.isoformat()}..{self.last_on.isoformat()}"

    @property
    def label(self) -> str:
        """ "March 2026", "January to March 2026", "2026", "Mar 5 to Apr 2, 2026", "All time"."""
        return _label(self)

    @property
    def days(self) -> int:
        """How many."""
        return (self.last_on - self.first_on).days + 1

    def contains(self, day: date) -> bool:
        """Whether it is one of the days."""
        return self.first_on <= day <= self.last_on

    def is_under_way(self, today: date) -> bool:
        """Whether days of it are still to come."""
        return self.first_on <= today < self.last_on

    def bounds(self, zone: str) -> tuple[datetime, datetime]:
        """The first instant of the first day, and the first instant after the last."""
        return day_bounds(self.first_on, zone)[0], day_bounds(self.last_on, zone)[1]


def of(preset: Preset, today: date) -> Period:
    """The period of this name, seen from `today`. A month, quarter or year is whole: days to come simply count none."""
    if preset not in _PRESETS:
        raise Invalid({"period": "Choose a first and a last day."})
    first_on, last_on = _PRESETS[preset](today)
    return Period(first_on, last_on, preset)


def read(text: str, today: date) -> Period:
    """`this-month` and the other presets, a month `2026-03`, or two days `2026-01-01..2026-03-31`; else Invalid."""
    wanted = text.strip()
    if wanted in set(Preset) - {Preset.CUSTOM}:
        return of(Preset(wanted), today)
    if match := re.fullmatch(r"(\d{4})-(\d{2})", wanted):
        return month_of(_day(f"{match[1]}-{match[2]}-01"))
    first, dots, last = wanted.partition("..")
    if not dots:
        raise Invalid({"period": f"“{text}” is no period. Write one like this-month or 2026-01-01..2026-03-31."})
    return Period(_day(first), _day(last))


def month_of(day: date) -> Period:
    """The month that a day is in."""
    return Period(day.replace(day=1), _month_end(day))


def compared_with(period: Period, compared: Compared, today: date) -> Period | None:
    """The period to compare with; None for none, and for all time.

    One that is under way is compared with as many days of the other, so that a month doesn't look bad for being young.
    """
    if compared is Compared.NONE or period.preset is Preset.ALL:
        return None
    other = _before(period) if compared is Compared.BEFORE else _year_earlier(period)
    if not period.is_under_way(today):
        return other
    return Period(other.first_on, min(other.last_on, other.first_on + (today - period.first_on)))


def months(first_on: date, last_on: date) -> list[date]:
    """The first days of all months from one day to another."""
    found, day = [], first_on.replace(day=1)
    while day <= last_on:
        found.append(day)
        day = _month_end(day) + DAY
    return found


def months_before(day: date, count: int) -> date:
    """The first day of the month so many months before that of `day`."""
    index = day.year * 12 + day.month - 1 - count
    return date(index // 12, index % 12 + 1, 1)


@lru_cache(maxsize=64)
def offsets(zone: str, first_on: date, last_on: date) -> tuple[tuple[datetime | None, int], ...]:
    """How many seconds a zone is ahead of UTC, each until an instant, the last until None: for databases without zones.

    Good for instants from a day before `first_on` to a day after `last_on`.
    """
    found: list[tuple[datetime | None, int]] = []
    day, last = first_on - 2 * DAY, last_on + 2 * DAY
    start = day_bounds(day, zone)[0]
    now = _offset(start, zone)
    while day < last:
        day += WEEK
        end = day_bounds(day, zone)[0]
        if (later := _offset(end, zone)) != now:
            found.append((_change(start, end, zone), now))
            now = later
        start = end
    return (*found, (None, now))


def _offset(instant: datetime, zone: str) -> int:
    offset = instant.astimezone(calendar_zone(zone)).utcoffset()
    return round(offset.total_seconds()) if offset is not None else 0


def _change(start: datetime, end: datetime, zone: str) -> datetime:
    """The second in between at which the clocks change. No zone changes them twice in a week."""
    before = _offset(start, zone)
    while end - start > timedelta(seconds=1):
        middle = start + timedelta(seconds=(end - start).total_seconds() // 2)
        start, end = (middle, end) if _offset(middle, zone) == before else (start, middle)
    return end


def _month_end(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - DAY


def _quarter(day: date) -> tuple[date, date]:
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return first, _month_end(months_before(first, -2))


def _year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


_PRESETS: Mapping[Preset, Callable[[date], tuple[date, date]]] = {
    Preset.THIS_MONTH: lambda today: (today.replace(day=1), _month_end(today)),
    Preset.LAST_MONTH: lambda today: (months_before(today, 1), today.replace(day=1) - DAY),
    Preset.THIS_QUARTER: _quarter,
    Preset.LAST_QUARTER: lambda today: _quarter(_quarter(today)[0] - DAY),
    Preset.THIS_YEAR: lambda today: _year(today.year),
    Preset.LAST_YEAR: lambda today: _year(today.year - 1),
    Preset.LAST_12_MONTHS: lambda today: (months_before(today, 11), _month_end(today)),
    Preset.ALL: lambda today: (EARLIEST, max(today, EARLIEST)),
}


def _is_months(period: Period) -> bool:
    return period.first_on.day == 1 and period.last_on == _month_end(period.last_on)


def _before(period: Period) -> Period:
    """As many months before whole months, else as many days."""
    last_on = period.first_on - DAY
    if _is_months(period):
        count = len(months(period.first_on, period.last_on))
        return Period(months_before(period.first_on, count), last_on)
    return Period(period.first_on - timedelta(days=period.days), last_on)


def _year_earlier(period: Period) -> Period:
    first, last = _same_day(period.first_on), _same_day(period.last_on)
    return Period(first, _month_end(last) if period.last_on == _month_end(period.last_on) else last)


def _same_day(day: date) -> date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def _label(period: Period) -> str:
    first, last = period.first_on, period.last_on
    if period.preset is Preset.ALL:
        return "All time"
    if (first, last) == _year(first.year):
        return str(first.year)
    if _is_months(period):
        end = f"{last:%B} {last.year}"
        if (first.year, first.month) == (last.year, last.month):
            return end
        return f"{first:%B} to {end}" if first.year == last.year else f"{first:%B} {first.year} to {end}"
    end = f"{last:%b} {last.day}, {last.year}"
    if first == last:
        return end
    return f"{first:%b} {first.day} to {end}" if first.year == last.year else f"{_dated(first)} to {end}"


def _dated(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid({"period": f"“{text.strip()}” is no day. Write one like 2026-03-31."}) from None
