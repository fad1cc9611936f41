"""One measure over time as a small SVG: points and line, the goal, and the band in which a change means nothing.

Drawn in the text's own colour, so that it prints in black and white and follows dark mode. The same figures stand in a
table beside it (`table_of`), and in its description for those who can't see it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from crm.domain.measures import Measure, measure
from crm.domain.report import Row

WIDTH, HEIGHT = 340, 170
LEFT, RIGHT, TOP, BOTTOM = 44, 14, 26, 28
#: About how wide a letter of a label is.
LETTER = 6
#: How far apart labelled points are at least.
ROOM = 62
_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Scale:
    """From a value to a height: the axis runs over round numbers that hold everything drawn."""

    low: float
    high: float
    step: float

    def y(self, value: float) -> float:
        """The height of a value on the picture."""
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    def ticks(self) -> list[float]:
        """The round numbers along the axis."""
        count = round((self.high - self.low) / self.step)
        return [round(self.low + number * self.step, 6) for number in range(count + 1)]


def scale(values: Sequence[float], low: float, high: float) -> Scale:
    """Round numbers around the values, not beyond a measure's own range unless a value is, about four steps.

    The axis need not begin at nought, since the change is looked at; its numbers are always written beside it. A tiny
    change never fills the picture: the least height is a fifth of the largest value.
    """
    least, most = min(values), max(values)
    room = max(most - least, max(abs(least), abs(most)) / 5) or (high - low) / 20
    middle = (least + most) / 2
    bottom, top = max(middle - room * 0.6, min(low, least)), min(middle + room * 0.6, max(high, most))
    step = _step((top - bottom) / 4)
    first, last = math.floor(bottom / step + 1e-9) * step, math.ceil(top / step - 1e-9) * step
    return Scale(round(first, 6), round(max(last, first + step), 6), step)


def svg(row: Row, title: str, positions: Sequence[float] = ()) -> Markup:
    """The picture of a row. `positions` are the points' places in time (days); without them they stand evenly."""
    one = measure(row.key)
    values = [value for _, value in row.series]
    across = _across(len(values), positions)
    drawn = scale([*values, *_goal(row), *_band(row)], one.low, one.high)
    parts = [_axis(one, drawn), _band_of(row, drawn), _goal_line(one, row, drawn), _line(one, row, across, drawn)]
    return Markup(
        '<svg class="plot" viewBox="0 0 {w} {h}" role="img" aria-label="{label}" fill="none" stroke="currentColor">'
        "<title>{title}</title><desc>{desc}</desc>{parts}</svg>"
    ).format(
        w=WIDTH,
        h=HEIGHT,
        label=f"{title}. {description(row)}",
        title=title,
        desc=description(row),
        parts=Markup("").join(parts),
    )


def description(row: Row) -> str:
    """What the picture shows, as a sentence."""
    one = measure(row.key)
    told = ", ".join(f"{when} {one.say(value)}" for when, value in row.series)
    goal = f" The goal is {one.say(row.goal)}." if row.goal is not None else ""
    return f"{told}.{goal}"


def table_of(row: Row) -> list[tuple[str, str]]:
    """The same figures as lines of a table."""
    one = measure(row.key)
    lines = [(when, one.say(value)) for when, value in row.series]
    return [*lines, *([("Goal", one.say(row.goal))] if row.goal is not None else [])]


def _goal(row: Row) -> list[float]:
    return [] if row.goal is None else [row.goal]


def _band(row: Row) -> list[float]:
    if row.error is None or row.baseline is None:
        return []
    return [row.baseline - row.error, row.baseline + row.error]


def _step(rough: float) -> float:
    size = 10.0 ** math.floor(math.log10(rough))
    return next(each * size for each in _STEPS if each * size >= rough * 0.999)


def _across(count: int, positions: Sequence[float]) -> list[float]:
    inner = WIDTH - LEFT - RIGHT - 36
    start = LEFT + 18
    if count == 1:
        return [start + inner / 2]
    places = list(positions) if len(positions) == count and positions[-1] > positions[0] else list(range(count))
    return [round(start + inner * (each - places[0]) / (places[-1] - places[0]), 1) for each in places]


