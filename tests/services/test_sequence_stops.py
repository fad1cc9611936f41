"""Any human event ends a sequence, with the evidence on the timeline; an out-of-office reply only pauses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from crm.domain.kinds import ActivityKind, MessageState, Outcome, SuppressionReason, TaskState
from crm.domain.mail_kinds import EnrollmentState
from crm.domain.pipeline import Stage
from crm.domain.sequences import StopReason
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.models.referrals import ReferralTouch
from crm.models.sequences import Enrollment
from crm.models.tasks import Task
from crm.services import (
    bulk,
    changes,
    enrollments,
    merges,
    referrals,
    sequence_steps,
    sequence_stops,
    stages,
    suppressions,
    touches,
)
from crm.services.bulk import By
from crm.services.referrals import NewReferral
from crm.services.touches import Touch
from crm.store.engine import Database
from tests.factories import NOW, TODAY, make_practice
from tests.services.sequences import CALL, FIRST, SECOND, House

SERVICE = "post_rehab_conditioning"
Event = Callable[[House, int], object]


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    return House(db, tmp_path)


def enrolled(house: House, *steps: Any, **given: Any) -> int:
    """A provider whose first mail waits in the outbox."""
    who = house.provider(**given)
    house.enroll(house.sequence(*(steps or (FIRST, SECOND))), who, one_per_practice=False)
    sequence_steps.take_due(house.db, house.post, clock=house.clock)
    return who


def line(house: House, provider_id: int) -> Activity:
    """The latest line about a sequence."""
    with house.db.read() as session:
        query = select(Activity).where(Activity.provider_id == provider_id, Activity.kind == ActivityKind.SEQUENCE)
        return session.exec(query.order_by(col(Activity.id).desc())).first()


def logged(kind: ActivityKind, outcome: Outcome | None = None) -> Event:
    return lambda house, who: touches.log(
        house.db, who, Touch(kind, outcome, body="They said so"), actor_id=1, now=house.now, today=TODAY
    )


def suppressed(reason: SuppressionReason) -> Event:
    def event(house: House, who: int) -> None:
        address = house.enrollment(who).address
        with house.db.write() as session:
            suppressions.suppress(session, address, reason, evidence="they wrote stop", actor_id=None, now=house.now)

    return event


def referred(house: House, who: int) -> None:
    new = NewReferral("K-1", SERVICE, TODAY)
    referrals.log(house.db, who, new, actor_id=1, now=house.now, today=TODAY)


def moved(stage: Stage) -> Event:
    return lambda house, who: stages.move(
        house.db, [who], stage, reason="No", return_on=date(2026, 6, 1), today=TODAY, actor_id=1, now=house.now
    )


def by(house: House) -> By:
    return By(1, house.now)


EVENTS = [
    (logged(ActivityKind.CALL, Outcome.CONVERSATION), StopReason.CONVERSATION),
    (logged(ActivityKind.VISIT, Outcome.WANTS_SAMPLE), StopReason.CONVERSATION),
    (logged(ActivityKind.MEETING), StopReason.CONVERSATION),
    (logged(ActivityKind.REPLY), StopReason.REPLIED),
    (referred, StopReason.REFERRAL),
    (moved(Stage.DECLINED), StopReason.STAGE_ASIDE),
    (moved(Stage.NOT_NOW), StopReason.STAGE_ASIDE),
    (suppressed(SuppressionReason.UNSUBSCRIBED), StopReason.UNSUBSCRIBED),
    (suppressed(SuppressionReason.BOUNCED), StopReason.BOUNCED),
    (suppressed(SuppressionReason.COMPLAINED), StopReason.COMPLAINED),
    (lambda house, who: bulk.archive(house.db, [who], by(house)), StopReason.ARCHIVED),
    (
        lambda house, who: bulk.move(
            house.db, [who], Stage.DECLINED, by(house), reason="No", return_on=None, today=TODAY
        ),
        StopReason.STAGE_ASIDE,
    ),
]


@pytest.mark.parametrize(("event", "reason"), EVENTS)
def test_what_people_do_ends_it_and_nothing_more_leaves(house: House, event: Event, reason: StopReason) -> None:
    who = enrolled(house)
    event(house, who)
    found = house.enrollment(who)
    assert (found.state, found.state_reason, found.due_at) == (EnrollmentState.STOPPED, reason, None)
    assert found.ended_at == house.now
    assert [message.state for message in house.messages(who)] == [MessageState.CANCELLED]
    assert line(house, who).summary == "Sequence “First contact” stopped"
    assert line(house, who).reason
    house.until(NOW + timedelta(days=10), step=timedelta(hours=12))
    assert house.wire.taken == []


@pytest.mark.parametrize(
    "event",
    [
        logged(ActivityKind.CALL, Outcome.NO_ANSWER),
        logged(ActivityKind.CALL, Outcome.LEFT_MESSAGE),
        logged(ActivityKind.VISIT, Outcome.STAFF_ONLY),
        logged(ActivityKind.NOTE),
        moved(Stage.INTRODUCED),
    ],
)
def test_what_reaches_nobody_lets_it_go_on(house: House, event: Event) -> None:
    who = enrolled(house)
    event(house, who)
    assert house.enrollment(who).state is EnrollmentState.ACTIVE


def test_the_evidence_is_kept_and_quoted(house: House) -> None:
    who = enrolled(house)
    with house.db.write() as session:
        said = {"inbound_id": 3, "quote": "Please call me", "message_id": house.messages(who)[0].id}
        stopped = sequence_stops.stop_for_provider(
            session, who, StopReason.REPLIED, evidence=said, actor_id=None, now=house.now
        )
    assert len(stopped) == 1
    assert house.enrollment(who).evidence == said
    found = line(house, who)
    assert (found.body, found.reason, found.message_id) == ("Please call me", "They replied", said["message_id"])
    assert found.evidence["enrollment_id"] == house.enrollment(who).id
    with house.db.write() as session:
        assert sequence_stops.stop_for_provider(session, who, StopReason.REPLIED, actor_id=None, now=house.now) == []


def test_a_conversation_logged_by_mistake_is_undone_and_the_sequence_goes_on(house: House) -> None:
    who = enrolled(house, CALL, SECOND)
    due_at = house.enrollment(who).due_at
    done = touches.log(
        house.db,
        who,
        Touch(ActivityKind.CALL, Outcome.CONVERSATION),
        actor_id=1,
        now=house.now,
        today=TODAY,
    )
    changes.undo(house.db, done.change_set_id, actor_id=1, now=house.now)
    found = house.enrollment(who)
    assert (found.state, found.due_at, found.ended_at) == (EnrollmentState.ACTIVE, due_at, None)


def test_an_open_follow_up_goes_with_the_sequence(house: House) -> None:
    who = enrolled(house, replace(CALL, delay_days=0))
    suppressed(SuppressionReason.UNSUBSCRIBED)(house, who)
    with house.db.read() as session:
        assert [task.state for task in session.exec(select(Task))] == [TaskState.CANCELLED]


def test_a_bounce_of_another_address_concerns_nobody(house: House) -> None:
    who = enrolled(house)
    house.change(who, email="new@clinic.example")
    with house.db.write() as session:
        suppressions.suppress(
            session, "new@clinic.example", SuppressionReason.BOUNCED, evidence="550", actor_id=None, now=house.now
        )
    assert house.enrollment(who).state is EnrollmentState.ACTIVE


def test_a_colleague_who_replies_ends_it_where_the_sequence_says_so(house: House) -> None:
    with house.db.write() as session:
        place = make_practice(session)
    one, other, third = (house.provider(practice=place) for _ in range(3))
    house.enroll(house.sequence(colleague_stops=True), one, other, one_per_practice=False)
    house.enroll(house.sequence(colleague_stops=False), third, one_per_practice=False)
    with house.db.write() as session:
        writer = session.get_one(Provider, one)
        sequence_stops.stop_for_provider(session, one, StopReason.REPLIED, actor_id=None, now=house.now)
        stopped = sequence_stops.stop_colleagues(session, writer, evidence={"quote": "Yes"}, now=house.now)
    assert [each.provider_id for each in stopped] == [other]
    assert house.enrollment(other).state_reason == "colleague_replied"
    assert house.enrollment(third).state is EnrollmentState.ACTIVE


# --- out of office ---------------------------------------------------------------------------------------------------


def away(house: House, who: int, return_on: date | None = None) -> int:
    with house.db.write() as session:
        said = {"quote": "I am out of the office"}
        return len(sequence_stops.pause_away(session, who, return_on=return_on, evidence=said, now=house.now))


def test_out_of_office_pauses_until_the_day_in_the_message_and_resumes_by_itself(house: House) -> None:
    who = enrolled(house)
    house.work()
    assert away(house, who, date(2026, 3, 16)) == 1
    found = house.enrollment(who)
    assert (found.state, found.state_reason) == (EnrollmentState.PAUSED, "away")
    assert found.paused_until == NOW.replace(day=16, hour=13, minute=30)
    assert line(house, who).summary == "Sequence “First contact” paused until Mon, Mar 16"
    house.until(NOW.replace(day=16, hour=12), step=timedelta(hours=12))
    assert len(house.wire.taken) == 1
    house.until(NOW.replace(day=16, hour=15))
    assert len(house.wire.taken) == 2
    assert house.messages(who)[1].sent_at >= found.paused_until


def test_without_a_date_it_is_five_business_days_and_a_second_one_adds_nothing(house: House) -> None:
    who = enrolled(house)
    house.work()
    assert away(house, who) == 1
    until = house.enrollment(who).paused_until
    assert until == NOW.replace(day=11, hour=13, minute=30)
    house.clock.advance(days=2)
    assert away(house, who) == 0
    assert house.enrollment(who).paused_until == until
    assert away(house, who, date(2026, 3, 20)) == 1
    assert house.enrollment(who).paused_until == NOW.replace(day=20, hour=13, minute=30)


def test_a_pause_by_hand_is_not_shortened_by_an_auto_reply(house: House) -> None:
    who = enrolled(house)
    enrollments.pause(house.db, house.enrollment(who).id, actor_id=1, now=house.now)
    assert away(house, who, date(2026, 3, 16)) == 0
    assert house.enrollment(who).paused_until is None


def test_who_is_in_no_sequence_is_not_paused(house: House) -> None:
    assert away(house, house.provider()) == 0


# --- merges, imports, attribution ------------------------------------------------------------------------------------


def test_of_two_that_are_merged_only_one_sequence_goes_on_and_parting_brings_it_back(house: House) -> None:
    one, other = enrolled(house, npi=None), enrolled(house)
    kept, change_set_id = merges.merge(house.db, (one, other), {}, actor_id=1, now=house.now)
    with house.db.read() as session:
        found = session.exec(select(Enrollment).where(Enrollment.provider_id == kept)).all()
    assert sorted((each.state.value, each.state_reason) for each in found) == [("active", ""), ("stopped", "merged")]
    house.work()
    assert len(house.messages(kept, MessageState.SENT)) == 1
    changes.undo(house.db, change_set_id, actor_id=1, now=house.now)
    assert {house.enrollment(who).state for who in (one, other)} == {EnrollmentState.ACTIVE}


def test_somebody_deactivated_or_put_away_meanwhile_is_not_written_to(house: House) -> None:
    off, gone = house.provider(), house.provider()
    house.enroll(house.sequence(), off, gone)
    house.change(off, deactivated_on=TODAY)
    house.change(gone, archived_at=NOW)
    house.work()
    assert [house.enrollment(who).state_reason for who in (off, gone)] == ["deactivated", "archived"]
    assert house.wire.taken == []


def test_a_referral_remembers_the_sequence_and_step_of_the_mail_before_it(house: House) -> None:
    who = enrolled(house)
    house.work()
    [message] = house.messages(who)
    found = house.enrollment(who)
    house.clock.advance(days=1)
    new = NewReferral("K-1", SERVICE, TODAY)
    referrals.log(house.db, who, new, actor_id=1, now=house.now, today=TODAY)
    with house.db.read() as session:
        touch = session.exec(select(ReferralTouch).where(ReferralTouch.kind == "email")).one()
    assert touch.template_version_id == message.template_version_id
    assert touch.snapshot["sequence_id"] == found.sequence_id
    assert (touch.snapshot["enrollment_id"], touch.snapshot["step"]) == (found.id, 1)
