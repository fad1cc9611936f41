"""They want a sample: once the visit is written down, it is queued, or asked for as a follow-up where it can't be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from crm.domain.errors import HandoffError
from crm.domain.kinds import MessageState, TaskKind
from crm.models.audit import ChangeSet
from crm.models.messages import Message
from crm.models.visits import Visit
from crm.services import next_steps, sample_requests, touches
from crm.services.acts import Act
from crm.services.changes import Recorder
from crm.services.mailboxes import Post
from crm.services.next_steps import NextStep
from crm.services.papers import Press
from crm.store import tasks
from crm.store import visits as store
from crm.store.engine import Database

MARK = "sample"
"""In the entry's fields: what became of the sample, so that a repeat finishes what a crash left, and nothing twice."""


@dataclass(frozen=True)
class Seen:
    """The message in the outbox, or why there is none."""

    message_id: int | None = None
    remarks: tuple[str, ...] = ()


def see_to(
    db: Database,
    post: Post,
    client_key: str,
    *,
    actor_id: int,
    now: datetime,
    today: date,
    press: Press,
) -> Seen:
    """Send the sample that this entry asks for, unless it was seen to. Never refuses: says what it did instead."""
    with db.read() as session:
        entry = store.entry(session, client_key)
        visit = session.get(Visit, entry.visit_id) if entry is not None else None
        if entry is None or visit is None or not entry.fields.get("wants_sample"):
            return Seen()
        if mark := entry.fields.get(MARK):
            return _seen(mark)
        if not visit.wants_sample:
            return Seen()
        provider_id = visit.provider_id
    try:
        sent = sample_requests.send(db, post, provider_id, actor_id=actor_id, now=now, press=press)
    except (HandoffError, OSError) as error:
        why = str(error) if isinstance(error, HandoffError) else "It could not be made."
        why = " ".join(error.errors.values()) if hasattr(error, "errors") else why
        return _ask(db, client_key, why, actor_id=actor_id, now=now, today=today)
    with db.write() as session:
        _mark(session, client_key, {"message": sent.message.id, "mine": not sent.is_repeat}, actor_id, now, today)
    return Seen(sent.message.id)


def undo(session: Session, mark: object, *, actor_id: int | None, now: datetime) -> list[str]:
    """Keep the sample here that an undone entry queued. Says so where it has left."""
    if not isinstance(mark, dict) or not mark.get("mine"):
        return []
    message = session.get(Message, mark.get("message"))
    if message is None or message.state is MessageState.CANCELLED:
        return []
    try:
        sample_requests.undo_in(session, message.id or 0, actor_id=actor_id, now=now)
    except HandoffError:
        return ["The sample has left already"]
    return []


def _ask(db: Database, client_key: str, why: str, *, actor_id: int, now: datetime, today: date) -> Seen:
    """It can't be queued: a follow-up says so, unless one asks for the sample anyway."""
    remark = f"The sample isn't on its way: {why} It is on your follow-ups."
    with db.write() as session:
        act = _mark(session, client_key, {"refused": remark}, actor_id, now, today)
        entry = store.entry(session, client_key)
        visit = session.get(Visit, entry.visit_id) if entry is not None else None
        if act is None or visit is None:
            return Seen(None, (remark,))
        provider = touches.get_provider(session, visit.provider_id)
        if not any(each.kind is TaskKind.SAMPLE for each in tasks.live_of(session, provider.id or 0)):
            step = NextStep(TaskKind.SAMPLE, today, why="They asked for it on your visit.", remarks=why)
            next_steps.plan(act, provider, step, owner_id=provider.owner_id or actor_id, activity_id=visit.activity_id)
            next_steps.keep_next_due(act, provider)
    return Seen(None, (remark,))


def _mark(
    session: Session, client_key: str, mark: dict[str, object], actor_id: int, now: datetime, today: date
) -> Act | None:
    """Write beside the entry what became of its sample, as part of what undoes the entry. None if it is undone."""
    entry = store.entry(session, client_key)
    change_set = session.get(ChangeSet, entry.change_set_id) if entry is not None and entry.change_set_id else None
    if entry is None or change_set is None or change_set.undone_at is not None:
        return None
    act = Act(Recorder(session, change_set), actor_id, now, today)
    act.update(entry, fields={**entry.fields, MARK: mark})
    return act


def _seen(mark: object) -> Seen:
    if not isinstance(mark, dict):
        return Seen()
    message_id, refused = mark.get("message"), mark.get("refused")
    return Seen(message_id, (str(refused),) if refused else ())
