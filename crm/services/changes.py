"""Undo: what an action changed, row by row, and putting it back where nothing has happened since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, select

from crm.domain.errors import NotFound, Refused
from crm.models.audit import Change, ChangeSet
from crm.models.imports import ImportRun
from crm.models.types import Row
from crm.services.reversal import Noted, Plain, put_back, to_json
from crm.store import tasks
from crm.store.engine import Database


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

    def insert_all(self, rows: Sequence[Row]) -> None:
        """As `insert`, for many rows with one flush."""
        self.session.add_all(rows)
        self.session.flush()
        for row in rows:
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
                before=to_json(before),
                after=to_json(after),
            )
        )


class Gathering(Recorder):
    """A recorder that flushes nothing: rows it inserts have no id until `write_all`, which writes for many at once."""

    def __init__(self, session: Session, change_set: ChangeSet) -> None:
        super().__init__(session, change_set)
        self.noted: list[tuple[Row, Plain | None, Plain | None]] = []

    def insert(self, row: Row) -> None:
        """As `Recorder.insert`, without an id as yet."""
        self.session.add(row)
        self._note(row, None, {column.key: getattr(row, column.key) for column in _table(row).columns})

    def _note(self, row: Row, before: Plain | None, after: Plain | None) -> None:
        self.noted.append((row, to_json(before), to_json(after)))

    def changes(self) -> Iterator[dict[str, object]]:
        """What was noted, in order, once the rows are written."""
        for row, before, after in self.noted:
            row_id: int = row.id  # type: ignore[attr-defined]  # every undoable table has an integer id
            whole = {**(after or {}), "id": row_id} if before is None else after
            names = {"change_set_id": self.id, "table_name": _table(row).name, "row_id": row_id}
            yield {**names, "before": before, "after": whole}


def begin_all(
    session: Session, kind: str, wanted: Sequence[tuple[str, int | None]], *, now: datetime
) -> list[Gathering]:
    """Change sets of several actions, each with its label and its actor. Write them with `write_all`."""
    sets = [ChangeSet(kind=kind, label=label, actor_id=actor_id, created_at=now) for label, actor_id in wanted]
    session.add_all(sets)
    session.flush()
    return [Gathering(session, each) for each in sets]


def write_all(session: Session, recorders: Sequence[Gathering]) -> None:
    """Write the rows of these actions, then what was noted of them."""
    session.flush()
    if noted := [change for recorder in recorders for change in recorder.changes()]:
        session.execute(sa.insert(Change), noted)


def begin(session: Session, kind: str, label: str, *, actor_id: int | None, now: datetime) -> Recorder:
    """Open a change set in the caller's transaction. `label` is what the Undo toast and the history say."""
    change_set = ChangeSet(kind=kind, label=label, actor_id=actor_id, created_at=now)
    session.add(change_set)
    session.flush()
    return Recorder(session, change_set)


def for_import(session: Session, run: ImportRun, *, now: datetime) -> Recorder:
    """The one change set of an import, opened when its first change is made."""
    change_set = session.exec(select(ChangeSet).where(ChangeSet.import_id == run.id)).first()
    if change_set is None:
        change_set = ChangeSet(
            kind="import", label=f"Import {run.name}", actor_id=run.actor_id, import_id=run.id, created_at=now
        )
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
    table: sa.Table = Change.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
    c = table.c
    noted = sa.select(c.table_name, c.row_id, c.before, c.after).where(c.change_set_id == change_set_id)
    found = [Noted(*row) for row in session.execute(noted.order_by(c.id.desc()))]
    owners = _whose_next_step(session, found)
    kept = put_back(session, found, now)
    _settle_sequences(session, found, actor_id=actor_id, now=now)
    _settle_reports(session, found, actor_id=actor_id, now=now)
    kept += _settle_visits(session, found, actor_id=actor_id, now=now)
    # Whatever has happened in between, the next step is that of the follow-ups there are now.
    tasks.refresh_next_due(session, sorted(owners | _whose_next_step(session, found)))
    change_set.undone_at, change_set.undone_by, change_set.kept = now, actor_id, {"kept": kept}
    session.add(change_set)
    return kept


def _whose_next_step(session: Session, found: Sequence[Noted]) -> set[int]:
    """Providers whose follow-ups were changed, or whose next day was: the follow-up itself may be gone by now."""
    noted = {row.row_id for row in found if row.table_name == "provider" and "next_due_on" in (row.before or {})}
    return noted | set(tasks.owners_of(session, [row.row_id for row in found if row.table_name == "task"]))


def _settle_sequences(session: Session, found: Sequence[Noted], *, actor_id: int | None, now: datetime) -> None:
    """An enrolment that was undone takes its waiting mail and its open follow-ups with it."""
    ids = sorted({row.row_id for row in found if row.table_name == "enrollment"})
    if ids:
        from crm.services import sequence_undo  # which itself is built on this module

        sequence_undo.settle(session, ids, actor_id=actor_id, now=now)


def _settle_reports(session: Session, found: Sequence[Noted], *, actor_id: int | None, now: datetime) -> None:
    """What is owed about a client follows the file as it is now."""
    if any(row.table_name in ("client", "client_provider", "client_event", "due_report") for row in found):
        from crm.services import report_clock  # which itself is built on this module

        report_clock.settle(session, found, actor_id=actor_id, now=now)


def _settle_visits(session: Session, found: Sequence[Noted], *, actor_id: int | None, now: datetime) -> list[str]:
    """A sample that was queued on a visit stays here; what another device said about the visit stands."""
    if not any(row.table_name in ("visit", "visit_entry") for row in found):
        return []
    from crm.services import visit_undo  # which itself is built on this module

    return visit_undo.settle(session, found, actor_id=actor_id, now=now)


def revert(session: Session, change: Change, now: datetime) -> list[str]:
    """Put one change back, for large change sets that are undone in batches. Returns what was kept, in words."""
    return put_back(session, [Noted(change.table_name, change.row_id, change.before, change.after)], now)


def _table(row: Row) -> sa.Table:
    table: sa.Table = row.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
    return table
