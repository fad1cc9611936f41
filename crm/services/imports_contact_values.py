"""What a row of somebody's own list says: cells to fields, each checked, with a sentence for each wrong cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from crm.domain import emails, names, npi, phones, taxonomy
from crm.domain.addresses import address_key, proper_city, proper_line, zip5
from crm.domain.columns import MANY
from crm.domain.credentials import is_credential, normalise_credentials
from crm.domain.errors import Invalid
from crm.domain.organizations import organization_name, sort_key
from crm.domain.places import state_of

Content = dict[str, str]
NO_NAME = "no_name"
NAMES = ("prefix", "first_name", "middle_name", "last_name", "suffix", "credentials", "organization_name")
OWNED = ("first_name", "last_name", "credentials", "organization_name", "phone", "fax", "email", "website")
"""Fields that are the trainer's own once a list has given them: a directory doesn't overwrite them."""

_NAME_PARTS = ("prefix", "first_name", "middle_name", "last_name", "suffix", "credentials")
_NAMED = frozenset(_NAME_PARTS)
_NOBODY = names.PersonName()
_AS_WRITTEN = ("website", "remarks", "tags")
_SIMPLE = re.compile(r"[A-Za-z][A-Za-z'’-]*\.?")
_TITLES = frozenset(("dr", "mr", "mrs", "ms", "miss", "prof"))
_NEEDS_CARE = frozenset(
    "de la las los del da das do dos y e von der den zu af bin ibn van jr sr ii iii iv md do pt".split()
)
_CODE = re.compile(r"^[0-9A-Z]{9}X$")
_BY_CREDENTIAL = {
    "PT": "225100000X",
    "DPT": "225100000X",
    "MPT": "225100000X",
    "OT": "225X00000X",
    "OTR": "225X00000X",
    "OTR/L": "225X00000X",
    "OTD": "225X00000X",
    "DC": "111N00000X",
    "PA-C": "363A00000X",
    "PA": "363A00000X",
    "NP": "363L00000X",
    "FNP": "363L00000X",
    "FNP-C": "363L00000X",
    "RD": "133V00000X",
    "RDN": "133V00000X",
}


def read(cells: Sequence[str], columns: Sequence[str | None]) -> tuple[Content, dict[str, str]]:
    """(what would be taken, what is wrong by field) of one row. Cells without a field are not looked at."""
    given = _given(cells, columns)
    problems: dict[str, str] = {}
    content: Content = {}
    for field, check in _CHECKS.items():
        if field in given:
            try:
                content[field] = check(given[field])
            except Invalid as error:
                problems[field] = next(iter(error.errors.values()))
    if "phone" in given:
        _read_phone(given["phone"], content, problems)
    person = _name(given, content)
    if not (person.last or person.first or "organization_name" in content):
        problems.setdefault("name", "There is no name in this row. Fill it in, or leave the row out.")
    _read_work(given, content, person.credentials)
    for field in _AS_WRITTEN:
        if field in given:
            content[field] = given[field]
    content["display_name"], content["sort_name"] = _shown(person, content.get("organization_name", ""))
    if "" in content.values():
        content = {field: value for field, value in content.items() if value}
    return content, problems


def reason_of(problems: Mapping[str, str]) -> str:
    """The named reason for which a row with these problems is skipped."""
    field = next(iter(problems))
    return NO_NAME if field == "name" else f"invalid_{field}"


def display(content: Content) -> tuple[str, str]:
    """(display name, sort name) of the parts of a name."""
    person = names.PersonName(*(content.get(part, "") for part in _NAME_PARTS))
    return _shown(person, content.get("organization_name", ""))


def _shown(person: names.PersonName, organization: str) -> tuple[str, str]:
    if not (person.last or person.first):
        return organization, sort_key(organization)
    return names.display_name(person), names.sort_name(person)


def key_of_address(content: Content) -> str:
    """The key that groups rows of one practice: its address, else its name and town. Empty for neither."""
    where = content.get("zip", "")
    if line1 := content.get("line1", ""):
        return _street_key(line1, content.get("line2", ""), where)
    if name := content.get("practice_name", ""):
        return f"{sort_key(name)}|{where or names.fold(content.get('city', ''))}"
    return ""


# Colleagues share their address and the name of their practice.
_street_key = lru_cache(maxsize=16384)(address_key)
_practice_name = lru_cache(maxsize=16384)(organization_name)


def _given(cells: Sequence[str], columns: Sequence[str | None]) -> dict[str, str]:
    if _are_different(tuple(columns)):
        return {field: cell for field, cell in zip(columns, cells, strict=False) if cell and field is not None}
    given: dict[str, str] = {}
    for field, cell in zip(columns, cells, strict=False):
        if cell and field is not None:
            if field not in given:
                given[field] = cell
            elif field in MANY:
                given[field] += f"\n{cell}" if field == "remarks" else f", {cell}"
    return given


@lru_cache(maxsize=8)
def _are_different(columns: tuple[str | None, ...]) -> bool:
    fields = [field for field in columns if field is not None]
    return len(set(fields)) == len(fields)


@lru_cache(maxsize=4096)
def _zip(text: str) -> str:
    if found := zip5(text):
        return found
    raise Invalid({"zip": "This isn't a ZIP code. Write five digits, such as 77005."})


@lru_cache(maxsize=256)
def _state(text: str) -> str:
    return text.strip(" .").upper() if len(text.strip(" .")) == 2 else text.strip()


def _fax(text: str) -> str:
    return phones.normalise(text, field="fax").number


_line = lru_cache(maxsize=16384)(proper_line)

_CHECKS: Mapping[str, Callable[[str], str]] = {
    "npi": npi.normalise,
    "email": emails.normalise,
    "fax": _fax,
    "zip": _zip,
    "state": _state,
    "city": proper_city,
    "line1": _line,
    "line2": _line,
}


def _read_phone(text: str, content: Content, problems: dict[str, str]) -> None:
    if plain := phones.from_directory(text):
        content["phone"] = plain
        return
    try:
        content["phone"], content["phone_extension"] = phones.normalise(text)
    except Invalid as error:
        problems["phone"] = error.errors["phone"]


def _name(given: Mapping[str, str], content: Content) -> names.PersonName:
    """Put the parts of the name into the content, and give them as a name."""
    if "organization_name" in given:
        content["organization_name"] = organization_name(given["organization_name"])
    credentials = given.get("credentials", "")
    if "name" in given and "first_name" not in given and "last_name" not in given:
        person = person_of(given["name"])
        if credentials:
            person = person._replace(credentials=normalise_credentials(credentials))
    elif "name" in given or not _NAMED.isdisjoint(given):
        prefix, first, middle, last, suffix = (given.get(part, "") for part in _NAME_PARTS[:5])
        person = names.from_directory(first, middle, last, prefix=prefix, suffix=suffix, credentials=credentials)
    else:
        return _NOBODY
    for part, value in zip(_NAME_PARTS, person, strict=True):
        if value:
            content[part] = value
    return person


def person_of(text: str) -> names.PersonName:
    """A name as people write it in one cell. Plain ones are taken apart here, a hundred times as fast as the others."""
    head, _, tail = text.partition(",")
    words = head.split()
    title = words.pop(0) if words and words[0].lower().rstrip(".") in _TITLES else ""
    credentials = _credentials(tail)
    if credentials is None or not (2 <= len(words) <= 3 and all(map(_is_plain, words))):
        return names.parse(text)
    person = names.from_directory(words[0], words[1] if len(words) == 3 else "", words[-1], prefix=title)
    return person._replace(credentials=credentials) if credentials else person


@lru_cache(maxsize=2048)
def _credentials(text: str) -> str | None:
    """What stands after a name's first comma, in their usual order; None where it is something else."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    are_all = all(is_credential(word) for part in parts for word in part.split())
    return normalise_credentials(", ".join(parts)) if are_all else None


