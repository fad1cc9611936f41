"""Pages of the provider list: keyset-paged, index-backed, one query each.

PostgreSQL knows from its statistics which index to use. SQLite has none worth the name here, so the query says it: a
unary plus before a column keeps SQLite from using an index on it, which leaves it the one that we mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.pipeline import Stage
from crm.domain.provider_filter import Filter, Sort
from crm.models.providers import Provider, ProviderTag, Tag
from crm.store import provider_clauses
from crm.store.provider_clauses import Clause

TABLE: sa.Table = Provider.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
TAGGED: sa.Table = ProviderTag.__table__  # type: ignore[attr-defined]  # as above
NAMES: sa.Table = Tag.__table__  # type: ignore[attr-defined]  # as above
SHOWN = (
    "id",
    "practice_id",
    "kind",
    "display_name",
    "sort_name",
    "specialty",
    "practice_name",
    "city",
    "distance_miles",
    "fit",
    "stage",
    "return_on",
    "next_due_on",
    "last_touch_at",
    "last_touch_kind",
    "phone",
    "email",
    "owner_id",
    "is_peer",
    "peer_overridden",
    "archived_at",
    "deactivated_on",
    "referral_count",
    "first_referral_on",
    "last_referral_on",
    "sample",
)
ORDERS = {
    Sort.FIT: ("fit", True),
    Sort.NAME: ("sort_name", False),
    Sort.DISTANCE: ("distance_miles", False),
    Sort.NEXT: ("next_due_on", False),
    Sort.TOUCH: ("last_touch_at", True),
}
"""The column of each order, and whether the largest comes first."""

FEW = 7000
"""A filter that leaves fewer than this is read whole and sorted; otherwise the order's own index is walked."""

WALKED = 4000
"""To count what answers several filters, so many rows of the narrowest one's index are looked at."""

PEOPLE = sa.text("SELECT id, name FROM user_account WHERE disabled_at IS NULL ORDER BY name")


class Count(NamedTuple):
    """How many were counted, and whether there are more."""

    number: int
    more: bool = False


class Cursor(NamedTuple):
    """The last row of a page: its id and its value in the order's column."""

    id: int
    value: str | int | float | date | datetime | None


@dataclass(frozen=True)
class Question:
    """What a list asks for. `ids` are those that a search found."""

    wanted: Filter
    today: date
    now: datetime
    sort: Sort = Sort.FIT
    turned: bool = False
    ids: Sequence[int] | None = None

    @property
    def column(self) -> sa.Column[Any]:
        """What the rows are ordered by."""
        return TABLE.c[ORDERS[self.sort][0]]

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return ORDERS[self.sort][1] is not self.turned


def page(
    session: Session,
    question: Question,
    cursor: Cursor | None,
    *,
    back: bool,
    limit: int,
    names: Sequence[str] = SHOWN,
) -> list[Any]:
    """Up to `limit` rows after the cursor, or before it when `back`, in the order of the list.

    `names` are the columns to read; id and the order's column must be among them.
    """
    columns = [TABLE.c[name] for name in names]
    plan = _plan(session, question)
    rows: list[Any] = []
    for is_null in _segments(question, cursor, back):
        within = cursor if cursor is not None and (cursor.value is None) is is_null else None
        statement = _segment(plan, question, is_null, within, back).with_only_columns(*columns)
        rows += session.connection().execute(statement.limit(limit - len(rows))).all()
        if len(rows) == limit:
            break
    return rows[::-1] if back else rows


def count(session: Session, question: Question, cap: int) -> Count:
    """How many there are, counted up to `cap`. On SQLite several filters at once may make it stop sooner."""
    clauses = _clauses(session, question)
    driver = _driver(session, question, clauses)
    leads = _narrowest(clauses)
    is_plain = sum(not clause.is_wide for clause in clauses) < 2
    if not _is_sqlite(session) or driver is not None or is_plain:
        found = _counted(session, sa.select(sa.literal(1)).where(*_where(session, clauses, driver or leads)), cap)
        return Count(found, found == cap)
    rest = sa.and_(*(clause.build(False) for clause in clauses if clause is not leads))
    walked = [leads.build(True)] if leads else []
    looked_at = sa.select(rest.label("matches")).where(*walked, provider_clauses.ALIVE).limit(WALKED).subquery()
    found = _counted(session, sa.select(sa.literal(1)).select_from(looked_at).where(looked_at.c.matches), cap)
    is_all = found < cap and _counted(session, sa.select(sa.literal(1)).where(*walked, provider_clauses.ALIVE), WALKED)
    return Count(found, found == cap or is_all == WALKED)


