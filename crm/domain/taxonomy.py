"""From a provider's taxonomy code to the specialty we work with: audience, stage of care, ask, services, peers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from crm.domain.catalogue_rows import catalogue_rows
from crm.domain.errors import Invalid
from crm.domain.kinds import Ask, CareStage

OTHER = "other"
PEER = "peer"
_PREFIX_LENGTHS = (9, 8, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True)
class Specialty:
    """A group of providers whom we ask for the same thing with the same story.

    `audience` names the script, `services` are in the order to talk about them, `strength` (0 to 40) says how much of
    the fit score the specialty alone is worth.
    """

    key: str
    label: str
    people: str
    audience: str
    care_stage: CareStage
    ask: Ask
    services: tuple[str, ...]
    strength: int
    is_peer: bool


@dataclass(frozen=True)
class Taxon:
    """A taxonomy code with our own label for it."""

    code: str
    label: str
    specialty: Specialty


@cache
def specialties() -> dict[str, Specialty]:
    """Every specialty by key, in catalogue order."""
    return {row["key"]: _read(row) for row in catalogue_rows("specialties")}


def specialty(key: str) -> Specialty:
    """The specialty with this key; an unknown key falls to the general one."""
    found = specialties()
    return found.get(key) or found[OTHER]


@lru_cache(maxsize=2048)
def classify(code: str) -> Taxon:
    """What a code means; unknown codes go by the longest known beginning, else to the general bucket."""
    known = _codes()
    code = code.strip().upper()
    row = known.get(code) or next(
        (known[code[:n]] for n in _PREFIX_LENGTHS if code[:n] in known and n < len(code)), None
    )
    label, key = row or ("Provider", OTHER)
    return Taxon(code, label, specialty(key))


def specialty_of(code: str) -> str:
    """The specialty key of a code."""
    return classify(code).specialty.key


def codes_of(keys: Iterable[str]) -> frozenset[str]:
    """The full codes that belong to any of these specialties; Invalid names the keys that don't exist."""
    wanted = check_keys(keys)
    return frozenset(code for code, (_, key) in _codes().items() if key in wanted and len(code) == 10)


def beginnings_of(keys: Iterable[str]) -> frozenset[str]:
    """Beginnings that every code of these specialties has one of: a quick first look, `belongs` decides.

    Empty when anything may belong, as to the general bucket.
    """
    wanted = check_keys(keys)
    if OTHER in wanted:
        return frozenset()
    return frozenset(code for code, (_, key) in _codes().items() if key in wanted)


def belongs(code: str, keys: Collection[str]) -> bool:
    """Whether a code belongs to one of the specialties: codes we don't list go by their beginning."""
    return specialty_of(code) in keys


def check_keys(keys: Iterable[str]) -> frozenset[str]:
    """The same keys as a set; Invalid with the list to choose from when one isn't a specialty."""
    wanted = frozenset(key.strip().lower().replace("-", "_") for key in keys)
    unknown = sorted(wanted - specialties().keys())
    if unknown:
        choices = ", ".join(specialties())
        raise Invalid({"specialty": f"{', '.join(unknown)}: no such specialty. Choose from {choices}."})
    return wanted


@cache
def _codes() -> dict[str, tuple[str, str]]:
    return {row["code"]: (row["label"], row["specialty"]) for row in catalogue_rows("taxonomy")}


def _read(row: dict[str, str]) -> Specialty:
    return Specialty(
        key=row["key"],
        label=row["label"],
        people=row["people"],
        audience=row["audience"],
        care_stage=CareStage(row["care_stage"]),
        ask=Ask(row["ask"]),
        services=tuple(row["services"].split()),
        strength=int(row["strength"]),
        is_peer=row["peer"] == "yes",
    )
