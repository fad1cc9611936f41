"""The database connection: how transactions begin and end on SQLite and PostgreSQL.

SQLite's defaults under SQLAlchemy lose updates silently when several processes write. So connections are opened in
autocommit mode and every transaction begins by hand: `BEGIN IMMEDIATE` for writers, behind a file lock that makes
waiting fair, and plain `BEGIN` for readers, which WAL never blocks.
"""

from __future__ import annotations

import contextlib
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session as OrmSession
from sqlmodel import Session

if sys.platform != "win32":
    import fcntl

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=15000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-16384",
    "PRAGMA mmap_size=134217728",
)
RESTED = 1.0
"""Seconds after which a PostgreSQL connection is asked whether it still lives: always would cost each use a trip."""

_USUAL = {
    "synchronous": "NORMAL",
    "foreign_keys": "ON",
    "temp_store": "MEMORY",
    "cache_size": "-16384",
    "wal_autocheckpoint": "1000",
    "mmap_size": "134217728",
}
_DURABLE = {"synchronous": "FULL"}
#: Much is written at once: fewer checkpoints, and no map of the file that counts as our memory.
_LOADING = {"wal_autocheckpoint": "8000", "mmap_size": "0"}
_TRUSTED = _LOADING | {"foreign_keys": "OFF", "cache_size": "-8192"}
#: A large index is sorted in pieces that fit the processor's cache, which SQLite does only with files.
_SORTING = _LOADING | {"temp_store": "FILE", "cache_size": "-1024"}


class NestedWriteError(RuntimeError):
    """A write transaction was opened inside another one on the same thread, which would wait for itself."""


