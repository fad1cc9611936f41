"""What a referral was to its source, as `partners.arrival` says, for many at once."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from crm.domain.partners import Arrival
from crm.domain.pipeline import QUIET_AFTER
from crm.store.results_terms import Condition, Scope, counted, days_between, referral


def numbered(scope: Scope) -> sa.Subquery:
    """The referrals up to the period's end of whoever sent one in it, each with what its source had sent before."""
    period = scope.period
    sources = sa.select(referral.c.provider_id).where(scope.received())
    columns = (
        referral.c.id,
        referral.c.received_on,
        _along(sa.func.first_value(referral.c.received_on)).label("first_on"),
        _along(sa.func.lag(referral.c.received_on)).label("before_on"),
        _along(sa.func.row_number()).label("place"),
    )
    asked = counted(scope.sample), referral.c.received_on <= period.last_on, referral.c.provider_id.in_(sources)
    return sa.select(*columns).where(*asked).subquery("numbered")


def is_one(some: sa.Subquery, kind: Arrival) -> Condition:
    """Whether it is of this kind. Before two referrals a source has no rhythm of its own."""
    if kind is Arrival.NEW:
        return some.c.place == 1
    gap = days_between(some.c.received_on, some.c.before_on)
    own = gap * (some.c.place - 2) > days_between(some.c.before_on, some.c.first_on)
    late = sa.and_(gap > QUIET_AFTER.days, sa.or_(some.c.place == 2, own))
    return sa.and_(some.c.place > 1, late if kind is Arrival.WON_BACK else sa.not_(late))


def _along(what: sa.FunctionElement[Any]) -> sa.Over[Any]:
    by_day = referral.c.received_on, referral.c.id
    return what.over(partition_by=referral.c.provider_id, order_by=by_day)