@lru_cache(maxsize=8192)
def _is_plain(word: str) -> bool:
    """A word that can only be a name or an initial: no particle, no generation, no credential."""
    bare = word.rstrip(".")
    is_initial = len(bare) == 1 and bare.isupper()
    return _SIMPLE.fullmatch(word) is not None and (is_initial or bare.lower() not in _NEEDS_CARE)


def _read_work(given: Mapping[str, str], content: Content, credentials: str) -> None:
    if "practice_name" in given:
        content["practice_name"] = _practice_name(given["practice_name"])
    if "zip" in content and not content.get("state"):
        content["state"] = state_of(content["zip"])
    if specialty := given.get("specialty", ""):
        if code := taxonomy_of(specialty):
            content["taxonomy_code"] = code
        else:
            content["specialty"] = specialty_of(specialty)
    elif code := next((_BY_CREDENTIAL[one] for one in credentials.split(", ") if one in _BY_CREDENTIAL), ""):
        content["taxonomy_code"] = code


@lru_cache(maxsize=2048)
def taxonomy_of(text: str) -> str:
    """A taxonomy code that stands in a cell, alone or before its words."""
    first = text.strip().upper().split(" ", 1)[0].strip("-:")
    return first if _CODE.match(first) else ""


@lru_cache(maxsize=2048)
def specialty_of(text: str) -> str:
    """The specialty that people mean by a word, "other" if we can't tell."""
    wanted = _words(text)
    for one in taxonomy.specialties().values():
        if wanted in (_words(one.key), _words(one.label), _words(one.people), _words(one.people).removesuffix("s")):
            return one.key
    for start, key in _MEANT:
        if wanted.startswith(start):
            return key
    return taxonomy.OTHER


def _words(text: str) -> str:
    return " ".join(re.sub(r"[^a-z]+", " ", text.lower()).split())


_MEANT = (
    ("orthop", "orthopedics"),
    ("physical t", "pt"),
    ("physio", "pt"),
    ("pt", "pt"),
    ("occupational t", "ot"),
    ("ot", "ot"),
    ("family", "primary_care"),
    ("internal", "primary_care"),
    ("primary", "primary_care"),
    ("general pract", "primary_care"),
    ("gp", "primary_care"),
    ("pcp", "primary_care"),
    ("cardio", "cardiology"),
    ("cardiac r", "cardiac_rehab"),
    ("endocr", "endocrinology"),
    ("diabet", "endocrinology"),
    ("geriat", "geriatrics"),
    ("oncol", "oncology"),
    ("pulmo", "pulmonology"),
    ("rheum", "rheumatology"),
    ("pediat", "pediatrics"),
    ("sport", "sports_medicine"),
    ("neuro", "neurology"),
    ("pain", "pain"),
    ("physiat", "pmr"),
    ("pm r", "pmr"),
    ("chiro", "chiropractic"),
    ("nurse pr", "pa_np"),
    ("physician as", "pa_np"),
    ("dietit", "dietitian"),
    ("nutrit", "dietitian"),
    ("case m", "case_management"),
    ("bariat", "bariatrics"),
    ("weight", "weight_loss_clinic"),
    ("home h", "home_health"),
    ("skilled", "skilled_nursing"),
    ("assisted", "assisted_living"),
    ("retire", "retirement_community"),
    ("employer", "employer"),
    ("hr", "employer"),
)
