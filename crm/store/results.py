"""What referrals of a period come to: how far they came, cohorts, what they are worth, sessions. One statement each."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.client_kinds import SessionState
from crm.domain.conversion import Rate
from crm.models.client_care import ClientSession
from crm.store.results_terms import (
    SIGNS,
    Condition,
    Scope,
    counted,
    not_lost,
    provider,
    referral,
    said,
    started_within,
)

session_row: sa.Table = ClientSession.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes


class Tally(NamedTuple):
    """How many were received and came as far as each step; sums in cents; those `visited` had a visit before them."""

    received: int
    contacted: int
    scheduled: int
    started: int
    kept: int
    expected: int
    booked: int
    visited: int
    visited_expected: int
    visited_booked: int


class CohortCounts(NamedTuple):
    """One month. `ripe` are those whose 30 or 90 days are over, `in` those of them who started within."""

    month: str
    received: int
    started: int
    ripe_30: int
    in_30: int
    ripe_90: int
    in_90: int


def has_referrals(session: Session, *, sample: bool) -> bool:
    """Whether there is any that counts, real or sample."""
    return session.execute(sa.select(referral.c.id).where(counted(sample)).limit(1)).first() is not None


def has_contacts(session: Session, *, sample: bool) -> bool:
    """Whether anybody has been in touch with a provider at all."""
    query = sa.select(provider.c.id).where(provider.c.last_touch_at.is_not(None), provider.c.sample.is_(sample))
    return session.execute(query.limit(1)).first() is not None


def has_sessions(session: Session, *, sample: bool) -> bool:
    """Whether any session ever took place."""
    query = sa.select(session_row.c.id).where(_took_place(sample))
    return session.execute(query.limit(1)).first() is not None


def received_since(session: Session, first_on: date, *, sample: bool) -> Rate:
    """Started of received from a day on."""
    columns = sa.func.count(referral.c.started_on), sa.func.count()
    query = sa.select(*columns).where(counted(sample), referral.c.received_on >= first_on)
    return Rate(*session.execute(query).one())


def tally(session: Session, scope: Scope) -> Tally:
    """How far the period's referrals have come, what they may bring and have brought."""
    visited = referral.c.visits > 0
    expected, booked = referral.c.expected_cents, referral.c.booked_cents
    columns = (
        *(sa.func.count(sign) for sign in SIGNS.values()),
        _cents(sa.case((not_lost(), expected))),
        _cents(booked),
        sa.func.count(sa.case((visited, 1))),
        _cents(sa.case((sa.and_(visited, not_lost()), expected))),
        _cents(sa.case((visited, booked))),
    )
    return Tally(*session.execute(sa.select(*columns).where(scope.received())).one())


def cohorts(session: Session, scope: Scope, first_on: date, last_on: date) -> list[CohortCounts]:
    """Referrals by the month they were received in, of these days; months without any are left out."""
    within = (sa.func.count(sa.case((started_within(days), 1))) for days in (30, 90))
    columns: list[Any] = [referral.c.received_on, sa.func.count(), sa.func.count(referral.c.started_on), *within]
    # By day: that is how the index is ordered, so that nothing is sorted.
    query = (
        sa.select(*columns)
        .where(counted(scope.sample), referral.c.received_on.between(first_on, last_on))
        .group_by(referral.c.received_on)
        .order_by(referral.c.received_on)
    )
    days = [_of_day(scope.today, *row) for row in session.execute(query)]
    months = groupby(days, key=lambda day: day.month)
    return [CohortCounts(month, *map(sum, list(zip(*each, strict=True))[1:])) for month, each in months]


def _of_day(today: date, day: date, received: int, started: int, in_30: int, in_90: int) -> CohortCounts:
    """What one day adds to its month."""
    ripe_30, ripe_90 = (day < today - timedelta(days=days) for days in (30, 90))
    return CohortCounts(
        f"{day:%Y-%m}", received, started, ripe_30 * received, ripe_30 * in_30, ripe_90 * received, ripe_90 * in_90
    )


def ripe(days: int, today: date) -> Condition:
    """As `conversion.are_over`: so many days after it was received have passed."""
    return referral.c.received_on < today - timedelta(days=days)


def sessions(session: Session, scope: Scope) -> tuple[int, int]:
    """Sessions attended in the period, and their charges in cents."""
    query = sa.select(sa.func.count(), _cents(session_row.c.charge_cents)).where(attended(scope))
    count, cents = session.execute(query).one()
    return count, cents


def attended(scope: Scope) -> Condition:
    """Sessions that took place in the period."""
    days = session_row.c.happened_on.between(scope.period.first_on, scope.period.last_on)
    return sa.and_(days, _took_place(scope.sample))


def _took_place(sample: bool) -> Condition:
    return sa.and_(
        said(session_row.c.state, SessionState.ATTENDED),
        session_row.c.archived_at.is_(None),
        session_row.c.sample.is_(sample),
    )


def _cents(amount: Any) -> sa.ColumnElement[int]:
    return sa.cast(sa.func.coalesce(sa.func.sum(amount), 0), sa.BigInteger)
