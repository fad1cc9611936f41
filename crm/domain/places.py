"""ZIP codes offline: where they are, in which time zone and state, how far apart.

The package zip2info (MIT; coordinates from GeoNames, CC BY 4.0, and the US Census) holds its table as one Python
literal whose import costs 200 MB where no compiled copy exists. So its text is read line by line, once, into arrays of
a megabyte; only if that fails is it imported.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from crm.domain.addresses import zip5

EARTH_MILES = 3958.76
_LINE = re.compile(r"^    (\d+): \((\d+), (-?[\d.]+), (-?[\d.]+)\),?$", re.MULTILINE)
_ZONE = re.compile(r"^    '([A-Z]\w+/[\w/]+)',$", re.MULTILINE)
# First ZIP prefixes of each state's ranges: (first, last, state), three digits as a number.
_STATES = (
    (5, 5, "NY"), (6, 7, "PR"), (8, 8, "VI"), (9, 9, "PR"), (10, 27, "MA"), (28, 29, "RI"), (30, 38, "NH"),
    (39, 49, "ME"), (50, 54, "VT"), (55, 55, "MA"), (56, 59, "VT"), (60, 69, "CT"), (70, 89, "NJ"), (100, 149, "NY"),
    (150, 196, "PA"), (197, 199, "DE"), (200, 200, "DC"), (201, 201, "VA"), (202, 205, "DC"), (206, 219, "MD"),
    (220, 246, "VA"), (247, 268, "WV"), (270, 289, "NC"), (290, 299, "SC"), (300, 319, "GA"), (320, 349, "FL"),
    (350, 369, "AL"), (370, 385, "TN"), (386, 397, "MS"), (398, 399, "GA"), (400, 427, "KY"), (430, 459, "OH"),
    (460, 479, "IN"), (480, 499, "MI"), (500, 528, "IA"), (530, 549, "WI"), (550, 567, "MN"), (569, 569, "DC"),
    (570, 577, "SD"), (580, 588, "ND"), (590, 599, "MT"), (600, 629, "IL"), (630, 658, "MO"), (660, 679, "KS"),
    (680, 693, "NE"), (700, 714, "LA"), (716, 729, "AR"), (730, 732, "OK"), (733, 733, "TX"), (734, 749, "OK"),
    (750, 799, "TX"), (800, 816, "CO"), (820, 831, "WY"), (832, 838, "ID"), (840, 847, "UT"), (850, 865, "AZ"),
    (870, 884, "NM"), (885, 885, "TX"), (889, 898, "NV"), (900, 961, "CA"), (967, 968, "HI"), (969, 969, "GU"),
    (970, 979, "OR"), (980, 994, "WA"), (995, 999, "AK"),
)  # fmt: skip


class Place(NamedTuple):
    """The middle of a ZIP code."""

    zip: str
    lat: float
    lon: float
    zone: str
    state: str


@dataclass
class _Table:
    zips: array[int] = field(default_factory=lambda: array("i"))
    lats: array[float] = field(default_factory=lambda: array("d"))
    lons: array[float] = field(default_factory=lambda: array("d"))
    zone_ids: array[int] = field(default_factory=lambda: array("B"))
    zones: tuple[str, ...] = ()

    def add(self, number: int, zone: int, lat: float, lon: float) -> None:
        self.zips.append(number)
        self.zone_ids.append(zone)
        self.lats.append(lat)
        self.lons.append(lon)


@lru_cache(maxsize=8192)
def place(zip_code: str) -> Place | None:
    """The place of a ZIP or ZIP+4; None for what isn't one, or isn't known."""
    five = zip5(zip_code)
    if not five:
        return None
    table = _table()
    number = int(five)
    at = bisect_left(table.zips, number)
    if at == len(table.zips) or table.zips[at] != number:
        return None
    return Place(five, table.lats[at], table.lons[at], table.zones[table.zone_ids[at]], state_of(five))


def zone_of(zip_code: str, default: str) -> str:
    """The time zone of a ZIP code, or `default`."""
    found = place(zip_code)
    return found.zone if found else default


def state_of(zip_code: str) -> str:
    """The state of a ZIP code by its first three digits; "" for military and unassigned ones."""
    prefix = zip5(zip_code)[:3]
    return next((state for low, high, state in _STATES if prefix and low <= int(prefix) <= high), "")


def miles_between(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in statute miles."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half = math.sin((phi2 - phi1) / 2) ** 2
    half += math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_MILES * math.asin(min(1.0, math.sqrt(half)))


@lru_cache(maxsize=8192)
def zip_miles(one: str, other: str) -> float | None:
    """Miles between the middles of two ZIP codes, one decimal; None when either is unknown."""
    here, there = place(one), place(other)
    if here is None or there is None:
        return None
    return round(miles_between(here.lat, here.lon, there.lat, there.lon), 1)


def zips_within(center: str, radius_miles: float) -> dict[str, float]:
    """ZIP code -> miles for all whose middle is within the radius, the center included; empty if it isn't known."""
    here = place(center)
    if here is None:
        return {}
    return {zip_code: miles for zip_code, miles in _near(here, radius_miles) if miles <= radius_miles}


def _near(here: Place, radius: float) -> Iterator[tuple[str, float]]:
    """ZIPs in the box around a place. A degree of latitude is never shorter than 68.7 miles."""
    table = _table()
    high = radius / 68.7
    wide = high / max(0.05, math.cos(math.radians(min(89.0, abs(here.lat) + high))))
    for at, lat in enumerate(table.lats):
        if abs(lat - here.lat) <= high:
            apart = abs(table.lons[at] - here.lon)
            if min(apart, 360 - apart) <= wide:
                miles = miles_between(here.lat, here.lon, lat, table.lons[at])
                yield f"{table.zips[at]:05d}", round(miles, 1)


@cache
def _table() -> _Table:
    spec = importlib.util.find_spec("zip2info")
    source = Path(spec.origin).with_name("_data.py") if spec and spec.origin else None
    table = _read(source.read_text(encoding="utf-8")) if source and source.is_file() else _Table()
    return table if len(table.zips) > 30_000 and max(table.zone_ids) < len(table.zones) else _imported()


def _read(text: str) -> _Table:
    table = _Table(zones=tuple(match[1] for match in _ZONE.finditer(text)))
    last = -1
    for match in _LINE.finditer(text):
        number = int(match[1])
        if number <= last:
            return _Table()
        last = number
        table.add(number, int(match[2]), float(match[3]), float(match[4]))
    return table


def _imported() -> _Table:
    """The same from the package's own interface, at its price."""
    data = importlib.import_module("zip2info")
    table = _Table(zones=tuple(data.TIMEZONES))
    for number in sorted(data.ZIP_INFO):
        zone, lat, lon = data.ZIP_INFO[number]
        table.add(number, zone, lat, lon)
    return table
