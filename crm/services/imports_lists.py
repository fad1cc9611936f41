"""What all lists of somebody's own share: put in line, opened, their columns named, their rows on the stage.

What a row means, and what becomes of it, is for the modules of each kind: `imports_contacts`, `referral_imports`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import ImportKind, ImportState
from crm.models.imports import ImportRow, ImportRun
from crm.services.imports_counts import Counts
from crm.services.imports_judging import CHANGED, NEW, SKIPPED, UNCHANGED
from crm.services.imports_workshop import Workshop
from crm.sources.spreadsheet import Sheet, open_pasted, open_sheet
from crm.store import imports as store
from crm.store import imports_staged as staged
from crm.store.engine import Database

STAGING_SHARE = 50
"""How far an import is, in percent, when its rows are on the stage."""
NO_FIELD = ("", "-", "none", "skip")

Fields = Mapping[str, tuple[str, Sequence[str]]]
"""Field -> (its name on the page, headings it goes by)."""
Options = Mapping[str, Any]
Step = Callable[[Workshop, int], None]
TakeRows = Callable[[Sheet, Options], list[str | None]]
"""Stages the rows of an open list and gives the field of each column."""


def queue(
    db: Database,
    path: Path,
    kind: ImportKind,
    *,
    name: str,
    options: Mapping[str, object],
    actor_id: int | None,
    now: datetime,
) -> int:
    """Put a list in line. Returns the import's id."""
    run = ImportRun(
        kind=kind,
        name=name,
        path=str(path.resolve()),
        size=path.stat().st_size,
        options=dict(options),
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
    with _opened(path):
        pass


def run(shop: Workshop, run_id: int, stage: Step, apply: Step) -> None:
    """What is due for a list: staging, applying, or both."""
    with shop.db.read() as session:
        found = store.get(session, run_id)
    if not found.options.get("staged"):
        stage(shop, run_id)
    if found.options.get("apply"):
        apply(shop, run_id)


# --- columns ---------------------------------------------------------------------------------------------------------


def read_mapping(said: Iterable[str], fields: Fields) -> dict[str, str]:
    """`["Tel=phone", "Old=none"]` as {heading: field}; Invalid names what isn't a field."""
    mapping: dict[str, str] = {}
    for one in said:
        heading, equals, field = one.rpartition("=")
        if not equals or (field not in fields and field not in NO_FIELD):
            choices = ", ".join(fields)
            raise Invalid({"map": f"{one}: write COLUMN=FIELD, where FIELD is one of {choices}, or none."})
        mapping[heading.strip()] = "" if field in NO_FIELD else field
    return mapping


def checked_mapping(mapping: Mapping[str, str], fields: Fields, many: Collection[str] = ()) -> dict[str, str]:
    """A mapping that a form sent: known fields only, and none twice but for `many`."""
    chosen = [field for field in mapping.values() if field and field not in many]
    twice = sorted({field for field in chosen if chosen.count(field) > 1})
    if twice or set(chosen) - set(fields):
        words = ", ".join(fields[field][0] for field in twice if field in fields)
        raise Invalid({"field": f"Only one column can be {words or 'such a field'}."})
    return dict(mapping)


def map_columns(
    headings: Sequence[str], guessed: Sequence[str | None], mapping: Mapping[str, str], many: Collection[str] = ()
) -> list[str | None]:
    """The field of each column: as people said, else as guessed. Invalid names columns that aren't there."""
    unknown = set(mapping) - set(headings)
    if unknown:
        raise Invalid({"map": f"There is no column {', '.join(sorted(unknown))}. Columns are: {', '.join(headings)}."})
    said = {field for field in mapping.values() if field}
    kept = [None if field in said and field not in many else field for field in guessed]
    return [
        (mapping[heading] or None) if heading in mapping else field
        for heading, field in zip(headings, kept, strict=True)
    ]


# --- staging ---------------------------------------------------------------------------------------------------------


def stage(shop: Workshop, run_id: int, take_rows: TakeRows) -> int:
    """Read the list, give every row its verdict and count them; gives how many rows. Changes nothing but the stage."""
    started = shop.clock()
    with shop.db.write() as session:
        found = store.get(session, run_id)
        found.state = ImportState.READING
        staged.clear(session, run_id)
        path, options = Path(found.path), dict(found.options)
    with _opened(path) as sheet:
        fields = take_rows(sheet, options)
    with shop.db.write() as session:
        found = store.get(session, run_id)
        rows = count(session, found)
        found.options = {**found.options, "staged": True, "headings": sheet.headings, "fields": fields}
        found.state, found.progress = ImportState.STAGED, STAGING_SHARE
        found.seconds = (shop.clock() - started).total_seconds()
        found.lease_owner, found.lease_until = "", None
    return rows


def count(session: Session, run: ImportRun) -> int:
    """Write down how many rows have which verdict; gives how many there are."""
    assert run.id is not None
    verdicts, reasons = staged.count(session, run.id)
    counts = Counts(
        rows=sum(verdicts.values()),
        new=verdicts.get(NEW, 0),
        changed=verdicts.get(CHANGED, 0),
        unchanged=verdicts.get(UNCHANGED, 0),
    )
    counts.skipped.update(reasons)
    counts.write(run)
    return counts.rows


def _opened(path: Path) -> AbstractContextManager[Sheet]:
    if path.suffix == ".pasted":
        return open_pasted(path.read_text(encoding="utf-8"))
    return open_sheet(path)


# --- looking and mending ---------------------------------------------------------------------------------------------


def remap(db: Database, run_id: int, kind: ImportKind, mapping: Mapping[str, str], **options: object) -> None:
    """Take columns for other fields, with other `options` of this kind: the list is staged anew."""
    with db.write() as session:
        found = on_stage(session, run_id, kind)
        found.options = {**found.options, "mapping": dict(mapping), "staged": False, "apply": False, **options}
        found.state = ImportState.QUEUED


def confirm(db: Database, run_id: int, kind: ImportKind) -> None:
    """Yes, take it: the staged rows are applied."""
    with db.write() as session:
        found = on_stage(session, run_id, kind)
        found.options = {**found.options, "apply": True}
        found.state, found.cursor = ImportState.QUEUED, 0


def leave_out(db: Database, run_id: int, row_id: int, kind: ImportKind) -> None:
    """Don't take this row."""
    with db.write() as session:
        found, row = row_on_stage(session, run_id, row_id, kind)
        row.verdict, row.reason = SKIPPED, "left_out"
        session.flush()
        count(session, found)


def on_stage(session: Session, run_id: int, kind: ImportKind) -> ImportRun:
    """An import of this kind whose rows are on the stage; Refused for any other."""
    found = store.get(session, run_id)
    if found.kind is not kind or found.state is not ImportState.STAGED:
        raise Refused("not_staged", "This list was applied already, or is still being read.")
    return found


def row_on_stage(session: Session, run_id: int, row_id: int, kind: ImportKind) -> tuple[ImportRun, ImportRow]:
    """The import and one of its staged rows; NotFound where the row is another's."""
    found = on_stage(session, run_id, kind)
    row = session.get(ImportRow, row_id)
    if row is None or row.import_id != run_id:
        raise NotFound("This row is not on the list any more.")
    return found, row
