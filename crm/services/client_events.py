"""Something happened to a client. An urgent event is a phone call first; writing it down is never held up by that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from crm.domain.client_kinds import EventKind
from crm.domain.errors import NotFound
from crm.domain.form_reading import Reading
from crm.models.client_care import ClientEvent
from crm.models.clients import Client
from crm.services import client_file, report_clock
from crm.services.acts import Act
from crm.store.engine import Database

SAID = {
    EventKind.SYMPTOM: "a symptom was noticed",
    EventKind.FALL: "fell",
    EventKind.LIMIT_EXCEEDED: "went beyond a limit",
    EventKind.ILLNESS: "was ill",
    EventKind.HOSPITAL: "was in the hospital",
    EventKind.MEDICATION: "has a change of medication",
    EventKind.OTHER: "something happened",
}


def log(
    db: Database, client_id: int, form: Mapping[str, str], *, actor_id: int | None, now: datetime, today: date
) -> tuple[int, int]:
    """Write an event down; gives its id and the change set. `called` says that whoever had to know was called."""
    with db.write() as session:
        values = _values(session, client_id, form, now, today)
        act, client = client_file.begin(
            session, client_id, SAID[values["kind"]], actor_id=actor_id, now=now, today=today
        )
        row = ClientEvent(client_id=client_id, **values, sample=client.sample, created_by=actor_id, created_at=now)
        act.insert(row)
        _settle(act, client, SAID[row.kind], row)
        assert row.id is not None
        return row.id, act.id


def correct(
    db: Database, event_id: int, form: Mapping[str, str], *, actor_id: int | None, now: datetime, today: date
) -> int | None:
    """Save corrections, or the call that came after; gives the change set, None where nothing differs."""
    with db.write() as session:
        row = get(session, event_id)
        values = _values(session, row.client_id, form, row.called_at or now, today)
        act, client = client_file.begin(session, row.client_id, "corrected", actor_id=actor_id, now=now, today=today)
        if not act.update(row, **values):
            act.drop()
            return None
        _settle(act, client, f"{SAID[row.kind]}: corrected", row)
        return act.id


def call(db: Database, event_id: int, whom: str, *, actor_id: int | None, now: datetime, today: date) -> int:
    """The call was made; gives the change set."""
    with db.write() as session:
        row = get(session, event_id)
        reading = Reading({"called_whom": whom}, today=today)
        said = reading.words("called_whom", longest=200, allowed=client_file.names(session, row.client_id))
        reading.finish()
        act, client = client_file.begin(session, row.client_id, "called", actor_id=actor_id, now=now, today=today)
        act.update(row, called_at=now, called_whom=said)
        _settle(act, client, f"called {said or 'the provider'} about it", row)
        return act.id


def archive(db: Database, event_id: int, *, actor_id: int | None, now: datetime, today: date) -> int:
    """Put an event away that was written down by mistake; gives the change set."""
    with db.write() as session:
        row = get(session, event_id)
        act, client = client_file.begin(
            session, row.client_id, "event put away", actor_id=actor_id, now=now, today=today
        )
        act.update(row, archived_at=now)
        _settle(act, client, "event put away: it was written down by mistake", row)
        return act.id


def get(session: Session, event_id: int) -> ClientEvent:
    """An event; NotFound when it isn't there or was put away."""
    row = session.get(ClientEvent, event_id)
    if row is None or row.archived_at is not None:
        raise NotFound("This event isn't here any more.")
    return row


def _values(
    session: Session, client_id: int, form: Mapping[str, str], called_at: datetime, today: date
) -> dict[str, Any]:
    reading = Reading(form, today=today)
    allowed = client_file.names(session, client_id)
    called = reading.ticked("called")
    values: dict[str, Any] = {
        "kind": reading.one_of(EventKind, "kind", needed="What was it?"),
        "happened_on": reading.day("happened_on", future=False) or today,
        "urgent": reading.ticked("urgent"),
        "what": reading.words("what", needed="Say in a few words what you saw.", allowed=allowed),
        "done": reading.words("done", allowed=allowed),
        "called_at": called_at if called else None,
        "called_whom": reading.words("called_whom", longest=200, allowed=allowed) if called else "",
    }
    reading.finish()
    return values


def _settle(act: Act, client: Client, said: str, row: ClientEvent) -> None:
    urgent = " (urgent)" if row.urgent else ""
    client_file.tell(act, client, f"{said}{urgent}, {row.happened_on:%B} {row.happened_on.day}")
    report_clock.wind(act, client)
