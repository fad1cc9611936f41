"""Backup and restore, on both databases."""

from __future__ import annotations

import json
import os
import struct
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from crm.domain.errors import Refused
from crm.domain.kinds import MessageState
from crm.models.accounts import WebSession
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.models.sequences import Enrollment
from crm.models.suppressions import Suppression
from crm.services import archive, backup
from crm.services.restore import Restored, restore
from crm.store import migrate
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW

LATER = NOW + timedelta(hours=3)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder as it looks in use. On SQLite the database lies in the same folder."""
    (tmp_path / "files/ab").mkdir(parents=True)
    (tmp_path / "files/ab/flyer.pdf").write_bytes(b"%PDF flyer")
    key = tmp_path / "flash.key"
    key.write_bytes(b"k" * 48)
    key.chmod(0o600)
    (tmp_path / ".draft").write_text("half-written")
    (tmp_path / "imports").mkdir()
    (tmp_path / "imports/npidata.csv").write_text("large")
    return tmp_path


@pytest.fixture
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("elsewhere") / "handoff.zip"


@pytest.fixture(autouse=True)
def _full(db: Database) -> None:
    with db.write() as session:
        make_rows(session)


@pytest.fixture
def saved(db: Database, data_dir: Path, target: Path) -> backup.Saved:
    return backup.save(db, data_dir, target, now=NOW)


def make_rows(session: Session) -> None:
    """One of everything, and text that a careless copy would break."""
    for name in dir(factories):
        if name.startswith("make_"):
            getattr(factories, name)(session)
    factories.make_provider(session, last_name="Tab\tand\nline\\end", remarks="Ünïcode “quotes” \\N \\. 😀")


def restored(db: Database, data_dir: Path, source: Path) -> Restored:
    return restore(db, data_dir, source, replace=True, now=LATER)


def contents(db: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of the models, except where a restore changes them on purpose."""
    with db.connect() as connection:
        tables = [t for t in Provider.metadata.sorted_tables if t.name not in {"web_session", "message", "enrollment"}]
        return {t.name: sorted(map(tuple, connection.execute(sa.select(t))), key=repr) for t in tables}


def count(db: Database, model: type[Provider]) -> int:
    with db.read() as session:
        return session.exec(select(func.count()).select_from(model)).one()


def add_provider(db: Database) -> None:
    with db.write() as session:
        factories.make_provider(session)


def test_everything_comes_back(db: Database, data_dir: Path, saved: backup.Saved) -> None:
    before = contents(db)
    add_provider(db)
    (data_dir / "files/ab/flyer.pdf").write_bytes(b"changed")
    result = restored(db, data_dir, saved.path)
    assert contents(db) == before
    assert (data_dir / "files/ab/flyer.pdf").read_bytes() == b"%PDF flyer"
    assert (data_dir / "flash.key").stat().st_mode & 0o777 == 0o600
    assert (result.rows, result.providers, result.files) == (saved.rows, saved.providers, saved.files)


def test_a_backup_counts_what_it_holds(db: Database, saved: backup.Saved) -> None:
    assert saved.providers == count(db, Provider)
    assert saved.files == 2
    assert saved.size == saved.path.stat().st_size
    assert saved.path.stat().st_mode & 0o777 == 0o600


def test_imports_drafts_and_other_backups_are_left_out(db: Database, data_dir: Path, saved: backup.Saved) -> None:
    backup.save(db, data_dir, data_dir / "mine.zip", now=NOW)
    again = backup.save(db, data_dir, saved.path, now=NOW)
    with zipfile.ZipFile(again.path) as bundle:
        names = {name for name in bundle.namelist() if name.startswith("files/")}
    assert names == {"files/files/ab/flyer.pdf", "files/flash.key"}


def test_new_rows_get_ids_after_the_restored_ones(db: Database, data_dir: Path, saved: backup.Saved) -> None:
    restored(db, data_dir, saved.path)
    add_provider(db)
    assert count(db, Provider) == saved.providers + 1


