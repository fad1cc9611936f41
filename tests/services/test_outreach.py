"""Writing to a provider: what is filled, what is found, what may leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from crm.documents.emails import email_templates
from crm.domain.errors import Invalid, Refused
from crm.domain.kinds import ActivityKind, MessageKind, MessageState, TaskKind, TaskState
from crm.domain.pipeline import Stage
from crm.models.accounts import Business
from crm.models.activities import Activity
from crm.models.audit import AuditEntry
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.models.templates import TemplateVersion
from crm.services import outbox, outreach, outreach_review
from crm.services.mailboxes import Post
from crm.services.outreach_review import Written
from crm.store import overrides as stored_overrides
from crm.store.engine import Database
from tests.factories import (
    NOW,
    FakeClock,
    acquainted,
    make_client,
    make_suppression,
    make_task,
)
from tests.services.mail import FakeTransport

OUTREACH = [each for each in email_templates().values() if each.kind == "outreach"]
FINE = Written("After therapy ends", "Dear Dr. Okafor,\n\nI give people exercise once therapy ends.", "introduction")


@pytest.fixture
def provider_id(db: Database) -> int:
    with db.write() as session:
        return acquainted(session).id or 0


@pytest.fixture
def send(db: Database, post: Post, provider_id: int) -> Callable[..., Message]:
    def act(written: Written = FINE, **given: Any) -> Message:
        return outreach.send(db, post, provider_id, written, key="k1", actor_id=1, now=NOW, **given)

    return act


def test_a_new_provider_gets_the_introduction_filled(db: Database, provider_id: int) -> None:
    with db.read() as session:
        written = outreach_review.begin(session, provider_id, 1, now=NOW)
    assert written.template == "introduction"
    assert "Dr. Okafor" in written.text
    assert "{{" not in written.text


@pytest.mark.parametrize("choice", OUTREACH, ids=lambda choice: choice.slug)
def test_every_template_begins_a_mail_that_stays_within_scope(db: Database, provider_id: int, choice: Any) -> None:
    with db.read() as session:
        written = outreach_review.begin(session, provider_id, 1, slug=choice.slug, now=NOW)
        checked = outreach_review.review(session, provider_id, written, 1, now=NOW)
    assert [each.text for each in checked.findings] == []


def test_a_mail_that_is_sent_is_all_that_the_law_asks_for(
    db: Database, post: Post, wire: FakeTransport, send: Callable[..., Message]
) -> None:
    message = send()
    clock = FakeClock()
    clock.advance(minutes=1)
    assert outbox.run_due(db, post, clock=clock, me="me") == 1
    for part in (message.text_body, message.html_body):
        assert "2450 Holcombe Blvd, Houston, TX 77005" in part
        assert "advertisement" in part
        assert message.unsubscribe_url in part
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in wire.contents[0]
    assert b"<img" not in wire.contents[0]
    with db.read() as session:
        provider = session.get_one(Provider, message.provider_id)
        version = session.get_one(TemplateVersion, message.template_version_id)
    assert provider.stage is Stage.CONTACTED
    assert provider.next_due_on is not None
    assert version.content_hash


def test_sending_a_form_twice_is_one_message(send: Callable[..., Message]) -> None:
    assert send().id == send().id


def test_a_text_out_of_scope_needs_a_reason_which_is_kept(db: Database, send: Callable[..., Message]) -> None:
    bold = Written("After therapy", "I treat your patients' back pain.", "introduction")
    with pytest.raises(Invalid) as caught:
        send(bold)
    assert "treat" in caught.value.errors["reason"]
    message = send(bold, reason="Quoted from their own letter")
    assert message.override_reason == "Quoted from their own letter"
    with db.read() as session:
        [row] = stored_overrides.of(session, "message", message.id)
        entry = session.exec(select(AuditEntry).where(AuditEntry.kind == "override")).one()
    assert (row.rule, row.excerpt, row.reason, row.actor_id) == ("treat", "treat", message.override_reason, 1)
    assert (entry.actor_id, entry.subject) == (1, f"message {message.id}")


def test_a_reason_has_to_say_something(send: Callable[..., Message]) -> None:
    bold = Written("After therapy", "I treat your patients' back pain.", "introduction")
    with pytest.raises(Invalid) as caught:
        send(bold, reason="because")
    assert "at least 10 characters" in caught.value.errors["reason"]


def test_the_code_of_a_client_of_ours_does_not_leave(db: Database, send: Callable[..., Message]) -> None:
    with db.write() as session:
        make_client(session, code="K-77")
    with pytest.raises(Invalid) as caught:
        send(Written("After therapy", "K-77 walks to church again.", "introduction"))
    assert "“K-77”" in caught.value.errors["reason"]


def test_a_reason_that_was_not_needed_is_not_kept(send: Callable[..., Message]) -> None:
    assert send(reason="just in case").override_reason == ""


def test_marks_of_empty_fields_keep_it_from_leaving(send: Callable[..., Message]) -> None:
    with pytest.raises(Invalid, match="Phone"):
        send(Written("Hello", "Call me at [Phone]."))


def test_without_a_postal_address_it_says_where_to_fill_it_in(db: Database, send: Callable[..., Message]) -> None:
    with db.write() as session:
        session.get_one(Business, 1).line1 = ""
    with pytest.raises(Invalid, match="Settings"):
        send()


def test_who_unsubscribed_is_refused_on_the_page_already(
    db: Database, provider_id: int, send: Callable[..., Message]
) -> None:
    with db.write() as session:
        make_suppression(session, address="g.okafor@bayou.example")
    with db.read() as session:
        assert "no e-mail from you" in outreach_review.review(session, provider_id, FINE, 1, now=NOW).refusal
    with pytest.raises(Refused):
        send()


def test_a_test_goes_to_oneself_at_once_and_leaves_no_trace_on_the_provider(
    db: Database, post: Post, wire: FakeTransport, provider_id: int
) -> None:
    message = outreach.send_test(db, post, provider_id, FINE, actor_id=1, now=NOW)
    assert (message.kind, message.to_address, message.due_at) == (MessageKind.TEST, "dana@stride.example", NOW)
    assert message.id is not None
    assert outbox.run_one(db, post, message.id, clock=FakeClock(), me="me")
    with db.read() as session:
        assert session.get_one(Message, message.id).state is MessageState.SENT
        assert session.exec(select(Activity)).all() == []


def test_a_mail_of_ones_own_program_counts_as_a_touch(db: Database, provider_id: int) -> None:
    outreach.sent_elsewhere(db, provider_id, FINE, actor_id=1, now=NOW)
    with db.read() as session:
        kinds = session.exec(select(Activity.kind).order_by(Activity.id)).all()
        assert session.get_one(Provider, provider_id).touch_count == 1
        assert session.exec(select(Message)).all() == []
    assert kinds[0] is ActivityKind.EMAIL


def test_the_mailto_link_holds_the_whole_mail_with_its_footer(db: Database, provider_id: int) -> None:
    with db.read() as session:
        link = outreach_review.mailto(outreach_review.review(session, provider_id, FINE, 1, now=NOW))
    assert link.startswith("mailto:g.okafor@bayou.example?subject=After%20therapy%20ends&body=Dear%20Dr.%20Okafor")
    assert "Holcombe" in link


def test_an_e_mail_does_the_follow_up_that_waits_for_its_template(db: Database, provider_id: int) -> None:
    with db.write() as session:
        make_task(session, provider_id=provider_id, kind=TaskKind.THANK_YOU, template_slug="thank_you")
        make_task(session, provider_id=provider_id, kind=TaskKind.SAMPLE, template_slug="sample_offer")
    thanks = Written("Thank you", "Dear Dr. Okafor,\n\nThank you for your trust.", "thank_you")
    outreach.sent_elsewhere(db, provider_id, thanks, actor_id=1, now=NOW)
    with db.read() as session:
        states = {task.kind: task.state for task in session.exec(select(Task).where(Task.template_slug != ""))}
    assert states[TaskKind.THANK_YOU] is TaskState.DONE
    assert states[TaskKind.SAMPLE] is TaskState.OPEN


def test_the_follow_up_is_done_once_the_message_has_left(
    db: Database, post: Post, provider_id: int, send: Callable[..., Message]
) -> None:
    with db.write() as session:
        task = make_task(session, provider_id=provider_id, kind=TaskKind.EMAIL, template_slug="introduction")
    assert send().task_id == task.id
    with db.read() as session:
        assert session.get_one(Task, task.id).state is TaskState.OPEN
    clock = FakeClock(NOW)
    clock.advance(minutes=2)
    outbox.run_due(db, post, clock=clock, me="w")
    with db.read() as session:
        assert session.get_one(Task, task.id).state is TaskState.DONE
