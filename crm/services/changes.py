"""Undo: what an action changed, row by row, and putting it back where nothing has happened since."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from crm.domain.errors import NotFound, Refused
from crm.models.audit import Change, ChangeSet
from crm.models.types import Row
from crm.store.engine import Database

Plain = dict[str, object]


class Recorder:
    """Collects the changes of one action. Make one with `begin`, change rows through it, and commit the session."""

    def __init__(self, session: Session, change_set: ChangeSet) -> None:
        self.session = session
        self.change_set = change_set

    @property
    def id(self) -> int:
        """The change set's id, for the Undo button."""
        assert self.change_set.id is not None
        return self.change_set.id

    def update(self, row: Row, **values: object) -> bool:
        """Set columns on a row and remember what they were. False when nothing differs."""
        before = {name: getattr(row, name) for name in values}
        changed = {name: value for name, value in values.items() if before[name] != value}
        if not changed:
            return False
        for name, value in changed.items():
            setattr(row, name, value)
        self.session.add(row)
        self._note(row, {name: before[name] for name in changed}, changed)
        return True

    def insert(self, row: Row) -> None:
        """Add a row; undo removes it, or archives it where the table can."""
        self.session.add(row)
        self.session.flush()
        self._note(row, None, {column.key: getattr(row, column.key) for column in _table(row).columns})

    def delete(self, row: Row) -> None:
        """Remove a row; undo puts it back with its id."""
        whole = {column.key: getattr(row, column.key) for column in _table(row).columns}
        self.session.delete(row)
        self._note(row, whole, None)

    def _note(self, row: Row, before: Plain | None, after: Plain | None) -> None:
        self.session.add(
            Change(
                change_set_id=self.id,
                table_name=_table(row).name,
                row_id=row.id,  # type: ignore[attr-defined]  # every undoable table has an integer id
                before=_to_json(before),
                after=_to_json(after),
            )
        )


def begin(session: Session, kind: str, label: str, *, actor_id: int | None, now: datetime) -> Recorder:
    """Open a change set in the caller's transaction. `label` is what the Undo toast and the history say."""
    change_set = ChangeSet(kind=kind, label=label, actor_id=actor_id, created_at=now)
    session.add(change_set)
    session.flush()
    return Recorder(session, change_set)


def undo(db: Database, change_set_id: int, *, actor_id: int | None, now: datetime) -> list[str]:
    """Put everything back that still equals what the action left. Returns what was kept, in words."""
    with db.write() as session:
        return undo_in(session, change_set_id, actor_id=actor_id, now=now)


def undo_in(session: Session, change_set_id: int, *, actor_id: int | None, now: datetime) -> list[str]:
    """As `undo`, in the caller's transaction."""
    change_set = session.get(ChangeSet, change_set_id)
    if change_set is None:
        raise NotFound("There is nothing to undo here.")
    if change_set.undone_at is not None:
        raise Refused("already_undone", "This was undone already.")
    changes = session.exec(select(Change).where(Change.change_set_id == change_set_id).order_by(col(Change.id).desc()))
    kept = [said for change in changes.all() for said in _revert(session, change, now)]
    change_set.undone_at, change_set.undone_by, change_set.kept = now, actor_id, {"kept": kept}
    session.add(change_set)
    return kept


def _revert(session: Session, change: Change, now: datetime) -> list[str]:
    table = SQLModel.metadata.tables[change.table_name]
    if change.after is None:
        session.execute(table.insert().values(**_from_json(table, change.before or {})))
        return []
    row = session.execute(sa.select(table).where(table.c.id == change.row_id)).mappings().first()
    if row is None:
        return [] if change.before is None else [f"{change.table_name} {change.row_id} was removed since"]
    if change.before is None:
        return _revert_insert(session, table, row, now)
    return _revert_update(session, table, row, change.before, change.after)


def _revert_update(session: Session, table: sa.Table, row: sa.RowMapping, before: Plain, after: Plain) -> list[str]:
    same = {name for name, value in after.items() if _plain(row[name]) == value}
    if back := _from_json(table, {name: value for name, value in before.items() if name in same}):
        session.execute(table.update().where(table.c.id == row["id"]).values(**back))
    session.expire_all()
    return [f"{_named(table, row)}: {name.replace('_', ' ')} was changed since" for name in sorted(set(after) - same)]


def _revert_insert(session: Session, table: sa.Table, row: sa.RowMapping, now: datetime) -> list[str]:
    session.expire_all()
    if "undone_at" in table.c:
        session.execute(table.update().where(table.c.id == row["id"]).values(undone_at=now))
        return []
    try:
        with session.begin_nested():
            session.execute(table.delete().where(table.c.id == row["id"]))
    except sa.exc.IntegrityError:
        return [f"{_named(table, row)} stays, because something else belongs to it now"]
    return []


def _named(table: sa.Table, row: sa.RowMapping) -> str:
    name = next((row[column] for column in ("display_name", "title", "name", "code") if row.get(column)), row["id"])
    return f"{table.name.replace('_', ' ').capitalize()} {name}"


def _table(row: Row) -> sa.Table:
    table: sa.Table = row.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
    return table


def _plain(value: Any) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value


def _to_json(values: Plain | None) -> dict[str, object] | None:
    return None if values is None else {name: _plain(value) for name, value in values.items()}


def _from_json(table: sa.Table, values: Plain) -> Plain:
    return {name: _revive(table.c[name].type, value) for name, value in values.items()}


def _revive(kind: sa.types.TypeEngine[Any], value: object) -> object:
    if value is None or not isinstance(value, str):
        return value
    python = kind.impl_instance.python_type if isinstance(kind, sa.types.TypeDecorator) else kind.python_type
    if python is datetime:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if python is date else value
