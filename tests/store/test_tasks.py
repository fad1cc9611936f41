from __future__ import annotations

from datetime import timedelta

from crm.domain.followups import Bucket
from crm.domain.kinds import TaskKind, TaskState
from crm.models.providers import Provider
from crm.store import tasks as store
from crm.store.engine import Database
from tests import factories
from tests.factories import TODAY


def _fill(db: Database) -> None:
    with db.write() as session:
        provider = factories.make_provider(session, display_name="Luis Ng, PT")
        for days in (-3, -1, 0, 0, 4):
            factories.make_task(session, provider_id=provider.id, due_on=TODAY + timedelta(days=days))
        factories.make_task(session, provider_id=None, due_on=TODAY, kind=TaskKind.FIND_EMAIL)
        factories.make_task(session, provider_id=provider.id, state=TaskState.WAITING)
        factories.make_task(session, provider_id=provider.id, state=TaskState.DONE)


def test_the_list_has_its_parts_and_counts(db: Database) -> None:
    _fill(db)
    with db.read() as session:
        assert store.counts(session, TODAY) == {
            Bucket.OVERDUE: 2,
            Bucket.TODAY: 3,
            Bucket.LATER: 1,
            Bucket.WAITING: 1,
        }
        assert [line.due_on for line in store.due(session, TODAY, limit=2)] == [
            TODAY - timedelta(days=3),
            TODAY - timedelta(days=1),
        ]


def test_pages_follow_one_another_without_gaps(db: Database) -> None:
    _fill(db)
    with db.read() as session:
        first, mark = store.page(session, Bucket.TODAY, TODAY, limit=2)
        assert mark
        second, end = store.page(session, Bucket.TODAY, TODAY, limit=2, after=mark)
    assert end is None
    assert [line.name for line in first + second] == ["Luis Ng, PT", "Luis Ng, PT", None]
    assert len({line.id for line in first + second}) == 3


def test_filters_narrow_by_kind_and_owner(db: Database) -> None:
    _fill(db)
    with db.write() as session:
        user_id = factories._id(factories.make_user(session))
        factories.make_task(session, owner_id=user_id, due_on=TODAY)
    with db.read() as session:
        todo, _ = store.page(session, Bucket.TODAY, TODAY, limit=9, wanted=store.Filter(kind=TaskKind.FIND_EMAIL))
        assert [line.kind for line in todo] == [TaskKind.FIND_EMAIL]
        assert store.counts(session, TODAY, store.Filter(owner_id=0))[Bucket.TODAY] == 3
        assert store.counts(session, TODAY, store.Filter(owner_id=user_id))[Bucket.TODAY] == 4


def test_the_day_of_the_next_step_is_the_earliest_open_one(db: Database) -> None:
    _fill(db)
    with db.write() as session:
        provider = session.get_one(Provider, 1)
        assert store.next_due_on(session, 1) == TODAY - timedelta(days=3)
        store.refresh_next_due(session, [1])
        session.refresh(provider)
        assert provider.next_due_on == TODAY - timedelta(days=3)
