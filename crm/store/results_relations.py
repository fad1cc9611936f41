"""Providers first contacted in a period, and how far they have come since: from `provider_way`, in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.periods import offsets
from crm.domain.pipeline import PATH, Stage
from crm.models.ways import ProviderWay
from crm.store.results_terms import Scope, listed

way: sa.Table = ProviderWay.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes

WAY = PATH[1:]
"""The stages of the funnel: contacted to partner."""

DAY = 86_400
YEAR = timedelta(days=366)
Spans = Sequence[tuple[datetime | None, int]]


@dataclass
class RelationCounts:
    """By furthest stage: how many. By stage: how often each number of days since the step before occurs."""

    furthest: dict[Stage, int]
    days: dict[Stage, dict[int, int]]


def relations(session: Session, scope: Scope) -> RelationCounts:
    """The funnel's counts."""
    some = contacted(session, scope).subquery("some")
    gaps = [listed(some.c[stage.value] - some.c[before.value]) for before, stage in pairwise(WAY)]
    furthest, *days = session.execute(sa.select(listed(some.c.furthest), *gaps)).one()
    in_order = ({gap: count for gap, count in _counted(text).items() if gap >= 0} for text in days)
    return RelationCounts(
        {PATH[place]: count for place, count in _counted(furthest).items()},
        {WAY[0]: {}, **dict(zip(WAY[1:], in_order, strict=True))},
    )


def _counted(text: str | None) -> dict[int, int]:
    counts = Counter(text.split(",")) if text else {}
    return {int(number): count for number, count in counts.items()}


def contacted(session: Session, scope: Scope) -> sa.Select[Any]:
    """Each provider first contacted in the period: `provider_id`, for each stage the day it came as far (a number,
    from 1970 on), its `furthest` place.

    The day of the first stage is that of the contact; a stage is reached by the move there or further along.
    """
    start, end = (round(instant.timestamp()) for instant in scope.period.bounds(scope.zone))
    place = sa.case((way.c.stands > way.c.moved, way.c.stands), else_=way.c.moved).label("furthest")
    spans = _spans(session, scope)
    days = (_day(way.c[stage.value], spans).label(stage.value) for stage in WAY)
    counted = way.c.archived.is_(False), way.c.sample.is_(scope.sample)
    return sa.select(way.c.provider_id, *days, place).where(way.c.contacted >= start, way.c.contacted < end, *counted)


def _spans(session: Session, scope: Scope) -> Spans:
    """By how much the business's zone is ahead of UTC, no longer ago than there is anything to be told.

    Moves may be older than the first contact of the period, but hardly of all.
    """
    earliest = session.execute(sa.select(sa.func.min(way.c.contacted))).scalar_one() or 0
    oldest = max(scope.period.first_on, datetime.fromtimestamp(earliest, UTC).date()) - YEAR
    latest = max(scope.today, scope.period.last_on)
    return offsets(scope.zone, min(oldest, latest), latest)


def _day(second: sa.ColumnElement[int], spans: Spans) -> sa.ColumnElement[int]:
    """The number of the day that a second is in the business's zone."""
    since = [(round(until.timestamp()), ahead) for (until, _), (_, ahead) in pairwise(spans) if until]
    # Most rows are recent or have no such second, so these are asked first.
    later = [(second >= _number(at), _number(ahead)) for at, ahead in reversed(since)]
    ahead = sa.case((second.is_(None), sa.null()), *later, else_=_number(spans[0][1]))
    local: sa.ColumnElement[int] = second + ahead
    return local // _number(DAY)


def _number(value: int) -> sa.ColumnElement[int]:
    """In the statement itself: nobody gives it, and there are many."""
    return sa.literal(value, sa.BigInteger, literal_execute=True)
