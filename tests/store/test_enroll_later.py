"""Providers kept for a sequence."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from crm.store import enroll_later
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW


def test_those_kept_longest_come_first_and_archived_ones_not_at_all(db: Database) -> None:
    with db.write() as session:
        late = factories.make_provider(session, enroll_later_at=NOW).id
        early = factories.make_provider(session, enroll_later_at=NOW - timedelta(days=2)).id
        factories.make_provider(session, enroll_later_at=NOW, archived_at=NOW)
        factories.make_provider(session)
        assert enroll_later.ids(session, 10) == [early, late]
        assert enroll_later.ids(session, 1) == [early]
        assert (enroll_later.count(session, 10), enroll_later.count(session, 1)) == (2, 1)


def test_an_index_answers(sqlite_db: Database) -> None:
    with sqlite_db.read() as session:
        plan = session.execute(
            sa.text(
                f"EXPLAIN QUERY PLAN SELECT id FROM provider WHERE {enroll_later.KEPT} ORDER BY enroll_later_at, id"
            )
        ).all()
    assert "ix_provider_enroll_later" in str(plan)
