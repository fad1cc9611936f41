"""Undoable changes, and the audit trail of overrides, sign-ins, exports and settings."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.models.types import Row, fk, instant, json_map, key


class ChangeSet(Row, table=True):
    """Everything one action changed. Undone only where the row still equals `after`."""

    __tablename__ = "change_set"

    id: int | None = key()
    kind: str = Field(max_length=40)
    label: str = ""
    actor_id: int | None = fk("user_account.id", index=False)
    import_id: int | None = Field(default=None, index=True)
    created_at: datetime = instant(null=False)
    undone_at: datetime | None = instant()
    undone_by: int | None = Field(default=None)
    kept: dict[str, object] = json_map()


class Change(Row, table=True):
    """One row before and after: only the columns that changed. No `before`: inserted. No `after`: removed."""

    __tablename__ = "change"

    id: int | None = key()
    change_set_id: int = fk("change_set.id", null=False, cascade=True)
    table_name: str = Field(max_length=40)
    row_id: int = 0
    before: dict[str, object] | None = Field(default=None, sa_type=sa.JSON)
    after: dict[str, object] | None = Field(default=None, sa_type=sa.JSON)


class AuditEntry(Row, table=True):
    """Who did something that is not about one provider, or overrode a check."""

    __tablename__ = "audit_entry"

    id: int | None = key()
    kind: str = Field(max_length=40, index=True)
    subject: str = ""
    detail: dict[str, object] = json_map()
    actor_id: int | None = fk("user_account.id", index=False)
    address: str = ""
    created_at: datetime = instant(null=False)
