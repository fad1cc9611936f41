"""The statements behind the provider list, each made once for all questions of its kind.

PostgreSQL knows from its statistics which index to use. SQLite has none worth the name here, so the query says it: a
unary plus before a column keeps SQLite from using an index on it, which leaves it the one that we mean.

Conditions are named by their place among those of the kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from crm.domain.provider_filter import Filter, Sort
from crm.models.providers import Provider
from crm.store import provider_clauses
from crm.store.provider_clauses import Clause

TABLE: sa.Table = Provider.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
ORDERS = {
    Sort.FIT: ("fit", True),
    Sort.NAME: ("sort_name", False),
    Sort.DISTANCE: ("distance_miles", False),
    Sort.NEXT: ("next_due_on", False),
    Sort.TOUCH: ("last_touch_at", True),
}
"""The column of each order, and whether the largest comes first."""

LIMIT = sa.bindparam("limit", type_=sa.Integer)
ONE = sa.literal_column("1", sa.Integer)


class Kind(NamedTuple):
    """All that a statement depends on: questions that differ only in values share theirs, which is made once."""

    shape: Filter
    sort: Sort
    turned: bool
    searched: bool
    is_sqlite: bool

    @property
    def column(self) -> sa.Column[Any]:
        """What the rows are ordered by."""
        return TABLE.c[ORDERS[self.sort][0]]

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return ORDERS[self.sort][1] is not self.turned

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The conditions."""
        return provider_clauses.clauses(self.shape, searched=self.searched, is_sqlite=self.is_sqlite)


def where(kind: Kind, indexed: int | None) -> list[sa.ColumnElement[bool]]:
    """The conditions, of which SQLite may use an index for one."""
    return [clause.build(place == indexed or not kind.is_sqlite) for place, clause in enumerate(kind.clauses)]


@lru_cache(maxsize=512)
def promising(kind: Kind) -> list[int]:
    """The conditions that may leave few rows; none from one on whose index is in the order of the list already.

    Walking that index reads no more than all rows of it, and stops when the page is full.
    """
    few = [place for place, clause in enumerate(kind.clauses) if clause.is_few]
    if few:
        return few[:1]
    found = []
    for place, clause in enumerate(kind.clauses):
        if clause.may_be_few and kind.column in clause.leads:
            break
        if clause.may_be_few:
            found.append(place)
    return found


def narrowest(clauses: Sequence[Clause]) -> int | None:
    """For counting, where the order doesn't matter: a condition with an index, places before stages."""
    indexed = [place for place, clause in enumerate(clauses) if clause.leads]
    return next((place for place in indexed if clauses[place].may_be_few), next(iter(indexed), None))


def leads(kind: Kind, driver: int | None) -> int | None:
    """An equality whose index goes on with the order's column: the driver if any, or else places before stages."""
    fitting = [place for place, clause in enumerate(kind.clauses) if kind.column in clause.leads]
    if driver is not None:
        return driver if driver in fitting else None
    return next((place for place in fitting if kind.clauses[place].may_be_few), next(iter(fitting), None))


@lru_cache(maxsize=512)
def probe(kind: Kind, place: int) -> sa.Select[Any]:
    """How many meet this condition, counted up to `few`."""
    some = sa.select(ONE).select_from(TABLE).where(kind.clauses[place].build(True), provider_clauses.ALIVE)
    return sa.select(sa.func.count()).select_from(some.limit(sa.bindparam("few", type_=sa.Integer)).subquery())


@lru_cache(maxsize=512)
def counted(kind: Kind, indexed: int | None) -> sa.Select[Any]:
    """How many meet all conditions, counted up to `limit`."""
    some = sa.select(ONE).select_from(TABLE).where(*where(kind, indexed)).limit(LIMIT)
    return sa.select(sa.func.count()).select_from(some.subquery())


