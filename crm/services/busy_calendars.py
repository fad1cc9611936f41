"""Other calendars of somebody's, read for the times they are busy: an address again and again, a file once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from crm.domain.errors import HandoffError, Invalid, NotFound, Refused
from crm.models.calendars import BusyCalendar, BusyTime
from crm.services import audit
from crm.services.days import zone_of
from crm.services.vault import Vault
from crm.sources import calendars as source
from crm.sources.calendars import Busy, CalendarUnavailable, Fetched
from crm.store import calendars as store
from crm.store.engine import Database

Fetch = Callable[[str, str], Fetched]

MOST = 10
EVERY = timedelta(hours=1)
LEASE_TIME = timedelta(minutes=5)
RESTS = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(hours=12), timedelta(days=1))
"""After the first, second … failure in a row."""

BACK, AHEAD = timedelta(days=7), timedelta(days=180)


@dataclass(frozen=True)
class Reading:
    """One reading of one calendar that came to something."""

    times: Sequence[Busy] | None
    etag: str = ""


def add_address(db: Database, vault: Vault, name: str, address: str, *, actor_id: int, now: datetime) -> BusyCalendar:
    """A calendar to be read from an address, at once and then every hour. Raises Invalid(address)."""
    checked = source.checked_address(address)
    with db.write() as session:
        _check_room(session, actor_id)
        row = BusyCalendar(
            user_id=actor_id, name=_named(name, "Calendar"), secret=vault.seal(checked), next_at=now, created_at=now
        )
        session.add(row)
        audit.note(session, "busy_calendar", row.name, actor_id=actor_id, now=now)
    return row


def add_file(db: Database, name: str, file_name: str, content: bytes, *, actor_id: int, now: datetime) -> BusyCalendar:
    """A calendar from a file, read once. Raises Invalid(file) and BadFile."""
    if not content:
        raise Invalid({"file": "Choose the .ics file that your calendar program exported."})
    if len(content) > source.LARGEST:
        raise Invalid({"file": "The file is larger than 10 MB."})
    with db.read() as session:
        zone = zone_of(session, actor_id)
    times = source.busy(content, now - BACK, now + AHEAD, zone)
    with db.write() as session:
        _check_room(session, actor_id)
        row = BusyCalendar(
            user_id=actor_id,
            name=_named(name, file_name or "Calendar"),
            file_name=file_name[:200],
            read_at=now,
            created_at=now,
        )
        session.add(row)
        session.flush()
        _keep(session, row, times)
        audit.note(session, "busy_calendar", row.name, actor_id=actor_id, now=now)
    return row


def remove(db: Database, calendar_id: int, *, actor_id: int, now: datetime) -> str:
    """Forget a calendar with its address and times. Returns its name. NotFound for somebody else's."""
    with db.write() as session:
        row = _mine(session, calendar_id, actor_id)
        store.forget_times(session, calendar_id)
        row.archived_at, row.secret, row.next_at = now, "", None
        session.add(row)
        audit.note(session, "busy_calendar_removed", row.name, actor_id=actor_id, now=now)
        return row.name


def ask_again(db: Database, calendar_id: int, *, actor_id: int, now: datetime) -> str:
    """Have it read at the next tick. Refused for a file."""
    with db.write() as session:
        row = _mine(session, calendar_id, actor_id)
        if not row.secret:
            raise Refused("a_file", "This calendar came from a file. Export it again and add the new file.")
        row.next_at, row.failures = now, 0
        session.add(row)
        return row.name


def read_due(
    db: Database,
    vault: Vault,
    *,
    clock: Callable[[], datetime],
    me: str,
    stopping: Callable[[], bool] = lambda: False,
    fetch: Fetch = source.fetch,
) -> int:
    """Read every calendar that is due. Returns how many were asked."""
    with db.read() as session:
        due = store.due(session, clock())
    return sum(_read_one(db, vault, each, clock, me, fetch) for each in due if not stopping())


def _read_one(
    db: Database, vault: Vault, calendar_id: int, clock: Callable[[], datetime], me: str, fetch: Fetch
) -> int:
    now = clock()
    with db.write() as session:
        if not store.claim(session, calendar_id, me=me, now=now, lease_until=now + LEASE_TIME):
            return 0
        row = session.get_one(BusyCalendar, calendar_id)
        zone, sealed, etag = zone_of(session, row.user_id), row.secret, row.etag
    try:
        # A series goes on beyond what was read, so that an unchanged calendar is still worked out anew.
        got = fetch(vault.open(sealed), "" if now.hour == 0 else etag)
        times = source.busy(got.content, now - BACK, now + AHEAD, zone) if got.content is not None else None
        reading, problem = Reading(times, got.etag), None
    except HandoffError as error:
        reading, problem = None, error
    _settle(db, calendar_id, reading, problem, me=me, now=clock())
    return 1


def _settle(
    db: Database,
    calendar_id: int,
    reading: Reading | None,
    problem: HandoffError | None,
    *,
    me: str,
    now: datetime,
) -> None:
    """What came of it, unless it was removed, or another worker took it over, meanwhile."""
    with db.write() as session:
        row = session.get(BusyCalendar, calendar_id)
        if row is None or row.archived_at is not None or row.lease_owner != me:
            return
        row.lease_owner, row.lease_until = "", None
        if reading is None:
            row.error, row.next_at = str(problem)[:300], now + _rest(row.failures, problem)
            row.failures += 1
        else:
            row.error, row.failures, row.etag, row.read_at, row.next_at = "", 0, reading.etag, now, now + EVERY
            if reading.times is not None:
                _keep(session, row, reading.times)
        session.add(row)


def _rest(failures: int, problem: HandoffError | None) -> timedelta:
    if isinstance(problem, CalendarUnavailable) and problem.retryable:
        return RESTS[min(failures, len(RESTS) - 1)]
    return RESTS[-1]


def _keep(session: Session, row: BusyCalendar, times: Sequence[Busy]) -> None:
    assert row.id is not None
    store.forget_times(session, row.id)
    for each in times:
        session.add(
            BusyTime(
                calendar_id=row.id,
                user_id=row.user_id,
                starts_at=each.starts_at,
                ends_at=each.ends_at,
                all_day=each.all_day,
            )
        )
    row.events = len(times)


def _mine(session: Session, calendar_id: int, actor_id: int) -> BusyCalendar:
    row = session.get(BusyCalendar, calendar_id)
    if row is None or row.user_id != actor_id or row.archived_at is not None:
        raise NotFound("This calendar isn't here any more.")
    return row


def _check_room(session: Session, user_id: int) -> None:
    if len(store.calendars(session, user_id)) >= MOST:
        raise Invalid({"address": f"There are {MOST} calendars already. Remove one first."})


def _named(name: str, default: str) -> str:
    return " ".join(name.split())[:80] or default[:80]
