"""Answering from here: in the thread, looked over, through the outbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import MessageKind, MessageState
from crm.domain.mail_kinds import InboundState
from crm.models.inbound import InboundMessage
from crm.models.messages import Message
from crm.services import answers, inbox_verdicts, letters
from crm.services.outreach_review import Written
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW
from tests.services.mail import FakeTransport, fake_post
from tests.services.mailbox import mail
from tests.services.test_inbox import Desk

TEXT = "Gladly. Shall we speak on Friday?"


class Office(Desk):
    """A desk at which somebody sits."""

    def __init__(self, db: Database, folder: Path) -> None:
        super().__init__(db, folder)
        self.post = fake_post(folder, FakeTransport())
        with db.write() as session:
            self.actor_id = factories.make_user(session, signature="Dana Whitfield\nStride").id

    def answer(self, row: InboundMessage, text: str = TEXT, subject: str = "Re: After", **given: str) -> Message:
        return answers.answer(
            self.db,
            self.post,
            row.id,
            Written(subject, text),
            key=given.pop("key", "k1"),
            actor_id=self.actor_id,
            now=NOW,
            **given,
        )


@pytest.fixture
def office(db: Database, tmp_path: Path) -> Office:
    return Office(db, tmp_path)


def test_the_form_begins_with_re_the_signature_and_their_words(office: Office) -> None:
    row = office.take(mail("What do you charge?\r\nMaria", answers="<out@stride.test>", subject="RE: Re: After"))
    with office.db.read() as session:
        written = answers.begin(session, row.id, office.actor_id)
    assert written.subject == "Re: After"
    assert written.text.startswith(
        "\n\nDana Whitfield\nStride\n\nOn Wed, Mar 4, 2026, at 10:00 AM, Dr. Maria Lopez wrote:"
    )
    assert "> What do you charge?" in written.text


def test_an_answer_stands_in_the_thread_and_leaves_by_the_outbox(office: Office) -> None:
    row = office.take(mail(answers="<out@stride.test>"))
    message = office.answer(row)
    assert (message.kind, message.state) == (MessageKind.REPLY, MessageState.QUEUED)
    assert message.in_reply_to == "<a1@clinic.test>"
    assert message.references == "<out@stride.test>"
    assert (message.to_address, message.provider_id) == ("maria@clinic.test", office.provider_id)
    assert message.mail_account_id == office.account_id
    settled = office.get(InboundMessage, row.id)
    assert (settled.state, settled.verdict, settled.settled_by) == (InboundState.DONE, "answered", office.actor_id)


def test_the_same_form_sent_twice_is_one_answer(office: Office) -> None:
    row = office.take(mail(answers="<out@stride.test>"))
    assert office.answer(row).id == office.answer(row).id
    assert office.answer(row, key="k2").id != office.answer(row).id


def test_an_answer_goes_where_they_ask_for_it(office: Office) -> None:
    row = office.take(mail(answers="<out@stride.test>", headers="Reply-To: Office <office@clinic.test>"))
    assert office.answer(row).to_address == "office@clinic.test"


def test_a_stranger_can_be_answered_before_they_are_assigned(office: Office) -> None:
    row = office.take(mail(sender="Who <who@unknown.test>"))
    message = office.answer(row)
    assert (message.to_address, message.provider_id) == ("who@unknown.test", None)


def test_our_own_words_keep_to_the_scope_and_theirs_may_say_what_they_like(office: Office) -> None:
    row = office.take(mail("Do you treat back pain?", answers="<out@stride.test>"))
    with pytest.raises(Invalid) as caught:
        office.answer(row, "Yes, I treat your patients' back pain.")
    assert "reason" in caught.value.errors
    assert office.answer(row, f"{TEXT}\n\nOn Wed, Maria wrote:\n> Do you treat? I treat my patients' back pain.").id
    kept = office.answer(row, "Yes, I treat your patients' back pain.", key="k3", reason="quoting their brochure")
    assert kept.override_reason == "quoting their brochure"


def test_a_stranger_gets_nothing_out_of_scope_either(office: Office) -> None:
    row = office.take(mail(sender="Who <who@unknown.test>"))
    with pytest.raises(Invalid):
        office.answer(row, "I treat your patients' back pain.")


def test_who_wants_no_mail_gets_no_answer(office: Office) -> None:
    row = office.take(mail("Please unsubscribe me.", answers="<out@stride.test>"))
    with pytest.raises(Refused):
        office.answer(row)


def test_strange_message_ids_do_not_spoil_the_answer(office: Office) -> None:
    row = office.take(mail(answers="<out@stride.test>", message_id="<no-at-sign>"))
    message = office.answer(row)
    assert message.in_reply_to in ("", "<no-at-sign>")
    assert b"Gladly" in letters.written(office.post, message)


def test_a_very_long_thread_keeps_its_ends(office: Office) -> None:
    chain = " ".join(f"<r{number}@clinic.test>" for number in range(60))
    row = office.take(mail(headers=f"References: <out@stride.test> {chain}\r\nIn-Reply-To: <out@stride.test>"))
    message = office.answer(row)
    assert len(message.references.split()) <= 20
    assert message.in_reply_to == "<a1@clinic.test>"


def test_a_message_that_is_gone_can_not_be_answered(office: Office) -> None:
    with pytest.raises(NotFound), office.db.read() as session:
        answers.begin(session, 99, office.actor_id)


def test_a_verdict_given_before_the_answer_stays(office: Office) -> None:
    row = office.take(mail(answers="<out@stride.test>"))
    inbox_verdicts.positive(office.db, row.id, actor_id=office.actor_id, now=NOW)
    office.answer(row)
    assert office.get(InboundMessage, row.id).verdict == "positive"
