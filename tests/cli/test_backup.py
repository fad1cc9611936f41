"""`handoff backup` and `handoff restore` as people type them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import crm.cli


def handoff(data_dir: Path, *words: str) -> Result:
    settings = {"HANDOFF_DATA_DIR": str(data_dir), "HANDOFF_DATABASE_URL": ""}
    return CliRunner().invoke(crm.cli.cli, words, env=settings)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_a_backup_goes_out_and_comes_back(data_dir: Path, tmp_path: Path) -> None:
    saved = handoff(data_dir, "backup", str(tmp_path / "b.zip"), "--json")
    assert saved.exit_code == 0, saved.stderr
    assert json.loads(saved.stdout)["path"] == str(tmp_path / "b.zip")
    refused = handoff(data_dir, "restore", str(tmp_path / "b.zip"))
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "Add --yes" in refused.stderr
    restored = handoff(data_dir, "restore", str(tmp_path / "b.zip"), "--yes")
    assert restored.exit_code == 0, restored.stderr
    assert "What was there before is in" in restored.stdout


def test_a_backup_is_restored_on_a_fresh_machine(data_dir: Path, tmp_path: Path) -> None:
    handoff(data_dir, "backup", str(tmp_path / "b.zip"))
    restored = handoff(tmp_path / "fresh", "restore", str(tmp_path / "b.zip"), "--json")
    assert restored.exit_code == 0, restored.stderr
    assert json.loads(restored.stdout)["aside"] is None
    assert (tmp_path / "fresh/handoff.db").exists()


def test_a_missing_file_is_one_line_without_a_traceback(data_dir: Path) -> None:
    refused = handoff(data_dir, "restore", "nowhere.zip")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Error: There is no file ")
