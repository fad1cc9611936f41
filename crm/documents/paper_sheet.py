"""Sheets to leave behind: the overview of the practice, one for each service, and what all clients together reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crm.documents.merge import TrainerFields
from crm.documents.paper_frame import Sender, frame
from crm.documents.paper_text import Words, plain_blocks
from crm.documents.pdf import Sheet
from crm.domain.services import Service

MOST_SERVICES = 10


@dataclass(frozen=True, slots=True)
class Reached:
    """One measure over all clients: how many were measured twice, the middle values, how many changed and were judged.

    Values are as printed. `better` and `worse` count clients whose own change was larger than the error; `judged`
    those for whom an error was published.
    """

    label: str
    clients: int
    first: str
    latest: str
    better: int
    worse: int
    judged: int


def overview_sheet(
    words: Words, sender: Sender, trainer: TrainerFields, services: Sequence[Service], *, title: str
) -> Sheet:
    """The practice on one page."""
    offered = [{"name": each.label, "text": f"{each.serves}."} for each in services[:MOST_SERVICES]]
    paper = {
        **frame(sender, trainer, title=title, kicker=words.line("kicker")),
        "hero": words.line("hero"),
        "lead": words.rich("lead"),
        "parts": [{"title": words.line("services_title"), "entries": offered}] if offered else [],
        "boxes": _boxes(words, "steps", "reports", "begin", "who"),
        **_set(10.5, 25, 1.1),
        "scope": words.rich("scope"),
    }
    return Sheet("sheet", paper, sender.logo)


def service_sheet(words: Words, sender: Sender, trainer: TrainerFields, *, title: str) -> Sheet:
    """One service on one page."""
    paper = {
        **frame(sender, trainer, title=title, kicker=words.line("kicker")),
        "hero": words.line("hero"),
        "lead": words.rich("lead"),
        "parts": _parts(words, "whom", "session", "measures"),
        "boxes": _boxes(words, "reports", "begin"),
        **_set(12, 31, 1.75),
        "scope": words.rich("scope"),
    }
    return Sheet("sheet", paper, sender.logo)


def outcomes_sheet(
    words: Words,
    sender: Sender,
    trainer: TrainerFields,
    reached: Sequence[Reached],
    *,
    title: str,
    clients: int,
    period: str,
    fewest: int,
) -> Sheet:
    """What clients reached: measures taken with at least `fewest` people, the others not at all."""
    shown = [each for each in reached if each.clients >= fewest]
    note = f"Shown are measures taken at least twice with {fewest} or more clients."
    paper = {
        **frame(sender, trainer, title=title, kicker=words.line("kicker")),
        "aside": period,
        **_set(10, 21, 1.0),
        "hero": f"{clients} clients, measured at the start and again.",
        "lead": words.rich("lead"),
        "parts": [
            {"title": words.line("table_title"), "table": _figures(shown), "text": []},
            {"title": words.line("how_title"), "text": [*words.rich("how"), *plain_blocks(note)]},
        ],
        "scope": words.rich("scope"),
    }
    return Sheet("sheet", paper, sender.logo)


def _set(size: float, hero: float, air: float) -> dict[str, float]:
    """How large a sheet is set, in points, and how wide apart."""
    return {"size": size, "hero_size": hero, "air": air}


def _figures(reached: Sequence[Reached]) -> dict[str, Any]:
    titles = [("Measure", False), ("Clients", True), ("First, middle value", True), ("Latest, middle value", True)]
    judged = [("Better, beyond error", True), ("Worse, beyond error", True)]
    return {
        "columns": [{"title": title, "wide": False, "number": number} for title, number in [*titles, *judged]],
        "rows": [
            [each.label, str(each.clients), each.first, each.latest, _of(each.better, each), _of(each.worse, each)]
            for each in reached
        ],
    }


def _of(count: int, each: Reached) -> str:
    return f"{count} of {each.judged}" if each.judged else "not judged"


def _parts(words: Words, *names: str) -> list[dict[str, Any]]:
    return [{"title": words.line(f"{name}_title"), "text": words.rich(name)} for name in names if words.has(name)]


def _boxes(words: Words, *names: str) -> list[dict[str, Any]]:
    return [
        {"title": words.line(f"{name}_title"), "large": words.line(f"{name}_large"), "text": words.rich(name)}
        for name in names
        if words.has(name)
    ]
