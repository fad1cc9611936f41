from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from crm.domain.client_kinds import ClientRole
from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import ActivityKind, Outcome, ReferralHow, ReferralStatus, TaskKind, TaskOrigin, TaskState
from crm.domain.pipeline import Stage
from crm.models.clients import Client, ClientProvider
from crm.models.providers import Provider
from crm.models.referrals import Referral, ReferralStep, ReferralTouch
from crm.models.tasks import Task
from crm.services import changes, referral_steps, referrals, touches
from crm.services.referrals import NewReferral
from crm.services.touches import Touch
from crm.store import referrals as store
from crm.store import tasks as task_store
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, TODAY

BY: dict[str, Any] = {"actor_id": None, "now": NOW, "today": TODAY}
K14 = NewReferral("K-14", "post_rehab_conditioning", TODAY, ReferralHow.CALL, "Knee replacement, therapy ended")


@pytest.fixture
def provider_id(db: Database) -> int:
    with db.write() as session:
        return factories._id(factories.make_provider(session, display_name="Luis Ng, PT"))


def provider(db: Database, provider_id: int) -> Provider:
    with db.read() as session:
        return session.get_one(Provider, provider_id)


def referral(db: Database, referral_id: int) -> Referral:
    with db.read() as session:
        return session.get_one(Referral, referral_id)


def live(db: Database, provider_id: int) -> list[Task]:
    with db.read() as session:
        return list(task_store.live_of(session, provider_id))


def test_the_first_referral_makes_a_partner_and_plans_both_calls(db: Database, provider_id: int) -> None:
    logged = referrals.log(db, provider_id, K14, **BY)
    now = provider(db, provider_id)
    assert logged.became_partner
    assert (now.stage, now.referral_count, now.first_referral_on, now.last_referral_on) == (
        Stage.PARTNER,
        1,
        TODAY,
        TODAY,
    )
    assert now.next_due_on == logged.call_by == date(2026, 3, 5)
    planned = [(task.kind, task.title, task.due_on) for task in live(db, provider_id)]
    assert planned == [
        (TaskKind.CALL_CLIENT, "Call client K-14", date(2026, 3, 5)),
        (TaskKind.THANK_YOU, "Thank Luis Ng, PT for K-14", date(2026, 3, 5)),
        (TaskKind.WRITTEN_REFERRAL, "Get the referral of K-14 in writing", date(2026, 3, 9)),
    ]


def test_a_second_referral_keeps_the_partner_and_counts_on(db: Database, provider_id: int) -> None:
    earlier = replace(K14, received_on=TODAY - timedelta(days=40))
    referrals.log(db, provider_id, earlier, **BY)
    again = referrals.log(db, provider_id, replace(K14, code="K-15"), **BY)
    now = provider(db, provider_id)
    assert not again.became_partner
    assert (now.referral_count, now.first_referral_on, now.last_referral_on) == (2, earlier.received_on, TODAY)


def test_a_referral_makes_proposals_to_be_in_touch_out_of_date(db: Database, provider_id: int) -> None:
    with db.write() as session:
        old = factories.make_task(session, provider_id=provider_id, kind=TaskKind.CALL, origin=TaskOrigin.CADENCE)
    referrals.log(db, provider_id, K14, **BY)
    with db.read() as session:
        assert session.get_one(Task, old.id).state is TaskState.CANCELLED


def test_what_led_to_it_is_kept(db: Database, provider_id: int) -> None:
    for days, kind in ((9, ActivityKind.EMAIL), (5, ActivityKind.CALL), (2, ActivityKind.VISIT)):
        outcome = Outcome.DONE if kind is ActivityKind.EMAIL else Outcome.CONVERSATION
        touches.log(db, provider_id, Touch(kind, outcome, happened_at=NOW - timedelta(days=days)), **BY)
    touches.log(db, provider_id, Touch(ActivityKind.NOTE, body="no touch"), **BY)
    logged = referrals.log(db, provider_id, K14, **BY)
    with db.read() as session:
        led = [(touch.kind, touch.is_first, touch.is_last) for touch in store.touches(session, logged.referral_id)]
    assert led == [("email", True, False), ("call", False, False), ("visit", False, True)]


def test_undo_takes_the_whole_referral_back(db: Database, provider_id: int) -> None:
    touches.log(db, provider_id, Touch(ActivityKind.CALL, Outcome.CONVERSATION), **BY)
    before = provider(db, provider_id).model_dump()
    logged = referrals.log(db, provider_id, K14, **BY)
    assert logged.change_set_id
    assert changes.undo(db, logged.change_set_id, actor_id=None, now=NOW) == []
    assert provider(db, provider_id).model_dump() == before
    with db.read() as session:
        for table in (Referral, ReferralTouch, Client):
            assert session.exec(select(table)).all() == []
        assert all(step.undone_at for step in session.exec(select(ReferralStep)))


