"""Providers without an e-mail address, and adding the one that was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from crm.domain import emails
from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import ActivityKind, TaskKind, TaskState
from crm.models.providers import Provider
from crm.services import activities, changes
from crm.services.changes import Recorder
from crm.store import missing_emails as store
from crm.store import suppressions, tasks
from crm.store.engine import Database


@dataclass(frozen=True)
class Page:
    """Providers, and the mark of the next page (empty when there is none)."""

    providers: Sequence[Provider]
    after: str


def page(session: Session, *, after: str = "", limit: int = 50) -> Page:
    """Whom we have been in touch with, the latest first, and have no address for."""
    found = store.page(session, _mark(after), limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    mark = f"{last.last_touch_at.isoformat()}~{last.id}" if last is not None and last.last_touch_at else ""
    return Page(found[:limit], mark)


def _mark(after: str) -> tuple[datetime, int] | None:
    when, _, number = after.partition("~")
    try:
        return (datetime.fromisoformat(when), int(number)) if after else None
    except ValueError:
        return None


def add(db: Database, provider_id: int, address: str, *, actor_id: int | None, now: datetime) -> int:
    """Save the address. Returns the change set that undoes it. Raises Invalid, NotFound."""
    normal = emails.normalise(address)
    if not normal:
        raise Invalid({"email": "Write the address."})
    with db.write() as session:
        provider = session.get(Provider, provider_id)
        if provider is None:
            raise NotFound("This provider isn't here any more.")
        if suppressions.by_address(session, normal) is not None:
            raise Invalid({"email": f"{normal} has asked for no more mail, so it is of no use here."})
        label = f"Added the e-mail of {provider.display_name}"
        recorder = changes.begin(session, "edit", label, actor_id=actor_id, now=now)
        save(session, recorder, provider, normal, actor_id=actor_id, now=now)
        return recorder.id


def save(
    session: Session, recorder: Recorder, provider: Provider, normal: str, *, actor_id: int | None, now: datetime
) -> None:
    """Save a normalised address that may be used, in the caller's transaction."""
    edited = sorted({*provider.edited_fields, "email"})
    recorder.update(provider, email=normal, edited_fields=edited, updated_at=now)
    _close_search(session, recorder, provider, actor_id, now)
    activities.record(
        session,
        provider,
        ActivityKind.EDIT,
        actor_id=actor_id,
        now=now,
        recorder=recorder,
        summary=f"E-mail found: {normal}",
        change_set_id=recorder.id,
    )


def _close_search(
    session: Session, recorder: Recorder, provider: Provider, actor_id: int | None, now: datetime
) -> None:
    """What was to be found is found."""
    assert provider.id is not None
    for task in tasks.live_of(session, provider.id):
        if task.kind is TaskKind.FIND_EMAIL:
            recorder.update(task, state=TaskState.DONE, closed_at=now, closed_by=actor_id)
    session.flush()
    recorder.update(provider, next_due_on=tasks.next_due_on(session, provider.id))
