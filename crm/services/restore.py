"""Put a backup back. Nothing is touched before all of it has been tried; what was there is set aside, not deleted."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.errors import Refused
from crm.domain.kinds import MessageState
from crm.domain.reasons import Reason
from crm.domain.sequences import PauseReason
from crm.models.accounts import WebSession
from crm.models.messages import Message
from crm.models.suppressions import Suppression
from crm.services import archive, backup
from crm.services.archive import Manifest, Reader
from crm.store import enrollments, file_copy, migrate, table_copy
from crm.store.engine import Database

RUNNING = "Handoff, or another program, has this database open. Stop it (Ctrl-C, or its service), then restore again."
OCCUPIED = "There is a database already. Add --yes to replace it; it will be set aside in the data folder, not deleted."


@dataclass(frozen=True)
class Restored:
    """A backup that was put back. `aside` holds what was there before, if anything was."""

    made_at: datetime
    rows: int
    providers: int
    files: int
    held: int
    aside: Path | None


def restore(db: Database, data_dir: Path, source: Path, *, replace: bool, now: datetime) -> Restored:
    """Replace database and files by those of a backup. Raises Refused, and then nothing has changed.

    Mail that was waiting when the backup was made is held, because it may have been sent since. Addresses that
    unsubscribed since stay suppressed, and everybody signs in again.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with archive.reading(source) as reader, _staging(data_dir) as staging:
        occupied = _check(db, reader.manifest, replace=replace)
        reader.extract_files(staging / "files")
        exchange = _Exchange(db, data_dir, reader, staging, _aside(db, data_dir, occupied, now), now)
        held = exchange.of_file() if db.is_sqlite else exchange.of_tables()
    rows = reader.manifest.rows
    made_at = datetime.fromisoformat(reader.manifest.made_at)
    files = len(reader.manifest.files)
    return Restored(made_at, sum(rows.values()), rows.get("provider", 0), files, held, exchange.aside)


@contextlib.contextmanager
def _staging(data_dir: Path) -> Iterator[Path]:
    folder = data_dir / f".restore-{secrets.token_hex(4)}"
    (folder / "files").mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check(db: Database, manifest: Manifest, *, replace: bool) -> bool:
    """Refuse what can't or may not be restored; says whether there is a database to replace."""
    here = "sqlite" if db.is_sqlite else "postgresql"
    if manifest.database != here:
        message = f"The backup is of a {manifest.database} database and HANDOFF_DATABASE_URL names a {here} one."
        raise Refused("other_database", message)
    if manifest.revision > migrate.head():
        raise Refused("newer_backup", "The backup was made by a newer Handoff than this one. Update this one first.")
    occupied = _is_occupied(db)
    if occupied and not replace:
        raise Refused("occupied", OCCUPIED)
    db.dispose()
    if file_copy.is_open_elsewhere(db.path) if db.path is not None else table_copy.is_open_elsewhere(db):
        raise Refused("running", RUNNING)
    return occupied


def _is_occupied(db: Database) -> bool:
    if db.path is not None:
        return db.path.exists()
    return migrate.current(db) is not None


def _aside(db: Database, data_dir: Path, occupied: bool, now: datetime) -> Path | None:
    """A new folder's name for what is there, None when nothing is."""
    if not occupied and not _entries(db, data_dir):
        return None
    name = f"{backup.ASIDE}{now:%Y-%m-%d-%H%M%S}"
    return next(path for n in count() if not (path := data_dir / (f"{name}-{n}" if n else name)).exists())


