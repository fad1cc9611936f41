"""Providers without an e-mail address, and adding the one that was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from crm.domain import emails
from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import ActivityKind
from crm.models.providers import Provider
from crm.services import activities, changes
from crm.store import missing_emails as store
from crm.store import suppressions
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
        edited = sorted({*provider.edited_fields, "email"})
        recorder.update(provider, email=normal, edited_fields=edited, updated_at=now)
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
        return recorder.id