@lru_cache(maxsize=512)
def walked(kind: Kind) -> sa.Select[int, int]:
    """(rows of the narrowest condition, those of them that meet the others too), among the first `limit` rows."""
    first = narrowest(kind.clauses)
    others = [clause for place, clause in enumerate(kind.clauses) if place != first]
    rest = sa.and_(*(clause.build(False) for clause in sorted(others, key=lambda clause: not clause.may_be_few)))
    looked_at = sa.select(sa.case((rest, ONE)).label("meets")).select_from(TABLE).where(provider_clauses.ALIVE)
    if first is not None:
        clause = kind.clauses[first]
        looked_at = looked_at.where(clause.build(True)).order_by(*_best_first(clause))
    some = looked_at.limit(LIMIT).subquery()
    return sa.select(sa.func.count(), sa.func.count(some.c.meets))


def _best_first(clause: Clause) -> list[sa.ColumnElement[Any]]:
    """In the order of the clause's index, from the end where the list begins."""
    column = clause.leads[0]
    return [column.desc(), TABLE.c.id.desc()] if column is TABLE.c.fit else [column, TABLE.c.id]


@lru_cache(maxsize=1024)
def segment(
    kind: Kind, driver: int | None, is_null: bool, within: bool, back: bool, names: tuple[str, ...]
) -> sa.Select[Any]:
    """The rows with a value in the order's column, or those without one; `within`: from a cursor among them on.

    The conditions are told so that one index is used: the most selective one's, whose rows are sorted, or the order's.
    Where the order's index walks each of several values, the first of each are merged.
    """
    some = _Some(kind, is_null, within, back, names)
    in_order = None if is_null else leads(kind, driver)
    several = None if is_null or in_order is not None else _several(kind, driver)
    if several is None:
        sorts = driver is not None and in_order is None
        return _rows(some, where(kind, driver if in_order is None else in_order), sorts=sorts)
    others = [one for place, one in enumerate(where(kind, None)) if place != several]
    tops = [_rows(some, [*others, part.build(True)], sorts=False) for part in kind.clauses[several].parts]
    merged = sa.union_all(*(sa.select(top.subquery()) for top in tops)).subquery()
    return sa.select(*merged.c).order_by(*_order(some, [merged.c[kind.column.name], merged.c.id])).limit(LIMIT)


class _Some(NamedTuple):
    """Which rows of a kind, and what of them."""

    kind: Kind
    is_null: bool
    within: bool
    back: bool
    names: tuple[str, ...]


def _several(kind: Kind, driver: int | None) -> int | None:
    """A condition of several values whose index goes on with the order's column for each of them."""
    fitting = [place for place, one in enumerate(kind.clauses) if one.parts and kind.column in one.parts[0].leads]
    if driver is not None:
        return driver if driver in fitting else None
    if any(clause.is_few for place, clause in enumerate(kind.clauses) if place not in fitting):
        return None
    return next((place for place in fitting if kind.clauses[place].may_be_few), next(iter(fitting), None))


def _rows(some: _Some, where: list[sa.ColumnElement[bool]], *, sorts: bool) -> sa.Select[Any]:
    column, identity = some.kind.column, TABLE.c.id
    statement = sa.select(*(TABLE.c[name] for name in some.names)).where(*where).limit(LIMIT)
    if column.nullable:
        statement = statement.where(column.is_(None) if some.is_null else column.is_not(None))
    order: list[sa.ColumnElement[Any]] = [identity] if some.is_null else [column, identity]
    order = [provider_clauses.unindexed(one) for one in order] if sorts else order
    if some.within:
        value, number = sa.bindparam("after_value", type_=column.type), sa.bindparam("after_id", type_=sa.Integer)
        here, there = sa.tuple_(*order), sa.tuple_(*([number] if some.is_null else [value, number]))
        statement = statement.where(here < there if _descending(some) else here > there)
    return statement.order_by(*_order(some, order))


def _order(some: _Some, columns: Sequence[sa.ColumnElement[Any]]) -> list[sa.ColumnElement[Any]]:
    return [one.desc() if _descending(some) else one.asc() for one in columns]


def _descending(some: _Some) -> bool:
    return some.kind.descending is not some.back
