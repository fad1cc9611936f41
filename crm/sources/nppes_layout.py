"""Where an NPPES file keeps what we need: by column name, so that older and newer headers both work."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from crm.sources.errors import BadFile

SLOTS = 15
TAB = "\t"
SWITCHES_SAY_PRIMARY = "Y"

_PRACTICE = "Provider {}Business Practice Location Address{}"
COLUMNS: dict[str, tuple[str, ...]] = {
    "npi": ("NPI",),
    "entity": ("Entity Type Code",),
    "organization": ("Provider Organization Name (Legal Business Name)",),
    "last": ("Provider Last Name (Legal Name)",),
    "first": ("Provider First Name",),
    "middle": ("Provider Middle Name",),
    "prefix": ("Provider Name Prefix Text",),
    "suffix": ("Provider Name Suffix Text",),
    "credential": ("Provider Credential Text",),
    "line1": (_PRACTICE.format("First Line ", ""),),
    "line2": (_PRACTICE.format("Second Line ", ""),),
    "city": (_PRACTICE.format("", " City Name"),),
    "state": (_PRACTICE.format("", " State Name"),),
    "postal": (_PRACTICE.format("", " Postal Code"),),
    "country": (_PRACTICE.format("", " Country Code (If outside U.S.)"),),
    "phone": (_PRACTICE.format("", " Telephone Number"),),
    "fax": (_PRACTICE.format("", " Fax Number"),),
    "updated": ("Last Update Date",),
    "deactivated": ("NPI Deactivation Date",),
    "reactivated": ("NPI Reactivation Date",),
    "sex": ("Provider Sex Code", "Provider Gender Code"),
}


class Row(NamedTuple):
    """One row of the file, as written there: the practice address, never the mailing address.

    `taxonomy` is the primary one: the slot switched `Y`, else the first that is filled, else empty. Rows travel and are
    kept as text, their values joined by tabs: `Row.read(text)` and `row.text()`.
    """

    npi: str
    entity: str
    organization: str
    last: str
    first: str
    middle: str
    prefix: str
    suffix: str
    credential: str
    line1: str
    line2: str
    city: str
    state: str
    postal: str
    country: str
    phone: str
    fax: str
    updated: str
    deactivated: str
    reactivated: str
    sex: str
    taxonomy: str

    @classmethod
    def read(cls, text: str) -> Row:
        """The row behind a text that `text()` or a reader made."""
        return cls._make(text.split(TAB))

    def text(self) -> str:
        """One line without its end, values joined by tabs."""
        return TAB.join(" ".join(value.split()) for value in self)

    @property
    def is_deactivated(self) -> bool:
        """Deactivated and not alive again since."""
        return bool(self.deactivated) and not (
            self.reactivated and iso_date(self.reactivated) >= iso_date(self.deactivated)
        )

    def is_older_than(self, day: str) -> bool:
        """Whether the row was last updated (or reactivated) before a day in ISO; False if that isn't known."""
        latest = max(iso_date(self.updated), iso_date(self.reactivated))
        return bool(latest and day) and latest < day


def iso_date(text: str) -> str:
    """ "03/31/2021" to "2021-03-31", which sorts; anything else as it is."""
    return f"{text[6:10]}-{text[0:2]}-{text[3:5]}" if len(text) == 10 and text[2] == "/" else text


@dataclass(frozen=True)
class Layout:
    """Positions of the needed columns in a file of `width` columns."""

    width: int
    positions: dict[str, int]
    slots: tuple[tuple[int, int], ...]

    @property
    def head(self) -> int:
        """How many columns hold everything but the taxonomy slots after the first."""
        return max(*self.positions.values(), *self.slots[0]) + 1

    @property
    def tail(self) -> int:
        """How many columns hold everything with all taxonomy slots."""
        return max(self.head, *(switch for _, switch in self.slots)) + 1

    def pick(self) -> Callable[[list[Any]], tuple[Any, ...]]:
        """A getter of `Row`'s columns, but for the taxonomy, from a split row, of texts or of bytes."""
        first, *others = (self.positions[name] for name in COLUMNS)
        return itemgetter(first, *others)

    def primary(self, fields: list[str]) -> str:
        """The primary taxonomy code of a whole row."""
        first = ""
        for code, switch in self.slots:
            if fields[switch] == SWITCHES_SAY_PRIMARY and fields[code]:
                return fields[code]
            first = first or fields[code]
        return first


def read_header(line: bytes) -> Layout:
    """The layout behind a header line; BadFile says why a file isn't one from CMS."""
    names = _split(decode_header(line))
    if len(names) < 2 or "NPI" not in names:
        raise BadFile(_not_nppes(names, decode_header(line)), 1)
    places = {name: index for index, name in enumerate(names)}
    positions = {key: _place(places, spellings) for key, spellings in COLUMNS.items()}
    slots = tuple(
        (
            _place(places, (f"Healthcare Provider Taxonomy Code_{slot}",)),
            _place(places, (f"Healthcare Provider Primary Taxonomy Switch_{slot}",)),
        )
        for slot in range(1, SLOTS + 1)
    )
    return Layout(len(names), positions, slots)


def decode_header(line: bytes) -> str:
    """The first line as text; BadFile if the file was saved in another encoding."""
    if line.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in line:
        raise BadFile("this file was saved again as UTF-16. Please import the file as it came from CMS, or its zip.", 1)
    if line.startswith(b"\xef\xbb\xbf"):
        raise BadFile(
            "this file was saved again by another program (it begins with a byte-order mark). "
            "Please import the file as it came from CMS, or its zip.",
            1,
        )
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        raise BadFile(
            "this is not a text file in UTF-8. Please import the file as it came from CMS, or its zip.", 1
        ) from None


def _split(text: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader([text]), [])]
    except csv.Error:
        return []


def _not_nppes(names: list[str], text: str) -> str:
    for delimiter, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if "NPI" in next(csv.reader([text], delimiter=delimiter), []) and text.count(delimiter) > 1:
            return (
                f"the columns of this file are separated by {word} instead of commas. "
                "Please import the file as it came from CMS, or its zip."
            )
    found = ", ".join(names[:4]) or "nothing"
    return (
        f"this is not an NPPES file: the first line has no column NPI (it begins with {found[:80]}). "
        "For a list of your own use the contacts import."
    )


def _place(places: dict[str, int], spellings: tuple[str, ...]) -> int:
    for name in spellings:
        if name in places:
            return places[name]
    raise BadFile(
        f"this is not a whole NPPES file: the column “{spellings[0]}” is missing. "
        "Please import npidata_pfile_….csv as it came from CMS, or its zip.",
        1,
    )