def test_the_phone_sends_the_same_referral_twice_and_it_is_one(db: Database, provider_id: int) -> None:
    new = replace(K14, client_key="phone-7")
    first = referrals.log(db, provider_id, new, **BY)
    again = referrals.log(db, provider_id, new, **BY)
    assert again.is_repeat
    assert again.referral_id == first.referral_id
    assert provider(db, provider_id).referral_count == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "Jane Doe"}, "code"),
        ({"service_key": ""}, "service_key"),
        ({"service_key": "progress_reporting"}, "service_key"),
        ({"received_on": TODAY + timedelta(days=1)}, "received_on"),
        ({"reason": "Mrs. Jane Doe, DOB 4/12/1951"}, "reason"),
        ({"condition": "MRN 1234567"}, "condition"),
    ],
)
def test_nothing_that_identifies_the_client_is_saved(sqlite_db: Database, change: dict[str, Any], field: str) -> None:
    with sqlite_db.write() as session:
        provider_id = factories._id(factories.make_provider(session))
    with pytest.raises(Invalid) as caught:
        referrals.log(sqlite_db, provider_id, replace(K14, **change), **BY)
    assert list(caught.value.errors) == [field]
    with sqlite_db.read() as session:
        assert session.exec(select(Referral)).all() == []


def test_a_code_that_is_taken_has_to_be_meant(db: Database, provider_id: int) -> None:
    referrals.log(db, provider_id, K14, **BY)
    with pytest.raises(Invalid) as caught:
        referrals.log(db, provider_id, K14, **BY)
    assert "K-14 is taken" in caught.value.errors["code"]
    referrals.log(db, provider_id, replace(K14, same_client=True), **BY)
    with db.read() as session:
        assert len(session.exec(select(Client)).all()) == 1
        assert referrals.suggested_code(session) == "K-15"


def test_a_spoken_referral_waits_for_the_written_one(db: Database, provider_id: int) -> None:
    spoken = referrals.log(db, provider_id, K14, **BY).referral_id
    faxed = referrals.log(db, provider_id, replace(K14, code="K-15", how=ReferralHow.FAX), **BY).referral_id
    assert referral(db, spoken).written_on is None
    assert referral(db, faxed).written_on == TODAY
    with db.read() as session:
        outstanding, _ = store.page(session, limit=9, wanted=store.Filter(unwritten=True))
        assert [line.code for line in outstanding] == ["K-14"]
    referral_steps.mark_written(db, spoken, written_on=TODAY, **BY)
    assert referral(db, spoken).written_on == TODAY


def test_a_referral_walks_to_started_and_its_days_are_kept(db: Database, provider_id: int) -> None:
    key = referrals.log(db, provider_id, replace(K14, received_on=TODAY - timedelta(days=9)), **BY).referral_id
    referral_steps.change(db, key, ReferralStatus.SCHEDULED, happened_on=TODAY - timedelta(days=5), **BY)
    assert referral(db, key).contacted_on == TODAY - timedelta(days=5)
    assert [task.kind for task in live(db, provider_id)] == [TaskKind.THANK_YOU, TaskKind.WRITTEN_REFERRAL]
    referral_steps.change(db, key, ReferralStatus.STARTED, **BY)
    referral_steps.change(db, key, ReferralStatus.CONTINUING, **BY)
    now = referral(db, key)
    assert (now.status, now.started_on, now.ended_on) == (ReferralStatus.CONTINUING, TODAY, None)
    with db.read() as session:
        names = [step.status_to.value for step in store.steps(session, key)]
        assert names == ["received", "scheduled", "started", "continuing"]
        assert store.started_rate(session).words == "1 of 1"
        assert store.status_counts(session) == {ReferralStatus.CONTINUING: 1}


def test_a_lost_referral_has_a_reason_and_can_come_back(db: Database, provider_id: int) -> None:
    key = referrals.log(db, provider_id, K14, **BY).referral_id
    with pytest.raises(Invalid):
        referral_steps.change(db, key, ReferralStatus.LOST, **BY)
    lost = referral_steps.change(db, key, ReferralStatus.LOST, reason="Price", **BY)
    assert (referral(db, key).lost_reason, referral(db, key).ended_on) == ("Price", TODAY)
    changes.undo(db, lost, actor_id=None, now=NOW)
    assert (referral(db, key).status, referral(db, key).lost_reason) == (ReferralStatus.RECEIVED, "")
    referral_steps.change(db, key, ReferralStatus.LOST, reason="Price", **BY)
    referral_steps.change(db, key, ReferralStatus.CONTACTED, **BY)
    assert (referral(db, key).lost_reason, referral(db, key).ended_on) == ("", None)


def test_a_referral_that_is_gone_is_not_found(db: Database) -> None:
    with pytest.raises(NotFound):
        referral_steps.change(db, 7, ReferralStatus.CONTACTED, **BY)


