"""People's own lists in every usual dress."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from crm.sources import spreadsheet
from crm.sources.errors import BadFile
from crm.sources.spreadsheet import open_pasted, open_sheet

TEXT = "Name,Phone,City\nJosé Núñez,713-555-0101,Houston\nÅsa Sörby,713-555-0102,Austin\n"


def read(path: Path) -> tuple[list[str], list[list[str]]]:
    with open_sheet(path) as sheet:
        return sheet.headings, [cells for _, cells in sheet.rows]


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"]
)
def test_every_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    headings, rows = read(written(tmp_path, TEXT, encoding))
    assert headings == ["Name", "Phone", "City"]
    assert [row[0] for row in rows] == ["José Núñez", "Åsa Sörby"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_usual_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    headings, rows = read(written(tmp_path, TEXT.replace(",", delimiter)))
    assert (len(headings), len(rows)) == (3, 2)


def test_commas_inside_cells_do_not_win_over_the_delimiter(tmp_path: Path) -> None:
    text = "Name;Address\nSolberg, Ingrid;12 Oak St, Suite 4, Houston\nNg, Luis;5 Elm St, Austin\n"
    assert read(written(tmp_path, text))[0] == ["Name", "Address"]


def test_rows_keep_their_line_and_blank_ones_are_no_rows(tmp_path: Path) -> None:
    path = written(tmp_path, "\nName,Phone\n\nNg,1\n,\nTrevino,2\n")
    with open_sheet(path) as sheet:
        assert [(line, cells[0]) for line, cells in sheet.rows] == [(4, "Ng"), (6, "Trevino")]


def test_a_list_without_headings_gets_some(tmp_path: Path) -> None:
    headings, rows = read(written(tmp_path, "Luis Ng,713-555-0101\nIngrid Solberg,713-555-0102\n"))
    assert headings == ["Column 1", "Column 2"]
    assert len(rows) == 2


def test_short_and_long_rows_are_fitted(tmp_path: Path) -> None:
    assert read(written(tmp_path, "Name,Phone\nNg\nTrevino,2,3,4\n"))[1] == [["Ng", ""], ["Trevino", "2"]]


def test_formulas_are_text(tmp_path: Path) -> None:
    assert read(written(tmp_path, "Name,Notes\nNg,=HYPERLINK(1)\n"))[1] == [["Ng", "=HYPERLINK(1)"]]


def test_a_workbook_is_read_as_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Empty"
    sheet = book.create_sheet("People")
    sheet.append(["Name", "Zip", "Phone", "Since", "Active", "Sum"])
    sheet.append(["Luis Ng", 77005, 7135550101.0, date(2026, 3, 4), True, "=1+1"])
    sheet.append([None, None, None, None, None, None])
    sheet.append(["Ingrid Solberg", "02557", 2.5, None, False, None])
    path = tmp_path / "list.xlsx"
    book.save(path)
    headings, rows = read(path)
    assert headings[:2] == ["Name", "Zip"]
    assert rows[0][:5] == ["Luis Ng", "77005", "7135550101", "2026-03-04", "yes"]
    assert rows[1][:3] == ["Ingrid Solberg", "02557", "2.5"]


def test_pasted_cells_are_separated_by_tabs() -> None:
    with open_pasted("Name\tPhone\r\nNg, Luis\t713-555-0101\r\n") as sheet:
        assert list(sheet.rows) == [(2, ["Ng, Luis", "713-555-0101"])]


@pytest.mark.parametrize("content", [b"", b"   \n", b",,\n,,\n"])
def test_an_empty_list_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(BadFile, match=r"is empty|no rows"):
        read(path)


@pytest.mark.parametrize("content", [b"PK\x03\x04 not really", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4])
def test_what_is_no_list_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)
    with pytest.raises(BadFile):
        read(path)


def test_nothing_pasted_says_so() -> None:
    with pytest.raises(BadFile, match="Nothing was pasted"), open_pasted(" \n"):
        pass


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "MOST_ROWS", 3)
    with pytest.raises(BadFile, match="more than 3 rows"):
        read(written(tmp_path, "Name,Phone\n" + "Ng,1\n" * 4))


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="250 columns"):
        read(written(tmp_path, ",".join(f"Column {chr(97 + n % 26)}x" for n in range(250)) + "\n"))
