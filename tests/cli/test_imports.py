"""`handoff import …`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crm.cli import cli
from tests import nppes_files as files
from tests.sources.registry_server import person, serving

KEYS = ["import_id", "rows", "new", "changed", "unchanged", "deactivated", "skipped", "seconds"]


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str | None]:
    return {"HANDOFF_DATA_DIR": str(tmp_path / "data"), "HANDOFF_DATABASE_URL": ""}


def run(env: dict[str, str | None], *args: object) -> Result:
    return CliRunner().invoke(cli, ["import", *map(str, args)], env=env)


def answer(env: dict[str, str | None], *args: object) -> dict[str, Any]:
    result = run(env, *args, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_nppes_answers_in_the_promised_shape(env: dict[str, str | None], tmp_path: Path) -> None:
    path = files.write(tmp_path / "a.csv", [files.row(1), files.row(2, state="AZ"), files.deactivated(3)])
    first = answer(env, "nppes", path, "--state", "TX")
    assert list(first) == KEYS
    assert (first["rows"], first["new"], first["deactivated"], first["skipped"]) == (3, 1, 1, {"filtered": 1})
    again = answer(env, "nppes", path)
    assert (again["new"], again["unchanged"]) == (1, 2)


def test_a_territory_around_a_zip(env: dict[str, str | None], tmp_path: Path) -> None:
    path = files.write(tmp_path / "a.csv", [files.row(1, postal="77030"), files.row(2, postal="75201")])
    options = ("--zip", "77005", "--radius", 25, "--specialty", "orthopedics", "--specialty", "pt")
    assert answer(env, "nppes", path, *options)["new"] == 1


def test_text_for_people(env: dict[str, str | None], tmp_path: Path) -> None:
    path = files.write(tmp_path / "a.csv", [files.row(1), files.row(2, npi="2000000001")])
    result = run(env, "nppes", path)
    assert "Import 1: 2 rows" in result.stdout
    assert "invalid npi" in result.stdout


def test_a_bad_file_is_one_line_on_stderr(env: dict[str, str | None], tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    result = run(env, "nppes", path, "--json")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "Line 1: this is not an NPPES file" in result.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--radius", 5), "needs the ZIP"),
        (("--zip", "00001"), "no such ZIP"),
        (("--specialty", "magic"), "no such spec"),
    ],
)
def test_a_territory_that_makes_no_sense(
    env: dict[str, str | None], tmp_path: Path, options: tuple[object, ...], said: str
) -> None:
    result = run(env, "nppes", files.write(tmp_path / "a.csv", []), *options)
    assert result.exit_code == 1
    assert said in result.stderr


def test_locations_contacts_and_undo(env: dict[str, str | None], tmp_path: Path) -> None:
    answer(env, "nppes", files.write(tmp_path / "a.csv", [files.row(1)]))
    where = [files.npi(1), "5 Elm St", "", "Houston", "TX", "77030", "US", "", "", ""]
    assert answer(env, "locations", files.write(tmp_path / "pl.csv", [where], files.LOCATION_HEADER))["new"] == 1
    contacts = tmp_path / "contacts.csv"
    contacts.write_text("Who,Tel\nIngrid Solberg,713-555-0101\n", encoding="utf-8")
    third = answer(env, "contacts", contacts, "--map", "Who=name", "--map", "Tel=none")
    assert (third["rows"], third["new"]) == (1, 1)
    undone = answer(env, "undo", third["import_id"])
    assert (undone["removed"], undone["kept"]) == (1, 0)
    assert "1 removed" in run(env, "undo", 1).stdout
    assert run(env, "undo", 1).exit_code == 1


def test_a_mapping_to_no_field_is_refused(env: dict[str, str | None], tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text("Who\nIngrid Solberg\n", encoding="utf-8")
    assert "write COLUMN=FIELD" in run(env, "contacts", path, "--map", "Who=soul").stderr
    assert "no column Whom" in run(env, "contacts", path, "--map", "Whom=name").stderr


def test_the_registry_is_searched_and_everybody_added(env: dict[str, str | None]) -> None:
    with serving() as registry:
        registry.results = [person(1), person(2)]
        found = answer(
            env | {"HANDOFF_REGISTRY_URL": registry.url},
            "registry", "--zip", "77005", "--radius", 10, "--specialty", "orthopedics",
        )  # fmt: skip
    assert (list(found), found["new"]) == (KEYS, 2)


def test_past_referrals_come_in_once_and_go_again(env: dict[str, str | None], tmp_path: Path) -> None:
    path = tmp_path / "past.csv"
    rows = ['"Ann Nobody, MD",2021-02-01,A.B.,older adults,completed', '"Ann Nobody, MD",2021-03-01,Margaret,,']
    path.write_text("\n".join(["Referred by,Date,Client,Service,Status", *rows]), encoding="utf-8")
    unknown = answer(env, "referrals", path)
    assert list(unknown) == KEYS
    assert (unknown["new"], unknown["skipped"]) == (0, {"provider_unknown": 1, "to_mend": 1})
    first = answer(env, "referrals", path, "--add-providers")
    assert (first["rows"], first["new"], first["skipped"]) == (2, 1, {"to_mend": 1})
    again = answer(env, "referrals", path)
    assert (again["new"], again["unchanged"]) == (0, 1)
    assert answer(env, "undo", first["import_id"])["removed"] == 1
    assert run(env, "referrals", path, "--map", "Date=king").exit_code != 0
