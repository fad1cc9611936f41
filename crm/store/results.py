"""What referrals of a period come to: the funnel, cohorts, first referrals, arrivals, worth. One statement each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.client_kinds import SessionState
from crm.domain.conversion import Rate
from crm.domain.funnels import ReferralStep
from crm.domain.partners import Arrival
from crm.models.client_care import ClientSession
from crm.store import results_arrivals
from crm.store.results_terms import (
    PLACE,
    Condition,
    Scope,
    counted,
    days_between,
    is_first,
    not_lost,
    once,
    provider,
    referral,
    started_within,
)

session_row: sa.Table = ClientSession.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes

STEPS = tuple(ReferralStep)
GAPS = {
    ReferralStep.CONTACTED: ("contacted_on", "received_on"),
    ReferralStep.SCHEDULED: ("scheduled_on", "contacted_on"),
    ReferralStep.STARTED: ("started_on", "scheduled_on"),
}
"""The days between which a step lies."""

Histogram = dict[int, int]
"""How often each number occurs."""


@dataclass
class FunnelCounts:
    """By step: how many stopped there, lost (by reason) or waiting; how often each number of days occurs."""

    waiting: dict[ReferralStep, int] = field(default_factory=lambda: defaultdict(int))
    lost: dict[ReferralStep, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    days: dict[ReferralStep, Histogram] = field(default_factory=lambda: defaultdict(dict))
    days_to_start: Histogram = field(default_factory=dict)


class CohortCounts(NamedTuple):
    """One month. `ripe` are those whose 30 or 90 days are over, `in` those of them who started within."""

    month: str
    received: int
    started: int
    ripe_30: int
    in_30: int
    ripe_90: int
    in_90: int


class WorthSums(NamedTuple):
    """Sums over the referrals received, in cents; `visited` are those with a visit before them."""

    received: int
    expected: int
    booked: int
    visited: int
    visited_expected: int
    visited_booked: int


@dataclass
class FirstCounts:
    """First referrals, and how often each number of touches, conversations and days occurs among the touched."""

    untouched: int = 0
    spreads: dict[str, Histogram] = field(default_factory=lambda: defaultdict(dict))

    @property
    def touched(self) -> int:
        """Those with a known touch before."""
        return sum(self.spreads["touches"].values())


def has_referrals(session: Session, *, sample: bool) -> bool:
    """Whether there is any that counts, real or sample."""
    return session.execute(sa.select(referral.c.id).where(counted(sample)).limit(1)).first() is not None


def has_contacts(session: Session, *, sample: bool) -> bool:
    """Whether anybody has been in touch with a provider at all."""
    query = sa.select(provider.c.id).where(provider.c.last_touch_at.is_not(None), provider.c.sample.is_(sample))
    return session.execute(query.limit(1)).first() is not None


def received_since(session: Session, first_on: date, *, sample: bool) -> Rate:
    """Started of received from a day on."""
    columns = sa.func.count(referral.c.started_on), sa.func.count()
    query = sa.select(*columns).where(counted(sample), referral.c.received_on >= first_on)
    return Rate(*session.execute(query).one())


def funnel(session: Session, scope: Scope) -> FunnelCounts:
    """How far the period's referrals have come, where they were lost and why, and the days each step took."""
    some = _received(scope)
    parts = [_stops(some), *(_gap(some, step, later, earlier) for step, (later, earlier) in GAPS.items())]
    kept_on = sa.func.coalesce(some.c.ended_on, some.c.continuing_on)
    kept = _histogram(ReferralStep.KEPT.value, kept_on, some.c.started_on, some.c.place == len(STEPS) - 1)
    to_start = _histogram("to_start", some.c.started_on, some.c.received_on)
    found = FunnelCounts()
    for what, number, reason, is_lost, count in session.execute(sa.union_all(*parts, kept, to_start)):
        if what == "stop" and is_lost:
            found.lost[STEPS[number]][reason] = count
        elif what == "stop":
            found.waiting[STEPS[number]] = count
        elif what == "to_start":
            found.days_to_start[number] = count
        else:
            found.days[ReferralStep(what)][number] = count
    return found


def _received(scope: Scope) -> sa.CTE:
    names = "received_on", "contacted_on", "scheduled_on", "started_on", "continuing_on", "ended_on", "lost_reason"
    columns = (*(referral.c[name] for name in names), sa.not_(not_lost()).label("is_lost"), PLACE.label("place"))
    return once(sa.select(*columns).where(scope.received()), "some")


