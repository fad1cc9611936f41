"""Queries over days on the road, on both databases."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.kinds import VisitState
from crm.models.visits import DayRoute
from crm.store import day_routes
from crm.store.engine import Database
from tests.factories import NOW, TODAY, make_affiliation, make_provider, make_user, make_visit, saved

DAY = timedelta(days=1)


def said(session: Session, owner_id: int, day: date, **given: Any) -> DayRoute:
    return saved(session, DayRoute(owner_id=owner_id, day=day, updated_at=NOW, **given))


def done(session: Session, day: date = TODAY, at: datetime | None = NOW, **given: Any) -> int:
    values = {"planned_on": day, "state": VisitState.DONE, "done_at": at, "owner_id": 1, **given}
    return make_visit(session, **values).id or 0


def test_what_was_said_about_a_day_is_each_persons_own(db: Database) -> None:
    with db.write() as session:
        mine, other = (make_user(session).id or 0 for _ in range(2))
        said(session, mine, TODAY, leaves_at=480)
        said(session, other, TODAY, leaves_at=600)
        said(session, mine, TODAY + DAY)
    with db.read() as session:
        found = day_routes.of_day(session, mine, TODAY)
        assert found is not None
        assert found.leaves_at == 480
        assert day_routes.of_day(session, mine, TODAY - DAY) is None
        assert list(day_routes.between(session, mine, TODAY, TODAY)) == [TODAY]
        assert sorted(day_routes.between(session, mine, TODAY, TODAY + DAY)) == [TODAY, TODAY + DAY]
        assert day_routes.between(session, mine, TODAY + DAY, TODAY) == {}


def test_the_last_day_is_the_last_before_and_never_the_day_itself(db: Database) -> None:
    with db.write() as session:
        mine = make_user(session).id or 0
        for back in (1, 5, 0):
            said(session, mine, TODAY - back * DAY)
    with db.read() as session:
        for before, day in ((TODAY, TODAY - DAY), (TODAY + DAY, TODAY), (TODAY - DAY, TODAY - 5 * DAY)):
            found = day_routes.latest(session, mine, before)
            assert found is not None
            assert found.day == day
        assert day_routes.latest(session, mine, TODAY - 5 * DAY) is None


def test_visits_stand_in_the_order_in_which_they_were_made(db: Database) -> None:
    with db.write() as session:
        make_user(session)
        second = done(session, at=NOW + timedelta(hours=2), position=1)
        first = done(session, at=NOW, position=2)
        unknown = done(session, at=None)
        before = done(session, TODAY - DAY, at=NOW)
    with db.read() as session:
        made = day_routes.made(session, 1, TODAY - DAY, TODAY)
        assert [row.visit.id for row in made] == [before, first, second, unknown]


def test_only_what_was_made_counts_and_the_ends_of_a_year_do(db: Database) -> None:
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    with db.write() as session:
        make_user(session)
        make_user(session)
        counted = [done(session, day) for day in (first, last)]
        done(session, first - DAY)
        done(session, last + DAY)
        done(session, owner_id=2)
        done(session, state=VisitState.PLANNED)
        done(session, state=VisitState.CANCELLED)
    with db.read() as session:
        assert [row.visit.id for row in day_routes.made(session, 1, first, last)] == counted


def test_days_of_doctors_are_asked_by_pair_and_only_known_ones_are_told(db: Database) -> None:
    with db.write() as session:
        one, other = (make_affiliation(session, days=days) for days in (0b10101, 0))
        elsewhere = make_provider(session).id or 0
        pairs = [(each.provider_id, each.practice_id) for each in (one, other)]
    with db.read() as session:
        wanted = [*pairs, (elsewhere, pairs[0][1]), pairs[0]]
        assert day_routes.doctor_days(session, wanted) == {pairs[0]: 0b10101}
        assert day_routes.doctor_days(session, []) == {}


def test_days_of_doctors_are_found_by_an_index(sqlite_db: Database) -> None:
    plans: list[str] = []

    def note(_connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        found = cursor.connection.execute("EXPLAIN QUERY PLAN " + statement, parameters).fetchall()
        plans.extend(row[3] for row in found)

    with sqlite_db.read() as session:
        sa.event.listen(session.connection(), "before_cursor_execute", note)
        day_routes.doctor_days(session, [(1, 2), (3, 4)])
    assert plans
    assert not [plan for plan in plans if plan.startswith("SCAN")]
