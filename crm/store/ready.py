"""Bring rows in that are ready (see `ready_files`), all new providers: a few statements for thousands of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session

from crm.models.practices import Practice
from crm.models.providers import Provider
from crm.store import bulk, directory, ready_files
from crm.store.directory import NPPES, PROVIDER

_KNOWN = """
SELECT 1 WHERE EXISTS (SELECT 1 FROM ready_provider r CROSS JOIN provider p WHERE p.npi = r.npi)
OR EXISTS (SELECT 1 FROM ready_provider r CROSS JOIN deactivated_npi d WHERE d.npi = r.npi)
"""
_UNNAMED = """
SELECT r.name, {owner}, p.id FROM {practices} CROSS JOIN practice p
WHERE r.name <> '' AND p.address_key = r.address_key AND p.name = ''
"""
_PRACTICES = """
INSERT INTO practice ({names}, name, organization_id, {same})
SELECT {values}, r.name, {owner}, {constants} FROM {practices} WHERE TRUE ON CONFLICT (address_key) DO NOTHING
"""
_PROVIDERS = """
INSERT INTO provider (id, practice_id, practice_name, {names}, {same})
SELECT {id}, p.id, COALESCE(p.name, ''), {values}, {constants}
FROM ready_provider r LEFT JOIN practice p ON p.address_key = r.address_key ORDER BY r.n
"""
_SOURCES = """
INSERT INTO provider_source (provider_id, content, {same}) SELECT {id}, r.content, {constants} FROM ready_provider r
"""
_COPIED = """
CREATE TEMP TABLE ready_provider ON COMMIT DROP AS
SELECT 0 AS n, {names}, '' AS address_key, '' AS content, id FROM provider LIMIT 0;
ALTER TABLE ready_provider ALTER id SET DEFAULT nextval(pg_get_serial_sequence('provider', 'id'));
CREATE TEMP TABLE ready_practice ON COMMIT DROP AS SELECT {practice_names}, name, 0 AS owner FROM practice LIMIT 0;
"""


class Fresh:
    """The rows of a file, in a transaction that was begun `beside` it on SQLite."""

    def __init__(self, session: Session, names: Sequence[str], practice_names: Sequence[str]) -> None:
        self._session = session
        self._names, self._practice_names = names, practice_names
        self._is_sqlite = bulk.is_sqlite(session)
        self._id, self._owner = "r.id", "o.id"
        self._practices = "ready_practice r LEFT JOIN ready_provider o ON o.n = r.owner"
        if self._is_sqlite:
            base = bulk.new_ids(session, PROVIDER, 1)[0] - 1
            self._id, self._owner, self._practices = f"{base} + r.n", f"{base} + r.owner", "ready_practice r"

    def load(self, path: Path) -> None:
        """Put the rows where the statements look for them. On SQLite they are there already."""
        if self._is_sqlite:
            return
        names = ", ".join(self._names)
        self._run(_COPIED.format(names=names, practice_names=", ".join(self._practice_names)))
        tables = (f"ready_provider (n, {names}, address_key, content)", "ready_practice")
        for table, source in zip(tables, ready_files.text_paths(path), strict=True):
            bulk.copy_file(self._session, table, source)

    def is_known(self) -> bool:
        """Whether any of them is no news."""
        return self._session.connection().execute(sa.text(_KNOWN)).first() is not None

    def insert(self, *, run_id: int, actor_id: int | None, now: datetime) -> None:
        """Providers, where they work and what was said about them."""
        self._name_practices()
        with bulk.trusting(self._session):
            stamped: dict[str, object] = {"import_id": run_id, "created_at": now, "updated_at": now}
            self._insert_practices(stamped)
            made = stamped | {"stage_at": now, "created_by": actor_id}
            names = ("id", "practice_id", "practice_name", *self._names, *made)
            self._insert(_PROVIDERS, self._names, bulk.defaults(Provider, names) | made)
            said = {"source": NPPES, "import_id": run_id, "row_hash": "", "seen_at": now}
            self._insert(_SOURCES, (), said)
            bounds = f"SELECT min({self._id}), max({self._id}) FROM ready_provider r"
            first, last = self._session.connection().execute(sa.text(bounds)).one()
            directory.insert_primary_affiliations(self._session, first, last, run_id=run_id)
            directory.queue_for_search(self._session, first, last)

    def _name_practices(self) -> None:
        unnamed = (
            self._session.connection()
            .execute(sa.text(_UNNAMED.format(owner=self._owner, practices=self._practices)))
            .all()
        )
        if unnamed:
            directory.name_practices(self._session, [tuple(row) for row in unnamed])

    def _insert_practices(self, stamped: Mapping[str, object]) -> None:
        names = (*self._practice_names, "name", "organization_id", *stamped)
        constants = bulk.defaults(Practice, names) | dict(stamped)
        self._insert(_PRACTICES, self._practice_names, constants)

    def _insert(self, statement: str, names: Sequence[str], same: Mapping[str, object]) -> None:
        self._run(
            statement.format(
                names=", ".join(names),
                values=", ".join(f"r.{name}" for name in names),
                same=", ".join(same),
                constants=", ".join(bulk.literal(self._session, value) for value in same.values()),
                id=self._id,
                owner=self._owner,
                practices=self._practices,
            )
        )

    def _run(self, statement: str) -> None:
        bulk.run(self._session, statement)