def _stops(some: sa.CTE) -> sa.Select[Any]:
    reason = sa.case((some.c.is_lost, some.c.lost_reason), else_="").label("reason")
    columns = sa.literal("stop").label("what"), some.c.place.label("number"), reason, some.c.is_lost.label("is_lost")
    return sa.select(*columns, sa.func.count().label("count")).group_by(some.c.place, reason, some.c.is_lost)


def _gap(some: sa.CTE, step: ReferralStep, later: str, earlier: str) -> sa.Select[Any]:
    return _histogram(step.value, some.c[later], some.c[earlier])


def _histogram(
    what: str, later: sa.ColumnElement[date], earlier: sa.ColumnElement[date], *conditions: Condition
) -> sa.Select[Any]:
    """How often each number of days occurs where both are known and in order."""
    days = days_between(later, earlier).label("number")
    columns: list[Any] = [sa.literal(what), days, sa.literal(""), sa.false(), sa.func.count()]
    return sa.select(*columns).where(later >= earlier, *conditions).group_by(days)


def cohorts(session: Session, scope: Scope, first_on: date, last_on: date) -> list[CohortCounts]:
    """Referrals by the month they were received in, of these days; months without any are left out."""
    month = sa.func.substr(sa.cast(referral.c.received_on, sa.String), 1, 7).label("month")
    columns: list[Any] = [month, sa.func.count(), sa.func.count(referral.c.started_on)]
    for days in (30, 90):
        over = ripe(days, scope.today)
        columns += [_sum(over), _sum(sa.and_(over, started_within(days)))]
    query = (
        sa.select(*columns)
        .where(counted(scope.sample), referral.c.received_on.between(first_on, last_on))
        .group_by(month)
        .order_by(month)
    )
    return [CohortCounts(*row) for row in session.execute(query)]


def ripe(days: int, today: date) -> Condition:
    """As `conversion.are_over`: so many days after it was received have passed."""
    return referral.c.received_on < today - timedelta(days=days)


def worth(session: Session, scope: Scope) -> WorthSums:
    """What the period's referrals may bring, and have brought."""
    visited = referral.c.visits > 0
    expected = sa.case((not_lost(), referral.c.expected_cents), else_=0)
    booked = referral.c.booked_cents
    columns = (
        sa.func.count(),
        _cents(expected),
        _cents(booked),
        _sum(visited),
        _cents(sa.case((visited, expected), else_=0)),
        _cents(sa.case((visited, booked), else_=0)),
    )
    return WorthSums(*session.execute(sa.select(*columns).where(scope.received())).one())


def first(session: Session, scope: Scope) -> FirstCounts:
    """What it took until providers referred for the first time, of those who did in the period."""
    names = "touches", "conversations", "days_to_it"
    some = sa.select(*(referral.c[name] for name in names)).where(scope.received(), is_first(scope.sample)).cte("some")
    parts = [
        sa.select(sa.literal(name).label("what"), some.c[name].label("number"), sa.func.count().label("count"))
        .where(some.c.touches > 0, some.c[name].is_not(None))
        .group_by(some.c[name])
        for name in names
    ]
    none = sa.select(sa.literal(""), sa.literal(0), sa.func.count()).select_from(some).where(some.c.touches == 0)
    found = FirstCounts()
    for what, number, count in session.execute(sa.union_all(*parts, none)):
        if what:
            found.spreads[what][number] = count
        else:
            found.untouched = count
    return found


def arrivals(session: Session, scope: Scope) -> Mapping[Arrival, int]:
    """How many of the period's referrals were their source's first, one more, or won back."""
    some = results_arrivals.numbered(scope)
    query = sa.select(*(_sum(results_arrivals.is_one(some, kind)) for kind in Arrival))
    return dict(zip(Arrival, session.execute(query).one(), strict=True))


def sessions(session: Session, scope: Scope) -> tuple[int, int]:
    """Sessions attended in the period, and their charges in cents."""
    query = sa.select(sa.func.count(), _cents(session_row.c.charge_cents)).where(attended(scope))
    count, cents = session.execute(query).one()
    return count, cents


def attended(scope: Scope) -> Condition:
    """Sessions that took place in the period."""
    return sa.and_(
        session_row.c.happened_on.between(scope.period.first_on, scope.period.last_on),
        session_row.c.state == SessionState.ATTENDED,
        session_row.c.archived_at.is_(None),
        session_row.c.sample.is_(scope.sample),
    )


def _sum(condition: Condition) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def _cents(amount: Any) -> sa.ColumnElement[int]:
    return sa.cast(sa.func.coalesce(sa.func.sum(amount), 0), sa.BigInteger)
