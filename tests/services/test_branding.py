"""Logo and colour of the papers."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm.domain.errors import Invalid
from crm.models.accounts import Business
from crm.services import branding, changes
from crm.store.engine import Database
from tests.factories import NOW, make_business
from tests.pictures import jpeg, png


def test_a_logo_is_kept_by_its_bytes_and_undo_takes_it_off(db: Database, tmp_path: Path) -> None:
    with db.write() as session:
        make_business(session)
    change = branding.set_logo(db, tmp_path, "C:\\me\\logo.jpg", png(), actor_id=None, now=NOW)
    assert change is not None
    with db.read() as session:
        dressed = branding.of(session, tmp_path)
    assert (dressed.logo, dressed.logo_mime) == (png(), "image/png")
    assert changes.undo(db, change, actor_id=None, now=NOW) == []
    with db.read() as session:
        assert branding.of(session, tmp_path).logo is None


def test_taking_the_logo_off_can_be_undone(sqlite_db: Database, tmp_path: Path) -> None:
    branding.set_logo(sqlite_db, tmp_path, "a.jpg", jpeg(), actor_id=None, now=NOW)
    change = branding.remove_logo(sqlite_db, actor_id=None, now=NOW)
    assert change is not None
    changes.undo(sqlite_db, change, actor_id=None, now=NOW)
    with sqlite_db.read() as session:
        assert branding.of(session, tmp_path).logo == jpeg()


def test_papers_go_without_a_logo_whose_file_is_gone(sqlite_db: Database, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    branding.set_logo(sqlite_db, folder, "a.png", png(), actor_id=None, now=NOW)
    next(folder.iterdir()).unlink()
    with sqlite_db.read() as session:
        assert branding.of(session, folder).logo is None


def test_a_wrong_file_is_named_and_nothing_is_kept(sqlite_db: Database, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        branding.set_logo(sqlite_db, tmp_path / "files", "logo.png", b"<svg/>", actor_id=None, now=NOW)
    assert "SVG" in caught.value.errors["logo"]
    assert not (tmp_path / "files").exists()


def test_the_same_again_changes_nothing(sqlite_db: Database) -> None:
    assert branding.set_color(sqlite_db, "#123456", actor_id=None, now=NOW) is not None
    assert branding.set_color(sqlite_db, "#123456", actor_id=None, now=NOW) is None
    with sqlite_db.read() as session:
        assert session.get_one(Business, 1).color == "#123456"


def test_a_broken_color_in_the_row_gives_the_usual_one(sqlite_db: Database, tmp_path: Path) -> None:
    with sqlite_db.write() as session:
        make_business(session, color="url(x)")
    with sqlite_db.read() as session:
        assert branding.of(session, tmp_path).color == branding.Branding().color
