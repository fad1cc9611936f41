"""Import past referrals: stage a list with a verdict for every row, let people look, mend and choose, then apply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from crm.domain import referral_columns as columns
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import ImportKind, ImportState
from crm.models.imports import ImportRow, ImportRun
from crm.models.providers import Provider
from crm.services import imports_contacts, referral_import_applying
from crm.services import referral_import_values as values
from crm.services.imports_counts import Counts
from crm.services.imports_workshop import Workshop
from crm.services.referral_import_judging import NEW, SKIPPED, UNCHANGED, Row, Verdict, judge
from crm.sources.spreadsheet import Sheet, open_pasted, open_sheet
from crm.store import imports as store
from crm.store import imports_staged as staged
from crm.store.engine import Database

AT_ONCE = 500
MOST_ROWS = 20_000
NO_FIELD = ("", "-", "none", "skip")
ADDS = "adds"


def queue(
    db: Database,
    path: Path,
    *,
    name: str,
    mapping: Mapping[str, str],
    apply: bool,
    adds: bool = False,
    actor_id: int | None,
    now: datetime,
) -> int:
    """Put a list in line: it is staged, and applied at once if `apply`. `adds`: providers unknown here are added."""
    run = ImportRun(
        kind=ImportKind.REFERRALS,
        name=name,
        path=str(path.resolve()),
        size=path.stat().st_size,
        options={"mapping": dict(mapping), "apply": apply, ADDS: adds},
        state=ImportState.QUEUED,
        actor_id=actor_id,
        created_at=now,
    )
    with db.write() as session:
        session.add(run)
        session.flush()
        assert run.id is not None
        return run.id


def read_mapping(said: Sequence[str]) -> dict[str, str]:
    """`["Doctor=provider", "Old=none"]` as {heading: field}; Invalid names what isn't a field."""
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
    chosen = [field for field in mapping.values() if field]
    twice = sorted({field for field in chosen if chosen.count(field) > 1})
    if twice or set(chosen) - set(columns.FIELDS):
        words = ", ".join(columns.FIELDS[field][0] for field in twice if field in columns.FIELDS)
        raise Invalid({"field": f"Only one column can be {words or 'such a field'}."})
    return dict(mapping)


def run(shop: Workshop, run_id: int) -> None:
    """What is due for a list: staging, applying, or both."""
    with shop.db.read() as session:
        found = store.get(session, run_id)
    if not found.options.get("staged"):
        stage(shop, run_id)
    if found.options.get("apply"):
        referral_import_applying.apply(shop, run_id)


def stage(shop: Workshop, run_id: int) -> None:
    """Read the list and give every row its verdict. Changes nothing but the stage."""
    started = shop.clock()
    with shop.db.write() as session:
        found = store.get(session, run_id)
        found.state = ImportState.READING
        staged.clear(session, run_id)
        path, options = Path(found.path), dict(found.options)
    opened = open_pasted(path.read_text(encoding="utf-8")) if path.suffix == ".pasted" else open_sheet(path)
    with opened as sheet:
        fields = map_columns(sheet.headings, options.get("mapping") or {})
        _stage_rows(shop, run_id, sheet, fields, adds=bool(options.get(ADDS)))
    with shop.db.write() as session:
        found = store.get(session, run_id)
        _count(session, found)
        found.options = {**found.options, "staged": True, "headings": sheet.headings, "fields": fields}
        found.state, found.progress = ImportState.STAGED, 50
        found.seconds = (shop.clock() - started).total_seconds()
        found.lease_owner, found.lease_until = "", None


def map_columns(headings: Sequence[str], mapping: Any) -> list[str | None]:
    """The field of each column: as people said, else as its heading says."""
    unknown = set(mapping) - set(headings)
    if unknown:
        raise Invalid({"map": f"There is no column {', '.join(sorted(unknown))}. Columns are: {', '.join(headings)}."})
    said = {field for field in mapping.values() if field}
    kept = [None if field in said else field for field in columns.guess(headings)]
    return [
        (mapping[heading] or None) if heading in mapping else field
        for heading, field in zip(headings, kept, strict=True)
    ]


