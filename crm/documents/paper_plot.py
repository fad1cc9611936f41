"""The small plot of one measure: an axis with round numbers, the goal, the measurement error around the first value."""

from __future__ import annotations

import math
import re
from typing import Any

from crm.domain.measures import measure
from crm.domain.report import Row

MOST_TICKS = 5
_WEEK = re.compile(r"Week (\d+)\Z")


def plot(row: Row) -> dict[str, Any] | None:
    """Where everything stands, in parts of the width and height; None where there are fewer than two values."""
    if len(row.series) < 2:
        return None
    unit = measure(row.key).unit
    values = [value for _, value in row.series]
    ticks = _ticks([*values, *([row.goal] if row.goal is not None else [])])
    low, high = ticks[0], ticks[-1]

    def at(value: float) -> float:
        return (value - low) / (high - low)

    band = _band(row, low, high)
    return {
        "title": _title(row),
        "alt": _alt(row),
        "ticks": [{"at": at(tick), "text": _number(tick)} for tick in ticks],
        "band": [at(edge) for edge in band] if band else None,
        "goal": _goal(row, at(row.goal), at(values[0])) if row.goal is not None else None,
        "points": _points(row, [at(value) for value in values]),
        "note": f"Within measurement error of the first value (±{_amount(row.error or 0, unit)})." if band else "",
    }


def _amount(value: float, unit: str) -> str:
    return f"{_number(value)}{'' if unit in ('°', '%') else ' '}{unit}"


def _title(row: Row) -> str:
    unit = measure(row.key).unit
    return f"{labelled(row)} ({unit})" if unit else labelled(row)


def labelled(row: Row) -> str:
    """The measure with its side."""
    return f"{row.label}, {row.side.value}" if row.side else row.label


def _alt(row: Row) -> str:
    one = measure(row.key)
    said = ", ".join(f"{when} {one.say(value)}" for when, value in row.series)
    goal = f"; goal {one.say(row.goal)}" if row.goal is not None else ""
    return f"Line chart of {labelled(row)}: {said}{goal}."


def _ticks(values: list[float]) -> list[float]:
    """Round numbers around the values, with a little room."""
    low, high = min(values), max(values)
    room = (high - low or abs(high) or 1) * 0.18
    step = _step(max((high - low + 2 * room) / (MOST_TICKS - 1), 0.01))
    first = math.floor((low - room) / step) * step
    if low >= 0:
        first = max(0.0, first)
    count = math.ceil((high + room * 0.35 - first) / step)
    return [round(first + n * step, 6) for n in range(max(count, 1) + 1)]


def _step(least: float) -> float:
    size = 10.0 ** math.floor(math.log10(least))
    return next(factor * size for factor in (1, 2, 2.5, 5, 10) if factor * size >= least - 1e-9)


def _band(row: Row, low: float, high: float) -> tuple[float, float] | None:
    """What lies within the error of the first value, cut at the edges of the plot."""
    if not row.error or row.baseline is None:
        return None
    edges = max(low, row.baseline - row.error), min(high, row.baseline + row.error)
    return edges if edges[0] < edges[1] else None


def _goal(row: Row, at: float, first: float) -> dict[str, Any]:
    """Its words stand away from the line of values."""
    return {"at": at, "text": f"Goal {measure(row.key).say(row.goal or 0)}", "above": at < first or at < 0.85}


def _points(row: Row, heights: list[float]) -> list[dict[str, Any]]:
    places = _places([when for when, _ in row.series])
    one = measure(row.key)
    return [
        {"x": x, "y": y, "text": one.number(value), "when": when, "below": _below(heights, n)}
        for n, ((when, value), x, y) in enumerate(zip(row.series, places, heights, strict=True))
    ]


def _below(heights: list[float], n: int) -> bool:
    """Whether a number stands under its point: where the line falls, except at its beginning."""
    return n > 0 and heights[-1] < heights[0] and heights[n] > 0.16


def _places(names: list[str]) -> list[float]:
    """Along the axis by week where all are weeks, else evenly."""
    weeks = [found and int(found[1]) for found in map(_WEEK.match, names)]
    steps: list[float] = [float(week) for week in weeks if week is not None]
    if len(steps) != len(names) or len(set(steps)) != len(steps):
        steps = [float(n) for n in range(len(names))]
    span = steps[-1] - steps[0] or 1
    return [0.06 + 0.9 * (step - steps[0]) / span for step in steps]


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")
