"""Undo puts back what still stands as the action left it, and names the rest."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session, select

from crm.domain.errors import NotFound, Refused
from crm.domain.kinds import ActivityKind
from crm.domain.pipeline import Stage
from crm.models.activities import Activity
from crm.models.providers import Provider, Tag
from crm.services import activities, changes
from crm.store.engine import Database

NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)
LATER = datetime(2026, 3, 5, 15, tzinfo=UTC)


def add_provider(session: Session) -> Provider:
    provider = Provider(display_name="Dr. Ada Stone", sort_name="stone ada", created_at=NOW, updated_at=NOW)
    session.add(provider)
    session.flush()
    return provider


def move(db: Database, **values: object) -> tuple[int, int]:
    """Change a new provider with `values`; gives the provider's id and the change set's."""
    with db.write() as session:
        provider = add_provider(session)
        recorder = changes.begin(session, "move", "Moved", actor_id=None, now=NOW)
        recorder.update(provider, **values)
        assert provider.id is not None
        return provider.id, recorder.id


def test_every_kind_of_value_goes_back_to_what_it_was(db: Database) -> None:
    values: dict[str, object] = {
        "stage": Stage.NOT_NOW,
        "stage_at": NOW,
        "return_on": date(2026, 6, 1),
        "fit": 80,
        "edited_fields": ["phone"],
        "is_peer": True,
    }
    provider_id, change_set_id = move(db, **values)
    assert changes.undo(db, change_set_id, actor_id=None, now=LATER) == []
    with db.read() as session:
        provider = session.get_one(Provider, provider_id)
        assert (provider.stage, provider.stage_at, provider.return_on) == (Stage.PROSPECT, None, None)
        assert (provider.fit, provider.edited_fields, provider.is_peer) == (0, [], False)


def test_a_column_changed_since_is_kept_and_named_while_the_others_go_back(db: Database) -> None:
    provider_id, change_set_id = move(db, stage=Stage.CONTACTED, city="Houston")
    with db.write() as session:
        session.get_one(Provider, provider_id).stage = Stage.PARTNER
    assert changes.undo(db, change_set_id, actor_id=None, now=LATER) == [
        "Provider Dr. Ada Stone: stage was changed since"
    ]
    with db.read() as session:
        provider = session.get_one(Provider, provider_id)
        assert (provider.stage, provider.city) == (Stage.PARTNER, "")


def test_the_same_action_is_undone_only_once(db: Database) -> None:
    _, change_set_id = move(db, city="Houston")
    changes.undo(db, change_set_id, actor_id=None, now=LATER)
    with pytest.raises(Refused, match="already"):
        changes.undo(db, change_set_id, actor_id=None, now=LATER)


def test_an_unknown_change_set_is_not_found(db: Database) -> None:
    with pytest.raises(NotFound):
        changes.undo(db, 999, actor_id=None, now=LATER)


def test_an_added_row_goes_and_a_removed_one_comes_back_with_its_id(db: Database) -> None:
    with db.write() as session:
        old = Tag(name="old")
        session.add(old)
        session.flush()
        old_id = old.id
        recorder = changes.begin(session, "tags", "Tags", actor_id=None, now=NOW)
        recorder.insert(Tag(name="new"))
        recorder.delete(old)
    changes.undo(db, recorder.id, actor_id=None, now=LATER)
    with db.read() as session:
        assert [(tag.id, tag.name) for tag in session.exec(select(Tag)).all()] == [(old_id, "old")]


def test_an_added_row_that_something_else_needs_by_now_stays(db: Database) -> None:
    with db.write() as session:
        recorder = changes.begin(session, "add", "Added", actor_id=None, now=NOW)
        provider = Provider(display_name="Dr. New", sort_name="new", created_at=NOW, updated_at=NOW)
        recorder.insert(provider)
    with db.write() as session:
        activities.record(
            session, session.get_one(Provider, provider.id), ActivityKind.NOTE, actor_id=None, now=LATER, summary="Hi"
        )
    kept = changes.undo(db, recorder.id, actor_id=None, now=LATER)
    assert kept == ["Provider Dr. New stays, because something else belongs to it now"]


def test_an_undone_line_stays_on_record_with_the_time_and_its_touch_no_longer_counts(db: Database) -> None:
    with db.write() as session:
        provider = add_provider(session)
        recorder = changes.begin(session, "log", "Logged a call", actor_id=None, now=NOW)
        activity = activities.record(
            session, provider, ActivityKind.CALL, actor_id=None, now=NOW, recorder=recorder, summary="Called"
        )
        assert (provider.touch_count, provider.last_touch_at) == (1, NOW)
    changes.undo(db, recorder.id, actor_id=None, now=LATER)
    with db.read() as session:
        assert session.get_one(Activity, activity.id).undone_at == LATER
        back = session.get_one(Provider, provider.id)
        assert (back.touch_count, back.last_touch_at, back.last_touch_kind) == (0, None, None)
