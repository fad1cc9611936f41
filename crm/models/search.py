"""Which providers the search tables don't know yet.

Triggers of migration 0002 write here whenever a provider, its practice or its timeline changes in a way that search
shows, so that no writer can forget it. The search tables themselves are made there too.
"""

from __future__ import annotations

from sqlmodel import Field

from crm.models.types import Row


class SearchQueue(Row, table=True):
    """A provider whose search entry is out of date, or missing."""

    __tablename__ = "search_queue"

    provider_id: int = Field(primary_key=True)
