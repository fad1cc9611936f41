"""`handoff mileage`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

import crm.cli
from crm.services import mileage
from crm.store.engine import Database
from tests.factories import NOW, TODAY, make_user
from tests.services.road import LAST, a_day_made


@pytest.fixture
def folder(tmp_path: Path, sqlite_db: Database) -> Path:
    with sqlite_db.write() as session:
        a_day_made(session)
        make_user(session, email="lee@stride.example")
    return tmp_path


def run(folder: Path, *arguments: str) -> Result:
    env = {"HANDOFF_DATA_DIR": str(folder), "HANDOFF_DATABASE_URL": ""}
    return CliRunner().invoke(crm.cli.cli, ["mileage", *arguments], env=env)


def test_the_sums_of_a_year_stand_by_month(folder: Path) -> None:
    lines = run(folder, "--year", "2026").output.splitlines()
    assert lines[0].startswith("2026: 18.0 miles on 1 day")
    assert lines[1].split() == ["Mar", "18.0", "miles,", "2", "stops"]
    assert lines[2] == "  Estimated, not yet corrected by hand: 1 day."
    assert "No rate is set" in lines[3]


def test_with_a_rate_there_are_amounts(folder: Path) -> None:
    output = run(folder, "--year", "2026", "--rate", "0.50").output
    assert "18.0 miles on 1 day, $9.00" in output
    assert "No rate is set" not in output


def test_corrected_days_are_estimated_no_more(folder: Path, sqlite_db: Database) -> None:
    mileage.correct(sqlite_db, 1, LAST, "40", actor_id=1, now=NOW, today=TODAY)
    output = run(folder, "--year", "2026").output
    assert "40.0 miles" in output
    assert "Estimated" not in output


def test_a_year_without_visits_is_one_line(folder: Path) -> None:
    assert run(folder, "--year", "2019").output == "2019: no visits made.\n"


def test_a_colleague_has_a_log_of_their_own(folder: Path) -> None:
    assert "no visits made" in run(folder, "--year", "2026", "--user", "lee@stride.example").output
    nobody = run(folder, "--user", "nobody@stride.example")
    assert (nobody.exit_code, nobody.output) == (1, "Error: Nobody signs in with nobody@stride.example.\n")


@pytest.mark.parametrize("rate", ["58", "-1", "x"])
def test_a_rate_that_is_none_is_one_line(folder: Path, rate: str) -> None:
    result = run(folder, "--year", "2026", "--rate", rate)
    assert result.exit_code == 1
    assert "0.50" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("year", ["1999", "2101", "x"])
def test_a_year_that_is_none_is_wrong_usage(folder: Path, year: str) -> None:
    assert run(folder, "--year", year).exit_code == 2


def test_a_file_holds_the_days_and_nothing_that_is_calculated(folder: Path) -> None:
    file = folder / "miles.csv"
    result = run(folder, "--year", "2026", "-o", str(file))
    assert result.output.endswith(f"Written to {file}.\n")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        heads, day = csv.reader(lines)
    assert dict(zip(heads, day, strict=True))["Business purpose"] == "'=Leave a sample"


def test_a_workbook_holds_the_same(folder: Path) -> None:
    file = folder / "miles.XLSX"
    assert run(folder, "--year", "2026", "-o", str(file)).exit_code == 0
    sheet = openpyxl.load_workbook(file).active
    assert (sheet["A2"].value.date(), sheet["E2"].data_type) == (LAST, "s")


def test_a_folder_that_is_not_there_is_one_line(folder: Path) -> None:
    result = run(folder, "--year", "2026", "-o", str(folder / "missing" / "miles.csv"))
    assert result.exit_code == 1
    assert "can't be written: No such file or directory." in result.output


def test_json_is_one_document_also_beside_a_file(folder: Path) -> None:
    found = json.loads(run(folder, "--year", "2026", "--rate", ".5", "--json", "-o", str(folder / "a.csv")).output)
    assert (found["year"], found["mills"], found["miles"], found["cents"]) == (2026, 500, 18.0, 900)
    (day,) = found["days"]
    assert (day["day"], day["estimated"], len(day["stops"])) == ("2026-03-03", True, 2)
