"""What is typed as a measure's value, in the unit it was typed in, turned into the measure's own unit.

A number may carry its unit ("10 in", "2.5mph"); minutes may be written as 1:25, feet and inches as 5'10". What lies
outside the measure's range is refused with the range in the unit that was typed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from crm.domain.errors import Invalid
from crm.domain.measures import Measure

#: For each unit of a measure: the units it may be typed in, and how much of the measure's unit one of them is.
CONVERSIONS: Mapping[str, Mapping[str, float]] = {
    "cm": {"cm": 1, "in": 2.54},
    "m": {"m": 1, "ft": 0.3048, "yd": 0.9144},
    "kg": {"kg": 1, "lb": 0.45359237},
    "m/s": {"m/s": 1, "mph": 0.44704, "ft/s": 0.3048, "km/h": 1 / 3.6},
    "s": {"s": 1, "min": 60},
}
#: Other ways to write a unit.
SPELLINGS: Mapping[str, str] = {
    "deg": "°", "degree": "°", "degrees": "°", "º": "°",
    "inch": "in", "inches": "in", '"': "in", "”": "in", "″": "in",
    "feet": "ft", "foot": "ft", "'": "ft", "’": "ft", "′": "ft", "yard": "yd", "yards": "yd",
    "meter": "m", "meters": "m", "metres": "m", "lbs": "lb", "pound": "lb", "pounds": "lb", "kgs": "kg",
    "sec": "s", "secs": "s", "seconds": "s", "mins": "min", "minutes": "min", "kph": "km/h", "kmh": "km/h",
    "fps": "ft/s", "mps": "m/s", "percent": "%", "rep": "reps", "step": "steps", "point": "points", "pts": "points",
}  # fmt: skip
LONGEST = 24
_NUMBER = r"[-−+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?"
_PLAIN = re.compile(rf"({_NUMBER})\s*([^\d\s.,:+−-][^\d:]*)?")
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d(?:\.\d+)?)\s*(?:min|m|s)?")
_FEET = re.compile(r"(\d+)\s*(?:'|’|′|ft|feet)\s*(\d+(?:\.\d+)?)\s*(?:\"|”|″|in|inches|'')?")


@dataclass(frozen=True, slots=True)
class Entered:
    """A value in the measure's unit, what was typed for it, and in which unit."""

    value: float
    text: str
    unit: str


def choices(measure: Measure) -> tuple[str, ...]:
    """The units that a measure's value may be typed in, its own first."""
    return tuple(CONVERSIONS.get(measure.unit, {measure.unit: 1}))


def read(measure: Measure, text: str, unit: str = "") -> Entered:
    """The value of what was typed; `unit` is the one chosen beside it. Invalid("value") says what is wrong."""
    text = " ".join(text.split())
    number, used = _parsed(measure, text, unit or measure.unit)
    factor = _factor(measure, used)
    if factor is None:
        raise Invalid({"value": f"{measure.label} is measured in {_listed(choices(measure))}, not {used}."})
    value = number * factor
    if not math.isfinite(value) or not measure.is_plausible(round(value, 6)):
        raise Invalid({"value": f"Between {range_in(measure, used)}."})
    return Entered(round(value, 4), text, used)


def range_in(measure: Measure, unit: str) -> str:
    """The range of a measure in one of its units, rounded inwards so that both ends can be typed."""
    factor = _factor(measure, unit) or 1
    low = math.ceil(round(measure.low / factor * 10, 6)) / 10
    high = math.floor(round(measure.high / factor * 10, 6)) / 10
    space = "" if unit in {"°", "%"} else " "
    return f"{low:g} and {high:g}{space}{unit}".replace("-", "−")


def shown_in(measure: Measure, value: float, unit: str) -> str:
    """A value of the measure's unit as it would be typed in another one; empty for a unit it can't be typed in."""
    factor = _factor(measure, unit)
    if factor is None:
        return ""
    return f"{round(value / factor, max(measure.decimals, 1 if factor != 1 else 0)) + 0:g}".replace("-", "−")


def _parsed(measure: Measure, text: str, unit: str) -> tuple[float, str]:
    if measure.unit == "s" and (clock := _CLOCK.fullmatch(text)):
        return int(clock[1]) * 60 + float(clock[2]), "s"
    if measure.unit in {"m", "cm"} and (feet := _FEET.fullmatch(text)):
        inches = int(feet[1]) * 12 + float(feet[2])
        return (inches, "in") if measure.unit == "cm" else (inches / 12, "ft")
    match = _PLAIN.fullmatch(text)
    if match is None or len(text) > LONGEST or not any(char.isdecimal() for char in match[1]):
        raise Invalid({"value": f"Type a number{_as_in(measure)}."})
    named = (match[2] or "").strip().rstrip(".").lower()
    number = float(match[1].replace(",", "").replace("−", "-"))
    return number, SPELLINGS.get(named, named) or SPELLINGS.get(unit, unit)


def _as_in(measure: Measure) -> str:
    return ", such as 12.5 or 1:25" if measure.unit == "s" else ", such as 12 or 12.5"


def _factor(measure: Measure, unit: str) -> float | None:
    return CONVERSIONS.get(measure.unit, {measure.unit: 1}).get(unit)


def _listed(units: tuple[str, ...]) -> str:
    return units[0] if len(units) == 1 else f"{', '.join(units[:-1])} or {units[-1]}"
