"""What a phone keeps for when there is no signal."""

from __future__ import annotations

from datetime import date, timedelta

from crm.domain.kinds import TaskKind, VisitState
from crm.services import offline
from crm.services.offline import Keep, Kept
from crm.store.engine import Database
from tests.factories import TODAY, make_provider, make_task, make_user, make_visit


def kept(db: Database, what: Keep, release: str = "r1") -> list[Kept]:
    with db.read() as session:
        found = offline.worth_keeping(session, 1, today=TODAY, release=release)
    return [one for one in found if one.what is what]


def planned(db: Database, *days: date, state: VisitState = VisitState.PLANNED) -> list[int]:
    """Visits to one provider, on these days."""
    with db.write() as session:
        owner, provider = make_user(session).id, make_provider(session).id
        made = [
            make_visit(
                session, provider_id=provider, owner_id=owner, planned_on=day, state=state, materials=["referral-pad"]
            )
            for day in days
        ]
        return [one.id or 0 for one in made]


def day(ahead: int) -> date:
    return TODAY + timedelta(days=ahead)


def test_the_sheets_of_today_and_tomorrow_are_kept_and_no_later_ones(db: Database) -> None:
    first, second, _ = planned(db, day(0), day(1), day(2))
    assert [one.visit_id for one in kept(db, Keep.SHEET)] == [first, second]
    assert [one.paper for one in kept(db, Keep.PAPER)] == ["referral-pad", "referral-pad"]


def test_a_visit_whose_day_is_past_is_kept_while_it_is_planned(db: Database) -> None:
    (late,) = planned(db, day(-3))
    assert [(one.visit_id, one.is_led_to) for one in kept(db, Keep.SHEET)] == [(late, True)]


def test_the_providers_sheet_leads_to_the_visit_whose_day_has_come(db: Database) -> None:
    _, now, _ = planned(db, day(-3), day(0), day(1))
    assert [one.visit_id for one in kept(db, Keep.SHEET) if one.is_led_to] == [now]


def test_nothing_leads_to_a_visit_that_is_done(db: Database) -> None:
    planned(db, day(0), state=VisitState.DONE)
    assert [one.is_led_to for one in kept(db, Keep.SHEET)] == [False]


def test_a_follow_up_without_a_planned_visit_keeps_the_providers_sheet(db: Database) -> None:
    with db.write() as session:
        owner, provider = make_user(session).id, make_provider(session).id
        make_task(session, provider_id=provider, owner_id=owner, kind=TaskKind.VISIT, due_on=TODAY)
    assert [one.provider_id for one in kept(db, Keep.UNPLANNED)] == [provider]


def test_a_new_release_changes_every_version(db: Database) -> None:
    planned(db, day(0))
    assert kept(db, Keep.SHEET)[0].version == kept(db, Keep.SHEET)[0].version
    assert kept(db, Keep.SHEET)[0].version != kept(db, Keep.SHEET, release="r2")[0].version
