"""US federal holidays by their rules (5 U.S.C. 6103), since Juneteenth joined them in 2021.

By hand, because the `holidays` package loads all the countries of the world: 26 MB in every process for eleven days.
The tests hold these rules against it, year by year.
"""

from __future__ import annotations

from datetime import date, timedelta

FIXED = (
    (1, 1, "New Year's Day"),
    (6, 19, "Juneteenth National Independence Day"),
    (7, 4, "Independence Day"),
    (11, 11, "Veterans Day"),
    (12, 25, "Christmas Day"),
)
#: Month, which Monday (Thursday for Thanksgiving) of it; 0 is the last one.
MOVABLE = (
    (1, 3, 0, "Martin Luther King Jr. Day"),
    (2, 3, 0, "Washington's Birthday"),
    (5, 0, 0, "Memorial Day"),
    (9, 1, 0, "Labor Day"),
    (10, 2, 0, "Columbus Day"),
    (11, 4, 3, "Thanksgiving Day"),
)


def of_year(year: int) -> dict[date, str]:
    """Every federal holiday of a year with its name, and the days on which those at a weekend are observed."""
    found = {_nth(year, month, count, weekday): name for month, count, weekday, name in MOVABLE}
    for day, name in _fixed(year):
        found[day] = name
        if (observed := _observed(day)) != day and observed.year == year:
            found[observed] = f"{name} (observed)"
    next_new_year = date(year + 1, 1, 1)
    if _observed(next_new_year).year == year:
        found[_observed(next_new_year)] = f"{FIXED[0][2]} (observed)"
    return found


def _fixed(year: int) -> list[tuple[date, str]]:
    return [(date(year, month, day), name) for month, day, name in FIXED]


def _nth(year: int, month: int, count: int, weekday: int) -> date:
    if count == 0:
        last = date(year, month + 1, 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (count - 1))


def _observed(day: date) -> date:
    """A Saturday's holiday is kept on Friday, a Sunday's on Monday."""
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))