def _counted(session: Session, query: sa.Select[Any], cap: int) -> int:
    query = query if query.get_final_froms() else query.select_from(TABLE)
    some = query.limit(cap).subquery()
    return int(session.connection().execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def ids(session: Session, question: Question, limit: int) -> list[int]:
    """The ids of up to `limit` of them, in no order."""
    clauses = _clauses(session, question)
    driver = _driver(session, question, clauses) or _narrowest(clauses)
    query = sa.select(TABLE.c.id).where(*_where(session, clauses, driver)).limit(limit)
    return list(session.connection().execute(query).scalars())


def near_specialties(session: Session, cap: int) -> list[tuple[str, int]]:
    """(specialty, how many) among the `cap` nearest prospects that are not peers, the most frequent first."""
    c = TABLE.c
    nearest = (
        sa.select(c.specialty)
        .where(c.archived_at.is_(None), c.distance_miles.is_not(None))
        .where(
            c.stage == Stage.PROSPECT if not _is_sqlite(session) else provider_clauses.unindexed(c.stage) == "prospect"
        )
        .where(c.is_peer.is_(False))
        .order_by(c.distance_miles, c.id)
        .limit(cap)
        .subquery()
    )
    count = sa.func.count()
    grouped = sa.select(nearest.c.specialty, count).group_by(nearest.c.specialty)
    rows = session.connection().execute(grouped.order_by(count.desc(), nearest.c.specialty)).all()
    return [(key, number) for key, number in rows]


def people(session: Session) -> list[tuple[int, str]]:
    """(id, name) of everybody with an account."""
    return [(key, name) for key, name in session.connection().execute(PEOPLE)]


def tags(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """The tags of each of these providers."""
    names: dict[int, list[str]] = {}
    tagged = sa.select(TAGGED.c.provider_id, NAMES.c.name).join(NAMES, NAMES.c.id == TAGGED.c.tag_id)
    query = tagged.where(TAGGED.c.provider_id.in_(ids)).order_by(NAMES.c.name)
    for provider_id, name in session.connection().execute(query):
        names.setdefault(provider_id, []).append(name)
    return names


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def cursor_of(question: Question, row: Any) -> Cursor:
    """Where the next page goes on after this row."""
    return Cursor(row.id, getattr(row, question.column.name))


@dataclass(frozen=True)
class _Plan:
    where: list[sa.ColumnElement[bool]]
    sorts: bool


def _plan(session: Session, question: Question) -> _Plan:
    """The conditions, told so that one index is used: the most selective one's, or the order's."""
    clauses = _clauses(session, question)
    driver = _driver(session, question, clauses)
    return _Plan(_where(session, clauses, driver or _leads(question, clauses)), sorts=driver is not None)


def _clauses(session: Session, question: Question) -> list[Clause]:
    return provider_clauses.clauses(session, question.wanted, question.ids, question.today, question.now)


def _where(session: Session, clauses: list[Clause], indexed: Clause | None) -> list[sa.ColumnElement[bool]]:
    return [clause.build(clause is indexed or not _is_sqlite(session)) for clause in clauses]


def _driver(session: Session, question: Question, clauses: list[Clause]) -> Clause | None:
    """The condition whose index leaves so few rows that sorting them costs less than walking the order's index.

    Finding out costs a short count for each condition, so the answer is kept for the page's other questions.
    """
    if not _is_sqlite(session):
        return None
    known = session.info.setdefault("drivers of lists", {})
    if id(question) not in known:
        few = (place for place, clause in enumerate(clauses) if clause.is_few)
        probed = (place for place, one in enumerate(clauses) if one.may_be_few and _leaves_few(session, one))
        known[id(question)] = next(few, next(probed, None))
    place = known[id(question)]
    return None if place is None else clauses[place]


def _leaves_few(session: Session, clause: Clause) -> bool:
    return _counted(session, sa.select(sa.literal(1)).where(clause.build(True), provider_clauses.ALIVE), FEW) < FEW


def _narrowest(clauses: list[Clause]) -> Clause | None:
    """For counting, where the order doesn't matter: a condition with an index, places before stages."""
    indexed = [clause for clause in clauses if clause.leads is not None]
    return next((clause for clause in indexed if clause.may_be_few), next(iter(indexed), None))


def _leads(question: Question, clauses: list[Clause]) -> Clause | None:
    """For the order by fit: an equality whose index goes on with the fit."""
    if question.sort is not Sort.FIT:
        return next((clause for clause in clauses if clause.leads is question.column), None)
    fitting = [clause for clause in clauses if clause.leads is TABLE.c.fit]
    return next((clause for clause in fitting if clause.may_be_few), next(iter(fitting), None))


def _segments(question: Question, cursor: Cursor | None, back: bool) -> list[bool]:
    """Rows with a value in the order's column come first, rows without one last. True stands for those without."""
    if not question.column.nullable or _implies_value(question):
        return [False]
    segments = [True, False] if back else [False, True]
    passed = cursor is not None and (cursor.value is None) is not back
    return segments[1:] if passed and cursor is not None and (cursor.value is None) is segments[1] else segments


def _implies_value(question: Question) -> bool:
    wanted = question.wanted
    return {
        Sort.DISTANCE: bool(wanted.miles),
        Sort.NEXT: provider_clauses.has_due_day(wanted),
        Sort.TOUCH: provider_clauses.has_touch(wanted),
    }.get(question.sort, False)


def _segment(plan: _Plan, question: Question, is_null: bool, cursor: Cursor | None, back: bool) -> sa.Select[Any]:
    column, identity = question.column, TABLE.c.id
    descending = question.descending is not back
    statement = sa.select(TABLE.c.id).where(*plan.where)
    if column.nullable:
        statement = statement.where(column.is_(None) if is_null else column.is_not(None))
    order: list[sa.ColumnElement[Any]] = [identity] if is_null else [column, identity]
    order = [provider_clauses.unindexed(one) for one in order] if plan.sorts else order
    if cursor is not None:
        last = [sa.literal(cursor.id)] if is_null else [sa.bindparam(None, cursor.value, column.type), cursor.id]
        here, there = sa.tuple_(*order), sa.tuple_(*last)
        statement = statement.where(here < there if descending else here > there)
    return statement.order_by(*(one.desc() if descending else one.asc() for one in order))
