"""Run the import of an NPPES file or of practice locations: read it whole into a staging file, then apply that in
batches, each a short transaction that also moves the cursor, so that nothing is taken twice or forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from crm.domain import npi
from crm.domain.errors import Refused
from crm.domain.kinds import ImportKind, ImportState
from crm.models.imports import ImportRun
from crm.services import imports_spool
from crm.services.imports_applying import READING_SHARE, Applying, reader_of
from crm.services.imports_counts import Counts
from crm.services.imports_mate import Mate
from crm.services.imports_options import Options
from crm.services.imports_workshop import Workshop
from crm.sources.locations import open_locations
from crm.sources.nppes import Batch, open_nppes
from crm.sources.nppes_layout import TAB
from crm.store import directory
from crm.store import imports as store

INVALID_NPI = "invalid_npi"
FILTERED = "filtered"
OFTEN = timedelta(seconds=0.5)


def check(kind: ImportKind, path: Path) -> None:
    """Look at the first line; BadFile if this isn't such a file."""
    with open_nppes(path) if kind is ImportKind.NPPES else open_locations(path):
        pass


def run(shop: Workshop, run_id: int) -> None:
    """Read, then apply; goes on where an earlier try stopped."""
    with _mate(shop, run_id) as mate:
        if not imports_spool.is_there(shop.folder, run_id):
            _read(shop, run_id, mate)
        if Applying(shop, run_id, mate).run():
            imports_spool.remove(shop.folder, run_id)


def _mate(shop: Workshop, run_id: int) -> Mate:
    """Where there is nobody yet, rows are worth making ready ahead: all of them will be new."""
    with shop.db.read() as session:
        run = store.get(session, run_id)
        is_first = run.kind is ImportKind.NPPES and directory.is_empty(session)
        reader = reader_of(session)
    return Mate(shop.folder, run_id, reader, is_sqlite=shop.db.is_sqlite, is_wanted=is_first)


# --- reading ---------------------------------------------------------------------------------------------------------


def _read(shop: Workshop, run_id: int, mate: Mate) -> None:
    started = shop.clock()
    with shop.db.write() as session:
        run = store.get(session, run_id)
        if run.cursor:
            raise Refused("rows_lost", "The waiting rows of this import are gone. Please undo it and import again.")
        run.state = ImportState.READING
    counts = Counts()
    bad: list[str] = []
    report = _Report(shop, run_id)
    try:
        with imports_spool.SpoolWriter(shop.folder, run_id, mate.ask) as spool:
            for batch, total in _batches(run):
                taken, refused = _check_numbers(batch)
                spool.add(taken)
                counts.rows += batch.seen
                counts.skipped[FILTERED] += batch.filtered
                counts.skipped[INVALID_NPI] += len(refused)
                bad += refused[: store.SKIPS_KEPT - len(bad)]
                report(READING_SHARE * batch.position // max(1, total))
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


class _Report:
    """Says how far reading is, when that has changed and often enough for who watches."""

    def __init__(self, shop: Workshop, run_id: int) -> None:
        self._shop, self._run_id = shop, run_id
        self._percent, self._next = -1, shop.clock()

    def __call__(self, percent: int) -> None:
        now = self._shop.clock()
        if percent == self._percent or now < self._next:
            return
        self._percent, self._next = percent, now + OFTEN
        with self._shop.db.write() as session:
            store.get(session, self._run_id).progress = percent
            store.lease(session, self._run_id, me=self._shop.me, now=now)
        self._shop.progress("Reading", percent)
