"""Save everything in one file while Handoff runs: the database as it is at one moment, and the files beside it."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from crm.domain.errors import Refused
from crm.services import archive
from crm.services.archive import Manifest, Reader, Writer
from crm.store import file_copy, migrate, table_copy
from crm.store.engine import Database

NIGHTLY = "backups"
ASIDE = "before-restore-"
KEPT = 14
LEFT_OUT = frozenset({NIGHTLY, "imports"})
"""Folders of the data folder that are not saved: other backups, and files that wait to be imported (large)."""


@dataclass(frozen=True)
class Saved:
    """A backup that was made and found good."""

    path: Path
    size: int
    rows: int
    providers: int
    files: int


def save(db: Database, data_dir: Path, target: Path, *, now: datetime) -> Saved:
    """Write a backup to `target` (a file, or a folder to put one in), restore it on trial, then let it appear.

    An older backup of that name is replaced, any other file is not. Raises Refused.
    """
    target = _final(target, now)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with tempfile.TemporaryDirectory(prefix=".handoff-", dir=target.parent) as scratch:
            manifest = _write(db, data_dir, draft, Path(scratch), now)
            _try(db, draft, Path(scratch))
        size = draft.stat().st_size
        draft.replace(target)
    except OSError as error:
        raise Refused("cannot_save", f"Can't write the backup to {target}: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)
    rows = manifest.rows
    return Saved(target, size, sum(rows.values()), rows.get("provider", 0), len(manifest.files))


def nightly(db: Database, data_dir: Path, *, now: datetime) -> int:
    """On SQLite, keep today's copy and the last fourteen in `backups` of the data folder. Returns how many it made."""
    target = data_dir / NIGHTLY / f"nightly-{now:%Y-%m-%d}.zip"
    if not db.is_sqlite or target.exists():
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    save(db, data_dir, target, now=now)
    for old in sorted(target.parent.glob("nightly-*.zip"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return 1


def files_of(db: Database, data_dir: Path) -> Iterator[Path]:
    """The files of the data folder that belong in a backup: not the database, drafts, locks or other backups."""
    for entry in entries_of(db, data_dir):
        for path in sorted(entry.rglob("*")) if entry.is_dir() else (entry,):
            hidden = any(part.startswith(".") for part in path.relative_to(data_dir).parts)
            if not hidden and path.is_file() and not path.is_symlink() and not _is_other_backup(path):
                yield path


def entries_of(db: Database, data_dir: Path) -> Iterator[Path]:
    """What lies directly in the data folder and belongs in a backup."""
    for entry in sorted(data_dir.iterdir()) if data_dir.is_dir() else ():
        of_database = db.path is not None and entry.name.startswith(db.path.name) and entry.parent == db.path.parent
        if not of_database and entry.name not in LEFT_OUT and not entry.name.startswith((".", ASIDE)):
            yield entry


def _is_other_backup(path: Path) -> bool:
    return path.suffix == ".zip" and archive.is_backup(path)


def _final(target: Path, now: datetime) -> Path:
    if target.is_dir():
        return target / f"handoff-{now:%Y-%m-%d-%H%M%S}.zip"
    if target.exists() and not archive.is_backup(target):
        raise Refused("other_file", f"{target} is there already and is not a backup. Choose another name.")
    if not target.parent.is_dir():
        raise Refused("no_folder", f"There is no folder {target.parent}.")
    return target


def _write(db: Database, data_dir: Path, draft: Path, scratch: Path, now: datetime) -> Manifest:
    with archive.writing(draft) as out:
        made = _write_sqlite(db, out, scratch) if db.is_sqlite else _write_tables(db, out)
        files = list(_write_files(db, data_dir, out))
        manifest = replace(made, made_at=now.isoformat(), files=files)
        out.finish(manifest)
    return manifest


def _write_sqlite(db: Database, out: Writer, scratch: Path) -> Manifest:
    assert db.path is not None
    copied = scratch / "copied.db"
    file_copy.copy(db.path, copied)
    out.add(archive.SQLITE, copied)
    rows = file_copy.check(copied)
    copied.unlink()
    return Manifest("sqlite", migrate.current(db) or "", version("handoff"), "", rows, [])


def _write_tables(db: Database, out: Writer) -> Manifest:
    rows = {}
    with table_copy.one_moment(db) as connection:
        columns = table_copy.tables(connection)
        for table in columns:
            blocks = _Counted(table_copy.copy_out(connection, table, columns[table]))
            out.add_blocks(f"tables/{table}.copy", blocks)
            rows[table] = blocks.lines
    return Manifest("postgresql", migrate.current(db) or "", version("handoff"), "", rows, [], columns)


def _write_files(db: Database, data_dir: Path, out: Writer) -> Iterator[str]:
    for path in files_of(db, data_dir):
        name = path.relative_to(data_dir).as_posix()
        try:
            out.add(f"files/{name}", path)
        except FileNotFoundError:
            continue  # a passing file, gone since the folder was listed
        yield name


def _try(db: Database, draft: Path, scratch: Path) -> None:
    """Restore what was written, somewhere else, and compare."""
    with archive.reading(draft) as backup:
        backup.read_files()
        found = try_sqlite(backup, scratch / "tried.db") if db.is_sqlite else try_tables(backup, db)
        if found != backup.manifest.rows:
            raise Refused("damaged_backup", "The backup that was written does not read back as it should. Try again.")


def try_sqlite(backup: Reader, path: Path) -> dict[str, int]:
    """Write the database of a backup to `path` and read it through; the rows of each table. Raises Refused."""
    backup.extract(archive.SQLITE, path)
    try:
        return file_copy.check(path)
    except file_copy.DamagedError as error:
        raise Refused("damaged_backup", f"The database in the backup is damaged. {error}") from error


def try_tables(backup: Reader, db: Database) -> dict[str, int]:
    """Read every table of a backup into a passing one of the same columns; the rows of each."""
    columns = backup.manifest.columns
    with table_copy.one_moment(db) as connection:
        return {
            table: table_copy.try_in(connection, table, columns[table], backup.blocks(f"tables/{table}.copy"))
            for table in columns
        }


class _Counted:
    """Blocks of COPY's text, counting its lines (one a row: line ends inside values are written as `\\n`)."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self.lines = 0

    def __iter__(self) -> Iterator[bytes]:
        for block in self._blocks:
            self.lines += block.count(b"\n")
            yield block
