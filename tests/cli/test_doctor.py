"""`handoff doctor`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import crm.cli
from crm.models.accounts import Chore
from crm.services import doctor_house
from crm.store.engine import Database
from tests.factories import make_business


def run(folder: Path, *arguments: str, **environment: str) -> Result:
    values = {"HANDOFF_DATA_DIR": str(folder), "HANDOFF_DATABASE_URL": "", **environment}
    return CliRunner().invoke(crm.cli.cli, ["doctor", *arguments], env=values)


def test_it_names_what_blocks_and_says_what_to_do(tmp_path: Path, sqlite_db: Database) -> None:
    found = run(tmp_path, "--offline")
    assert found.exit_code == 1
    assert found.output.splitlines()[0].startswith("blocking")
    assert "handoff worker" in found.output


def test_nothing_that_blocks_is_exit_0_and_json_is_one_list(tmp_path: Path, sqlite_db: Database) -> None:
    from crm.cli.common import clock

    with sqlite_db.write() as session:
        make_business(session)
        session.add(Chore(name=doctor_house.HEARTBEAT, due_at=clock(), done_at=clock()))
    found = run(tmp_path, "--offline", "--json")
    assert found.exit_code == 0, found.output
    lines = json.loads(found.output)
    assert {"check", "about", "severity", "found", "advice"} == set(lines[0])
    assert {each["severity"] for each in lines} <= {"ok", "note", "warning"}
    assert "settings" in {each["check"] for each in lines}


@pytest.mark.parametrize(
    ("setting", "value", "check"),
    [("HANDOFF_PORT", "many", "settings"), ("HANDOFF_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/x", "database")],
)
def test_what_cannot_be_used_is_a_finding_and_no_traceback(
    tmp_path: Path, setting: str, value: str, check: str
) -> None:
    found = run(tmp_path, "--offline", "--json", **{setting: value})
    assert found.exit_code == 1
    assert {each["check"]: each["severity"] for each in json.loads(found.output)}[check] == "blocking"


def test_a_data_folder_that_cannot_be_made_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = run(tmp_path / "file" / "folder", "--json")
    assert found.exit_code == 1
    assert "HANDOFF_DATA_DIR" in found.output
