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
OR (EXISTS (SELECT 1 FROM deactivated_npi)
    AND EXISTS (SELECT 1 FROM ready_provider r CROSS JOIN deactivated_npi d WHERE d.npi = r.npi))
"""
_UNNAMED = """
SELECT r.display_name, {id}, p.id FROM ready_provider r CROSS JOIN practice p
WHERE r.kind = 'organization' AND r.display_name <> '' AND r.country IS NOT NULL
AND p.address_key = r.address_key AND p.name = ''
"""
_PRACTICES = """
INSERT INTO practice ({names}, name, organization_id, {same})
SELECT {values}, CASE WHEN r.kind = 'organization' THEN r.display_name ELSE '' END,
CASE WHEN r.kind = 'organization' THEN {id} END, {constants}
FROM ready_provider r WHERE r.country IS NOT NULL ON CONFLICT (address_key) DO NOTHING
"""
_PROVIDERS = """
INSERT INTO provider (id, practice_id, practice_name, {names}, {same})
SELECT {id}, p.id, COALESCE(p.name, ''), {values}, {constants}
FROM ready_provider r LEFT JOIN practice p ON p.address_key = r.address_key
"""
_SOURCES = """
INSERT INTO provider_source (provider_id, content, {same}) SELECT {id}, r.content, {constants} FROM ready_provider r
"""
_BOUNDS = """
SELECT (SELECT {id} FROM ready_provider r ORDER BY r.n LIMIT 1),
(SELECT {id} FROM ready_provider r ORDER BY r.n DESC LIMIT 1)
"""
_COPIED = """
CREATE TEMP TABLE ready_provider ON COMMIT DROP AS
SELECT 0 AS n, {names}, r.address_key, '' AS content, {practice_names}, p.id FROM provider p, practice r LIMIT 0;
ALTER TABLE ready_provider ALTER id SET DEFAULT nextval(pg_get_serial_sequence('provider', 'id'));
"""


class Fresh:
    """The rows of a file, in a transaction that was begun `beside` it on SQLite."""

    def __init__(self, session: Session, names: Sequence[str], practice_names: Sequence[str]) -> None:
        self._session = session
        self._names, self._practice_names = names, practice_names
        self._is_sqlite = bulk.is_sqlite(session)
        self._id = "r.id"
        if self._is_sqlite:
            self._id = f"{bulk.new_ids(session, PROVIDER, 1)[0] - 1} + r.n"

    def load(self, path: Path) -> None:
        """Put the rows where the statements look for them. On SQLite they are there already."""
        if self._is_sqlite:
            return
        names = ", ".join(f"p.{name}" for name in self._names)
        practice_names = ", ".join(f"r.{name}" for name in ready_files.OF_PRACTICE)
        self._run(_COPIED.format(names=names, practice_names=practice_names))
        columns = ("n", *self._names, "address_key", "content", *ready_files.OF_PRACTICE)
        bulk.copy_file(self._session, f"ready_provider ({', '.join(columns)})", path)

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
            first, last = self._session.connection().execute(sa.text(_BOUNDS.format(id=self._id))).one()
            directory.insert_primary_affiliations(self._session, first, last, run_id=run_id)
            directory.queue_for_search(self._session, first, last)

    def _name_practices(self) -> None:
        found = self._session.connection().execute(sa.text(_UNNAMED.format(id=self._id))).all()
        if found:
            directory.name_practices(self._session, [tuple(row) for row in found])

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
            )
        )

    def _run(self, statement: str) -> None:
        bulk.run(self._session, statement)