def _axis(one: Measure, drawn: Scale) -> Markup:
    decimals = max(0, -math.floor(math.log10(drawn.step) + 1e-9), 1 if drawn.step == 2.5 else 0)
    lines = [
        Markup('<path d="M{x} {y}H{end}" stroke-width=".5" opacity=".35"/>{text}').format(
            x=LEFT,
            y=drawn.y(each),
            end=WIDTH - RIGHT,
            text=_text(LEFT - 6, drawn.y(each) + 4, f"{each:.{decimals}f}".replace("-", "−"), "end"),
        )
        for each in drawn.ticks()
    ]
    return Markup("").join([*lines, _text(LEFT, 12, one.unit, "start")])


def _band_of(row: Row, drawn: Scale) -> Markup:
    band = _band(row)
    if not band:
        return Markup("")
    one = measure(row.key)
    top, bottom = drawn.y(min(band[1], drawn.high)), drawn.y(max(band[0], drawn.low))
    width = WIDTH - LEFT - RIGHT
    return Markup(
        '<rect class="error-band" x="{x}" y="{y}" width="{w}" height="{h}" fill="currentColor" opacity=".1" '
        'stroke="none"/>{text}'
    ).format(
        x=LEFT,
        y=top,
        w=width,
        h=round(max(bottom - top, 1), 1),
        text=_text(WIDTH - RIGHT - 4, bottom - 4, f"error ±{row.error:g}{one.unit if one.unit == '°' else ''}", "end"),
    )


def _goal_line(one: Measure, row: Row, drawn: Scale) -> Markup:
    if row.goal is None:
        return Markup("")
    y = drawn.y(row.goal)
    return Markup('<path d="M{x} {y}H{end}" stroke-dasharray="5 4" stroke-width="1.2"/>{text}').format(
        x=LEFT, y=y, end=WIDTH - RIGHT, text=_text(LEFT + 4, y - 4, f"goal {one.number(row.goal)}", "start")
    )


def _line(one: Measure, row: Row, across: Sequence[float], drawn: Scale) -> Markup:
    points = [(x, drawn.y(value)) for x, (_, value) in zip(across, row.series, strict=True)]
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="3.5" fill="currentColor"/>' for x, y in points)
    labels = [
        *(_value(one, row, drawn, points[n], row.series[n][1]) for n in sorted(_shown(across, ROOM / 2))),
        *(_when(across[n], row.series[n][0]) for n in sorted(_shown(across, ROOM))),
    ]
    # Nothing but numbers stands in path and dots.
    drawing = Markup(f'<path d="{path}" stroke-width="1.8" stroke-linejoin="round"/>{dots}')  # noqa: S704
    return drawing + Markup("").join(labels)


def _value(one: Measure, row: Row, drawn: Scale, point: tuple[float, float], value: float) -> Markup:
    return _text(point[0], _clear_of(row, drawn, point[1]), one.number(value), "middle", strong=True)


def _when(x: float, words: str) -> Markup:
    return _text(_inside(x, words), HEIGHT - 9, words, "middle")


def _inside(x: float, words: str) -> float:
    """Where the middle of a label stands, so that it isn't cut off at the edge."""
    half = len(words) * LETTER / 2
    return min(max(x, half + 2), WIDTH - half - 2)


def _clear_of(row: Row, drawn: Scale, y: float) -> float:
    """A value stands above its point; below it where the goal line or the edge is in the way."""
    blocked = row.goal is not None and 2 < y - drawn.y(row.goal) < 16
    return y + 16 if y < TOP + 12 or (blocked and y < HEIGHT - BOTTOM - 18) else y - 8


def _shown(across: Sequence[float], room: float) -> set[int]:
    """Which points are labelled: the first and the last, and those between with room for their words."""
    kept, last = {0, len(across) - 1}, across[0]
    for index, x in enumerate(across[1:-1], start=1):
        if x - last >= room and across[-1] - x >= room:
            kept.add(index)
            last = x
    return kept


def _text(x: float, y: float, words: str, anchor: str, *, strong: bool = False) -> Markup:
    weight = ' font-weight="650"' if strong else ""
    # Only `words` come from outside; they are escaped.
    return Markup(  # noqa: S704
        f'<text x="{round(x, 1)}" y="{round(y, 1)}" text-anchor="{anchor}" font-size="11" fill="currentColor" '
        f'stroke="none"{weight}>{escape(words)}</text>'
    )
