"""“Yes” written in a reply: the sample goes as an answer in the same conversation."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from crm.domain.errors import Refused
from crm.domain.kinds import MessageKind, MessageState
from crm.domain.mail_kinds import InboundState
from crm.domain.pipeline import Stage
from crm.models.inbound import InboundMessage
from crm.models.messages import Message, MessageAttachment
from crm.models.providers import Provider
from crm.models.templates import Template, TemplateVersion
from crm.services import mail_effects, sample_requests
from crm.services.sample_requests import Requested
from crm.store.engine import Database
from tests.factories import NOW
from tests.services.mailbox import mail
from tests.services.papers import FakePress
from tests.services.test_answers import Office


@pytest.fixture
def office(db: Database, tmp_path: Path) -> Office:
    office = Office(db, tmp_path)
    with db.write() as session:
        provider = session.get_one(Provider, office.provider_id)
        provider.email, provider.stage = "maria@clinic.test", Stage.CONTACTED
    return office


@pytest.fixture
def row(office: Office) -> InboundMessage:
    found: InboundMessage = office.take(mail("Yes, please send me one.\r\nMaria", answers="<out@stride.test>"))
    return found


def _answer(office: Office, row: InboundMessage) -> Requested:
    assert row.id is not None
    assert office.actor_id is not None
    return sample_requests.answer(office.db, office.post, row.id, actor_id=office.actor_id, now=NOW, press=FakePress())


def test_it_stands_in_their_thread_with_the_paper_and_their_words_below(office: Office, row: InboundMessage) -> None:
    message = _answer(office, row).message
    assert (message.kind, message.state) == (MessageKind.REPLY, MessageState.QUEUED)
    assert message.in_reply_to == "<a1@clinic.test>"
    assert message.subject.startswith("Re: ")
    assert "Here is the sample of my documentation" in message.text_body
    assert "> Yes, please send me one." in message.text_body
    with office.db.read() as session:
        assert session.exec(select(MessageAttachment)).one().message_id == message.id
        assert session.get_one(Provider, office.provider_id).stage is Stage.INTRODUCED
    settled = office.get(InboundMessage, row.id)
    assert (settled.state, settled.verdict) == (InboundState.DONE, "positive")


def test_it_names_the_wording_it_was_filled_from(office: Office, row: InboundMessage) -> None:
    message = _answer(office, row).message
    with office.db.read() as session:
        version = session.get_one(TemplateVersion, message.template_version_id)
        assert session.get_one(Template, version.template_id).slug == sample_requests.SLUG


def test_when_it_has_left_the_sample_counts_as_sent(office: Office, row: InboundMessage) -> None:
    message = _answer(office, row).message
    with office.db.write() as session:
        sent = session.get_one(Message, message.id)
        sent.state, sent.sent_at, sent.via = MessageState.SENT, NOW, "smtp"
        mail_effects.follow(session, sent, now=NOW)
    assert office.get(Provider, office.provider_id).stage is Stage.SAMPLE_SENT


def test_two_taps_are_one_answer(office: Office, row: InboundMessage) -> None:
    first, second = _answer(office, row), _answer(office, row)
    assert (second.is_repeat, second.message.id) == (True, first.message.id)


def test_undo_opens_the_reply_again(office: Office, row: InboundMessage) -> None:
    message = _answer(office, row).message
    assert message.id is not None
    sample_requests.undo(office.db, message.id, actor_id=office.actor_id, now=NOW)
    assert office.get(InboundMessage, row.id).state is InboundState.OPEN
    assert office.get(Message, message.id).state is MessageState.CANCELLED
    assert office.get(Provider, office.provider_id).stage is not Stage.SAMPLE_SENT
    assert not _answer(office, row).is_repeat


def test_a_message_that_belongs_to_nobody_is_refused(office: Office) -> None:
    stranger = office.take(mail("Yes!", sender="x@nowhere.test"))
    with pytest.raises(Refused, match="whose message"):
        _answer(office, stranger)
