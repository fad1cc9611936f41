"""`handoff visits pack`, and whom the commands about visits are about."""

from __future__ import annotations

from pathlib import Path

import pikepdf
from click.testing import CliRunner, Result

import crm.cli
from crm.store.engine import Database
from tests.factories import make_user
from tests.services.road import on_the_road


def run(folder: Path, *arguments: str) -> Result:
    env = {"HANDOFF_DATA_DIR": str(folder), "HANDOFF_DATABASE_URL": ""}
    return CliRunner().invoke(crm.cli.cli, [*arguments], env=env)


def test_a_days_papers_are_written_as_one_file(tmp_path: Path, sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        on_the_road(session)
    file = tmp_path / "pack.pdf"
    result = run(tmp_path, "visits", "pack", "2026-03-05", "-o", str(file))
    assert result.exit_code == 0, result.output
    with pikepdf.open(file) as made:
        assert len(made.pages) == 3


def test_a_day_without_visits_is_said_and_writes_nothing(tmp_path: Path, sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        on_the_road(session)
    file = tmp_path / "pack.pdf"
    result = run(tmp_path, "visits", "pack", "2026-03-09", "-o", str(file))
    assert (result.exit_code, file.exists()) == (1, False)
    assert "No visit is planned for this day." in result.output


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path, sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        on_the_road(session)
    result = run(tmp_path, "visits", "pack", "2026-03-05", "-o", str(tmp_path / "missing" / "pack.pdf"))
    assert result.exit_code == 1
    assert "can't be written: No such file or directory." in result.output


def test_another_person_has_another_day(tmp_path: Path, sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        on_the_road(session)
        make_user(session, email="lee@stride.example")
    theirs = ("--user", "lee@stride.example")
    assert "no visit planned" in run(tmp_path, "route", "2026-03-05", *theirs).output
    assert run(tmp_path, "visits", "pack", "2026-03-05", *theirs, "-o", "-").exit_code == 1
    assert run(tmp_path, "visits", *theirs, "pack", "2026-03-05", "-o", "-").exit_code == 1
    week = run(tmp_path, "visits", "--week", "2026-03-05", *theirs)
    assert week.exit_code == 0, week.output
    assert "Clinic" not in week.output.partition("Proposed")[0]


def test_a_stranger_is_named_in_the_error(tmp_path: Path, sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        on_the_road(session)
    for command in (("route",), ("mileage",), ("visits",), ("visits", "pack", "2026-03-05", "-o", "-")):
        result = run(tmp_path, *command, "--user", "who@stride.example")
        assert (result.exit_code, result.output) == (1, "Error: Nobody signs in with who@stride.example.\n")


def test_a_day_that_is_none_is_wrong_usage(tmp_path: Path, sqlite_db: Database) -> None:
    assert run(tmp_path, "visits", "pack", "someday", "-o", "-").exit_code == 2
    assert run(tmp_path, "visits", "--week", "2026-02-30").exit_code == 2
