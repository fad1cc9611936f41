"""A client's sessions: logged in a moment, planned as a series, ticked off with one tap, mended later."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from crm.domain import attendance
from crm.domain.client_kinds import SessionState
from crm.domain.errors import Invalid, NotFound
from crm.domain.form_reading import Reading
from crm.domain.kinds import ReferralStatus
from crm.models.client_care import ClientSession
from crm.models.clients import Client
from crm.models.referrals import Referral
from crm.services import audit, booking, client_file, client_starts, clients, report_clock
from crm.services.acts import Act
from crm.store import client_sessions as store
from crm.store import clients as client_store
from crm.store.engine import Database

FURTHEST = timedelta(days=400)
SAID = {
    SessionState.SCHEDULED: "session planned",
    SessionState.ATTENDED: "came to a session",
    SessionState.MISSED: "missed a session",
    SessionState.CANCELLED: "cancelled a session",
}


@dataclass(frozen=True, slots=True)
class Logged:
    """What logging a session did. `started` says that it was the first, from which the client counts as started."""

    session_id: int
    change_set_id: int | None
    started: bool = False
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """What planning a series did; days that had a session already were left out."""

    change_set_id: int | None
    days: tuple[date, ...]
    left_out: int = 0


def log(
    db: Database, client_id: int, form: Mapping[str, str], *, actor_id: int | None, now: datetime, today: date
) -> Logged:
    """Write down a session. The same form sent twice is one session; one that was planned for that day is that one."""
    key = form.get("client_key", "")[:64] or None
    with db.write() as session:
        if key and (known := store.by_client_key(session, key)):
            assert known.id is not None
            return Logged(known.id, None, is_repeat=True)
        values = _values(session, client_id, form, today)
        act, client = client_file.begin(
            session, client_id, SAID[values["state"]], actor_id=actor_id, now=now, today=today
        )
        row = _planned_for(session, client_id, values)
        if row is None:
            row = _new(act, client, values["happened_on"], key)
        _keep(act, client, row, values)
        assert row.id is not None
        return Logged(row.id, act.id, started=_starts(act, client, row))


def plan(
    db: Database,
    client_id: int,
    form: Mapping[str, str],
    weekdays: Collection[int],
    *,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> Planned:
    """Plan sessions on these weekdays for some weeks in one motion. Sent twice, it plans nothing twice."""
    with db.write() as session:
        reading = Reading(form, today=today)
        first_on = reading.day("first_on", needed="From which day on?")
        weeks, minutes = reading.number("weeks", 1, attendance.MOST_WEEKS), reading.number("minutes", 5, 300)
        if weeks is None:
            reading.refuse("weeks", "For how many weeks?")
        reading.finish()
        assert first_on is not None
        assert weeks is not None
        days = attendance.series(first_on, weekdays, weeks)
        if not days:
            raise Invalid({"weekdays": "None of these weekdays falls into that time."})
        taken = store.days_taken(session, client_id, days[0], days[-1])
        new = tuple(day for day in days if day not in taken)
        if not new:
            return Planned(None, (), len(days))
        said = f"{len(new)} sessions planned"
        act, client = client_file.begin(session, client_id, said, actor_id=actor_id, now=now, today=today)
        referral_id = _referral_for(session, client_id)
        for day in new:
            row = _new(act, client, day, None)
            act.update(row, minutes=minutes, referral_id=referral_id)
        client_file.tell(act, client, f"{said}, from {first_on:%B} {first_on.day}")
        report_clock.wind(act, client)
        return Planned(act.id, new, len(days) - len(new))


def tick(
    db: Database, session_id: int, state: SessionState, *, actor_id: int | None, now: datetime, today: date
) -> Logged:
    """Say with one tap how a session went. Said twice, it changes nothing."""
    with db.write() as session:
        row = get(session, session_id)
        if state is SessionState.ATTENDED and row.happened_on > today:
            raise Invalid({"state": "This session is still to come."})
        if row.state is state:
            return Logged(session_id, None, is_repeat=True)
        act, client = client_file.begin(session, row.client_id, SAID[state], actor_id=actor_id, now=now, today=today)
        _keep(act, client, row, {"state": state})
        return Logged(session_id, act.id, started=_starts(act, client, row))


def correct(
    db: Database, session_id: int, form: Mapping[str, str], *, actor_id: int | None, now: datetime, today: date
) -> int | None:
    """Save corrections; gives the change set, None where nothing differs."""
    with db.write() as session:
        row = get(session, session_id)
        values = _values(session, row.client_id, form, today)
        act, client = client_file.begin(session, row.client_id, "corrected", actor_id=actor_id, now=now, today=today)
        if not _keep(act, client, row, values):
            act.drop()
            return None
        return act.id


def archive(db: Database, session_id: int, *, actor_id: int | None, now: datetime, today: date) -> int:
    """Put a session away that never was; gives the change set."""
    with db.write() as session:
        row = get(session, session_id)
        act, client = client_file.begin(
            session, row.client_id, "session put away", actor_id=actor_id, now=now, today=today
        )
        act.update(row, archived_at=now)
        _tell(act, client, row, f"session of {_day(row.happened_on)} put away")
        booking.keep(act, row.referral_id)
        report_clock.wind(act, client)
        return act.id


def drop_planned(db: Database, client_id: int, *, actor_id: int | None, now: datetime, today: date) -> int | None:
    """Cancel everything that is planned from tomorrow on; gives the change set, None where nothing is."""
    with db.write() as session:
        rows = [row for row in store.to_come(session, client_id, today) if row.state is SessionState.SCHEDULED]
        if not rows:
            return None
        said = f"{len(rows)} planned sessions cancelled"
        act, client = client_file.begin(session, client_id, said, actor_id=actor_id, now=now, today=today)
        for row in rows:
            act.update(row, state=SessionState.CANCELLED)
        client_file.tell(act, client, said)
        report_clock.wind(act, client)
        return act.id


def get(session: Session, session_id: int) -> ClientSession:
    """A session; NotFound when it isn't there or was put away."""
    row = session.get(ClientSession, session_id)
    if row is None or row.archived_at is not None:
        raise NotFound("This session isn't here any more.")
    return row


