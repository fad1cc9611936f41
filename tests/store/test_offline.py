"""The visits that a phone keeps."""

from __future__ import annotations

from datetime import timedelta

from crm.domain.kinds import TaskKind, VisitState
from crm.store import offline
from crm.store.engine import Database
from tests.factories import TODAY, make_provider, make_task, make_user, make_visit


def test_only_ones_own_and_nobodys_visits_are_found(db: Database) -> None:
    with db.write() as session:
        me, other = make_user(session).id, make_user(session, email="lee@stride.example").id
        provider = make_provider(session).id
        made = [
            make_visit(session, provider_id=provider, owner_id=owner, planned_on=TODAY).id
            for owner in (me, None, other)
        ]
    with db.read() as session:
        assert {visit.id for visit, _ in offline.visits_on(session, me or 0, [TODAY])} == set(made[:2])


def test_visits_overdue_come_latest_first_and_only_while_planned(db: Database) -> None:
    with db.write() as session:
        me, provider = make_user(session).id, make_provider(session).id
        given = {"provider_id": provider, "owner_id": me}
        made = [make_visit(session, **given, planned_on=TODAY - timedelta(days=ago)).id for ago in (2, 1, 0)]
        make_visit(session, **given, planned_on=TODAY - timedelta(days=1), state=VisitState.CANCELLED)
    with db.read() as session:
        assert [visit.id for visit, _ in offline.overdue(session, me or 0, TODAY, 9)] == [made[1], made[0]]
        assert len(offline.overdue(session, me or 0, TODAY, 1)) == 1


def test_a_provider_with_a_planned_visit_is_no_call(db: Database) -> None:
    with db.write() as session:
        me = make_user(session).id
        free, taken = make_provider(session).id, make_provider(session).id
        for provider in (free, taken):
            make_task(session, provider_id=provider, owner_id=me, kind=TaskKind.VISIT, due_on=TODAY)
        make_visit(session, provider_id=taken, owner_id=me, planned_on=TODAY)
    with db.read() as session:
        assert [call.provider_id for call in offline.visits_without_plan(session, me or 0, TODAY, 9)] == [free]
