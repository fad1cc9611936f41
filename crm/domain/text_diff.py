"""What differs between two wordings, by words: for reading side by side, or in one column on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, zip_longest
from typing import Literal

Kind = Literal["same", "removed", "added"]

_WORDS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\s+|[^\s{]+|\{")
MOST_WORDS = 1_500
"""In one line: longer ones are shown as replaced whole, since comparing takes the square of their length."""
ALIKE = 0.35
"""Lines less alike than this are shown as one removed and one added, not as a line that changed."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the earlier and of the later wording beside each other, and both in one. A missing line is empty."""

    before: tuple[Piece, ...] = ()
    after: tuple[Piece, ...] = ()
    inline: tuple[Piece, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the two differ here."""
        return any(piece.kind != "same" for piece in self.inline)


@dataclass(frozen=True, slots=True)
class Difference:
    """All rows, and how many words went and came."""

    rows: tuple[Row, ...]
    removed: int
    added: int

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not any(row.changed for row in self.rows)

    @property
    def stretches(self) -> list[tuple[bool, list[Row]]]:
        """The rows in runs that changed or stayed; a long run that stayed can be folded."""
        return [(changed, list(run)) for changed, run in groupby(self.rows, key=lambda row: row.changed)]


def compare(before: str, after: str) -> Difference:
    """The two wordings line by line, and changed lines word by word."""
    rows = tuple(_rows(before.rstrip().splitlines(), after.rstrip().splitlines()))
    return Difference(rows, _count(rows, "removed"), _count(rows, "added"))


def _rows(before: Sequence[str], after: Sequence[str]) -> Iterator[Row]:
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (_same(line) for line in before[a:b])
        else:
            yield from _changed(before[a:b], after[c:d])


def _same(line: str) -> Row:
    pieces = (Piece("same", line),)
    return Row(pieces, pieces, pieces)


def _changed(before: Sequence[str], after: Sequence[str]) -> Iterator[Row]:
    for old, new in zip_longest(before, after):
        if old is None or new is None:
            yield _one_sided(old, new)
            continue
        inline = tuple(_words(old, new))
        if _share_of_same(inline) < ALIKE:
            inline = _whole(old, new)
        yield Row(_only(inline, "added"), _only(inline, "removed"), inline)


def _one_sided(old: str | None, new: str | None) -> Row:
    removed = (Piece("removed", old),) if old is not None else ()
    added = (Piece("added", new),) if new is not None else ()
    return Row(removed, added, removed + added)


def _whole(old: str, new: str) -> tuple[Piece, ...]:
    return tuple(piece for piece in (Piece("removed", old), Piece("added", new)) if piece.text)


def _words(old: str, new: str) -> Iterator[Piece]:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if max(len(before), len(after)) > MOST_WORDS:
        yield from _whole(old, new)
        return
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(before[a:b]))
            continue
        if b > a:
            yield Piece("removed", "".join(before[a:b]))
        if d > c:
            yield Piece("added", "".join(after[c:d]))


def _share_of_same(pieces: Iterable[Piece]) -> float:
    of_kind = {"same": 0, "removed": 0, "added": 0}
    for piece in pieces:
        of_kind[piece.kind] += sum(1 for word in _WORDS.findall(piece.text) if word.strip())
    whole = of_kind["same"] + max(of_kind["removed"], of_kind["added"])
    return of_kind["same"] / whole if whole else 1.0


def _only(pieces: Iterable[Piece], without: Kind) -> tuple[Piece, ...]:
    return tuple(piece for piece in pieces if piece.kind != without)


def _count(rows: Iterable[Row], kind: Kind) -> int:
    return sum(len(piece.text.split()) for row in rows for piece in row.inline if piece.kind == kind)
