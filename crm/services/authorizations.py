"""What a client permits: which reports may go to whom, from which day to which. Nothing leaves without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from crm.domain import permits
from crm.domain.errors import Invalid, NotFound
from crm.domain.form_reading import Reading
from crm.domain.papers import REPORTS, TITLES, DocumentKind
from crm.domain.permits import Standing
from crm.models.client_care import ClientAuthorization
from crm.models.clients import Client
from crm.models.providers import Provider
from crm.services import client_file, scans
from crm.services.acts import Act
from crm.services.scans import Scan
from crm.store import client_care as store
from crm.store.engine import Database

KINDS = tuple(kind for kind in DocumentKind if kind in REPORTS)
"""What can be permitted one by one."""


def standing(
    session: Session, client_id: int, provider_id: int, kind: DocumentKind, on: date
) -> ClientAuthorization | None:
    """The client's permission for this kind of report to go to this provider on this day; None where there is none."""
    found = store.in_force(session, client_id, provider_id, on)
    return next((one for one in found if permits.covers(one.covers, kind.value)), None)


def state(one: ClientAuthorization, today: date) -> Standing:
    """How it stands today."""
    return permits.of_authorization(one.signed_on, one.until_on, one.revoked_on, today)


def words(covers: Sequence[str]) -> str:
    """What an authorization covers."""
    named = [TITLES[kind].lower() for kind in KINDS if kind.value in covers]
    return ", ".join(named) if named else "all reports"


def record(
    db: Database,
    folder: Path,
    client_id: int,
    form: Mapping[str, str],
    covers: Sequence[str] = (),
    scan: Scan | None = None,
    *,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> int:
    """Write down what the client has signed; gives the change set. Invalid names every field that can't be."""
    with db.read() as session:
        _values(session, client_id, form, covers, today)  # nothing is put on disk for a form that is refused
    kept = scans.keep(folder, scan)
    with db.write() as session:
        values = _values(session, client_id, form, covers, today)
        act, client = client_file.begin(session, client_id, "authorization", actor_id=actor_id, now=now, today=today)
        if kept is not None:
            values["stored_file_id"] = kept.row_id(session, now)
        row = ClientAuthorization(
            client_id=client_id, **values, sample=client.sample, created_by=actor_id, created_at=now
        )
        act.insert(row)
        _tell(act, client, row, f"signed an authorization for {words(row.covers)}")
        return act.id


def correct(
    db: Database,
    folder: Path,
    authorization_id: int,
    form: Mapping[str, str],
    covers: Sequence[str] = (),
    scan: Scan | None = None,
    *,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> int | None:
    """Save corrections; gives the change set, None where nothing differs. Without a new scan the old one stays."""
    with db.read() as session:
        _values(session, get(session, authorization_id).client_id, form, covers, today)
    kept = scans.keep(folder, scan)
    with db.write() as session:
        row = get(session, authorization_id)
        values = _values(session, row.client_id, form, covers, today)
        act, client = client_file.begin(
            session, row.client_id, "authorization", actor_id=actor_id, now=now, today=today
        )
        if kept is not None:
            values["stored_file_id"] = kept.row_id(session, now)
        if not act.update(row, **values):
            act.drop()
            return None
        _tell(act, client, row, "authorization corrected")
        return act.id


def revoke(
    db: Database,
    authorization_id: int,
    form: Mapping[str, str],
    *,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> int:
    """The client takes it back, from a day on; gives the change set."""
    with db.write() as session:
        row = get(session, authorization_id)
        reading = Reading(form, today=today)
        day = reading.day("revoked_on", future=False, since=row.signed_on) or today
        reading.finish()
        act, client = client_file.begin(session, row.client_id, "took it back", actor_id=actor_id, now=now, today=today)
        act.update(row, revoked_on=day)
        _tell(act, client, row, "took the authorization back")
        return act.id


def archive(db: Database, authorization_id: int, *, actor_id: int | None, now: datetime, today: date) -> int:
    """Put one away that was written down by mistake; gives the change set."""
    with db.write() as session:
        row = get(session, authorization_id)
        act, client = client_file.begin(
            session, row.client_id, "authorization put away", actor_id=actor_id, now=now, today=today
        )
        act.update(row, archived_at=now)
        _tell(act, client, row, "authorization put away: it was written down by mistake")
        return act.id


def get(session: Session, authorization_id: int) -> ClientAuthorization:
    """An authorization; NotFound when it isn't there or was put away."""
    row = session.get(ClientAuthorization, authorization_id)
    if row is None or row.archived_at is not None:
        raise NotFound("This authorization isn't here any more.")
    return row


def _values(
    session: Session, client_id: int, form: Mapping[str, str], covers: Sequence[str], today: date
) -> dict[str, Any]:
    reading = Reading(form, today=today)
    allowed = client_file.names(session, client_id)
    signed_on = reading.day("signed_on", needed="On which day was it signed?", future=False)
    values: dict[str, Any] = {
        "signed_on": signed_on,
        "until_on": reading.day("until_on", since=signed_on),
        "remarks": reading.words("remarks", allowed=allowed),
        "covers": [] if len(covers) >= len(KINDS) else [kind.value for kind in KINDS if kind.value in covers],
        **_to(session, reading),
    }
    reading.finish()
    return values


def _to(session: Session, reading: Reading) -> dict[str, Any]:
    """Whom it names: a provider here, or anybody else by name."""
    number = reading.form.get("provider_id", "")
    if number.isdecimal():
        provider = session.get(Provider, int(number))
        if provider is None or provider.merged_into_id is not None:
            raise Invalid({"provider_id": "This provider isn't here any more. Choose another one."})
        return {"provider_id": provider.id, "to_name": ""}
    name = " ".join(reading.form.get("to_name", "").split())[:200]
    if not name:
        reading.refuse("provider_id", "To whom may it go? Choose a provider or type a name.")
    return {"provider_id": None, "to_name": name}


def _tell(act: Act, client: Client, row: ClientAuthorization, said: str) -> None:
    client_file.tell(act, client, said, only=[row.provider_id])
