"""Queueing: what is refused, what is fixed at once, and that the same intent is one message."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import ActivityKind, MessageKind, MessageState
from crm.domain.pipeline import Stage
from crm.domain.reasons import Reason
from crm.models.accounts import Business, MailAccount
from crm.models.activities import Activity
from crm.models.audit import AuditEntry
from crm.models.messages import Message
from crm.services import message_states, messages
from crm.services.messages import Draft
from crm.store.engine import Database
from tests.factories import NOW, make_business, make_message, make_provider, make_suppression, make_user
from tests.services.mail import FakeTransport, fake_post


@pytest.fixture
def provider_id(db: Database) -> int:
    with db.write() as session:
        make_business(session)
        make_user(session, name="Dana Whitfield", email="dana@stride.example")
        provider = make_provider(session, email="g.okafor@bayou.example", display_name="Grace Okafor, MD")
        assert provider.id is not None
        return provider.id


def draft(provider_id: int, **given: object) -> Draft:
    values: dict[str, object] = {
        "kind": MessageKind.OUTREACH,
        "subject": "After therapy ends",
        "text": "Dear Dr. Okafor",
        "dedupe_key": "manual:1",
        "provider_id": provider_id,
    }
    return Draft(**{**values, **given})  # type: ignore[arg-type]


def queue(db: Database, tmp_path: Path, made: Draft, **given: object) -> Message:
    post = fake_post(tmp_path, FakeTransport(), **given)  # type: ignore[arg-type]
    return messages.queue(db, post, made, actor_id=1, now=NOW)


def test_a_message_waits_a_minute_and_the_timeline_says_so(db: Database, tmp_path: Path, provider_id: int) -> None:
    message = queue(db, tmp_path, draft(provider_id))
    assert (message.state, message.state_reason) == (MessageState.QUEUED, Reason.UNDO_TIME)
    assert message.due_at == NOW + timedelta(minutes=1)
    assert (message.to_address, message.to_name) == ("g.okafor@bayou.example", "Grace Okafor, MD")
    with db.read() as session:
        line = session.exec(select(Activity)).one()
    assert (line.kind, line.summary, line.actor_id) == (
        ActivityKind.MESSAGE,
        "E-mail put into the outbox: After therapy ends",
        1,
    )


def test_message_id_and_token_are_fixed_when_the_row_is_made(db: Database, tmp_path: Path, provider_id: int) -> None:
    first = queue(db, tmp_path, draft(provider_id), environment=True, public_url="https://handoff.example")
    second = queue(db, tmp_path, draft(provider_id, dedupe_key="manual:2"), environment=True)
    assert first.message_id.endswith("@stride.example>")
    assert first.message_id != second.message_id
    assert first.unsubscribe_url == f"https://handoff.example/u/{first.unsubscribe_token}"
    assert second.unsubscribe_url == ""
    assert len(first.unsubscribe_token) >= 32


def test_the_same_intent_twice_is_one_message(db: Database, tmp_path: Path, provider_id: int) -> None:
    first = queue(db, tmp_path, draft(provider_id))
    again = queue(db, tmp_path, draft(provider_id, subject="Clicked twice"))
    assert first.id == again.id
    with db.read() as session:
        assert len(session.exec(select(Message)).all()) == 1


@pytest.mark.parametrize(
    ("provider", "reason"),
    [
        ({"email": ""}, "no_address"),
        ({"stage": Stage.DO_NOT_CONTACT}, Reason.DO_NOT_CONTACT),
        ({"stage": Stage.DECLINED}, Reason.DECLINED),
        ({"deactivated_on": NOW.date()}, Reason.DEACTIVATED),
        ({"archived_at": NOW}, Reason.ARCHIVED),
        ({"email": "gone@clinic.example"}, Reason.SUPPRESSED),
    ],
)
def test_some_people_must_not_be_written_to(
    db: Database, tmp_path: Path, provider_id: int, provider: dict[str, object], reason: str
) -> None:
    with db.write() as session:
        make_suppression(session, address="gone@clinic.example")
        other = make_provider(session, **{"email": "x@y.example", **provider})
    assert other.id is not None
    with pytest.raises(Refused) as caught:
        queue(db, tmp_path, draft(other.id))
    assert caught.value.reason == reason


def test_without_a_postal_address_nothing_is_queued(db: Database, tmp_path: Path, provider_id: int) -> None:
    with db.write() as session:
        session.get_one(Business, 1).zip = ""
    with pytest.raises(Refused, match="postal address"):
        queue(db, tmp_path, draft(provider_id))
    assert queue(db, tmp_path, draft(provider_id, kind=MessageKind.TEST, to_address="me@a.example")).id


@pytest.mark.parametrize(
    ("given", "field"),
    [({"subject": "  "}, "subject"), ({"text": ""}, "text"), ({"text": "Dear {{ provider.name }}"}, "text"),
     ({"to_address": "nobody"}, "to_address")],
)  # fmt: skip
def test_what_is_empty_or_unfilled_is_named(
    db: Database, tmp_path: Path, provider_id: int, given: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        queue(db, tmp_path, draft(provider_id, **given))
    assert field in caught.value.errors


def test_mail_about_sample_providers_never_gets_a_mailbox_that_sends(
    db: Database, tmp_path: Path, provider_id: int
) -> None:
    with db.write() as session:
        sample = make_provider(session, email="fictional@clinic.example", sample=True)
    assert sample.id is not None
    message = queue(db, tmp_path, draft(sample.id), environment=True)
    with db.read() as session:
        assert session.get_one(MailAccount, message.mail_account_id).preset == "local"
    assert message.sample


def test_an_override_is_kept_with_its_person_and_reason(db: Database, tmp_path: Path, provider_id: int) -> None:
    message = queue(db, tmp_path, draft(provider_id, override_reason="A quote from the provider"))
    assert (message.override_by, message.override_reason) == (1, "A quote from the provider")
    with db.read() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.kind == "scope_override")).one()
    assert entry.detail == {"reason": "A quote from the provider"}


def test_a_subject_is_one_line(db: Database, tmp_path: Path, provider_id: int) -> None:
    message = queue(db, tmp_path, draft(provider_id, subject="After\r\nBcc: x@y.example"))
    assert message.subject == "After Bcc: x@y.example"


def _state(db: Database, message_id: int | None) -> Message:
    with db.read() as session:
        return session.get_one(Message, message_id)


def _message(session: Session, provider_id: int, state: MessageState) -> int:
    message = make_message(session, provider_id=provider_id, state=state, state_reason="try_again")
    assert message.id is not None
    return message.id


def test_undo_hold_release_and_retry_move_a_message(db: Database, provider_id: int) -> None:
    with db.write() as session:
        undone, held, failed = (
            _message(session, provider_id, state)
            for state in (MessageState.QUEUED, MessageState.DEFERRED, MessageState.FAILED)
        )
    later = NOW + timedelta(hours=3)
    message_states.cancel(db, undone, actor_id=1, now=later, undo=True)
    message_states.hold(db, held, actor_id=1, now=later)
    assert [_state(db, each).state_reason for each in (undone, held)] == [Reason.UNDONE, Reason.BY_HAND]
    message_states.release(db, held, actor_id=1, now=later)
    message_states.release(db, failed, actor_id=1, now=later)
    for each in (held, failed):
        found = _state(db, each)
        assert (found.state, found.due_at, found.attempts) == (MessageState.QUEUED, later, 0)


@pytest.mark.parametrize(
    "state", [MessageState.SENT, MessageState.IN_DATA, MessageState.IN_DOUBT, MessageState.SKIPPED]
)
def test_what_has_left_or_may_have_cannot_be_undone(db: Database, provider_id: int, state: MessageState) -> None:
    with db.write() as session:
        message_id = _message(session, provider_id, state)
    with pytest.raises(Refused):
        message_states.cancel(db, message_id, actor_id=1, now=NOW)
    assert _state(db, message_id).state is state


def test_only_a_doubt_can_be_settled(db: Database, provider_id: int) -> None:
    with db.write() as session:
        message_id = _message(session, provider_id, MessageState.SENT)
    with pytest.raises(Refused):
        message_states.arrived(db, message_id, actor_id=1, now=NOW)
    with pytest.raises(Refused):
        message_states.send_again(db, message_id, actor_id=1, now=NOW)
    with pytest.raises(NotFound):
        message_states.cancel(db, 99_999, actor_id=1, now=NOW)
