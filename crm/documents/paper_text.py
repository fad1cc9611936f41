"""The wording of a paper: its sections filled, and text in the little markup as values that a layout can place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from crm.documents import prose
from crm.documents.environment import TEMPLATES, fill, fill_source, front_matter
from crm.documents.faults import MissingField, TemplateFault
from crm.documents.merge import MergeFields

ROOM = TEMPLATES / "documents"
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_LINK = re.compile(r"<(?:mailto:)?((?:https?://)?[^\s<>\"]+?)>")
#: Values of a paper's content that are not words.
_MUTE = frozenset({"brand", "mark", "kind", "bold", "align", "author", "about", "alt", "lang", "layout", "filing"})


@dataclass(frozen=True, slots=True)
class PaperText:
    """The words of a paper as a file of the folder has them."""

    slug: str
    title: str
    about: str
    file: str
    source: str


@dataclass(frozen=True, slots=True)
class Words:
    """The filled sections of a paper's wording, by name."""

    sections: Mapping[str, str]
    missing: tuple[MissingField, ...] = ()

    def line(self, name: str) -> str:
        """A section as one plain line; empty where there is none."""
        return prose.one_line(self.sections.get(name, ""))

    def rich(self, name: str) -> list[dict[str, Any]]:
        """A section as paragraphs and lists."""
        return rich(self.sections.get(name, ""))

    def items(self, name: str) -> list[str]:
        """The lines of a section's lists, plain."""
        return [prose.plain(line) for block in prose.blocks(self.sections.get(name, "")) for line in block.lines]

    def has(self, name: str) -> bool:
        """Whether there is something under this name."""
        return bool(self.sections.get(name, "").strip())


@lru_cache(maxsize=1)
def paper_texts() -> dict[str, PaperText]:
    """The built-in wordings of papers by slug; letters are in a folder of their own."""
    found = [_read(path.name) for path in sorted(ROOM.glob("*.j2")) if not path.name.startswith("_")]
    return {each.slug: each for each in found}


def _read(name: str) -> PaperText:
    source = (ROOM / name).read_text(encoding="utf-8")
    head = front_matter(source)
    return PaperText(head["slug"], head["title"], head["about"], name, source)


def paper_source(slug: str) -> str:
    """Everything that a paper's words come from."""
    shared = (ROOM / "_shared.j2").read_text(encoding="utf-8")
    return f"{paper_texts()[slug].source}\n{shared}"


def words(slug: str, fields: MergeFields, *, own: str | None = None, mark_missing: bool = False) -> Words:
    """A wording filled: the trainer's `own`, else the folder's. Raises MissingField and TemplateFault."""
    if own is None and slug not in paper_texts():
        raise TemplateFault(f"There is no wording called “{slug}”.")
    filled = (
        fill(f"documents/{paper_texts()[slug].file}", fields, mark_missing=mark_missing)
        if own is None
        else fill_source(own, fields, mark_missing=mark_missing)
    )
    return Words(prose.sections(filled.text), filled.missing)


def for_audience(fields: MergeFields, audience: str) -> MergeFields:
    """The fields with the reader's kind named, by which wordings choose."""
    return replace(fields, script=replace(fields.script, audience=audience))


def rich(text: str) -> list[dict[str, Any]]:
    """Paragraphs and lists, each line as runs of plain and bold text."""
    return [{"kind": block.kind, "lines": [_runs(line) for line in block.lines]} for block in prose.blocks(text)]


def plain_blocks(*paragraphs: str) -> list[dict[str, Any]]:
    """Text that comes from data, a paragraph each, in the form of `rich`."""
    return [{"kind": "paragraph", "lines": [[{"text": text, "bold": False}]]} for text in paragraphs if text]


def _runs(line: str) -> list[dict[str, Any]]:
    pieces = _BOLD.split(_LINK.sub(r"\1", line))
    return [{"text": prose.show(piece), "bold": bool(n % 2)} for n, piece in enumerate(pieces) if piece]


def spoken(paper: Mapping[str, Any]) -> str:
    """Every word that the content puts on paper, a line each: what is checked, and what can be searched."""
    return "\n".join(line for line in _lines(paper) if line.strip())


def _lines(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        if "lines" in value:
            yield from ("".join(str(run["text"]) for run in line) for line in value["lines"])
        else:
            for name, each in value.items():
                if name not in _MUTE:
                    yield from _lines(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _lines(each)
