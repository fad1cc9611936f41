"""Taking in a message: to whom it belongs, what it brings about, and what asks for a person."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from crm.domain.inbox import LinkedBy
from crm.domain.kinds import ActivityKind, InboundKind, MessageState, SuppressionReason
from crm.domain.mail_kinds import EnrollmentState, InboundState
from crm.domain.pipeline import Stage
from crm.models.accounts import MailAccount
from crm.models.activities import Activity
from crm.models.inbound import InboundMessage
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.models.sequences import Enrollment, Sequence
from crm.models.suppressions import Suppression
from crm.models.tasks import Task
from crm.services import inbox
from crm.services.inbox import Arrived
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW
from tests.services.mailbox import bounce, mail, make_read_account

AWAY = "Auto-Submitted: auto-replied"


class Desk:
    """Dana has written to Dr. Lopez."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db = db
        self.folder = folder / "files"
        self.uid = 0
        with db.write() as session:
            factories.make_business(session)
            self.account_id = make_read_account(session).id or 0
            practice = factories.make_practice(session)
            self.practice_id = practice.id or 0
            self.provider_id = self.make_provider(session, practice, "maria@clinic.test")
            self.message_id = self.make_message(session, self.provider_id, "maria@clinic.test", "<out@stride.test>")

    @staticmethod
    def make_provider(session: Any, practice: Any, email: str) -> int:
        return factories.make_provider(session, practice=practice, email=email, stage=Stage.CONTACTED).id or 0

    def make_message(self, session: Any, provider_id: int | None, to: str, message_id: str, **given: Any) -> int:
        defaults = {
            "provider_id": provider_id,
            "mail_account_id": self.account_id,
            "to_address": to,
            "message_id": message_id,
            "from_address": "dana@stride.test",
            "state": MessageState.SENT,
            "sent_at": NOW - timedelta(days=2),
            "via": "smtp",
        }
        return factories.make_message(session, **{**defaults, **given}).id or 0

    def enroll(self, provider_id: int | None = None, **given: Any) -> int:
        with self.db.write() as session:
            sequence = factories.saved(session, Sequence(name="First contact", created_at=NOW, updated_at=NOW))
            defaults = {
                "sequence_id": sequence.id,
                "provider_id": provider_id or self.provider_id,
                "practice_id": self.practice_id,
                "address": "maria@clinic.test",
                "zone": "America/Chicago",
                "enrolled_at": NOW - timedelta(days=3),
                "due_at": NOW + timedelta(days=3),
            }
            return factories.saved(session, Enrollment(**{**defaults, **given})).id or 0

    def take(self, raw: bytes, **given: Any) -> InboundMessage:
        found = self.take_maybe(raw, **given)
        assert found is not None
        return found

    def take_maybe(self, raw: bytes, **given: Any) -> InboundMessage | None:
        self.uid += 1
        now = given.pop("now", NOW)
        defaults = {"account_id": self.account_id, "folder": "INBOX", "uid_validity": 1, "uid": self.uid}
        arrived = Arrived(raw=raw, received_at=given.pop("received_at", now), **{**defaults, **given})
        found = inbox.take_in(self.db, self.folder, arrived, now=now)
        if found is None:
            return None
        with self.db.read() as session:
            return session.get_one(InboundMessage, found.id)

    def get(self, model: Any, key: int | None = None) -> Any:
        with self.db.read() as session:
            return session.get_one(model, key if key is not None else self.provider_id)

    def lines(self, kind: ActivityKind) -> list[Activity]:
        with self.db.read() as session:
            return list(session.exec(select(Activity).where(Activity.kind == kind).order_by(Activity.id)).all())

    def suppressed(self) -> dict[str, SuppressionReason]:
        with self.db.read() as session:
            return {each.address: each.reason for each in session.exec(select(Suppression)).all()}


@pytest.fixture
def desk(db: Database, tmp_path: Path) -> Desk:
    return Desk(db, tmp_path)


# --- replies ---------------------------------------------------------------------------------------------------------


def test_a_reply_is_linked_by_message_id_whoever_sends_it(desk: Desk) -> None:
    row = desk.take(mail(sender="Front Desk <office@other.test>", answers="<out@stride.test>"))
    assert (row.kind, row.linked_by) == (InboundKind.REPLY, LinkedBy.MESSAGE_ID)
    assert (row.provider_id, row.answers_id) == (desk.provider_id, desk.message_id)
    assert row.state is InboundState.OPEN


