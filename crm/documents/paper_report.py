"""A report about one client, sample or real: its facts, table of measures, plot, plan and question, ready to be set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.documents.merge import TrainerFields
from crm.documents.paper_frame import Sender, frame, signed
from crm.documents.paper_plot import plot
from crm.documents.paper_table import Footnotes, measures_table
from crm.documents.paper_text import Words, plain_blocks
from crm.documents.pdf import Sheet
from crm.domain import wording
from crm.domain.measures import Change
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

MOST_ROWS, ROOMY_ROWS, FEW_ROWS = 8, 5, 3
"""A table of more than five rows is set closer, so that the page holds it."""


@dataclass(frozen=True, slots=True)
class Filing:
    """Full name and birth date, which an office needs to file a report. Asked for when printing, never stored."""

    name: str = ""
    born: str = ""


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
    """The whole report. `referrer` is who reads it, and who sent the client unless the report says otherwise.

    `filing` of a real report gets a line for name and birth date, filled in or to fill in.
    """
    notes = Footnotes()
    rows = _chosen(report)
    drawn = _drawn(report)
    paper = {
        **frame(sender, trainer, title=title, kicker=words.line("kicker"), sample=report.sample),
        **_set(len(rows), drawn is not None),
        "aside": report.subject.period,
        "hero": report.story.bottom_line,
        "filing": _filing(filing) if filing and not report.sample else None,
        "facts": _facts(report, words, referrer),
        "table": measures_table(report, rows, words.line("table_title"), notes) if rows else None,
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


def _set(rows: int, has_plot: bool) -> dict[str, Any]:
    """How close a report is set, in points: what says little stands larger."""
    tight, large = has_plot and rows > ROOMY_ROWS, not has_plot and rows <= FEW_ROWS
    size = 9.1 if tight else 10.8 if large else 9.6
    return {"tight": tight, "size": size, "hero_size": 19 if large else 16.5}


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
    aged = f"{who.code}, age {who.age_band.replace('-', '–')}" if who.age_band else who.code
    short = [
        ("Client", aged),
        ("Referred by", referrer if who.referrer == "" else who.referrer or ""),
        ("Report for", "" if who.referrer == "" else referrer),
        ("Cleared", who.cleared),
        ("Sessions", sessions),
        ("Measured by", who.tester if report.rows and not sessions else ""),
    ]
    known = [_fact(label, value, 1) for label, value in short if value]
    long = [
        (words.line("condition_title"), who.condition),
        (words.line("limits_title"), "; ".join(_lowered_after_first(who.limits))),
    ]
    filled = [_fact(label, value, 2) for label, value in long if value]
    room = -len(known) % 4
    if known and room:
        known[0]["span"] += room
    if len(filled) == 1:
        filled[0]["span"] = 4
    return known + filled


def _lowered_after_first(items: tuple[str, ...]) -> list[str]:
    return [item if n == 0 else wording.lowered(item) for n, item in enumerate(items)]


def _fact(label: str, value: str, span: int) -> dict[str, Any]:
    return {"label": label, "value": value[:1].upper() + value[1:], "span": span}


def _notes(report: Report, words: Words) -> list[dict[str, Any]]:
    story = report.story
    told = {
        "goals": _list(story.goals) if story.goals else [],
        "tolerance": plain_blocks(story.tolerance),
        "events": plain_blocks(story.events),
    }
    titled = [(words.line(f"{name}_title"), text) for name, text in told.items()]
    return [{"title": title, "text": text} for title, text in titled if title and text]


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
