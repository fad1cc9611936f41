"""Clients: a code and what a report needs, nothing that names a person."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.models.types import Row, added, fk, instant, key, text


class Client(Row, table=True):
    """Somebody referred, by initials or code. Full name and date of birth are never stored.

    `sex` is "female", "male" or empty, for norms that differ; pain scores are printed only with `shows_pain`.
    """

    __tablename__ = "client"

    id: int | None = key()
    code: str = Field(unique=True, max_length=24)
    birth_year: int | None = None
    sex: str = Field(default="", max_length=8, sa_column_kwargs=added(""))
    condition: str = text()
    precautions: str = Field(default="", sa_type=sa.Text, sa_column_kwargs=added(""))
    goals: str = Field(default="", sa_type=sa.Text, sa_column_kwargs=added(""))
    shows_pain: bool = Field(default=False, sa_column_kwargs=added("0"))
    sample: bool = False
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
    archived_at: datetime | None = instant()
