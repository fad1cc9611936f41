"""“Yes, send me a sample”: the paper that suits the provider, its e-mail and the note that they asked, in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from crm.domain.enclosures import Enclosure
from crm.domain.errors import HandoffError, Invalid, Refused
from crm.domain.kinds import ActivityKind, MessageState, Outcome, TaskKind
from crm.domain.outbox import OPEN
from crm.domain.papers import DocumentKind
from crm.domain.sequences import StopReason
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.services import (
    acts,
    answers,
    attachments,
    changes,
    inbox_verdicts,
    mailboxes,
    message_states,
    missing_emails,
    outreach,
    outreach_review,
    sequence_stops,
    touches,
)
from crm.services.acts import Act
from crm.services.attachments import Ready
from crm.services.days import today_of
from crm.services.mailboxes import Post
from crm.services.outreach_review import Written
from crm.services.papers import PRESS, Press
from crm.store import paper_deliveries as store
from crm.store import tasks
from crm.store.engine import Database

SLUG = "sample"
USUAL = Enclosure(DocumentKind.SAMPLE_PROGRESS_REPORT)
CHANGE = "change_set"
"""The place in `message.merge_values` of what Undo takes back besides the message."""

UNDER_WAY = OPEN | {MessageState.IN_DATA, MessageState.IN_DOUBT}
LATELY = timedelta(days=1)
"""A sample that left less than this ago is not sent a second time by another tap."""

ASKED_LATELY = timedelta(days=14)
"""A request that is on the timeline already is not written down again."""


@dataclass(frozen=True)
class Requested:
    """The message in the outbox. `is_repeat`: it was there already, from an earlier tap."""

    message: Message
    is_repeat: bool = False


def send(
    db: Database,
    post: Post,
    provider_id: int,
    paper: Enclosure = USUAL,
    *,
    address: str = "",
    actor_id: int,
    now: datetime,
    press: Press = PRESS,
) -> Requested:
    """Put the sample and its e-mail into the outbox, where it waits a minute, and note that they asked for it.

    `address` is saved first where the provider has none. A second tap gives the message of the first. Raises Refused
    (no address, suppressed, do not contact, mailbox paused …) and Invalid for a field that is missing.
    """
    if address.strip():
        _save_address(db, provider_id, address, actor_id=actor_id, now=now)
    with db.read() as session:
        found = _under_way(session, provider_id, now)
        if found is not None:
            return Requested(found, is_repeat=True)
        provider = touches.get_provider(session, provider_id)
        if not provider.email:
            said = f"There is no e-mail address for {provider.display_name} yet. Add it, print or fax."
            raise Invalid({"email": said})
        written = _written(session, post, provider, actor_id, now)
        ready = attachments.make(session, post.files, provider_id, [paper], user_id=actor_id, now=now, press=press)
    try:
        with db.write() as session:
            return _send_in(session, post, provider_id, written, ready, actor_id=actor_id, now=now)
    except IntegrityError:  # the other of two taps at the same moment was first
        with db.read() as session:
            found = _under_way(session, provider_id, now)
        if found is None:
            raise
        return Requested(found, is_repeat=True)


def answer(
    db: Database,
    post: Post,
    inbound_id: int,
    paper: Enclosure = USUAL,
    *,
    actor_id: int,
    now: datetime,
    press: Press = PRESS,
) -> Requested:
    """The same as an answer to a message that says yes, in its conversation. Raises as `send`."""
    with db.read() as session:
        provider = answers.provider_of(session, inbound_id)
        assert provider.id is not None
        found = _under_way(session, provider.id, now)
        if found is not None:
            return Requested(found, is_repeat=True)
        filled = _written(session, post, provider, actor_id, now)
        written = _in_thread(filled, answers.begin(session, inbound_id, actor_id))
        ready = attachments.make(session, post.files, provider.id, [paper], user_id=actor_id, now=now, press=press)
        key = _key(session, provider.id)
    change = inbox_verdicts.positive(db, inbound_id, actor_id=actor_id, now=now)
    try:
        message = answers.answer(db, post, inbound_id, written, key=key, ready=ready, actor_id=actor_id, now=now)
    except HandoffError:
        if change is not None:
            changes.undo(db, change, actor_id=actor_id, now=now)
        raise
    with db.write() as session:
        kept = session.get_one(Message, message.id)
        _note_asked(session, provider.id, kept, change, actor_id=actor_id, now=now)
        return Requested(kept)


def undo(db: Database, message_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Within the minute: the message stays here, and what the tap noted is taken back. Refused when it has left."""
    with db.write() as session:
        undo_in(session, message_id, actor_id=actor_id, now=now)


def undo_in(session: Session, message_id: int, *, actor_id: int | None, now: datetime) -> None:
    """As `undo`, in the caller's transaction."""
    message_states.cancel_in(session, message_id, actor_id=actor_id, now=now, undo=True)
    message = session.get_one(Message, message_id)
    for change in _changes_of(message):
        changes.undo_in(session, change, actor_id=actor_id, now=now)


