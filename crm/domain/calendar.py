"""Days and hours: time zones, business days, US federal holidays, and the hours that clocks skip or repeat."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from crm.domain.errors import Invalid
from crm.domain.federal_holidays import of_year

DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
#: No zone has skipped more than this since computers keep time: Samoa left out a whole day.
_LONGEST_GAP_MINUTES = 26 * 60


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name; Invalid when there is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise Invalid({"zone": f"“{name}” is no time zone. Choose one like America/Chicago."}) from None


def local_day(instant: datetime, zone_name: str) -> date:
    """The day it is in a zone at an instant."""
    return instant.astimezone(zone(zone_name)).date()


def instant_of(day: date, clock: time, zone_name: str) -> datetime:
    """The instant (UTC) when clocks in a zone show `clock` on `day`.

    Where clocks skip that time (spring) it is the first minute that exists after it; where they show it twice (autumn)
    the first of the two.
    """
    here = zone(zone_name)
    for later in range(_LONGEST_GAP_MINUTES):
        wall = datetime.combine(day, clock) + later * _MINUTE
        instant = wall.replace(tzinfo=here, fold=0).astimezone(UTC)
        if instant.astimezone(here).replace(tzinfo=None) == wall:
            return instant
    raise AssertionError("every zone has some valid time within a day")  # pragma: no cover


def day_bounds(day: date, zone_name: str) -> tuple[datetime, datetime]:
    """The first instant of a day in a zone and the first of the next: 23 to 25 hours apart."""
    return instant_of(day, time(0), zone_name), instant_of(day + DAY, time(0), zone_name)


def next_time(now: datetime, clock: time, zone_name: str) -> datetime:
    """The next instant after `now` when clocks in the zone show `clock`: when the next digest is due."""
    today = local_day(now, zone_name)
    due = instant_of(today, clock, zone_name)
    return due if due > now else instant_of(today + DAY, clock, zone_name)


@cache
def federal_holidays(year: int) -> dict[date, str]:
    """US federal holidays with their names, the observed days too."""
    return of_year(year)


def holiday(day: date) -> str:
    """The name of a federal holiday, or ""."""
    return federal_holidays(day.year).get(day, "")


def is_business_day(day: date) -> bool:
    """Monday to Friday and no federal holiday."""
    return day.weekday() < 5 and not holiday(day)


def business_day_from(day: date) -> date:
    """The day itself if it is a business day, else the next one."""
    while not is_business_day(day):
        day += DAY
    return day


def next_business_day(day: date) -> date:
    """The first business day after `day`."""
    return business_day_from(day + DAY)


@lru_cache(maxsize=4096)
def add_business_days(day: date, count: int) -> date:
    """`count` business days after `day`; 0 is the day itself or, on a day off, the next business day."""
    if count == 0:
        return business_day_from(day)
    for _ in range(count):
        day = next_business_day(day)
    return day


def business_days_between(first: date, last: date) -> int:
    """Business days after `first` up to and including `last`; 0 if `last` isn't later."""
    return sum(is_business_day(first + n * DAY) for n in range(1, (last - first).days + 1))
