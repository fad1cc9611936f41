"""Reading NPPES files."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from crm.sources.errors import BadFile
from crm.sources.nppes import Filters, open_nppes
from crm.sources.nppes_layout import Row
from tests import nppes_files as files


def read(path: Path, filters: Filters | None = None) -> list[Row]:
    with open_nppes(path) as file:
        batches = list(file.batches(filters or Filters()))
    return [Row.read(text) for batch in batches for text in batch.rows]


def counted(path: Path, filters: Filters) -> tuple[int, int, int]:
    with open_nppes(path) as file:
        batches = list(file.batches(filters))
    return sum(b.seen for b in batches), sum(len(b.rows) for b in batches), sum(b.filtered for b in batches)


def test_the_generated_header_has_the_columns_of_the_real_one(corpus: Path) -> None:
    with (corpus / "nppes" / "npidata_sample.csv").open(encoding="utf-8") as file:
        assert file.readline() == files.line(files.HEADER)


def test_a_row_is_read_from_the_practice_address(tmp_path: Path) -> None:
    (row,) = read(files.write(tmp_path / "a.csv", [files.row(1, phone="7135550101")]))
    assert (row.npi, row.city, row.state, row.postal) == (files.npi(1), "HOUSTON", "TX", "770051234")
    assert (row.phone, row.taxonomy) == ("7135550101", "207X00000X")


def test_older_headers_are_read_by_name(tmp_path: Path) -> None:
    path = files.write(tmp_path / "a.csv", [files.row(1)], files.OLDER_HEADER)
    assert [row.sex for row in read(path)] == ["F"]


def test_columns_may_stand_in_another_order(tmp_path: Path) -> None:
    backwards = [list(reversed(files.row(1, last="OKAFOR")))]
    path = files.write(tmp_path / "a.csv", backwards, reversed(files.HEADER))
    assert [row.last for row in read(path)] == ["OKAFOR"]


@pytest.mark.parametrize(
    ("slots", "primary"),
    [
        ({"taxonomy": "207X00000X", "switch": "Y"}, "207X00000X"),
        ({"taxonomy": "207X00000X", "switch": "N", "taxonomy2": "225100000X", "switch2": "Y"}, "225100000X"),
        ({"taxonomy": "207X00000X", "switch": "N", "taxonomy3": "225100000X", "switch3": "Y"}, "225100000X"),
        ({"taxonomy": "207X00000X", "switch": "X", "taxonomy2": "225100000X", "switch2": "X"}, "207X00000X"),
        ({"taxonomy": "207X00000X", "switch": ""}, "207X00000X"),
        ({"taxonomy": "", "switch": "", "taxonomy2": "225100000X", "switch2": "N"}, "225100000X"),
        ({"taxonomy": "", "switch": ""}, ""),
    ],
)
def test_the_primary_taxonomy_is_the_switched_slot_else_the_first(
    tmp_path: Path, slots: dict[str, str], primary: str
) -> None:
    assert [row.taxonomy for row in read(files.write(tmp_path / "a.csv", [files.row(1, **slots)]))] == [primary]


def test_odd_lines_are_read_by_the_csv_module(tmp_path: Path) -> None:
    rows = [
        files.row(1, organization='THE "OLD MILL" CLINIC', entity="2"),
        files.row(2, line1="12 MAIN ST\nREAR DOOR"),
        files.row(3, line2='A,"",B'),
        files.row(4, last="TAB\tBED"),
        files.row(5, last="LÓPEZ"),
    ]
    found = read(files.write(tmp_path / "a.csv", rows))
    assert found[0].organization == 'THE "OLD MILL" CLINIC'
    assert found[1].line1 == "12 MAIN ST REAR DOOR"
    assert found[2].line2 == 'A,"",B'
    assert [row.last for row in found[3:]] == ["TAB BED", "LÓPEZ"]
    assert [row.npi for row in found] == [files.npi(number) for number in range(1, 6)]


def test_windows_line_ends_and_a_missing_last_one_are_fine(tmp_path: Path) -> None:
    path = files.write(tmp_path / "a.csv", [files.row(1), files.row(2)])
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n").rstrip(b"\r\n"))
    assert len(read(path)) == 2


def test_deactivated_rows_are_alive_again_after_a_later_reactivation(tmp_path: Path) -> None:
    rows = [
        files.deactivated(1),
        files.row(2, deactivated="05/23/2005", reactivated="05/24/2005"),
        files.row(3, deactivated="05/23/2015", reactivated="05/24/2005"),
    ]
    found = read(files.write(tmp_path / "a.csv", rows))
    assert [row.is_deactivated for row in found] == [True, False, True]


def test_filters_look_at_the_practice_state_and_let_deactivations_through(tmp_path: Path) -> None:
    rows = [files.row(1), files.row(2, state="AZ"), files.row(3, state="NE"), files.deactivated(4)]
    path = files.write(tmp_path / "a.csv", rows)
    texas = Filters(states=frozenset({"TX"}))
    assert [row.npi for row in read(path, texas)] == [files.npi(1), files.npi(4)]
    assert counted(path, texas) == (4, 2, 2)


def test_filters_by_zip_take_the_first_five_digits(tmp_path: Path) -> None:
    rows = [files.row(1, postal="77005"), files.row(2, postal="770051111"), files.row(3, postal="77030")]
    path = files.write(tmp_path / "a.csv", rows)
    assert counted(path, Filters(zips=frozenset({"77005"}))) == (3, 2, 1)


def test_filters_by_specialty_look_at_the_primary_taxonomy_only(tmp_path: Path) -> None:
    second = {"taxonomy2": "207X00000X", "switch2": "N"}
    rows = [files.row(1), files.row(2, taxonomy="225100000X", **second), files.row(3, taxonomy="225100000X")]
    path = files.write(tmp_path / "a.csv", [*rows, files.deactivated(4)])
    wanted = Filters(wants_taxonomy=lambda code: code == "207X00000X", beginnings=frozenset({"207X"}))
    assert counted(path, wanted) == (4, 2, 2)


def test_odd_lines_pass_the_raw_filter_and_are_judged_whole(tmp_path: Path) -> None:
    rows = [files.row(1, line1="A\nB"), files.row(2, line1="A\nB", state="AZ"), files.row(3, first='J "J"')]
    path = files.write(tmp_path / "a.csv", rows)
    assert counted(path, Filters(states=frozenset({"TX"}))) == (3, 2, 1)


def test_the_zip_from_cms_is_read_without_unpacking(tmp_path: Path) -> None:
    csv = files.write(tmp_path / "npidata_pfile_20050523-20261108.csv", [files.row(1)])
    header = files.write(tmp_path / "npidata_pfile_20050523-20261108_fileheader.csv", [])
    path = tmp_path / "NPPES.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in (header, csv):
            archive.write(member, member.name)
    assert [row.npi for row in read(path)] == [files.npi(1)]


def test_a_zip_without_the_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("letter.txt", "hello")
    with pytest.raises(BadFile, match="holds no npidata_pfile"):
        read(path)


def test_a_damaged_zip_says_so(tmp_path: Path) -> None:
    csv = files.write(tmp_path / "npidata_pfile_1.csv", [files.row(number) for number in range(200)])
    path = tmp_path / "NPPES.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(csv, csv.name)
    raw = bytearray(path.read_bytes())
    raw[500:520] = b"\x00" * 20
    path.write_bytes(raw)
    with pytest.raises(BadFile, match="damaged"):
        read(path)
    path.write_bytes(bytes(raw[: len(raw) // 2]))
    with pytest.raises(BadFile, match="damaged"):
        read(path)


@pytest.mark.parametrize("filters", [Filters(), Filters(states=frozenset({"AZ"}))])
@pytest.mark.parametrize("cut", [1, 30, 900])
def test_a_truncated_file_names_its_last_line(tmp_path: Path, filters: Filters, cut: int) -> None:
    path = files.write(tmp_path / "a.csv", [files.row(1), files.row(2)])
    path.write_bytes(path.read_bytes()[: -1 - cut])
    with pytest.raises(BadFile, match=r"Line 3: has .* columns where 330 belong") as caught:
        read(path, filters)
    assert caught.value.line == 3


def test_a_quote_that_is_never_closed_does_not_swallow_the_file(tmp_path: Path) -> None:
    path = files.write(tmp_path / "a.csv", [files.row(number) for number in range(100)])
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[5] = lines[5][:400] + "\n"
    path.write_text("".join(lines), encoding="utf-8")
    with pytest.raises(BadFile, match="Line 6"):
        read(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "utf-32"])
def test_a_file_saved_in_another_encoding_is_refused(tmp_path: Path, encoding: str) -> None:
    path = files.write(tmp_path / "a.csv", [files.row(1)])
    path.write_text(path.read_text(encoding="utf-8"), encoding=encoding)
    with pytest.raises(BadFile, match=r"Line 1: .* as it came from CMS"):
        read(path)


@pytest.mark.parametrize("filters", [Filters(), Filters(states=frozenset({"AZ"}))])
def test_a_file_saved_as_latin_1_is_refused_at_its_line(tmp_path: Path, filters: Filters) -> None:
    path = files.write(tmp_path / "a.csv", [files.row(1), files.row(2, last="LÓPEZ")])
    path.write_text(path.read_text(encoding="utf-8"), encoding="latin-1")
    with pytest.raises(BadFile, match="Line 3: has bytes that are not UTF-8"):
        read(path, filters)


@pytest.mark.parametrize(("delimiter", "word"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_another_delimiter_is_named(tmp_path: Path, delimiter: str, word: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(delimiter.join(f'"{name}"' for name in files.HEADER) + "\n", encoding="utf-8")
    with pytest.raises(BadFile, match=f"separated by {word}"):
        read(path)


def test_a_foreign_csv_is_refused_by_its_first_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Name,Phone\nAda,713-555-0100\n", encoding="utf-8")
    with pytest.raises(BadFile, match=r"Line 1: this is not an NPPES file: .*begins with Name, Phone"):
        read(path)


def test_an_nppes_like_file_without_a_needed_column_names_it(tmp_path: Path) -> None:
    header = [name for name in files.HEADER if name != "Provider First Name"]
    path = files.write(tmp_path / "a.csv", [], header)
    with pytest.raises(BadFile, match="Provider First Name"):
        read(path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"")
    with pytest.raises(BadFile, match="is empty"):
        read(path)


def test_batches_are_small_and_report_their_position(tmp_path: Path) -> None:
    path = files.write(tmp_path / "a.csv", [files.row(number) for number in range(25)])
    with open_nppes(path) as file:
        batches = list(file.batches(Filters(), size=10))
    assert [len(batch.rows) for batch in batches] == [10, 10, 5]
    assert batches[-1].position == path.stat().st_size


def test_every_real_row_is_read(corpus: Path) -> None:
    rows = read(corpus / "nppes" / "npidata_sample.csv")
    assert len(rows) == 500
    assert sum(row.is_deactivated for row in rows) == 36
    assert sum(not row.taxonomy for row in rows) == 36
    assert len(read(corpus / "nppes" / "npidata_orgs_2020_header.csv")) == 120
