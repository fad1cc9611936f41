"""The conditions of the provider list, each with what is known about its index."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

import sqlalchemy as sa

from crm.domain.pipeline import QUIET_AFTER, Stage
from crm.domain.provider_filter import Filter, NextStep, Touch
from crm.models.providers import Provider, ProviderTag, Tag

TABLE: sa.Table = Provider.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
C = TABLE.c
ALIVE = C.archived_at.is_(None)
EMPTY: sa.ColumnElement[str] = sa.literal_column("''")
"""Written into the statement: SQLite must see `!= ''` to know the index of those with an address, `> ''` to walk it."""
Built = sa.ColumnElement[bool]


@dataclass(frozen=True, eq=False)
class Clause:
    """A condition. `build(True)` lets an index be used.

    `is_few`: its index always leaves few rows, since it is about those somebody works with. `may_be_few`: worth asking.
    `leads`: with this condition, an index walks the rows in the order of each of these columns.
    """

    build: Callable[[bool], Built]
    is_few: bool = False
    may_be_few: bool = False
    leads: tuple[sa.Column[Any], ...] = ()
    is_wide: bool = False
    """Nearly every row meets it."""
    parts: tuple[Clause, ...] = ()
    """The same as several equalities, each of which leads: what is wanted of each is merged."""


def unindexed(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The same value in a form that SQLite has no index for."""
    return sa.type_coerce(sa.UnaryExpression(column, operator=sa.sql.operators.custom_op("+")), column.type)


def shape(wanted: Filter) -> Filter:
    """What the conditions depend on: the same for every town, distance, owner, tag and import."""
    return replace(
        wanted,
        city="*" if wanted.city else "",
        miles=1 if wanted.miles else 0,
        owner="1" if wanted.owner.isdecimal() else wanted.owner,
        tag="*" if wanted.tag else "",
        import_id=1 if wanted.import_id else 0,
        question="",
    )


def values(wanted: Filter, ids: Sequence[int] | None, today: date, now: datetime) -> dict[str, Any]:
    """What the conditions are given."""
    return {
        "ids": ids,
        "city": wanted.city,
        "miles": wanted.miles,
        "owner": int(wanted.owner) if wanted.owner.isdecimal() else None,
        "tag": wanted.tag,
        "import_id": wanted.import_id,
        "today": today,
        "quiet_since": today - QUIET_AFTER,
        "touched": now - _span(wanted.touch),
    }


@lru_cache(maxsize=1024)
def clauses(shape: Filter, *, searched: bool, is_sqlite: bool) -> tuple[Clause, ...]:
    """Every condition of filters of this shape, for `values`. What leaves the fewest rows comes first.

    Made once for each shape: building conditions takes longer than asking the database.
    """
    return (
        *_about_ids(shape, searched),
        *_about_work(shape, is_sqlite),
        *_about_origin(shape),
        *_about_place(shape),
        *_plain(shape),
    )


def has_due_day(wanted: Filter) -> bool:
    """Whether every row has a next step."""
    return wanted.next_step in {NextStep.OVERDUE, NextStep.TODAY, NextStep.SET}


def has_touch(wanted: Filter) -> bool:
    """Whether every row has been touched."""
    return wanted.touch not in {None, Touch.NEVER}


def _on(column: sa.Column[Any], condition: Callable[[Any], Built], **known: Any) -> Clause:
    return Clause(lambda indexed: condition(column if indexed else unindexed(column)), **known)


def _one_of(column: sa.Column[Any], values: Sequence[str], leads: tuple[sa.Column[Any], ...], **known: Any) -> Clause:
    """An index leads when there is one value; with more, it leads for each of them."""
    parts = tuple(_on(column, partial(operator.eq, value), leads=leads) for value in values)
    if len(parts) == 1:
        return replace(parts[0], **known)
    return _on(column, lambda column: column.in_(values), parts=parts, **known)


def _about_ids(wanted: Filter, searched: bool) -> Iterator[Clause]:
    if searched:
        yield _on(C.id, lambda column: column.in_(sa.bindparam("ids", expanding=True)), is_few=True)
    if wanted.tag:
        tagged = (
            sa.select(ProviderTag.provider_id)  # type: ignore[call-overload]
            .join(Tag, Tag.id == ProviderTag.tag_id)
            .where(Tag.name == sa.bindparam("tag"))
        )
        yield _on(C.id, lambda column: column.in_(tagged), is_few=True)


