"""Putting changes back, many at a time: in the reverse of their order, and only where nothing has happened since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

Plain = dict[str, object]
PART = 500


class Noted(NamedTuple):
    """A change as it was noted: only the columns that changed. No `before`: inserted. No `after`: removed."""

    table_name: str
    row_id: int
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None


def put_back(session: Session, changes: Iterable[Noted], now: datetime) -> list[str]:
    """Put changes back, given the latest first. Returns in words what was kept."""
    session.flush()
    kept = [said for run in _runs(changes) for said in _put_back_run(session, run, now)]
    session.expire_all()
    return kept


def to_json(values: Mapping[str, object] | None) -> Plain | None:
    """Column values as JSON can hold them."""
    return None if values is None else {name: _plain(value) for name, value in values.items()}


def from_json(row: SQLModel, values: Mapping[str, object]) -> Plain:
    """The same back again, for columns of this row's table."""
    return _from_json(row.__table__, values)  # type: ignore[attr-defined]  # SQLModel adds it to table classes


def _runs(changes: Iterable[Noted]) -> Iterator[list[Noted]]:
    """Changes of one kind in one table that follow each other and concern different rows, so many at most."""
    for _, same in groupby(
        changes, key=lambda change: (change.table_name, change.before is None, change.after is None)
    ):
        run: dict[int, Noted] = {}
        for change in same:
            if change.row_id in run or len(run) == PART:
                yield list(run.values())
                run = {}
            run[change.row_id] = change
        yield list(run.values())


def _put_back_run(session: Session, run: Sequence[Noted], now: datetime) -> list[str]:
    table = SQLModel.metadata.tables[run[0].table_name]
    if run[0].after is None:
        session.execute(table.insert(), [_from_json(table, change.before or {}) for change in run])
        return []
    rows = _rows(session, table, [change.row_id for change in run])
    if run[0].before is None:
        return _put_back_inserts(session, table, [rows[one.row_id] for one in run if one.row_id in rows], now)
    return _put_back_updates(session, table, run, rows)


def _rows(session: Session, table: sa.Table, ids: Sequence[int]) -> dict[int, sa.RowMapping]:
    found = session.execute(sa.select(table).where(table.c.id.in_(ids))).mappings()
    return {row["id"]: row for row in found}


def _put_back_updates(
    session: Session, table: sa.Table, run: Sequence[Noted], rows: Mapping[int, sa.RowMapping]
) -> list[str]:
    kept, values = [], []
    for change in run:
        row, after = rows.get(change.row_id), change.after or {}
        if row is None:
            kept.append(f"{change.table_name} {change.row_id} was removed since")
            continue
        same = {name for name, value in after.items() if _plain(row[name]) == value}
        kept += [
            f"{_named(table, row)}: {name.replace('_', ' ')} was changed since" for name in sorted(set(after) - same)
        ]
        back = {name: value for name, value in (change.before or {}).items() if name in same}
        values.append({"_id": change.row_id, **_from_json(table, back)})
    for _, alike in groupby((one for one in values if len(one) > 1), key=tuple):
        kept += _write_back(session, table, list(alike), rows)
    return kept


def _write_back(session: Session, table: sa.Table, values: list[Plain], rows: Mapping[int, sa.RowMapping]) -> list[str]:
    """One statement for all; where a place has been taken since (somebody is in another sequence now), one by one."""
    given = {name: sa.bindparam(name, type_=table.c[name].type) for name in values[0] if name != "_id"}
    statement = table.update().where(table.c.id == sa.bindparam("_id")).values(given)
    try:
        with session.begin_nested():
            session.connection().execute(statement, values)
    except sa.exc.IntegrityError:
        if len(values) > 1:
            return [said for one in values for said in _write_back(session, table, [one], rows)]
        return [f"{_named(table, rows[int(str(values[0]['_id']))])} stays, because something else has its place now"]
    return []


def _put_back_inserts(session: Session, table: sa.Table, rows: Sequence[sa.RowMapping], now: datetime) -> list[str]:
    ids = [row["id"] for row in rows]
    if "undone_at" in table.c:
        session.execute(table.update().where(table.c.id.in_(ids)).values(undone_at=now))
        return []
    try:
        with session.begin_nested():
            session.execute(table.delete().where(table.c.id.in_(ids)))
    except sa.exc.IntegrityError:
        if len(rows) > 1:
            return [said for row in rows for said in _put_back_inserts(session, table, [row], now)]
        return [f"{_named(table, rows[0])} stays, because something else belongs to it now"]
    return []


def _named(table: sa.Table, row: sa.RowMapping) -> str:
    name = next((row[column] for column in ("display_name", "title", "name", "code") if row.get(column)), row["id"])
    return f"{table.name.replace('_', ' ').capitalize()} {name}"


def _plain(value: Any) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value


def _from_json(table: sa.Table, values: Mapping[str, object]) -> Plain:
    return {name: _revive(table.c[name].type, value) for name, value in values.items()}


def _revive(kind: sa.types.TypeEngine[Any], value: object) -> object:
    if value is None or not isinstance(value, str):
        return value
    python = kind.impl_instance.python_type if isinstance(kind, sa.types.TypeDecorator) else kind.python_type
    if python is datetime:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if python is date else value