def test_a_reply_stands_on_the_timeline_and_moves_the_stage(desk: Desk) -> None:
    row = desk.take(
        mail(
            "Thanks, call me on Friday.\r\n\r\n"
            "On Mon, Mar 2, 2026 at 9:14 AM Dana Whitfield <dana@stride.test> wrote:\r\n> Hello",
            answers="<out@stride.test>",
        )
    )
    line = desk.lines(ActivityKind.REPLY)[0]
    assert line.body == "Thanks, call me on Friday."
    assert (line.id, line.message_id, line.evidence) == (row.activity_id, desk.message_id, {"inbound_id": row.id})
    provider = desk.get(Provider)
    assert provider.stage is Stage.INTRODUCED
    assert provider.last_touch_kind is ActivityKind.REPLY


def test_a_reply_stops_the_sequence_with_its_words_as_evidence(desk: Desk) -> None:
    enrollment_id = desk.enroll()
    row = desk.take(mail("Please send a sample.", answers="<out@stride.test>"))
    enrollment = desk.get(Enrollment, enrollment_id)
    assert (enrollment.state, enrollment.state_reason) == (EnrollmentState.STOPPED, "replied")
    assert enrollment.evidence["quote"] == "Please send a sample."
    assert enrollment.evidence["inbound_id"] == row.id
    assert "The sequence is stopped." in row.effect


def test_a_reply_older_than_the_sequence_does_not_stop_it(desk: Desk) -> None:
    enrollment_id = desk.enroll(enrolled_at=NOW)
    desk.take(mail(sender="maria@clinic.test"), received_at=NOW - timedelta(days=10), is_backlog=True)
    assert desk.get(Enrollment, enrollment_id).state is EnrollmentState.ACTIVE
    assert len(desk.lines(ActivityKind.REPLY)) == 1


def test_a_reply_stops_colleagues_where_the_sequence_says_so(desk: Desk) -> None:
    with desk.db.write() as session:
        practice = session.get_one(Provider, desk.provider_id)
        colleague = factories.make_provider(session, email="ann@clinic.test", practice_id=practice.practice_id).id
    mine = desk.enroll()
    theirs = desk.enroll(colleague, colleague_stops=True)
    desk.take(mail(answers="<out@stride.test>"))
    assert desk.get(Enrollment, mine).state is EnrollmentState.STOPPED
    assert desk.get(Enrollment, theirs).state_reason == "colleague_replied"


def test_mail_from_the_address_that_was_written_to_belongs_to_its_provider(desk: Desk) -> None:
    row = desk.take(mail(sender="Maria <MARIA@Clinic.TEST>", subject="A question"))
    assert (row.provider_id, row.linked_by, row.answers_id) == (desk.provider_id, LinkedBy.SENDER, desk.message_id)


def test_an_address_that_two_providers_share_belongs_to_whom_was_written_last(desk: Desk) -> None:
    with desk.db.write() as session:
        factories.make_provider(session, email="maria@clinic.test")
    assert desk.take(mail(sender="maria@clinic.test")).provider_id == desk.provider_id


def test_an_address_that_two_providers_share_and_nobody_wrote_to_is_for_a_person(desk: Desk) -> None:
    with desk.db.write() as session:
        for _ in range(2):
            factories.make_provider(session, email="shared@clinic.test")
    row = desk.take(mail(sender="shared@clinic.test"))
    assert (row.provider_id, row.state) == (None, InboundState.OPEN)


def test_the_front_desk_speaks_for_whoever_there_was_written_to(desk: Desk) -> None:
    with desk.db.write() as session:
        contact = factories.make_contact(session, practice_id=desk.practice_id, email="desk@clinic.test").id
    row = desk.take(mail(sender="desk@clinic.test", subject="Dr. Lopez"))
    assert (row.provider_id, row.contact_id, row.linked_by) == (desk.provider_id, contact, LinkedBy.CONTACT)


