"""`handoff visits`."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import crm.cli
from crm.bootstrap import utc_now
from crm.domain.kinds import TaskKind
from crm.services import visit_weeks
from crm.store.engine import Database
from tests.factories import make_business, make_practice, make_provider, make_task, make_user, make_visit


@pytest.fixture
def folder(tmp_path: Path, sqlite_db: Database) -> Path:
    monday = visit_weeks.week_to_plan(utc_now().date()) + timedelta(days=7)
    with sqlite_db.write() as session:
        make_business(session)
        make_user(session)
        where = make_practice(session, name="Bayou Clinic")
        kim = make_provider(session, practice=where, display_name="Ann Kim, MD")
        make_visit(session, provider_id=kim.id, planned_on=monday, purpose="Hand over the report")
        lee = make_provider(session, practice=where, display_name="Bo Lee, PT")
        make_task(session, provider_id=lee.id, kind=TaskKind.VISIT, title="Stop by again", due_on=monday)
    return tmp_path


def run(folder: Path, *arguments: str) -> Result:
    env = {"HANDOFF_DATA_DIR": str(folder), "HANDOFF_DATABASE_URL": ""}
    return CliRunner().invoke(crm.cli.cli, ["visits", *arguments], env=env)


def next_week() -> str:
    return (visit_weeks.week_to_plan(utc_now().date()) + timedelta(days=8)).isoformat()


def test_it_lists_the_week_and_its_proposals(folder: Path) -> None:
    result = run(folder, "--week", next_week())
    assert result.exit_code == 0, result.output
    assert "Ann Kim, MD, Bayou Clinic: Hand over the report" in result.output
    assert "Bo Lee, PT, Houston: Stop by again" in result.output


def test_json_holds_the_same(folder: Path) -> None:
    found = json.loads(run(folder, "--week", next_week(), "--json").output)
    assert [len(day["visits"]) for day in found["days"]] == [1, 0, 0, 0, 0, 0, 0]
    (proposal,) = found["proposals"]
    assert (proposal["name"], proposal["purpose"]) == ("Bo Lee, PT", "Stop by again")
    assert proposal["day"] is not None


def test_without_an_account_it_says_what_to_do(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert (result.exit_code, "Nobody has an account yet" in result.output) == (1, True)


def test_an_empty_week_names_its_seven_days_and_nothing_else(folder: Path) -> None:
    lines = run(folder, "--week", "2019-03-06").output.splitlines()
    assert [line.split(",")[0] for line in lines[:7]] == [f"{day} Mar {number}" for day, number in zip(
        ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), range(4, 11), strict=True
    )]  # fmt: skip
    assert not [line for line in lines[:7] if line.startswith("  ")]


def test_a_holiday_is_named_on_its_day(folder: Path) -> None:
    assert "Thu Nov 26, Thanksgiving Day" in run(folder, "--week", "2026-11-24").output


@pytest.mark.parametrize("day", ["someday", "2026-02-30", "11/24/2026"])
def test_a_week_that_is_none_is_wrong_usage(folder: Path, day: str) -> None:
    assert run(folder, "--week", day).exit_code == 2
