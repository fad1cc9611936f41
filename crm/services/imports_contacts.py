"""Import somebody's own list: stage it with a verdict for every row, let people look and mend, then apply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import Any

from sqlmodel import Session

from crm.domain import columns
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import ImportKind, ImportState
from crm.models.imports import ImportRow, ImportRun
from crm.services import imports_contact_rows, imports_contact_values
from crm.services.imports_counts import Counts
from crm.services.imports_judging import NEW, SKIPPED, Judge
from crm.services.imports_workshop import Workshop
from crm.sources.spreadsheet import Sheet, open_pasted, open_sheet
from crm.store import directory
from crm.store import imports as store
from crm.store import imports_staged as staged
from crm.store.engine import Database

AT_ONCE = 2_000
STAGING_SHARE = 50
NO_FIELD = ("", "-", "none", "skip")


def read_mapping(said: Iterable[str]) -> dict[str, str]:
    """`["Tel=phone", "Old=none"]` as {heading: field}; Invalid names what isn't a field."""
    mapping: dict[str, str] = {}
    for one in said:
        heading, equals, field = one.rpartition("=")
        if not equals or (field not in columns.FIELDS and field not in NO_FIELD):
            choices = ", ".join(columns.FIELDS)
            raise Invalid({"map": f"{one}: write COLUMN=FIELD, where FIELD is one of {choices}, or none."})
        mapping[heading.strip()] = "" if field in NO_FIELD else field
    return mapping


def checked_mapping(mapping: Mapping[str, str]) -> dict[str, str]:
    """A mapping that a form sent: known fields only, and none twice."""
    chosen = [field for field in mapping.values() if field and field not in columns.MANY]
    twice = sorted({field for field in chosen if chosen.count(field) > 1})
    if twice or any(field and field not in columns.FIELDS for field in mapping.values()):
        words = ", ".join(columns.FIELDS[field][0] for field in twice if field in columns.FIELDS)
        raise Invalid({"field": f"Only one column can be {words or 'such a field'}."})
    return dict(mapping)


def queue(
    db: Database, path: Path, *, name: str, mapping: Mapping[str, str], apply: bool, actor_id: int | None, now: Any
) -> int:
    """Put a list in line: it is staged, and applied at once if `apply`. Returns the import's id."""
    run = ImportRun(
        kind=ImportKind.CONTACTS,
        name=name,
        path=str(path.resolve()),
        size=path.stat().st_size,
        options={"mapping": dict(mapping), "apply": apply},
        state=ImportState.QUEUED,
        actor_id=actor_id,
        created_at=now,
    )
    with db.write() as session:
        session.add(run)
        session.flush()
        assert run.id is not None
        return run.id


def check(path: Path) -> None:
    """Look at the first rows; BadFile if this isn't a list."""
    with _open(path):
        pass


def run(shop: Workshop, run_id: int) -> None:
    """What is due for a list: staging, applying, or both."""
    with shop.db.read() as session:
        found = store.get(session, run_id)
    if not found.options.get("staged"):
        stage(shop, run_id)
    if found.options.get("apply"):
        imports_contact_rows.apply(shop, run_id)


# --- staging ---------------------------------------------------------------------------------------------------------


def stage(shop: Workshop, run_id: int) -> None:
    """Read the list and give every row its verdict. Changes nothing but the stage."""
    started = shop.clock()
    with shop.db.write() as session:
        found = store.get(session, run_id)
        found.state = ImportState.READING
        staged.clear(session, run_id)
        path, mapping = Path(found.path), dict(found.options.get("mapping") or {})  # type: ignore[call-overload]  # JSON
    with _open(path) as sheet:
        fields = map_columns(sheet.headings, sheet.sample, mapping)
        seen = _stage_rows(shop, run_id, sheet, fields)
    with shop.db.write(trusted=True) as session:
        found = store.get(session, run_id)
        _count(session, found)
        found.options = {**found.options, "staged": True, "headings": sheet.headings, "fields": fields}
        found.state, found.progress = ImportState.STAGED, STAGING_SHARE
        found.seconds = (shop.clock() - started).total_seconds()
        found.lease_owner, found.lease_until = "", None
    shop.progress(f"Read {seen:,} rows", STAGING_SHARE)