def test_an_answer_to_an_answer_stays_in_its_thread(desk: Desk) -> None:
    desk.take(mail("First", answers="<out@stride.test>"))
    row = desk.take(mail("Second", sender="other@home.test", answers="<a1@clinic.test>", message_id="<a2@clinic.test>"))
    assert (row.provider_id, row.linked_by, row.answers_id) == (desk.provider_id, LinkedBy.THREAD, desk.message_id)


def test_mail_for_a_merged_provider_goes_to_the_one_that_is_left(desk: Desk) -> None:
    with desk.db.write() as session:
        left = factories.make_provider(session, email="left@clinic.test").id
        gone = session.get_one(Provider, desk.provider_id)
        gone.merged_into_id, gone.archived_at = left, NOW
    assert desk.take(mail(answers="<out@stride.test>")).provider_id == left


def test_the_same_message_again_changes_nothing(desk: Desk) -> None:
    first = desk.take(mail(answers="<out@stride.test>"))
    again = desk.take(mail(answers="<out@stride.test>"), folder="Clinics")
    assert again.id == first.id
    assert len(desk.lines(ActivityKind.REPLY)) == 1


def test_a_copy_that_came_another_way_is_the_same_message(desk: Desk) -> None:
    first = desk.take(mail(answers="<out@stride.test>"))
    again = desk.take(b"Received: by list.test\r\n" + mail(answers="<out@stride.test>"))
    assert again.id == first.id


def test_a_message_in_two_mailboxes_of_the_team_acts_once(desk: Desk) -> None:
    with desk.db.write() as session:
        other = make_read_account(session, address="team@stride.test").id
    desk.take(mail(answers="<out@stride.test>"))
    row = desk.take(mail(answers="<out@stride.test>"), account_id=other)
    assert (row.state, row.provider_id) == (InboundState.DONE, desk.provider_id)
    assert len(desk.lines(ActivityKind.REPLY)) == 1


def test_a_reply_too_large_to_be_read_still_stops_the_sequence(desk: Desk) -> None:
    enrollment_id = desk.enroll()
    row = desk.take(mail("", answers="<out@stride.test>"), is_whole=False, size=50_000_000)
    assert (row.kind, row.state) == (InboundKind.OTHER, InboundState.OPEN)
    assert "too large" in row.error
    assert desk.get(Enrollment, enrollment_id).state_reason == "replied"


def test_words_that_no_database_takes_are_kept_without_what_disturbs(desk: Desk) -> None:
    row = desk.take(mail("One\x00two", answers="<out@stride.test>", subject="=?utf-8?b?AEhp?="))
    assert "\x00" not in row.reply_text + row.subject


def test_a_message_whose_effects_fail_is_stored_with_its_error(desk: Desk) -> None:
    desk.enroll(zone="No/Where")
    row = desk.take(mail("I am out of the office.", answers="<out@stride.test>", headers=AWAY))
    assert (row.kind, row.state) == (InboundKind.AUTO_REPLY, InboundState.OPEN)
    assert "could not be acted on" in row.error
    assert row.stored_file_id is not None
    assert row.reply_text == "I am out of the office."


# --- what asks for a person ------------------------------------------------------------------------------------------


def test_mail_of_a_stranger_is_to_be_assigned(desk: Desk) -> None:
    row = desk.take(mail(sender="Somebody <who@unknown.test>", subject="Hello"))
    assert (row.provider_id, row.state, row.effect) == (None, InboundState.OPEN, "")


def test_private_mail_that_lay_there_before_asks_nobody(desk: Desk) -> None:
    row = desk.take(mail(sender="Aunt <aunt@family.test>", subject="Sunday"), is_backlog=True)
    assert row.state is InboundState.DONE


def test_old_mail_from_a_practice_that_was_written_to_asks_all_the_same(desk: Desk) -> None:
    row = desk.take(mail(sender="new@clinic.test", subject="Who are you?"), is_backlog=True)
    assert row.state is InboundState.OPEN


def test_strangers_in_the_junk_folder_ask_nobody(desk: Desk) -> None:
    row = desk.take(mail(sender="Prince <rich@spam.test>", subject="Money"), folder="Junk", role="junk")
    assert row.state is InboundState.DONE


def test_a_reply_in_the_junk_folder_counts(desk: Desk) -> None:
    enrollment_id = desk.enroll()
    desk.take(mail(answers="<out@stride.test>"), folder="Junk", role="junk")
    assert desk.get(Enrollment, enrollment_id).state is EnrollmentState.STOPPED


