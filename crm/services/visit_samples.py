"""They want a sample: once the visit is written down, it is queued, or asked for as a follow-up where it can't be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from crm.domain.errors import HandoffError
from crm.domain.kinds import MessageState, TaskKind, TaskState
from crm.models.audit import ChangeSet
from crm.models.messages import Message
from crm.models.tasks import Task
from crm.models.visits import Visit, VisitEntry
from crm.services import next_steps, sample_requests, touches
from crm.services.acts import Act
from crm.services.changes import Recorder
from crm.services.mailboxes import Post
from crm.services.next_steps import NextStep
from crm.services.papers import PRESS, Press
from crm.store import tasks
from crm.store import visits as store
from crm.store.engine import Database

MARK = "sample"
"""In the entry's fields: what became of the sample, so that a repeat finishes what a crash left, and nothing twice."""

TOOK_BACK = "took_back"
"""In the fields of an entry by which no sample is wanted any more: the keys of those whose sample it kept here."""


@dataclass(frozen=True)
class Seen:
    """The message in the outbox, or why there is none."""

    message_id: int | None = None
    remarks: tuple[str, ...] = ()


NOTHING = Seen()


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
    """Send the sample that this entry asks for, unless it was seen to; where it says that none is wanted, keep the one
    here that an earlier entry queued. Never refuses: says what it did instead.
    """
    with db.read() as session:
        entry = store.entry(session, client_key)
        visit = session.get(Visit, entry.visit_id) if entry is not None else None
        if entry is None or visit is None:
            return Seen()
        wants = bool(entry.fields.get("wants_sample"))
        if not wants:
            is_last_word = entry.fields.get("wants_sample") is False and not visit.wants_sample
            if not is_last_word or TOOK_BACK in entry.fields or not (_queued(session, visit) or _asked(session, visit)):
                return Seen()
        elif mark := entry.fields.get(MARK):
            return _seen(mark)
        elif not visit.wants_sample:
            return Seen()
        provider_id = visit.provider_id
    if not wants:
        return _take_back(db, client_key, actor_id=actor_id, now=now, today=today)
    return _send(db, post, client_key, provider_id, actor_id=actor_id, now=now, today=today, press=press)


def _send(
    db: Database,
    post: Post,
    client_key: str,
    provider_id: int,
    *,
    actor_id: int,
    now: datetime,
    today: date,
    press: Press,
) -> Seen:
    try:
        sent = sample_requests.send(db, post, provider_id, actor_id=actor_id, now=now, press=press)
    except (HandoffError, OSError) as error:
        why = str(error) if isinstance(error, HandoffError) else "It could not be made."
        why = " ".join(error.errors.values()) if hasattr(error, "errors") else why
        return _ask(db, client_key, why, actor_id=actor_id, now=now, today=today)
    with db.write() as session:
        _mark(session, client_key, {"message": sent.message.id, "mine": not sent.is_repeat}, actor_id, now, today)
    return Seen(sent.message.id)


def bring_back(
    db: Database, post: Post, change_set_id: int, *, actor_id: int, now: datetime, today: date, press: Press = PRESS
) -> Seen:
    """After an entry was undone that had taken a sample back: the sample is queued again, where it is still wanted."""
    with db.read() as session:
        keys = [key for fields in store.undone_entries(session, change_set_id) for key in _keys(fields)]
        wanted = [(key, visit.provider_id) for key in keys if (visit := _wants_again(session, key)) is not None]
    for key, provider_id in wanted[:1]:  # one at a time: two entries wanted the same one
        return _send(db, post, key, provider_id, actor_id=actor_id, now=now, today=today, press=press)
    return Seen()


def _keys(fields: object) -> list[str]:
    found = fields.get(TOOK_BACK) if isinstance(fields, dict) else None
    return [str(each) for each in found] if isinstance(found, list) else []


def _wants_again(session: Session, client_key: str) -> Visit | None:
    """The visit of an entry whose sample was kept here, where it is wanted and no other is on its way."""
    entry = store.entry(session, client_key)
    visit = session.get(Visit, entry.visit_id) if entry is not None else None
    if visit is None or not visit.wants_sample or any(_sample_of(session, each) for each in _entries(session, visit)):
        return None
    return visit


def _entries(session: Session, visit: Visit) -> list[VisitEntry]:
    return store.entries(session, visit.id or 0)


def _sample_of(session: Session, entry: VisitEntry) -> Message | None:
    """The message that an entry put into the outbox, unless it was kept here."""
    mark = entry.fields.get(MARK)
    found = session.get(Message, mark.get("message")) if isinstance(mark, dict) and mark.get("mine") else None
    return found if found is not None and found.state is not MessageState.CANCELLED else None


def _queued(session: Session, visit: Visit) -> list[VisitEntry]:
    """The entries whose sample isn't kept here."""
    return [each for each in _entries(session, visit) if _sample_of(session, each) is not None]


def _asked(session: Session, visit: Visit) -> list[Task]:
    """The follow-up that was made in the place of the sample."""
    there = tasks.live_of(session, visit.provider_id)
    return [each for each in there if each.kind is TaskKind.SAMPLE and each.origin_activity_id == visit.activity_id]


def _take_back(db: Database, client_key: str, *, actor_id: int, now: datetime, today: date) -> Seen:
    """What stands now is that no sample is wanted: it leaves the outbox, or the list."""
    with db.write() as session:
        entry = store.entry(session, client_key)
        visit = session.get(Visit, entry.visit_id) if entry is not None else None
        act = _act(session, entry, actor_id, now, today)
        if entry is None or visit is None or act is None or visit.wants_sample:
            return Seen()
        queued = _queued(session, visit)
        left = [why for each in queued for why in undo(session, each.fields[MARK], actor_id=actor_id, now=now)]
        for task in _asked(session, visit):
            act.close(task, state=TaskState.CANCELLED)
        provider = touches.get_provider(session, visit.provider_id)
        next_steps.keep_next_due(act, provider)
        if not left:
            act.update(entry, fields={**entry.fields, TOOK_BACK: [each.client_key for each in queued]})
    return Seen(remarks=tuple(f"{why}." for why in left))


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
    act = _act(session, entry, actor_id, now, today)
    if entry is not None and act is not None:
        act.update(entry, fields={**entry.fields, MARK: mark})
    return act


def _act(session: Session, entry: VisitEntry | None, actor_id: int, now: datetime, today: date) -> Act | None:
    """The action that an entry was written in, to go on with. None if it is undone."""
    change_set = session.get(ChangeSet, entry.change_set_id) if entry is not None and entry.change_set_id else None
    if change_set is None or change_set.undone_at is not None:
        return None
    return Act(Recorder(session, change_set), actor_id, now, today)


def _seen(mark: object) -> Seen:
    if not isinstance(mark, dict):
        return Seen()
    message_id, refused = mark.get("message"), mark.get("refused")
    return Seen(message_id, (str(refused),) if refused else ())
