"""People's own lists: CSV in any usual encoding and delimiter, XLSX, or rows pasted from a spreadsheet.

Every cell is text. A formula stays what it is, text or its last result: nothing is ever computed.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain, islice
from pathlib import Path
from typing import Any

from crm.domain.columns import looks_like_headings
from crm.sources.errors import BadFile

MOST_ROWS = 200_000
MOST_COLUMNS = 200
LONGEST_CELL = 20_000
_SAMPLE = 1 << 16
_DELIMITERS = (",", ";", "\t", "|")
_SHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Sheet:
    """Headings and rows, each row with its line and as long as the headings. `total` is how far reading can go."""

    headings: list[str]
    rows: Iterator[tuple[int, list[str]]]
    sample: list[list[str]]


@contextmanager
def open_sheet(path: Path) -> Iterator[Sheet]:
    """A CSV or XLSX file. BadFile says what is wrong with it."""
    start = _first_bytes(path)
    if not start.strip():
        raise BadFile(f"{path.name} is empty.")
    if start.startswith(_SHEETS):
        yield _sheet(_workbook(path))
        return
    encoding = _encoding(path, start)
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(_SAMPLE)
        if "\x00" in sample:
            raise BadFile(f"{path.name} is not a list: please give a CSV or XLSX file.")
        file.seek(0)
        with _unreadable(path.name):
            yield _sheet(_delimited(file, sample))


@contextmanager
def open_pasted(text: str) -> Iterator[Sheet]:
    """Rows pasted from a spreadsheet (tabs between the cells) or as CSV."""
    if not text.strip():
        raise BadFile("Nothing was pasted. Copy the rows in your spreadsheet, with the headings, and paste them here.")
    with _unreadable("The text"):
        yield _sheet(_delimited(io.StringIO(text.strip("\r\n"), newline=""), text[:_SAMPLE]))


def _sheet(lines: Iterable[tuple[int, list[str]]]) -> Sheet:
    stripped = ((number, list(map(str.strip, row))) for number, row in lines)
    filled = (line for line in stripped if any(line[1]))
    first = list(islice(filled, 30))
    if not first:
        raise BadFile("There are no rows in this list.")
    if looks_like_headings(first[0][1]):
        headings, first = first[0][1], first[1:]
    else:
        headings = [f"Column {number}" for number in range(1, max(len(row) for _, row in first) + 1)]
    if len(headings) > MOST_COLUMNS:
        raise BadFile(f"This list has {len(headings)} columns; {MOST_COLUMNS} at most can be read.")
    width = len(headings)
    rows = _counted((number, _fitted(row, width)) for number, row in chain(first, filled))
    return Sheet(headings, rows, [_fitted(row, width) for _, row in first])


def _counted(rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    for count, row in enumerate(rows, start=1):
        if count > MOST_ROWS:
            raise BadFile(f"This list has more than {MOST_ROWS:,} rows. Please split it and import the parts.")
        yield row


def _fitted(row: list[str], width: int) -> list[str]:
    cells = row if len(row) == width else row[:width] + [""] * (width - len(row))
    if max(map(len, cells)) > LONGEST_CELL:
        return [cell[:LONGEST_CELL].rstrip() for cell in cells]
    return cells


# --- CSV -------------------------------------------------------------------------------------------------------------


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_SAMPLE)
    except OSError as error:
        raise BadFile(f"{path.name} can't be opened: {error.strerror or error}.") from error


def _encoding(path: Path, start: bytes) -> str:
    for mark, name in _BOMS:
        if start.startswith(mark):
            return name
    if start[1:2] == b"\x00" or start[:1] == b"\x00":
        return "utf-16-le" if start[1:2] == b"\x00" else "utf-16-be"
    if _is_utf8(path):
        return "utf-8"
    return _guessed(path)


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _guessed(path: Path) -> str:
    """An older encoding. Where the guess is unsure it is Windows' western one, which most such files are."""
    from charset_normalizer import from_bytes

    with path.open("rb") as file:
        odd = b"".join(line for line in islice(file, 100_000) if not line.isascii())[:_SAMPLE]
    best = from_bytes(odd, cp_isolation=["cp1252", "cp1250", "mac_roman", "cp437", "shift_jis", "gb18030"]).best()
    if best is None or best.encoding in ("cp1250", "cp1252"):
        return "cp1252" if _decodes(odd, "cp1252") else "latin-1"
    return best.encoding


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _delimited(file: Iterable[str], sample: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(file, delimiter=_delimiter(sample))
    for row in reader:
        yield reader.line_num, row


def _delimiter(sample: str) -> str:
    """The delimiter that gives the most columns in the most rows of the same length."""
    lines = sample.splitlines()[:30]

    def columns(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        usual = max(set(widths), key=widths.count, default=0)
        return (widths.count(usual) * (usual > 1), usual)

    return max(_DELIMITERS, key=lambda one: columns(one)[0] * 100 + columns(one)[1])


@contextmanager
def _unreadable(name: str) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        raise BadFile(f"{name} can't be read as text. Please save it as CSV in UTF-8, or as XLSX.") from error
    except csv.Error as error:
        raise BadFile(f"{name} can't be read as a list ({error}). Please save it as CSV or XLSX again.") from error


# --- XLSX ------------------------------------------------------------------------------------------------------------


def _workbook(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The first sheet that holds anything."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height:
                top = sheet.start[0] if sheet.start else 0
                yield from ((top + at, [_text(cell) for cell in row]) for at, row in enumerate(sheet.iter_rows(), 1))
                return
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise BadFile(f"{path.name} can't be read as a workbook. Please save it as XLSX or CSV again.") from error


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return "" if cell is None else str(cell)
