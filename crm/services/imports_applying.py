"""Apply the waiting rows of a directory import in short transactions, each of which also moves the cursor, so that
nothing is taken twice or forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session

from crm.domain.kinds import ImportKind, ImportState
from crm.models.accounts import Business
from crm.services import duplicate_scans, imports_locations, imports_rows
from crm.services.imports_counts import Counts
from crm.services.imports_mate import Mate, Ready
from crm.services.imports_pace import Pace
from crm.services.imports_rows import Turn
from crm.services.imports_spool import Spool, Stretch
from crm.services.imports_values import PRACTICE_COLUMNS, PROVIDER_COLUMNS, Reader
from crm.services.imports_workshop import Workshop
from crm.store import directory, indexes, prices
from crm.store import imports as store
from crm.store.ready import Fresh

ROWS_PER_TRANSACTION = 20_000
READING_SHARE = 40
"""Reading is the first 40 of a hundred percent."""
REBUILD_FROM, REBUILD_TO = 2 << 20, 250 << 20
"""Bytes of waiting rows for which dropping and rebuilding indexes pays and holds the lock under about a second each."""


def reader_of(session: Session) -> Reader:
    """Turns rows into values for this business."""
    business = session.get(Business, 1)
    return Reader(business.zip if business else "", prices.switched_off(session))


class Applying:
    """One try at applying the rows of an import."""

    def __init__(self, shop: Workshop, run_id: int, mate: Mate) -> None:
        self._shop, self._run_id, self._mate = shop, run_id, mate
        self._spool = Spool(shop.folder, run_id)
        self._started = shop.clock()
        self._pace = Pace(ROWS_PER_TRANSACTION)

    def run(self) -> bool:
        """Whether it came to the end; False when the worker is to stop, and the rest waits for the next one."""
        with self._shop.db.write() as session:
            run = store.get(session, self._run_id)
            run.state = ImportState.APPLYING
            self._reader = reader_of(session)
            rebuild = directory.is_empty(session) and REBUILD_FROM < self._spool.total < REBUILD_TO
        (indexes.drop_secondary if rebuild else indexes.restore)(self._shop.db)
        try:
            is_done = all(self._apply(stretch) for stretch in self._spool.stretches(run.cursor))
        finally:
            indexes.restore(self._shop.db)
        self._end(run.seconds, is_done=is_done)
        return is_done

    def _apply(self, stretch: Stretch) -> bool:
        """Whether to go on after it."""
        ready = self._mate.take(stretch)
        try:
            if ready is not None and self._apply_ready(stretch, ready):
                return not self._is_to_stop(stretch, self._spool.place(stretch.part, stretch.end))
        finally:
            self._mate.done(stretch)
        return self._apply_rows(stretch)

    def _apply_ready(self, stretch: Stretch, ready: Ready) -> bool:
        """Bring in what was made ready. False, and nothing done, if some of it isn't new after all."""
        with self._turn(ready) as turn:
            directory.take_turn(turn.session)
            counts = Counts.of(turn.run)
            if ready.rows:
                fresh = Fresh(turn.session, PROVIDER_COLUMNS, PRACTICE_COLUMNS)
                fresh.load(ready.path)
                if fresh.is_known():
                    return False
                fresh.insert(run_id=turn.run_id, actor_id=turn.run.actor_id, now=turn.now)
                counts.new += ready.rows
            if ready.rest:
                imports_rows.apply(turn, self._spool.some(stretch, ready.rest), counts)
            self._move(turn, counts, self._spool.place(stretch.part, stretch.end))
        return True

    def _apply_rows(self, stretch: Stretch) -> bool:
        """Apply row by row, a batch after the other. Whether to go on after it."""
        batches = self._spool.rows(stretch, self._pace.size)
        at, end = 0, self._spool.place(stretch.part, stretch.end)
        while at < end:
            at = self._apply_batches(batches)
            if self._is_to_stop(stretch, at):
                return False
        return True

    def _apply_batches(self, batches: Iterator[tuple[list[str], int]]) -> int:
        """Apply batches until the write lock has been held long enough. The place up to which rows are applied."""
        clock, began = self._shop.clock, self._shop.clock()
        with self._turn() as turn:
            counts = Counts.of(turn.run)
            apply = imports_locations.apply if turn.run.kind is ImportKind.LOCATIONS else imports_rows.apply
            place = turn.run.cursor
            for texts, place in batches:  # noqa: B007  (the last one is where the next transaction begins)
                apply(turn, texts, counts)
                since, began = began, clock()
                if self._pace.took(len(texts), (began - since).total_seconds()):
                    break
            self._move(turn, counts, place)
        return place

    @contextmanager
    def _turn(self, ready: Ready | None = None) -> Iterator[Turn]:
        """A transaction."""
        with self._shop.db.write(trusted=True, beside=ready.path if ready else None) as session:
            run = store.get(session, self._run_id)
            yield Turn(session, run, self._reader, self._started)
        self._shop.progress("Saving", run.progress)

    def _move(self, turn: Turn, counts: Counts, place: int) -> None:
        counts.write(turn.run)
        turn.run.cursor = place
        turn.run.progress = READING_SHARE + (95 - READING_SHARE) * place // self._spool.total
        store.lease(turn.session, self._run_id, me=self._shop.me, now=self._shop.clock())

    def _is_to_stop(self, stretch: Stretch, place: int) -> bool:
        return self._shop.stopping() and place < self._spool.total

    def _end(self, seconds_before: float, *, is_done: bool) -> None:
        now = self._shop.clock()
        with self._shop.db.write() as session:
            run = store.get(session, self._run_id)
            run.lease_owner, run.lease_until = "", None
            if not is_done:
                run.state = ImportState.QUEUED
                return
            run.state, run.progress, run.finished_at = ImportState.DONE, 100, now
            run.seconds = seconds_before + (now - self._started).total_seconds()
            duplicate_scans.request(session, now=now)
        self._shop.progress("Done", 100)
