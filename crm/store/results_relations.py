"""Providers first contacted in a period, and how far they have come since: one statement for the whole funnel."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.kinds import TOUCHES, ActivityKind
from crm.domain.pipeline import PATH, Stage
from crm.store.results_terms import Condition, Scope, activity, days_between, provider

WAY = PATH[1:]
"""The stages of the funnel: contacted to partner."""


@dataclass
class RelationCounts:
    """By furthest stage: how many. By stage: how often each number of days since the step before occurs."""

    furthest: dict[Stage, int] = field(default_factory=dict)
    days: dict[Stage, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))


def relations(session: Session, scope: Scope) -> RelationCounts:
    """The funnel's counts."""
    some = contacted(scope).cte("some")
    furthest = sa.select(
        sa.literal("furthest").label("what"), some.c.furthest.label("number"), sa.func.count().label("count")
    ).group_by(some.c.furthest)
    steps = [_days(some, before, stage) for before, stage in pairwise(WAY)]
    found = RelationCounts()
    for what, number, count in session.execute(sa.union_all(furthest, *steps)):
        if what == "furthest":
            found.furthest[PATH[number]] = count
        else:
            found.days[Stage(what)][number] = count
    return found


def contacted(scope: Scope) -> sa.Select[Any]:
    """Each provider first contacted in the period: `provider_id`, the day it reached each stage, its `furthest` place.

    The day of the first stage is that of the contact; a stage is reached by the move there or further along.
    """
    first = _first_contacts(scope).cte("first_contact")
    move = activity.alias("move")
    reached = {stage: sa.func.min(_when(move, stage)) for stage in WAY[1:]}
    moved = sa.func.coalesce(sa.func.max(_place(move.c.stage_to)), 1)
    stands = sa.func.max(_place(provider.c.stage))
    return (
        sa.select(
            first.c.provider_id,
            scope.day_of(sa.func.max(first.c.at)).label(WAY[0].value),
            *(scope.day_of(at).label(stage.value) for stage, at in reached.items()),
            sa.case((stands > moved, stands), else_=moved).label("furthest"),
        )
        .join_from(first, provider, provider.c.id == first.c.provider_id)
        .outerjoin(move, sa.and_(move.c.provider_id == first.c.provider_id, *_is_move(move)))
        .where(provider.c.archived_at.is_(None), provider.c.sample.is_(scope.sample))
        .group_by(first.c.provider_id)
    )


def _first_contacts(scope: Scope) -> sa.Select[Any]:
    """Whoever was contacted in the period and not before it."""
    start, _ = scope.period.bounds(scope.zone)
    some = sa.union_all(*(_contacts(scope, condition) for condition in _contact(activity))).subquery("contact")
    at = sa.func.min(some.c.happened_at).label("at")
    fresh = sa.select(some.c.provider_id, at).group_by(some.c.provider_id).subquery("fresh")
    old = activity.alias("old")
    before = sa.exists().where(
        old.c.provider_id == fresh.c.provider_id,
        old.c.happened_at < start,
        old.c.undone_at.is_(None),
        sa.or_(*_contact(old)),
    )
    return sa.select(fresh.c.provider_id, fresh.c.at).where(sa.not_(before))


def _contacts(scope: Scope, condition: Condition) -> sa.Select[Any]:
    asked = condition, scope.within(activity.c.happened_at), activity.c.undone_at.is_(None)
    return sa.select(activity.c.provider_id, activity.c.happened_at).where(*asked)


def _contact(table: sa.FromClause) -> tuple[Condition, Condition]:
    """A touch, or a move out of prospect."""
    out = sa.and_(table.c.kind == ActivityKind.STAGE, table.c.stage_from == Stage.PROSPECT)
    return table.c.kind.in_(sorted(TOUCHES)), out


def _is_move(move: sa.FromClause) -> tuple[Condition, ...]:
    return move.c.kind == ActivityKind.STAGE, move.c.undone_at.is_(None)


def _when(move: sa.FromClause, stage: Stage) -> sa.ColumnElement[datetime]:
    """The instant of a move to this stage or one further along, else null."""
    return sa.case((move.c.stage_to.in_(WAY[WAY.index(stage) :]), move.c.happened_at))


def _place(stage: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """The number of a stage on the way; 1 for those aside, since they were contacted."""
    return sa.case(*((stage == one, PATH.index(one)) for one in WAY[1:]), else_=1)


def _days(some: sa.CTE, before: Stage, stage: Stage) -> sa.Select[Any]:
    later, earlier = some.c[stage.value], some.c[before.value]
    days = days_between(later, earlier).label("number")
    columns: list[Any] = [sa.literal(stage.value), days, sa.func.count()]
    return sa.select(*columns).where(later.is_not(None), later >= earlier).group_by(days)
