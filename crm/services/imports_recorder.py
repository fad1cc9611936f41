"""The changes of an import, noted together: one statement for a batch instead of one object for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from crm.models.audit import ChangeSet
from crm.models.imports import ImportRun
from crm.models.types import Row
from crm.services import changes
from crm.services.reversal import Plain, to_json
from crm.store import imports as store


class BatchRecorder(changes.Recorder):
    """As any recorder, but that nothing is noted before `write`, and then table by table, as undo likes it best."""

    def __init__(self, session: Session, change_set: ChangeSet) -> None:
        super().__init__(session, change_set)
        self._notes: list[store.Note] = []

    def note_inserts(self, table: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Rows that were inserted without objects, each with its id."""
        self._notes += (store.Note(table, int(str(row["id"])), None, to_json(row)) for row in rows)

    def note_update(self, table: str, row_id: int, before: Plain, after: Plain) -> None:
        """A row that was changed without an object; only the columns that changed."""
        self._notes.append(store.Note(table, row_id, to_json(before), to_json(after)))

    def write(self) -> None:
        """Note what has been collected. Changes of one row keep their order."""
        notes = sorted(self._notes, key=lambda note: (note.table_name, note.before is None, note.after is None))
        store.insert_changes(self.session, self.id, notes)
        self._notes.clear()

    def _note(self, row: Row, before: Plain | None, after: Plain | None) -> None:
        name = str(row.__tablename__)
        self._notes.append(store.Note(name, row.id, to_json(before), to_json(after)))  # type: ignore[attr-defined]


def for_import(session: Session, run: ImportRun, *, now: datetime) -> BatchRecorder:
    """The recorder of an import, whose changes make one set."""
    return BatchRecorder(session, changes.for_import(session, run, now=now).change_set)