def _stage_rows(shop: Workshop, run_id: int, sheet: Sheet, fields: list[str | None], *, adds: bool) -> None:
    seen: set[str] = set()
    count = 0
    while part := list(islice(sheet.rows, AT_ONCE)):
        count += len(part)
        if count > MOST_ROWS:
            raise Refused("too_long", f"Up to {MOST_ROWS:,} referrals at a time. Divide the list.")
        with shop.db.write() as session:
            today = referral_import_applying.day_here(session, shop.clock())
            read = [values.read(cells, fields, today) for _, cells in part]
            verdicts = judge(session, [Row(*one) for one in read], seen, adds=adds)
            rows = (
                staged.Staged(line, values.without_names(cells, fields, problems), content, problems, *verdict)
                for (line, cells), (content, problems), verdict in zip(part, read, verdicts, strict=True)
            )
            staged.insert(session, run_id, rows)
            store.lease(session, run_id, me=shop.me, now=shop.clock())
        shop.progress("Reading", min(49, count // AT_ONCE))


def _count(session: Session, run: ImportRun) -> None:
    assert run.id is not None
    verdicts, reasons = staged.count(session, run.id)
    counts = Counts(rows=sum(verdicts.values()), new=verdicts.get(NEW, 0), unchanged=verdicts.get(UNCHANGED, 0))
    counts.skipped.update(reasons)
    counts.write(run)


# --- looking, mending, choosing ---------------------------------------------------------------------------------------


def remap(db: Database, run_id: int, mapping: Mapping[str, str], *, adds: bool) -> None:
    """Take columns for other fields, or unknown providers for new ones: the list is staged anew."""
    with db.write() as session:
        found = _on_stage(session, run_id)
        found.options = {**found.options, "mapping": dict(mapping), "staged": False, "apply": False, ADDS: adds}
        found.state = ImportState.QUEUED


def confirm(db: Database, run_id: int) -> None:
    """Yes, take it: the staged rows are applied."""
    with db.write() as session:
        found = _on_stage(session, run_id)
        found.options = {**found.options, "apply": True}
        found.state, found.cursor = ImportState.QUEUED, 0


def mend(db: Database, run_id: int, row_id: int, cells: Mapping[int, str], *, now: datetime) -> ImportRow:
    """Write other text into cells of a row, by column, and judge it again."""
    with db.write() as session:
        found, row = _row(session, run_id, row_id)
        fields: Any = found.options["fields"]
        typed = [cells.get(index, cell).strip() for index, cell in enumerate(row.cells)]
        content, problems = values.read(typed, fields, referral_import_applying.day_here(session, now))
        row.cells = values.without_names(typed, fields, problems)
        row.content, row.problems = dict(content), dict(problems)
        (verdict,) = judge(session, [Row(content, problems)], set(), adds=bool(found.options.get(ADDS)))
        _set(session, found, row, verdict)
        return row


def choose(db: Database, run_id: int, row_id: int, provider_id: int) -> int:
    """Say who the provider of a row is (0: somebody new); it holds for all rows of that name. Gives how many."""
    with db.write() as session:
        found, row = _row(session, run_id, row_id)
        if provider_id and session.get(Provider, provider_id) is None:
            raise NotFound("This provider isn't here any more.")
        name = row.content.get("provider", "")
        same = select(ImportRow).where(ImportRow.import_id == run_id, col(ImportRow.verdict) == row.verdict)
        rows = [one for one in session.exec(same) if one.id == row.id or (name and one.content.get("provider") == name)]
        read = [Row({key: str(value) for key, value in one.content.items()}, {}, provider_id) for one in rows]
        for one, verdict in zip(rows, judge(session, read, set(), adds=False), strict=True):
            _set(session, found, one, verdict)
        return len(rows)


def leave_out(db: Database, run_id: int, row_id: int) -> None:
    """Don't take this row."""
    with db.write() as session:
        found, row = _row(session, run_id, row_id)
        _set(session, found, row, Verdict(SKIPPED, "left_out"))


def check(path: Path) -> None:
    """Look at the first rows; BadFile if this isn't a list."""
    imports_contacts.check(path)


def _set(session: Session, found: ImportRun, row: ImportRow, verdict: Verdict) -> None:
    row.verdict, row.reason, row.provider_id = verdict
    session.add(row)
    session.flush()
    _count(session, found)


def _row(session: Session, run_id: int, row_id: int) -> tuple[ImportRun, ImportRow]:
    found = _on_stage(session, run_id)
    row = session.get(ImportRow, row_id)
    if row is None or row.import_id != run_id:
        raise NotFound("This row is not on the list any more.")
    return found, row


def _on_stage(session: Session, run_id: int) -> ImportRun:
    found = store.get(session, run_id)
    if found.kind is not ImportKind.REFERRALS or found.state is not ImportState.STAGED:
        raise Refused("not_staged", "This list was applied already, or is still being read.")
    return found