def test_search_triggers_work_after_a_restore(db: Database, data_dir: Path, saved: backup.Saved) -> None:
    restored(db, data_dir, saved.path)
    with db.connect() as connection:
        connection.execute(sa.text("DELETE FROM search_queue"))
        connection.execute(sa.update(Provider).values(city="Katy"))
        assert connection.execute(sa.text("SELECT count(*) FROM search_queue")).scalar() == saved.providers


def test_a_database_that_is_there_is_not_replaced_without_a_yes(
    db: Database, data_dir: Path, saved: backup.Saved
) -> None:
    add_provider(db)
    with pytest.raises(Refused, match="--yes"):
        restore(db, data_dir, saved.path, replace=False, now=LATER)
    assert count(db, Provider) == saved.providers + 1


def test_what_was_there_is_set_aside_whole(db: Database, data_dir: Path, saved: backup.Saved) -> None:
    add_provider(db)
    aside = restored(db, data_dir, saved.path).aside
    assert aside == data_dir / "before-restore-2026-03-04-190000"
    assert (aside / "files/ab/flyer.pdf").exists()
    if db.is_sqlite:
        old = Database(f"sqlite:///{aside / 'handoff.db'}")
        assert count(old, Provider) == saved.providers + 1
        old.dispose()
    else:
        restored(db, data_dir, aside / "database-and-files.zip")
        assert count(db, Provider) == saved.providers + 1


def test_nothing_is_restored_under_a_running_program(db: Database, data_dir: Path, saved: backup.Saved) -> None:
    running = Database(db.url.render_as_string(hide_password=False))
    count(running, Provider)
    try:
        with pytest.raises(Refused, match="has this database open"):
            restored(db, data_dir, saved.path)
    finally:
        running.dispose()
    restored(db, data_dir, saved.path)


def test_writers_may_go_on_while_it_is_saved(db: Database, data_dir: Path, target: Path) -> None:
    with db.write() as session:
        factories.make_provider(session, last_name="Unfinished")
        session.flush()
        saved = backup.save(db, data_dir, target, now=NOW)
        restored_rows = saved.providers
    assert restored_rows == count(db, Provider) - 1


def test_waiting_mail_is_held_because_it_may_have_been_sent_since(
    db: Database, data_dir: Path, saved: backup.Saved
) -> None:
    with db.write() as session:
        session.execute(sa.update(Message).values(state=MessageState.SENT))
    held = restored(db, data_dir, saved.path).held
    with db.read() as session:
        messages = session.exec(select(Message)).all()
    assert [(message.state, message.state_reason) for message in messages] == [("held", "restored")] * held
    assert held > 0


def test_sequences_wait_until_somebody_has_looked_because_steps_may_have_been_taken_since(
    db: Database, data_dir: Path, saved: backup.Saved
) -> None:
    restored(db, data_dir, saved.path)
    with db.read() as session:
        found = session.exec(select(Enrollment)).all()
    assert found
    assert {(each.state.value, each.state_reason, each.paused_until) for each in found} == {
        ("paused", "restored", None)
    }


def test_who_unsubscribed_since_the_backup_stays_suppressed(db: Database, data_dir: Path, saved: backup.Saved) -> None:
    with db.write() as session:
        factories.make_suppression(session, address="late@clinic.example")
    restored(db, data_dir, saved.path)
    with db.read() as session:
        assert "late@clinic.example" in session.exec(select(Suppression.address)).all()


def test_everybody_signs_in_again(db: Database, data_dir: Path, saved: backup.Saved) -> None:
    restored(db, data_dir, saved.path)
    with db.read() as session:
        assert session.exec(select(WebSession).where(col(WebSession.revoked_at).is_(None))).all() == []


def test_an_older_schema_is_brought_up_to_date(db: Database, data_dir: Path, saved: backup.Saved) -> None:
    restored(db, data_dir, saved.path)
    assert migrate.current(db) == migrate.head()


def test_a_truncated_backup_changes_nothing(db: Database, data_dir: Path, saved: backup.Saved) -> None:
    whole = saved.path.read_bytes()
    saved.path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refused, match="not a backup of Handoff, or not all of it"):
        restored(db, data_dir, saved.path)
    assert count(db, Provider) == saved.providers


