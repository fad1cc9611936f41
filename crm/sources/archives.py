"""Open a file from CMS, plain or zipped, as one stream of lines with a known size."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from crm.sources.errors import BadFile

BUFFER = 1 << 20
_NOT_READABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)


class Lines(Protocol):
    """A stream of raw lines; `position` and `total` are bytes of the file on disk, for progress."""

    total: int

    def __iter__(self) -> Iterator[bytes]: ...

    def position(self) -> int: ...


class _Stream:
    def __init__(self, lines: BinaryIO, disk: BinaryIO, total: int) -> None:
        self._lines = lines
        self._disk = disk
        self.total = total

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._lines)

    def position(self) -> int:
        return min(self._disk.tell(), self.total)


@contextmanager
def open_lines(path: Path, prefix: str) -> Iterator[Lines]:
    """Lines of a CSV, or of the member of a zip whose name starts with `prefix`. BadFile if unreadable."""
    try:
        disk = path.open("rb", buffering=BUFFER)
    except OSError as error:
        raise BadFile(f"{path.name} can't be opened: {error.strerror or error}.") from error
    with disk:
        total = path.stat().st_size
        if disk.read(4) != b"PK\x03\x04":
            disk.seek(0)
            yield _Stream(disk, disk, total)
            return
        disk.seek(0)
        with unzipping(path.name), _member(disk, prefix) as member:
            yield _Stream(member, disk, total)


@contextmanager
def unzipping(name: str) -> Iterator[None]:
    """Turn what a broken archive raises, at opening or hours later, into one sentence."""
    try:
        yield
    except _NOT_READABLE as error:
        raise BadFile(
            f"{name} is damaged or was not downloaded completely ({error}). Please download it again."
        ) from error


@contextmanager
def _member(disk: BinaryIO, prefix: str) -> Iterator[BinaryIO]:
    with zipfile.ZipFile(disk) as archive:
        found = [
            entry
            for entry in archive.infolist()
            if Path(entry.filename).name.lower().startswith(prefix)
            and entry.filename.lower().endswith(".csv")
            and "fileheader" not in entry.filename.lower()
        ]
        if not found:
            raise BadFile(f"the zip holds no {prefix}….csv. Please choose the zip as it came from CMS.")
        largest = max(found, key=lambda entry: entry.file_size)
        if largest.flag_bits & 1:
            raise BadFile("the zip is locked with a password. Please choose the zip as it came from CMS.")
        with archive.open(largest) as raw, io.BufferedReader(cast(io.RawIOBase, raw), BUFFER) as lines:
            yield cast(BinaryIO, lines)
