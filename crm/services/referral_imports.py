"""Import past referrals: stage a list with a verdict for every row, let people look, mend and choose, then apply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from crm.domain import referral_columns as columns
from crm.domain.errors import Refused
from crm.domain.kinds import ImportKind
from crm.models.imports import ImportRow
from crm.services import imports_lists, referral_import_applying, touches
from crm.services import referral_import_values as values
from crm.services.imports_workshop import Workshop
from crm.services.referral_import_judging import Row, judge
from crm.sources.spreadsheet import Sheet
from crm.store import imports as store
from crm.store import imports_staged as staged
from crm.store.engine import Database

AT_ONCE = 500
MOST_ROWS = 20_000
ADDS = "adds"
KIND = ImportKind.REFERRALS


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
    options = {"mapping": dict(mapping), "apply": apply, ADDS: adds}
    return imports_lists.queue(db, path, KIND, name=name, options=options, actor_id=actor_id, now=now)


def read_mapping(said: Iterable[str]) -> dict[str, str]:
    """`["Doctor=provider", "Old=none"]` as {heading: field}; Invalid names what isn't a field."""
    return imports_lists.read_mapping(said, columns.FIELDS)


def checked_mapping(mapping: Mapping[str, str]) -> dict[str, str]:
    """A mapping that a form sent: known fields only, and none twice."""
    return imports_lists.checked_mapping(mapping, columns.FIELDS)


def run(shop: Workshop, run_id: int) -> None:
    """What is due for a list: staging, applying, or both."""
    imports_lists.run(shop, run_id, stage, referral_import_applying.apply)


def stage(shop: Workshop, run_id: int) -> None:
    """Read the list and give every row its verdict. Changes nothing but the stage."""

    def take_rows(sheet: Sheet, options: imports_lists.Options) -> list[str | None]:
        guessed = columns.guess(sheet.headings)
        fields = imports_lists.map_columns(sheet.headings, guessed, options.get("mapping") or {})
        _stage_rows(shop, run_id, sheet, fields, adds=bool(options.get(ADDS)))
        return fields

    imports_lists.stage(shop, run_id, take_rows)


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
        shop.progress("Reading", min(imports_lists.STAGING_SHARE - 1, count // AT_ONCE))


# --- looking, mending, choosing ---------------------------------------------------------------------------------------


def remap(db: Database, run_id: int, mapping: Mapping[str, str], *, adds: bool) -> None:
    """Take columns for other fields, or unknown providers for new ones: the list is staged anew."""
    imports_lists.remap(db, run_id, KIND, mapping, **{ADDS: adds})


def confirm(db: Database, run_id: int) -> None:
    """Yes, take it: the staged rows are applied."""
    imports_lists.confirm(db, run_id, KIND)


def mend(db: Database, run_id: int, row_id: int, cells: Mapping[int, str], *, now: datetime) -> ImportRow:
    """Write other text into cells of a row, by column, and judge it again."""
    with db.write() as session:
        found, row = imports_lists.row_on_stage(session, run_id, row_id, KIND)
        fields: Any = found.options["fields"]
        typed = [cells.get(index, cell).strip() for index, cell in enumerate(row.cells)]
        content, problems = values.read(typed, fields, referral_import_applying.day_here(session, now))
        row.cells = values.without_names(typed, fields, problems)
        row.content, row.problems = dict(content), dict(problems)
        (verdict,) = judge(session, [Row(content, problems)], set(), adds=bool(found.options.get(ADDS)))
        row.verdict, row.reason, row.provider_id = verdict
        session.flush()
        imports_lists.count(session, found)
        return row


def choose(db: Database, run_id: int, row_id: int, provider_id: int) -> int:
    """Say who the provider of a row is (0: somebody new); it holds for all rows of that name. Gives how many."""
    with db.write() as session:
        found, row = imports_lists.row_on_stage(session, run_id, row_id, KIND)
        if provider_id:
            provider_id = touches.get_provider(session, provider_id).id or 0
        name = row.content.get("provider", "")
        same = select(ImportRow).where(ImportRow.import_id == run_id, col(ImportRow.verdict) == row.verdict)
        rows = [one for one in session.exec(same) if one.id == row.id or (name and one.content.get("provider") == name)]
        read = [Row(values.plain(one.content), one.problems, provider_id) for one in rows]
        for one, verdict in zip(rows, judge(session, read, set(), adds=False), strict=True):
            one.verdict, one.reason, one.provider_id = verdict
        session.flush()
        imports_lists.count(session, found)
        return len(rows)


def leave_out(db: Database, run_id: int, row_id: int) -> None:
    """Don't take this row."""
    imports_lists.leave_out(db, run_id, row_id, KIND)
