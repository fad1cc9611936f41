"""Addresses that open a whole route in the map of a phone. Both maps take only so many stops at a time."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

GOOGLE_BETWEEN = 9
"""Google opens a start, an end and nine stops between them; browsers on phones without its app only three."""

APPLE_BETWEEN = 9
"""Not documented; what its app has been seen to take."""


def google(places: Sequence[str]) -> list[str]:
    """Links that open the way through these addresses in order, one after the other where there are too many."""
    return [_google(part) for part in parts(places, GOOGLE_BETWEEN)]


def apple(places: Sequence[str]) -> list[str]:
    """The same for Apple's map."""
    return [_apple(part) for part in parts(places, APPLE_BETWEEN)]


def parts(places: Sequence[str], between: int) -> list[Sequence[str]]:
    """Pieces of a way that each open at once. The last address of one is the first of the next."""
    step = between + 1
    return [places[at : at + step + 1] for at in range(0, max(len(places) - 1, 0), step)]


def _google(places: Sequence[str]) -> str:
    first, *middle, last = places
    asked = {"api": "1", "origin": first, "destination": last, "travelmode": "driving"}
    if middle:
        asked["waypoints"] = "|".join(each.replace("|", " ") for each in middle)
    return "https://www.google.com/maps/dir/?" + urlencode(asked, quote_via=quote)


def _apple(places: Sequence[str]) -> str:
    first, *middle, last = places
    asked = [("source", first), ("destination", last), *(("waypoint", each) for each in middle), ("mode", "driving")]
    return "https://maps.apple.com/directions?" + urlencode(asked, quote_via=quote)
