"""Column types keep what they are given, and refuse what would be ambiguous."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import StatementError

from crm.models.audit import AuditEntry
from crm.models.providers import Provider
from crm.store.engine import Database

NOW = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)


def entry_at(when: datetime) -> AuditEntry:
    return AuditEntry(kind="test", created_at=when)


def test_an_instant_comes_back_aware_and_in_utc_whatever_zone_it_was_given_in(db: Database) -> None:
    given = NOW.astimezone(timezone(timedelta(hours=-6)))
    with db.write() as session:
        entry = entry_at(given)
        session.add(entry)
        session.flush()
        entry_id = entry.id
    with db.read() as session:
        back = session.get_one(AuditEntry, entry_id).created_at
    assert back == NOW
    assert back.tzinfo is UTC or back.utcoffset() == timedelta(0)


def test_a_naive_datetime_is_refused(db: Database) -> None:
    with pytest.raises(StatementError, match="must be aware"), db.write() as session:
        session.add(entry_at(NOW.replace(tzinfo=None)))
        session.flush()


def test_an_unknown_enum_value_is_refused(db: Database) -> None:
    with pytest.raises(StatementError, match="nonsense"), db.write() as session:
        session.add(Provider(display_name="A", sort_name="a", stage="nonsense", created_at=NOW, updated_at=NOW))
        session.flush()
