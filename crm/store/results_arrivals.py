"""What a referral was to its source, as `partners.arrival` says, for many at once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.partners import Arrival
from crm.domain.periods import Period
from crm.domain.pipeline import QUIET_AFTER
from crm.store.results_terms import Condition, Scope, counted, days_between, is_before, listed, once, referral

QUIET_DAYS = QUIET_AFTER.days
START = date(1900, 1, 1)
SPAN = 100_000
"""Days from then on; no referral will be later."""


def arrivals(session: Session, scopes: Sequence[Scope]) -> list[Mapping[Arrival, int]]:
    """How many of each period's referrals were their source's first, one more, or won back: all counted in one pass."""
    source = sa.cast(referral.c.provider_id, sa.BigInteger) * SPAN
    one = source + days_between(referral.c.received_on, sa.literal(START, sa.Date))
    text = session.execute(sa.select(listed(one)).where(counted(scopes[0].sample))).scalar_one()
    numbers = sorted(map(int, text.split(","))) if text else []
    days = {kind: sorted(number % SPAN for number in found) for kind, found in _kinds(numbers).items()}
    return [{kind: _within(days[kind], scope.period) for kind in Arrival} for scope in scopes]


def _kinds(numbers: Sequence[int]) -> Mapping[Arrival, Sequence[int]]:
    """The same as `is_one`, for all of every source; a number is a source and, in its last part, a day."""
    new, repeat, won_back = [], [], []
    before, first, place = -SPAN, 0, 0
    for number in numbers:
        gap = number - before
        if gap > number % SPAN:  # of another source
            new.append(number)
            first, place = number, 0
        elif gap > QUIET_DAYS and (place == 1 or gap * (place - 1) > before - first):
            won_back.append(number)
        else:
            repeat.append(number)
        before = number
        place += 1
    return {Arrival.NEW: new, Arrival.REPEAT: repeat, Arrival.WON_BACK: won_back}


def _within(days: Sequence[int], period: Period) -> int:
    """How many of the days, which are in order."""
    return bisect_right(days, (period.last_on - START).days) - bisect_left(days, (period.first_on - START).days)


def numbered(scope: Scope) -> sa.CTE:
    """The period's referrals, each with what its source had sent before it."""
    before = referral.alias("before")

    def told(what: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
        same = before.c.provider_id == referral.c.provider_id
        there = before.c.archived_at.is_(None), before.c.sample.is_(scope.sample)
        return sa.select(what).where(same, *there, is_before(before)).scalar_subquery()

    columns = (
        referral.c.id,
        referral.c.received_on,
        told(sa.func.min(before.c.received_on)).label("first_on"),
        told(sa.func.max(before.c.received_on)).label("before_on"),
        told(sa.func.count() + 1).label("place"),
    )
    return once(sa.select(*columns).where(scope.received()), "numbered")


def is_one(some: sa.CTE, kind: Arrival) -> Condition:
    """Whether it is of this kind. Before two referrals a source has no rhythm of its own."""
    if kind is Arrival.NEW:
        return some.c.place == 1
    gap = days_between(some.c.received_on, some.c.before_on)
    own = gap * (some.c.place - 2) > days_between(some.c.before_on, some.c.first_on)
    late = sa.and_(gap > QUIET_DAYS, sa.or_(some.c.place == 2, own))
    return sa.and_(some.c.place > 1, late if kind is Arrival.WON_BACK else sa.not_(late))
