"""The file that a backup is: a zip with `manifest.json`, the database, and the files of the data folder.

manifest.json           what is inside; written last, so a file without it was never finished
database.sqlite         on SQLite
tables/<table>.copy     on PostgreSQL
files/<path>            as in the data folder
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from crm.domain.errors import Refused

FORMAT = 1
BLOCK = 1 << 20
MANIFEST = "manifest.json"
SQLITE = "database.sqlite"
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, NotImplementedError)
"""What zipfile and json raise over damaged files."""


@dataclasses.dataclass(frozen=True)
class Manifest:
    """What a backup says about itself. `columns` is there for PostgreSQL alone, tables in the order to fill them."""

    database: str
    revision: str
    version: str
    made_at: str
    rows: dict[str, int]
    files: list[str]
    columns: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    format: int = FORMAT


class Writer:
    """Adds members to a backup."""

    def __init__(self, bundle: zipfile.ZipFile) -> None:
        self._bundle = bundle

    def add(self, name: str, path: Path) -> None:
        """A file, with its permissions. Raises FileNotFoundError when it has just gone."""
        entry = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
        entry.compress_type = zipfile.ZIP_DEFLATED
        with path.open("rb") as source, self._bundle.open(entry, "w", force_zip64=True) as member:
            shutil.copyfileobj(source, member, BLOCK)

    def add_blocks(self, name: str, blocks: Iterable[bytes]) -> None:
        """A member made while it is written."""
        with self._bundle.open(name, "w", force_zip64=True) as member:
            for block in blocks:
                member.write(block)

    def finish(self, manifest: Manifest) -> None:
        """Say what is inside."""
        self._bundle.writestr(MANIFEST, json.dumps(dataclasses.asdict(manifest), indent=1))


class Reader:
    """Reads a backup. Every method raises Refused when the file is not what it should be."""

    def __init__(self, bundle: zipfile.ZipFile, path: Path) -> None:
        self._bundle = bundle
        self._path = path
        self.manifest = self._read_manifest()

    def blocks(self, name: str) -> Iterator[bytes]:
        """A member piece by piece; its check sum is compared at the end."""
        with self._sound(), self._bundle.open(name) as member:
            while block := member.read(BLOCK):
                yield block

    def extract(self, name: str, target: Path) -> None:
        """Write a member to a file that isn't there yet, with its permissions."""
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            for block in self.blocks(name):
                out.write(block)
        if permissions := self._bundle.getinfo(name).external_attr >> 16 & 0o700:
            target.chmod(permissions)

    def extract_files(self, folder: Path) -> None:
        """Write every file of the data folder below `folder`."""
        for name in self.manifest.files:
            self.extract(f"files/{name}", folder / _inside(name))

    def read_files(self) -> None:
        """Read every file through, for the check sums alone."""
        for name in self.manifest.files:
            for _ in self.blocks(f"files/{name}"):
                pass

    def _read_manifest(self) -> Manifest:
        with self._sound():
            content = json.loads(self._bundle.read(MANIFEST))
            if content["format"] > FORMAT:
                raise Refused("newer_backup", f"{self._path.name} was made by a newer Handoff. Update this one first.")
            return Manifest(**content)

    @contextlib.contextmanager
    def _sound(self) -> Iterator[None]:
        try:
            yield
        except (
            zipfile.BadZipFile,
            KeyError,
            ValueError,
            TypeError,
            EOFError,
            zlib.error,
            NotImplementedError,
        ) as error:
            raise Refused("damaged_backup", f"{self._path.name} is damaged or incomplete: {error}") from error


@contextlib.contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A new backup, readable by its owner alone: it holds the keys."""
    path.touch(mode=0o600, exist_ok=False)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as bundle:
        yield Writer(bundle)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """A backup to read. Refused when the file is something else."""
    try:
        bundle = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise Refused("no_file", f"There is no file {path}.") from None
    except (zipfile.BadZipFile, OSError) as error:
        raise Refused("not_a_backup", f"{path.name} is not a backup of Handoff, or not all of it ({error}).") from error
    with bundle:
        if MANIFEST not in bundle.namelist():
            raise Refused("not_a_backup", f"{path.name} is not a backup of Handoff.")
        yield Reader(bundle, path)


def is_backup(path: Path) -> bool:
    """Whether a file is one of ours (and may be replaced by a newer one)."""
    try:
        with reading(path):
            return True
    except Refused:
        return False


def _inside(name: str) -> PurePosixPath:
    """The path, if it stays below the folder that it is written to."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        raise Refused("damaged_backup", f"The backup holds a file with a path that leads outside: {name}")
    return path
