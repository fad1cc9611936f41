"""The little markup of scripts, e-mail and letters: sections, paragraphs, lists, bold, line breaks, links.

    == opening ==            a section, alone on its line
    A paragraph of text      paragraphs are separated by an empty line
    - one                    a list
    **bold**                 bold
    a line\\                  a backslash at the end of a line breaks it
    <https://…>              a link

What comes from data is *protected* first: it is one line, and none of its characters means anything here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Literal

from crm.domain.wording import tidy

#: Characters that mean something in the markup, and the private ones that stand for them in protected text.
_SPECIAL = "*\\-=<>#"
_PRIVATE = "".join(chr(0xE000 + position) for position in range(len(_SPECIAL)))
_HIDE = str.maketrans(_SPECIAL, _PRIVATE)
_SHOW = str.maketrans(_PRIVATE, _SPECIAL)
_SHOW_HTML = {ord(hidden): html.escape(real) for hidden, real in zip(_PRIVATE, _SPECIAL, strict=True)}

# Translating is slow and mostly not needed: a search tells first.
_HAS_SPECIAL = re.compile(f"[{re.escape(_SPECIAL)}]").search
_HAS_PRIVATE = re.compile(f"[{_PRIVATE}]").search

_SECTION = re.compile(r"^==[ \t]*([a-z][a-z0-9_]*(?: [a-z0-9_]+)*)[ \t]*==[ \t]*$", re.MULTILINE)
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_LINK = re.compile(r"&lt;((?:https?://|mailto:)(?:(?!&[lg]t;)[^\s<>\"])+)&gt;")
_PLAIN_LINK = re.compile(r"<((?:https?://|mailto:)[^\s<>\"]+?)>")

Kind = Literal["paragraph", "list"]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (its lines as broken by hand) or a list (its items), still in protected markup."""

    kind: Kind
    lines: tuple[str, ...]


def protect(value: str) -> str:
    """Data made harmless: on one line, and free of markup."""
    line = tidy(value)
    return line.translate(_HIDE) if _HAS_SPECIAL(line) else line


def show(text: str) -> str:
    """Protected text as it was."""
    return text.translate(_SHOW) if _HAS_PRIVATE(text) else text


def sections(text: str) -> dict[str, str]:
    """The text under each `== name ==`; what stands before the first one is under the empty name."""
    pieces = _SECTION.split(text)
    found = {"": pieces[0].strip()}
    for name, body in zip(pieces[1::2], pieces[2::2], strict=True):
        found[name] = body.strip()
    return found


@lru_cache(maxsize=64)
def blocks(text: str) -> tuple[Block, ...]:
    """Paragraphs and lists of a section. Kept for a moment: text and HTML are made from the same section."""
    chunks = re.split(r"\n[ \t]*\n", text.strip())
    return tuple(block for chunk in chunks if chunk.strip() for block in _blocks_of(chunk))


def _blocks_of(chunk: str) -> Iterator[Block]:
    """A list may follow a paragraph without an empty line."""
    lines = (line.strip() for line in chunk.strip().splitlines())
    for is_list, run in groupby(lines, key=lambda line: line.startswith("- ")):
        make = _list if is_list else _paragraph
        yield make(run)


def _list(lines: Iterable[str]) -> Block:
    return Block("list", tuple(" ".join(line[2:].split()) for line in lines))


def _paragraph(lines: Iterable[str]) -> Block:
    joined = "".join(f"{line[:-1].rstrip()}\n" if line.endswith("\\") else f"{line} " for line in lines)
    return Block("paragraph", tuple(" ".join(line.split()) for line in joined.strip().split("\n")))


def plain(text: str) -> str:
    """The text as people read it without any formatting."""
    return "\n\n".join(_plain_block(block) for block in blocks(text))


def _plain_block(block: Block) -> str:
    lead = "- " if block.kind == "list" else ""
    return "\n".join(f"{lead}{_plain_line(line)}" for line in block.lines)


def _plain_line(line: str) -> str:
    return show(_PLAIN_LINK.sub(lambda found: found[1].removeprefix("mailto:"), _BOLD.sub(r"\1", line)))


def editable(text: str) -> str:
    """The text with its markup, as somebody would write it: what an editor shows."""
    return "\n\n".join(
        "\n".join(show(f"- {line}" if block.kind == "list" else line) for line in block.lines) for block in blocks(text)
    )


def one_line(text: str) -> str:
    """A subject: plain, with no line break or invisible character in it."""
    return tidy(plain(text))


def as_html(text: str) -> str:
    """The text as HTML paragraphs and lists; everything that could be a tag is escaped."""
    return "\n".join(_html_block(block) for block in blocks(text))


def _html_block(block: Block) -> str:
    lines = [_html_line(line) for line in block.lines]
    if block.kind == "list":
        return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"
    return f"<p>{'<br>'.join(lines)}</p>"


def _html_line(line: str) -> str:
    marked = _BOLD.sub(r"<strong>\1</strong>", html.escape(line))
    linked = _LINK.sub(lambda found: f'<a href="{found[1]}">{found[1].removeprefix("mailto:")}</a>', marked)
    return linked.translate(_SHOW_HTML) if _HAS_PRIVATE(linked) else linked
