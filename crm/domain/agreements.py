"""Agreements with organizations: their way from idea to renewal, what to be reminded of, and what they are worth."""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from crm.domain.calendar import add_business_days
from crm.domain.errors import Invalid


class AgreementState(StrEnum):
    """Where an agreement stands."""

    IDEA = "idea"
    PROPOSED = "proposed"
    ACTIVE = "active"
    ENDED = "ended"
    DECLINED = "declined"


class AgreementPer(StrEnum):
    """What the value of an agreement is for."""

    TOTAL = "total"
    MONTH = "month"
    YEAR = "year"


S = AgreementState
#: Where an agreement can go. From active to active is a renewal: a new term, perhaps at a new value.
NEXT: Mapping[AgreementState, tuple[AgreementState, ...]] = {
    S.IDEA: (S.PROPOSED, S.ACTIVE, S.DECLINED),
    S.PROPOSED: (S.ACTIVE, S.DECLINED, S.PROPOSED),
    S.ACTIVE: (S.ACTIVE, S.ENDED),
    S.ENDED: (S.ACTIVE, S.PROPOSED),
    S.DECLINED: (S.PROPOSED,),
}
FOLLOW_UP_DAYS = 5
"""Business days after a proposal on which to ask for an answer."""

LONGEST_YEARS = 20
MOST_NOTICE = 365


@dataclass(frozen=True, slots=True)
class Dates:
    """The days of an agreement as they are entered."""

    starts_on: date | None = None
    ends_on: date | None = None
    renews_on: date | None = None
    notice_days: int = 60


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is to be done about an agreement, and when."""

    due_on: date
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Term:
    """A stretch of time at one value, both days counted. Without `last_on` it goes on."""

    first_on: date
    last_on: date | None
    cents: int
    per: AgreementPer


def check_dates(dates: Dates) -> dict[str, str]:
    """What is wrong with the days, by field."""
    errors: dict[str, str] = {}
    start = dates.starts_on
    for field, day in (("ends_on", dates.ends_on), ("renews_on", dates.renews_on)):
        if day and start and day < start:
            errors[field] = "This is before it starts."
        elif day and start and day.year - start.year > LONGEST_YEARS:
            errors[field] = "Check the year."
    if not 0 <= dates.notice_days <= MOST_NOTICE:
        errors["notice_days"] = f"Give a number of days from 0 to {MOST_NOTICE}."
    return errors


def check_move(before: AgreementState, after: AgreementState, *, reason: str, starts_on: date | None) -> None:
    """Invalid with what a change of state still needs."""
    if after not in NEXT[before]:
        raise Invalid({"state": f"An agreement that is {before.value} can't become {after.value}."})
    if after is S.DECLINED and not reason.strip():
        raise Invalid({"reason": "Say why, so that you know next time."})
    if after is S.ACTIVE and starts_on is None:
        raise Invalid({"starts_on": "Say from which day on it holds."})


def reminder(state: AgreementState, dates: Dates, proposed_on: date | None) -> Reminder | None:
    """What to be reminded of: the answer to a proposal, the talk before a renewal or an end."""
    if state is S.PROPOSED and proposed_on is not None:
        due_on = add_business_days(proposed_on, FOLLOW_UP_DAYS)
        return Reminder(due_on, "Ask for an answer to the proposal", f"Proposed on {_day(proposed_on)}.")
    if state is not S.ACTIVE:
        return None
    if dates.renews_on is not None:
        due_on = dates.renews_on - timedelta(days=dates.notice_days)
        return Reminder(due_on, "Talk about renewing", f"Renews on {_day(dates.renews_on)}.")
    if dates.ends_on is not None:
        due_on = dates.ends_on - timedelta(days=dates.notice_days)
        return Reminder(due_on, "Talk about going on", f"Ends on {_day(dates.ends_on)}.")
    return None


def terms(starts: Sequence[tuple[date, int | None]], last_on: date | None, per: AgreementPer) -> list[Term]:
    """The terms of an agreement from the days on which it began or was renewed, each with its value in cents.

    A term ends the day before the next begins, the latest one on `last_on`.
    """
    found: list[Term] = []
    for n, (first_on, cents) in enumerate(starts):
        end = starts[n + 1][0] - timedelta(days=1) if n + 1 < len(starts) else last_on
        if end is None or end >= first_on:
            found.append(Term(first_on, end, cents or 0, per))
    return found


def value_in(term: Term, first_on: date, last_on: date) -> int:
    """What of a term falls into these days (both counted), in cents.

    A month's value is spread over the days of its month, a year's over those of its year, a total over the term; the
    total of a term without an end counts on its first day. Days that lie side by side add up to the cent.
    """
    return _until(term, last_on) - _until(term, first_on - timedelta(days=1))


def _until(term: Term, day: date) -> int:
    """What of it falls on this day and the days before."""
    end = day if term.last_on is None else min(day, term.last_on)
    if end < term.first_on:
        return 0
    if term.per is AgreementPer.TOTAL:
        return _of_total(term, end)
    share = sum(_months(term.first_on, end) if term.per is AgreementPer.MONTH else _years(term.first_on, end))
    return round(term.cents * share)


def _of_total(term: Term, end: date) -> int:
    if term.last_on is None:
        return term.cents
    return round(term.cents * Fraction((end - term.first_on).days + 1, (term.last_on - term.first_on).days + 1))


def _months(first_on: date, last_on: date) -> list[Fraction]:
    """The share of each month that these days make up."""
    found = []
    day = first_on
    while day <= last_on:
        length = monthrange(day.year, day.month)[1]
        end = min(last_on, day.replace(day=length))
        found.append(Fraction((end - day).days + 1, length))
        day = end + timedelta(days=1)
    return found


def _years(first_on: date, last_on: date) -> list[Fraction]:
    """The share of each year that these days make up."""
    found = []
    for year in range(first_on.year, last_on.year + 1):
        start, end = max(first_on, date(year, 1, 1)), min(last_on, date(year, 12, 31))
        found.append(Fraction((end - start).days + 1, 366 if isleap(year) else 365))
    return found


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"
