"""Where the period's referrals were lost and why, how long each step took, and what it took until a first referral."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.funnels import ReferralStep
from crm.store.results_terms import (
    PLACE,
    SIGNS,
    Scope,
    counted,
    days_between,
    listed,
    not_lost,
    once,
    referral,
)

STEPS = tuple(ReferralStep)
Histogram = dict[int, int]
"""How often each number occurs."""

TO_START = "to_start"
KEPT_ON = sa.func.coalesce(referral.c.ended_on, referral.c.continuing_on)
GAPS: Mapping[str, tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]] = {
    ReferralStep.CONTACTED: (referral.c.contacted_on, referral.c.received_on),
    ReferralStep.SCHEDULED: (referral.c.scheduled_on, referral.c.contacted_on),
    ReferralStep.STARTED: (referral.c.started_on, referral.c.scheduled_on),
    ReferralStep.KEPT: (KEPT_ON, SIGNS[ReferralStep.KEPT]),
    TO_START: (referral.c.started_on, referral.c.received_on),
}
"""The days between which a step lies."""

UNTIL = "touches", "conversations", "days_to_it"


@dataclass
class StepCounts:
    """By step: those lost there, by reason. How often each number of days occurs, by step and until the start."""

    lost: dict[ReferralStep, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    days: dict[str, Histogram] = field(default_factory=dict)


@dataclass
class FirstCounts:
    """First referrals, and how often each number of touches, conversations and days occurs among the touched."""

    untouched: int
    spreads: dict[str, Histogram]

    @property
    def touched(self) -> int:
        """Those with a known touch before."""
        return sum(self.spreads["touches"].values())


def steps(session: Session, scope: Scope) -> StepCounts:
    """Where referrals were lost, and the days that each step took where both days are known and in order."""
    found = StepCounts()
    lost = sa.select(PLACE, referral.c.lost_reason, sa.func.count()).where(scope.received(), sa.not_(not_lost()))
    for place, reason, count in session.execute(lost.group_by(PLACE, referral.c.lost_reason)):
        found.lost[STEPS[place]][reason] = count
    columns = [listed(days_between(later, earlier)) for later, earlier in GAPS.values()]
    row = session.execute(sa.select(*columns).where(scope.received())).one()
    for name, text in zip(GAPS, row, strict=True):
        found.days[name] = {days: count for days, count in _histogram(text).items() if days >= 0}
    return found


def _histogram(text: str | None) -> Histogram:
    counts = Counter(text.split(",")) if text else {}
    return {int(number): count for number, count in counts.items()}


def firsts(session: Session, scopes: Sequence[Scope]) -> list[int]:
    """How many sources referred for the first time in each of these periods."""
    earliest = sa.func.min(referral.c.received_on).label("first_on")
    source = sa.select(earliest).where(counted(scopes[0].sample)).group_by(referral.c.provider_id).subquery("source")
    inside = (source.c.first_on.between(one.period.first_on, one.period.last_on) for one in scopes)
    return list(session.execute(sa.select(*(sa.func.count(sa.case((each, 1))) for each in inside))).one())


def until_first(session: Session, scope: Scope) -> FirstCounts:
    """What it took until providers referred for the first time, of those who did in the period."""
    some = _first_ones(scope)
    touched = referral.c.touches > 0
    columns = [listed(sa.case((touched, referral.c[name]))) for name in UNTIL]
    none = sa.func.count(sa.case((sa.not_(touched), 1)))
    untouched, *texts = session.execute(sa.select(none, *columns).where(referral.c.id.in_(some))).one()
    return FirstCounts(untouched, {name: _histogram(text) for name, text in zip(UNTIL, texts, strict=True)})


def _first_ones(scope: Scope) -> sa.Select[Any]:
    """The first referral of each source whose first one is in the period; of the same day that logged first."""
    earliest, real = sa.func.min(referral.c.received_on), counted(scope.sample)
    source = once(
        sa.select(referral.c.provider_id, earliest.label("first_on"))
        .where(real)
        .group_by(referral.c.provider_id)
        .having(earliest.between(scope.period.first_on, scope.period.last_on)),
        "source",
    )
    same = sa.and_(referral.c.provider_id == source.c.provider_id, referral.c.received_on == source.c.first_on)
    return (
        sa.select(sa.func.min(referral.c.id))
        .join_from(source, referral, same)
        .where(real)
        .group_by(source.c.provider_id)
    )
