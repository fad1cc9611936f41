"""The conditions of the provider list, each with what is known about its index."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

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
    `leads`: with this condition, an index walks the rows in the order of that column.
    """

    build: Callable[[bool], Built]
    is_few: bool = False
    may_be_few: bool = False
    leads: sa.Column[Any] | None = None
    is_wide: bool = False
    """Nearly every row meets it."""


def unindexed(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The same value in a form that SQLite has no index for."""
    return sa.type_coerce(sa.UnaryExpression(column, operator=sa.sql.operators.custom_op("+")), column.type)


def clauses(session: Session, wanted: Filter, ids: Sequence[int] | None, today: date, now: datetime) -> list[Clause]:
    """Every condition of the filter. What leaves the fewest rows comes first."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return [
        *_about_ids(wanted, ids),
        *_about_work(wanted, today, now, is_sqlite),
        *_about_place(wanted),
        *_plain(wanted),
    ]


def has_due_day(wanted: Filter) -> bool:
    """Whether every row has a next step."""
    return wanted.next_step in {NextStep.OVERDUE, NextStep.TODAY, NextStep.SET}


def has_touch(wanted: Filter) -> bool:
    """Whether every row has been touched."""
    return wanted.touch not in {None, Touch.NEVER}


def _on(column: sa.Column[Any], condition: Callable[[Any], Built], **known: Any) -> Clause:
    return Clause(lambda indexed: condition(column if indexed else unindexed(column)), **known)


def _about_ids(wanted: Filter, ids: Sequence[int] | None) -> Iterator[Clause]:
    if ids is not None:
        yield _on(C.id, lambda column: column.in_(ids), is_few=True)
    if wanted.tag:
        tagged = (
            sa.select(ProviderTag.provider_id)  # type: ignore[call-overload]
            .join(Tag, Tag.id == ProviderTag.tag_id)
            .where(Tag.name == wanted.tag)
        )
        yield _on(C.id, lambda column: column.in_(tagged), is_few=True)


def _about_work(wanted: Filter, today: date, now: datetime, is_sqlite: bool) -> Iterator[Clause]:
    if wanted.owner.isdecimal():
        yield _on(C.owner_id, lambda column: column == int(wanted.owner), is_few=True)
    if has_due_day(wanted):
        yield _on(C.next_due_on, lambda column: _due(column, wanted.next_step, today), is_few=True)
    if has_touch(wanted):
        yield _on(C.last_touch_at, lambda column: _touched(column, wanted.touch, now), is_few=True)
    if wanted.next_step is NextStep.QUIET:
        yield Clause(lambda _: _quiet(today, is_sqlite))
    if stages := wanted.wanted_stages:
        one = stages[0] if len(stages) == 1 else None
        yield _on(
            C.stage,
            lambda column: column == one if one else column.in_(stages),
            is_few=Stage.PROSPECT not in stages,
            leads=C.fit if one else None,
        )


def _about_place(wanted: Filter) -> Iterator[Clause]:
    if wanted.city:
        yield _on(C.city, lambda column: column == wanted.city, may_be_few=True, leads=C.fit)
    if wanted.miles:
        yield _on(C.distance_miles, lambda column: column <= wanted.miles, may_be_few=True, leads=C.distance_miles)
    if keys := wanted.wanted_specialties:
        one = keys[0] if len(keys) == 1 else None
        is_one = lambda column: column == one if one else column.in_(keys)  # noqa: E731  (one line reads better)
        yield _on(C.specialty, is_one, may_be_few=True, leads=C.fit if one else None)
    if wanted.import_id:
        yield _on(C.import_id, lambda column: column == wanted.import_id, may_be_few=True)


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
    if wanted.email == "yes":
        yield _on(C.email, lambda column: sa.and_(column != EMPTY, column > EMPTY), may_be_few=True)
    if wanted.email == "no":
        yield _on(C.email, lambda column: column == EMPTY)
    if not wanted.peers:
        yield Clause(lambda _: C.is_peer.is_(False) | C.peer_overridden.is_(True), is_wide=True)


def _due(column: Any, step: NextStep | None, today: date) -> Built:
    days = {NextStep.OVERDUE: column < today, NextStep.TODAY: column == today}
    found: Built = days.get(step, column.is_not(None)) if step else column.is_not(None)
    return found


def _touched(column: Any, touch: Touch | None, now: datetime) -> Built:
    since = now - timedelta(days=7 if touch is Touch.WEEK else int(touch or 0))
    found: Built = column >= since if touch is Touch.WEEK else column < since
    return found


def _quiet(today: date, is_sqlite: bool) -> Built:
    """As `pipeline.quiet_since`: longer than 90 days and than this partner's own usual interval."""

    def days(later: Any, earlier: Any) -> Any:
        return sa.func.julianday(later) - sa.func.julianday(earlier) if is_sqlite else later - earlier

    usual = days(C.last_referral_on, C.first_referral_on) / (C.referral_count - 1.0)
    longer = days(sa.literal(today, sa.Date), C.last_referral_on) > usual
    return sa.and_(C.last_referral_on < today - QUIET_AFTER, sa.or_(C.referral_count < 2, longer))
