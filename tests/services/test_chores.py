"""Recurring work that one worker does."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from crm.services import chores
from crm.store import chores as store
from crm.store.engine import Database
from tests.factories import NOW


def tomorrow(now: datetime) -> datetime:
    return now + timedelta(days=1)


def next_due(db: Database) -> datetime | None:
    with db.read() as session:
        return store.next_due(session, "tidy")


def test_a_chore_is_done_when_it_is_due_and_then_waits_for_its_next_time(db: Database) -> None:
    chores.ensure(db, {"tidy": NOW})
    chores.ensure(db, {"tidy": NOW - timedelta(days=9)})
    runs = [chores.run(db, "tidy", lambda: 3, next_at=tomorrow, me=me, now=NOW) for me in ("one", "two")]
    assert runs == [3, 0]
    assert next_due(db) == NOW + timedelta(days=1)


def test_while_one_is_at_it_another_leaves_it(db: Database) -> None:
    chores.ensure(db, {"tidy": NOW})
    inner: list[int] = []

    def work() -> int:
        inner.append(chores.run(db, "tidy", lambda: 9, next_at=tomorrow, me="two", now=NOW))
        return 1

    assert chores.run(db, "tidy", work, next_at=tomorrow, me="one", now=NOW) == 1
    assert inner == [0]


def test_a_chore_of_a_vanished_worker_is_free_after_its_lease(db: Database) -> None:
    chores.ensure(db, {"tidy": NOW})
    with db.write() as session:
        assert store.claim(session, "tidy", me="gone", now=NOW, lease_until=NOW + timedelta(hours=2))
    assert next_due(db) == NOW + timedelta(hours=2)
    later = NOW + timedelta(hours=2)
    assert chores.run(db, "tidy", lambda: 1, next_at=tomorrow, me="one", now=later) == 1


def test_a_chore_that_fails_is_tried_again_soon(db: Database) -> None:
    chores.ensure(db, {"tidy": NOW})

    def fail() -> int:
        raise LookupError("no such thing")

    with pytest.raises(LookupError):
        chores.run(db, "tidy", fail, next_at=tomorrow, me="one", now=NOW)
    assert next_due(db) == NOW + chores.RETRY_TIME
    with db.read() as session:
        assert store.next_due(session, "unknown") is None
