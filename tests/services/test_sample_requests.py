"""“Yes, send me a sample”, in one tap."""

from __future__ import annotations

import email.policy
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
from sqlmodel import Session, select

from crm.domain.enclosures import Enclosure
from crm.domain.errors import Invalid, Refused
from crm.domain.kinds import ActivityKind, MessageKind, MessageState, Outcome, TaskKind, TaskState
from crm.domain.mail_kinds import EnrollmentState
from crm.domain.papers import DeliveryHow, DocumentKind
from crm.domain.pipeline import Stage
from crm.models.accounts import Business
from crm.models.activities import Activity
from crm.models.documents import Document, DocumentDelivery
from crm.models.messages import Message, MessageAttachment, StoredFile
from crm.models.providers import Provider
from crm.models.sequences import Enrollment
from crm.models.tasks import Task
from crm.services import attachments, letters, mail_effects, outbox, outreach, sample_requests, touches
from crm.services.mailboxes import Post
from crm.services.outreach_review import Written
from crm.services.sample_requests import Requested
from crm.services.touches import Touch
from crm.store import mail_accounts
from crm.store.engine import Database
from tests.factories import (
    NOW,
    TODAY,
    FakeClock,
    acquainted,
    make_enrollment,
    make_suppression,
    make_task,
)
from tests.services.mail import FakeTransport
from tests.services.papers import FakePress, refusing

Send = Callable[..., Requested]


@pytest.fixture
def provider_id(db: Database) -> int:
    with db.write() as session:
        return acquainted(session, stage=Stage.INTRODUCED).id or 0


@pytest.fixture
def press() -> FakePress:
    return FakePress()


@pytest.fixture
def tap(db: Database, post: Post, provider_id: int, press: FakePress) -> Send:
    def act(paper: Enclosure = sample_requests.USUAL, **given: Any) -> Requested:
        told = {"actor_id": 1, "now": NOW, "press": press, **given}
        return sample_requests.send(db, post, provider_id, paper, **told)

    return act


def _deliver(db: Database, post: Post, clock: FakeClock) -> None:
    clock.advance(minutes=2)
    outbox.run_due(db, post, clock=clock, me="w")
    mail_effects.run_due(db, clock=clock, mine=True)


def test_one_tap_queues_the_sample_with_its_mail_and_notes_that_they_asked(
    db: Database, tap: Send, provider_id: int, press: FakePress
) -> None:
    message = tap().message
    assert (message.kind, message.state) == (MessageKind.OUTREACH, MessageState.QUEUED)
    assert message.due_at == NOW + timedelta(minutes=1)
    assert message.subject == "The sample you asked for"
    assert "This is an advertisement" in message.text_body
    assert press.made == [(DocumentKind.SAMPLE_PROGRESS_REPORT, provider_id, "")]
    with db.read() as session:
        link = session.exec(select(MessageAttachment)).one()
        assert (link.message_id, link.name) == (message.id, "sample-progress-report.pdf")
        line = session.exec(select(Activity).where(Activity.outcome == Outcome.WANTS_SAMPLE)).one()
        assert (line.kind, line.summary) == (ActivityKind.NOTE, "Asked for a sample")
        assert session.exec(select(DocumentDelivery)).all() == []
        assert session.get_one(Provider, provider_id).stage is Stage.INTRODUCED


def test_another_sample_can_be_chosen(tap: Send, press: FakePress) -> None:
    tap(Enclosure(DocumentKind.SAMPLE_DISCHARGE))
    assert press.made[0][0] is DocumentKind.SAMPLE_DISCHARGE


def test_a_double_tap_is_one_message(db: Database, tap: Send) -> None:
    first, second = tap(), tap()
    assert second.is_repeat
    assert second.message.id == first.message.id
    with db.read() as session:
        assert len(session.exec(select(Message)).all()) == 1
        assert len(session.exec(select(Document)).all()) == 1


