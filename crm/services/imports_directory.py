"""Run the import of an NPPES file or of practice locations: read it whole into a staging file, then apply that in
batches, each a short transaction that also moves the cursor, so that nothing is taken twice or forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from crm.domain import npi
from crm.domain.errors import Refused
from crm.domain.kinds import ImportKind, ImportState
from crm.models.accounts import Business
from crm.models.imports import ImportRun
from crm.services import duplicate_scans, imports_locations, imports_rows, imports_spool
from crm.services.imports_counts import Counts
from crm.services.imports_options import Options
from crm.services.imports_pace import Pace
from crm.services.imports_rows import Turn
from crm.services.imports_values import Reader
from crm.services.imports_workshop import Workshop
from crm.sources.locations import open_locations
from crm.sources.nppes import Batch, open_nppes
from crm.sources.nppes_layout import TAB
from crm.store import bulk, directory, indexes, prices
from crm.store import imports as store

INVALID_NPI = "invalid_npi"
FILTERED = "filtered"
ROWS_PER_TRANSACTION = 20_000
READING_SHARE = 40
"""Reading is the first 40 of a hundred percent."""
REBUILD_FROM, REBUILD_TO = 2 << 20, 250 << 20
"""Bytes of waiting rows for which dropping and rebuilding indexes pays and holds the lock under about a second each."""

Batches = Iterator[tuple[list[str], int]]


def check(kind: ImportKind, path: Path) -> None:
    """Look at the first line; BadFile if this isn't such a file."""
    with open_nppes(path) if kind is ImportKind.NPPES else open_locations(path):
        pass


def run(shop: Workshop, run_id: int) -> None:
    """Read, then apply; goes on where an earlier try stopped."""
    if not imports_spool.size_of(shop.folder, run_id):
        _read(shop, run_id)
    if _apply(shop, run_id):
        imports_spool.remove(shop.folder, run_id)


# --- reading ---------------------------------------------------------------------------------------------------------


def _read(shop: Workshop, run_id: int) -> None:
    started = shop.clock()
    with shop.db.write() as session:
        run = store.get(session, run_id)
        if run.cursor:
            raise Refused("rows_lost", "The waiting rows of this import are gone. Please undo it and import again.")
        run.state = ImportState.READING
    counts = Counts()
    bad: list[str] = []
    try:
        with imports_spool.SpoolWriter(shop.folder, run_id) as spool:
            for batch, total in _batches(run):
                taken, refused = _check_numbers(batch)
                spool.add(taken)
                counts.rows += batch.seen
                counts.skipped[FILTERED] += batch.filtered
                counts.skipped[INVALID_NPI] += len(refused)
                bad += refused[: store.SKIPS_KEPT - len(bad)]
                _report(shop, run_id, "Reading", READING_SHARE * batch.position // max(1, total))
    except BaseException:
        imports_spool.remove(shop.folder, run_id)
        raise
    with shop.db.write() as session:
        run = store.get(session, run_id)
        counts.write(run)
        run.state, run.seconds = ImportState.APPLYING, (shop.clock() - started).total_seconds()
        store.note_skips(session, run_id, ((0, INVALID_NPI, text) for text in bad))


def _batches(run: ImportRun) -> Iterator[tuple[Batch, int]]:
    path = Path(run.path)
    if run.kind is ImportKind.LOCATIONS:
        with open_locations(path) as locations:
            for batch in locations.batches():
                yield batch, locations.total
        return
    with open_nppes(path) as file:
        for batch in file.batches(Options.of(run.options).filters()):
            yield batch, file.total


def _check_numbers(batch: Batch) -> tuple[list[str], list[str]]:
    wrong = set(npi.invalid_among(text.partition(TAB)[0] for text in batch.rows))
    if not wrong:
        return batch.rows, []
    refused = [text for text in batch.rows if text.partition(TAB)[0] in wrong]
    return [text for text in batch.rows if text.partition(TAB)[0] not in wrong], refused


# --- applying --------------------------------------------------------------------------------------------------------


def _apply(shop: Workshop, run_id: int) -> bool:
    """Whether it came to the end; False when the worker is to stop, and the rest waits for the next one."""
    started = shop.clock()
    total = imports_spool.size_of(shop.folder, run_id)
    with shop.db.write() as session:
        run = store.get(session, run_id)
        run.state = ImportState.APPLYING
        start, before = run.cursor, run.seconds
        reader = _reader(session)
        rebuild = directory.is_empty(session) and REBUILD_FROM < total < REBUILD_TO
    pace = Pace(ROWS_PER_TRANSACTION)
    (indexes.drop_secondary if rebuild else indexes.restore)(shop.db)
    batches = imports_spool.read(shop.folder, run_id, start, pace.size)
    at = start
    try:
        while at < total:
            at = _transaction(shop, run_id, reader, started, batches, pace)
            if shop.stopping() and at < total:
                return _wait(shop, run_id)
    finally:
        indexes.restore(shop.db)
    _finish(shop, run_id, before + (shop.clock() - started).total_seconds())
    return True


def _transaction(shop: Workshop, run_id: int, reader: Reader, started: datetime, batches: Batches, pace: Pace) -> int:
    """Apply batches until the write lock has been held long enough. Returns the byte up to which rows are applied."""
    with shop.db.write(trusted=True) as session:
        bulk.tune(session)
        run = store.get(session, run_id)
        turn, counts = Turn(session, run, reader, started), Counts.of(run)
        began = shop.clock()
        for texts, run.cursor in batches:
            apply = imports_locations.apply if run.kind is ImportKind.LOCATIONS else imports_rows.apply
            apply(turn, texts, counts)
            since, began = began, shop.clock()
            if pace.took(len(texts), (began - since).total_seconds()):
                break
        counts.write(run)
        run.progress = READING_SHARE + (95 - READING_SHARE) * run.cursor // imports_spool.size_of(shop.folder, run_id)
        store.lease(session, run_id, me=shop.me, now=shop.clock())
    shop.progress("Saving", run.progress)
    return run.cursor


def _wait(shop: Workshop, run_id: int) -> bool:
    with shop.db.write() as session:
        run = store.get(session, run_id)
        run.state, run.lease_owner, run.lease_until = ImportState.QUEUED, "", None
    return False


def _finish(shop: Workshop, run_id: int, seconds: float) -> None:
    with shop.db.write() as session:
        run = store.get(session, run_id)
        run.state, run.progress, run.seconds = ImportState.DONE, 100, seconds
        run.finished_at, run.lease_owner, run.lease_until = shop.clock(), "", None
        duplicate_scans.request(session, now=shop.clock())
    shop.progress("Done", 100)


def _reader(session: Session) -> Reader:
    business = session.get(Business, 1)
    return Reader(business.zip if business else "", prices.switched_off(session))


def _report(shop: Workshop, run_id: int, what: str, percent: int) -> None:
    with shop.db.write() as session:
        store.get(session, run_id).progress = percent
        store.lease(session, run_id, me=shop.me, now=shop.clock())
    shop.progress(what, percent)
