from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from crm.domain.errors import Invalid
from crm.sources import calendars as source
from crm.sources.calendars import Busy, CalendarUnavailable, checked_address, fetch
from crm.sources.errors import BadFile
from tests.sources.calendar_server import Calendars, calendar, serving

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
LAST = datetime(2026, 3, 31, tzinfo=UTC)
HOUSTON = "America/Chicago"
MEETING = "DTSTART:20260305T150000Z\nDTEND:20260305T160000Z\nSUMMARY:Knee class"


def busy(*events: str, zone: str = HOUSTON) -> list[Busy]:
    return source.busy(calendar(*events), FIRST, LAST, zone)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[Calendars]:
    with serving() as kept:
        kept.content = calendar(MEETING)
        yield kept


def test_an_event_is_a_time_and_nothing_else() -> None:
    assert busy(MEETING) == [Busy(at(5, 15), at(5, 16))]


def test_a_series_is_worked_out_in_its_own_zone_across_the_change_of_clocks() -> None:
    weekly = (
        "DTSTART;TZID=America/Chicago:20260302T090000\nDTEND;TZID=America/Chicago:20260302T100000\nRRULE:FREQ=WEEKLY"
    )
    starts = [each.starts_at for each in busy(weekly)]
    assert starts == [at(2, 15), at(9, 14), at(16, 14), at(23, 14), at(30, 14)]


def test_days_left_out_and_events_moved_count_as_they_are_now() -> None:
    series = "DTSTART:20260302T150000Z\nDTEND:20260302T160000Z\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260303T150000Z"
    assert [each.starts_at.day for each in busy(series)] == [2, 4]


def test_times_without_a_zone_are_those_of_the_person() -> None:
    floating = "DTSTART:20260305T090000\nDTEND:20260305T100000"
    assert busy(floating) == [Busy(at(5, 15), at(5, 16))]


def test_a_whole_day_lasts_from_midnight_to_midnight_where_the_person_is() -> None:
    assert busy("DTSTART;VALUE=DATE:20260305") == [Busy(at(5, 6), at(6, 6), all_day=True)]


@pytest.mark.parametrize("line", ["TRANSP:TRANSPARENT", "STATUS:CANCELLED"])
def test_what_is_free_or_cancelled_blocks_nothing(line: str) -> None:
    assert busy(f"{MEETING}\n{line}") == []


def test_what_repeats_by_the_second_is_left_out_and_the_rest_is_read() -> None:
    assert busy(f"{MEETING}\nRRULE:FREQ=SECONDLY", MEETING) == [Busy(at(5, 15), at(5, 16))]


def test_a_zone_of_its_own_definition_is_understood() -> None:
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Here\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:-0600\r\n"
        "TZOFFSETTO:-0600\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    event = calendar("DTSTART;TZID=Here:20260305T090000\nDTEND;TZID=Here:20260305T100000").decode()
    content = event.replace("BEGIN:VEVENT", zone + "BEGIN:VEVENT", 1).encode()
    assert source.busy(content, FIRST, LAST, HOUSTON) == [Busy(at(5, 15), at(5, 16))]


@pytest.mark.parametrize("content", [b"", b"<html>Sign in</html>", b"\x89PNG", b"PK\x03\x04"])
def test_what_is_no_calendar_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(BadFile, match="not a calendar file"):
        source.busy(content, FIRST, LAST, HOUSTON)


@pytest.mark.parametrize("content", [b"BEGIN:VCALENDAR", calendar(MEETING)[:-20], b"BEGIN:VCALENDAR\r\n;;;"])
def test_a_damaged_calendar_is_refused_and_not_half_read(content: bytes) -> None:
    with pytest.raises(BadFile, match="damaged"):
        source.busy(content, FIRST, LAST, HOUSTON)


def test_a_broken_event_does_not_take_the_others_with_it() -> None:
    assert busy("DTSTART:tomorrow\nDTEND:later", MEETING) == [Busy(at(5, 15), at(5, 16))]


def test_webcal_is_https() -> None:
    assert (
        checked_address(" webcal://calendar.example/private/basic.ics ") == "https://calendar.example/private/basic.ics"
    )


@pytest.mark.parametrize(
    "text",
    ["", "calendar", "ftp://calendar.example/a.ics", "file:///etc/passwd", "https://", "https://a b/c", "http://x:y/"],
)
def test_what_is_no_address_is_refused_with_what_one_looks_like(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        checked_address(text)
    assert "webcal://" in caught.value.errors["address"]


def test_a_calendar_that_has_not_changed_is_not_sent_again(server: Calendars) -> None:
    first = fetch(server.url)
    assert first.content == server.content
    assert fetch(server.url, first.etag).content is None


@pytest.mark.parametrize(("status", "retryable"), [(404, False), (403, False), (410, False), (500, True), (503, True)])
def test_a_server_that_says_no_is_told_from_one_in_trouble(server: Calendars, status: int, retryable: bool) -> None:
    server.status = status
    with pytest.raises(CalendarUnavailable) as caught:
        fetch(server.url)
    assert caught.value.retryable is retryable


def test_no_server_and_no_such_name_may_work_later() -> None:
    for address in ("http://127.0.0.1:9/a.ics", "http://no-such-host.invalid/a.ics"):
        with pytest.raises(CalendarUnavailable) as caught:
            fetch(address, timeout=2)
        assert caught.value.retryable


@pytest.mark.parametrize("place", ["http://169.254.169.254/latest/", "http://[fe80::1]/"])
def test_addresses_inside_a_data_center_are_not_asked_even_by_a_redirect(server: Calendars, place: str) -> None:
    with pytest.raises(CalendarUnavailable, match="no calendar server"):
        fetch(place, timeout=2)
    server.status, server.location = 302, place
    with pytest.raises(CalendarUnavailable, match="no calendar server"):
        fetch(server.url, timeout=2)


def test_a_redirect_to_a_file_is_not_followed(server: Calendars) -> None:
    server.status, server.location = 302, "file:///etc/passwd"
    with pytest.raises(CalendarUnavailable):
        fetch(server.url, timeout=2)


def test_a_calendar_of_more_than_10_mb_is_not_read(server: Calendars) -> None:
    server.content = b"BEGIN:VCALENDAR" + b" " * source.LARGEST
    with pytest.raises(CalendarUnavailable, match="10 MB"):
        fetch(server.url)


def test_only_what_touches_the_asked_time_is_given() -> None:
    long_before = "DTSTART:20260210T150000Z\nDTEND:20260210T160000Z"
    across = f"DTSTART:{FIRST - timedelta(hours=1):%Y%m%dT%H%M%SZ}\nDTEND:{FIRST + timedelta(hours=1):%Y%m%dT%H%M%SZ}"
    assert [each.ends_at for each in busy(long_before, across)] == [FIRST + timedelta(hours=1)]