def test_when_it_has_left_the_stage_and_the_next_step_follow(
    db: Database, post: Post, tap: Send, provider_id: int, wire: FakeTransport
) -> None:
    with db.write() as session:
        task_id = make_task(session, provider_id=provider_id, kind=TaskKind.SAMPLE, template_slug="sample").id
    message = tap().message
    _deliver(db, post, FakeClock())
    sent = message_from_bytes(wire.contents[0], policy=email.policy.default)
    (attached,) = sent.iter_attachments()
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_content().startswith(b"%PDF-1.7 sample-progress-report")
    with db.read() as session:
        assert session.get_one(Provider, provider_id).stage is Stage.SAMPLE_SENT
        assert session.get_one(Task, task_id).state is TaskState.DONE
        (planned,) = session.exec(select(Task).where(Task.state == TaskState.OPEN)).all()
        assert (planned.kind, planned.title) == (TaskKind.CALL, "Ask what they thought of the sample")
        given = session.exec(select(DocumentDelivery)).one()
        assert (given.how, given.message_id, given.delivered_on) == (DeliveryHow.EMAIL, message.id, TODAY)
        assert given.to_address == "g.okafor@bayou.example"
        document = session.get_one(Document, given.document_id)
        file = session.get_one(StoredFile, document.stored_file_id)
        assert (post.files / file.sha256).read_bytes() == attached.get_content()


def test_sent_twice_over_it_is_delivered_once(db: Database, post: Post, tap: Send) -> None:
    message = tap().message
    _deliver(db, post, FakeClock())
    with db.write() as session:
        mail_effects.follow(session, session.get_one(Message, message.id), now=NOW + timedelta(minutes=3))
    with db.read() as session:
        assert len(session.exec(select(DocumentDelivery)).all()) == 1


def test_a_tap_soon_after_it_left_sends_nothing_and_one_the_week_after_does(
    db: Database, post: Post, tap: Send
) -> None:
    tap()
    _deliver(db, post, FakeClock())
    assert tap(now=NOW + timedelta(hours=2)).is_repeat
    assert not tap(now=NOW + timedelta(days=7)).is_repeat


def test_undo_keeps_it_here_and_takes_the_note_back(db: Database, post: Post, tap: Send, wire: FakeTransport) -> None:
    message = tap().message
    assert message.id is not None
    sample_requests.undo(db, message.id, actor_id=1, now=NOW + timedelta(seconds=20))
    _deliver(db, post, FakeClock())
    assert wire.contents == []
    with db.read() as session:
        assert session.get_one(Message, message.id).state is MessageState.CANCELLED
        assert session.exec(select(Activity).where(Activity.outcome == Outcome.WANTS_SAMPLE)).one().undone_at
    assert not tap(now=NOW + timedelta(seconds=40)).is_repeat


def test_undo_after_it_left_is_refused(db: Database, post: Post, tap: Send) -> None:
    message = tap().message
    assert message.id is not None
    _deliver(db, post, FakeClock())
    with pytest.raises(Refused):
        sample_requests.undo(db, message.id, actor_id=1, now=NOW + timedelta(minutes=3))


def test_a_request_that_was_logged_is_not_noted_again(db: Database, tap: Send, provider_id: int) -> None:
    visit = Touch(ActivityKind.VISIT, Outcome.WANTS_SAMPLE)
    touches.log(db, provider_id, visit, actor_id=1, now=NOW - timedelta(hours=1), today=TODAY)
    message = tap().message
    with db.read() as session:
        assert len(session.exec(select(Activity).where(Activity.outcome == Outcome.WANTS_SAMPLE)).all()) == 1
        assert message.task_id == session.exec(select(Task).where(Task.kind == TaskKind.SAMPLE)).one().id


def test_a_sequence_ends_since_they_answered(db: Database, tap: Send, provider_id: int) -> None:
    with db.write() as session:
        enrollment_id = make_enrollment(session, provider_id=provider_id).id
    tap()
    with db.read() as session:
        found = session.get_one(Enrollment, enrollment_id)
        assert (found.state, found.state_reason) == (EnrollmentState.STOPPED, "conversation")


def test_without_an_address_it_says_so_and_takes_one_on_the_spot(db: Database, tap: Send, provider_id: int) -> None:
    _set(db, provider_id, email="")
    with pytest.raises(Invalid) as caught:
        tap()
    assert "no e-mail address" in caught.value.errors["email"]
    message = tap(address=" New@Bayou.example ").message
    assert message.to_address == "new@bayou.example"


