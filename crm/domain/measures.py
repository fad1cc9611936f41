"""What a trainer measures: units, direction, range, and from when on a change is more than measurement error.

Only figures from a source that was seen are in the catalogue; a measure without one has no norm. Of licensed
questionnaires the score is kept, never the items.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from crm.domain.catalogue_rows import catalogue_rows
from crm.domain.errors import NotFound


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
    WITHIN_ERROR = "within measurement error"
    UNJUDGED = "not judged"


@dataclass(frozen=True)
class Measure:
    """One measure. `meaningful` holds for the people named in `meaningful_for` only."""

    key: str
    label: str
    area: str
    unit: str
    better: Better
    low: float
    high: float
    meaningful: float | None
    meaningful_for: str
    norm: float | None
    note: str
    source: str
    score_only: bool

    def judge(self, before: float, after: float) -> Change:
        """What to call a change, where the published population fits the client."""
        if self.meaningful is None or self.better is Better.TARGET:
            return Change.UNJUDGED
        gain = after - before if self.better is Better.HIGHER else before - after
        if abs(gain) < self.meaningful:
            return Change.WITHIN_ERROR
        return Change.BETTER if gain > 0 else Change.WORSE

    def is_plausible(self, value: float) -> bool:
        """Whether a value lies in the range of the measure."""
        return self.low <= value <= self.high


@cache
def measures() -> dict[str, Measure]:
    """Every measure by key, in catalogue order."""
    return {row["key"]: _read(row) for row in catalogue_rows("measures")}


def measure(key: str) -> Measure:
    """The measure with this key; NotFound if there is none."""
    try:
        return measures()[key]
    except KeyError:
        raise NotFound(f"There is no measure called “{key}”.") from None


def _read(row: dict[str, str]) -> Measure:
    return Measure(
        key=row["key"],
        label=row["label"],
        area=row["area"],
        unit=row["unit"],
        better=Better(row["better"]),
        low=float(row["low"]),
        high=float(row["high"]),
        meaningful=_number(row["meaningful"]),
        meaningful_for=row["meaningful_for"],
        norm=_number(row["norm"]),
        note=row["note"],
        source=row["source"],
        score_only=row["score_only"] == "yes",
    )


def _number(text: str) -> float | None:
    return float(text) if text else None
