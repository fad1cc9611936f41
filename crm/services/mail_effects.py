"""What follows from a sent message: the stage it shows, follow-ups it does, the next one, the sequence's next step.

The line on the timeline is written with the message itself. The rest is owed by the row (`effects_due_at`) and written
right after, a batch a transaction, since a stage and a next step may come a moment later and a kill forgets no row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from crm.domain.calendar import local_day
from crm.domain.kinds import ActivityKind
from crm.models.activities import Activity
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.services import changes, mail_timeline, paper_deliveries, sequence_steps, touches
from crm.services.acts import Act
from crm.services.changes import Gathering
from crm.services.days import zone_of
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


@dataclass(frozen=True)
class Sent:
    """A message that left, and the provider whose timeline it is on."""

    message: Message
    provider: Provider

    @property
    def at(self) -> datetime:
        assert self.message.sent_at is not None
        return self.message.sent_at

    @property
    def key(self) -> tuple[int, int, datetime]:
        """Message, provider, time."""
        assert self.message.id is not None
        assert self.provider.id is not None
        return self.message.id, self.provider.id, self.at


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
    _follow(session, [message], now)


def _batch(db: Database, now: datetime, until: datetime) -> Sequence[int]:
    try:
        with db.write() as session:
            ids = store.owing(session, until, BATCH)
            _follow(session, claims.whole(session, ids), now)
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


def _follow(session: Session, messages: Sequence[Message], now: datetime) -> None:
    """The same for many, in few statements: first what their providers show, then how their sequences go on."""
    waiting = [Sent(*each) for each in mail_timeline.with_providers(session, messages)]
    while waiting:
        first: dict[int, Sent] = {}
        for each in waiting:
            first.setdefault(each.key[1], each)
        _touch(session, list(first.values()), now)
        waiting = [each for each in waiting if first[each.key[1]] is not each]
    for message in messages:
        if message.enrollment_step_id is not None:
            sequence_steps.message_settled(session, message, now=now)


def _touch(session: Session, sent: Sequence[Sent], now: datetime) -> None:
    """Prospects are contacted now; follow-ups that are done or out of date are closed; the next ones are planned.

    Each provider occurs once.
    """
    labels = [(f"Sent “{each.message.subject}”", each.message.created_by) for each in sent]
    recorders = changes.begin_all(session, "mail", labels, now=now)
    acting = _acting(session, recorders, sent, now)
    lines = _lines(session, acting, sent)
    known = touches.known(session, [each.key[1] for each in sent], but=[line.id or 0 for line in lines])
    for act, line, each in zip(acting, lines, sent, strict=True):
        message = each.message
        papers = paper_deliveries.with_message(session, message)
        touch = Touch(
            ActivityKind.EMAIL,
            summary=message.subject,
            body=message.text_body,
            happened_at=each.at,
            day=act.today,
            sample_sent=any(paper.sample for paper in papers),
        )
        task = touches.take(act, message.task_id)
        touches.log_in(act, each.provider, touch, task=task, line=line, known=known[each.key[1]])
        paper_deliveries.mailed(session, message, papers, day=act.today, activity_id=line.id or 0, now=now)
    changes.write_all(session, recorders)


def _acting(session: Session, recorders: Sequence[Gathering], sent: Sequence[Sent], now: datetime) -> list[Act]:
    """One action for each, of the person who wrote it and on the day where they are."""
    authors = [each.message.created_by for each in sent]
    zones = {each: zone_of(session, each) for each in set(authors)}
    return [
        Act(recorder, author, now, local_day(each.at, zones[author]))
        for recorder, author, each in zip(recorders, authors, sent, strict=True)
    ]


def _lines(session: Session, acting: Sequence[Act], sent: Sequence[Sent]) -> list[Activity]:
    """Their lines on the timelines. Where there is none, since the provider was merged meanwhile, it is written."""
    found = store.lines_of(session, [each.key for each in sent])
    lines = [found.get(each.key[0]) or _line(act, each) for act, each in zip(acting, sent, strict=True)]
    session.flush()
    return lines


def _line(act: Act, sent: Sent) -> Activity:
    message = sent.message
    return act.record(
        sent.provider,
        ActivityKind.EMAIL,
        happened_at=sent.at,
        summary=message.subject,
        body=message.text_body,
        reason=mail_timeline.where(message.via),
        task_id=message.task_id,
        message_id=message.id,
        template_version_id=message.template_version_id,
    )
