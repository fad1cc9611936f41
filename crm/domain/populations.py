"""For whom a published figure holds, and whether a client is one of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from crm.domain.catalogue_rows import catalogue_rows

ANY_CONDITION = "any"

#: Words of a provider-reported condition that place a client in a group that was studied.
_JOINT = (
    r"(?:arthro\w*|arthrit\w*|replace\w*|repair\w*|sprain\w*|strain\w*|fractur\w*|injur\w*|pain\w*|surgery|stiff\w*)"
)
_MARKS: Mapping[str, str] = {
    "knee_oa": r"\bknees?\b[^.;]*\b(?:osteoarthrit\w*|oa)\b|\b(?:osteoarthrit\w*|oa)\b[^.;]*\bknees?\b",
    "copd": r"\bcopd\b|chronic obstructive",
    "heart": r"\b(?:heart|cardiac|coronary|myocardial|bypass|cabg|stent)\b",
    "lung": r"\b(?:copd|lung|pulmonary|bronchiectasis)\b|chronic obstructive",
    # "Last fall" may be a season.
    "falls": r"\b(?:falls|fell|falling|fall[- ]risk|(?:a|one|recent|recurrent) fall)\b",
    "balance": r"\b(?:balance|vestibular|unsteady|unsteadiness|dizz\w+)\b",
    "low_back": r"\b(?:low(?:er)?[- ]back|lumbar)\b[^.;]*\b(?:pain\w*|ache|strain|sprain)\b",
    "shoulder": r"\bshoulder pain|\bpainful shoulder",
    "lower_limb": rf"\b(?:hips?|knees?|ankles?|foot|feet|leg|acl|meniscus|achilles)\b[^.;]*{_JOINT}"
    rf"|{_JOINT}[^.;]*\b(?:hips?|knees?|ankles?|foot|feet|leg|acl|meniscus|achilles)\b",
    "musculoskeletal": r"\b(?:osteoarthrit\w*|arthrit\w*|back pain|low(?:er)?[- ]back|lumbar|neck pain|rotator cuff"
    r"|shoulder (?:pain|repair|replacement)|(?:knee|hip) (?:pain|replacement|repair)|sprain|strain|tend[io]n\w*"
    r"|acl|meniscus|fracture)\b",
}
#: A joint that was replaced is no longer one with osteoarthritis.
_REPLACED = re.compile(r"\bknee\b[^.;]*\b(?:replace\w*|arthroplasty)\b", re.IGNORECASE)
_PATTERNS = {tag: re.compile(pattern, re.IGNORECASE) for tag, pattern in _MARKS.items()}
_DENIED = re.compile(
    r"\b(?:no|not|without|denies|free of|ruled out)\b(?: (?:any|known|signs? of|history of|a|an))*\s+[^.;,]*"
    r"|[^.;,]*\b(?:ruled out|excluded)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a client that a published figure may ask for.

    `ages` is a youngest and an oldest age: of a band, or twice the same where the birth year is known.
    """

    sex: str = ""
    ages: tuple[int, int] | None = None
    conditions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Population:
    """The people in whom a figure was found: ages from and to, and conditions of which one is enough."""

    key: str
    label: str
    age_low: int | None
    age_high: int | None
    conditions: frozenset[str]

    def has(self, person: Person) -> bool:
        """Whether this person is one of them; nobody of unknown age is, where age matters."""
        if not within(person.ages, self.age_low, self.age_high):
            return False
        return not self.conditions or not self.conditions.isdisjoint(person.conditions)


def person(condition: str, *, sex: str = "", ages: tuple[int, int] | None = None) -> Person:
    """A person by the condition that a provider reported."""
    return Person(sex, ages, conditions(condition))


def age_band(text: str) -> tuple[int, int] | None:
    """The ages of a band such as "65-69"."""
    low, _, high = text.replace("–", "-").partition("-")
    return (int(low), int(high or low)) if low.strip().isdigit() else None


def conditions(text: str) -> frozenset[str]:
    """The groups that a provider-reported condition belongs to; what is denied ("no heart disease") doesn't count."""
    said = _DENIED.sub(" ", text)
    found = {tag for tag, pattern in _PATTERNS.items() if pattern.search(said)}
    if _REPLACED.search(said):
        found.discard("knee_oa")
    return frozenset({*found, ANY_CONDITION} if said.strip(" .,;") else found)


def within(ages: tuple[int, int] | None, low: int | None, high: int | None) -> bool:
    """Whether all these ages lie within the bounds; unknown ages lie only where there are none."""
    if low is None and high is None:
        return True
    return ages is not None and (low is None or ages[0] >= low) and (high is None or ages[1] <= high)


@cache
def populations() -> Mapping[str, Population]:
    """Every population by key."""
    return {row["key"]: _read(row) for row in catalogue_rows("populations")}


def whole(text: str) -> int | None:
    """A whole number of the catalogue; None where it is empty."""
    return int(text) if text else None


def _read(row: dict[str, str]) -> Population:
    tags = frozenset(row["conditions"].split())
    return Population(row["key"], row["label"], whole(row["age_low"]), whole(row["age_high"]), tags)
