"""What a trainer measures: units, direction, range, and from when on a change is more than measurement error.

Only figures from a source that was seen are in the catalogue; a measure without one has no norm. Of licensed
questionnaires the score is kept, never the items.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from crm.domain.catalogue_rows import catalogue_rows
from crm.domain.errors import NotFound
from crm.domain.populations import Population, populations


class Better(StrEnum):
    """Which way is progress."""

    HIGHER = "higher"
    LOWER = "lower"
    TARGET = "target"


class Side(StrEnum):
    """Which side of the body; none where a measure has no sides."""

    NONE = ""
    LEFT = "left"
    RIGHT = "right"


class Motion(StrEnum):
    """Who moves the joint: the client, or the tester."""

    NONE = ""
    ACTIVE = "active"
    PASSIVE = "passive"


class Change(StrEnum):
    """How a change is called: nothing inside the measurement error is an improvement."""

    BETTER = "better"
    WORSE = "worse"
    BELOW = "less than a meaningful change"
    WITHIN_ERROR = "within measurement error"
    NONE = "no change"
    UNJUDGED = "not judged"


class Hands(StrEnum):
    """Whether an error holds for one tester with one device, or between two; nothing where it was not told apart."""

    ANY = ""
    SAME = "same"
    OTHER = "other"


class Level(StrEnum):
    """What a threshold says: beyond error, a small meaningful change, or a meaningful one."""

    ERROR = "error"
    SMALL = "small"
    MEANINGFUL = "meaningful"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from: short for a table, in full for a footnote."""

    key: str
    short: str
    full: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """From when on a change counts, and for whom that was published."""

    level: Level
    value: float
    hands: Hands
    population: Population
    source: Source


@dataclass(frozen=True, slots=True)
class Cutoff:
    """A value that somebody may be at risk from on."""

    operator: str
    value: float
    population: Population
    words: str
    source: Source

    def met_by(self, value: float) -> bool:
        """Whether a value is on the risky side."""
        match self.operator:
            case "<":
                return value < self.value
            case "<=":
                return value <= self.value
            case ">":
                return value > self.value
            case _:
                return value >= self.value


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure with its range in `unit`; `decimals` is how fine it is shown.

    `thresholds` and `cutoffs` hold for the populations they name only.
    """

    key: str
    label: str
    area: str
    unit: str
    better: Better
    low: float
    high: float
    decimals: int
    has_sides: bool
    has_motions: bool
    device: str
    note: str
    score_only: bool
    thresholds: tuple[Threshold, ...]
    cutoffs: tuple[Cutoff, ...]

    def is_plausible(self, value: float) -> bool:
        """Whether a value lies in the range of the measure."""
        return self.low <= value <= self.high

    def gain(self, before: float, after: float) -> float:
        """How far a value went the better way; free of the dust of binary fractions."""
        moved = round(after - before, 6)
        return -moved if self.better is Better.LOWER else moved

    def number(self, value: float) -> str:
        """A value as shown, with a true minus and no needless zeros after a whole number of degrees."""
        return f"{round(value, self.decimals) + 0:.{self.decimals}f}".replace("-", "−")

    def say(self, value: float) -> str:
        """A value with its unit, as in “118°” or “11.2 s”."""
        return f"{self.number(value)}{'' if self.unit in {'°', '%'} else ' '}{self.unit}"


@cache
def measures() -> Mapping[str, Measure]:
    """Every measure by key, in catalogue order."""
    return {row["key"]: _read(row) for row in catalogue_rows("measures")}


def measure(key: str) -> Measure:
    """The measure with this key; NotFound if there is none."""
    try:
        return measures()[key]
    except KeyError:
        raise NotFound(f"There is no measure called “{key}”.") from None


def say(key: str, value: float) -> str:
    """A value of this measure as printed."""
    return measure(key).say(value)


@cache
def sources() -> Mapping[str, Source]:
    """Every source by key."""
    return {row["key"]: Source(row["key"], row["short"], row["full"]) for row in catalogue_rows("sources")}


def optional_number(text: str) -> float | None:
    """A number of the catalogue; None where it is empty."""
    return float(text) if text else None


def _read(row: dict[str, str]) -> Measure:
    key = row["key"]
    return Measure(
        key=key,
        label=row["label"],
        area=row["area"],
        unit=row["unit"],
        better=Better(row["better"]),
        low=float(row["low"]),
        high=float(row["high"]),
        decimals=int(row["decimals"]),
        has_sides=row["sides"] == "yes",
        has_motions=row["motions"] == "yes",
        device=row["device"],
        note=row["note"],
        score_only=row["score_only"] == "yes",
        thresholds=_thresholds().get(key, ()),
        cutoffs=_cutoffs().get(key, ()),
    )


@cache
def _thresholds() -> Mapping[str, tuple[Threshold, ...]]:
    found: dict[str, list[Threshold]] = {}
    for row in catalogue_rows("thresholds"):
        found.setdefault(row["measure"], []).append(
            Threshold(
                Level(row["kind"]),
                float(row["value"]),
                Hands(row["tester"]),
                populations()[row["population"]],
                sources()[row["source"]],
            )
        )
    return {key: tuple(each) for key, each in found.items()}


@cache
def _cutoffs() -> Mapping[str, tuple[Cutoff, ...]]:
    found: dict[str, list[Cutoff]] = {}
    for row in catalogue_rows("cutoffs"):
        found.setdefault(row["measure"], []).append(
            Cutoff(
                row["operator"],
                float(row["value"]),
                populations()[row["population"]],
                row["words"],
                sources()[row["source"]],
            )
        )
    return {key: tuple(each) for key, each in found.items()}