def asked_at(session: Session, provider_id: int) -> datetime | None:
    """When they last asked for a sample, as the timeline has it."""
    return store.asked_for_sample_at(session, provider_id)


def under_way(session: Session, provider_id: int, now: datetime) -> Message | None:
    """The sample that is in the outbox, or left a short time ago."""
    return _under_way(session, provider_id, now)


def _written(session: Session, post: Post, provider: Provider, actor_id: int, now: datetime) -> Written:
    """The sample's e-mail filled, with everything asked that could forbid it."""
    assert provider.id is not None
    _check_mailbox(session, post, provider, actor_id)
    written = outreach_review.begin(session, provider.id, actor_id, slug=SLUG, now=now)
    outreach.check(outreach_review.review(session, provider.id, written, actor_id, now=now), "")
    return written


def _send_in(
    session: Session,
    post: Post,
    provider_id: int,
    written: Written,
    ready: Sequence[Ready],
    *,
    actor_id: int,
    now: datetime,
) -> Requested:
    found = _under_way(session, provider_id, now)
    if found is not None:
        return Requested(found, is_repeat=True)
    draft = outreach.draft_of(session, post, provider_id, written, reason="", actor_id=actor_id, now=now)
    final = replace(draft, dedupe_key=_key(session, provider_id), task_id=_sample_task(session, provider_id))
    message = outreach.queue_with(session, post, final, ready, actor_id=actor_id, now=now)
    _note_asked(session, provider_id, message, None, actor_id=actor_id, now=now)
    return Requested(message)


def _note_asked(
    session: Session,
    provider_id: int,
    message: Message,
    earlier: int | None,
    *,
    actor_id: int,
    now: datetime,
) -> None:
    """The request on the timeline, unless it stands there; a sequence ends, since from here on a person decides."""
    provider = touches.get_provider(session, provider_id)
    label = f"Sent a sample to {provider.display_name}"
    act = acts.begin(session, "sample", label, actor_id=actor_id, now=now, today=today_of(session, actor_id, now))
    asked = store.asked_for_sample_at(session, provider_id)
    if asked is None or asked < now - ASKED_LATELY:
        act.record(provider, ActivityKind.NOTE, outcome=Outcome.WANTS_SAMPLE, summary="Asked for a sample")
    _end_sequence(act, provider_id)
    made = [each for each in (act.id, earlier) if each is not None]
    message.merge_values = {**message.merge_values, CHANGE: made}
    message.task_id = message.task_id or _sample_task(session, provider_id)
    session.add(message)


def _end_sequence(act: Act, provider_id: int) -> None:
    sequence_stops.stop_for_provider(
        act.session,
        provider_id,
        StopReason.CONVERSATION,
        evidence={"quote": "Asked for a sample"},
        actor_id=act.actor_id,
        now=act.now,
        recorder=act.recorder,
    )


def _changes_of(message: Message) -> list[int]:
    found = message.merge_values.get(CHANGE)
    return [int(each) for each in found] if isinstance(found, list) else []


def _under_way(session: Session, provider_id: int, now: datetime) -> Message | None:
    for each in store.sample_messages(session, provider_id):
        if each.state in UNDER_WAY:
            return each
        if each.state is MessageState.SENT and each.sent_at is not None and each.sent_at > now - LATELY:
            return each
    return None


def _key(session: Session, provider_id: int) -> str:
    """One sample at a time: two taps at once get the same key, and so the same message."""
    return f"sample:{provider_id}:{len(store.sample_messages(session, provider_id))}"


def _sample_task(session: Session, provider_id: int) -> int | None:
    """The open follow-up "send the sample", which this does."""
    return next((each.id for each in tasks.live_of(session, provider_id) if each.kind is TaskKind.SAMPLE), None)


def _in_thread(filled: Written, begun: Written) -> Written:
    """The sample's words above what they wrote, under the subject of their conversation."""
    _, mark, quoted = begun.text.partition("\n\nOn ")
    below = f"\n\nOn {quoted}" if mark else ""
    return Written(begun.subject, f"{filled.text.rstrip()}{below}\n", SLUG)


def _save_address(db: Database, provider_id: int, address: str, *, actor_id: int, now: datetime) -> None:
    with db.read() as session:
        has_one = bool(touches.get_provider(session, provider_id).email)
    if not has_one:
        missing_emails.add(db, provider_id, address, actor_id=actor_id, now=now)


def _check_mailbox(session: Session, post: Post, provider: Provider, actor_id: int) -> None:
    account = None if provider.sample else mailboxes.peek(session, post, user_id=actor_id)
    if account is not None and account.paused_at is not None:
        said = f"The mailbox {account.address} is paused: {account.paused_reason or 'somebody paused it'}"
        raise Refused("mailbox_paused", f"{said.rstrip('.')}. See Settings › Mail, or print the sample meanwhile.")
