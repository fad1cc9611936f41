"""A session of measuring: which lines the page offers, and reading what was typed into them.

A line is one measure in one way of moving; it has one field, or a left and a right one. Field names say it all:
`cst30..` is a chair stand, `rom_knee_flexion.left.active` a knee.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from crm.domain import units
from crm.domain.catalogue_rows import catalogue_rows
from crm.domain.errors import Invalid
from crm.domain.measures import Measure, Motion, Side, measure, measures
from crm.domain.units import Entered


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """What a value belongs to: a measure, a side and a way of moving."""

    key: str
    side: Side = Side.NONE
    motion: Motion = Motion.NONE

    @property
    def name(self) -> str:
        """The name of its field."""
        return f"{self.key}.{self.side.value}.{self.motion.value}"

    @property
    def words(self) -> str:
        """As in “Knee flexion, left, active”."""
        return ", ".join(filter(None, [measure(self.key).label, self.side.value, self.motion.value]))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page."""

    key: str
    motion: Motion = Motion.NONE

    @property
    def measure(self) -> Measure:
        """What is measured on it."""
        return measure(self.key)

    @property
    def name(self) -> str:
        """How the page names the line, also for its unit."""
        return f"{self.key}.{self.motion.value}"

    @property
    def spots(self) -> tuple[Spot, ...]:
        """Its fields: left and right where the measure has sides."""
        sides = (Side.LEFT, Side.RIGHT) if self.measure.has_sides else (Side.NONE,)
        return tuple(Spot(self.key, side, self.motion) for side in sides)


def line_of(name: str) -> Line | None:
    """The line of this name; None for one that can't be."""
    key, _, motion = name.partition(".")
    if key not in measures() or motion not in set(Motion):
        return None
    return Line(key, Motion(motion)) if measure(key).has_motions == bool(motion) else None


def first_lines(keys: Iterable[str]) -> list[Line]:
    """Lines for measures by key: the joints actively moved."""
    return [Line(key, Motion.ACTIVE if measure(key).has_motions else Motion.NONE) for key in dict.fromkeys(keys)]


def for_services(services: Sequence[str]) -> list[Line]:
    """What is usually measured for these services, the first one's first."""
    return first_lines(key for service in services for key in _by_service().get(service, ()))


def found(text: str) -> Measure | None:
    """The measure that somebody typed or chose: its key, its label, or the only one whose label holds the words."""
    wanted = text.strip().casefold()
    if not wanted:
        return None
    for one in measures().values():
        if wanted in {one.key, one.label.casefold()}:
            return one
    near = [one for one in measures().values() if all(word in one.label.casefold() for word in wanted.split())]
    return near[0] if len(near) == 1 else None


def read(lines: Iterable[Line], typed: Mapping[str, str], chosen: Mapping[str, str]) -> dict[Spot, Entered]:
    """The values of the fields that were filled in. Invalid names every field that can't be read.

    `typed` is by the spots' names, `chosen` holds the unit of each line.
    """
    values: dict[Spot, Entered] = {}
    errors: dict[str, str] = {}
    for line in dict.fromkeys(lines):
        for spot in line.spots:
            text = typed.get(spot.name, "").strip()
            if not text:
                continue
            try:
                values[spot] = units.read(line.measure, text, chosen.get(line.name, ""))
            except Invalid as error:
                errors[spot.name] = f"{spot.words}: {error.errors['value']}"
    if errors:
        raise Invalid(errors)
    return values


@cache
def _by_service() -> Mapping[str, tuple[str, ...]]:
    return {row["service"]: tuple(row["measures"].split()) for row in catalogue_rows("service_measures")}