@dataclass(frozen=True)
class _Exchange:
    """One restore under way. Both ways return how many messages are held."""

    db: Database
    data_dir: Path
    reader: Reader
    staging: Path
    aside: Path | None
    now: datetime

    def of_file(self) -> int:
        """Make the whole new SQLite file ready beside the old one, then exchange them by renaming."""
        assert self.db.path is not None
        staged = self.staging / "database.db"
        if backup.try_sqlite(self.reader, staged) != self.reader.manifest.rows:
            raise Refused("damaged_backup", "The database in the backup is not complete.")
        held = self._prepare(staged, _suppressed(self.db))
        with _moves() as moves:
            self._set_aside(moves)
            moves.move(staged, self.db.path)
            self._bring_in(moves)
        return held

    def of_tables(self) -> int:
        """Save the old PostgreSQL database, then exchange all tables in one transaction."""
        suppressed = _suppressed(self.db)
        if self.aside is not None and migrate.current(self.db) is not None:
            self.aside.mkdir()
            backup.save(self.db, self.data_dir, self.aside / "database-and-files.zip", now=self.now)
        with _moves() as moves, self.db.engine.begin() as connection:
            self._fill(connection)
            with Session(connection, join_transaction_mode="create_savepoint") as session:
                held = _settle(session, suppressed, self.now)
                session.commit()
            self._set_aside(moves)
            self._bring_in(moves)
        return held

    def _prepare(self, staged: Path, suppressed: list[dict[str, Any]]) -> int:
        fresh = Database(f"sqlite:///{staged}")
        try:
            migrate.upgrade(fresh)
            with fresh.write() as session:
                return _settle(session, suppressed, self.now)
        finally:
            fresh.dispose()

    def _fill(self, connection: sa.Connection) -> None:
        manifest = self.reader.manifest
        table_copy.drop_everything(connection)
        migrate.run(connection, manifest.revision)
        table_copy.truncate(connection)
        for table, columns in manifest.columns.items():
            blocks = self.reader.blocks(f"tables/{table}.copy")
            if table_copy.copy_in(connection, table, columns, blocks) != manifest.rows[table]:
                raise Refused("damaged_backup", f"The table {table} in the backup is not complete.")
        table_copy.continue_numbering(connection)
        migrate.run(connection)

    def _set_aside(self, moves: _Moves) -> None:
        if self.aside is None:
            return
        database = () if self.db.path is None else self.db.path.parent.glob(self.db.path.name + "*")
        for path in [*database, *_entries(self.db, self.data_dir)]:
            if not path.name.endswith((".lock", ".migrate")):
                moves.move(path, self.aside / path.name)

    def _bring_in(self, moves: _Moves) -> None:
        for entry in sorted((self.staging / "files").iterdir()):
            moves.move(entry, self.data_dir / entry.name)


# --- what must not come back to life ---------------------------------------------------------------------------------


def _suppressed(db: Database) -> list[dict[str, Any]]:
    """Who must get no mail, as the database that is replaced knows it; nothing when it can't say."""
    try:
        with db.read() as session:
            return [row.model_dump(exclude={"id"}) for row in session.exec(select(Suppression)).all()]
    except sa.exc.DBAPIError:
        return []
    finally:
        db.dispose()


def _settle(session: Session, suppressed: list[dict[str, Any]], now: datetime) -> int:
    """Hold waiting mail, pause sequences, end sign-ins, keep suppressions. Returns how many messages are held.

    Steps may have been taken since the backup was made: a sequence that went on by itself would take them twice.
    """
    enrollments.pause_all(session, PauseReason.RESTORED.value)
    known = set(session.exec(select(Suppression.address)).all())
    session.add_all(Suppression(**row) for row in suppressed if row["address"] not in known)
    session.execute(sa.update(WebSession).where(col(WebSession.revoked_at).is_(None)).values(revoked_at=now))
    waiting = (MessageState.QUEUED, MessageState.DEFERRED, MessageState.CLAIMED)
    held = session.execute(
        sa.update(Message)
        .where(col(Message.state).in_(waiting))
        .values(state=MessageState.HELD, state_reason=Reason.RESTORED, lease_owner="", lease_until=None)
    )
    return int(held.rowcount)  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult


# --- moving files, and back again when something fails ---------------------------------------------------------------


class _Moves:
    """Renames that are taken back when a later one fails."""

    def __init__(self) -> None:
        self.done: list[tuple[Path, Path]] = []

    def move(self, source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, target)
        self.done.append((source, target))

    def take_back(self) -> None:
        for source, target in reversed(self.done):
            shutil.move(target, source)


@contextlib.contextmanager
def _moves() -> Iterator[_Moves]:
    moves = _Moves()
    try:
        yield moves
    except BaseException:
        moves.take_back()
        raise


def _entries(db: Database, data_dir: Path) -> list[Path]:
    return list(backup.entries_of(db, data_dir))
