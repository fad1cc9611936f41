"""Columns of people's own lists: which field each one is, by its heading and by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

#: Field -> (its name on the page, headings it goes by), headings folded as `_fold` does.
FIELDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "npi": ("NPI", ("npi", "npi number", "national provider identifier", "npi no")),
    "name": (
        "Full name",
        (
            "name",
            "full name",
            "provider",
            "provider name",
            "contact",
            "contact name",
            "doctor",
            "physician",
            "physician name",
            "referral source",
            "clinician",
            "therapist",
        ),
    ),
    "first_name": ("First name", ("first name", "first", "given name", "forename", "provider first name", "fname")),
    "middle_name": ("Middle name", ("middle name", "middle", "middle initial", "mi", "additional name")),
    "last_name": (
        "Last name",
        ("last name", "last", "surname", "family name", "lname", "provider last name", "provider last name legal name"),
    ),
    "prefix": ("Title (Dr.)", ("prefix", "salutation", "honorific", "name prefix")),
    "suffix": ("Name suffix", ("suffix", "name suffix", "generation")),
    "credentials": (
        "Credentials",
        ("credentials", "credential", "degree", "degrees", "designation", "title", "professional title", "licensure"),
    ),
    "organization_name": (
        "Organization (instead of a person)",
        ("organization", "organisation", "facility", "facility name", "agency", "community", "legal business name"),
    ),
    "practice_name": (
        "Practice or clinic",
        (
            "practice",
            "practice name",
            "clinic",
            "clinic name",
            "office",
            "company",
            "company name",
            "group",
            "group name",
            "employer",
            "hospital",
            "organization name",
            "business name",
            "workplace",
            "location name",
        ),
    ),
    "specialty": (
        "Specialty",
        (
            "specialty",
            "speciality",
            "discipline",
            "profession",
            "type",
            "taxonomy",
            "taxonomy code",
            "provider type",
            "primary specialty",
            "field",
            "category",
        ),
    ),
    "phone": (
        "Phone",
        (
            "phone",
            "phone number",
            "telephone",
            "telephone number",
            "tel",
            "office phone",
            "work phone",
            "business phone",
            "phone 1 value",
            "main phone",
            "primary phone",
            "cell",
            "mobile",
            "mobile phone",
            "cell phone",
        ),
    ),
    "fax": ("Fax", ("fax", "fax number", "office fax", "business fax", "fax no")),
    "email": (
        "E-mail",
        ("email", "e mail", "email address", "e mail address", "mail", "e mail 1 value", "work email", "primary email"),
    ),
    "website": ("Website", ("website", "web site", "url", "web", "web page", "homepage", "site")),
    "line1": (
        "Street",
        (
            "address",
            "street",
            "street address",
            "address 1",
            "address line 1",
            "address1",
            "business street",
            "mailing address",
            "practice address",
            "line 1",
            "addr",
            "full address",
            "office address",
        ),
    ),
    "line2": ("Suite", ("suite", "address 2", "address line 2", "address2", "unit", "line 2", "ste", "apt", "floor")),
    "city": ("City", ("city", "town", "business city", "locality")),
    "state": ("State", ("state", "st", "business state", "province", "region", "state code")),
    "zip": ("ZIP", ("zip", "zip code", "zipcode", "postal code", "postcode", "business postal code", "postal", "zip5")),
    "remarks": ("Remarks", ("notes", "note", "remarks", "remark", "comments", "comment", "memo", "description")),
    "tags": ("Tags", ("tags", "tag", "labels", "label", "groups", "group membership", "list", "categories")),
}
MANY = frozenset(("remarks", "tags"))
"""Fields that several columns may fill; every other field takes the first."""

_BY_HEADING = {heading: field for field, (_, headings) in FIELDS.items() for heading in headings}
_BREAK = re.compile(r"[^a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_PHONE = re.compile(r"^[+(]?[\d][\d\s().+-]{8,}(?:\s*(?:x|ext).*)?$", re.IGNORECASE)
_NPI = re.compile(r"^[12]\d{9}$")
_ZIP = re.compile(r"^\d{5}(?:-?\d{4})?$")
_MOSTLY = 0.6


def guess(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str | None]:
    """The field of each column, None for those that are kept beside. No field is given twice, but for `MANY`."""
    found: list[str | None] = [by_heading(heading) for heading in headings]
    taken: set[str] = set()
    for index, field in enumerate(found):
        if field in taken and field not in MANY:
            found[index] = None
        elif field is not None:
            taken.add(field)
    for index, field in enumerate(found):
        if field is None:
            seen = by_content([row[index] for row in rows if index < len(row)])
            if seen is not None and seen not in taken:
                found[index] = seen
                taken.add(seen)
    return found


def by_heading(heading: str) -> str | None:
    """The field that goes by this heading."""
    folded = _fold(heading)
    found = _BY_HEADING.get(folded)
    if found is None and folded.rsplit(" ", 1)[-1] in ("s", "1", "name") and " " in folded:
        found = _BY_HEADING.get(folded.rsplit(" ", 1)[0])
    return found


def by_content(values: Sequence[str]) -> str | None:
    """The field whose look most of the values have: e-mail, NPI, phone or ZIP."""
    filled = [value.strip() for value in values if value.strip()]
    if not filled:
        return None
    for field, look in (("email", _EMAIL), ("npi", _NPI), ("phone", _PHONE), ("zip", _ZIP)):
        if sum(look.match(value) is not None for value in filled) >= _MOSTLY * len(filled):
            return field
    return None


def looks_like_headings(row: Sequence[str]) -> bool:
    """Whether a first row names columns rather than being one of the rows itself."""
    filled = [cell.strip() for cell in row if cell.strip()]
    if not filled:
        return False
    if any(by_heading(cell) for cell in filled):
        return not any(_EMAIL.match(cell) or _PHONE.match(cell) for cell in filled)
    return not any(_EMAIL.match(cell) or any(char.isdigit() for char in cell) for cell in filled) and len(filled) > 1


def _fold(heading: str) -> str:
    spaced = heading if heading.isupper() else _CAMEL.sub(" ", heading)
    return " ".join(_BREAK.sub(" ", spaced.lower().replace("#", " number ")).split())