def _about_work(wanted: Filter, is_sqlite: bool) -> Iterator[Clause]:
    if wanted.owner.isdecimal():
        yield _on(C.owner_id, lambda column: column == sa.bindparam("owner"), is_few=True)
    if has_due_day(wanted):
        yield _on(C.next_due_on, lambda column: _due(column, wanted.next_step), is_few=True)
    if has_touch(wanted):
        yield _on(C.last_touch_at, lambda column: _touched(column, wanted.touch), is_few=True)
    if wanted.next_step is NextStep.QUIET:
        yield Clause(lambda _: _quiet(is_sqlite))
    if stages := wanted.wanted_stages:
        is_few = Stage.PROSPECT not in stages
        yield _one_of(C.stage, stages, is_few=is_few, leads=(C.fit, C.next_due_on))


def _about_origin(wanted: Filter) -> Iterator[Clause]:
    if wanted.import_id:
        yield _on(C.import_id, lambda column: column == sa.bindparam("import_id"), may_be_few=True)
    if wanted.email == "yes":
        yield _on(C.email, lambda column: sa.and_(column != EMPTY, column > EMPTY), may_be_few=True)


def _about_place(wanted: Filter) -> Iterator[Clause]:
    if wanted.city:
        yield _on(C.city, lambda column: column == sa.bindparam("city"), may_be_few=True, leads=(C.fit,))
    if wanted.miles:
        near = lambda column: column <= sa.bindparam("miles")  # noqa: E731  (one line reads better)
        yield _on(C.distance_miles, near, may_be_few=True, leads=(C.distance_miles,))
    if keys := wanted.wanted_specialties:
        yield _one_of(C.specialty, keys, may_be_few=True, leads=(C.fit,))


def _plain(wanted: Filter) -> Iterator[Clause]:
    """Conditions without an index of their own."""
    if wanted.archived:
        yield Clause(lambda _: C.archived_at.is_not(None) & C.merged_into_id.is_(None), is_few=True)
    else:
        yield Clause(lambda _: ALIVE, is_wide=True)
    if wanted.owner == "none":
        yield _on(C.owner_id, lambda column: column.is_(None))
    if wanted.touch is Touch.NEVER:
        yield _on(C.last_touch_at, lambda column: column.is_(None))
    if wanted.next_step is NextStep.NONE:
        yield _on(C.next_due_on, lambda column: column.is_(None))
    if wanted.email == "no":
        yield _on(C.email, lambda column: column == EMPTY)
    if not wanted.peers:
        yield Clause(lambda _: C.is_peer.is_(False) | C.peer_overridden.is_(True), is_wide=True)


def _due(column: Any, step: NextStep | None) -> Built:
    today = sa.bindparam("today", type_=sa.Date)
    days = {NextStep.OVERDUE: column < today, NextStep.TODAY: column == today}
    found: Built = days.get(step, column.is_not(None)) if step else column.is_not(None)
    return found


def _touched(column: Any, touch: Touch | None) -> Built:
    since = sa.bindparam("touched", type_=C.last_touch_at.type)
    found: Built = column >= since if touch is Touch.WEEK else column < since
    return found


def _span(touch: Touch | None) -> timedelta:
    """How far back a touch is looked for."""
    if touch in {None, Touch.NEVER}:
        return timedelta()
    return timedelta(days=7 if touch is Touch.WEEK else int(str(touch)))


def _quiet(is_sqlite: bool) -> Built:
    """As `pipeline.quiet_since`: longer than 90 days and than this partner's own usual interval."""

    def days(later: Any, earlier: Any) -> Any:
        return sa.func.julianday(later) - sa.func.julianday(earlier) if is_sqlite else later - earlier

    today = sa.bindparam("today", type_=sa.Date)
    usual = days(C.last_referral_on, C.first_referral_on) / (C.referral_count - 1.0)
    longer = days(today, C.last_referral_on) > usual
    return sa.and_(C.last_referral_on < sa.bindparam("quiet_since"), sa.or_(C.referral_count < 2, longer))
