"""Bars in order, each with its name above and its plain counts behind. What rests on few is only outlined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from crm.charts import marks
from crm.charts.marks import WIDTH

ROW, BAR, LAST = 36, 12, 6


@dataclass(frozen=True, slots=True)
class Bar:
    """What is ranked: how long its bar is, and what is said, such as "8 of 10". `few`: don't lean on it."""

    label: str
    value: float
    said: str
    few: bool = False


def svg(bars: Sequence[Bar], title: str, most: float | None = None) -> Markup:
    """The picture. `most` is what fills the width; without it the largest value does."""
    if not bars:
        return marks.nothing("ranking", title)
    top = most if most is not None else max(bar.value for bar in bars)
    parts = [_row(bar, number * ROW, top) for number, bar in enumerate(bars)]
    return marks.picture("ranking", ROW * len(bars) + LAST, title, description(bars), parts)


def description(bars: Sequence[Bar]) -> str:
    """What the picture shows."""
    return marks.sentence([f"{bar.label} {bar.said}{', few' if bar.few else ''}" for bar in bars])


def table_of(bars: Sequence[Bar]) -> list[tuple[str, str, str]]:
    """The same figures as lines of a table: name, counts, whether they are few."""
    return [(bar.label, bar.said, "few" if bar.few else "") for bar in bars]


def _row(bar: Bar, top: float, most: float) -> Markup:
    long = marks.scaled(bar.value, most, WIDTH)
    behind = marks.width_of(bar.said) + 10
    drawn = marks.outline if bar.few else marks.solid
    return Markup("").join(
        [
            marks.text(0, top + 12, bar.label, room=WIDTH - behind),
            marks.text(WIDTH, top + 12, bar.said, "end", strong=True),
            marks.pale(0, top + 17, WIDTH, BAR),
            drawn(0, top + 17, long, BAR),
        ]
    )
