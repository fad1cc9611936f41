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
from crm.store.results_terms import Condition, Scope, activity, days_between, once, provider, there_is

WAY = PATH[1:]
"""The stages of the funnel: contacted to partner."""


MANY = 150_000
"""With more contacts in a period than these, it is faster to ask of each provider for its first one."""


@dataclass
class RelationCounts:
    """By furthest stage: how many. By stage: how often each number of days since the step before occurs."""

    furthest: dict[Stage, int] = field(default_factory=dict)
    days: dict[Stage, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))


def relations(session: Session, scope: Scope) -> RelationCounts:
    """The funnel's counts."""
    some = once(contacted(scope, many=are_many(session, scope)), "some")
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


def are_many(session: Session, scope: Scope) -> bool:
    """Whether there are very many contacts in the period."""
    some = _contacts_within(scope).limit(MANY + 1).subquery("contact")
    return int(session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()) > MANY


def contacted(scope: Scope, *, many: bool = False) -> sa.Select[Any]:
    """Each provider first contacted in the period: `provider_id`, the day it reached each stage, its `furthest` place.

    The day of the first stage is that of the contact; a stage is reached by the move there or further along. Whether
    there are `many` contacts decides how they are looked for, not what is found.
    """
    way = once(_ways(scope, many=many), "way")
    place = sa.case((way.c.stands > way.c.moved, way.c.stands), else_=way.c.moved).label("furthest")
    return sa.select(way.c.provider_id, *(scope.day_of(way.c[stage.value]).label(stage.value) for stage in WAY), place)


def _ways(scope: Scope, *, many: bool) -> sa.Select[Any]:
    """The instants at which each of them reached the stages, and how far they have come."""
    first = (_first_by_provider(scope) if many else _first_by_contact(scope)).cte("first_contact")
    move = activity.alias("move")
    columns: list[Any] = [
        first.c.provider_id,
        sa.func.max(first.c.at).label(WAY[0].value),
        *(sa.func.min(_when(move, stage)).label(stage.value) for stage in WAY[1:]),
        sa.func.coalesce(sa.func.max(_place(move.c.stage_to)), 1).label("moved"),
        sa.func.max(_place(provider.c.stage)).label("stands"),
    ]
    return (
        sa.select(*columns)
        .join_from(first, provider, provider.c.id == first.c.provider_id)
        .outerjoin(move, sa.and_(move.c.provider_id == first.c.provider_id, *_is_move(move)))
        .where(provider.c.archived_at.is_(None), provider.c.sample.is_(scope.sample))
        .group_by(first.c.provider_id)
    )


def _first_by_contact(scope: Scope) -> sa.Select[Any]:
    """Whoever was contacted in the period and not before it."""
    some = _contacts_within(scope).subquery("contact")
    # In order, so that looking for older ones goes through their index once.
    fresh = sa.select(some.c.provider_id).distinct().order_by(some.c.provider_id).subquery("fresh")
    start, _ = scope.period.bounds(scope.zone)
    old = activity.alias("old")
    before = there_is(old.c.provider_id == fresh.c.provider_id, old.c.happened_at < start, *_is_contact(old))
    return sa.select(fresh.c.provider_id, _first_of(fresh.c.provider_id).label("at")).where(sa.not_(before))


def _first_by_provider(scope: Scope) -> sa.Select[Any]:
    """Whoever's first contact was in the period, of all that were ever contacted."""
    start, end = scope.period.bounds(scope.zone)
    every = once(sa.select(provider.c.id.label("provider_id"), _first_of(provider.c.id).label("at")), "every")
    return sa.select(every.c.provider_id, every.c.at).where(every.c.at >= start, every.c.at < end)


def _first_of(provider_id: sa.ColumnElement[int]) -> sa.ColumnElement[datetime]:
    one = activity.alias("one")
    query = sa.select(one.c.happened_at).where(one.c.provider_id == provider_id, *_is_contact(one))
    return query.order_by(one.c.happened_at).limit(1).scalar_subquery()


def _contacts_within(scope: Scope) -> sa.CompoundSelect[Any]:
    """Apart by kind, as the index is ordered."""
    asked = scope.within(activity.c.happened_at), activity.c.undone_at.is_(None)
    return sa.union_all(*(sa.select(activity.c.provider_id).where(kind, *asked) for kind in _contacts(activity)))


def _contacts(table: sa.FromClause) -> tuple[Condition, Condition]:
    """A touch, or a move out of prospect."""
    out = sa.and_(table.c.kind == ActivityKind.STAGE, table.c.stage_from == Stage.PROSPECT)
    return table.c.kind.in_(sorted(TOUCHES)), out


def _is_contact(table: sa.FromClause) -> tuple[Condition, Condition]:
    return sa.or_(*_contacts(table)), table.c.undone_at.is_(None)


def _is_move(move: sa.FromClause) -> tuple[Condition, Condition]:
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