@pytest.mark.parametrize("member", ["database", "files/flash.key"])
def test_a_flipped_byte_is_noticed_and_changes_nothing(
    member: str, db: Database, data_dir: Path, saved: backup.Saved
) -> None:
    name = ("database.sqlite" if db.is_sqlite else "tables/provider.copy") if member == "database" else member
    with zipfile.ZipFile(saved.path) as bundle:
        entry = bundle.getinfo(name)
    damaged = bytearray(saved.path.read_bytes())
    name_and_extra = sum(struct.unpack("<HH", damaged[entry.header_offset + 26 : entry.header_offset + 30]))
    damaged[entry.header_offset + 30 + name_and_extra + entry.compress_size // 2] ^= 0xFF
    saved.path.write_bytes(damaged)
    before = contents(db)
    with pytest.raises(Refused, match="damaged"):
        restored(db, data_dir, saved.path)
    assert contents(db) == before
    assert (data_dir / "files/ab/flyer.pdf").exists()


@pytest.mark.parametrize("change", [{"format": 99}, {"revision": "9999"}])
def test_a_backup_from_a_newer_version_says_so(
    change: dict[str, object], db: Database, data_dir: Path, saved: backup.Saved
) -> None:
    rewrite(saved.path, change)
    with pytest.raises(Refused, match="newer Handoff"):
        restored(db, data_dir, saved.path)


def test_a_backup_of_the_other_kind_of_database_is_refused(db: Database, data_dir: Path, saved: backup.Saved) -> None:
    rewrite(saved.path, {"database": "postgresql" if db.is_sqlite else "sqlite"})
    with pytest.raises(Refused, match="HANDOFF_DATABASE_URL"):
        restored(db, data_dir, saved.path)


def test_a_path_that_leads_outside_is_refused(db: Database, data_dir: Path, saved: backup.Saved) -> None:
    rewrite(saved.path, {"files": ["../../evil"]}, {"files/../../evil": b"x"})
    with pytest.raises(Refused, match="leads outside"):
        restored(db, data_dir, saved.path)


def test_another_zip_is_not_a_backup(db: Database, data_dir: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w") as bundle:
        bundle.writestr("letter.txt", "hello")
    with pytest.raises(Refused, match="not a backup"):
        restored(db, data_dir, target)
    with pytest.raises(Refused, match="not a backup"):
        backup.save(db, data_dir, target, now=NOW)
    assert zipfile.ZipFile(target).namelist() == ["letter.txt"]


def test_a_folder_gets_a_file_named_by_the_time(db: Database, data_dir: Path, target: Path) -> None:
    saved = backup.save(db, data_dir, target.parent, now=NOW)
    assert saved.path.name == "handoff-2026-03-04-160000.zip"
    assert os.listdir(target.parent) == [saved.path.name], "no drafts are left"


def test_a_missing_folder_is_named(db: Database, data_dir: Path, target: Path) -> None:
    with pytest.raises(Refused, match="no folder"):
        backup.save(db, data_dir, target.parent / "nowhere/a.zip", now=NOW)


def test_fourteen_nightly_copies_are_kept_on_sqlite(db: Database, data_dir: Path) -> None:
    made = [backup.nightly(db, data_dir, now=NOW + timedelta(days=day)) for day in range(16)]
    again = backup.nightly(db, data_dir, now=NOW + timedelta(days=15, hours=2))
    kept = sorted(path.name for path in (data_dir / "backups").glob("*")) if db.is_sqlite else []
    if not db.is_sqlite:
        assert sum(made) == again == 0
        return
    assert (sum(made), again, len(kept)) == (16, 0, 14)
    assert (kept[0], kept[-1]) == ("nightly-2026-03-06.zip", "nightly-2026-03-19.zip")
    assert all(archive.is_backup(data_dir / "backups" / name) for name in kept)


def rewrite(path: Path, change: dict[str, object], more: dict[str, bytes] | None = None) -> None:
    """The same backup with another manifest."""
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()} | (more or {})
    manifest = json.loads(members[archive.MANIFEST]) | change
    with zipfile.ZipFile(path, "w") as new:
        for name, content in members.items():
            new.writestr(name, json.dumps(manifest) if name == archive.MANIFEST else content)
