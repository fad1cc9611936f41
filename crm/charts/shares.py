"""One bar cut into parts, the largest first and solid, with a mark where a share becomes a risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from crm.charts import marks
from crm.charts.marks import WIDTH

TOP, BAR, HEIGHT = 18, 22, 60
#: How many parts are drawn by themselves; what is left is one part.
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Part:
    """What came from one source, or from so many `others` together."""

    label: str
    count: int
    others: int = 0


def svg(parts: Sequence[Part], title: str, limit: float | None = None) -> Markup:
    """The picture; `limit` is the share at which it is marked."""
    whole = sum(part.count for part in parts)
    if not whole:
        return marks.nothing("shares", title)
    drawn = [*_bar(_shown(parts), whole), *_limit(limit)]
    return marks.picture("shares", HEIGHT, title, description(parts), drawn)


def description(parts: Sequence[Part]) -> str:
    """What the picture shows."""
    return marks.sentence([f"{name} {count} of {whole}" for name, count, whole in _counted(parts)])


def table_of(parts: Sequence[Part]) -> list[tuple[str, str, str]]:
    """The same figures as lines of a table: source, count, share."""
    return [(name, f"{count:,}", f"{count / whole:.0%}" if whole else "") for name, count, whole in _counted(parts)]


def _counted(parts: Sequence[Part]) -> list[tuple[str, int, int]]:
    whole = sum(part.count for part in parts)
    return [(part.label, part.count, whole) for part in _shown(parts)]


def _shown(parts: Sequence[Part]) -> list[Part]:
    """The largest first; the others together last, however many they are."""
    ordered = sorted((part for part in parts if part.count and not part.others), key=lambda part: -part.count)
    rest = [*ordered[SHOWN:], *(part for part in parts if part.others)]
    if not rest:
        return ordered
    others = sum(part.others or 1 for part in rest)
    return [*ordered[:SHOWN], Part(f"{others:,} others", sum(part.count for part in rest), others)]


def _bar(parts: Sequence[Part], whole: int) -> list[Markup]:
    drawn, left = [], 0.0
    for number, part in enumerate(parts):
        long = part.count / whole * WIDTH
        drawn.append((marks.solid if number == 0 else marks.pale)(left, TOP, max(long - 1, long / 2), BAR))
        left += long
    said = f"{parts[0].count:,} of {whole:,}"
    name = marks.text(0, 12, parts[0].label, room=WIDTH - marks.width_of(said) - 10, strong=True)
    return [*drawn, name, marks.text(WIDTH, 12, said, "end", strong=True)]


def _limit(limit: float | None) -> list[Markup]:
    if limit is None:
        return []
    x = limit * WIDTH
    return [
        marks.rule(x, TOP - 3, to_y=TOP + BAR + 5, dashed=True),
        marks.text(x, HEIGHT - 4, f"{limit:.0%}", "middle"),
    ]
