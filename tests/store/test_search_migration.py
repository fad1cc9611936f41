"""The search tables on PostgreSQL without a superuser."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest
import sqlalchemy as sa

from crm.store import migrate
from crm.store.engine import Database

if TYPE_CHECKING:
    from tests.postgres import Server


@contextlib.contextmanager
def account(server: Server, url: str) -> Iterator[str]:
    """The URL for an account that is nobody special, in the database of `url`."""
    name = f"plain_{secrets.token_hex(4)}"
    admin = sa.make_url(url).set(drivername="postgresql")
    with psycopg.connect(admin.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'".encode())
        connection.execute(f"GRANT ALL ON SCHEMA public TO {name}".encode())
        try:
            yield sa.make_url(url).set(username=name, password=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f"DROP OWNED BY {name} CASCADE".encode())
            connection.execute(f"DROP ROLE {name}".encode())


def admin_runs(url: str, statement: str) -> None:
    admin = sa.make_url(url).set(drivername="postgresql")
    with psycopg.connect(admin.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(statement.encode())


def test_without_the_extension_the_error_says_what_to_ask_for(postgres_server: Server) -> None:
    with postgres_server.empty_database() as url, account(postgres_server, url) as plain:
        db = Database(plain)
        with pytest.raises(RuntimeError, match="CREATE EXTENSION pg_trgm"):
            migrate.upgrade(db)
        db.dispose()


def test_with_the_extension_there_no_right_is_needed(postgres_server: Server) -> None:
    with postgres_server.empty_database() as url, account(postgres_server, url) as plain:
        admin_runs(url, "CREATE EXTENSION pg_trgm")
        db = Database(plain)
        assert migrate.upgrade(db)
        db.dispose()