# --- opting out ------------------------------------------------------------------------------------------------------


def test_a_reply_that_says_so_is_an_opt_out(desk: Desk) -> None:
    enrollment_id = desk.enroll()
    row = desk.take(mail("Please unsubscribe me.", sender="maria@home.test", answers="<out@stride.test>"))
    assert desk.suppressed() == {
        "maria@clinic.test": SuppressionReason.UNSUBSCRIBED,
        "maria@home.test": SuppressionReason.UNSUBSCRIBED,
    }
    assert (row.wants_out, row.state) == (True, InboundState.DONE)
    assert desk.get(Enrollment, enrollment_id).state_reason == "unsubscribed"
    assert desk.get(Provider).stage is Stage.CONTACTED


def test_an_opt_out_by_mailto_is_honoured_by_its_token(desk: Desk) -> None:
    token = "Ab3_" + "x" * 28
    with desk.db.write() as session:
        session.get_one(Message, desk.message_id).unsubscribe_token = token
    row = desk.take(mail("", sender="someone@phone.test", subject=f"unsubscribe {token}"))
    assert row.linked_by == LinkedBy.TOKEN
    assert "maria@clinic.test" in desk.suppressed()


def test_an_opt_out_of_a_stranger_is_honoured_too(desk: Desk) -> None:
    row = desk.take(mail("Take me off your list.", sender="who@unknown.test", subject="unsubscribe"))
    assert desk.suppressed() == {"who@unknown.test": SuppressionReason.UNSUBSCRIBED}
    assert row.state is InboundState.OPEN  # whom do we write to at another address?


def test_we_never_suppress_ourselves(desk: Desk) -> None:
    with desk.db.write() as session:
        session.get_one(Message, desk.message_id).to_address = "dana@stride.test"
    desk.take(mail("Please unsubscribe me.", sender="x@y.test", answers="<out@stride.test>"))
    assert "dana@stride.test" not in desk.suppressed()


def test_a_plus_address_that_only_one_person_has_names_them(desk: Desk) -> None:
    token = "Token" + "y" * 27
    with desk.db.write() as session:
        session.get_one(Message, desk.message_id).unsubscribe_token = token
    row = desk.take(mail(sender="x@y.test", to=f"dana+{token}@stride.test"))
    assert (row.provider_id, row.linked_by) == (desk.provider_id, LinkedBy.TOKEN)


# --- automatic answers -----------------------------------------------------------------------------------------------


def test_an_out_of_office_reply_pauses_until_the_day_it_names(desk: Desk) -> None:
    enrollment_id = desk.enroll()
    row = desk.take(mail("I am out of the office until March 16, 2026.", answers="<out@stride.test>", headers=AWAY))
    enrollment = desk.get(Enrollment, enrollment_id)
    assert (row.kind, row.state) == (InboundKind.AUTO_REPLY, InboundState.DONE)
    assert enrollment.state is EnrollmentState.PAUSED
    assert row.return_on == date(2026, 3, 16)
    assert enrollment.paused_until.date() == date(2026, 3, 16)
    assert desk.get(Provider).stage is Stage.CONTACTED


def test_without_a_day_it_pauses_five_business_days_and_a_second_one_adds_nothing(desk: Desk) -> None:
    enrollment_id = desk.enroll()
    desk.take(mail("I am out of the office.", answers="<out@stride.test>", headers=AWAY))
    until = desk.get(Enrollment, enrollment_id).paused_until
    assert until.date() == date(2026, 3, 11)
    desk.take(
        mail("I am out of the office.", answers="<out@stride.test>", headers=AWAY, message_id="<a2@clinic.test>"),
        now=NOW + timedelta(days=2),
    )
    assert desk.get(Enrollment, enrollment_id).paused_until == until


def test_an_absence_that_is_over_when_it_is_read_pauses_nothing(desk: Desk) -> None:
    enrollment_id = desk.enroll(enrolled_at=NOW - timedelta(days=9))
    row = desk.take(
        mail("I am out of the office until March 2, 2026.", answers="<out@stride.test>", headers=AWAY),
        received_at=NOW - timedelta(days=5),
    )
    assert row.return_on == date(2026, 3, 2)
    assert desk.get(Enrollment, enrollment_id).state is EnrollmentState.ACTIVE


