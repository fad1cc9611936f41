"""Transactions: nothing lost under concurrent writers, nothing written while reading."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm.models.accounts import Chore
from crm.store import engine
from crm.store.engine import Database, NestedWriteError

NOW = datetime(2026, 3, 4, tzinfo=UTC)

ADD_ONE = """
import sys
from crm.models.accounts import Chore
from crm.store.engine import Database
db = Database(sys.argv[1])
for _ in range(int(sys.argv[2])):
    with db.write() as session:
        chore = session.get_one(Chore, "count")
        chore.cursor = chore.cursor + 1
"""


def add_counter(db: Database) -> None:
    with db.write() as session:
        session.add(Chore(name="count", due_at=NOW))


def count(db: Database) -> int:
    with db.read() as session:
        return session.get_one(Chore, "count").cursor


def test_no_update_is_lost_when_several_processes_read_then_write(sqlite_db: Database) -> None:
    add_counter(sqlite_db)
    url = sqlite_db.url.render_as_string(hide_password=False)
    writers = [subprocess.Popen([sys.executable, "-c", ADD_ONE, url, "40"]) for _ in range(4)]
    assert [writer.wait(300) for writer in writers] == [0, 0, 0, 0]
    assert count(sqlite_db) == 160


def test_no_update_is_lost_when_several_threads_read_then_write(sqlite_db: Database) -> None:
    add_counter(sqlite_db)

    def add() -> None:
        for _ in range(25):
            with sqlite_db.write() as session:
                chore = session.get_one(Chore, "count")
                chore.cursor = chore.cursor + 1

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert count(sqlite_db) == 100


def test_an_error_rolls_everything_back_and_lets_the_next_one_write(db: Database) -> None:
    add_counter(db)
    with pytest.raises(ZeroDivisionError), db.write() as session:
        session.get_one(Chore, "count").cursor = 7
        session.flush()
        raise ZeroDivisionError
    with db.write() as session:
        session.get_one(Chore, "count").cursor += 1
    assert count(db) == 1


def test_a_reading_session_refuses_to_write(db: Database) -> None:
    with pytest.raises(RuntimeError, match="asked to write"), db.read() as session:
        session.add(Chore(name="x", due_at=NOW))
        session.flush()


def test_a_write_inside_a_write_is_named_instead_of_waiting_for_itself(db: Database) -> None:
    with pytest.raises(NestedWriteError), db.write(), db.write():
        pass


def test_reading_goes_on_while_somebody_writes(db: Database) -> None:
    add_counter(db)
    with db.write() as session:
        session.get_one(Chore, "count").cursor = 9
        session.flush()
        assert count(db) == 0
    assert count(db) == 9


def test_a_durable_write_waits_for_the_disk_and_the_next_one_does_not(sqlite_db: Database) -> None:
    def synchronous(*, durable: bool) -> int:
        with sqlite_db.write(durable=durable) as session:
            return int(session.connection().execute(sa.text("PRAGMA synchronous")).scalar_one())

    assert [synchronous(durable=True), synchronous(durable=False)] == [2, 1]


def test_foreign_keys_and_wal_are_on(sqlite_db: Database) -> None:
    with sqlite_db.read() as session:
        connection = session.connection()
        assert connection.execute(sa.text("PRAGMA foreign_keys")).scalar_one() == 1
        assert connection.execute(sa.text("PRAGMA journal_mode")).scalar_one() == "wal"


def test_the_database_folder_is_made(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'new' / 'handoff.db'}")
    assert db.path == tmp_path / "new" / "handoff.db"
    assert db.path.parent.is_dir()


def test_only_a_trusted_transaction_may_skip_looking_keys_up(sqlite_db: Database) -> None:
    orphan = "INSERT INTO provider_extra (provider_id, content) VALUES (12345, '{}')"
    with sqlite_db.write(trusted=True) as session:
        session.execute(sa.text(orphan))
        session.rollback()
    with pytest.raises(sa.exc.IntegrityError), sqlite_db.write() as session:
        session.execute(sa.text(orphan))


def test_a_connection_that_the_server_has_closed_is_replaced_after_a_rest(postgres_db: Database) -> None:
    def backend() -> int:
        with postgres_db.read() as session:
            return int(session.connection().execute(sa.text("SELECT pg_backend_pid()")).scalar_one())

    first = backend()
    assert backend() == first
    other = Database(postgres_db.url.render_as_string(hide_password=False))
    with other.connect() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": first})
    other.dispose()
    time.sleep(engine.RESTED + 0.1)
    assert backend() != first
