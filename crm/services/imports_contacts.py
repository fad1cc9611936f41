"""Import somebody's own list: stage it with a verdict for every row, let people look and mend, then apply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from crm.domain import columns
from crm.domain.kinds import ImportKind
from crm.models.imports import ImportRow
from crm.services import imports_contact_rows, imports_contact_values, imports_lists
from crm.services.imports_judging import Judge
from crm.services.imports_workshop import Workshop
from crm.sources.spreadsheet import Sheet
from crm.store import directory
from crm.store import imports as store
from crm.store import imports_staged as staged
from crm.store.engine import Database

AT_ONCE = 2_000
KIND = ImportKind.CONTACTS


def read_mapping(said: Iterable[str]) -> dict[str, str]:
    """`["Tel=phone", "Old=none"]` as {heading: field}; Invalid names what isn't a field."""
    return imports_lists.read_mapping(said, columns.FIELDS)


def checked_mapping(mapping: Mapping[str, str]) -> dict[str, str]:
    """A mapping that a form sent: known fields only, and none twice."""
    return imports_lists.checked_mapping(mapping, columns.FIELDS, columns.MANY)


def queue(
    db: Database, path: Path, *, name: str, mapping: Mapping[str, str], apply: bool, actor_id: int | None, now: datetime
) -> int:
    """Put a list in line: it is staged, and applied at once if `apply`. Returns the import's id."""
    options = {"mapping": dict(mapping), "apply": apply}
    return imports_lists.queue(db, path, KIND, name=name, options=options, actor_id=actor_id, now=now)


def run(shop: Workshop, run_id: int) -> None:
    """What is due for a list: staging, applying, or both."""
    imports_lists.run(shop, run_id, stage, imports_contact_rows.apply)


def stage(shop: Workshop, run_id: int) -> None:
    """Read the list and give every row its verdict. Changes nothing but the stage."""

    def take_rows(sheet: Sheet, options: imports_lists.Options) -> list[str | None]:
        guessed = columns.guess(sheet.headings, sheet.sample)
        fields = imports_lists.map_columns(sheet.headings, guessed, options.get("mapping") or {}, columns.MANY)
        _stage_rows(shop, run_id, sheet, fields)
        return fields

    seen = imports_lists.stage(shop, run_id, take_rows)
    shop.progress(f"Read {seen:,} rows", imports_lists.STAGING_SHARE)


def _stage_rows(shop: Workshop, run_id: int, sheet: Sheet, fields: list[str | None]) -> None:
    seen = 0
    keep = None in fields  # cells without a field are kept beside the provider; the others only while they need mending
    judge: Judge | None = None
    while part := list(islice(sheet.rows, AT_ONCE)):
        read = [imports_contact_values.read(cells, fields) for _, cells in part]
        with shop.db.write(trusted=True) as session:
            judge = judge or Judge(session, run_id, is_alone=directory.is_empty(session))
            judge.session = session
            verdicts = judge.judge(read)
            rows = (
                staged.Staged(line, cells if keep or verdict.reason else (), content, problems, *verdict)
                for (line, cells), (content, problems), verdict in zip(part, read, verdicts, strict=True)
            )
            staged.insert(session, run_id, rows)
            store.lease(session, run_id, me=shop.me, now=shop.clock())
        seen += len(part)
        shop.progress("Reading", min(imports_lists.STAGING_SHARE - 1, seen // AT_ONCE))


# --- looking and mending ---------------------------------------------------------------------------------------------


def remap(db: Database, run_id: int, mapping: Mapping[str, str]) -> None:
    """Take columns for other fields: the list is staged anew."""
    imports_lists.remap(db, run_id, KIND, mapping)


def confirm(db: Database, run_id: int) -> None:
    """Yes, take it: the staged rows are applied."""
    imports_lists.confirm(db, run_id, KIND)


def mend(db: Database, run_id: int, row_id: int, cells: Mapping[int, str]) -> ImportRow:
    """Write other text into cells of a row, by column, and judge it again."""
    with db.write() as session:
        found, row = imports_lists.row_on_stage(session, run_id, row_id, KIND)
        row.cells = [cells.get(index, cell).strip() for index, cell in enumerate(row.cells)]
        fields: Any = found.options["fields"]
        content, problems = imports_contact_values.read(row.cells, fields)
        (verdict,) = Judge(session).judge([(content, problems)])
        row.content, row.problems = dict(content), dict(problems)
        row.verdict, row.reason, row.provider_id = verdict
        session.flush()
        imports_lists.count(session, found)
        return row


def leave_out(db: Database, run_id: int, row_id: int) -> None:
    """Don't take this row."""
    imports_lists.leave_out(db, run_id, row_id, KIND)
