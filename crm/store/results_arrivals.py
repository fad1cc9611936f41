"""What a referral was to its source, as `partners.arrival` says, for many at once."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from crm.domain.partners import Arrival
from crm.domain.pipeline import QUIET_AFTER
from crm.store.results_terms import Condition, Scope, days_between, is_before, once, referral


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
    late = sa.and_(gap > QUIET_AFTER.days, sa.or_(some.c.place == 2, own))
    return sa.and_(some.c.place > 1, late if kind is Arrival.WON_BACK else sa.not_(late))
