"""Tables out: CSV and XLSX in which text stays text.

A spreadsheet takes a cell that begins with "=" for something to calculate, and what people type into a name or a
remark could be anything. CSV has no way to say "this is text", so such a cell gets an apostrophe in front; in XLSX
every text is stored as a text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import IO, Any

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet calculate a cell instead of showing it."""

MARK = "\ufeff"
"""By which spreadsheets know UTF-8."""

_NAME_LENGTH, _CELL_LENGTH, _WIDEST = 31, 32_767, 60
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']+")

Line = Sequence[object]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet: its name, the heads of its columns, and its lines, read once. `notes` stand under it."""

    name: str
    heads: Sequence[str]
    lines: Iterable[Line]
    notes: Sequence[str] = ()


def safe(value: object) -> object:
    """A CSV cell that no spreadsheet takes for a formula."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA) else value


def csv_of(table: Table) -> Iterator[str]:
    """The file in pieces of a few hundred lines."""
    out = io.StringIO()
    out.write(MARK)
    writer = csv.writer(out)
    writer.writerow([safe(head) for head in table.heads])
    for number, line in enumerate(table.lines, 1):
        writer.writerow([safe(cell) for cell in line])
        if number % 500 == 0:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def xlsx_into(file: IO[bytes], tables: Iterable[Table]) -> None:
    """A workbook with a sheet for each table, written line by line so that its length costs no memory."""
    import xlsxwriter

    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": True,
        },
    )
    looks = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "note": book.add_format({"italic": True}),
    }
    names: set[str] = set()
    for table in tables:
        _sheet(book.add_worksheet(_name(table.name, names)), table, looks)
    book.close()


def _sheet(sheet: Any, table: Table, looks: dict[str, Any]) -> None:
    for column, head in enumerate(table.heads):
        sheet.set_column(column, column, min(max(len(head) + 2, 14), _WIDEST))
    sheet.freeze_panes(1, 0)
    for column, head in enumerate(table.heads):
        sheet.write_string(0, column, head, looks["head"])
    last = 0
    for last, line in enumerate(table.lines, 1):
        for column, cell in enumerate(line):
            _cell(sheet, last, column, cell, looks)
    for number, note in enumerate(table.notes, last + 2):
        sheet.write_string(number, 0, note, looks["note"])


def _cell(sheet: Any, row: int, column: int, value: object, looks: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(row, column, "yes" if value else "no")
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime):
        sheet.write_string(row, column, value.strftime("%Y-%m-%d %H:%M"))
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), looks["day"])  # noqa: DTZ001
    else:
        sheet.write_string(row, column, str(value)[:_CELL_LENGTH])


def _name(wanted: str, names: set[str]) -> str:
    """A name that a sheet may have and that no other has."""
    plain = " ".join(_NOT_IN_NAMES.sub(" ", wanted).split())[:_NAME_LENGTH].strip() or "Sheet"
    found = next(each for each in _names(plain) if each.casefold() not in names)
    names.add(found.casefold())
    return found


def _names(plain: str) -> Iterator[str]:
    yield plain
    for number in count(2):
        tail = f" {number}"
        yield plain[: _NAME_LENGTH - len(tail)] + tail
