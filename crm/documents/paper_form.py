"""Papers to fill in by hand: clearance request, client authorization, fax cover and referral pad."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm.documents.merge import MergeFields
from crm.documents.paper_frame import Sender, frame
from crm.documents.paper_report import Filing
from crm.documents.paper_text import Words
from crm.documents.pdf import Sheet

Field = dict[str, Any]


def clearance_sheet(words: Words, sender: Sender, fields: MergeFields, *, title: str, filing: Filing) -> Sheet:
    """The request to a physician. `filing` fills in the client's name and birth date; nothing of it is kept."""
    name, born = _filing(words, filing)
    limits = [_line(label, span=6) for label in words.items("limits")]
    parts = [
        _part(words, "person", name, born),
        _part(words, "plan", _ticks(words.items("plan"), across=4), _line(words.line("plan_note"))),
        _part(words, "diagnosis", _line(words.line("diagnosis"))),
        _part(words, "limits", *limits, _room(words.line("precautions"), rows=2)),
        _part(words, "answer", _ticks(words.items("answers"), across=2)),
    ]
    paper = {**_form(words, sender, fields, title, parts), "signature": {"line": words.line("signature")}}
    return Sheet("form", paper, sender.logo)


def authorization_sheet(words: Words, sender: Sender, fields: MergeFields, *, title: str, filing: Filing) -> Sheet:
    """The client's permission. The provider's name is filled in where one is known."""
    name, born = _filing(words, filing)
    with_whom = ", ".join(dict.fromkeys(each for each in (fields.provider.formal_name, fields.practice.name) if each))
    reach = fields.practice.fax or fields.practice.phone
    parts = [
        _part(words, "person", name, born),
        _part(words, "with", _line(words.line("with_name"), with_whom, 8), _line(words.line("with_reach"), reach, 4)),
        _part(words, "what", _ticks(words.items("what"), across=2)),
        _part(words, "how", _ticks(words.items("how"), across=4)),
        _part(words, "until", _ticks(words.items("until"), across=2)),
        _part(words, "terms", {"kind": "words", "text": words.rich("terms"), "span": 12}),
    ]
    paper = {**_form(words, sender, fields, title, parts), "signature": {"line": words.line("signature")}}
    return Sheet("form", paper, sender.logo)


def fax_sheet(
    words: Words, sender: Sender, fields: MergeFields, *, title: str, subject: str = "", pages: int | None = None
) -> Sheet:
    """The first page of a fax. `pages` counts this one too."""
    us, them = fields.trainer, fields.provider
    to = [
        _line("Name", them.formal_name or them.name, 12),
        _line("Practice", fields.practice.name, 6),
        _line("Fax", fields.practice.fax, 3),
        _line("Phone", fields.practice.phone, 3),
    ]
    ours = [
        _line("Name", ", ".join(part for part in (us.name, us.credentials) if part), 6),
        _line("Phone", us.phone, 3),
        _line("Fax", sender.fax, 3),
    ]
    about = [
        _line("Date", fields.message.date, 6),
        _line(words.line("pages"), str(pages) if pages else "", 6),
        _line(words.line("subject"), subject),
        _room(words.line("note"), rows=9),
    ]
    parts = [
        _part(words, "to", *to),
        _part(words, "from", *ours),
        _part(words, "about", *about),
        _part(words, "answer", _ticks(words.items("answers"), across=3)),
    ]
    return Sheet("form", _form(words, sender, fields, title, parts), sender.logo)


def pad_sheet(words: Words, sender: Sender, fields: MergeFields, services: Sequence[str], *, title: str) -> Sheet:
    """Four slips to cut. The last line for services stays free."""
    names = ("name", "reach", "diagnosis", "service", "ended", "ended_on", "precautions", "goals", "signature", "date")
    us = fields.trainer
    who = ", ".join(part for part in (us.name, us.credentials) if part)
    numbers = " · ".join(part for part in (us.phone or sender.phone, f"fax {sender.fax}" if sender.fax else "") if part)
    paper = {
        **frame(sender, us, title=title, kicker=words.line("kicker")),
        "contact": [line for line in (who, numbers, us.email or sender.email) if line],
        "labels": {name: words.line(name) for name in names} | {"yesno": words.items("yesno")},
        "services": list(services),
        "slip_foot": words.line("foot"),
    }
    return Sheet("pad", paper, sender.logo)


def _form(words: Words, sender: Sender, fields: MergeFields, title: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        **frame(sender, fields.trainer, title=title, kicker=words.line("kicker")),
        "hero": words.line("hero"),
        "lead": words.rich("lead"),
        "parts": parts,
        "scope": words.rich("scope"),
    }


def _filing(words: Words, filing: Filing) -> tuple[Field, Field]:
    return _line(words.line("person_name"), filing.name, 8), _line(words.line("born"), filing.born, 4)


def _part(words: Words, name: str, *fields: Field) -> dict[str, Any]:
    return {"title": words.line(f"{name}_title"), "fields": list(fields)}


def _line(label: str, value: str = "", span: int = 12) -> Field:
    return {"kind": "line", "label": label, "value": value, "span": span}


def _room(label: str, *, rows: int) -> Field:
    return {"kind": "room", "label": label, "rows": rows, "span": 12}


def _ticks(choices: list[str], *, across: int) -> Field:
    return {"kind": "ticks", "choices": choices, "across": across, "span": 12}
