"""A throw-away PostgreSQL server for benchmarks: the tests' own, but durable, as one in real life is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from crm.store import migrate
from crm.store.engine import Database
from tests import postgres as server_of_tests

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty, migrated database."""
    server_of_tests.SETTINGS.update(DURABLE)
    with server_of_tests.server() as running, running.database(_migrate) as url:
        yield url


def _migrate(url: str) -> None:
    db = Database(url)
    migrate.upgrade(db)
    db.dispose()
