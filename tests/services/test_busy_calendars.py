from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from crm.domain.errors import Invalid, NotFound, Refused
from crm.models.calendars import BusyCalendar
from crm.services import busy_calendars as busy
from crm.services.vault import Vault
from crm.sources.calendars import CalendarUnavailable, Fetched
from crm.sources.errors import BadFile
from crm.store import calendars as store
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW
from tests.sources.calendar_server import calendar

ADDRESS = "https://calendar.example/private-1234/basic.ics"
MEETING = calendar("DTSTART:20260305T150000Z\nDTEND:20260305T160000Z\nSUMMARY:Knee class with K-14")


@pytest.fixture
def user_id(db: Database) -> int:
    with db.write() as session:
        factories.make_business(session)
        return factories._id(factories.make_user(session))


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "key")


class Server:
    """Gives a calendar, or raises."""

    def __init__(self, *answers: bytes | Exception | None) -> None:
        self.answers, self.asked = list(answers), list[tuple[str, str]]()

    def __call__(self, address: str, etag: str) -> Fetched:
        self.asked.append((address, etag))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return Fetched(answer, '"tag"')


def read(db: Database, vault: Vault, server: Callable[[str, str], Fetched], hours: float = 0, me: str = "a") -> int:
    return busy.read_due(db, vault, clock=lambda: NOW + timedelta(hours=hours), me=me, fetch=server)


def row(db: Database, calendar_id: int) -> BusyCalendar:
    with db.read() as session:
        return session.get_one(BusyCalendar, calendar_id)


def times(db: Database, user_id: int) -> int:
    with db.read() as session:
        return len(store.busy_between(session, user_id, NOW - timedelta(days=90), NOW + timedelta(days=90)))


def added(db: Database, vault: Vault, user_id: int) -> int:
    return factories._id(busy.add_address(db, vault, "Family", ADDRESS, actor_id=user_id, now=NOW))


def test_a_calendar_is_read_at_once_and_again_in_an_hour(db: Database, vault: Vault, user_id: int) -> None:
    calendar_id, server = added(db, vault, user_id), Server(MEETING)
    assert (read(db, vault, server), times(db, user_id)) == (1, 1)
    assert read(db, vault, server, 0.5) == 0
    assert read(db, vault, server, 1) == 1
    assert server.asked == [(ADDRESS, ""), (ADDRESS, '"tag"')]
    assert row(db, calendar_id).next_at == NOW + timedelta(hours=2)


def test_only_the_times_are_kept_and_the_address_only_sealed(db: Database, vault: Vault, user_id: int) -> None:
    calendar_id = added(db, vault, user_id)
    read(db, vault, Server(MEETING))
    with db.read() as session:
        kept = [each.model_dump() for each in store.busy_between(session, user_id, NOW, NOW + timedelta(days=9))]
        stored = str(kept) + str(session.get_one(BusyCalendar, calendar_id).model_dump())
    assert "K-14" not in stored
    assert "private-1234" not in stored


def test_a_calendar_that_has_not_changed_keeps_its_times(db: Database, vault: Vault, user_id: int) -> None:
    added(db, vault, user_id)
    server = Server(MEETING, None)
    read(db, vault, server)
    read(db, vault, server, 1)
    assert times(db, user_id) == 1


def test_a_dead_server_keeps_what_was_read_says_so_and_is_asked_less_and_less(
    db: Database, vault: Vault, user_id: int
) -> None:
    calendar_id = added(db, vault, user_id)
    down = CalendarUnavailable("The calendar's server doesn't answer.", retryable=True)
    server = Server(MEETING, down)
    read(db, vault, server)
    waits, hours = [], 1.0
    for _ in range(6):
        assert read(db, vault, server, hours) == 1
        after = row(db, calendar_id)
        waits.append(after.next_at - (NOW + timedelta(hours=hours)))
        hours = (after.next_at - NOW) / timedelta(hours=1)
    assert waits == [*busy.RESTS, busy.RESTS[-1]]
    assert (times(db, user_id), row(db, calendar_id).error) == (1, "The calendar's server doesn't answer.")
    server.answers = [calendar()]
    read(db, vault, server, hours)
    assert (times(db, user_id), row(db, calendar_id).error, row(db, calendar_id).failures) == (0, "", 0)


def test_a_page_instead_of_a_calendar_changes_nothing(db: Database, vault: Vault, user_id: int) -> None:
    calendar_id = added(db, vault, user_id)
    read(db, vault, Server(MEETING))
    read(db, vault, Server(b"<html>Sign in</html>"), 1)
    assert times(db, user_id) == 1
    assert "not a calendar" in row(db, calendar_id).error


def test_of_two_workers_one_reads(db: Database, vault: Vault, user_id: int) -> None:
    added(db, vault, user_id)

    def slow(address: str, etag: str) -> Fetched:
        assert read(db, vault, Server(MEETING), me="b") == 0
        return Fetched(MEETING, "")

    assert read(db, vault, slow) == 1
    assert times(db, user_id) == 1


def test_a_worker_that_was_killed_is_followed_by_another(db: Database, vault: Vault, user_id: int) -> None:
    added(db, vault, user_id)

    def killed(address: str, etag: str) -> Fetched:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(db, vault, killed)
    with db.read() as session:
        assert store.next_due(session) == NOW + busy.LEASE_TIME
    assert read(db, vault, Server(MEETING), 0.2, me="b") == 1


def test_one_that_is_removed_while_it_is_read_stays_removed(db: Database, vault: Vault, user_id: int) -> None:
    calendar_id = added(db, vault, user_id)

    def slow(address: str, etag: str) -> Fetched:
        busy.remove(db, calendar_id, actor_id=user_id, now=NOW)
        return Fetched(MEETING, "")

    read(db, vault, slow)
    assert times(db, user_id) == 0
    assert (row(db, calendar_id).secret, row(db, calendar_id).next_at) == ("", None)
    with pytest.raises(NotFound):
        busy.remove(db, calendar_id, actor_id=user_id, now=NOW)


def test_a_file_is_read_once(db: Database, vault: Vault, user_id: int) -> None:
    made = busy.add_file(db, "", "family.ics", MEETING, actor_id=user_id, now=NOW)
    assert (made.name, made.events, times(db, user_id)) == ("family.ics", 1, 1)
    with db.read() as session:
        assert store.next_due(session) is None
    with pytest.raises(Refused, match="came from a file"):
        busy.ask_again(db, made.id, actor_id=user_id, now=NOW)


def test_a_file_that_is_none_adds_nothing(db: Database, user_id: int) -> None:
    with pytest.raises(BadFile):
        busy.add_file(db, "", "photo.png", b"\x89PNG", actor_id=user_id, now=NOW)
    with pytest.raises(Invalid):
        busy.add_file(db, "", "empty.ics", b"", actor_id=user_id, now=NOW)
    with db.read() as session:
        assert store.calendars(session, user_id) == []


def test_asking_again_reads_at_the_next_tick(db: Database, vault: Vault, user_id: int) -> None:
    calendar_id = added(db, vault, user_id)
    read(db, vault, Server(MEETING))
    busy.ask_again(db, calendar_id, actor_id=user_id, now=NOW + timedelta(minutes=1))
    assert read(db, vault, Server(MEETING), 0.1) == 1


def test_there_is_a_most(db: Database, vault: Vault, user_id: int) -> None:
    for _ in range(busy.MOST):
        added(db, vault, user_id)
    with pytest.raises(Invalid, match="Remove one"):
        added(db, vault, user_id)
