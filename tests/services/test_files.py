"""Files known by their content."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from crm.domain.errors import NotFound
from crm.services import files
from crm.store.engine import Database
from tests.factories import NOW


def test_a_file_is_kept_once_under_its_hash(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    name = files.keep(folder, b"content")
    assert name == hashlib.sha256(b"content").hexdigest()
    assert files.keep(folder, b"content") == name
    assert [each.name for each in folder.iterdir()] == [name]
    assert files.read(folder, name) == b"content"


def test_a_file_that_was_cut_short_is_written_again(tmp_path: Path) -> None:
    name = files.keep(tmp_path, b"content")
    (tmp_path / name).write_bytes(b"con")
    files.keep(tmp_path, b"content")
    assert files.read(tmp_path, name) == b"content"


def test_a_folder_that_can_not_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    blocked = tmp_path / "files"
    blocked.write_text("not a folder")
    with pytest.raises(OSError, match="exists"):
        files.keep(blocked, b"content")
    assert [each.name for each in tmp_path.iterdir()] == ["files"]


def test_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        files.read(tmp_path, "0" * 64)


def test_a_content_has_one_row(db: Database) -> None:
    with db.write() as session:
        one = files.row(session, "a" * 64, 3, name="one.eml", now=NOW)
        two = files.row(session, "a" * 64, 3, name="two.eml", now=NOW)
        assert one.id == two.id
