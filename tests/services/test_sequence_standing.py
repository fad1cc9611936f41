"""Who is where, what each waits for and until when, and what the steps brought."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crm.domain.errors import NotFound
from crm.domain.kinds import ActivityKind, InboundKind, Outcome
from crm.domain.mail_kinds import EnrollmentState
from crm.domain.sequences import PauseReason
from crm.mail.ports import InDoubt, Permanent, Phase
from crm.models.inbound import InboundMessage
from crm.services import (
    changes,
    enrollments,
    message_states,
    sequence_results,
    sequence_standing,
    sequence_steps,
    sequence_stops,
    touches,
)
from crm.services.sequence_standing import Standing
from crm.services.touches import Touch
from crm.store.engine import Database
from tests.factories import NOW, TODAY
from tests.services.sequences import CALL, FIRST, SECOND, House


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    return House(db, tmp_path)


def standing(house: House, provider_id: int) -> Standing:
    with house.db.read() as session:
        found = sequence_standing.of_provider(session, provider_id, now=house.now)
        return found.running or found.past[0]


def test_each_waits_with_a_reason_and_an_end(house: House) -> None:
    tomorrow = house.sequence(replace(FIRST, delay_days=1))
    later, calling, mailing, doubted = (house.provider() for _ in range(4))
    house.enroll(tomorrow, later)
    house.enroll(house.sequence(replace(CALL, delay_days=0)), calling)
    house.enroll(house.sequence(FIRST, SECOND), mailing)
    sequence_steps.take_due(house.db, house.post, clock=house.clock)
    held = house.messages(mailing)[0].id
    message_states.hold(house.db, held, actor_id=1, now=house.now)
    house.enroll(house.sequence(FIRST), doubted)
    house.wire.errors = [InDoubt(Phase.AFTER_DOT, None, "lost")]
    house.work()
    assert (standing(house, later).waits, standing(house, later).until) == (
        "Waits for its day",
        NOW.replace(day=5, hour=14, minute=30),
    )
    assert (standing(house, calling).waits, standing(house, calling).until) == (
        "Waits for you: Call the office",
        NOW.replace(day=9, hour=13, minute=30),
    )
    assert standing(house, mailing).waits == "Held in the outbox: Held by you"
    assert standing(house, mailing).needs_a_look
    assert "may or may not have arrived" in standing(house, doubted).waits
    assert not standing(house, later).needs_a_look


def test_pauses_and_ends_say_why(house: House) -> None:
    paused, stopped, bounced = (house.provider() for _ in range(3))
    house.enroll(house.sequence(FIRST, SECOND), paused, stopped)
    enrollments.pause(house.db, house.enrollment(paused).id, actor_id=1, now=house.now)
    enrollments.stop(house.db, house.enrollment(stopped).id, actor_id=1, now=house.now)
    house.enroll(house.sequence(FIRST), bounced)
    house.wire.errors = [Permanent(Phase.RCPT, 550, "no such user")]
    house.work()
    assert [standing(house, who).waits for who in (paused, stopped, bounced)] == [
        "Paused by you",
        "Stopped by you",
        "The e-mail address doesn't work",
    ]
    assert standing(house, paused).needs_a_look


def test_what_a_pause_needs_is_named(house: House) -> None:
    who = house.provider()
    house.enroll(house.sequence(FIRST), who)
    with house.db.write() as session:
        found = sequence_stops.running_of(session, who)
        detail = {"detail": "Fill in “Fax” on the page of the practice."}
        sequence_stops.pause(session, found, PauseReason.MISSING_FIELD, evidence=detail, actor_id=None, now=house.now)
    assert standing(house, who).waits.endswith("is empty: Fill in “Fax” on the page of the practice.")


def test_the_page_goes_from_the_newest_in_parts(house: House) -> None:
    sequence_id = house.sequence()
    ids = [house.provider() for _ in range(5)]
    house.enroll(sequence_id, *ids)
    enrollments.stop(house.db, house.enrollment(ids[0]).id, actor_id=1, now=house.now)
    with house.db.read() as session:
        first, mark = sequence_standing.page(session, sequence_id, limit=3, now=house.now)
        second, end = sequence_standing.page(session, sequence_id, limit=3, before_id=mark, now=house.now)
        running = [EnrollmentState.ACTIVE]
        active, _ = sequence_standing.page(session, sequence_id, states=running, limit=10, now=house.now)
    assert [each.provider.id for each in (*first, *second)] == ids[::-1]
    assert end is None
    assert [each.provider.id for each in active] == ids[:0:-1]


def test_the_overview_counts_and_leaves_out_what_was_undone(house: House) -> None:
    sequence_id = house.sequence(FIRST, SECOND)
    ids = [house.provider() for _ in range(4)]
    house.enroll(sequence_id, *ids[:3])
    undone = house.enroll(sequence_id, ids[3])
    changes.undo(house.db, undone.change_set_id, actor_id=1, now=house.now)
    touches.log(house.db, ids[0], Touch(ActivityKind.REPLY, body="Yes"), actor_id=1, now=house.now, today=TODAY)
    enrollments.pause(house.db, house.enrollment(ids[1]).id, actor_id=1, now=house.now)
    house.work()
    with house.db.read() as session:
        [found] = sequence_standing.overview(session)
        assert (found.active, found.paused, found.stopped, found.replied) == (1, 1, 1, 1)
        assert (found.running, found.ended) == (2, 1)
        assert sequence_standing.one(session, sequence_id).running == 2
        assert sequence_standing.at_steps(session, sequence_id) == {1: 1, 2: 1}
        assert sequence_standing.overview(session, archived=True) == []
        with pytest.raises(NotFound):
            sequence_standing.one(session, 999)
        with pytest.raises(NotFound):
            sequence_standing.of_enrollment(session, 999, now=house.now)
        one, steps = sequence_standing.of_enrollment(session, house.enrollment(ids[2]).id, now=house.now)
    assert (one.step_title, len(steps)) == ("Short follow-up", 2)


def test_results_by_step_and_wording(house: House) -> None:
    sequence_id = house.sequence(FIRST, replace(CALL, delay_days=1), SECOND)
    ids = [house.provider() for _ in range(4)]
    house.enroll(sequence_id, *ids)
    house.work()
    house.clock.advance(hours=2)
    reply, positive, spoke, _ = ids
    touches.log(house.db, reply, Touch(ActivityKind.REPLY, body="No"), actor_id=1, now=house.now, today=TODAY)
    with house.db.write() as session:
        session.add(
            InboundMessage(
                mail_account_id=1,
                content_key="x",
                kind=InboundKind.REPLY,
                provider_id=positive,
                answers_id=house.messages(positive)[0].id,
                verdict="positive",
                received_at=house.now,
                created_at=house.now,
            )
        )
    said = Touch(ActivityKind.CALL, Outcome.CONVERSATION)
    touches.log(house.db, spoke, said, actor_id=1, now=house.now, today=TODAY)
    house.until(NOW + timedelta(days=3), step=timedelta(hours=6))
    with house.db.read() as session:
        results = sequence_results.of_sequence(session, sequence_id)
    [first] = results.steps
    assert (first.title, first.sent, first.template_slug) == ("Introduction", 4, "introduction")
    assert (first.replied.words, first.positive.words, first.referred.words) == ("2 of 4", "2 of 4", "0 of 4")
    assert first.version_at is not None
    low, high = first.replied.interval
    assert 0 < low < 0.5 < high < 1
    assert [(each.reason, each.count) for each in results.ended] == [("replied", 1), ("conversation", 1)]
    assert not results.is_part
