"""In-service talks and group visits: one action, everybody's timeline, counted once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import ActivityKind, Outcome, TaskKind, TaskState, VisitState
from crm.domain.periods import Compared, Period
from crm.domain.pipeline import Stage
from crm.domain.visit_entries import Entry
from crm.domain.visit_kinds import Met, VisitKind
from crm.models.activities import Activity
from crm.models.gifts import Gift, GiftRecipient
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.models.visits import Visit, VisitGuest
from crm.services import changes, merges, referrals, results, talks, visit_entries, visits
from crm.services.mailboxes import Post
from crm.services.referrals import NewReferral
from crm.services.talks import Logged, NewTalk
from crm.services.visits import NewVisit
from crm.store import results_work
from crm.store import visits as store
from crm.store.engine import Database
from crm.store.results_terms import Scope
from tests.factories import NOW, TODAY, acquainted, make_affiliation, make_contact, make_provider

BY: dict[str, Any] = {"actor_id": 1, "now": NOW, "today": TODAY}
FRIDAY = date(2026, 3, 6)
MINUTE = timedelta(minutes=1)


class Clinic:
    """Three providers and a desk."""

    def __init__(self, db: Database) -> None:
        with db.write() as session:
            host = acquainted(session)
            self.practice_id = host.practice_id or 0
            others = [make_provider(session, practice_id=host.practice_id) for _ in range(2)]
            for each in others:
                make_affiliation(session, provider_id=each.id, practice_id=self.practice_id)
            self.providers = [host.id or 0, *(each.id or 0 for each in others)]
            self.desk = make_contact(session, practice_id=self.practice_id, name="Marlene").id or 0


@pytest.fixture
def clinic(db: Database) -> Clinic:
    return Clinic(db)


@pytest.fixture
def talk(clinic: Clinic) -> NewTalk:
    return NewTalk(
        clinic.practice_id,
        TODAY,
        topic="When therapy ends",
        provider_ids=clinic.providers,
        contact_ids=[clinic.desk],
        others=4,
        body="They want a flyer",
        next_on=FRIDAY,
        next_with=clinic.providers[1],
        client_key="talk-1",
    )


def log(db: Database, new: NewTalk) -> Logged:
    return talks.log(db, new, **BY)


def lines(db: Database, kind: ActivityKind = ActivityKind.IN_SERVICE) -> list[Activity]:
    with db.read() as session:
        found = session.exec(select(Activity).where(Activity.kind == kind).order_by(Activity.id))
        return [line for line in found if line.undone_at is None]


def test_a_talk_is_on_everybodys_timeline_under_one_key(db: Database, clinic: Clinic, talk: NewTalk) -> None:
    found = log(db, talk)
    made = lines(db)
    assert [line.provider_id for line in made] == clinic.providers
    assert {(line.group_key, line.visit_id, line.outcome) for line in made} == {
        (f"visit-{found.visit_id}", found.visit_id, Outcome.DONE)
    }
    assert {(line.summary, line.body) for line in made} == {("When therapy ends", "They want a flyer")}
    assert found.people == 8
    with db.read() as session:
        visit = session.get_one(Visit, found.visit_id)
        assert (visit.kind, visit.state, visit.others) == (VisitKind.IN_SERVICE, VisitState.DONE, 4)
        people = store.guests(session, [found.visit_id])[found.visit_id]
        assert [each.guest.came for each in people] == [True, True, True]
        assert people[-1].name == "Marlene"
        assert {each.stage for each in session.exec(select(Provider))} == {Stage.INTRODUCED}
        assert {each.touch_count for each in session.exec(select(Provider))} == {1}


def test_there_is_one_next_step(db: Database, clinic: Clinic, talk: NewTalk) -> None:
    assert log(db, talk).next_task is not None
    with db.read() as session:
        (task,) = session.exec(select(Task))
        assert (task.provider_id, task.kind, task.due_on) == (clinic.providers[1], TaskKind.CALL, FRIDAY)


def test_one_undo_takes_all_of_it_back(db: Database, talk: NewTalk) -> None:
    found = log(db, replace(talk, lunch="Sandwiches", lunch_cents=8_000))
    assert changes.undo(db, found.change_set_id or 0, actor_id=1, now=NOW) == []
    assert lines(db) == []
    with db.read() as session:
        for table in (Visit, VisitGuest, Gift, Task):
            assert session.exec(select(table)).all() == []
        assert {each.touch_count for each in session.exec(select(Provider))} == {0}
    assert log(db, talk).change_set_id is None, "the same form sent again stays undone"


def test_the_same_form_twice_is_one_talk(db: Database, talk: NewTalk) -> None:
    first, second = log(db, talk), log(db, talk)
    assert (second.visit_id, second.change_set_id) == (first.visit_id, None)
    assert len(lines(db)) == 3


@pytest.mark.parametrize(
    ("kind", "outcome"), [(ActivityKind.VISIT, Outcome.CONVERSATION), (ActivityKind.IN_SERVICE, Outcome.DONE)]
)
def test_a_talk_and_a_group_visit_count_once_where_visits_are(
    db: Database, talk: NewTalk, kind: ActivityKind, outcome: Outcome
) -> None:
    log(db, replace(talk, kind=kind))
    assert {line.outcome for line in lines(db, kind)} == {outcome}
    period = Period(TODAY - timedelta(days=9), TODAY)
    scope = Scope(period, TODAY, "America/Chicago", sample=False, is_sqlite=db.is_sqlite)
    with db.read() as session:
        assert results_work.visits(session, scope) == 1


def test_a_talk_is_one_visit_in_results_and_a_referral_after_it_had_one(
    db: Database, clinic: Clinic, talk: NewTalk
) -> None:
    log(db, talk)
    referrals.log(db, clinic.providers[2], NewReferral("K-14", "post_rehab_conditioning", received_on=TODAY), **BY)
    with db.read() as session:
        period = Period(TODAY - timedelta(days=9), TODAY)
        found = results.overview(session, period, Compared.NONE, today=TODAY, zone="America/Chicago").now.visiting
    assert (found.visits.value, found.referrals.value, found.per_visit) == (1, 1, 1.0)


def test_the_planned_talk_becomes_the_one_that_was_given(db: Database, clinic: Clinic, talk: NewTalk) -> None:
    new = NewVisit(
        clinic.providers[0],
        TODAY,
        purpose="Lunch talk",
        kind=VisitKind.IN_SERVICE,
        guest_provider_ids=tuple(clinic.providers[1:]),
        guest_contact_ids=(clinic.desk,),
    )
    planned = visits.plan(db, new, **BY).visit
    came = replace(talk, provider_ids=clinic.providers[:2][::-1], contact_ids=[], visit_id=planned.id)
    found = log(db, came)
    assert found.visit_id == planned.id
    assert [line.provider_id for line in lines(db)] == clinic.providers[:2]
    with db.read() as session:
        assert session.get_one(Visit, planned.id).state is VisitState.DONE
        assert session.get_one(Task, planned.task_id).state is TaskState.DONE
        people = store.guests(session, [found.visit_id])[found.visit_id]
        assert [(each.name, each.guest.came) for each in people][2:] == [("Marlene", False)]
        assert [each.guest.came for each in people[:2]] == [True, False]
    changes.undo(db, found.change_set_id or 0, actor_id=1, now=NOW)
    with db.read() as session:
        assert session.get_one(Visit, planned.id).state is VisitState.PLANNED
        people = store.guests(session, [found.visit_id])[found.visit_id]
        assert [each.guest.came for each in people] == [None, None, None]


def test_those_of_another_practice_can_come_too(db: Database, clinic: Clinic, talk: NewTalk) -> None:
    with db.write() as session:
        guest = make_provider(session).id or 0
    log(db, replace(talk, provider_ids=[*clinic.providers, guest]))
    assert lines(db)[-1].provider_id == guest


def test_lunch_goes_into_the_ledger_shared_by_all(db: Database, clinic: Clinic, talk: NewTalk) -> None:
    found = log(db, replace(talk, lunch="Sandwiches", lunch_cents=80_000))
    assert found.remarks
    with db.read() as session:
        gift = session.exec(select(Gift)).one()
        assert (gift.value_cents, gift.others, gift.visit_id) == (80_000, 4, found.visit_id)
        assert [each.share_cents for each in session.exec(select(GiftRecipient))] == [10_000] * 4


def test_a_merged_provider_stays_among_those_who_came(db: Database, clinic: Clinic, talk: NewTalk) -> None:
    found = log(db, talk)
    source, target = clinic.providers[2], clinic.providers[1]
    target, _ = merges.merge(db, (target, source), {}, actor_id=1, now=NOW)
    with db.read() as session:
        people = store.guests(session, [found.visit_id])[found.visit_id]
        assert [each.guest.provider_id for each in people] == [target, None]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"provider_ids": []}, "people"),
        ({"contact_ids": list(range(99))}, "people"),
        ({"happened_on": TODAY + timedelta(days=1)}, "happened_on"),
        ({"others": -1}, "others"),
        ({"kind": ActivityKind.CALL}, "kind"),
        ({"topic": "x" * 201}, "topic"),
        ({"body": "born 03/14/1961"}, "body"),
        ({"next_on": TODAY - timedelta(days=1)}, "next_on"),
        ({"next_on": TODAY + timedelta(days=9999)}, "next_on"),
        ({"lunch": "Pizza"}, "lunch_value"),
        ({"lunch_cents": 100}, "lunch"),
        ({"lunch": "Pizza", "lunch_cents": 0}, "lunch_value"),
    ],
)
def test_what_cannot_be_logged_is_named(db: Database, talk: NewTalk, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as error:
        log(db, replace(talk, **given))
    assert list(error.value.errors) == [field]
    assert lines(db) == []


def test_a_practice_or_a_person_that_is_gone_is_said(db: Database, talk: NewTalk) -> None:
    with pytest.raises(NotFound):
        log(db, replace(talk, practice_id=999))
    with pytest.raises(Invalid) as error:
        log(db, replace(talk, contact_ids=[999]))
    assert list(error.value.errors) == ["people"]
    assert lines(db) == []


def test_a_correction_reaches_everybodys_timeline_and_is_undone_there_too(
    db: Database, post: Post, clinic: Clinic, talk: NewTalk
) -> None:
    visit_id = talks.log(db, talk, **BY).visit_id
    entry = Entry("phone-1", NOW + MINUTE, met=Met.PROVIDER, said="They asked for the slides")
    noted = visit_entries.record(db, post, entry, visit_id=visit_id, **{**BY, "now": NOW + MINUTE})
    assert said_by(db, visit_id) == dict.fromkeys(clinic.providers, "They asked for the slides")
    assert noted.change_set_id is not None
    assert changes.undo(db, noted.change_set_id, actor_id=1, now=NOW + MINUTE) == []
    assert said_by(db, visit_id) == dict.fromkeys(clinic.providers, talk.body)


def said_by(db: Database, visit_id: int) -> dict[int, str]:
    with db.read() as session:
        of_talk = Activity.group_key == f"visit-{visit_id}"
        query = select(Activity).where(of_talk, Activity.kind == ActivityKind.IN_SERVICE)
        return {each.provider_id or 0: each.body for each in session.exec(query)}