def test_the_provider_is_linked_to_the_client_from_the_first_referral(db: Database, provider_id: int) -> None:
    referrals.log(db, provider_id, K14, **BY)
    earlier = replace(K14, same_client=True, received_on=TODAY - timedelta(days=30))
    referrals.log(db, provider_id, earlier, **BY)
    with db.read() as session:
        (link,) = session.exec(select(ClientProvider)).all()
    assert (link.provider_id, link.role, link.since_on) == (provider_id, ClientRole.REFERRING, earlier.received_on)


def test_a_written_referral_asks_for_no_paper(db: Database, provider_id: int) -> None:
    referrals.log(db, provider_id, replace(K14, how=ReferralHow.FAX), **BY)
    assert TaskKind.WRITTEN_REFERRAL not in {task.kind for task in live(db, provider_id)}


def test_the_paper_in_hand_closes_its_follow_up(db: Database, provider_id: int) -> None:
    key = referrals.log(db, provider_id, K14, **BY).referral_id
    referral_steps.mark_written(db, key, written_on=TODAY, **BY)
    assert TaskKind.WRITTEN_REFERRAL not in {task.kind for task in live(db, provider_id)}


def test_nobody_asks_for_the_paper_of_a_lost_referral_until_it_comes_back(db: Database, provider_id: int) -> None:
    key = referrals.log(db, provider_id, K14, **BY).referral_id
    referral_steps.change(db, key, ReferralStatus.LOST, reason="Price", **BY)
    assert TaskKind.WRITTEN_REFERRAL not in {task.kind for task in live(db, provider_id)}
    assert referral(db, key).lost_from is ReferralStatus.RECEIVED
    referral_steps.change(db, key, ReferralStatus.CONTACTED, **BY)
    assert TaskKind.WRITTEN_REFERRAL in {task.kind for task in live(db, provider_id)}
    assert referral(db, key).lost_from is None


def client(db: Database) -> Client:
    with db.read() as session:
        return session.exec(select(Client)).one()


def test_the_clients_first_and_last_day_follow_the_referral(db: Database, provider_id: int) -> None:
    key = referrals.log(db, provider_id, replace(K14, received_on=TODAY - timedelta(days=90)), **BY).referral_id
    started, ended = TODAY - timedelta(days=80), TODAY - timedelta(days=3)
    referral_steps.change(db, key, ReferralStatus.STARTED, happened_on=started, **BY)
    assert (client(db).started_on, client(db).ended_on) == (started, None)
    referral_steps.change(db, key, ReferralStatus.CONTINUING, happened_on=TODAY - timedelta(days=40), **BY)
    assert referral(db, key).continuing_on == TODAY - timedelta(days=40)
    done = referral_steps.change(db, key, ReferralStatus.COMPLETED, happened_on=ended, **BY)
    assert client(db).ended_on == ended
    changes.undo(db, done, actor_id=None, now=NOW)
    assert client(db).ended_on is None
    referral_steps.change(db, key, ReferralStatus.COMPLETED, happened_on=ended, **BY)
    referral_steps.change(db, key, ReferralStatus.CONTINUING, **BY)
    assert client(db).ended_on is None


def test_a_client_with_another_open_referral_has_not_ended(db: Database, provider_id: int) -> None:
    first = referrals.log(db, provider_id, replace(K14, received_on=TODAY - timedelta(days=90)), **BY).referral_id
    referrals.log(db, provider_id, replace(K14, same_client=True, service_key="older_adults"), **BY)
    referral_steps.change(db, first, ReferralStatus.STARTED, happened_on=TODAY - timedelta(days=80), **BY)
    referral_steps.change(db, first, ReferralStatus.COMPLETED, **BY)
    assert client(db).ended_on is None


def test_the_day_of_a_step_is_corrected_in_its_place(db: Database, provider_id: int) -> None:
    key = referrals.log(db, provider_id, replace(K14, received_on=TODAY - timedelta(days=20)), **BY).referral_id
    referral_steps.change(db, key, ReferralStatus.CONTACTED, happened_on=TODAY - timedelta(days=18), **BY)
    referral_steps.change(db, key, ReferralStatus.STARTED, happened_on=TODAY - timedelta(days=10), **BY)
    right = TODAY - timedelta(days=12)
    undo = referral_steps.correct_day(db, key, ReferralStatus.STARTED, right, **BY)
    assert undo
    assert (referral(db, key).started_on, client(db).started_on) == (right, right)
    for wrong in (TODAY + timedelta(days=1), TODAY - timedelta(days=19)):
        with pytest.raises(Invalid):
            referral_steps.correct_day(db, key, ReferralStatus.STARTED, wrong, **BY)
    assert referral_steps.correct_day(db, key, ReferralStatus.STARTED, right, **BY) is None
    changes.undo(db, undo, actor_id=None, now=NOW)
    assert client(db).started_on == TODAY - timedelta(days=10)


def test_a_partner_since_the_day_of_a_referral_that_is_logged_late(db: Database, provider_id: int) -> None:
    referrals.log(db, provider_id, replace(K14, received_on=TODAY - timedelta(days=40)), **BY)
    assert provider(db, provider_id).stage_at == NOW - timedelta(days=40)
