from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from crm.domain.errors import Invalid, Refused
from crm.domain.kinds import ActivityKind, InboundKind, Outcome, ReferralHow, TaskKind
from crm.domain.mail_kinds import InboundState
from crm.domain.pipeline import Stage
from crm.models.activities import Activity
from crm.models.inbound import InboundMessage
from crm.models.providers import Provider
from crm.models.referrals import Referral
from crm.models.tasks import Task
from crm.services import changes, referral_origins
from crm.services.referrals import NewReferral
from crm.services.touches import Touch
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, TODAY

BY: dict[str, Any] = {"actor_id": None, "now": NOW, "today": TODAY}
NEW = NewReferral("K-14", "post_rehab_conditioning", TODAY, reason="Knee, six visits left", client_key="k-r")
CALL = Touch(ActivityKind.CALL, Outcome.CONVERSATION, "She has somebody for us", client_key="k")


@pytest.fixture
def provider_id(db: Database) -> int:
    with db.write() as session:
        return factories._id(factories.make_provider(session, display_name="Luis Ng, PT"))


def the_referral(db: Database) -> Referral:
    with db.read() as session:
        return session.exec(select(Referral)).one()


def test_a_call_and_its_referral_are_one_step(db: Database, provider_id: int) -> None:
    touched, logged = referral_origins.log_with(db, provider_id, CALL, NEW, **BY)
    found = the_referral(db)
    assert (found.how, found.origin_activity_id) == (ReferralHow.CALL, touched.activity_id)
    assert (found.touches, found.last_touch_kind, found.conversations) == (1, "call", 1)
    assert logged.became_partner
    with db.read() as session:
        planned = {task.kind for task in session.exec(select(Task))}
    assert planned == {TaskKind.CALL_CLIENT, TaskKind.THANK_YOU, TaskKind.WRITTEN_REFERRAL}
    again = referral_origins.log_with(db, provider_id, CALL, NEW, **BY)
    assert again[1].is_repeat


def test_one_undo_takes_both_back(db: Database, provider_id: int) -> None:
    _, logged = referral_origins.log_with(db, provider_id, CALL, NEW, **BY)
    assert logged.change_set_id
    assert changes.undo(db, logged.change_set_id, actor_id=None, now=NOW) == []
    with db.read() as session:
        assert session.exec(select(Referral)).all() == []
        assert all(line.undone_at for line in session.exec(select(Activity)))
        assert session.get_one(Provider, provider_id).stage is Stage.PROSPECT


def test_a_visit_of_last_week_brings_a_referral_of_that_day(db: Database, provider_id: int) -> None:
    visit = Touch(ActivityKind.VISIT, Outcome.WILL_REFER, day=TODAY - timedelta(days=6))
    referral_origins.log_with(db, provider_id, visit, NEW, **BY)
    found = the_referral(db)
    assert (found.how, found.received_on, found.visits) == (ReferralHow.IN_PERSON, TODAY - timedelta(days=6), 1)


def test_nothing_is_saved_of_either_when_one_is_wrong(db: Database, provider_id: int) -> None:
    with pytest.raises(Invalid):
        referral_origins.log_with(db, provider_id, CALL, NewReferral("Margaret", "older_adults", TODAY), **BY)
    with pytest.raises(Invalid):
        tomorrow = Touch(ActivityKind.CALL, Outcome.DONE, day=TODAY + timedelta(days=1))
        referral_origins.log_with(db, provider_id, tomorrow, NEW, **BY)
    with db.read() as session:
        assert session.exec(select(Activity)).all() == []


def message(db: Database, provider_id: int | None, text: str) -> int:
    with db.write() as session:
        account = factories.make_mail_account(session)
        row = InboundMessage(
            mail_account_id=account.id or 0,
            content_key="one@example",
            kind=InboundKind.REPLY,
            state=InboundState.OPEN,
            provider_id=provider_id,
            reply_text=text,
            received_at=NOW - timedelta(days=2),
            created_at=NOW,
        )
        return factories._id(factories.saved(session, row))


def test_a_reply_is_quoted_where_it_names_nobody(db: Database, provider_id: int) -> None:
    key = message(db, provider_id, "Have a knee for you,\nsix visits left.")
    with db.read() as session:
        found = referral_origins.reply(session, key, None)
    assert (found.reason, found.found) == ("Have a knee for you, six visits left.", "")
    assert found.received_on == TODAY - timedelta(days=2)


def test_a_reply_that_names_somebody_says_what_was_found(db: Database, provider_id: int) -> None:
    key = message(db, provider_id, "Patient Margaret Lindholm, DOB 3/4/1951, is yours.")
    with db.read() as session:
        found = referral_origins.reply(session, key, None)
    assert found.reason == ""
    assert "date of birth" in found.found


def test_a_reply_is_settled_with_its_referral_and_opens_again_with_undo(db: Database, provider_id: int) -> None:
    key = message(db, provider_id, "A knee.")
    logged = referral_origins.log_reply(db, key, NEW, **BY)
    assert the_referral(db).inbound_message_id == key
    with db.read() as session:
        assert session.get_one(InboundMessage, key).state is InboundState.DONE
    assert logged.change_set_id
    changes.undo(db, logged.change_set_id, actor_id=None, now=NOW)
    with db.read() as session:
        assert session.get_one(InboundMessage, key).state is InboundState.OPEN


def test_nobodys_message_is_no_referral_yet(db: Database) -> None:
    key = message(db, None, "A knee.")
    with pytest.raises(Refused):
        referral_origins.log_reply(db, key, NEW, **BY)