# --- writing ----------------------------------------------------------------------------------------------------------


def _values(session: Session, client_id: int, form: Mapping[str, str], today: date) -> dict[str, Any]:
    reading = Reading(form, today=today)
    allowed = client_file.names(session, client_id)
    state = reading.one_of(SessionState, "state", needed="How did it go?")
    day = reading.day("happened_on", needed="On which day?")
    if day is not None and state in (SessionState.ATTENDED, SessionState.MISSED) and day > today:
        reading.refuse("happened_on", "This day is still to come. Plan the session instead.")
    if day is not None and day - today > FURTHEST:
        reading.refuse("happened_on", "That is more than a year ahead. Check the year.")
    values: dict[str, Any] = {
        "state": state,
        "happened_on": day,
        "minutes": reading.number("minutes", 5, 300),
        "work": reading.words("work", allowed=allowed),
        "response": reading.words("response", allowed=allowed),
    }
    reading.finish()
    return values


def _planned_for(session: Session, client_id: int, values: Mapping[str, Any]) -> ClientSession | None:
    """The session that was planned for this day, when what is logged says how it went."""
    if values["state"] is SessionState.SCHEDULED:
        return None
    return store.on_day(session, client_id, values["happened_on"], SessionState.SCHEDULED)


def _new(act: Act, client: Client, day: date, client_key: str | None) -> ClientSession:
    assert client.id is not None
    row = ClientSession(
        client_id=client.id,
        referral_id=_referral_for(act.session, client.id),
        happened_on=day,
        state=SessionState.SCHEDULED,
        client_key=client_key,
        sample=client.sample,
        created_by=act.actor_id,
        created_at=act.now,
    )
    act.insert(row)
    return row


def _keep(act: Act, client: Client, row: ClientSession, values: Mapping[str, Any]) -> bool:
    """Set what is known of a session; its price is fixed when it is attended, and gone when it wasn't after all."""
    before = row.state
    if not act.update(row, **values):
        return False
    if row.state is not SessionState.ATTENDED:
        act.update(row, charge_cents=None)
    elif before is not SessionState.ATTENDED:
        act.update(row, charge_cents=booking.charge(act.session, client, row.referral_id))
    _tell(act, client, row, f"{SAID[row.state]}, {_day(row.happened_on)}")
    booking.keep(act, row.referral_id)
    report_clock.wind(act, client)
    return True


def _tell(act: Act, client: Client, row: ClientSession, said: str) -> None:
    """Only the provider whose referral it is attended for hears of each session: the others get reports."""
    referral = act.session.get(Referral, row.referral_id) if row.referral_id else None
    if referral is not None:
        client_file.tell(act, client, said, only=[referral.provider_id])
    else:
        audit.note(act.session, "client", client.code, actor_id=act.actor_id, now=act.now, what=said)


def _starts(act: Act, client: Client, row: ClientSession) -> bool:
    """Whether this is an attended session of somebody who doesn't count as started."""
    return row.state is SessionState.ATTENDED and client_starts.awaits(act.session, client)


def _referral_for(session: Session, client_id: int) -> int | None:
    """The referral that a session is attended for: the latest that isn't lost."""
    clients.get(session, client_id)
    found = client_store.senders(session, client_id)
    return next((one.id for one in found if one.status is not ReferralStatus.LOST), None)


def _day(day: date) -> str:
    return f"{day:%B} {day.day}"
