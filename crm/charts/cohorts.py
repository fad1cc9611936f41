"""Started of received, a line for each month: a bar for the share, and as a whisker how far it may be off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from crm.charts import marks
from crm.charts.marks import WIDTH
from crm.domain.conversion import Rate

LEFT, RIGHT, TOP, ROW, BAR = 62, 72, 20, 24, 12


@dataclass(frozen=True, slots=True)
class Line:
    """A month: how many of those whose days are over, and how many are still open."""

    label: str
    rate: Rate
    still_open: int = 0


def svg(lines: Sequence[Line], title: str) -> Markup:
    """The picture."""
    if not lines:
        return marks.nothing("cohorts", title)
    height = TOP + ROW * len(lines) + 4
    parts = [_axis(height), *(_row(line, TOP + ROW * number) for number, line in enumerate(lines))]
    return marks.picture("cohorts", height, title, description(lines), parts)


def description(lines: Sequence[Line]) -> str:
    """What the picture shows."""
    return marks.sentence([f"{line.label} {_words(line)}" for line in lines])


def table_of(lines: Sequence[Line]) -> list[tuple[str, str, str]]:
    """The same figures as lines of a table: month, counts, interval."""
    return [(line.label, _words(line), between(line.rate)) for line in lines]


def between(rate: Rate) -> str:
    """ "16 % to 75 %": where the share may well lie; empty for nothing."""
    low, high = rate.interval
    return f"{low:.0%} to {high:.0%}" if rate.whole else ""


def _words(line: Line) -> str:
    waiting = f"{line.still_open} still open" if line.still_open else ""
    return ", ".join(filter(None, (line.rate.words if line.rate.whole else "", waiting))) or "none"


def _across(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _axis(height: float) -> Markup:
    parts = []
    for share in (0, 0.5, 1):
        parts.append(marks.rule(_across(share), TOP - 6, to_y=height, dashed=share == 0.5))
        parts.append(marks.text(_across(share), 10, f"{share:.0%}", "middle"))
    return Markup("").join(parts)


def _row(line: Line, top: float) -> Markup:
    middle = top + ROW / 2
    parts = [marks.text(LEFT - 8, middle + 4, line.label, "end")]
    if line.rate.whole:
        low, high = line.rate.interval
        long = marks.scaled(line.rate.part, line.rate.whole, _across(1) - LEFT)
        parts += [
            marks.pale(LEFT, middle - BAR / 2, long, BAR),
            marks.rule(LEFT + long, middle - BAR / 2, to_y=middle + BAR / 2),
            marks.whisker(_across(low), _across(high), middle),
            Markup('<circle cx="{x}" cy="{y}" r="3.5" fill="currentColor" stroke="none"/>').format(
                x=round(LEFT + long, 1), y=middle
            ),
        ]
    elif line.still_open:
        parts.append(marks.striped(LEFT, middle - BAR / 2, _across(1) - LEFT, BAR))
    said = line.rate.words if line.rate.whole else "still open" if line.still_open else "none"
    return Markup("").join([*parts, marks.text(WIDTH, middle + 4, said, "end", room=RIGHT - 6, strong=True)])
