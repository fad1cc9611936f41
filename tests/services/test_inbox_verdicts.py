"""What a person says about a message: recorded, acted on, and taken back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import ActivityKind
from crm.domain.mail_kinds import EnrollmentState, InboundState
from crm.domain.pipeline import Stage
from crm.models.inbound import InboundMessage
from crm.models.providers import Provider
from crm.models.sequences import Enrollment
from crm.services import changes, inbox_verdicts
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW
from tests.services.mailbox import bounce, mail
from tests.services.test_inbox import Desk

WHO = {"actor_id": None, "now": NOW}


@pytest.fixture
def desk(db: Database, tmp_path: Path) -> Desk:
    return Desk(db, tmp_path)


def undo(desk: Desk, change_set_id: int | None) -> list[str]:
    assert change_set_id is not None
    return changes.undo(desk.db, change_set_id, actor_id=None, now=NOW)


def test_positive_settles_and_can_be_undone(desk: Desk) -> None:
    row = desk.take(mail(answers="<out@stride.test>"))
    done = inbox_verdicts.positive(desk.db, row.id, **WHO)
    settled = desk.get(InboundMessage, row.id)
    assert (settled.state, settled.verdict) == (InboundState.DONE, "positive")
    assert desk.get(Provider).stage is Stage.INTRODUCED
    assert undo(desk, done) == []
    again = desk.get(InboundMessage, row.id)
    assert (again.state, again.verdict, again.settled_at) == (InboundState.OPEN, "", None)


def test_not_now_sets_aside_until_the_day(desk: Desk) -> None:
    enrollment_id = desk.enroll(enrolled_at=NOW)
    row = desk.take(mail("Not this month.", answers="<out@stride.test>"))
    done = inbox_verdicts.not_now(desk.db, row.id, date(2026, 6, 1), **WHO)
    provider = desk.get(Provider)
    assert (provider.stage, provider.return_on, provider.next_due_on) == (
        Stage.NOT_NOW,
        date(2026, 6, 1),
        date(2026, 6, 1),
    )
    assert desk.get(Enrollment, enrollment_id).state is EnrollmentState.STOPPED
    undo(desk, done)
    assert desk.get(Provider).stage is Stage.INTRODUCED


@pytest.mark.parametrize("day", [None, date(2026, 3, 4), date(2020, 1, 1)])
def test_not_now_needs_a_day_to_come(desk: Desk, day: date | None) -> None:
    row = desk.take(mail(answers="<out@stride.test>"))
    with pytest.raises(Invalid) as caught:
        inbox_verdicts.not_now(desk.db, row.id, day, **WHO)
    assert "return_on" in caught.value.errors


def test_the_wrong_persons_address_is_taken_off(desk: Desk) -> None:
    row = desk.take(mail("There is no Dr. Lopez here.", answers="<out@stride.test>"))
    done = inbox_verdicts.wrong_person(desk.db, row.id, **WHO)
    assert desk.get(Provider).email == ""
    undo(desk, done)
    assert desk.get(Provider).email == "maria@clinic.test"


def test_a_wrong_person_at_another_address_changes_no_address(desk: Desk) -> None:
    with desk.db.write() as session:
        session.get_one(Provider, desk.provider_id).email = "right@clinic.test"
    row = desk.take(mail(sender="x@y.test", answers="<out@stride.test>"))
    inbox_verdicts.wrong_person(desk.db, row.id, **WHO)
    assert desk.get(Provider).email == "right@clinic.test"


def test_unsubscribing_by_hand_suppresses_and_names_the_message(desk: Desk) -> None:
    row = desk.take(mail("I'd rather not hear from you again", answers="<out@stride.test>"))
    assert inbox_verdicts.unsubscribe(desk.db, row.id, **WHO) is None
    assert "maria@clinic.test" in desk.suppressed()
    assert desk.get(InboundMessage, row.id).verdict == "unsubscribe"


def test_done_can_be_opened_again(desk: Desk) -> None:
    row = desk.take(mail(answers="<out@stride.test>"))
    inbox_verdicts.done(desk.db, row.id, **WHO)
    assert desk.get(InboundMessage, row.id).state is InboundState.DONE
    inbox_verdicts.reopen(desk.db, row.id, **WHO)
    assert desk.get(InboundMessage, row.id).state is InboundState.OPEN


def test_a_stranger_settled_once_does_not_ask_again(desk: Desk) -> None:
    row = desk.take(mail(sender="who@unknown.test"))
    inbox_verdicts.done(desk.db, row.id, **WHO)
    again = desk.take(mail("Me again", sender="who@unknown.test", message_id="<a2@unknown.test>"))
    assert again.state is InboundState.DONE


def test_an_assigned_reply_has_its_effects_and_undo_takes_them_back(desk: Desk) -> None:
    with desk.db.write() as session:
        provider_id = factories.make_provider(session, email="", stage=Stage.CONTACTED).id
    enrollment_id = desk.enroll(provider_id)
    row = desk.take(mail("It is me, Ann.", sender="ann@home.test"))
    done = inbox_verdicts.assign(desk.db, row.id, provider_id, keep_address=True, **WHO)
    assigned = desk.get(InboundMessage, row.id)
    assert (assigned.provider_id, assigned.linked_by, assigned.state) == (provider_id, "hand", InboundState.OPEN)
    assert desk.get(Enrollment, enrollment_id).state_reason == "replied"
    provider = desk.get(Provider, provider_id)
    assert (provider.email, provider.stage) == ("ann@home.test", Stage.INTRODUCED)
    assert desk.lines(ActivityKind.REPLY)[0].provider_id == provider_id
    undo(desk, done)
    back = desk.get(InboundMessage, row.id)
    assert (back.provider_id, back.state, back.effect, back.linked_by) == (None, InboundState.OPEN, "", "")
    assert desk.get(Provider, provider_id).stage is Stage.CONTACTED
    assert desk.get(Enrollment, enrollment_id).state is EnrollmentState.ACTIVE


def test_an_assigned_message_can_not_be_assigned_again(desk: Desk) -> None:
    row = desk.take(mail(answers="<out@stride.test>"))
    with pytest.raises(Refused):
        inbox_verdicts.assign(desk.db, row.id, desk.provider_id, **WHO)


def test_a_bounce_without_any_sign_can_be_assigned(desk: Desk) -> None:
    raw = (
        b"From: MAILER-DAEMON@mx.test\r\nTo: dana@stride.test\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        b"Message-ID: <b2@mx.test>\r\n\r\nYour message could not be delivered: 550 5.1.1 user unknown\r\n"
    )
    row = desk.take(raw)
    assert (row.provider_id, row.state, row.kind) == (None, InboundState.OPEN, "bounce")
    inbox_verdicts.assign(desk.db, row.id, desk.provider_id, **WHO)
    assert desk.get(InboundMessage, row.id).answers_id == desk.message_id
    assert "maria@clinic.test" in desk.suppressed()


def test_a_corrected_address_leaves_the_old_one_suppressed(desk: Desk) -> None:
    row = desk.take(bounce("maria@clinic.test", original="<out@stride.test>"))
    done = inbox_verdicts.correct_address(desk.db, row.id, " Lopez@Clinic.test ", **WHO)
    assert desk.get(Provider).email == "lopez@clinic.test"
    assert "email" in desk.get(Provider).edited_fields
    assert list(desk.suppressed()) == ["maria@clinic.test"]
    assert desk.get(InboundMessage, row.id).verdict == "corrected"
    undo(desk, done)
    assert desk.get(Provider).email == "maria@clinic.test"


@pytest.mark.parametrize("address", ["", "not an address", "maria@clinic.test"])
def test_a_correction_that_does_not_help_is_refused(desk: Desk, address: str) -> None:
    row = desk.take(bounce("maria@clinic.test", original="<out@stride.test>"))
    with pytest.raises(Invalid) as caught:
        inbox_verdicts.correct_address(desk.db, row.id, address, **WHO)
    assert "address" in caught.value.errors


def test_what_needs_a_provider_says_so(desk: Desk) -> None:
    row = desk.take(mail(sender="who@unknown.test"))
    for verdict in (inbox_verdicts.positive, inbox_verdicts.wrong_person):
        with pytest.raises(Refused, match="whose message"):
            verdict(desk.db, row.id, **WHO)
    with pytest.raises(NotFound):
        inbox_verdicts.done(desk.db, 99, **WHO)
