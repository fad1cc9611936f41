"""The visits of the sample data: a lively week, a talk, and nothing left of them afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from crm.domain.kinds import VisitState
from crm.domain.visit_kinds import Met, VisitKind
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.models.visits import Visit, VisitEntry, VisitGuest
from crm.services import demo, visit_entries, visits
from crm.services.mailboxes import Post
from crm.services.visit_entries import Entry
from crm.services.visits import NewVisit
from crm.store import visits as store
from crm.store.engine import Database
from tests.factories import NOW, TODAY, make_business, make_provider, make_user

BY: dict[str, Any] = {"actor_id": 1, "now": NOW, "today": TODAY}


@pytest.fixture
def filled(db: Database) -> Database:
    with db.write() as session:
        make_business(session)
        make_user(session)
    demo.add(db, actor_id=1, now=NOW)
    return db


def provider(session: Session, name: str) -> int:
    return session.exec(select(Provider).where(Provider.display_name == name)).one().id or 0


def test_there_are_visits_today_tomorrow_and_this_week_in_order(filled: Database) -> None:
    with filled.read() as session:
        week = [each.visit for each in store.between(session, TODAY, TODAY + timedelta(days=7), 1)]
        assert {TODAY, TODAY + timedelta(days=1)} <= {each.planned_on for each in week}
        assert len(week) == 8
        assert all(each.purpose and each.materials and each.position for each in week)
        today = [each for each in week if each.planned_on == TODAY]
        assert [each.position for each in today] == [1, 2]


def test_visits_belong_to_the_follow_ups_of_their_day(filled: Database) -> None:
    with filled.read() as session:
        linked = list(session.exec(select(Visit).where(col(Visit.task_id).is_not(None))))
        assert len(linked) >= 5
        assert all(session.get_one(Task, each.task_id).due_on == each.planned_on for each in linked)


def test_a_talk_was_given_and_is_counted_once(filled: Database) -> None:
    with filled.read() as session:
        talk = session.exec(select(Visit).where(Visit.kind == VisitKind.IN_SERVICE)).one()
        assert (talk.state, talk.others, talk.planned_on < TODAY) == (VisitState.DONE, 3, True)
        came = [each.guest.came for each in store.guests(session, [talk.id or 0])[talk.id or 0]]
        assert came == [True, False, True]
        lines = session.exec(select(Activity).where(Activity.visit_id == talk.id)).all()
        assert {line.group_key for line in lines} == {f"visit-{talk.id}"}
        assert len({line.happened_at.date() for line in lines}) == 1
        assert len(lines) == 2


def test_what_was_noted_and_who_was_a_guest_goes_with_the_sample_data(filled: Database, post: Post) -> None:
    with filled.write() as session:
        mine = make_provider(session).id or 0
        luis = provider(session, "Luis Ortega, PT, DPT, OCS")
    own = visits.plan(filled, NewVisit(mine, TODAY, guest_provider_ids=(luis,)), **BY).visit
    for number, provider_id in enumerate((mine, luis)):
        entry = Entry(f"phone-{number}", NOW, met=Met.PROVIDER)
        visit_entries.record(filled, post, entry, provider_id=provider_id, **BY)
    demo.remove(filled, actor_id=1, now=NOW)
    with filled.read() as session:
        assert [each.id for each in session.exec(select(Visit))] == [own.id]
        assert [each.visit_id for each in session.exec(select(VisitEntry))] == [own.id]
        assert session.exec(select(VisitGuest)).all() == []
