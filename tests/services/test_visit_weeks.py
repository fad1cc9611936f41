"""A week of visits, and what is proposed for it, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from crm.domain.kinds import ReferralStatus, TaskKind, TaskOrigin, VisitState
from crm.domain.office_clock import Span
from crm.domain.papers import DocumentKind
from crm.domain.pipeline import Stage
from crm.domain.visit_planning import Reason
from crm.models.accounts import User
from crm.models.calendars import BusyCalendar, BusyTime
from crm.models.reports import DueReport
from crm.models.visits import Visit
from crm.services import changes, visit_batches, visit_weeks, visits
from crm.services.visit_proposals import Proposal
from crm.services.visit_weeks import Week
from crm.services.visits import NewVisit
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, TODAY, saved
from tests.statements import counted

ZONE = "America/Chicago"
MONDAY = date(2026, 3, 2)
FRIDAY = date(2026, 3, 6)


@pytest.fixture
def dana(db: Database) -> User:
    with db.write() as session:
        factories.make_business(session)
        return factories.make_user(session)


def provider(session: Session, name: str, **given: Any) -> int:
    office = {key: given.pop(key) for key in ("hours", "visitor_policy", "visit_days", "city", "zip") if key in given}
    practice = factories.make_practice(session, lat=29.71, lon=-95.4, **office)
    row = factories.make_provider(session, practice=practice, last_name=name, stage=Stage.INTRODUCED, **given)
    return factories._id(row)


def read(db: Database, user: User, monday: date = MONDAY) -> Week:
    with db.read() as session:
        return visit_weeks.week(session, user, monday, today=TODAY, zone=ZONE)


def proposals(week: Week) -> list[Proposal]:
    return [each for area in week.areas for each in area.proposals]


def test_a_follow_up_of_kind_visit_is_proposed_with_its_reason(db: Database, dana: User) -> None:
    with db.write() as session:
        kim = provider(session, "Kim")
        task = factories.make_task(
            session, provider_id=kim, kind=TaskKind.VISIT, title="Stop by again", due_on=TODAY - timedelta(days=2)
        )
    (found,) = proposals(read(db, dana))
    assert (found.face.id, found.task_id, found.purpose, found.day) == (kim, task.id, "Stop by again", TODAY)
    assert found.whys[0].words == "Stop by again: overdue by 2 days."


def test_who_has_a_visit_planned_is_not_proposed_again(db: Database, dana: User) -> None:
    with db.write() as session:
        kim = provider(session, "Kim")
        factories.make_task(session, provider_id=kim, kind=TaskKind.VISIT)
        factories.make_visit(session, provider_id=kim, planned_on=FRIDAY, owner_id=dana.id)
    week = read(db, dana)
    assert proposals(week) == []
    assert [len(day.visits) for day in week.days] == [0, 0, 0, 0, 1, 0, 0]


def _by_follow_up(session: Session) -> int:
    kim = provider(session, "Kim")
    late = {"due_on": TODAY - timedelta(days=2), "origin": TaskOrigin.CADENCE}
    factories.make_task(session, provider_id=kim, kind=TaskKind.VISIT, title="Stop by again", **late)
    return kim


def _by_report(session: Session) -> int:
    kim, client = provider(session, "Kim"), factories.make_client(session)
    given = {"provider_id": kim, "client_id": client.id, "due_on": FRIDAY, "kind": DocumentKind.PROGRESS_REPORT}
    saved(session, DueReport(**given, created_at=NOW, updated_at=NOW))
    return kim


def _by_promise(session: Session) -> int:
    kim = provider(session, "Kim")
    factories.make_task(session, provider_id=kim, kind=TaskKind.WRITTEN_REFERRAL)
    return kim


def _by_silence(session: Session) -> int:
    return provider(session, "Kim", last_touch_at=NOW - timedelta(days=40))


@pytest.mark.parametrize("proposed", [_by_follow_up, _by_report, _by_promise, _by_silence])
@pytest.mark.parametrize("all_at_once", [False, True])
def test_calling_a_visit_off_brings_its_proposal_back(
    db: Database, dana: User, proposed: Callable[[Session], int], all_at_once: bool
) -> None:
    with db.write() as session:
        kim = proposed(session)
    (before,) = proposals(read(db, dana))
    later, by = MONDAY + timedelta(days=8), {"actor_id": dana.id, "now": NOW, "today": TODAY}
    if all_at_once:
        visit_batches.plan_all(db, dana, FRIDAY, [kim], zone=ZONE, now=NOW, today=TODAY)
        with db.read() as session:
            visit = session.exec(select(Visit)).one()
    else:
        visit = visits.plan(db, NewVisit(kim, FRIDAY, purpose=before.purpose, task_id=before.task_id), **by).visit
    assert proposals(read(db, dana)) == []
    visits.move(db, visit.id or 0, later, **by)
    undo = visits.cancel(db, visit.id or 0, **by)
    (after,) = proposals(read(db, dana))
    assert (after.face.id, after.whys, after.purpose, after.day) == (kim, before.whys, before.purpose, before.day)
    changes.undo(db, undo, actor_id=dana.id, now=NOW)
    assert proposals(read(db, dana)) == []


def test_the_office_and_the_doctor_decide_on_the_day(db: Database, dana: User) -> None:
    with db.write() as session:
        kim = provider(session, "Kim", hours="Mon, Thu, Fri 9 to 4")
        factories.make_task(session, provider_id=kim, kind=TaskKind.VISIT)
    (found,) = proposals(read(db, dana))
    assert found.day == date(2026, 3, 5)
    assert found.suggestion.objections[TODAY] == "Closed on Wednesdays"
    assert found.suggestion.objections[MONDAY] == "In the past"


def test_a_partner_gone_quiet_is_proposed(db: Database, dana: User) -> None:
    with db.write() as session:
        days = [TODAY - timedelta(days=each) for each in (200, 150, 110)]
        numbers = {"first_referral_on": days[0], "last_referral_on": days[-1], "referral_count": 3}
        practice = factories.make_practice(session)
        row = factories.make_provider(session, practice=practice, stage=Stage.PARTNER, **numbers)
        for day in days:
            factories.make_referral(session, provider_id=row.id, received_on=day, status=ReferralStatus.RECEIVED)
    (found,) = proposals(read(db, dana))
    assert found.whys[0].reason is Reason.QUIET
    assert found.whys[0].words.startswith("Partner, quiet for 110 days.")


def test_reports_due_are_a_reason_to_go(db: Database, dana: User) -> None:
    with db.write() as session:
        kim = provider(session, "Kim")
        client = factories.make_client(session)
        for kind in (DocumentKind.ASSESSMENT_SUMMARY, DocumentKind.PROGRESS_REPORT):
            given = {"provider_id": kim, "client_id": client.id, "due_on": FRIDAY, "kind": kind}
            row = DueReport(**given, created_at=NOW, updated_at=NOW)
            saved(session, row)
    (found,) = proposals(read(db, dana))
    assert found.whys[0].words == "2 reports are due Friday: hand over in person."
    assert found.purpose == "Hand over the report"


def test_promises_and_silence_are_reasons(db: Database, dana: User) -> None:
    with db.write() as session:
        promised = provider(session, "Promised")
        factories.make_task(session, provider_id=promised, kind=TaskKind.WRITTEN_REFERRAL)
        silent = provider(session, "Silent", last_touch_at=NOW - timedelta(days=40))
        provider(session, "Fresh", last_touch_at=NOW - timedelta(days=5))
    found = {each.face.id: each.whys[0] for each in proposals(read(db, dana))}
    assert found[promised].reason is Reason.PROMISE
    assert found[silent].words == "Nothing is planned, and the last touch was 5 weeks ago."
    assert len(found) == 2


def test_prospects_next_to_where_one_goes_fill_the_week(db: Database, dana: User) -> None:
    with db.write() as session:
        factories.make_visit(session, provider_id=provider(session, "Kim"), planned_on=FRIDAY, owner_id=dana.id)
        practice = factories.make_practice(session, lat=29.712, lon=-95.4)
        near = factories.make_provider(session, practice=practice, stage=Stage.PROSPECT, fit=80)
        away = factories.make_practice(session, lat=30.3, lon=-95.9)
        factories.make_provider(session, practice=away, stage=Stage.PROSPECT, fit=99)
    (found,) = proposals(read(db, dana))
    assert found.face.id == near.id
    assert found.day == FRIDAY
    assert "Dr. Kim" in found.whys[0].words


@pytest.mark.parametrize("stage", [Stage.DO_NOT_CONTACT, Stage.DECLINED])
def test_nobody_is_proposed_who_said_no(db: Database, dana: User, stage: Stage) -> None:
    with db.write() as session:
        row = factories.make_provider(session, stage=stage)
        factories.make_task(session, provider_id=row.id, kind=TaskKind.VISIT)
    assert proposals(read(db, dana)) == []


def test_a_busy_day_takes_no_proposal(db: Database, dana: User) -> None:
    with db.write() as session:
        calendar = saved(session, BusyCalendar(user_id=dana.id or 0, name="Mine", created_at=NOW))
        for hours in ((14, 20), (19, 23)):
            starts, ends = (datetime(2026, 3, 4, hour, tzinfo=UTC) for hour in hours)
            row = BusyTime(calendar_id=calendar.id or 0, user_id=dana.id or 0, starts_at=starts, ends_at=ends)
            saved(session, row)
        factories.make_task(session, provider_id=provider(session, "Kim"), kind=TaskKind.VISIT)
    week = read(db, dana)
    assert week.days[2].busy == (Span(8 * 60, 17 * 60),)
    assert week.days[2].shut == "Busy all day"
    assert proposals(week)[0].day == date(2026, 3, 5)


def test_a_made_visit_stays_in_its_day(db: Database, dana: User) -> None:
    with db.write() as session:
        factories.make_visit(session, planned_on=MONDAY, state=VisitState.DONE, owner_id=dana.id)
        factories.make_visit(session, planned_on=MONDAY, state=VisitState.CANCELLED, owner_id=dana.id)
    day = read(db, dana).days[0]
    assert (len(day.visits), day.still_planned) == (1, 0)


def test_a_past_week_proposes_nothing(db: Database, dana: User) -> None:
    with db.write() as session:
        factories.make_task(session, provider_id=provider(session, "Kim"), kind=TaskKind.VISIT)
    assert proposals(read(db, dana, MONDAY - timedelta(days=7))) == []


def test_on_a_weekend_one_plans_the_next_week() -> None:
    assert visit_weeks.week_to_plan(date(2026, 3, 8)) == date(2026, 3, 9)
    assert visit_weeks.week_to_plan(FRIDAY) == MONDAY


def test_a_fuller_week_asks_no_more_queries(db: Database, dana: User) -> None:
    def fill(session: Session, count: int) -> None:
        for each in range(count):
            factories.make_task(session, provider_id=provider(session, f"P{each}"), kind=TaskKind.VISIT)
            factories.make_visit(session, provider_id=provider(session, f"V{each}"), planned_on=FRIDAY)

    numbers = []
    for count in (1, 8):
        with db.write() as session:
            fill(session, count)
        with db.read() as session, counted(db) as statements:
            visit_weeks.week(session, dana, MONDAY, today=TODAY, zone=ZONE)
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]
