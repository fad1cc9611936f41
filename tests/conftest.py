"""Fixtures that every test may ask for: databases, the wired application with fakes, a signed-in browser."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy.engine import Engine

import crm.models  # noqa: F401  (registers the tables)
from crm.bootstrap import Handoff
from crm.config import Settings
from crm.models.accounts import Business, User
from crm.store import migrate
from crm.store.engine import Database
from tests import factories
from tests.factories import FakeClock

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.mail.imap_server import Dovecot
    from tests.postgres import Server

REQUIRE_ALL = os.environ.get("HANDOFF_REQUIRE_ALL") == "1"
PASSWORD = "correct horse battery"
MEMORY = Path("/dev/shm")
ROOM = 2 << 30


def _keep_temporary_files_in_memory() -> None:
    """Thousands of small databases are made and thrown away: on a disk, half of the time is waiting for it."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK | os.X_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        return
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None  # asked again


_keep_temporary_files_in_memory()  # before pytest chooses where its temporary folders are

# The same examples everywhere, and as long as they take: a busy machine is no fault of what is tested.
hypothesis_settings.register_profile("steady", deadline=None, derandomize=True)
hypothesis_settings.load_profile("steady")


# --- databases -------------------------------------------------------------------------------------------------------


def migrated(url: str) -> None:
    """Make the tables in this database."""
    db = Database(url)
    try:
        migrate.upgrade(db)
    finally:
        db.dispose()


@contextlib.contextmanager
def opened(url: str) -> Iterator[Database]:
    """A database, closed at the end."""
    db = Database(url)
    _share_what_was_compiled(db)
    try:
        yield db
    finally:
        db.dispose()


_first: dict[str, Engine] = {}


def _share_what_was_compiled(db: Database) -> None:
    """Statements are compiled once for all databases of a kind in this process, not by each test again.

    SQLAlchemy knows them by their dialect. Every mapper keeps what it compiled for the last hundred of those, so that
    one for each test also means gigabytes in the end.
    """
    kind = db.url.get_backend_name()
    if kind not in _first:
        db.engine.connect().close()  # where a dialect learns which server it is for
        _first[kind] = db.engine
    for engine in [each for each in vars(db).values() if isinstance(each, Engine)]:
        engine.dialect, engine._compiled_cache = _first[kind].dialect, _first[kind]._compiled_cache


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "handoff.db"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One server for this pytest process, started when a test first asks for it."""
    postgres = pytest.importorskip("tests.postgres", reason="psycopg is not installed", exc_type=ImportError)
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(postgres.server())
        except postgres.NoPostgres as error:
            pytest.skip(str(error))
        yield server


@pytest.fixture
def sqlite_db(_sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty SQLite database in a folder of its own."""
    path = tmp_path / "handoff.db"
    shutil.copyfile(_sqlite_template, path)
    with opened(f"sqlite:///{path}") as db:
        yield db


@pytest.fixture
def postgres_db(postgres_server: Server) -> Iterator[Database]:
    """A migrated, empty PostgreSQL database."""
    with postgres_server.database(migrated) as url, opened(url) as db:
        yield db


@pytest.fixture(params=["sqlite", "postgres"])
def db(request: pytest.FixtureRequest) -> Database:
    """A migrated, empty database: the test runs once on SQLite and once on PostgreSQL."""
    found: Database = request.getfixturevalue(f"{request.param}_db")
    return found


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables, on each of the two."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Server = request.getfixturevalue("postgres_server")
    with server.empty_database() as url:
        yield url


@pytest.fixture(scope="session")
def imap_server() -> Iterator[Dovecot]:
    """A real IMAP server for this pytest process. Tests take users of their own names."""
    from tests.mail import imap_server

    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(imap_server.dovecot())
        except imap_server.NoDovecot as error:
            pytest.skip(str(error))
        yield server


# --- the application -------------------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands at `factories.NOW` until it is told to `advance`."""
    return FakeClock()


@pytest.fixture
def handoff(sqlite_db: Database, tmp_path: Path, clock: FakeClock) -> Handoff:
    """The wired application on SQLite with a fixed clock, a business and its owner."""
    settings = Settings(data_dir=tmp_path, database_url=str(sqlite_db.url))
    with sqlite_db.write() as session:
        factories.make_business(session)
        factories.make_user(session, password=PASSWORD)
    return Handoff(settings=settings, db=sqlite_db, clock=clock)


@pytest.fixture
def owner(handoff: Handoff) -> User:
    """The owner's account, whose password is `tests.conftest.PASSWORD`."""
    with handoff.db.read() as session:
        return session.get_one(User, 1)


@pytest.fixture
def business(handoff: Handoff) -> Business:
    """The one business."""
    with handoff.db.read() as session:
        return session.get_one(Business, 1)


@pytest.fixture
def visitor(handoff: Handoff) -> FlaskClient:
    """A test client that nobody has signed in."""
    from tests.apps import app_for

    return app_for(handoff).test_client()


@pytest.fixture
def client(visitor: FlaskClient, owner: User) -> FlaskClient:
    """A test client signed in as the owner."""
    answer = visitor.post("/login", data={"email": owner.email, "password": PASSWORD}, headers=SAME_SITE)
    assert answer.status_code == 303, answer.text
    return visitor


SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real sample data named by HANDOFF_CORPUS, which is not part of the repository."""
    folder = os.environ.get("HANDOFF_CORPUS")
    if not folder:
        pytest.skip("HANDOFF_CORPUS is not set")
    return Path(folder).resolve()


# --- memory ----------------------------------------------------------------------------------------------------------


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: the garbage collector need not look at it again.

    Collections of the oldest generation wait until it has grown by a quarter: with a million objects of modules and
    tests in it, engines and applications of thousands of tests stayed behind, gigabytes of them.
    """
    gc.collect()
    gc.freeze()


# --- coverage --------------------------------------------------------------------------------------------------------


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Coverage is counted in what runs on SQLite and without a browser: the tracer nearly doubles the time of a test,
    and the second database and the browser run the same lines over again.
    """
    for item in items:
        names = getattr(item, "fixturenames", ())
        on_postgres = "postgres" in getattr(getattr(item, "callspec", None), "params", {}).values()
        if on_postgres or "postgres_db" in names or item.get_closest_marker("e2e"):
            item.add_marker("no_cover")


# --- nothing is skipped in CI ----------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """With HANDOFF_REQUIRE_ALL=1 a skipped test is a failed one."""
    report = yield
    return _required(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Any:
    """The same for modules that skip themselves as a whole."""
    report = yield
    return _required(report)


def _required(report: Any) -> Any:
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"HANDOFF_REQUIRE_ALL=1, but this was skipped: {reason}"
    return report
