"""Imports: what came in, from where, and what became of each row."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.kinds import ImportKind, ImportState
from crm.models.types import Row, choice, fk, instant, json_list, json_map, key, text


class ImportRun(Row, table=True):
    """One import. `counts` holds rows, new, changed, unchanged, deactivated and skipped by reason."""

    __tablename__ = "import_run"
    __table_args__ = (sa.Index("ix_import_run_state", "state", "id"),)

    id: int | None = key()
    kind: ImportKind = choice(ImportKind)
    name: str = ""
    path: str = text()
    size: int = 0
    options: dict[str, object] = json_map()
    state: ImportState = choice(ImportState, ImportState.QUEUED)
    progress: int = 0
    counts: dict[str, object] = json_map()
    fields: dict[str, object] = json_map()
    kept: dict[str, object] = json_map()
    error: str = text()
    cursor: int = 0
    seconds: float = 0
    lease_owner: str = ""
    lease_until: datetime | None = instant()
    actor_id: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
    finished_at: datetime | None = instant()
    undone_at: datetime | None = instant()


class ImportSkip(Row, table=True):
    """A row that was not taken: its line, the reason and what it said, the first thousand of an import."""

    __tablename__ = "import_skip"

    id: int | None = key()
    import_id: int = fk("import_run.id", null=False, cascade=True)
    line: int = 0
    reason: str = ""
    content: str = text()


class ImportRow(Row, table=True):
    """A staged row of a list of contacts, which people look at and mend before it is applied.

    `cells` are as written; `content` is what would be taken from them; `verdict` is new, changed, unchanged or skipped.
    """

    __tablename__ = "import_row"
    __table_args__ = (sa.Index("ix_import_row_verdict", "import_id", "verdict", "line"),)

    id: int | None = key()
    import_id: int = fk("import_run.id", null=False, index=False, cascade=True)
    line: int = 0
    cells: list[str] = json_list()
    content: dict[str, object] = json_map()
    problems: dict[str, object] = json_map()
    verdict: str = Field(default="", max_length=12)
    reason: str = ""
    provider_id: int | None = Field(default=None)


class DeactivatedNpi(Row, table=True):
    """A deactivated NPI of the directory that is no provider here; kept so that it is new only once."""

    __tablename__ = "deactivated_npi"

    npi: str = Field(primary_key=True, max_length=10)
    deactivated_on: date
    import_id: int | None = Field(default=None, index=True)
