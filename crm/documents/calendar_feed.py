"""A calendar that other programs read (RFC 5545): events in, bytes out.

Hours are given as UTC instants, which every calendar program shows in the reader's own zone, so that no definition of a
zone has to travel along. Days are given as days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

PRODUCER = "-//Handoff//Provider outreach//EN"
REFRESH = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Event:
    """One entry. `starts` and `ends` are both instants or both days, of which the last isn't part of it any more.

    `uid` never changes, `revision` grows with each change, `changed_at` is when that was. `is_tentative`: its time may
    still change.
    """

    uid: str
    title: str
    starts: datetime | date
    ends: datetime | date
    changed_at: datetime
    revision: int = 0
    place: str = ""
    text: str = ""
    url: str = ""
    is_cancelled: bool = False
    is_tentative: bool = False
    is_busy: bool = True


def calendar(name: str, zone: str, events: Iterable[Event]) -> bytes:
    """The whole feed, with CRLF line ends, folded at 75 octets."""
    from icalendar import Calendar

    made = Calendar()
    made.add("prodid", PRODUCER)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", zone)
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    for each in events:
        made.add_component(_component(each))
    written: bytes = made.to_ical()
    return written


def _component(event: Event):  # type: ignore[no-untyped-def]  # the library is loaded when used
    from icalendar import Event as Component

    made = Component()
    made.add("uid", event.uid)
    made.add("dtstamp", _second(event.changed_at))
    made.add("last-modified", _second(event.changed_at))
    made.add("sequence", event.revision)
    made.add("dtstart", _when(event.starts))
    made.add("dtend", _when(event.ends))
    made.add("summary", event.title)
    made.add("status", "CANCELLED" if event.is_cancelled else "TENTATIVE" if event.is_tentative else "CONFIRMED")
    made.add("transp", "OPAQUE" if event.is_busy and not event.is_cancelled else "TRANSPARENT")
    for field, value in (("location", event.place), ("description", event.text), ("url", event.url)):
        if value:
            made.add(field, value)
    return made


def _when(value: datetime | date) -> datetime | date:
    return _second(value) if isinstance(value, datetime) else value


def _second(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(microsecond=0)
