"""Months side by side: a solid column for now, and beside it an outline for what it is compared with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from crm.charts import marks
from crm.charts.marks import WIDTH

HEIGHT, TOP, BOTTOM = 150, 16, 22
_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Column:
    """A month, and what is drawn beside it: the month it is compared with, or a part of it."""

    label: str
    value: int
    before: int | None = None


def svg(columns: Sequence[Column], title: str, other: str = "before") -> Markup:
    """The picture; `other` is what the outlines are called."""
    if not columns:
        return marks.nothing("columns", title)
    ticks = _ticks(max(max(each.value, each.before or 0) for each in columns))
    start = max(28, marks.width_of(f"{ticks[-1]:,}") + 8)
    slot = (WIDTH - start) / len(columns)
    parts = [_column(each, start + slot * n, slot, ticks[-1]) for n, each in enumerate(columns)]
    drawn = [_axis(ticks, start), *parts, *_names(columns, start, slot)]
    return marks.picture("columns", HEIGHT, title, description(columns, other), drawn)


def description(columns: Sequence[Column], other: str = "before") -> str:
    """What the picture shows."""
    return marks.sentence([f"{each.label} {each.value:,}{_beside(each, other)}" for each in columns])


def table_of(columns: Sequence[Column]) -> list[tuple[str, str, str]]:
    """The same figures as lines of a table: month, now, before."""
    return [(one.label, f"{one.value:,}", f"{one.before:,}" if one.before is not None else "") for one in columns]


def _beside(column: Column, other: str) -> str:
    return f" ({other} {column.before:,})" if column.before is not None else ""


def _ticks(most: int) -> list[int]:
    """Whole numbers along the axis, three or four of them, the last not below the largest value."""
    rough = max(most, 1) / 3
    size = 10 ** math.floor(math.log10(rough)) if rough >= 1 else 1
    step = next(each * size for each in _STEPS if each * size >= rough)
    return [step * number for number in range(math.ceil(max(most, 1) / step) + 1)]


def _y(value: float, most: float) -> float:
    return HEIGHT - BOTTOM - value / most * (HEIGHT - TOP - BOTTOM)


def _axis(ticks: Sequence[int], start: float) -> Markup:
    lines = [
        marks.rule(start, _y(tick, ticks[-1]), to_x=WIDTH)
        + marks.text(start - 5, _y(tick, ticks[-1]) + 4, f"{tick:,}", "end")
        for tick in ticks
    ]
    return Markup("").join(lines)


def _column(column: Column, left: float, slot: float, most: float) -> Markup:
    base, gap = HEIGHT - BOTTOM, min(6.0, slot * 0.14)
    room = min(slot - 2 * gap, 56)
    left += (slot - room) / 2
    wide = room if column.before is None else room * 0.6
    tall = marks.scaled(column.value, most, HEIGHT - TOP - BOTTOM)
    parts = [marks.solid(left, base - tall, wide, tall)]
    if column.before:
        high = marks.scaled(column.before, most, HEIGHT - TOP - BOTTOM)
        parts.append(marks.outline(left + wide + 1, base - high, room - wide - 1, high))
    if column.value and slot >= marks.width_of(f"{column.value:,}"):
        parts.append(marks.text(left + wide / 2, base - tall - 4, f"{column.value:,}", "middle", strong=True))
    return Markup("").join(parts)


def _names(columns: Sequence[Column], start: float, slot: float) -> list[Markup]:
    """As many names of months as there is room for, the last of all always."""
    widest = max(marks.width_of(each.label) for each in columns)
    every = max(1, math.ceil((min(widest, 90) + 6) / slot))
    kept = range((len(columns) - 1) % every, len(columns), every)
    return [_name(columns[n].label, start + slot * (n + 0.5), slot * every - 4) for n in kept]


def _name(label: str, x: float, room: float) -> Markup:
    """A month's name under its column, moved inside where it would stand over the edge."""
    half = min(marks.width_of(label), room) / 2
    return marks.text(min(max(x, half), WIDTH - half), HEIGHT - 7, label, "middle", room=room)
