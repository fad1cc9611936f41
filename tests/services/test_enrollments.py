"""Enrolling: who is, who isn't and why, what is copied, and the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import ActivityKind, MessageState, TaskKind, TaskState
from crm.domain.mail_kinds import EnrollmentState, StepKind, StepState
from crm.domain.pipeline import Stage
from crm.domain.sequence_checks import StepForm
from crm.domain.sequences import MOST_AT_ONCE, NotEnrolled
from crm.models.accounts import Business
from crm.models.activities import Activity
from crm.models.practices import Practice
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.models.templates import Template, TemplateVersion
from crm.services import changes, enrollment_dry_run, enrollments, missing_emails, sequence_steps, sequences, templates
from crm.services.enrollment_dry_run import DryRun, Options
from crm.store.engine import Database
from tests.factories import NOW, TODAY, make_activity, make_practice, make_suppression
from tests.services.sequences import CALL, FIRST, LAST, SECOND, House
from tests.statements import counted


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    return House(db, tmp_path)


def dry(house: House, sequence_id: int, *ids: int, **options: Any) -> DryRun:
    with house.db.read() as session:
        return enrollment_dry_run.dry_run(
            session, sequence_id, ids, Options(**options), actor_id=house.actor_id, now=house.now
        )


def lines(house: House, provider_id: int) -> list[str]:
    with house.db.read() as session:
        query = select(Activity).where(Activity.provider_id == provider_id, Activity.kind == ActivityKind.SEQUENCE)
        return [line.summary for line in session.exec(query.order_by(col(Activity.id))) if line.undone_at is None]


# --- the dry run -----------------------------------------------------------------------------------------------------


def test_a_dry_run_shows_every_step_with_its_day_and_text_and_writes_nothing(house: House) -> None:
    sequence_id, who = house.sequence(FIRST, CALL, SECOND), house.provider(last_name="Okafor")
    [planned] = dry(house, sequence_id, who).planned
    assert [(step.position, step.kind) for step in planned.steps] == [
        (1, StepKind.EMAIL),
        (2, StepKind.CALL),
        (3, StepKind.EMAIL),
    ]
    assert [step.at for step in planned.steps] == [
        NOW,
        NOW.replace(day=6, hour=14, minute=30),
        NOW.replace(day=11, hour=13, minute=30),  # clocks have changed
    ]
    first, call, second = planned.steps
    assert "Dear Dr. Okafor" in first.text
    assert "advertisement" in first.text
    assert (call.title, call.waits_days) == ("Call the office", 3)
    assert second.subject == f"Re: {first.subject}"
    assert house.enrollment(who) is None


def test_what_a_dry_run_says_is_what_leaves(house: House) -> None:
    sequence_id, who = house.sequence(FIRST), house.provider()
    [planned] = dry(house, sequence_id, who).planned
    house.enroll(sequence_id, who)
    house.work()
    [message] = house.messages(who)
    assert (message.subject, message.text_body) == (planned.steps[0].subject, planned.steps[0].text)


def refusals() -> list[Any]:
    return [
        pytest.param({"archived_at": NOW}, NotEnrolled.ARCHIVED, id="archived"),
        pytest.param({"deactivated_on": TODAY}, NotEnrolled.DEACTIVATED, id="deactivated"),
        pytest.param({"is_peer": True}, NotEnrolled.PEER, id="peer"),
        pytest.param({"stage": Stage.DO_NOT_CONTACT}, NotEnrolled.DO_NOT_CONTACT, id="do not contact"),
        pytest.param({"stage": Stage.DECLINED}, NotEnrolled.DECLINED, id="declined"),
        pytest.param({"stage": Stage.NOT_NOW, "return_on": TODAY}, NotEnrolled.NOT_NOW, id="not now"),
        pytest.param({"email": ""}, NotEnrolled.NO_ADDRESS, id="no address"),
        pytest.param({"email": "gone@clinic.example"}, NotEnrolled.SUPPRESSED, id="suppressed"),
        pytest.param({"last_referral_on": TODAY}, NotEnrolled.REFERRED_LATELY, id="referred lately"),
    ]


@pytest.mark.parametrize(("values", "reason"), refusals())
def test_each_refusal_has_its_reason(house: House, values: dict[str, Any], reason: NotEnrolled) -> None:
    with house.db.write() as session:
        make_suppression(session, address="gone@clinic.example")
    who = house.provider(**values)
    run = dry(house, house.sequence(), who)
    assert run.planned == []
    [refused] = run.refused
    assert (refused.provider_id, refused.reason) == (who, reason)
    assert refused.sentence
    done = house.enroll(house.sequence(), who)
    assert (done.count, done.change_set_id) == (0, None)
    assert [each.reason for each in done.refused] == [reason]


def test_a_peer_that_was_overridden_and_one_who_answered_long_ago_are_enrolled(house: House) -> None:
    peer, wrote = house.provider(is_peer=True, peer_overridden=True), house.provider()
    with house.db.write() as session:
        make_activity(session, provider_id=wrote, kind=ActivityKind.REPLY, happened_at=NOW - timedelta(days=30))
    assert house.enroll(house.sequence(), peer, wrote).count == 2


def test_who_wrote_lately_is_answered_in_person_first(house: House) -> None:
    who = house.provider()
    with house.db.write() as session:
        make_activity(session, provider_id=who, kind=ActivityKind.REPLY, happened_at=NOW - timedelta(days=3))
    [refused] = dry(house, house.sequence(), who).refused
    assert (refused.reason, refused.detail) == (NotEnrolled.ANSWERED_LATELY, "On March 1, 2026.")


def test_who_wrote_and_was_visited_since_is_enrolled(house: House) -> None:
    who = house.provider(last_touch_at=NOW - timedelta(days=1), last_touch_kind=ActivityKind.VISIT)
    with house.db.write() as session:
        make_activity(session, provider_id=who, kind=ActivityKind.REPLY, happened_at=NOW - timedelta(days=3))
    assert house.enroll(house.sequence(), who).count == 1


def test_nobody_is_in_two_sequences(house: House) -> None:
    who = house.provider()
    house.enroll(house.sequence(), who)
    [refused] = house.enroll(house.sequence(), who, who).refused
    assert (refused.reason, refused.other_id) == (NotEnrolled.IN_SEQUENCE, house.enrollment(who).id)


def test_without_a_postal_address_no_mail_is_planned_but_calls_are(house: House) -> None:
    with house.db.write() as session:
        session.get_one(Business, 1).line1 = ""
    who = house.provider()
    [refused] = dry(house, house.sequence(), who).refused
    assert (refused.reason, refused.field) == (NotEnrolled.NO_POSTAL_ADDRESS, "business.address")
    assert house.enroll(house.sequence(CALL), who).count == 1


def own_template(house: House, source: str, slug: str = "own") -> None:
    with house.db.write() as session:
        template = Template(kind="email", slug=slug, built_in=False, created_at=NOW)
        session.add(template)
        session.flush()
        version = TemplateVersion(
            template_id=template.id, content_hash=slug, content={"source": source}, created_at=NOW
        )
        session.add(version)
        session.flush()
        template.version_id = version.id


def test_an_empty_field_is_named_with_where_to_fill_it_in(house: House) -> None:
    own_template(house, "== subject ==\nHello\n== body ==\nYour fax is {{ practice.fax }}.")
    who = house.provider()
    [refused] = dry(house, house.sequence(replace_slug(FIRST, "own")), who).refused
    assert (refused.reason, refused.field) == (NotEnrolled.MISSING_FIELD, "practice.fax")
    assert refused.detail.startswith("Step 1: Fill in “Fax”")


def replace_slug(step: Any, slug: str) -> Any:
    return replace(step, template_slug=slug)


def test_a_text_outside_the_scope_needs_a_reason_which_is_kept(house: House) -> None:
    own_template(house, "== subject ==\nHello\n== body ==\nI treat your patients' back pain.")
    sequence_id, who = house.sequence(replace_slug(FIRST, "own")), house.provider()
    [refused] = dry(house, sequence_id, who).refused
    assert refused.reason is NotEnrolled.SCOPE_WARNING
    assert "treat" in refused.detail
    [planned] = dry(house, sequence_id, who, reasons={who: "Quoted from their own letter"}).planned
    assert "treat" in planned.steps[0].needs_reason
    house.enroll(sequence_id, who, reasons={who: "Quoted from their own letter"})
    house.work()
    [message] = house.messages(who)
    assert (message.override_reason, message.state) == ("Quoted from their own letter", MessageState.SENT)


def test_a_template_that_cannot_be_filled_is_a_reason_too(house: House) -> None:
    own_template(house, "== subject ==\nHello\n== body ==\n{{ provider.nonsense }}")
    [refused] = dry(house, house.sequence(replace_slug(FIRST, "own")), house.provider()).refused
    assert refused.reason is NotEnrolled.TEMPLATE_FAULT


def test_more_than_five_hundred_at_once_are_refused_with_a_sentence(house: House) -> None:
    with pytest.raises(Refused, match=r"Enroll up to 500 at a time, .*: you chose 501"):
        dry(house, house.sequence(), *range(1, MOST_AT_ONCE + 2))


def test_a_sequence_put_away_or_gone_enrolls_nobody(house: House) -> None:
    sequence_id = house.sequence()
    sequences.archive(house.db, sequence_id, actor_id=1, now=NOW)
    with pytest.raises(Refused, match="put away"):
        dry(house, sequence_id, house.provider())
    with pytest.raises(NotFound):
        dry(house, 999, house.provider())


def test_an_unknown_provider_is_named_as_gone(house: House) -> None:
    assert [each.reason for each in dry(house, house.sequence(), 4711).refused] == [NotEnrolled.GONE]


def test_the_facts_about_many_are_asked_in_a_fixed_number_of_queries(house: House) -> None:
    sequence_id = house.sequence(CALL)
    few, many = [house.provider() for _ in range(2)], [house.provider() for _ in range(12)]
    counts = []
    for ids in (few, many):
        with house.db.read() as session, counted(house.db) as seen:
            enrollment_dry_run.dry_run(session, sequence_id, ids, actor_id=1, now=NOW)
            counts.append(len(seen))
    assert counts[0] == counts[1]


# --- one a practice --------------------------------------------------------------------------------------------------


def shared(house: House) -> Practice:
    with house.db.write() as session:
        return make_practice(session)


def test_one_person_of_a_practice_at_a_time_also_within_one_go(house: House) -> None:
    place = shared(house)
    one, other, third = house.provider(practice=place), house.provider(practice=place), house.provider(practice=place)
    done = house.enroll(house.sequence(), one, other)
    assert (done.count, [each.reason for each in done.refused]) == (1, [NotEnrolled.COLLEAGUE_ENROLLED])
    assert done.refused[0].other_id == one
    [refused] = house.enroll(house.sequence(), third).refused
    assert (refused.reason, refused.other_id) == (NotEnrolled.COLLEAGUE_ENROLLED, one)


def test_a_colleague_who_is_refused_keeps_nobody_else_out(house: House) -> None:
    place = shared(house)
    without, other = house.provider(practice=place, email=""), house.provider(practice=place)
    assert house.enroll(house.sequence(), without, other).count == 1


def test_several_of_a_practice_where_it_was_chosen(house: House) -> None:
    place = shared(house)
    ids = [house.provider(practice=place) for _ in range(3)]
    assert house.enroll(house.sequence(), *ids, one_per_practice=False).count == 3


# --- what is copied --------------------------------------------------------------------------------------------------


def test_changing_a_sequence_changes_only_new_enrollments(house: House) -> None:
    sequence_id, who = house.sequence(FIRST, SECOND), house.provider()
    house.enroll(sequence_id, who)
    with house.db.read() as session:
        form = sequences.form_of(*sequences.get(session, sequence_id))
    changed = replace(form, steps=(LAST, CALL), window_start=600, name="Other")
    sequences.update(house.db, sequence_id, changed, actor_id=1, now=NOW)
    enrollment = house.enrollment(who)
    assert [step.template_slug for step in house.steps(enrollment.id)] == ["introduction", "follow_up"]
    assert enrollment.window_start == 8 * 60 + 30


def test_a_wording_is_pinned_when_somebody_is_enrolled(house: House) -> None:
    own_template(house, "== subject ==\nOld words\n== body ==\nHello.")
    who = house.provider()
    house.enroll(house.sequence(replace_slug(FIRST, "own"), name="Own"), who)
    with house.db.write() as session:
        template = session.exec(select(Template).where(Template.slug == "own")).one()
        new = {"source": "== subject ==\nNew words\n== body ==\nHello."}
        version = TemplateVersion(template_id=template.id, content_hash="new", content=new, created_at=NOW)
        session.add(version)
        session.flush()
        template.version_id = version.id
    house.work()
    assert [message.subject for message in house.messages(who)] == ["Old words"]


def test_a_built_in_wording_of_an_earlier_program_keeps_its_own_words(house: House) -> None:
    who = house.provider()
    house.enroll(house.sequence(FIRST), who)
    [step] = house.steps(house.enrollment(who).id)
    with house.db.write() as session:
        version = session.get_one(TemplateVersion, step.template_version_id)
        own = str(version.content["own"]).replace("once therapy or coverage ends", "when coverage is over")
        version.content = {"source": own, "own": own}
        version.content_hash = "of an earlier program"
    house.work()
    assert "when coverage is over" in house.messages(who)[0].text_body
    with house.db.write() as session:
        assert templates.version_id(session, "email", "introduction", now=NOW) != step.template_version_id


def test_the_practices_zone_counts_else_that_of_its_zip_else_ours(house: House) -> None:
    east = house.provider(zone="America/New_York")
    west = house.provider(practice=None)
    house.change(west, zip="90001")
    house.enroll(house.sequence(CALL), east, west)
    assert house.enrollment(east).zone == "America/New_York"
    assert house.enrollment(west).zone == "America/Los_Angeles"


def test_it_may_begin_on_a_chosen_day(house: House) -> None:
    who = house.provider()
    house.enroll(house.sequence(), who, start_on=date(2026, 3, 9))
    assert house.enrollment(who).due_at == NOW.replace(day=9, hour=13, minute=30)


def test_who_was_kept_for_later_is_no_longer(house: House) -> None:
    who = house.provider(enroll_later_at=NOW)
    done = house.enroll(house.sequence(), who)
    with house.db.read() as session:
        assert session.get_one(Provider, who).enroll_later_at is None
    changes.undo(house.db, done.change_set_id, actor_id=1, now=NOW)
    with house.db.read() as session:
        assert session.get_one(Provider, who).enroll_later_at == NOW


# --- by post ---------------------------------------------------------------------------------------------------------


def test_without_an_address_the_same_sequence_goes_by_letter_and_call(house: House) -> None:
    who = house.provider(email="")
    house.enroll(house.sequence(FIRST, SECOND, CALL), who, by_post=True)
    enrollment = house.enrollment(who)
    assert [(step.kind, step.template_slug) for step in house.steps(enrollment.id)] == [
        (StepKind.LETTER, "introduction-letter"),
        (StepKind.CALL, ""),
        (StepKind.CALL, ""),
    ]
    house.work()
    with house.db.read() as session:
        tasks = session.exec(select(Task).where(Task.provider_id == who)).all()
    assert {task.kind for task in tasks} == {TaskKind.FIND_EMAIL, TaskKind.LETTER}
    assert house.messages(who) == []


def test_an_address_that_is_found_closes_the_search_for_it(house: House) -> None:
    who = house.provider(email="")
    house.enroll(house.sequence(FIRST), who, by_post=True)
    change_set_id = missing_emails.add(house.db, who, "found@clinic.example", actor_id=1, now=house.now)
    with house.db.read() as session:
        assert session.exec(select(Task.state).where(Task.provider_id == who)).all() == [TaskState.DONE]
        assert session.get_one(Provider, who).next_due_on is None
    changes.undo(house.db, change_set_id, actor_id=1, now=house.now)
    with house.db.read() as session:
        assert session.get_one(Provider, who).next_due_on == TODAY


def test_who_asked_for_no_mail_gets_no_letters_instead(house: House) -> None:
    with house.db.write() as session:
        make_suppression(session, address="gone@clinic.example")
    done = house.enroll(house.sequence(), house.provider(email="gone@clinic.example"), by_post=True)
    assert [each.reason for each in done.refused] == [NotEnrolled.SUPPRESSED]


# --- the way back ----------------------------------------------------------------------------------------------------


def test_enrolling_is_undone_with_waiting_mail_and_follow_ups(house: House) -> None:
    one, other = house.provider(), house.provider()
    done = house.enroll(house.sequence(FIRST), one)
    called = house.enroll(house.sequence(replace(CALL, delay_days=0)), other)
    sequence_steps.take_due(house.db, house.post, clock=house.clock)
    for change_set_id in (done.change_set_id, called.change_set_id):
        changes.undo(house.db, change_set_id, actor_id=1, now=house.now)
    assert [house.enrollment(who).state_reason for who in (one, other)] == ["undone", "undone"]
    assert [message.state for message in house.messages(one)] == [MessageState.CANCELLED]
    with house.db.read() as session:
        [task] = session.exec(select(Task).where(Task.provider_id == other)).all()
        assert task.state is TaskState.CANCELLED
        assert session.get_one(Provider, other).next_due_on is None
    house.until(house.now + timedelta(days=20), step=timedelta(days=1))
    assert house.wire.taken == []
    assert lines(house, one) == ["Sequence “First contact” undone"]
    assert house.enroll(house.sequence(), one).count == 1


def test_a_stop_by_hand_can_be_undone_and_the_mail_leaves_after_all(house: House) -> None:
    who = house.provider()
    house.enroll(house.sequence(FIRST), who)
    sequence_steps.take_due(house.db, house.post, clock=house.clock)
    stopped = enrollments.stop(house.db, house.enrollment(who).id, actor_id=1, now=house.now)
    assert house.enrollment(who).state is EnrollmentState.STOPPED
    changes.undo(house.db, stopped, actor_id=1, now=house.now)
    house.work()
    assert [message.state for message in house.messages(who)] == [MessageState.CANCELLED, MessageState.SENT]
    assert house.enrollment(who).state is EnrollmentState.FINISHED


def test_a_stop_is_not_undone_into_a_second_sequence(house: House) -> None:
    who = house.provider()
    house.enroll(house.sequence(), who)
    first = house.enrollment(who).id
    stopped = enrollments.stop(house.db, first, actor_id=1, now=house.now)
    house.enroll(house.sequence(), who)
    kept = changes.undo(house.db, stopped, actor_id=1, now=house.now)
    assert any("has its place now" in said for said in kept)
    assert house.enrollment(who).id != first


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_pause_by_hand_waits_for_a_day_or_for_a_hand(house: House) -> None:
    one, other = house.provider(), house.provider()
    house.enroll(house.sequence(), one, other)
    enrollments.pause(house.db, house.enrollment(one).id, date(2026, 3, 11), actor_id=1, now=house.now)
    enrollments.pause(house.db, house.enrollment(other).id, actor_id=1, now=house.now)
    house.until(NOW + timedelta(days=6), step=timedelta(hours=6))
    assert house.wire.taken == []
    house.until(NOW + timedelta(days=8), step=timedelta(hours=2))
    assert len(house.messages(one, MessageState.SENT)) == 1
    assert house.messages(other) == []
    enrollments.resume(house.db, house.enrollment(other).id, actor_id=1, now=house.now)
    house.until(NOW + timedelta(days=9), step=timedelta(hours=2))
    assert len(house.messages(other, MessageState.SENT)) == 1
    assert lines(house, other)[:3] == [
        "Sequence “First contact” begun",
        "Sequence “First contact” paused",
        "Sequence “First contact” resumed",
    ]


def test_a_pause_holds_waiting_mail_and_resuming_lets_it_leave(house: House) -> None:
    who = house.provider()
    house.enroll(house.sequence(FIRST), who)
    sequence_steps.take_due(house.db, house.post, clock=house.clock)
    enrollments.pause(house.db, house.enrollment(who).id, actor_id=1, now=house.now)
    assert [message.state for message in house.messages(who)] == [MessageState.HELD]
    house.work()
    enrollments.resume(house.db, house.enrollment(who).id, actor_id=1, now=house.now)
    house.work()
    assert [message.state for message in house.messages(who)] == [MessageState.SENT]


def test_a_pause_that_is_undone_holds_nothing_back(house: House) -> None:
    who = house.provider()
    house.enroll(house.sequence(FIRST), who)
    sequence_steps.take_due(house.db, house.post, clock=house.clock)
    paused = enrollments.pause(house.db, house.enrollment(who).id, actor_id=1, now=house.now)
    changes.undo(house.db, paused, actor_id=1, now=house.now)
    house.work()
    assert [message.state for message in house.messages(who)] == [MessageState.SENT]


@pytest.mark.parametrize("first", [FIRST, replace(CALL, delay_days=0)])
def test_a_skip_that_is_undone_brings_the_step_back(house: House, first: StepForm) -> None:
    who = house.provider()
    house.enroll(house.sequence(first, SECOND), who)
    sequence_steps.take_due(house.db, house.post, clock=house.clock)
    skipped = enrollments.skip_step(house.db, house.enrollment(who).id, actor_id=1, now=house.now)
    assert house.enrollment(who).position == 2
    changes.undo(house.db, skipped, actor_id=1, now=house.now)
    house.work()
    found = house.enrollment(who)
    sent = len(house.messages(who, MessageState.SENT))
    assert (found.position, sent) == ((2, 1) if first.kind is StepKind.EMAIL else (1, 0))
    with house.db.read() as session:
        assert [task.state for task in session.exec(select(Task))] == [TaskState.OPEN] * (1 - sent)


def test_a_step_is_skipped_and_the_next_counts_from_now(house: House) -> None:
    who = house.provider()
    house.enroll(house.sequence(CALL, SECOND), who)
    house.until(NOW + timedelta(days=2), step=timedelta(hours=3))
    enrollments.skip_step(house.db, house.enrollment(who).id, actor_id=1, now=house.now)
    enrollment = house.enrollment(who)
    first, _ = house.steps(enrollment.id)
    assert (first.state, first.state_reason) == (StepState.SKIPPED, "by_hand")
    assert (enrollment.position, enrollment.due_at) == (2, NOW.replace(day=11, hour=13, minute=30))
    with house.db.read() as session:
        assert [task.state for task in session.exec(select(Task))] == [TaskState.CANCELLED]


def test_what_has_ended_cannot_be_changed(house: House) -> None:
    who = house.provider()
    house.enroll(house.sequence(), who)
    enrollment_id = house.enrollment(who).id
    with pytest.raises(Refused, match="isn't paused"):
        enrollments.resume(house.db, enrollment_id, actor_id=1, now=house.now)
    with pytest.raises(Invalid, match="after today"):
        enrollments.pause(house.db, enrollment_id, TODAY, actor_id=1, now=house.now)
    enrollments.stop(house.db, enrollment_id, actor_id=1, now=house.now)
    for verb in (enrollments.stop, enrollments.pause, enrollments.resume, enrollments.skip_step):
        with pytest.raises(Refused, match="has ended"):
            verb(house.db, enrollment_id, actor_id=1, now=house.now)
    with pytest.raises(NotFound):
        enrollments.stop(house.db, 999, actor_id=1, now=house.now)
