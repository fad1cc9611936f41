"""What removing sample rows needs for every table: its columns, and forgetting what could be undone."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel, col

from crm.models.audit import Change, ChangeSet


def forget_rows(connection: sa.Connection, table: type[SQLModel], mine: sa.ColumnElement[Any]) -> None:
    """Undo entries of rows that go: their ids may be given to other rows later."""
    named = sa.and_(
        col(Change.table_name) == str(table.__tablename__),
        col(Change.row_id).in_(sa.select(columns_of(table).id).where(mine)),
    )
    emptied = list(connection.execute(sa.select(col(Change.change_set_id)).where(named).distinct()).scalars())
    connection.execute(sa.delete(Change).where(named))
    left = sa.exists().where(col(Change.change_set_id) == col(ChangeSet.id))
    connection.execute(sa.delete(ChangeSet).where(col(ChangeSet.id).in_(emptied), ~left))


def columns_of(table: type[SQLModel]) -> sa.sql.base.ReadOnlyColumnCollection[str, sa.Column[object]]:
    """The columns of a table by name."""
    found: sa.Table = table.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
    return found.c
