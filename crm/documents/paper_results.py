"""Results on paper: a period for oneself, and for a provider where their own clients stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.documents.merge import TrainerFields
from crm.documents.paper_frame import Sender, frame
from crm.documents.paper_text import Words, plain_blocks
from crm.documents.pdf import Sheet


@dataclass(frozen=True, slots=True)
class Tile:
    """A number, its name, and what it is compared with ("" without a comparison)."""

    value: str
    name: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Month:
    """Referrals received in a month, and those of them who have started."""

    name: str
    received: int
    started: int


@dataclass(frozen=True, slots=True)
class Monthly:
    """What the page for oneself says, as printed. Lines are cells of tables."""

    period: str
    sentence: str
    tiles: Sequence[Tile]
    months: Sequence[Month]
    funnel: Sequence[Sequence[str]]
    sources: Sequence[Sequence[str]]
    quiet: Sequence[Sequence[str]]
    owed: Sequence[Sequence[str]]
    notes: Sequence[str] = field(default_factory=tuple)
    more_sources: str = ""
    more_quiet: str = ""
    is_sample: bool = False


def monthly_sheet(words: Words, sender: Sender, trainer: TrainerFields, found: Monthly, *, title: str) -> Sheet:
    """One page for oneself."""
    quiet = _part(words.line("quiet_title"), _QUIET, found.quiet, found.more_quiet)
    if not found.quiet:
        quiet = {"title": words.line("quiet_title"), "text": words.rich("quiet_none")}
    paper = {
        **frame(sender, trainer, title=title, kicker=_kicker(words, is_sample=found.is_sample)),
        "aside": found.period,
        "hero": found.sentence,
        "tiles": [{"value": each.value, "name": each.name, "before": each.before} for each in found.tiles],
        "plot": _plot(words, found.months),
        "left": [_part(words.line("funnel_title"), _FUNNEL, found.funnel), quiet],
        "right": [
            _part(words.line("sources_title"), _SOURCES, found.sources, found.more_sources),
            _part(words.line("owed_title"), _OWED, found.owed),
        ],
        "scope": [*plain_blocks(*found.notes), *words.rich("scope")],
    }
    return Sheet("results", paper, sender.logo)


@dataclass(frozen=True, slots=True)
class Standing:
    """A provider's clients as printed: a line for each (code, where they stand, sessions, reports, the next one)."""

    period: str
    provider: str
    made_on: str
    lines: Sequence[Sequence[str]]
    withheld: str = ""


def partner_sheet(words: Words, sender: Sender, trainer: TrainerFields, found: Standing, *, title: str) -> Sheet:
    """One page for a provider about the clients who permit it; how many don't is said."""
    people = "1 client" if len(found.lines) == 1 else f"{len(found.lines)} clients"
    table = {"columns": [_column(*each) for each in _CLIENTS], "rows": [list(line) for line in found.lines]}
    paper = {
        **frame(sender, trainer, title=title, kicker=words.line("kicker")),
        "aside": found.period,
        "size": 10,
        "hero_size": 21,
        "air": 1.0,
        "hero": f"{found.provider}: {people}",
        "lead": words.rich("lead"),
        "parts": [
            {"title": words.line("table_title"), "table": table, "text": plain_blocks(found.withheld)},
            {"title": words.line("how_title"), "text": [*words.rich("how"), *plain_blocks(f"As of {found.made_on}.")]},
        ],
        "scope": words.rich("scope"),
    }
    return Sheet("sheet", paper, sender.logo)


def _kicker(words: Words, *, is_sample: bool) -> str:
    kicker = words.line("kicker")
    return f"{kicker}: {words.line('sample')}" if is_sample else kicker


Columns = Sequence[tuple[str, bool, bool]]
"""Title, whether it takes what room there is, whether numbers stand in it."""

_FUNNEL: Columns = (("Step", True, False), ("Came as far", False, True), ("Lost", False, True), ("Days", False, True))
_OWED: Columns = (("", True, False), ("Period", False, True), ("Before", False, True))
_SOURCES: Columns = (("Provider", True, False), ("Received", False, True), ("Started", False, True))
_QUIET: Columns = (("Provider", True, False), ("Days", False, True), ("Next", True, False))
_CLIENTS: Columns = (
    ("Client", False, False),
    ("Stands", True, False),
    ("Sessions", False, False),
    ("Reports sent", False, False),
    ("Next report", False, False),
)


def _column(title: str, wide: bool, number: bool) -> dict[str, Any]:
    return {"title": title, "wide": wide, "number": number}


def _part(title: str, columns: Columns, lines: Sequence[Sequence[str]], note: str = "") -> dict[str, Any]:
    rows = [list(line) for line in lines]
    return {"title": title, "table": {"columns": [_column(*each) for each in columns], "rows": rows}, "note": note}


def _plot(words: Words, months: Sequence[Month]) -> dict[str, Any]:
    most = max([1, *(max(each.received, each.started) for each in months)])
    said = "; ".join(f"{each.name}: {each.received} received, {each.started} started" for each in months)
    return {
        "title": words.line("months_title"),
        "text": words.rich("months"),
        "alt": f"Columns by month. {said}.",
        "months": [
            {
                "name": each.name,
                "received": each.received,
                "share": each.received / most,
                "started_share": each.started / most,
            }
            for each in months
        ],
    }