def test_an_old_absence_without_a_day_pauses_nothing(desk: Desk) -> None:
    enrollment_id = desk.enroll(enrolled_at=NOW - timedelta(days=20))
    raw = mail("I am out of the office.", answers="<out@stride.test>", headers=AWAY)
    desk.take(raw, received_at=NOW - timedelta(days=10))
    assert desk.get(Enrollment, enrollment_id).state is EnrollmentState.ACTIVE


def test_what_answers_us_without_looking_written_by_a_person_is_shown_to_one(desk: Desk) -> None:
    enrollment_id = desk.enroll()
    ticket = "References: <out@stride.test>\r\nList-Id: <tickets.clinic.test>"
    row = desk.take(mail("Your ticket", headers=ticket, sender="tickets@clinic.test"))
    assert (row.kind, row.state) == (InboundKind.OTHER, InboundState.OPEN)
    assert desk.get(Enrollment, enrollment_id).state is EnrollmentState.ACTIVE


# --- bounces and other reports ---------------------------------------------------------------------------------------


def test_a_bounce_of_the_address_suppresses_it_and_stops_the_sequence(desk: Desk) -> None:
    enrollment_id = desk.enroll()
    row = desk.take(bounce("maria@clinic.test", original="<out@stride.test>"))
    assert (row.kind, row.state, row.linked_by) == (InboundKind.BOUNCE, InboundState.OPEN, LinkedBy.MESSAGE_ID)
    assert desk.suppressed() == {"maria@clinic.test": SuppressionReason.BOUNCED}
    assert desk.get(Enrollment, enrollment_id).state_reason == "bounced"


def test_a_bounce_without_message_id_is_linked_by_its_recipient(desk: Desk) -> None:
    row = desk.take(bounce("maria@clinic.test"))
    assert (row.answers_id, row.linked_by) == (desk.message_id, LinkedBy.RECIPIENT)
    assert "maria@clinic.test" in desk.suppressed()


def test_a_bounce_of_an_address_behind_theirs_suppresses_the_one_we_write_to(desk: Desk) -> None:
    desk.take(bounce("maria.private@home.test", original="<out@stride.test>"))
    assert desk.suppressed() == {"maria@clinic.test": SuppressionReason.BOUNCED}


def test_a_bounce_of_mail_that_we_never_sent_does_nothing(desk: Desk) -> None:
    row = desk.take(bounce("victim@clinic.test", original="<forged@else.test>"))
    assert desk.suppressed() == {}
    assert (row.state, row.provider_id) == (InboundState.DONE, None)


@pytest.mark.parametrize(("status", "said"), [("4.2.2", "452 4.2.2 mailbox full"), ("4.7.1", "451 4.7.1 greylisted")])
def test_a_passing_trouble_suppresses_nobody(desk: Desk, status: str, said: str) -> None:
    enrollment_id = desk.enroll()
    desk.take(bounce("maria@clinic.test", original="<out@stride.test>", status=status, said=said))
    assert desk.suppressed() == {}
    assert desk.get(Enrollment, enrollment_id).state is EnrollmentState.ACTIVE


def test_a_refusal_of_us_pauses_the_mailbox_and_not_the_contact(desk: Desk) -> None:
    said = "550 5.7.1 Message rejected due to local policy: sender IP on block list"
    raw = bounce("maria@clinic.test", original="<out@stride.test>", status="5.7.1", said=said)
    desk.take(raw)
    assert desk.suppressed() == {}
    account = desk.get(MailAccount, desk.account_id)
    assert account.paused_at == NOW
    assert "block list" in account.paused_reason


def test_an_old_refusal_of_us_pauses_nothing(desk: Desk) -> None:
    said = "550 5.7.1 Message rejected due to local policy: sender IP on block list"
    raw = bounce("maria@clinic.test", original="<out@stride.test>", status="5.7.1", said=said)
    desk.take(raw, received_at=NOW - timedelta(days=5))
    assert desk.get(MailAccount, desk.account_id).paused_at is None


