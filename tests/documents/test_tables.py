from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime

import pytest
from python_calamine import CalamineWorkbook

from crm.documents import tables
from crm.documents.tables import Table

EVIL = ['=HYPERLINK("http://evil.example","x")', "+1", "-1", "@SUM(A1)", "\t=1", "https://evil.example", "123"]


def written(*found: Table) -> io.BytesIO:
    file = io.BytesIO()
    tables.xlsx_into(file, found)
    file.seek(0)
    return file


def read(file: io.BytesIO, name: str) -> list[list[object]]:
    file.seek(0)
    return CalamineWorkbook.from_filelike(file).get_sheet_by_name(name).to_python()  # type: ignore[return-value]  # lists of cells


def test_a_csv_opens_as_utf8_and_keeps_commas_and_quotes() -> None:
    text = "".join(tables.csv_of(Table("t", ["Name", "n"], [['Müller, "Dr."', 3]])))
    assert text.startswith(tables.MARK)
    assert list(csv.reader(io.StringIO(text.removeprefix(tables.MARK)))) == [["Name", "n"], ['Müller, "Dr."', "3"]]


@pytest.mark.parametrize("typed", EVIL[:5])
def test_no_cell_of_a_csv_is_a_formula(typed: str) -> None:
    text = "".join(tables.csv_of(Table("t", [typed], [[typed, -3]])))
    rows = list(csv.reader(io.StringIO(text.removeprefix(tables.MARK))))
    assert rows == [["'" + typed], ["'" + typed, "-3"]]


def test_a_long_csv_comes_in_pieces() -> None:
    pieces = list(tables.csv_of(Table("t", ["n"], ([n] for n in range(1200)))))
    assert len(pieces) == 3
    assert "".join(pieces).count("\r\n") == 1201


def test_a_workbook_keeps_text_as_text_and_numbers_as_numbers() -> None:
    file = written(Table("A", ["Text", "Number", "Day"], [[each, 3, date(2026, 3, 1)] for each in EVIL]))
    inside = zipfile.ZipFile(file).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in inside
    assert "hyperlink" not in inside
    assert read(file, "A")[1:] == [[each, 3.0, date(2026, 3, 1)] for each in EVIL]


def test_every_table_gets_a_sheet_with_a_name_that_is_allowed_and_its_own() -> None:
    long = "By service: what came of [each] of the ten services"
    file = written(*(Table(name, ["a"], [[1]]) for name in (long, long, "", "a/b")))
    names = CalamineWorkbook.from_filelike(file).sheet_names
    assert len({each.casefold() for each in names}) == 4
    assert all(len(each) <= 31 for each in names)
    assert names[3] == "a b"


def test_notes_stand_under_the_lines_and_odd_values_are_left_readable() -> None:
    line = [True, None, datetime(2026, 3, 1, 14, 5), "x" * 40_000]  # noqa: DTZ001
    rows = read(written(Table("A", ["a", "b", "c", "d"], [line], ["Few."])), "A")
    assert rows[1][:3] == ["yes", "", "2026-03-01 14:05"]
    assert rows[3][0] == "Few."
