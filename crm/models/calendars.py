"""Calendars: feeds that others read, and busy times that we read."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.models.types import Row, fk, instant, json_list, key, text

TO_READ = sa.text("archived_at IS NULL AND next_at IS NOT NULL")


class CalendarFeed(Row, table=True):
    """A private address under which a calendar program reads somebody's days. The address holds the token, the row
    only its hash. `parts` names what is in it: visits, followups, reports.
    """

    __tablename__ = "calendar_feed"

    id: int | None = key()
    user_id: int = fk("user_account.id", null=False, cascade=True)
    name: str = Field(max_length=80)
    token_hash: str = Field(unique=True, max_length=64)
    parts: list[str] = json_list()
    created_at: datetime = instant(null=False)
    fetched_at: datetime | None = instant()
    fetched_by: str = Field(default="", max_length=200)
    revoked_at: datetime | None = instant()


class BusyCalendar(Row, table=True):
    """A calendar of somebody's that tells when they are busy: an address that is read again, or a file read once.

    The address is a secret and encrypted with the key file of the data folder. It is due at `next_at`; a worker reads
    it while it holds the lease.
    """

    __tablename__ = "busy_calendar"
    __table_args__ = (sa.Index("ix_busy_calendar_due", "next_at", sqlite_where=TO_READ, postgresql_where=TO_READ),)

    id: int | None = key()
    user_id: int = fk("user_account.id", null=False, cascade=True)
    name: str = Field(max_length=80)
    secret: str = text()
    file_name: str = Field(default="", max_length=200)
    etag: str = Field(default="", max_length=200)
    events: int = 0
    error: str = Field(default="", max_length=300)
    failures: int = 0
    read_at: datetime | None = instant()
    next_at: datetime | None = instant()
    lease_owner: str = ""
    lease_until: datetime | None = instant()
    created_at: datetime = instant(null=False)
    archived_at: datetime | None = instant()


class BusyTime(Row, table=True):
    """When somebody is busy, and nothing about why."""

    __tablename__ = "busy_time"
    __table_args__ = (sa.Index("ix_busy_time_user", "user_id", "ends_at", "starts_at"),)

    id: int | None = key()
    calendar_id: int = fk("busy_calendar.id", null=False, cascade=True)
    user_id: int = fk("user_account.id", null=False, index=False, cascade=True)
    starts_at: datetime = instant(null=False)
    ends_at: datetime = instant(null=False)
    all_day: bool = False
