from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from crm.domain.errors import Invalid
from crm.domain.kinds import ActivityKind, Outcome
from crm.models.activities import Activity
from crm.models.referrals import Referral, ReferralTouch
from crm.services import attribution, changes, referrals, touches
from crm.services.attribution import Correction
from crm.services.referrals import NewReferral
from crm.services.touches import Touch
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, TODAY

BY: dict[str, Any] = {"actor_id": None, "now": NOW, "today": TODAY}
NEW = NewReferral("K-14", "post_rehab_conditioning", TODAY)


@pytest.fixture
def provider_id(db: Database) -> int:
    with db.write() as session:
        factories.make_business(session)
        return factories._id(factories.make_provider(session, display_name="Luis Ng, PT"))


@pytest.fixture
def user_id(db: Database) -> int:
    with db.write() as session:
        return factories._id(factories.make_user(session))


def logged(db: Database, provider_id: int, new: NewReferral = NEW) -> int:
    for days, kind in ((9, ActivityKind.CALL), (2, ActivityKind.VISIT)):
        happened = NOW - timedelta(days=days)
        touches.log(db, provider_id, Touch(kind, Outcome.CONVERSATION, happened_at=happened), **BY)
    return referrals.log(db, provider_id, new, **BY).referral_id


def columns(db: Database, referral_id: int) -> dict[str, Any]:
    with db.read() as session:
        return session.get_one(Referral, referral_id).model_dump()


def test_the_columns_are_filled_when_it_is_logged(db: Database, provider_id: int) -> None:
    found = columns(db, logged(db, provider_id))
    told = ("first_touch_kind", "last_touch_kind", "touches", "conversations", "visits", "days_to_it")
    assert [found[name] for name in told] == ["call", "visit", 2, 2, 1, 9]
    assert found["first_touch_at"] == NOW - timedelta(days=9)
    assert not found["attributed_by_hand"]


def test_one_logged_late_counts_only_the_touches_before_it(db: Database, provider_id: int) -> None:
    found = columns(db, logged(db, provider_id, replace(NEW, received_on=TODAY - timedelta(days=6))))
    assert (found["touches"], found["last_touch_kind"], found["days_to_it"]) == (1, "call", 3)
    with db.read() as session:
        assert [touch.kind for touch in session.exec(select(ReferralTouch))] == ["call"]


def test_the_trainer_knows_better_and_can_go_back(db: Database, provider_id: int, user_id: int) -> None:
    key = logged(db, provider_id)
    as_logged = columns(db, key)
    said = Correction("in_service", credited_id=user_id, note="Heard the talk in January")
    undo = attribution.correct(db, key, said, **BY)
    assert undo
    now = columns(db, key)
    assert (now["last_touch_kind"], now["credited_id"], now["attributed_by_hand"]) == ("in_service", user_id, True)
    with db.read() as session:
        assert len(session.exec(select(ReferralTouch)).all()) == 2
        lines = [line.summary for line in session.exec(select(Activity).where(Activity.referral_id == key))]
    assert "Referral K-14: what led to it was corrected" in lines
    assert attribution.correct(db, key, said, **BY) is None
    assert attribution.reset(db, key, **BY)
    assert columns(db, key) == as_logged
    assert attribution.reset(db, key, **BY) is None


def test_undo_takes_a_correction_back(db: Database, provider_id: int) -> None:
    key = logged(db, provider_id)
    as_logged = columns(db, key)
    undo = attribution.correct(db, key, Correction("other", note="Their sister told them"), **BY)
    assert undo
    assert changes.undo(db, undo, actor_id=None, now=NOW) == []
    assert columns(db, key) == as_logged


def test_what_is_wrong_in_a_correction_is_named(db: Database, provider_id: int) -> None:
    wrong = Correction("pigeon", 99, 99, 99, "Call her at 713-555-0187")
    with pytest.raises(Invalid) as caught:
        attribution.correct(db, logged(db, provider_id), wrong, **BY)
    assert set(caught.value.errors) == {"channel", "sequence_id", "template_version_id", "credited_id", "note"}
