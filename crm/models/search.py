"""Which providers the search tables don't know yet. The tables themselves are made by migration 0002."""

from __future__ import annotations

from sqlmodel import Field

from crm.models.types import Row


class SearchQueue(Row, table=True):
    """A provider whose search entry is out of date. New rows above the high-water mark need no entry here."""

    __tablename__ = "search_queue"

    provider_id: int = Field(primary_key=True)
