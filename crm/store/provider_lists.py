"""Pages of the provider list: keyset-paged, index-backed, one query each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.provider_filter import Filter, Sort
from crm.store import provider_clauses
from crm.store import provider_statements as statements
from crm.store.provider_statements import LIMIT, ORDERS, TABLE, Kind

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
FEW = 7000
"""A filter that leaves fewer than this is read whole and sorted; otherwise the order's own index is walked."""

WALKED = 8000
"""To count what answers several filters, so many rows of the narrowest one's index are looked at."""


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
    def values(self) -> dict[str, Any]:
        """What the statements are given."""
        return provider_clauses.values(self.wanted, self.ids, self.today, self.now)


def _kind(session: Session, question: Question) -> Kind:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    shape = provider_clauses.shape(question.wanted)
    return Kind(shape, question.sort, question.turned, question.ids is not None, is_sqlite)


def page(
    session: Session,
    question: Question,
    cursor: Cursor | None,
    *,
    back: bool,
    limit: int,
    names: tuple[str, ...] = SHOWN,
) -> list[Any]:
    """Up to `limit` rows after the cursor, or before it when `back`, in the order of the list.

    `names` are the columns to read; id and the order's column must be among them.
    """
    kind, given = _kind(session, question), question.values
    driver = _driver(session, kind, given)
    rows: list[Any] = []
    for is_null in _segments(kind, cursor, back):
        within = cursor is not None and (cursor.value is None) is is_null
        given |= {"limit": limit - len(rows), **(_mark(cursor) if within else {})}
        statement = statements.segment(kind, driver, is_null, within, back, names)
        rows += session.connection().execute(statement, given).all()
        if len(rows) == limit:
            break
    return rows[::-1] if back else rows


def count(session: Session, question: Question, cap: int) -> Count:
    """How many there are, counted up to `cap`. On SQLite several filters at once may make it stop sooner."""
    kind, given = _kind(session, question), question.values
    driver = _driver(session, kind, given)
    is_plain = sum(not clause.is_wide for clause in kind.clauses) < 2
    if not kind.is_sqlite or driver is not None or is_plain:
        leads = statements.narrowest(kind.clauses) if driver is None else driver
        found = _number(session, statements.counted(kind, leads), given | {"limit": cap})
        return Count(found, found == cap)
    looked_at, found = session.connection().execute(statements.walked(kind), given | {"limit": WALKED}).one()
    return Count(min(found, cap), found >= cap or looked_at == WALKED)


def ids(session: Session, question: Question, limit: int) -> list[int]:
    """The ids of up to `limit` of them, in no order."""
    kind, given = _kind(session, question), question.values
    driver = _driver(session, kind, given)
    leads = statements.narrowest(kind.clauses) if driver is None else driver
    query = sa.select(TABLE.c.id).where(*statements.where(kind, leads)).limit(LIMIT)
    return list(session.connection().execute(query, given | {"limit": limit}).scalars())


def cursor_of(question: Question, row: Any) -> Cursor:
    """Where the next page goes on after this row."""
    return Cursor(row.id, getattr(row, ORDERS[question.sort][0]))


def _driver(session: Session, kind: Kind, given: dict[str, Any]) -> int | None:
    """The condition whose index leaves so few rows that sorting them costs less than walking the order's index.

    Finding out costs a short count for each condition, so the answer is kept for the page's other questions.
    """
    if not kind.is_sqlite:
        return None
    places = statements.promising(kind)
    if not places or kind.clauses[places[0]].is_few:
        return next(iter(places), None)
    known = session.info.setdefault("drivers of lists", {})
    asked = (kind, *(given[name] for name in ("city", "miles", "import_id")))
    if asked not in known:
        given = given | {"few": FEW}
        known[asked] = next((one for one in places if _number(session, statements.probe(kind, one), given) < FEW), None)
    found: int | None = known[asked]
    return found


def _number(session: Session, query: sa.Select[Any], given: dict[str, Any]) -> int:
    return int(session.connection().execute(query, given).scalar_one())


def _segments(kind: Kind, cursor: Cursor | None, back: bool) -> Iterator[bool]:
    """Rows with a value in the order's column come first, rows without one last. True stands for those without."""
    if not kind.column.nullable or _implies_value(kind):
        return iter([False])
    segments = [True, False] if back else [False, True]
    passed = cursor is not None and (cursor.value is None) is segments[1]
    return iter(segments[1:] if passed else segments)


def _implies_value(kind: Kind) -> bool:
    wanted = kind.shape
    return {
        Sort.DISTANCE: bool(wanted.miles),
        Sort.NEXT: provider_clauses.has_due_day(wanted),
        Sort.TOUCH: provider_clauses.has_touch(wanted),
    }.get(kind.sort, False)


def _mark(cursor: Cursor | None) -> dict[str, Any]:
    return {} if cursor is None else {"after_id": cursor.id, "after_value": cursor.value}
