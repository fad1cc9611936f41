"""Two wordings that began as the same one, brought together line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

Edit = tuple[int, int, tuple[str, ...]]
"""Lines of the beginning from and to, and what stands there instead."""


@dataclass(frozen=True, slots=True)
class Together:
    """Both changes in one text, and in how many places both had changed: there mine stands."""

    text: str
    clashes: int


def bring_together(then: str, mine: str, theirs: str) -> Together:
    """What changed from `then` to `theirs`, put into `mine` wherever I had not changed the same lines."""
    base = then.rstrip().splitlines()
    ours, others = _edits(base, mine.rstrip().splitlines()), _edits(base, theirs.rstrip().splitlines())
    new = [each for each in others if each not in ours]
    fitting = [each for each in new if not any(_meet(each, own) for own in ours)]
    return Together(_applied(base, sorted([*ours, *fitting])), len(new) - len(fitting))


def _edits(before: Sequence[str], after: Sequence[str]) -> list[Edit]:
    opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [(a, b, tuple(after[c:d])) for tag, a, b, c, d in opcodes if tag != "equal"]


def _meet(one: Edit, other: Edit) -> bool:
    """Whether they change the same line; two insertions at one place meet as well."""
    if one[0] == one[1] or other[0] == other[1]:
        return one[0] <= other[1] and other[0] <= one[1]
    return one[0] < other[1] and other[0] < one[1]


def _applied(base: Sequence[str], edits: Sequence[Edit]) -> str:
    lines: list[str] = []
    at = 0
    for start, end, instead in edits:
        lines += [*base[at:start], *instead]
        at = end
    return "\n".join([*lines, *base[at:]]) + "\n"
