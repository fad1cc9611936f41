"""A line as small as a word: how a number came to where it is."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from crm.charts import marks

WIDTH, HEIGHT, EDGE = 96, 24, 3


def svg(values: Sequence[float], title: str) -> Markup:
    """The picture; nothing for fewer than two values, which are no line."""
    if len(values) < 2:
        return Markup("")
    points = _points(values)
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    return Markup(
        '<svg class="sparkline" viewBox="0 0 {w} {h}" role="img" aria-label="{label}" fill="none" '
        'stroke="currentColor"><title>{title}</title><desc>{told}</desc><path d="{path}" stroke-width="1.5" '
        'stroke-linejoin="round"/><circle cx="{x}" cy="{y}" r="2.5" fill="currentColor"/></svg>'
    ).format(
        w=WIDTH,
        h=HEIGHT,
        label=f"{title}. {description(values)}",
        title=title,
        told=description(values),
        path=path,
        x=points[-1][0],
        y=points[-1][1],
    )


def description(values: Sequence[float]) -> str:
    """What the picture shows."""
    return marks.sentence([", ".join(f"{value:g}" for value in values)])


def table_of(values: Sequence[float], labels: Sequence[str]) -> list[tuple[str, str]]:
    """The same figures as lines of a table."""
    return [(label, f"{value:g}") for label, value in zip(labels, values, strict=True)]


def _points(values: Sequence[float]) -> list[tuple[float, float]]:
    least, most = min(0, *values), max(values)
    room = (most - least) or 1
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    tall = HEIGHT - 2 * EDGE
    return [
        (round(EDGE + step * n, 1), round(HEIGHT - EDGE - (value - least) / room * tall, 1))
        for n, value in enumerate(values)
    ]
