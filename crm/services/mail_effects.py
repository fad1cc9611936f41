"""What follows from a sent message: the stage it shows, follow-ups it does, the next one, the sequence's next step.

The line on the timeline is written with the message itself. The rest is owed by the row (`effects_due_at`) and written
right after, a batch a transaction, since a stage and a next step may come a moment later and a kill forgets no row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from crm.domain.kinds import ActivityKind
from crm.models.activities import Activity
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.services import acts, mail_timeline, sequence_steps, touches
from crm.services.days import today_of
from crm.services.touches import Touch
from crm.store import claims
from crm.store import mail_effects as store
from crm.store.engine import Database

BATCH = 20
"""Messages in one transaction: few enough that search is brought up to date with them."""

GRACE = timedelta(seconds=10)
"""The sender writes what it owes itself when it has nothing more to send; after this, any worker does."""

LATER = timedelta(minutes=15)
"""How long something that fails is left alone, so that others get their turn."""


def run_due(
    db: Database, *, clock: Callable[[], datetime], stopping: Callable[[], bool] = lambda: False, mine: bool = False
) -> int:
    """Write what is owed, and with `mine` also what isn't due for others yet. Returns for how many messages."""
    count = 0
    while not stopping():
        now = clock()
        ids = _batch(db, now, now + GRACE if mine else now)
        count += len(ids)
        if len(ids) < BATCH:
            break
    return count


def next_due(session: Session) -> datetime | None:
    """When something is owed that its sender has not written."""
    return store.next_owed(session)


def follow(session: Session, message: Message, *, now: datetime) -> None:
    """All that a sent message brings with it, in the caller's transaction; its line too where it has none yet."""
    provider = mail_timeline.provider_of(session, message)
    if provider is not None:
        _touch(session, message, provider, now)
    if message.enrollment_step_id is not None:
        sequence_steps.message_settled(session, message, now=now)


def _batch(db: Database, now: datetime, until: datetime) -> Sequence[int]:
    try:
        with db.write() as session:
            ids = store.owing(session, until, BATCH)
            for message in claims.whole(session, ids):
                follow(session, message, now=now)
            store.owe(session, ids, None)
            return ids
    except Exception:  # one of them fails: each by itself, so that the others are written
        return _one_by_one(db, now, until)


def _one_by_one(db: Database, now: datetime, until: datetime) -> Sequence[int]:
    with db.read() as session:
        ids = store.owing(session, until, BATCH)
    failed: Exception | None = None
    for message_id in ids:
        try:
            with db.write() as session:
                if not store.still_owes(session, message_id):
                    continue
                follow(session, session.get_one(Message, message_id), now=now)
                store.owe(session, [message_id], None)
        except Exception as error:
            failed = error
            with db.write() as session:
                store.owe(session, [message_id], now + LATER)
    if failed is not None:
        raise failed
    return ids


def _touch(session: Session, message: Message, provider: Provider, now: datetime) -> None:
    """A prospect is contacted now; follow-ups that it does or makes out of date are closed; the next one is planned."""
    assert message.sent_at is not None
    assert message.id is not None
    assert provider.id is not None
    today = today_of(session, message.created_by, message.sent_at)
    label = f"Sent “{message.subject}”"
    act = acts.begin(session, "mail", label, actor_id=message.created_by, now=now, today=today)
    task = touches.take(act, message.task_id)
    line = store.line_of(session, message.id, provider.id, message.sent_at)
    touch = Touch(
        ActivityKind.EMAIL, summary=message.subject, body=message.text_body, happened_at=message.sent_at, day=today
    )
    logged = touches.log_in(act, provider, touch, task=task, line=line)
    if line is None:
        row = session.get_one(Activity, logged.activity_id)
        row.message_id, row.template_version_id, row.task_id = message.id, message.template_version_id, message.task_id
        row.reason = mail_timeline.where(message.via)
        session.add(row)