def test_a_complaint_suppresses(desk: Desk) -> None:
    enrollment_id = desk.enroll()
    raw = (
        b"From: fbl@provider.test\r\nTo: dana@stride.test\r\nSubject: complaint\r\nMessage-ID: <c@p.test>\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nAn abuse report\r\n"
        b"--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: X/1\r\nVersion: 1\r\n"
        b"Original-Rcpt-To: maria@clinic.test\r\n\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\n"
        b"From: dana@stride.test\r\nMessage-ID: <out@stride.test>\r\n\r\nHi\r\n"
        b"--b--\r\n"
    )
    row = desk.take(raw)
    assert row.kind is InboundKind.COMPLAINT
    assert desk.suppressed() == {"maria@clinic.test": SuppressionReason.COMPLAINED}
    assert desk.get(Enrollment, enrollment_id).state is EnrollmentState.STOPPED


# --- doubts ----------------------------------------------------------------------------------------------------------


def doubtful(desk: Desk) -> None:
    with desk.db.write() as session:
        message = session.get_one(Message, desk.message_id)
        message.state, message.sent_at = MessageState.IN_DOUBT, None
        message.claimed_at, message.state_reason = NOW - timedelta(hours=1), "connection_lost"


@pytest.mark.parametrize(
    ("raw", "folder"),
    [
        (mail(sender="dana@stride.test", to="maria@clinic.test", message_id="<out@stride.test>"), "Sent"),
        (mail(answers="<out@stride.test>"), "INBOX"),
        (bounce("maria@clinic.test", original="<out@stride.test>"), "INBOX"),
        (mail("I am away.", answers="<out@stride.test>", headers=AWAY), "INBOX"),
    ],
)
def test_what_is_read_settles_a_doubt(desk: Desk, raw: bytes, folder: str) -> None:
    doubtful(desk)
    row = desk.take(raw, folder=folder)
    message = desk.get(Message, desk.message_id)
    assert (message.state, message.state_reason) == (MessageState.SENT, "arrived")
    assert "our mail arrived" in row.effect
    assert any("known to have arrived" in line.summary for line in desk.lines(ActivityKind.MESSAGE))


def test_our_own_copies_are_no_replies(desk: Desk) -> None:
    enrollment_id = desk.enroll()
    row = desk.take(mail(sender="dana@stride.test", to="maria@clinic.test", message_id="<out@stride.test>"))
    assert (row.kind, row.state) == (InboundKind.OWN, InboundState.DONE)
    assert desk.get(Enrollment, enrollment_id).state is EnrollmentState.ACTIVE
    assert desk.lines(ActivityKind.REPLY) == []


def test_private_mail_of_ours_is_not_kept(desk: Desk) -> None:
    raw = mail(sender="dana@stride.test", to="aunt@family.test", message_id="<private@stride.test>")
    assert desk.take_maybe(raw, folder="Sent") is None


def test_an_answer_from_another_mail_program_settles_the_message(desk: Desk) -> None:
    reply = desk.take(mail(answers="<out@stride.test>"))
    desk.take(
        mail(
            "Gladly, on Friday.",
            sender="dana@stride.test",
            to="maria@clinic.test",
            message_id="<mine@stride.test>",
            answers="<a1@clinic.test>",
        ),
        folder="Sent",
    )
    settled = desk.get(InboundMessage, reply.id)
    assert (settled.state, settled.verdict) == (InboundState.DONE, "answered")
    assert [line.body for line in desk.lines(ActivityKind.EMAIL)] == ["Gladly, on Friday."]


def test_an_answer_faster_than_the_books_still_comes_after_its_mail(desk: Desk) -> None:
    with desk.db.write() as session:
        message = session.get_one(Message, desk.message_id)
        message.sent_at, message.effects_due_at = NOW - timedelta(minutes=1), NOW
    row = desk.take(mail(answers="<out@stride.test>"))
    assert desk.get(Message, desk.message_id).effects_due_at is None
    assert [line.kind for line in (*desk.lines(ActivityKind.EMAIL), *desk.lines(ActivityKind.REPLY))] == [
        ActivityKind.EMAIL,
        ActivityKind.REPLY,
    ]
    with desk.db.read() as session:
        titles = [task.title for task in session.exec(select(Task).where(Task.state == "open")).all()]
    assert titles == ["Answer their message"]
    assert row.state is InboundState.OPEN
