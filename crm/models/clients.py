"""Clients: a code and what a report needs, nothing that names a person."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from crm.models.types import Row, fk, instant, key, text


class Client(Row, table=True):
    """Somebody referred, by initials or code. Full name and date of birth are never stored."""

    __tablename__ = "client"

    id: int | None = key()
    code: str = Field(unique=True, max_length=24)
    birth_year: int | None = None
    condition: str = text()
    sample: bool = False
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
