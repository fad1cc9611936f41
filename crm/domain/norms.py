"""What is usual at an age and sex, where a sound table was published, and who is at risk by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from crm.domain.catalogue_rows import catalogue_rows
from crm.domain.measures import Measure, Source, optional_number, sources
from crm.domain.populations import Person, whole, within


class NormKind(StrEnum):
    """What a norm says: the lowest average value, the highest, a usual range, one usual value, a mean, a median."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    RANGE = "range"
    USUAL = "usual"
    MEAN = "mean"
    MEDIAN = "median"


@dataclass(frozen=True, slots=True)
class Norm:
    """A published norm for an age and, where it differs, a sex."""

    kind: NormKind
    sex: str
    age_low: int
    age_high: int | None
    low: float | None
    high: float | None
    source: Source

    def fits(self, person: Person) -> bool:
        """Whether it was published for somebody like this."""
        return self.sex in {"", person.sex} and within(person.ages, self.age_low, self.age_high)

    def people(self) -> str:
        """For whom it is, as in “women 65 to 69”."""
        who = {"female": "women", "male": "men"}.get(self.sex, "adults")
        return f"{who} {self.age_low} to {self.age_high}" if self.age_high is not None else who


def norm_for(measure: Measure, person: Person) -> Norm | None:
    """The norm of a measure for this person; None where none was published or something about the person is unknown."""
    return next((norm for norm in _norms().get(measure.key, ()) if norm.fits(person)), None)


def words(measure: Measure, norm: Norm) -> str:
    """A norm as printed, with whom it holds for and where it comes from."""
    low, high = (measure.say(each) if each is not None else "" for each in (norm.low, norm.high))
    tail = f"({norm.source.short})"
    match norm.kind:
        case NormKind.AT_LEAST:
            return f"below average under {low} for {norm.people()} {tail}"
        case NormKind.AT_MOST:
            return f"slower than average over {high} for {norm.people()} {tail}"
        case NormKind.RANGE:
            return f"usual {measure.number(norm.low or 0)} to {high} for {norm.people()} {tail}"
        case NormKind.USUAL:
            return f"usual {low} in {norm.people()} {tail}"
        case _:
            return f"{norm.kind.value} {low} in {norm.people()} {tail}"


def risk_by(norm: Norm, value: float) -> bool | None:
    """Whether a value is at risk by a norm that says so; None where the norm only compares.

    The CDC's chair stand calls a below-average count a risk of falling; the other tables only say what is usual.
    """
    if norm.kind is not NormKind.AT_LEAST or norm.low is None:
        return None
    return value < norm.low


@cache
def _norms() -> Mapping[str, tuple[Norm, ...]]:
    found: dict[str, list[Norm]] = {}
    for row in catalogue_rows("norms"):
        found.setdefault(row["measure"], []).append(
            Norm(
                NormKind(row["kind"]),
                row["sex"],
                int(row["age_low"]),
                whole(row["age_high"]),
                optional_number(row["low"]),
                optional_number(row["high"]),
                sources()[row["source"]],
            )
        )
    return {key: tuple(each) for key, each in found.items()}