class Database:
    """One database, given by URL (`sqlite:///file` or `postgresql+psycopg://…`)."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        if self.url.drivername in {"postgresql", "postgres"}:
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgres_engine(self.url)
        reading = {"readonly": True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._reader = self.engine.execution_options(**reading)
        self._looker = self.engine.execution_options(**reading, single=True)
        self._durable = self.engine.execution_options(settings=_DURABLE)
        self._trusted = self.engine.execution_options(settings=_TRUSTED)
        self._sorting = self.engine.execution_options(settings=_SORTING)
        self._writing = threading.local()
        self.before_commit: list[Callable[[Session], None]] = []

    @property
    def path(self) -> Path | None:
        """The SQLite file, or None on PostgreSQL."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """A session for queries. Flushing a change in it is an error."""
        with Session(self._reader, expire_on_commit=False, info={"readonly": True}) as session:
            yield session

    @contextlib.contextmanager
    def write(
        self, *, durable: bool = False, trusted: bool = False, sorting: bool = False, beside: Path | None = None
    ) -> Iterator[Session]:
        """A transaction: committed when the block ends, rolled back when it raises.

        `durable` makes SQLite wait until the commit is on disk (PostgreSQL always does). `trusted` keeps SQLite from
        looking every foreign key up, for bulk work whose keys were all read or made in the same transaction; it may
        delete nothing that others refer to, since nothing cascades. `sorting` is for making indexes. `beside` is
        another SQLite file to read from.
        """
        if getattr(self._writing, "on", False):
            raise NestedWriteError("db.write() inside db.write(): pass the session instead")
        self._writing.on = True
        try:
            bind = self._durable if durable else self._trusted if trusted else self._sorting if sorting else self.engine
            bind = bind.execution_options(beside=str(beside)) if beside and self.is_sqlite else bind
            with Session(bind, expire_on_commit=False) as session, session.begin():
                yield session
                for last_word in self.before_commit:
                    last_word(session)
        finally:
            self._writing.on = False

    @contextlib.contextmanager
    def look(self) -> Iterator[Connection]:
        """A bare connection for one query: a statement sees one state by itself, so no transaction is begun for it.

        For what every page asks, where a session would cost as much as the query.
        """
        with self._looker.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def connect(self) -> Iterator[Connection]:
        """A bare connection in a write transaction, for bulk work by the driver."""
        with self.engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def at_once(self) -> Iterator[Connection]:
        """A bare connection for what PostgreSQL can be told in one statement, which is a durable transaction by itself:
        nothing need be begun and committed for it. On SQLite, a durable transaction of any number of statements.
        """
        with self._durable.begin() if self.is_sqlite else self._looker.connect() as connection:
            yield connection

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


@sa.event.listens_for(OrmSession, "before_flush")
def _refuse_writes_while_reading(session: OrmSession, *_: Any) -> None:
    if session.info.get("readonly"):
        raise RuntimeError("a reading session was asked to write: use db.write()")


def _postgres_engine(url: sa.URL) -> Engine:
    engine = sa.create_engine(url, pool_size=8, max_overflow=8, hide_parameters=True)

    @sa.event.listens_for(engine, "checkin")
    def _rests(_dbapi: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def _still_lives(dbapi: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", time.monotonic()) < RESTED:
            return
        try:
            engine.dialect.do_ping(dbapi)
        except engine.dialect.loaded_dbapi.Error as error:
            raise sa.exc.DisconnectionError("the server has closed a connection that rested") from error

    return engine


def _sqlite_engine(url: sa.URL) -> Engine:
    path = Path(url.database or "handoff.db")
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, pool_size=8, max_overflow=8, hide_parameters=True, connect_args={"timeout": 15})
    lock_path = path.with_name(path.name + ".lock")

    @sa.event.listens_for(engine, "connect")
    def _connect(dbapi: sqlite3.Connection, record: Any) -> None:
        dbapi.isolation_level = None
        for pragma in PRAGMAS:
            dbapi.execute(pragma)
        record.info["queue"] = WriteQueue(lock_path)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if not options.get("readonly"):
            _begin_writing(connection, options)
        elif not options.get("single"):
            connection.exec_driver_sql("BEGIN")

    @sa.event.listens_for(engine, "reset")
    def _reset(dbapi: sqlite3.Connection, record: Any, _state: Any) -> None:
        if dbapi.in_transaction:
            dbapi.rollback()
        record.info["queue"].leave()
        _detach(dbapi, record)

    @sa.event.listens_for(engine, "close")
    def _close(_dbapi: sqlite3.Connection, record: Any) -> None:
        record.info["queue"].close()

    return engine


def _begin_writing(connection: Connection, options: Mapping[str, Any]) -> None:
    _set(connection, options.get("settings", {}))
    _attach(connection, options.get("beside"))
    connection.info["queue"].enter()
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except BaseException:
        connection.info["queue"].leave()
        raise


def _set(connection: Connection, wanted: Mapping[str, str]) -> None:
    """Give this connection these settings, and the usual ones for the others; new ones have what PRAGMAS says."""
    now: dict[str, str] = connection.info.setdefault("settings", dict(_USUAL))
    for pragma, usual in _USUAL.items():
        if now[pragma] != (value := wanted.get(pragma, usual)):
            connection.exec_driver_sql(f"PRAGMA {pragma}={value}")
            now[pragma] = value


def _attach(connection: Connection, path: str | None) -> None:
    if path is not None:
        connection.exec_driver_sql("ATTACH ? AS beside", (path,))
        connection.info["beside"] = path


def _detach(dbapi: sqlite3.Connection, record: Any) -> None:
    if record.info.pop("beside", None):
        dbapi.execute("DETACH beside")


class WriteQueue:
    """The place in line of one connection: a file lock, held from before BEGIN IMMEDIATE until the reset."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._held = False

    def enter(self) -> None:
        """Wait for the turn to write."""
        if sys.platform == "win32":  # there busy_timeout alone has to do
            return
        if self._file is None:
            self._file = self._path.open("ab")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self._held = True

    def leave(self) -> None:
        """Let the next one write."""
        if sys.platform != "win32" and self._held and self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
            self._held = False

    def close(self) -> None:
        """Give up the file as well."""
        if self._file is not None:
            self._file.close()
            self._file = None
            self._held = False
