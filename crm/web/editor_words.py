"""What the editor shows about a wording: places as browsers count them, findings, length, checks, fields to insert."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from crm.documents.faults import MissingField, TemplateFault
from crm.documents.merge import RECORDS, fields_of
from crm.documents.merge_field import MergeField
from crm.domain import better_words, script
from crm.domain.kinds import TemplateKind
from crm.domain.script import LENGTHS, MOMENT_TITLES, PART_TITLES
from crm.services import template_checks
from crm.services.template_checks import Placed, Shown, Span, Wording
from crm.services.template_preview import Preview, Reader

HIDDEN = frozenset({"digest", "notice"})
"""Records that only the program's own notices use."""


class Phrase(NamedTuple):
    """Words that differ from audience to audience, kept in one place for all e-mails and letters."""

    path: str
    meaning: str
    example: str


PHRASES = (
    Phrase("say.greeting()", "The greeting line", "Dear Dr. Okafor,"),
    Phrase("say.gap()", "What they see when therapy ends", "Many of your patients finish therapy before…"),
    Phrase("say.people()", "Whom they look after", "your patients"),
    Phrase("say.measures()", "What you report on", "range of motion, balance and endurance"),
    Phrase("say.limits()", "Whose limits you keep", "the limits you set"),
    Phrase("say.ask()", "Whom to begin with", "two or three of your patients who…"),
    Phrase("say.signature()", "Your name, title and number", "Dana Reyes, MedExPRO"),
)


def fields(wording: Wording) -> list[tuple[str, list[MergeField]]]:
    """The merge fields there are, by record, in the order shown."""
    hidden = HIDDEN | ({"message"} if wording.kind is TemplateKind.SCRIPT else frozenset())
    return [(each.title, list(fields_of(each.record).values())) for each in RECORDS if each.record not in hidden]


def phrases(wording: Wording) -> Sequence[Phrase]:
    """The shared phrases, where the source brings them in."""
    return PHRASES if " as say" in wording.source else ()


def looked(wording: Wording, preview: Preview, reader: Reader) -> dict[str, Any]:
    """Everything the page shows; it is JSON."""
    shown = preview.shown
    return {
        "fault": _fault(wording.source, preview.fault) if preview.fault is not None else None,
        "findings": [_finding(wording.source, each) for each in preview.found],
        "missing": [_missing(wording.source, each) for each in shown.missing] if shown else [],
        "subject": shown.email.subject if shown and shown.email else "",
        "parts": _parts(shown) if shown else [],
        "length": _length(wording, shown) if shown else None,
        "checks": _checks(shown) if shown else [],
        "reader": _reader(wording, reader),
    }


def _fault(source: str, fault: TemplateFault) -> dict[str, Any]:
    line = min(fault.line, source.count("\n") + 1)
    places = _units(source, [template_checks.line_span(source, line)]) if line else []
    return {"line": line, "reason": fault.reason, "places": places}


def _finding(source: str, each: Placed) -> dict[str, Any]:
    found = each.finding
    return {
        "text": found.text,
        "why": found.why,
        "suggestion": found.suggestion,
        "instead": better_words.options(found),
        "severity": found.severity,
        "places": _units(source, each.places),
    }


def _missing(source: str, fault: MissingField) -> dict[str, Any]:
    places = _units(source, template_checks.field_places(source, fault.path))
    return {"label": fault.field, "why": fault.what_to_do, "places": places}


def _parts(shown: Shown) -> list[dict[str, str]]:
    if shown.script is None:
        return []
    said = [{"title": PART_TITLES[name], "text": text} for name, text in shown.script.parts.items()]
    asked = "\n".join(shown.script.questions)
    return [*said, {"title": "Then ask", "text": asked}] if asked else said


def _length(wording: Wording, shown: Shown) -> dict[str, Any]:
    words = shown.script.words if shown.script else script.word_count(shown.text)
    seconds = script.speaking_seconds(words)
    if shown.script is None:
        return {"words": words, "time": "", "fits": True, "advice": ""}
    fewest, most = LENGTHS[wording.channel]
    advice = f"Aim for {fewest} to {most} words for this way of meeting."
    time = f"{seconds // 60}:{seconds % 60:02d} min"
    return {"words": words, "time": time, "fits": shown.script.fits, "advice": "" if shown.script.fits else advice}


def _checks(shown: Shown) -> list[dict[str, Any]]:
    checks = shown.script.checks if shown.script else ()
    return [{"label": each.label, "passed": each.passed, "why": each.why} for each in checks]


def _reader(wording: Wording, reader: Reader) -> str:
    name = reader.provider.display_name if reader.provider else "An example provider"
    return f"{name}, {MOMENT_TITLES[reader.moment].lower()}" if wording.kind is TemplateKind.SCRIPT else name


def _units(source: str, places: Sequence[Span]) -> list[list[int]]:
    """Places as browsers count them: in UTF-16 units, where some characters are two."""
    return [[_utf16(source[:start]), _utf16(source[:end])] for start, end in places]


def _utf16(text: str) -> int:
    return len(text) + sum(1 for char in text if ord(char) > 0xFFFF)
