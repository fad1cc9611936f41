"""Secondary practice locations: the `pl_pfile` that comes with the NPPES file, ten columns, all quoted."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from crm.sources.archives import Lines, open_lines
from crm.sources.errors import BadFile
from crm.sources.nppes import Batch
from crm.sources.nppes_layout import TAB, decode_header

COLUMNS = ("NPI", "Line 1", "Line 2", "City", "State", "Postal Code", "Country", "Telephone Number", "Extension", "Fax")
SIZE = 5_000


class Location(NamedTuple):
    """One more address of a provider, as written in the file."""

    npi: str
    line1: str
    line2: str
    city: str
    state: str
    postal: str
    country: str
    phone: str
    extension: str
    fax: str

    @classmethod
    def read(cls, text: str) -> Location:
        """The location behind a text that a reader made."""
        return cls._make(text.split(TAB))


@contextmanager
def open_locations(path: Path) -> Iterator[LocationFile]:
    """Open a CSV or a zip from CMS; BadFile if its first line isn't that of a pl_pfile."""
    with open_lines(path, "pl_pfile") as lines:
        stream = iter(lines)
        header = next(stream, b"")
        if not header.strip():
            raise BadFile(f"{path.name} is empty.")
        names = next(csv.reader([decode_header(header)]), [])
        if len(names) != len(COLUMNS) or not all(wanted in name for wanted, name in zip(COLUMNS, names, strict=True)):
            raise BadFile("this is not a file of practice locations. Please choose pl_pfile_….csv from CMS.", 1)
        yield LocationFile(lines, stream)


class LocationFile:
    """An open file whose header is known to be right."""

    def __init__(self, lines: Lines, stream: Iterator[bytes]) -> None:
        self._lines = lines
        self._stream = stream
        self.total = lines.total

    def batches(self, size: int = SIZE) -> Iterator[Batch]:
        """Every row, in batches. BadFile at the first broken line."""
        reader = csv.reader(self._decoded(), strict=True)
        batch = Batch()
        try:
            for fields in reader:
                if len(fields) != len(COLUMNS):
                    raise BadFile(_cut(len(fields)), reader.line_num + 1)
                batch.seen += 1
                batch.rows.append(TAB.join(" ".join(value.split()) for value in fields))
                if len(batch.rows) >= size:
                    batch.position = self._lines.position()
                    yield batch
                    batch = Batch()
        except csv.Error:
            raise BadFile(_cut(None), reader.line_num + 1) from None
        batch.position = self.total
        yield batch

    def _decoded(self) -> Iterator[str]:
        for number, line in enumerate(self._stream, start=2):
            try:
                yield line.decode()
            except UnicodeDecodeError:
                raise BadFile(
                    "has bytes that are not UTF-8. Please import the file as it came from CMS.", number
                ) from None


def _cut(found: int | None) -> str:
    return (
        f"has {'too few' if found is None else found} columns where {len(COLUMNS)} belong, so the file is damaged or "
        "was not downloaded completely. Please download it again; nothing was changed."
    )
