"""`handoff route` and `handoff mileage`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from click.testing import CliRunner, Result

import crm.cli
from crm.store.engine import Database
from tests.services.road import a_day_made, on_the_road


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(crm.cli.cli, [*arguments], env={"HANDOFF_DATA_DIR": str(folder)})


def test_a_day_is_printed_in_order_with_its_map(tmp_path: Path, sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        on_the_road(session)
    result = run(tmp_path, "route", "2026-03-05", "--order")
    assert result.exit_code == 0, result.output
    assert "3 visits, about" in result.output
    assert "https://www.google.com/maps/dir/?" in result.output


def test_a_day_is_one_json_document(tmp_path: Path, sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        on_the_road(session)
    found = json.loads(run(tmp_path, "route", "2026-03-05", "--json").output)
    assert len(found["stops"]) == 3
    assert found["miles"] > 0


def test_a_day_that_is_none_is_wrong_usage(tmp_path: Path, sqlite_db: Database) -> None:
    assert run(tmp_path, "route", "someday").exit_code != 0


def test_today_and_tomorrow_are_days_and_an_empty_one_is_one_line(tmp_path: Path, sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        on_the_road(session)
    for day in ("today", "tomorrow"):
        result = run(tmp_path, "route", day)
        assert (result.exit_code, "no visit planned" in result.output) == (0, True)
    assert run(tmp_path, "route", "2026-03-09").output == "Monday, Mar 9: no visit planned.\n"


def test_an_empty_day_is_a_json_document_too(tmp_path: Path, sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        on_the_road(session)
    found = json.loads(run(tmp_path, "route", "2026-03-09", "--json").output)
    assert (found["stops"], found["maps"], found["miles"]) == ([], [], 0)


def test_without_order_nothing_is_moved_and_with_it_the_shortest_stays(tmp_path: Path, sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        on_the_road(session)
    plain, best = (run(tmp_path, "route", "2026-03-05", *given).output for given in ((), ("--order",)))
    assert [plain.index(place) for place in ("0.2 Main", "0.05 Main", "0.1 Main")] == sorted(
        plain.index(place) for place in ("0.2 Main", "0.05 Main", "0.1 Main")
    )
    assert best != plain
    assert run(tmp_path, "route", "2026-03-05").output == best


def test_a_day_on_which_clocks_change_is_told_by_the_clock(tmp_path: Path, sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        on_the_road(session, date(2026, 3, 8), (0.05,))
    result = run(tmp_path, "route", "2026-03-08")
    assert "Sunday, Mar 8: 1 visit, about" in result.output
    assert "  09:" in result.output


def test_a_years_mileage_goes_into_a_file(tmp_path: Path, sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        a_day_made(session)
    file = tmp_path / "miles.csv"
    result = run(tmp_path, "mileage", "--year", "2026", "--rate", "0.50", "-o", str(file))
    assert result.exit_code == 0, result.output
    assert "2026-03-03" in file.read_text(encoding="utf-8-sig")
    assert "miles on 1 day, $" in result.output
