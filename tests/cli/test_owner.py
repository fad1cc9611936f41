"""`handoff owner …`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import crm.cli
from crm.services import accounts
from crm.store.engine import Database
from tests.factories import NOW

FULL = [
    *("--name", "Dana Whitfield", "--credentials", "MS, MedExPRO", "--business", "Stride After Care"),
    *("--address", "2400 Main St, Suite 4, Houston, TX 77002", "--phone", "713-555-0142"),
    *("--email", "Dana@stride.example", "--zip", "77005", "--timezone", "America/Chicago"),
]


def run(folder: Path, *arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(
        crm.cli.cli,
        ["owner", *arguments],
        env={"HANDOFF_DATA_DIR": str(folder), "HANDOFF_DATABASE_URL": ""},
        input=text,
    )


@pytest.fixture
def folder(tmp_path: Path, sqlite_db: Database) -> Path:
    """A data folder whose database has its tables already."""
    return tmp_path


def test_all_details_in_one_command_make_owner_and_business(folder: Path) -> None:
    made = run(folder, "set", *FULL, "--json")
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout) == {
        "name": "Dana Whitfield",
        "credentials": "MS, MedExPRO",
        "title": "",
        "email": "dana@stride.example",
        "business": "Stride After Care",
        "line1": "2400 Main St",
        "line2": "Suite 4",
        "city": "Houston",
        "state": "TX",
        "zip": "77005",
        "phone": "(713) 555-0142",
        "website": "",
        "timezone": "America/Chicago",
        "can_sign_in": False,
    }
    assert run(folder, "show", "--json").stdout == made.stdout


def test_what_is_not_given_stays(folder: Path) -> None:
    run(folder, "set", *FULL)
    run(folder, "set", "--credentials", "MedExPRO")
    shown = json.loads(run(folder, "show", "--json").stdout)
    assert (shown["credentials"], shown["name"], shown["city"]) == ("MedExPRO", "Dana Whitfield", "Houston")


def test_without_json_the_details_are_lines(folder: Path) -> None:
    shown = run(folder, "set", *FULL).stdout
    assert "business     Stride After Care\n" in shown


def test_a_wrong_detail_is_named_on_stderr_and_nothing_changes(folder: Path) -> None:
    wrong = run(folder, "set", "--name", "Dana", "--zip", "7700")
    assert wrong.exit_code == 1
    assert "ZIP has five digits" in wrong.stderr
    assert run(folder, "show").exit_code == 1


def test_the_first_owner_needs_a_name(folder: Path) -> None:
    nameless = run(folder, "set", "--business", "Stride")
    assert nameless.exit_code == 1
    assert "--name" in nameless.stderr


def test_who_forgot_the_password_sets_a_new_one_at_the_prompt(folder: Path, sqlite_db: Database) -> None:
    run(folder, "set", *FULL)
    done = run(folder, "password", text="three walks a week\nthree walks a week\n")

    assert done.exit_code == 0, done.output
    assert "Dana Whitfield has a new password" in done.output
    assert accounts.sign_in(sqlite_db, email="dana@stride.example", password="three walks a week", now=NOW)


def test_a_script_gives_the_password_on_standard_input(folder: Path, sqlite_db: Database) -> None:
    run(folder, "set", *FULL)
    assert run(folder, "password", "--stdin", text="four walks a week\n").exit_code == 0
    assert accounts.sign_in(sqlite_db, email="dana@stride.example", password="four walks a week", now=NOW)


def test_a_weak_password_is_refused(folder: Path) -> None:
    run(folder, "set", *FULL)
    weak = run(folder, "password", "--stdin", text="short\n")
    assert (weak.exit_code, "at least 8" in weak.stderr) == (1, True)


def test_a_password_needs_an_owner(folder: Path) -> None:
    nobody = run(folder, "password", "--stdin", text="four walks a week\n")
    assert (nobody.exit_code, "no owner yet" in nobody.stderr) == (1, True)
