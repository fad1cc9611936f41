"""How far and how long from one place to the next by car. Estimates: no map and no traffic is asked.

The great circle is made longer by what roads add, and driven slowly at first and faster once the way is long.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from crm.domain.places import miles_between

ROAD_FACTOR = 1.3
"""Roads against the straight line: about 1.2 in a grid of streets, 1.4 where rivers and hills are in the way."""

TOWN_MILES = 6.0
"""So many miles of a way lead through streets with lights; the rest over faster roads."""

TOWN_MPH = 22.0
ROAD_MPH = 45.0

PARKING_MINUTES = 4
"""Parking and walking in, at every stop."""

NEIGHBOR_MILES = 1.0
"""Between two addresses of which we know no more than that they share a ZIP code."""


class Place(NamedTuple):
    """Where something is. `address` tells places apart whose coordinates are the middle of the same ZIP code."""

    lat: float
    lon: float
    address: str = ""


class Leg(NamedTuple):
    """A drive: miles, and whole minutes with parking where there is any."""

    miles: float = 0.0
    minutes: int = 0


HERE = Leg()


def leg(start: Place | None, end: Place | None, *, parking: bool = True) -> Leg:
    """From one place to another; nothing between places that aren't known, nor inside one house."""
    if start is None or end is None or (start == end and start.address):
        return HERE
    miles = road_miles(start, end)
    return Leg(miles, minutes_of(miles) + (PARKING_MINUTES if parking else 0))


def road_miles(start: Place, end: Place) -> float:
    """Miles by road, at least a neighbor's distance between different addresses."""
    straight = miles_between(start.lat, start.lon, end.lat, end.lon)
    least = NEIGHBOR_MILES if start.address != end.address else 0.0
    return max(straight * ROAD_FACTOR, least)


def minutes_of(miles: float) -> int:
    """Whole minutes for so many miles of road."""
    town = min(miles, TOWN_MILES)
    return round(60 * (town / TOWN_MPH + (miles - town) / ROAD_MPH))


def box_around(place: Place, miles: float) -> tuple[float, float, float, float]:
    """South, north, west, east of a box that holds everything within so many miles as the crow flies."""
    high = miles / 68.7
    wide = high / max(0.05, math.cos(math.radians(min(89.0, abs(place.lat) + high))))
    return place.lat - high, place.lat + high, place.lon - wide, place.lon + wide
