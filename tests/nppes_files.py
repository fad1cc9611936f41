"""Fictional files in the shape of the CMS dissemination: 330 columns, all quoted, NPIs that begin with 2."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from pathlib import Path

HEADER: tuple[str, ...] = (
    "NPI",
    "Entity Type Code",
    "Replacement NPI",
    "Employer Identification Number (EIN)",
    "Provider Organization Name (Legal Business Name)",
    "Provider Last Name (Legal Name)",
    "Provider First Name",
    "Provider Middle Name",
    "Provider Name Prefix Text",
    "Provider Name Suffix Text",
    "Provider Credential Text",
    "Provider Other Organization Name",
    "Provider Other Organization Name Type Code",
    "Provider Other Last Name",
    "Provider Other First Name",
    "Provider Other Middle Name",
    "Provider Other Name Prefix Text",
    "Provider Other Name Suffix Text",
    "Provider Other Credential Text",
    "Provider Other Last Name Type Code",
    *(
        f"Provider {line}Business {place} Address{rest}"
        for place in ("Mailing", "Practice Location")
        for line, rest in (
            ("First Line ", ""),
            ("Second Line ", ""),
            ("", " City Name"),
            ("", " State Name"),
            ("", " Postal Code"),
            ("", " Country Code (If outside U.S.)"),
            ("", " Telephone Number"),
            ("", " Fax Number"),
        )
    ),
    "Provider Enumeration Date",
    "Last Update Date",
    "NPI Deactivation Reason Code",
    "NPI Deactivation Date",
    "NPI Reactivation Date",
    "Provider Sex Code",
    *(f"Authorized Official {part}" for part in ("Last Name", "First Name", "Middle Name")),
    "Authorized Official Title or Position",
    "Authorized Official Telephone Number",
    *(
        f"{name}_{slot}"
        for slot in range(1, 16)
        for name in (
            "Healthcare Provider Taxonomy Code",
            "Provider License Number",
            "Provider License Number State Code",
            "Healthcare Provider Primary Taxonomy Switch",
        )
    ),
    *(
        f"Other Provider Identifier{part}_{slot}"
        for slot in range(1, 51)
        for part in ("", " Type Code", " State", " Issuer")
    ),
    "Is Sole Proprietor",
    "Is Organization Subpart",
    "Parent Organization LBN",
    "Parent Organization TIN",
    "Authorized Official Name Prefix Text",
    "Authorized Official Name Suffix Text",
    "Authorized Official Credential Text",
    *(f"Healthcare Provider Taxonomy Group_{slot}" for slot in range(1, 16)),
    "Certification Date",
)
OLDER_HEADER = tuple("Provider Gender Code" if name == "Provider Sex Code" else name for name in HEADER)
PLACE = "Provider {}Business Practice Location Address{}"
MAILING = "Provider {}Business Mailing Address{}"
COLUMN = {name: index for index, name in enumerate(HEADER)}

TAXONOMIES = ("207X00000X", "225100000X", "207Q00000X", "207R00000X", "207RC0000X", "363L00000X", "111N00000X")
LAST = ("OKAFOR", "LINDQVIST", "MARCHETTI", "DELACROIX", "NG", "O'SHEA", "TREVINO", "YAMAMOTO", "ABERNATHY", "SOLBERG")
FIRST = ("MARISOL", "DESMOND", "INGRID", "TOBIAS", "PRIYA", "LUIS", "HANNELORE", "KWAME", "BEATRIX", "OWEN")
STREETS = ("ORCHARD LN", "FANNIN ST", "KIRBY DR", "OLD MILL RD", "N 12TH ST", "MERIDIAN AVE", "LAKESHORE BLVD")
PLACES = (
    ("HOUSTON", "TX", "77005"),
    ("AUSTIN", "TX", "78701"),
    ("LOS ANGELES", "CA", "90017"),
    ("SAN DIEGO", "CA", "92103"),
    ("DETROIT", "MI", "48201"),
    ("ST LOUIS", "MO", "63110"),
    ("MADISON", "WI", "53703"),
    ("PORTLAND", "OR", "97205"),
    ("PHOENIX", "AZ", "85006"),
    ("NORWICH", "CT", "06360"),
    ("BUFORD", "GA", "30518"),
    ("GREENVILLE", "SC", "29615"),
    ("DANVILLE", "VA", "24541"),
    ("WORCESTER", "MA", "01605"),
    ("CHICAGO", "IL", "60611"),
    ("DENVER", "CO", "80202"),
    ("SEATTLE", "WA", "98101"),
    ("MIAMI", "FL", "33130"),
    ("COLUMBUS", "OH", "43215"),
    ("NASHVILLE", "TN", "37203"),
    ("RALEIGH", "NC", "27601"),
    ("ALBANY", "NY", "12207"),
    ("BOISE", "ID", "83702"),
    ("OMAHA", "NE", "68102"),
)


def npi(number: int) -> str:
    """The `number`th fictional NPI: begins with 2, and its check digit is right."""
    stem = f"2{number:08d}"
    total = 24
    for index, digit in enumerate(reversed(stem)):
        doubled = int(digit) * 2 if index % 2 == 0 else int(digit)
        total += doubled - 9 if doubled > 9 else doubled
    return f"{stem}{-total % 10}"


def row(number: int, **values: str) -> list[str]:
    """A person in Houston; `values` by short name (`state="AZ"`, `first=""`) or by column position `c12="…"`."""
    named = {
        "NPI": npi(number),
        "Entity Type Code": "1",
        "Provider Last Name (Legal Name)": LAST[number % len(LAST)],
        "Provider First Name": FIRST[number // 10 % len(FIRST)],
        "Provider Credential Text": "M.D.",
        MAILING.format("First Line ", ""): f"PO BOX {number}",
        MAILING.format("", " City Name"): "KEARNEY",
        MAILING.format("", " State Name"): "NE",
        MAILING.format("", " Postal Code"): "688482168",
        MAILING.format("", " Country Code (If outside U.S.)"): "US",
        PLACE.format("First Line ", ""): f"{100 + number % 50} FANNIN ST",
        PLACE.format("", " City Name"): "HOUSTON",
        PLACE.format("", " State Name"): "TX",
        PLACE.format("", " Postal Code"): "770051234",
        PLACE.format("", " Country Code (If outside U.S.)"): "US",
        PLACE.format("", " Telephone Number"): f"713555{number % 10000:04d}",
        "Provider Enumeration Date": "05/23/2005",
        "Last Update Date": "07/08/2007",
        "Provider Sex Code": "F",
        "Healthcare Provider Taxonomy Code_1": "207X00000X",
        "Healthcare Provider Primary Taxonomy Switch_1": "Y",
    }
    named.update({_LONG.get(key, key): value for key, value in values.items()})
    return [named.get(name, "") for name in HEADER]


_LONG = {
    "npi": "NPI",
    "entity": "Entity Type Code",
    "organization": "Provider Organization Name (Legal Business Name)",
    "last": "Provider Last Name (Legal Name)",
    "first": "Provider First Name",
    "middle": "Provider Middle Name",
    "prefix": "Provider Name Prefix Text",
    "suffix": "Provider Name Suffix Text",
    "credential": "Provider Credential Text",
    "line1": PLACE.format("First Line ", ""),
    "line2": PLACE.format("Second Line ", ""),
    "city": PLACE.format("", " City Name"),
    "state": PLACE.format("", " State Name"),
    "postal": PLACE.format("", " Postal Code"),
    "country": PLACE.format("", " Country Code (If outside U.S.)"),
    "phone": PLACE.format("", " Telephone Number"),
    "fax": PLACE.format("", " Fax Number"),
    "deactivated": "NPI Deactivation Date",
    "reactivated": "NPI Reactivation Date",
    "taxonomy": "Healthcare Provider Taxonomy Code_1",
    "switch": "Healthcare Provider Primary Taxonomy Switch_1",
    "taxonomy2": "Healthcare Provider Taxonomy Code_2",
    "switch2": "Healthcare Provider Primary Taxonomy Switch_2",
    "taxonomy3": "Healthcare Provider Taxonomy Code_3",
    "switch3": "Healthcare Provider Primary Taxonomy Switch_3",
}


def deactivated(number: int, on: str = "03/03/2021") -> list[str]:
    """A deactivated row, which carries only NPI and date."""
    values = {"NPI": npi(number), "NPI Deactivation Date": on}
    return [values.get(name, "") for name in HEADER]


def line(values: Iterable[str]) -> str:
    """A line as CMS writes it."""
    return ",".join('"' + value.replace('"', '""') + '"' for value in values) + "\n"


def write(path: Path, rows: Iterable[Iterable[str]], header: Iterable[str] = HEADER) -> Path:
    """Write a small file."""
    path.write_text(line(header) + "".join(line(one) for one in rows), encoding="utf-8", newline="")
    return path


def write_large(path: Path, count: int, seed: int = 7) -> Path:
    """Write `count` varied rows: 3 % deactivated, 20 % organizations, 20 % with the primary taxonomy in slot 2."""
    with path.open("w", encoding="utf-8", newline="") as target:
        target.write(line(HEADER))
        target.writelines(large_lines(count, random.Random(seed)))
    return path


def large_lines(count: int, chance: random.Random) -> Iterator[str]:
    """The lines of `write_large`, with many distinct names."""
    buildings = [_building(chance) for _ in range(max(1, count * 9 // 20))]
    for number in range(count):
        draw = chance.random()
        if draw < 0.03:
            yield line(deactivated(number))
            continue
        values = chance.choice(buildings) | {
            "phone": f"{chance.randrange(201, 989)}555{chance.randrange(10000):04d}",
            "fax": f"{chance.randrange(201, 989)}555{chance.randrange(10000):04d}" if draw < 0.7 else "",
            "taxonomy": chance.choice(TAXONOMIES),
        }
        if draw < 0.23:
            values |= {"entity": "2", "organization": f"{chance.choice(LAST)} CLINIC {number} LLC", "credential": ""}
            values |= {"first": "", "last": ""}
        else:
            values |= {"last": f"{chance.choice(LAST)}-{chance.choice(LAST)}", "first": chance.choice(FIRST)}
            values |= {"middle": chance.choice("ABCDEFG"), "credential": chance.choice(("MD", "M.D.", "PT", "D.O."))}
        if chance.random() < 0.2:
            values |= {"taxonomy2": values["taxonomy"], "switch2": "Y", "taxonomy": "208D00000X", "switch": "N"}
        yield line(row(number, **values))


def _building(chance: random.Random) -> dict[str, str]:
    """An address. About two rows in five of the real file are the first at theirs."""
    city, state, postal = chance.choice(PLACES)
    return {
        "city": city,
        "state": state,
        "postal": f"{postal}{chance.randrange(10000):04d}",
        "line1": f"{chance.randrange(1, 9000)} {chance.choice(STREETS)}",
        "line2": f"SUITE {chance.randrange(100, 900)}" if chance.random() < 0.4 else "",
    }


LOCATION_HEADER = (
    "NPI",
    "Provider Secondary Practice Location Address- Address Line 1",
    "Provider Secondary Practice Location Address-  Address Line 2",
    *(
        f"Provider Secondary Practice Location Address - {name}"
        for name in (
            "City Name",
            "State Name",
            "Postal Code",
            "Country Code (If outside U.S.)",
            "Telephone Number",
            "Telephone Extension",
        )
    ),
    "Provider Practice Location Address - Fax Number",
)
