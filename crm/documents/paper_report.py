"""A report about one client, sample or real: its facts, table of measures, plot, plan and question, ready to be set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.documents.merge import TrainerFields
from crm.documents.paper_frame import Sender, frame, signed
from crm.documents.paper_plot import labelled, plot
from crm.documents.paper_text import Words, plain_blocks
from crm.documents.pdf import Sheet
from crm.domain.measures import Change, Motion, measure
from crm.domain.papers import DocumentKind
from crm.domain.report import Report, Row

K = DocumentKind

#: The wording of each report; a sample has that of the real one.
TEXTS: Mapping[DocumentKind, str] = {
    kind: real.value
    for sample, real in {
        K.SAMPLE_ASSESSMENT: K.ASSESSMENT_SUMMARY,
        K.SAMPLE_PROGRESS_REPORT: K.PROGRESS_REPORT,
        K.SAMPLE_DISCHARGE: K.DISCHARGE_SUMMARY,
        K.SAMPLE_SESSION_LOG: K.SESSION_LOG,
        K.SAMPLE_STATUS_CHANGE: K.STATUS_CHANGE,
        K.SAMPLE_CLIENT_INTRODUCTION: K.CLIENT_INTRODUCTION,
    }.items()
    for kind in (sample, real)
}

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
MOST_ROWS = 8


@dataclass(frozen=True, slots=True)
class Filing:
    """Full name and birth date, which an office needs to file a report. Asked for when printing, never stored."""

    name: str = ""
    born: str = ""


@dataclass(slots=True)
class Footnotes:
    """Sources in the order in which they are first named, numbered from 1."""

    sources: list[str] = field(default_factory=list)

    def number(self, source: str) -> str:
        """The number of one source, or of several that are joined by semicolons: "1, 3"."""
        each = [part.strip() for part in source.split("; ") if part.strip()]
        self.sources += [part for part in dict.fromkeys(each) if part not in self.sources]
        return ", ".join(str(self.sources.index(part) + 1) for part in each)


def report_sheet(
    report: Report,
    words: Words,
    sender: Sender,
    trainer: TrainerFields,
    *,
    title: str,
    referrer: str = "",
    filing: Filing | None = None,
) -> Sheet:
    """The whole report. `filing` of a real report gets a line for name and birth date, filled in or to fill in."""
    notes = Footnotes()
    rows = _chosen(report)
    drawn = _drawn(report)
    paper = {
        **frame(sender, trainer, title=title, kicker=words.line("kicker"), sample=report.sample),
        "aside": report.subject.period,
        "hero": report.story.bottom_line,
        "filing": _filing(filing) if filing and not report.sample else None,
        "facts": _facts(report, words, referrer),
        "table": _table(report, rows, words, notes) if rows else None,
        "log": _log(report, words),
        "plot": drawn,
        "notes": _notes(report, words),
        "plan": {"title": words.line("plan_title"), "items": list(report.story.plan)} if report.story.plan else None,
        "ask": _ask(report, words),
        "signature": signed(trainer),
        "scope": words.rich("scope"),
        "sources": notes.sources,
    }
    return Sheet("report", paper, sender.logo)


def _chosen(report: Report) -> Sequence[Row]:
    """A log and a first letter need no table; a change of status shows what went the wrong way."""
    kind = TEXTS[report.kind]
    if kind in (K.SESSION_LOG, K.CLIENT_INTRODUCTION):
        return ()
    if kind == K.STATUS_CHANGE:
        return [row for row in report.rows if row.change is Change.WORSE or row.key == report.plot_key]
    return report.rows[:MOST_ROWS]


def _drawn(report: Report) -> dict[str, Any] | None:
    if TEXTS[report.kind] not in (K.PROGRESS_REPORT, K.DISCHARGE_SUMMARY):
        return None
    return next((plot(row) for row in report.rows if row.key == report.plot_key), None)


def _filing(filing: Filing) -> dict[str, str]:
    return {
        "name": filing.name,
        "name_label": "Client’s full name, for your records",
        "born": filing.born,
        "born_label": "Date of birth",
    }


def _facts(report: Report, words: Words, referrer: str) -> list[dict[str, Any]]:
    who = report.subject
    sessions = f"{who.attended} of {who.scheduled} attended" if who.scheduled else ""
    aged = f"{who.code}, age {who.age_band}" if who.age_band else who.code
    short = [
        ("Client", aged),
        ("Referred by", referrer),
        ("Cleared", who.cleared),
        ("Sessions", sessions),
        ("Measured by", who.tester if report.rows and not sessions else ""),
    ]
    known = [_fact(label, value, 1) for label, value in short if value]
    long = [(words.line("condition_title"), who.condition), (words.line("limits_title"), "; ".join(who.limits))]
    filled = [_fact(label, value, 2) for label, value in long if value]
    room = -len(known) % 4
    if known and room:
        known[-1]["span"] += room
    if len(filled) == 1:
        filled[0]["span"] = 4
    return known + filled


def _fact(label: str, value: str, span: int) -> dict[str, Any]:
    return {"label": label, "value": value[:1].upper() + value[1:], "span": span}


def _notes(report: Report, words: Words) -> list[dict[str, Any]]:
    told = [("goals", report.story.goals), ("tolerance", report.story.tolerance), ("events", report.story.events)]
    found = [(words.line(f"{name}_title"), said) for name, said in told]
    return [
        {"title": title, "text": _list(said) if isinstance(said, tuple) else plain_blocks(said)}
        for title, said in found
        if title and said
    ]


def _list(items: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"kind": "list", "lines": [[{"text": item, "bold": False}] for item in items]}]


def _ask(report: Report, words: Words) -> dict[str, Any] | None:
    if not report.story.ask:
        return None
    return {"title": words.line("ask_title"), "text": report.story.ask, "answers": words.items("answers")}


def _log(report: Report, words: Words) -> dict[str, Any] | None:
    if not report.log:
        return None
    return {
        "title": words.line("table_title"),
        "columns": words.items("columns"),
        "rows": [{"day": each.day, "work": each.work, "response": each.response} for each in report.log],
    }


# --- the table of measures --------------------------------------------------------------------------------------------


def _table(report: Report, rows: Sequence[Row], words: Words, notes: Footnotes) -> dict[str, Any]:
    title = words.line("table_title")
    tested = "; ".join(part for part in (report.subject.tester, report.subject.device) if part)
    shown = f"{title}" + (f" · {tested}" if tested else "")
    if all(row.now is None for row in rows):
        return {"title": shown, "columns": _columns_once(rows), "rows": [_once(row, notes) for row in rows]}
    used = [mark for mark in _LEGEND if any(MARKS[row.change] == mark for row in rows)]
    return {
        "title": shown,
        "columns": _columns_twice(rows),
        "rows": [_twice(row, notes) for row in rows],
        "legend": [{"mark": mark, "text": _LEGEND[mark]} for mark in used],
    }


_LEGEND = {
    "better": "better, by a change that counts",
    "worse": "worse, by a change that counts",
    "same": "too small to count",
    "none": "not judged, or no change",
}


def _column(title: str, *, share: float = 0, number: bool = False) -> dict[str, Any]:
    return {"title": title, "wide": share > 0, "share": share, "number": number}


def _columns_once(rows: Sequence[Row]) -> list[dict[str, Any]]:
    first = rows[0].series[0][0] if rows[0].series else "Now"
    return [
        _column("Measure", share=1.1),
        _column(first, number=True),
        _column("Beside published figures", share=1.6),
        _column("Goal", number=True),
    ]


def _columns_twice(rows: Sequence[Row]) -> list[dict[str, Any]]:
    repeated = [row for row in rows if len(row.series) > 1]
    first, last = (repeated[0].series[0][0], repeated[0].series[-1][0]) if repeated else ("Start", "Now")
    return [
        _column("Measure", share=1.2),
        _column(first, number=True),
        _column(last, number=True),
        _column("Change", number=True),
        _column("What the change means", share=1.5),
        _column("Goal", number=True),
    ]


def _name(row: Row, note: str) -> dict[str, Any]:
    moved = {Motion.ACTIVE: "active motion", Motion.PASSIVE: "passive motion"}.get(row.motion, "")
    return {"text": labelled(row), "note": " · ".join(part for part in (moved, note) if part)}


def _once(row: Row, notes: Footnotes) -> list[dict[str, Any]]:
    known = {"text": row.norm or "No published figure for people like this client", "source": notes.number(row.source)}
    if row.at_risk:
        known["mark"] = "worse"
    return [_name(row, ""), {"text": _said(row, row.baseline), "lead": True}, known, {"text": _said(row, row.goal)}]


def _twice(row: Row, notes: Footnotes) -> list[dict[str, Any]]:
    return [
        _name(row, row.norm),
        {"text": _said(row, row.baseline)},
        {"text": _said(row, row.now), "lead": True},
        {"text": _change(row)},
        {
            "text": MEANS[row.change],
            "note": _basis(row),
            "mark": MARKS[row.change],
            "source": notes.number(row.source),
        },
        {"text": _said(row, row.goal)},
    ]


def _basis(row: Row) -> str:
    said = row.basis.removeprefix("Not judged: ")
    return said[:1].upper() + said[1:] if said != row.basis else said


def _said(row: Row, value: float | None) -> str:
    return "–" if value is None else measure(row.key).say(value)


def _change(row: Row) -> str:
    if row.baseline is None or row.now is None:
        return "–"
    moved = round(row.now - row.baseline, 6)
    return f"{'+' if moved > 0 else ''}{measure(row.key).say(moved)}"
