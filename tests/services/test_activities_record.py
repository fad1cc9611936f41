"""Recording a line keeps the provider's last touch true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from crm.domain.kinds import ActivityKind
from crm.models.providers import Provider
from crm.services import activities
from crm.store.engine import Database

NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)


def add_provider(session: Session) -> Provider:
    provider = Provider(display_name="Dr. Ada Stone", sort_name="stone ada", created_at=NOW, updated_at=NOW)
    session.add(provider)
    session.flush()
    return provider


def test_a_note_is_no_touch(db: Database) -> None:
    with db.write() as session:
        provider = add_provider(session)
        activities.record(session, provider, ActivityKind.NOTE, actor_id=None, now=NOW)
        assert (provider.touch_count, provider.last_touch_at) == (0, None)


def test_yesterdays_call_logged_today_does_not_hide_todays_visit(db: Database) -> None:
    with db.write() as session:
        provider = add_provider(session)
        activities.record(session, provider, ActivityKind.VISIT, actor_id=None, now=NOW)
        yesterday = NOW - timedelta(days=1)
        activities.record(session, provider, ActivityKind.CALL, actor_id=None, now=NOW, happened_at=yesterday)
        assert (provider.touch_count, provider.last_touch_at, provider.last_touch_kind) == (
            2,
            NOW,
            ActivityKind.VISIT,
        )
