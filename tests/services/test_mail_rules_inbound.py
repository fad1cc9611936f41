"""What comes in, from people who mean harm, write from elsewhere, or are away for years."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crm.domain.kinds import InboundKind, SuppressionReason
from crm.domain.mail_kinds import EnrollmentState, InboundState
from crm.models.accounts import MailAccount
from crm.models.inbound import InboundMessage
from crm.models.providers import Provider
from crm.models.sequences import Enrollment
from crm.services import inbox_verdicts, providers
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW
from tests.services.mailbox import bounce, mail
from tests.services.test_inbox import AWAY, Desk

WHO = {"actor_id": None, "now": NOW}


@pytest.fixture
def desk(db: Database, tmp_path: Path) -> Desk:
    return Desk(db, tmp_path)


def state_of(desk: Desk, enrollment_id: int) -> tuple[EnrollmentState, str]:
    found = desk.get(Enrollment, enrollment_id)
    return found.state, found.state_reason


def complaint(address: str, original: str) -> bytes:
    return (
        "From: fbl@evil.test\r\nTo: dana@stride.test\r\nSubject: complaint\r\nMessage-ID: <c9@evil.test>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nAn abuse report\r\n"
        "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: X/1\r\nVersion: 1\r\n"
        f"Original-Rcpt-To: {address}\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: dana@stride.test\r\nMessage-ID: {original}\r\n\r\nHi\r\n"
        "--b--\r\n"
    ).encode()


# --- forged reports --------------------------------------------------------------------------------------------------


def test_reports_about_addresses_that_were_never_written_to_suppress_nobody(desk: Desk) -> None:
    with desk.db.write() as session:
        never = desk.make_provider(session, factories.make_practice(session), "never@clinic.test")
    running = desk.enroll(never, address="never@clinic.test")
    desk.take(complaint("never@clinic.test", "<made-up@stride.test>"))
    desk.take(bounce("never@clinic.test", original="<made-up@stride.test>"))
    assert desk.suppressed() == {}
    assert state_of(desk, running)[0] is EnrollmentState.ACTIVE


def test_a_report_about_us_for_mail_that_was_never_sent_pauses_no_mailbox(desk: Desk) -> None:
    desk.take(bounce("never@x.test", original="<no@stride.test>", status="5.7.1", said="550 5.7.1 blocked: spam list"))
    assert desk.get(MailAccount, desk.account_id).paused_at is None


def test_a_forged_opt_out_ends_only_the_address_it_comes_from(desk: Desk) -> None:
    running = desk.enroll()
    desk.take(mail("unsubscribe", sender="who@evil.test", subject="unsubscribe not-a-token-of-ours-1234567890"))
    assert set(desk.suppressed()) <= {"who@evil.test"}
    assert state_of(desk, running)[0] is EnrollmentState.ACTIVE


# --- opting out from elsewhere ---------------------------------------------------------------------------------------


def test_an_opt_out_from_an_address_nobody_has_waits_to_be_assigned_and_then_ends_all_mail(desk: Desk) -> None:
    running = desk.enroll()
    row = desk.take(mail("Please take me off your list.", sender="maria@home.test", subject="Your mails"))
    assert (row.wants_out, row.state, row.provider_id) == (True, InboundState.OPEN, None)
    inbox_verdicts.assign(desk.db, row.id or 0, desk.provider_id, **WHO)
    assert set(desk.suppressed()) == {"maria@home.test", "maria@clinic.test"}
    assert state_of(desk, running) == (EnrollmentState.STOPPED, "unsubscribed")


def test_an_opt_out_in_answer_to_an_old_address_holds_for_the_new_one(desk: Desk) -> None:
    providers.update(desk.db, desk.provider_id, {"email": "lopez@clinic.test"}, **WHO)
    running = desk.enroll(address="lopez@clinic.test")
    desk.take(mail("Please unsubscribe me.", sender="maria@home.test", answers="<out@stride.test>"))
    assert set(desk.suppressed()) == {"maria@clinic.test", "maria@home.test", "lopez@clinic.test"}
    assert state_of(desk, running) == (EnrollmentState.STOPPED, "unsubscribed")


def test_no_more_mail_pressed_on_an_assigned_message_ends_the_providers_address(desk: Desk) -> None:
    row = desk.take(mail("It is me, Maria.", sender="maria@home.test", subject="Hello"))
    inbox_verdicts.assign(desk.db, row.id or 0, desk.provider_id, **WHO)
    inbox_verdicts.unsubscribe(desk.db, row.id or 0, **WHO)
    assert desk.suppressed()["maria@clinic.test"] is SuppressionReason.UNSUBSCRIBED


# --- away ------------------------------------------------------------------------------------------------------------


def test_an_absence_of_many_years_is_a_misread_date_and_pauses_five_business_days(desk: Desk) -> None:
    running = desk.enroll()
    row = desk.take(mail("I am away and back on March 9, 2042.", answers="<out@stride.test>", headers=AWAY))
    assert (row.kind, row.return_on) == (InboundKind.AUTO_REPLY, None)
    until = desk.get(Enrollment, running).paused_until
    assert NOW + timedelta(days=6) < until < NOW + timedelta(days=9)


def test_a_day_of_return_in_the_past_pauses_no_longer_than_no_day(desk: Desk) -> None:
    running = desk.enroll()
    desk.take(mail("I am out of the office until March 2, 2026.", answers="<out@stride.test>", headers=AWAY))
    until = desk.get(Enrollment, running).paused_until
    assert until is None or until < NOW + timedelta(days=9)


# --- whose words -----------------------------------------------------------------------------------------------------


def test_a_sender_named_as_we_are_is_no_reply_of_the_provider(desk: Desk) -> None:
    """Forged or our own copy: it stops nothing and suppresses nobody."""
    running = desk.enroll()
    desk.take_maybe(mail("unsubscribe", sender="Dana <dana@stride.test>", answers="<out@stride.test>"))
    assert "dana@stride.test" not in desk.suppressed()
    assert desk.get(Provider).email == "maria@clinic.test"
    assert state_of(desk, running)[1] != "unsubscribed"


def test_a_colleague_at_the_practice_who_was_never_written_to_stops_only_who_is_to_be_stopped(desk: Desk) -> None:
    with desk.db.write() as session:
        practice = session.get_one(type(factories.make_practice(session)), desk.practice_id)
        desk.make_provider(session, practice, "lee@clinic.test")
    mine = desk.enroll(colleague_stops=False)
    row = desk.take(mail("Who are you?", sender="lee@clinic.test", subject="Hello"))
    assert row.provider_id not in (None, desk.provider_id)
    assert state_of(desk, mine)[0] is EnrollmentState.ACTIVE


def test_a_raw_message_is_kept_whatever_it_is(desk: Desk) -> None:
    row = desk.take(b"\xff\xfe\x00 not a mail at all")
    assert desk.get(InboundMessage, row.id).stored_file_id is not None
