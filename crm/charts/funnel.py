"""Step by step how many are left: each bar lies before the outline of the step above it, so that the loss is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from crm.charts import marks
from crm.charts.marks import WIDTH

ROW, BAR = 40, 16
LAST = 6


@dataclass(frozen=True, slots=True)
class Step:
    """How many came as far as this, and what is said beside it, such as "2 lost here" or "in 3 days"."""

    label: str
    count: int
    remark: str = ""


def svg(steps: Sequence[Step], title: str) -> Markup:
    """The picture."""
    if not steps:
        return marks.nothing("funnel", title)
    most = max(step.count for step in steps)
    parts = [_row(steps, number, most) for number in range(len(steps))]
    return marks.picture("funnel", ROW * len(steps) + LAST, title, description(steps), parts)


def description(steps: Sequence[Step]) -> str:
    """What the picture shows."""
    return marks.sentence([f"{step.label} {step.count:,}" for step in steps])


def table_of(steps: Sequence[Step]) -> list[tuple[str, str, str]]:
    """The same figures as lines of a table: step, count, share of the first."""
    first = steps[0].count if steps else 0
    return [(step.label, f"{step.count:,}", share(step.count, first)) for step in steps]


def share(count: int, whole: int) -> str:
    """ "43 %", or nothing of nothing."""
    return f"{count / whole:.0%}" if whole else ""


def _row(steps: Sequence[Step], number: int, most: int) -> Markup:
    step, top = steps[number], number * ROW
    before = steps[number - 1].count if number else step.count
    said = f"{step.count:,}"
    room = WIDTH - marks.width_of(f"{most:,}") - 10
    long = marks.scaled(step.count, most, room)
    parts = [marks.text(0, top + 12, step.label, room=WIDTH * 0.5)]
    if step.remark:
        taken = min(marks.width_of(step.label), WIDTH * 0.5)
        parts.append(marks.text(WIDTH, top + 12, step.remark, "end", room=WIDTH - taken - 10))
    if before > step.count:
        parts.append(marks.outline(0, top + 18, marks.scaled(before, most, room), BAR))
    parts += [marks.solid(0, top + 18, long, BAR), marks.text(WIDTH, top + 30, said, "end", strong=True)]
    return Markup("").join(parts)
