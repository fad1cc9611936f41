"""Calendars of others (RFC 5545), from an address or a file: when somebody is busy, and nothing else of them."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from crm.domain.calendar import instant_of
from crm.domain.errors import HandoffError, Invalid
from crm.sources.errors import BadFile

LARGEST = 10_000_000
MOST = 5_000
TIMEOUT = 20.0
_AGENT = "Handoff (calendar reader)"
_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})


class CalendarUnavailable(HandoffError):
    """The address gave no calendar. `retryable`: it may work later."""

    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.retryable = retryable


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the address gave: nothing new (`content` None), or a calendar with its tag for the next time."""

    content: bytes | None
    etag: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Busy:
    """A time somebody is busy, as instants; `all_day` where the calendar only names the day."""

    starts_at: datetime
    ends_at: datetime
    all_day: bool = False


def checked_address(text: str) -> str:
    """The address to ask: https for webcal. Raises Invalid(address) for anything that is no address of a calendar."""
    given = text.strip()
    if given.lower().startswith(("webcal://", "webcals://")):
        given = "https://" + given.partition("://")[2]
    try:
        parts = urlsplit(given)
        named = bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        named = False
    if not named or parts.scheme not in ("http", "https") or len(given) > 2000 or any(ord(one) <= 32 for one in given):
        message = "Paste the calendar's private address. It starts with https:// or webcal:// and often ends in .ics."
        raise Invalid({"address": message})
    return given


def fetch(address: str, etag: str = "", *, timeout: float = TIMEOUT) -> Fetched:
    """Ask the address for its calendar, unless it is still the one tagged `etag`. Raises CalendarUnavailable."""
    _check_host(address)
    headers = {"User-Agent": _AGENT, "Accept": "text/calendar, */*;q=0.5"} | ({"If-None-Match": etag} if etag else {})
    request = urllib.request.Request(address, headers=headers)  # noqa: S310  (http and https, by checked_address)
    try:
        with urllib.request.build_opener(_Redirects).open(request, timeout=timeout) as answer:
            content = answer.read(LARGEST + 1)
            tag = (answer.headers.get("ETag") or "")[:200]
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.client.NOT_MODIFIED:
            return Fetched(None, etag)
        raise _refusal(error.code) from error
    except (OSError, http.client.HTTPException) as error:
        message = "The calendar's server doesn't answer. It is asked again by itself."
        raise CalendarUnavailable(message, retryable=True) from error
    if len(content) > LARGEST:
        raise CalendarUnavailable("The calendar is larger than 10 MB.", retryable=False)
    return Fetched(content, tag)


def busy(content: bytes, first: datetime, last: datetime, zone: str) -> list[Busy]:
    """When the calendar says busy between two instants, in order, at most 5,000 times.

    Events that are cancelled, declined to block time (TRANSPARENT) or repeat by the hour or faster are left out. Times
    without a zone are those of `zone`. Raises BadFile when it is no calendar.
    """
    import recurring_ical_events

    found = recurring_ical_events.of(_parsed(content), components=["VEVENT"], skip_bad_series=True)
    times = {one for each in found.between(first, last) if (one := _time(each, zone)) is not None}
    return sorted(one for one in times if one.ends_at > first and one.starts_at < last)[:MOST]


def _parsed(content: bytes) -> Any:
    from icalendar import Calendar

    if b"BEGIN:VCALENDAR" not in content[:4096].upper():
        raise BadFile("This is not a calendar file: it doesn't begin with BEGIN:VCALENDAR. Export it as .ics.")
    try:
        parsed = Calendar.from_ical(content.decode("utf-8-sig", "replace"))
    except (ValueError, KeyError, IndexError, TypeError) as error:
        message = "This calendar file is damaged and can't be read. Export it once more."
        raise BadFile(message) from error
    parsed.subcomponents = [each for each in parsed.subcomponents if not _repeats_too_often(each)]
    return parsed


def _repeats_too_often(component: Any) -> bool:
    rules = component.get("RRULE", [])
    return any(str(one.get("FREQ", [""])[0]).upper() in _TOO_OFTEN for one in _listed(rules))


def _listed(rules: Any) -> Iterator[Any]:
    yield from rules if isinstance(rules, list) else [rules] if rules else []


def _time(event: Any, zone: str) -> Busy | None:
    if str(event.get("TRANSP", "OPAQUE")).upper() == "TRANSPARENT":
        return None
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return None
    starts, ends = event.start, event.end
    all_day = not isinstance(starts, datetime)
    if all_day and ends <= starts:
        ends = starts + timedelta(days=1)
    one = Busy(_instant(starts, zone), _instant(ends, zone), all_day)
    return one if one.ends_at > one.starts_at else None


def _instant(value: datetime | date, zone: str) -> datetime:
    if not isinstance(value, datetime):
        return instant_of(value, time(0), zone)
    if value.tzinfo is None:
        return instant_of(value.date(), value.time(), zone)
    return value.astimezone(UTC)


def _refusal(code: int) -> CalendarUnavailable:
    if code in (401, 403, 404, 410):
        message = f"The calendar's server says no ({code}). Copy its private address again."
        return CalendarUnavailable(message, retryable=False)
    return CalendarUnavailable(f"The calendar's server has a problem ({code}).", retryable=True)


def _check_host(address: str) -> None:
    """Addresses that only mean something inside a data center are none of a person's calendars."""
    host = urlsplit(address).hostname or ""
    try:
        found = {ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError) as error:
        raise CalendarUnavailable(f"There is no server called {host}.", retryable=True) from error
    if any(each.is_link_local for each in found):
        raise CalendarUnavailable(f"{host} is no calendar server.", retryable=False)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but not to a place that an address may not name."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        _check_host(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)
