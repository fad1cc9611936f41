"""The visit sheet: one page for the trainer's own eyes, read in the car and folded into a pocket."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crm.documents.merge import TrainerFields
from crm.documents.paper_frame import Sender, frame
from crm.documents.paper_text import Words, plain_blocks
from crm.documents.pdf import Sheet
from crm.documents.scripts import FilledScript
from crm.domain.script import PART_TITLES
from crm.domain.services import Service

_LONG_SCRIPT = 230
#: Lines above which the script is set smaller and the room for notes ends, and about how many letters one has.
_CROWDED, _PANEL_WIDTH = (7, 11), 40
_SIZES = ((11.0, 10.2, 9.4), (10.2, 9.6, 8.9))
#: Where a wording of one's own has no title for a part, it has this one.
_TITLES = {
    "why": "Why",
    "people": "Also there",
    "bring": "To bring",
    "reports": "To hand over",
    "remember": "Remember",
    "hallway_title": "In the hallway",
}


@dataclass(frozen=True, slots=True)
class Note:
    """One line of what the visit is for, under the title that the wording has for `key`."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known before a visit, as printed. Each list may be empty."""

    name: str
    said_as: str = ""
    specialty: str = ""
    when: str = ""
    place: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    desk: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()
    promises: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()
    objections: tuple[tuple[str, str], ...] = ()


def visit_sheet(
    visit: Visit,
    words: Words,
    script: FilledScript,
    hallway: FilledScript,
    sender: Sender,
    trainer: TrainerFields,
    *,
    title: str,
) -> Sheet:
    """Who, what happened, what to say and ask, what to leave."""
    kicker = " · ".join(part for part in (words.line("kicker"), visit.when) if part)
    panels = _panels(visit, words)
    crowd = bisect_left(_CROWDED, _lines_of(panels) + 2 * len(visit.notes))
    paper = {
        **frame(sender, trainer, title=title, kicker=kicker),
        "name": visit.name,
        "said_as": visit.said_as,
        "about": visit.specialty,  # theirs, and no claim of ours
        "place": list(visit.place),
        "notes": [{"title": _title(words, note.key), "text": note.text} for note in visit.notes],
        "panels": panels,
        "script_title": f"{words.line('script_title')} · {_length(script)}",
        "script": _two_sides([{"title": PART_TITLES[name], "text": text} for name, text in script.parts.items()]),
        "script_size": _SIZES[script.words > _LONG_SCRIPT][crowd],
        "hallway": {"title": f"{_title(words, 'hallway_title')} · {_length(hallway)}", "text": _spoken(hallway)},
        "ask": {"title": words.line("ask_title"), "text": words.line("ask")},
        "questions": {"title": words.line("questions_title"), "items": list(visit.questions)},
        "services": {"title": words.line("services_title"), "items": _services(visit.services)},
        "leave": {"title": words.line("leave_title"), "text": words.rich("leave")},
        "objections": {
            "title": words.line("objections_title"),
            "items": [{"name": said, "text": answer} for said, answer in visit.objections],
        },
        "room": words.line("room") if crowd < len(_CROWDED) else "",
        "room_lines": 2 - crowd,
        "scope": words.rich("scope"),
    }
    return Sheet("visit", paper, sender.logo)


def _services(offered: Sequence[Service]) -> list[dict[str, str]]:
    return [{"name": each.label, "text": f"{each.serves}."} for each in offered]


def _title(words: Words, key: str) -> str:
    return words.line(key) or _TITLES[key]


def _length(script: FilledScript) -> str:
    return f"{script.words} words, {script.seconds} seconds"


def _spoken(script: FilledScript) -> str:
    return " ".join(script.parts.values())


def _panels(visit: Visit, words: Words) -> list[dict[str, Any]]:
    open_text = _list(visit.promises) or plain_blocks(words.line("nothing_open"))
    found = [
        (words.line("desk_title"), [block for line in visit.desk for block in plain_blocks(line)]),
        (words.line("last_title"), _list(visit.touches) or plain_blocks(words.line("nothing_yet"))),
        (words.line("open_title"), open_text),
    ]
    return [{"title": title, "text": text} for title, text in found if text]


def _lines_of(panels: Sequence[dict[str, Any]]) -> int:
    """About how many lines the longest panel takes."""

    def length(panel: dict[str, Any]) -> int:
        said = ["".join(run["text"] for run in line) for block in panel["text"] for line in block["lines"]]
        return sum(1 + len(each) // _PANEL_WIDTH for each in said)

    return max((length(panel) for panel in panels), default=0)


def _two_sides(parts: list[dict[str, str]]) -> list[list[dict[str, str]]]:
    """Two columns of about the same height, in order."""
    lengths = [len(part["text"]) + 60 for part in parts]
    best = min(range(len(parts) + 1), key=lambda cut: abs(sum(lengths[:cut]) - sum(lengths[cut:])))
    return [parts[:best], parts[best:]]


def _list(lines: Sequence[str]) -> list[dict[str, Any]]:
    return [{"kind": "list", "lines": [[{"text": line, "bold": False}] for line in lines]}] if lines else []
