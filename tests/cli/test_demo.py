"""`handoff demo …`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import crm.cli
from crm.services import demo
from crm.store.engine import Database
from tests.factories import NOW, make_business, make_task, make_user


@pytest.fixture
def folder(tmp_path: Path, sqlite_db: Database) -> Path:
    with sqlite_db.write() as session:
        make_business(session)
        make_user(session)
    return tmp_path


def run(folder: Path, *arguments: str, text: str | None = None) -> Result:
    env = {"HANDOFF_DATA_DIR": str(folder), "HANDOFF_DATABASE_URL": ""}
    return CliRunner().invoke(crm.cli.cli, ["demo", *arguments], env=env, input=text)


def test_sample_data_goes_in_once_and_out_again(folder: Path, sqlite_db: Database) -> None:
    added = run(folder, "add", "--json")
    assert json.loads(added.stdout)["providers"] == demo.present(sqlite_db) > 50
    assert run(folder, "add").exit_code == 1

    removed = run(folder, "remove", "--json")
    assert json.loads(removed.stdout)["providers"] > 50
    assert demo.present(sqlite_db) == 0
    assert run(folder, "remove").stdout == "There was no sample data.\n"


def test_what_was_written_about_samples_is_asked_for_first(folder: Path, sqlite_db: Database) -> None:
    demo.add(sqlite_db, actor_id=1, now=NOW)
    with sqlite_db.write() as session:
        make_task(session, provider_id=1, created_at=NOW.replace(year=2027))

    kept = run(folder, "remove", text="n\n")
    assert kept.exit_code == 1
    assert "You added 1 follow-up to sample providers" in kept.stderr
    assert demo.present(sqlite_db) > 50
    assert run(folder, "remove", "--yes").exit_code == 0
    assert demo.present(sqlite_db) == 0
