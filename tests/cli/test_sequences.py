"""`handoff sequences …`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import crm.cli
from crm.bootstrap import utc_now
from crm.services import sequences
from crm.store import sequences as store
from crm.store.engine import Database
from tests.factories import make_business, make_practice, make_provider, make_user


@pytest.fixture
def folder(tmp_path: Path, sqlite_db: Database) -> Path:
    with sqlite_db.write() as session:
        make_business(session)
        make_user(session)
        for email in ("okafor@clinic.example", ""):
            make_provider(session, practice=make_practice(session), email=email, last_name=f"Okafor{email[:1]}")
    sequences.make_built_ins(sqlite_db, now=utc_now())
    return tmp_path


@pytest.fixture
def sequence_id(folder: Path, sqlite_db: Database) -> str:
    with sqlite_db.read() as session:
        found = store.by_slug(session, "first_contact_therapy")
        assert found is not None
        return str(found.id)


def run(folder: Path, *arguments: str) -> Result:
    env = {"HANDOFF_DATA_DIR": str(folder), "HANDOFF_DATABASE_URL": ""}
    return CliRunner().invoke(crm.cli.cli, ["sequences", *arguments], env=env)


def test_the_four_that_come_with_handoff_are_listed(folder: Path) -> None:
    found = json.loads(run(folder, "list", "--json").stdout)["sequences"]
    assert [each["name"] for each in found] == [
        "A partner gone quiet",
        "After a visit",
        "First contact: PT or OT clinic",
        "First contact: physician",
    ]
    assert "5 steps, 0 under way, 0 ended" in run(folder, "list").stdout


def test_a_dry_run_says_what_enrolling_then_does(folder: Path, sequence_id: str) -> None:
    dry = json.loads(run(folder, "enroll", sequence_id, "1", "2", "--dry-run", "--json").stdout)
    assert (dry["enrolled"], dry["dry_run"]) == (1, True)
    assert [step["kind"] for step in dry["planned"][0]["steps"]] == ["email", "email", "call", "visit", "email"]
    assert "advertisement" in dry["planned"][0]["steps"][0]["text"]
    [refused] = dry["refused"]
    assert (refused["provider"], refused["reason"]) == (2, "no_address")
    assert json.loads(run(folder, "show", sequence_id, "--json").stdout)["enrolled"] == []

    done = run(folder, "enroll", sequence_id, "1", "2")
    assert done.exit_code == 0
    assert "Not enrolled: Maria Okafor, MD: No e-mail address yet" in done.stdout
    assert "1 enrolled, 1 not." in done.stdout
    shown = json.loads(run(folder, "show", sequence_id, "--json").stdout)
    [line] = shown["enrolled"]
    assert (shown["running"], line["state"], line["step"]) == (1, "active", "Introduction")
    assert "Introduction: " in run(folder, "show", sequence_id).stdout


def test_by_post_those_without_an_address_go_too(folder: Path, sequence_id: str) -> None:
    assert "1 would be enrolled, 0 not." in run(folder, "enroll", sequence_id, "2", "--dry-run", "--by-post").stdout


def test_nobody_enrolled_is_exit_1(folder: Path, sequence_id: str) -> None:
    assert run(folder, "enroll", sequence_id, "2").exit_code == 1
    assert "isn't here any more" in run(folder, "show", "999").stderr