def test_an_address_that_is_none_is_refused(db: Database, tap: Send, provider_id: int) -> None:
    _set(db, provider_id, email="")
    with pytest.raises(Invalid):
        tap(address="nonsense")


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"stage": Stage.DO_NOT_CONTACT}, "not_to_them"),
        ({"deactivated_on": TODAY}, "not_to_them"),
        ({"archived_at": NOW}, "not_to_them"),
    ],
)
def test_who_must_not_be_written_to_gets_nothing(
    db: Database, tap: Send, provider_id: int, columns: dict[str, Any], reason: str
) -> None:
    _set(db, provider_id, **columns)
    with pytest.raises(Refused) as caught:
        tap()
    assert caught.value.reason == reason
    with db.read() as session:
        assert session.exec(select(Message)).all() == []
        assert session.exec(select(Activity).where(Activity.outcome == Outcome.WANTS_SAMPLE)).all() == []


def test_a_suppressed_address_gets_nothing(db: Database, tap: Send) -> None:
    with db.write() as session:
        make_suppression(session, address="g.okafor@bayou.example")
    with pytest.raises(Refused, match="no e-mail from you any more"):
        tap()


def test_without_a_postal_address_nothing_leaves(db: Database, tap: Send) -> None:
    with db.write() as session:
        _business(session).line1 = ""
    with pytest.raises((Invalid, Refused), match="address"):
        tap()


def test_a_paused_mailbox_is_named(db: Database, tap: Send, post: Post) -> None:
    tap()
    with db.write() as session:
        for message in session.exec(select(Message)):
            message.state = MessageState.CANCELLED
        account = mail_accounts.by_preset(session, "environment")
        assert account is not None
        account.paused_at, account.paused_reason = NOW, "The password was refused"
    with pytest.raises(Refused, match="is paused: The password was refused") as caught:
        tap()
    assert caught.value.reason == "mailbox_paused"


def test_a_paper_that_cannot_be_made_says_what_is_missing(tap: Send) -> None:
    with pytest.raises(Invalid, match="can't be made yet") as caught:
        tap(press=refusing("Write your credentials in Settings › You."))
    assert "credentials" in caught.value.errors["papers"]


def test_papers_too_large_for_mail_are_refused(tap: Send) -> None:
    with pytest.raises(Invalid, match="5 MB"):
        tap(press=FakePress(size=6 * 1024 * 1024))


def _set(db: Database, provider_id: int, **columns: Any) -> None:
    with db.write() as session:
        provider = session.get_one(Provider, provider_id)
        for name, value in columns.items():
            setattr(provider, name, value)


def _business(session: Session) -> Any:
    return session.get_one(Business, 1)


def test_the_message_made_again_holds_the_same_bytes(db: Database, post: Post, tap: Send, wire: FakeTransport) -> None:
    message = tap().message
    _deliver(db, post, FakeClock())
    with db.read() as session:
        again = message_from_bytes(
            letters.rebuilt(session, post, session.get_one(Message, message.id)), policy=email.policy.default
        )
    left = message_from_bytes(wire.contents[0], policy=email.policy.default)
    assert [each.get_content() for each in again.iter_attachments()] == [
        each.get_content() for each in left.iter_attachments()
    ]


def test_several_papers_go_with_a_mail_and_a_test_to_oneself_notes_none(
    db: Database, post: Post, provider_id: int, press: FakePress
) -> None:
    papers = [Enclosure(DocumentKind.OVERVIEW), Enclosure(DocumentKind.SERVICE_SHEET, "youth")]
    written = Written("After therapy", "Dear Dr. Okafor,\n\nHere are two papers.", "")
    told: dict[str, Any] = {"papers": papers, "actor_id": 1, "now": NOW, "press": press}
    outreach.send_test(db, post, provider_id, written, **told)
    with db.read() as session:
        assert session.exec(select(Document)).all() == []
    message = outreach.send(db, post, provider_id, written, key="k", **told)
    assert outreach.send(db, post, provider_id, written, key="k", **told).id == message.id
    with db.read() as session:
        assert [each.kind for each in session.exec(select(Document))] == [each.kind for each in papers]
        names = [each.name for each in attachments.of_message(session, message.id or 0)]
    assert sorted(names) == ["overview.pdf", "service-sheet.pdf"]
    clock = FakeClock()
    _deliver(db, post, clock)
    _deliver(db, post, clock)  # the mailbox rests a little after the test
    with db.read() as session:
        assert session.get_one(Provider, provider_id).stage is Stage.INTRODUCED
        assert len(session.exec(select(DocumentDelivery)).all()) == 2
