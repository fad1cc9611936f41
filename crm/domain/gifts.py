"""Gifts and meals: everybody's share, and when one could look like a reward for referrals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crm.domain import money


class GiftKind(StrEnum):
    """What was given."""

    GIFT = "gift"
    MEAL = "meal"


@dataclass(frozen=True, slots=True)
class Limits:
    """The trainer's own limits: cents for one gift and one year for each person, days apart from a referral."""

    gift_cents: int = 2_500
    year_cents: int = 7_500
    apart_days: int = 14


@dataclass(frozen=True, slots=True)
class Had:
    """One person's share of a gift, and what they have had in its year with it."""

    name: str
    share_cents: int
    year_cents: int
    referred_on: tuple[date, ...] = ()


MOST_PEOPLE = 200
MOST_CENTS = 1_000_000
RULE = "Nothing may be given to bring about a referral, or to reward one."


def shares(value_cents: int, people: int) -> list[int]:
    """What each of so many people had, in cents; the odd cents go to the first. They add up to the value."""
    each, odd = divmod(value_cents, people)
    return [each + (n < odd) for n in range(people)]


def warnings(given_on: date, people: Sequence[Had], limits: Limits) -> list[str]:
    """Why this gift could be misread: its value, the year's total, a referral close by. Empty where nothing is."""
    found: list[str] = []
    over = [one for one in people if one.share_cents > limits.gift_cents]
    if over:
        found.append(f"{money.show(over[0].share_cents)} for one person is above your {money.show(limits.gift_cents)}.")
    found += [
        f"{one.name} has had {money.show(one.year_cents)} this year: above your {money.show(limits.year_cents)}."
        for one in people
        if one.year_cents > limits.year_cents
    ]
    found += [_close(one, given_on, near) for one in people if (near := _nearest(given_on, one, limits))]
    return found


def _nearest(given_on: date, one: Had, limits: Limits) -> date | None:
    close = [day for day in one.referred_on if abs((day - given_on).days) <= limits.apart_days]
    return min(close, key=lambda day: abs((day - given_on).days), default=None)


def _close(one: Had, given_on: date, referred_on: date) -> str:
    apart = (given_on - referred_on).days
    if apart == 0:
        return f"{one.name} referred on the same day. {RULE}"
    n = abs(apart)
    when = f"{n} {'day' if n == 1 else 'days'} {'after' if apart > 0 else 'before'}"
    return f"This was {when} a referral from {one.name}. {RULE}"
