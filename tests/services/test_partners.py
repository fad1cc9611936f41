from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from crm.domain.errors import Refused
from crm.domain.kinds import ActivityKind, ReferralStatus, TaskKind
from crm.domain.pipeline import Stage
from crm.models.providers import Provider
from crm.models.referrals import Referral
from crm.models.tasks import Task
from crm.services import changes, partners
from crm.store import partners as store
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, TODAY
from tests.statements import counted

ZONE = "America/Chicago"


def partner(session: Session, name: str, *ago: int, **given: Any) -> int:
    """Somebody who referred so many days ago, the oldest first."""
    days = [TODAY - timedelta(days=each) for each in ago]
    numbers = {"first_referral_on": days[0], "last_referral_on": days[-1], "referral_count": len(days)}
    row = factories.make_provider(session, display_name=name, stage=Stage.PARTNER, **{**numbers, **given})
    for day in days:
        factories.make_referral(session, provider_id=row.id, received_on=day)
    return factories._id(row)


@pytest.fixture
def shah(db: Database) -> int:
    with db.write() as session:
        partner(session, "Dr. Busy", 60, 30, 3)
        partner(session, "Dr. Twice a year", 490, 300, 110)
        return partner(session, "Dr. Shah", 160, 130, 104)


def test_only_those_silent_beyond_their_own_rhythm_are_quiet(db: Database, shah: int) -> None:
    with db.read() as session:
        (found,) = partners.gone_quiet(session, TODAY, zone=ZONE)
    assert (found.partner.id, found.quiet.days, found.quiet.usual_days) == (shah, 104, 28)
    assert found.action.kind is TaskKind.VISIT


def test_the_step_of_a_quiet_partner_is_planned_with_one_tap_and_undone_with_another(db: Database, shah: int) -> None:
    undo = partners.plan_next(db, shah, actor_id=None, now=NOW, today=TODAY, zone=ZONE)
    with db.read() as session:
        (task,) = session.exec(select(Task)).all()
        assert (task.kind, task.provider_id, task.due_on) == (TaskKind.VISIT, shah, TODAY)
        assert session.get_one(Provider, shah).next_due_on == TODAY
    changes.undo(db, undo, actor_id=None, now=NOW)
    with db.read() as session:
        assert session.get_one(Provider, shah).next_due_on is None


def test_nothing_is_planned_twice(db: Database, shah: int) -> None:
    partners.plan_next(db, shah, actor_id=None, now=NOW, today=TODAY, zone=ZONE)
    with pytest.raises(Refused, match="already"):
        partners.plan_next(db, shah, actor_id=None, now=NOW, today=TODAY, zone=ZONE)


def test_a_partner_who_referred_again_needs_nothing(db: Database) -> None:
    with db.write() as session:
        busy = partner(session, "Dr. Busy", 30, 3)
    with pytest.raises(Refused, match="isn't quiet"):
        partners.plan_next(db, busy, actor_id=None, now=NOW, today=TODAY, zone=ZONE)


def test_the_last_touch_is_counted_in_the_zone_of_the_business(db: Database) -> None:
    with db.write() as session:
        partner(session, "Dr. Shah", 130, 104, last_touch_at=NOW - timedelta(days=30, hours=13),
                last_touch_kind=ActivityKind.CALL)  # fmt: skip
    with db.read() as session:
        (found,) = partners.gone_quiet(session, TODAY, zone=ZONE)
    assert found.quiet.last_touch_on == date(2026, 2, 1)


def test_a_lost_referral_is_worth_nothing_any_more(db: Database) -> None:
    with db.write() as session:
        shah = partner(session, "Dr. Shah", 20)
        row = session.exec(select(Referral)).one()
        row.expected_cents, row.booked_cents = 120_000, 30_000
        factories.make_referral(
            session, provider_id=shah, status=ReferralStatus.LOST, expected_cents=99_900, received_on=TODAY
        )
    with db.read() as session:
        assert store.worth(session, shah) == (120_000, 30_000)
        assert store.worth(session, 999) == (0, 0)


def test_sample_partners_are_counted_only_when_asked_for(db: Database) -> None:
    with db.write() as session:
        partner(session, "Invented", 130, 104, sample=True)
    with db.read() as session:
        assert partners.gone_quiet(session, TODAY, zone=ZONE) == []
        assert len(partners.gone_quiet(session, TODAY, zone=ZONE, sample=True)) == 1


def test_the_service_to_suggest_is_the_one_after_what_they_refer_for(db: Database) -> None:
    with db.write() as session:
        luis = partner(session, "Luis", 20, 10, specialty="physical_therapy")
    with db.read() as session:
        (found,) = partners.might_refer_next(session, TODAY)
    assert (found.provider_id, found.service.key) == (luis, "chronic_disease")


def test_all_of_them_take_as_many_questions_as_one(db: Database) -> None:
    with db.write() as session:
        for number in range(12):
            partner(session, f"Dr. {number}", 130, 104)
    with db.read() as session, counted(db) as seen:
        assert len(partners.gone_quiet(session, TODAY, zone=ZONE)) == 12
    assert len([each for each in seen if each.startswith("SELECT")]) == 2
