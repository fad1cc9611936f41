"""The visit sheet: one page for the trainer's own eyes, read in the car and folded into a pocket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crm.documents.merge import TrainerFields
from crm.documents.paper_frame import Sender, frame
from crm.documents.paper_text import Words, plain_blocks, rich
from crm.documents.pdf import Sheet
from crm.documents.scripts import FilledScript
from crm.domain.script import PART_TITLES
from crm.domain.services import Service

OBJECTIONS = 4
SERVICES = 3
_LONG_SCRIPT = 230


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known before a visit, as printed. Each list may be empty."""

    name: str
    said_as: str = ""
    place: tuple[str, ...] = ()
    desk: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()
    promises: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()


def visit_sheet(
    visit: Visit,
    words: Words,
    objections: Words,
    script: FilledScript,
    sender: Sender,
    trainer: TrainerFields,
    *,
    title: str,
) -> Sheet:
    """Who, what happened, what to say and ask, what to leave."""
    paper = {
        **frame(sender, trainer, title=title, kicker=words.line("kicker")),
        "name": visit.name,
        "said_as": visit.said_as,
        "place": list(visit.place),
        "panels": _panels(visit, words),
        "script_title": f"{words.line('script_title')} · {script.words} words, {script.seconds} seconds",
        "script": _two_sides([{"title": PART_TITLES[name], "text": text} for name, text in script.parts.items()]),
        "script_size": 10.4 if script.words > _LONG_SCRIPT else 11.2,
        "ask": {"title": words.line("ask_title"), "text": words.line("ask")},
        "questions": {"title": words.line("questions_title"), "items": list(script.questions[:2])},
        "services": {
            "title": words.line("services_title"),
            "items": [{"name": each.label, "text": f"{each.serves}."} for each in visit.services[:SERVICES]],
        },
        "leave": {"title": words.line("leave_title"), "text": words.rich("leave")},
        "objections": {"title": words.line("objections_title"), "items": _objections(objections)},
        "room": words.line("room"),
        "scope": words.rich("scope"),
    }
    return Sheet("visit", paper, sender.logo)


def _panels(visit: Visit, words: Words) -> list[dict[str, Any]]:
    open_text = _list(visit.promises) or plain_blocks(words.line("nothing_open"))
    found = [
        (words.line("desk_title"), [block for line in visit.desk for block in plain_blocks(line)]),
        (words.line("last_title"), _list(visit.touches) or plain_blocks(words.line("nothing_yet"))),
        (words.line("open_title"), open_text),
    ]
    return [{"title": title, "text": text} for title, text in found if text]


def _two_sides(parts: list[dict[str, str]]) -> list[list[dict[str, str]]]:
    """Two columns of about the same height, in order."""
    lengths = [len(part["text"]) + 60 for part in parts]
    best = min(range(len(parts) + 1), key=lambda cut: abs(sum(lengths[:cut]) - sum(lengths[cut:])))
    return [parts[:best], parts[best:]]


def _list(lines: Sequence[str]) -> list[dict[str, Any]]:
    return [{"kind": "list", "lines": [[{"text": line, "bold": False}] for line in lines]}] if lines else []


def _objections(words: Words) -> list[dict[str, str]]:
    """What they say in bold, and the answer after it."""
    found = []
    for block in rich(words.sections.get("objections", "")):
        for line in block["lines"]:
            said = "".join(run["text"] for run in line if run["bold"])
            found.append({"name": said, "text": "".join(run["text"] for run in line if not run["bold"]).strip()})
    return found[:OBJECTIONS]
