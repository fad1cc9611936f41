"""The table of measures in a report: values, change, what the change means and by which published figure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.documents.paper_plot import labelled
from crm.domain.measures import Change, Motion, measure
from crm.domain.report import Report, Row

MARKS: Mapping[Change, str] = {
    Change.BETTER: "better",
    Change.WORSE: "worse",
    Change.WITHIN_ERROR: "same",
    Change.BELOW: "same",
    Change.NONE: "none",
    Change.UNJUDGED: "none",
}
MEANS: Mapping[Change, str] = {
    Change.BETTER: "Better",
    Change.WORSE: "Worse",
    Change.WITHIN_ERROR: "Within measurement error",
    Change.BELOW: "Less than a meaningful change",
    Change.NONE: "No change",
    Change.UNJUDGED: "Not judged",
}
_SAID = re.compile(r"(?P<amount>.+?) or more is (?P<level>.+? (?:error|change)) (?P<whom>.+) (?P<source>\(.+\))")
_LEVELS = {
    "beyond measurement error": "beyond error from {}",
    "a small meaningful change": "small change from {}",
    "a meaningful change": "meaningful from {}",
}
_MOTIONS = {Motion.ACTIVE: "active motion", Motion.PASSIVE: "passive motion"}


@dataclass(slots=True)
class Footnotes:
    """Sources in the order in which they are first named, numbered from 1."""

    sources: list[str] = field(default_factory=list)

    def number(self, source: str) -> str:
        """The number of one source, or of several that are joined by semicolons: "1, 3"."""
        each = [part.strip() for part in source.split("; ") if part.strip()]
        self.sources += [part for part in dict.fromkeys(each) if part not in self.sources]
        return ", ".join(str(self.sources.index(part) + 1) for part in each)


def measures_table(report: Report, rows: Sequence[Row], title: str, notes: Footnotes) -> dict[str, Any]:
    """Columns and cells. Where everything was measured once, values stand beside published figures instead."""
    tested = "; ".join(part for part in (report.subject.tester, report.subject.device) if part)
    shown = " · ".join(part for part in (title, tested) if part)
    if all(row.now is None for row in rows):
        return {"title": shown, "columns": _columns_once(rows), "rows": [_once(row, notes) for row in rows]}
    return {"title": shown, "columns": _columns_twice(rows), "rows": [_twice(row, notes) for row in rows]}


def _column(title: str, *, share: float = 0, number: bool = False) -> dict[str, Any]:
    return {"title": title, "wide": share > 0, "share": share, "number": number}


def _columns_once(rows: Sequence[Row]) -> list[dict[str, Any]]:
    first = rows[0].series[0][0] if rows[0].series else "Now"
    return [
        _column("Measure", share=1),
        _column(first, number=True),
        _column("Beside published figures", share=1.5),
        _column("Goal", number=True),
    ]


def _columns_twice(rows: Sequence[Row]) -> list[dict[str, Any]]:
    repeated = [row for row in rows if len(row.series) > 1]
    first, last = (repeated[0].series[0][0], repeated[0].series[-1][0]) if repeated else ("Start", "Now")
    return [
        _column("Measure", share=1),
        _column(first, number=True),
        _column(last, number=True),
        _column("Change", number=True),
        _column("What the change means", share=1.6),
        _column("Goal", number=True),
    ]


def _name(row: Row, *notes: str) -> dict[str, Any]:
    said = (_MOTIONS.get(row.motion, ""), *notes)
    return {"text": labelled(row), "unit": measure(row.key).unit, "note": " · ".join(part for part in said if part)}


def _once(row: Row, notes: Footnotes) -> list[dict[str, Any]]:
    known: dict[str, Any] = {"text": "No figure was published for people like this client"}
    if row.norm:
        known = {"text": row.norm[:1].upper() + row.norm[1:], "source": notes.number(row.source)}
    if row.at_risk:
        known["mark"] = "worse"
    return [_name(row), {"text": _said(row, row.baseline), "lead": True}, known, {"text": _said(row, row.goal)}]


def _twice(row: Row, notes: Footnotes) -> list[dict[str, Any]]:
    means = {"text": MEANS[row.change], "note": shorter(row.basis), "mark": MARKS[row.change]}
    return [
        _name(row, row.norm),
        {"text": _said(row, row.baseline)},
        {"text": _said(row, row.now), "lead": True},
        {"text": _change(row)},
        means | {"source": notes.number(row.source)},
        {"text": _said(row, row.goal)},
    ]


def shorter(basis: str) -> str:
    """ "Beyond error from 2.5 reps in adults with knee osteoarthritis (Gill 2022)": as a table has room for it."""
    said = basis.removeprefix("Not judged: ").removesuffix(".")
    found = [_SAID.fullmatch(part) for part in said.split("; ")]
    if not all(found):
        return said[:1].upper() + said[1:]
    groups: dict[tuple[str, str], list[str]] = {}
    for each in filter(None, found):
        level = _LEVELS.get(each["level"], each["level"] + " from {}").format(each["amount"])
        groups.setdefault((each["whom"], each["source"]), []).append(level)
    text = "; ".join(f"{', '.join(levels)} {whom} {source}" for (whom, source), levels in groups.items())
    return text[:1].upper() + text[1:]


def _said(row: Row, value: float | None) -> str:
    return "–" if value is None else measure(row.key).number(value)


def _change(row: Row) -> str:
    if row.baseline is None or row.now is None:
        return "–"
    moved = round(row.now - row.baseline, 6)
    return f"{'+' if moved > 0 else ''}{measure(row.key).number(moved)}"
