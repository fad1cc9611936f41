"""Which rows a figure was counted from: for each name of a key the kind of rows and the condition that they meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from crm.domain import periods
from crm.domain.errors import Invalid
from crm.domain.figures import FigureKey, RowKind
from crm.domain.funnels import ReferralStep
from crm.domain.partners import Arrival
from crm.domain.results import Dimension
from crm.store import results_arrivals, results_relations, results_work
from crm.store.results import attended, ripe
from crm.store.results_rankings import value_of
from crm.store.results_terms import REACHED, Condition, Scope, is_first, not_lost, referral, started_within, stopped_at
from crm.store.results_work import enrollment, referred, replied


class Wanted(NamedTuple):
    """The rows of a figure: their kind and what they meet, in a scope that may be another period (a cohort's month).

    With `furthest` the rows are providers first contacted in the period who have come at least as far on their way.
    """

    kind: RowKind
    scope: Scope
    condition: Condition
    furthest: int | None = None


Rule = Callable[[Scope, str], Condition]


def wanted(key: FigureKey, scope: Scope) -> Wanted | None:
    """What a key asks for; None when there is no such figure."""
    if key.name in COHORTS:
        month = _month(key.argument)
        if month is None:
            return None
        inside = replace(scope, period=month)
        return Wanted(RowKind.REFERRAL, inside, COHORTS[key.name](inside, ""))
    if key.name in STAGES:
        return Wanted(RowKind.PROVIDER, scope, sa.true(), STAGES[key.name])
    for kind, rules in RULES.items():
        if key.name in rules:
            return Wanted(kind, scope, rules[key.name](scope, key.argument))
    return None


def _month(text: str) -> periods.Period | None:
    try:
        return periods.month_of(date.fromisoformat(f"{text}-01"))
    except (ValueError, Invalid):
        return None


def _that(*conditions: Condition) -> Rule:
    """A rule that always asks for the same."""
    return lambda _scope, _argument: sa.and_(sa.true(), *conditions)


STARTED = referral.c.started_on.is_not(None)
EXPECTED = sa.and_(referral.c.expected_cents.is_not(None), not_lost())
BOOKED = referral.c.booked_cents.is_not(None)
VISITED = referral.c.visits > 0


def _steps() -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for step in ReferralStep:
        rules[f"referral.{step}"] = _that(REACHED[step])
        rules[f"referral.lost.{step}"] = _that(stopped_at(step, lost=True))
        rules[f"referral.waiting.{step}"] = _that(stopped_at(step, lost=False))
        rules[f"referral.because.{step}"] = _because(step)
    return rules


def _because(step: ReferralStep) -> Rule:
    return lambda _scope, reason: sa.and_(stopped_at(step, lost=True), referral.c.lost_reason == reason)


def _dimensions() -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for dimension in Dimension:
        rules[f"by.{dimension}"] = _by(dimension)
        rules[f"by.{dimension}.started"] = _by(dimension, STARTED)
        rules[f"by.{dimension}.expected"] = _by(dimension, EXPECTED)
        rules[f"by.{dimension}.booked"] = _by(dimension, BOOKED)
    return rules


def _by(dimension: Dimension, *conditions: Condition) -> Rule:
    return lambda _scope, value: sa.and_(value_of(dimension) == value, *conditions)


def _arrival(kind: Arrival) -> Rule:
    def rule(scope: Scope, _argument: str) -> Condition:
        some = results_arrivals.numbered(scope)
        return referral.c.id.in_(sa.select(some.c.id).where(results_arrivals.is_one(some, kind)))

    return rule


def _first(*, touched: bool | None = None) -> Rule:
    def rule(scope: Scope, _argument: str) -> Condition:
        if touched is None:
            return is_first(scope.sample)
        return sa.and_(is_first(scope.sample), referral.c.touches > 0 if touched else referral.c.touches == 0)

    return rule


def _cohort(days: int) -> dict[str, Rule]:
    return {
        f"cohort.ripe_{days}": lambda scope, _argument: ripe(days, scope.today),
        f"cohort.open_{days}": lambda scope, _argument: sa.not_(ripe(days, scope.today)),
        f"cohort.started_{days}": lambda scope, _argument: sa.and_(
            ripe(days, scope.today), STARTED, started_within(days)
        ),
    }


COHORTS: Mapping[str, Rule] = {
    "cohort.received": _that(),
    "cohort.started": _that(STARTED),
    **_cohort(30),
    **_cohort(90),
}


STAGES: Mapping[str, int] = {f"stage.{stage}": place for place, stage in enumerate(results_relations.WAY, start=1)}


def _sequence(*conditions: Callable[[Scope], Condition]) -> Rule:
    def rule(scope: Scope, argument: str) -> Condition:
        one = sa.cast(enrollment.c.sequence_id, sa.String) == argument
        return sa.and_(results_work.enrolled(scope), one, *(condition(scope) for condition in conditions))

    return rule


RULES: Mapping[RowKind, Mapping[str, Rule]] = {
    RowKind.REFERRAL: {
        **_steps(),
        **_dimensions(),
        "first": _first(),
        "first.touched": _first(touched=True),
        "first.untouched": _first(touched=False),
        **{f"arrival.{kind}": _arrival(kind) for kind in Arrival},
        "visited": _that(VISITED),
        "visited.expected": _that(VISITED, EXPECTED),
        "visited.booked": _that(VISITED, BOOKED),
        "worth.expected": _that(EXPECTED),
        "worth.booked": _that(BOOKED),
    },
    RowKind.PROVIDER: {
        "quiet": lambda scope, _argument: results_work.is_quiet(scope.today, sample=scope.sample),
    },
    RowKind.VISIT: {"visits": lambda scope, _argument: results_work.visited(scope)},
    RowKind.REPORT: {
        "reports.judged": lambda scope, _argument: results_work.judged(scope),
        "reports.on_time": lambda scope, _argument: sa.and_(results_work.judged(scope), results_work.is_on_time()),
    },
    RowKind.SESSION: {"sessions": lambda scope, _argument: attended(scope)},
    RowKind.ENROLLMENT: {
        "sequence.enrolled": _sequence(),
        "sequence.replied": _sequence(lambda _scope: replied()),
        "sequence.referred": _sequence(referred),
    },
}
