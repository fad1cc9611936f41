"""What a directory row says about a provider and an address, in our own words and spelling. Pure, and fast: a full
directory has ten million rows, so everything that repeats is worked out once."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from crm.domain import matching, names, places, taxonomy
from crm.domain.addresses import address_key, proper_city, proper_line, zip5
from crm.domain.kinds import ProviderKind
from crm.domain.organizations import organization_name, sort_key
from crm.domain.phones import from_directory
from crm.sources.locations import Location
from crm.sources.nppes_layout import Row

ORGANIZATION = "2"
HERE = frozenset(("", "US"))
_PERSON, _ORGANIZATION = ProviderKind.PERSON.value, ProviderKind.ORGANIZATION.value
_UNAVAILABLE = "<UNAVAIL>"
_MOST_RANKED = 20_000


PROVIDER_COLUMNS = (
    "kind",
    "npi",
    "prefix",
    "first_name",
    "middle_name",
    "last_name",
    "suffix",
    "credentials",
    "organization_name",
    "display_name",
    "sort_name",
    "taxonomy_code",
    "specialty",
    "care_stage",
    "ask",
    "is_peer",
    "phone",
    "fax",
    "city",
    "state",
    "zip",
    "distance_miles",
    "fit",
)
"""The columns of a provider that a directory fills."""

DISPLAY_NAME = PROVIDER_COLUMNS.index("display_name")
Values = tuple[str | int | float | None, ...]
"""Plain values in the order of `PROVIDER_COLUMNS`."""


class Address(NamedTuple):
    """The columns of a practice that a directory fills. `address_key` is empty where no street is given."""

    address_key: str
    line1: str
    line2: str
    city: str
    state: str
    zip: str
    country: str
    phone: str
    fax: str
    zone: str | None
    lat: float | None
    lon: float | None


PRACTICE_COLUMNS = Address._fields


class Reader:
    """Turns rows into values for a trainer whose own ZIP is `home`. Neighbours share their distance and score."""

    def __init__(self, home: str, switched_off: frozenset[str] = frozenset()) -> None:
        self.home = zip5(home)
        self.switched_off = switched_off
        self._ranked: dict[tuple[str, str, bool, bool], tuple[float | None, int]] = {}

    def values(self, row: Row, address: Address) -> Values:
        """The provider of a row."""
        is_person = row.entity != ORGANIZATION
        specialty, care_stage, ask, is_peer = _kind_of_work(row.taxonomy)
        known = (specialty, address.zip, bool(address.phone), is_person)
        ranked = self._ranked.get(known) or self._rank(known, bool(is_peer))
        return (
            _PERSON if is_person else _ORGANIZATION,
            row.npi,
            *(_person(row) if is_person else _organization(row)),
            row.taxonomy,
            specialty,
            care_stage,
            ask,
            is_peer,
            address.phone,
            address.fax,
            address.city,
            address.state,
            address.zip,
            *ranked,
        )

    def score(
        self, specialty: str, miles: float | None, *, has_phone: bool, has_email: bool, is_person: bool, is_peer: bool
    ) -> int:
        """The fit score of a provider with these values."""
        return matching.fit_score(
            specialty,
            miles,
            has_phone=has_phone,
            has_email=has_email,
            is_person=is_person,
            is_peer=is_peer,
            switched_off=self.switched_off,
        )

    def _rank(self, known: tuple[str, str, bool, bool], is_peer: bool) -> tuple[float | None, int]:
        specialty, zip_code, has_phone, is_person = known
        miles = places.zip_miles(self.home, zip_code) if self.home and zip_code else None
        score = self.score(specialty, miles, has_phone=has_phone, has_email=False, is_person=is_person, is_peer=is_peer)
        if len(self._ranked) > _MOST_RANKED:
            self._ranked.clear()
        self._ranked[known] = miles, score
        return miles, score


def address(row: Row | Location) -> Address:
    """The practice address of a row, with the phone and fax given there.

    Abroad there is no ZIP, and with it no distance or zone.
    """
    postal, phone, fax = row.postal, row.phone, row.fax
    zip_code = "" if row.country not in HERE else postal[:5] if _is_zip(postal) else zip5(postal)
    shown, words = _line(row.line1)
    shown2 = ""
    if row.line2:
        shown2, words2 = _line(row.line2)
        if "box" in words2 or words[-1:] == "#":  # one line may lean on the other
            words = address_key(row.line1, row.line2, "")[:-1]
        else:
            words = f"{words} {words2}" if words and words2 else words or words2
    if words:
        words = f"{words}|{zip_code}" if zip_code else f"{words}|{names.fold(row.city)} {row.country.lower()}"
    city, state, zone, lat, lon = _town(row.city, row.state, zip_code)
    return Address(
        words,
        shown,
        shown2,
        city,
        state,
        zip_code,
        row.country or "US",
        from_directory(phone) if phone else "",
        from_directory(fax) if fax else "",
        zone,
        lat,
        lon,
    )


def _is_zip(postal: str) -> bool:
    return len(postal) in (5, 9) and postal.isdecimal()


@lru_cache(maxsize=8192)
def _town(city: str, state: str, zip_code: str) -> tuple[str, str, str | None, float | None, float | None]:
    return (proper_city(city), state.upper(), *where(zip_code))


def _line(text: str) -> tuple[str, str]:
    """(proper case, the words of its key). Few house numbers are alike, but many streets."""
    number, _, street = text.partition(" ")
    if street and number.isdecimal() and number.isascii():
        shown, words = _street(street)
        return f"{number} {shown}", f"{number} {words}" if words else number
    return _street(text)


@lru_cache(maxsize=8192)
def _street(text: str) -> tuple[str, str]:
    return proper_line(text), address_key(text, "", "")[:-1]


def _person(row: Row) -> tuple[str, str, str, str, str, str, str, str, str]:
    first, middle, given, given_folded = _given(row.first, row.middle)
    last, last_folded = _family(row.last)
    prefix, suffix, credentials = _around(row.prefix, row.suffix, row.credential)
    if not (first and last):
        name = names.PersonName(prefix, first, middle, last, suffix, credentials)
        return (*name, "", names.display_name(name), names.sort_name(name))
    shown = f"{given} {last} {suffix}" if suffix else f"{given} {last}"
    if credentials:
        shown = f"{shown}, {credentials}"
    return prefix, first, middle, last, suffix, credentials, "", shown, f"{last_folded} {given_folded}"


@lru_cache(maxsize=16384)
def _given(first: str, middle: str) -> tuple[str, str, str, str]:
    """(first, middle, both as shown, both as sorted)."""
    name = names.from_directory(first, middle, "")
    shown = f"{name.first} {name.middle}" if name.middle else name.first
    return name.first, name.middle, shown, names.fold(shown)


@lru_cache(maxsize=16384)
def _family(last: str) -> tuple[str, str]:
    """(as shown, as sorted)."""
    shown = names.proper_name(last)
    return shown, names.fold(shown)


@lru_cache(maxsize=2048)
def _around(prefix: str, suffix: str, credentials: str) -> tuple[str, str, str]:
    name = names.from_directory("", "", "", prefix=prefix, suffix=suffix, credentials=credentials)
    return name.prefix, name.suffix, name.credentials


def _organization(row: Row) -> tuple[str, str, str, str, str, str, str, str, str]:
    name = organization_name(row.organization) if row.organization != _UNAVAILABLE else ""
    return ("", "", "", "", "", "", name, name, sort_key(name))


@lru_cache(maxsize=2048)
def _kind_of_work(code: str) -> tuple[str, str, str, int]:
    found = taxonomy.classify(code).specialty
    return found.key, found.care_stage.value, found.ask.value, int(found.is_peer)


@lru_cache(maxsize=16384)
def where(zip_code: str) -> tuple[str | None, float | None, float | None]:
    """(zone, latitude, longitude) of a ZIP code."""
    found = places.place(zip_code) if zip_code else None
    return (found.zone, found.lat, found.lon) if found else (None, None, None)