def map_columns(
    headings: Sequence[str], sample: Sequence[Sequence[str]], mapping: Mapping[str, str]
) -> list[str | None]:
    """The field of each column: as people said, else as it looks."""
    fields = columns.guess(headings, sample)
    unknown = set(mapping) - set(headings)
    if unknown:
        raise Invalid({"map": f"There is no column {', '.join(sorted(unknown))}. Columns are: {', '.join(headings)}."})
    said = {field for field in mapping.values() if field}
    kept = [None if field in said and field not in columns.MANY else field for field in fields]
    return [
        (mapping[heading] or None) if heading in mapping else field
        for heading, field in zip(headings, kept, strict=True)
    ]


def _stage_rows(shop: Workshop, run_id: int, sheet: Sheet, fields: list[str | None]) -> int:
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
        shop.progress("Reading", min(STAGING_SHARE - 1, seen // AT_ONCE))
    return seen


def _open(path: Path) -> AbstractContextManager[Sheet]:
    if path.suffix == ".pasted":
        return open_pasted(path.read_text(encoding="utf-8"))
    return open_sheet(path)


def _count(session: Session, run: ImportRun) -> None:
    assert run.id is not None
    verdicts, reasons = staged.count(session, run.id)
    counts = Counts(
        rows=sum(verdicts.values()),
        new=verdicts.get(NEW, 0),
        changed=verdicts.get("changed", 0),
        unchanged=verdicts.get("unchanged", 0),
    )
    counts.skipped.update(reasons)
    counts.write(run)


# --- looking and mending ---------------------------------------------------------------------------------------------


def remap(db: Database, run_id: int, mapping: Mapping[str, str]) -> None:
    """Take columns for other fields: the list is staged anew."""
    with db.write() as session:
        found = _on_stage(session, run_id)
        found.options = {**found.options, "mapping": dict(mapping), "staged": False, "apply": False}
        found.state = ImportState.QUEUED


def confirm(db: Database, run_id: int) -> None:
    """Yes, take it: the staged rows are applied."""
    with db.write() as session:
        found = _on_stage(session, run_id)
        found.options = {**found.options, "apply": True}
        found.state, found.cursor = ImportState.QUEUED, 0


def mend(db: Database, run_id: int, row_id: int, cells: Mapping[int, str]) -> ImportRow:
    """Write other text into cells of a row, by column, and judge it again."""
    with db.write() as session:
        found = _on_stage(session, run_id)
        row = session.get(ImportRow, row_id)
        if row is None or row.import_id != run_id:
            raise NotFound("This row is not on the list any more.")
        row.cells = [cells.get(index, cell).strip() for index, cell in enumerate(row.cells)]
        fields: Any = found.options["fields"]
        content, problems = imports_contact_values.read(row.cells, fields)
        (verdict,) = Judge(session).judge([(content, problems)])
        row.content, row.problems = dict(content), dict(problems)
        row.verdict, row.reason, row.provider_id = verdict
        session.flush()
        _count(session, found)
        return row


def leave_out(db: Database, run_id: int, row_id: int) -> None:
    """Don't take this row."""
    with db.write() as session:
        found = _on_stage(session, run_id)
        row = session.get(ImportRow, row_id)
        if row is None or row.import_id != run_id:
            raise NotFound("This row is not on the list any more.")
        row.verdict, row.reason = SKIPPED, "left_out"
        session.flush()
        _count(session, found)


def _on_stage(session: Session, run_id: int) -> ImportRun:
    found = store.get(session, run_id)
    if found.state is not ImportState.STAGED:
        raise Refused("not_staged", "This list was applied already, or is still being read.")
    return found
