"""Column types and the base class that every table shares."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An instant. Takes aware datetimes only, stores UTC, gives back aware UTC on every database."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: instants must be aware")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumText(sa.types.TypeDecorator[StrEnum]):
    """A StrEnum stored by its value as plain text, so that adding a member needs no migration."""

    impl = sa.String(24)
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.enum(value)


def instant(*, null: bool = True, index: bool = False) -> Any:
    """An `_at` column."""
    default: dict[str, Any] = {"default": None} if null else {}
    return Field(**default, sa_type=UtcDateTime, nullable=null, index=index)


def choice(enum: type[StrEnum], default: StrEnum | None = None, *, null: bool = False, index: bool = False) -> Any:
    """A column of one of the values of `enum`."""
    extra: dict[str, Any] = {"default": default} if null or default is not None else {}
    return Field(**extra, sa_type=EnumText(enum), nullable=null, index=index)


def text(default: str = "") -> Any:
    """Free text, empty rather than null."""
    return Field(default=default, sa_type=sa.Text, nullable=False)


def json_map() -> Any:
    """A JSON object or list; empty object by default."""
    return Field(default_factory=dict, sa_type=sa.JSON, nullable=False)


def json_list() -> Any:
    """A JSON list; empty by default."""
    return Field(default_factory=list, sa_type=sa.JSON, nullable=False)


def added(default: str) -> dict[str, object]:
    """For a column that joined its table later: the value that rows from before have, which the database keeps."""
    return {"server_default": default}


def fk(target: str, *, null: bool = True, index: bool = True, cascade: bool = False) -> Any:
    """A reference to `table.column`."""
    extra: dict[str, Any] = {"default": None} if null else {}
    if cascade:
        extra["ondelete"] = "CASCADE"
    return Field(foreign_key=target, nullable=null, index=index, **extra)


def key() -> Any:
    """The integer primary key."""
    return Field(default=None, primary_key=True)


class Row(SQLModel):
    """Base of every table. Ids are assigned by the database on flush."""

    def __hash__(self) -> int:
        return id(self)
