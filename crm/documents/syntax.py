"""What is wrong with the signs of a template, in words for whoever wrote it, and where."""

from __future__ import annotations

import re

from jinja2.exceptions import TemplateSyntaxError

_TAG = re.compile(r"\{%[-+]?\s*(end)?(\w+)")
_PAIRS = frozenset({"if", "for", "block", "macro", "call", "filter", "set", "with", "raw", "autoescape"})
_UNKNOWN = re.compile(r"Encountered unknown tag '(\w+)'")
_END = re.compile(r"Unexpected end of template")
_ODD = re.compile(r"unexpected '?(?:char|end of template|\})|expected token ':', got|got '[{}%]+'")
_OPEN = re.compile(r"\{\{(?![^{}]*\}\})")
_PRINT = re.compile(r"expected token 'end of print statement', got '(.+?)'")


def explained(error: TemplateSyntaxError, source: str) -> tuple[str, int]:
    """The reason as a sentence, and its line."""
    said = error.message or "It can’t be read"
    if _END.search(said) and (open_tag := never_closed(source)):
        name, line = open_tag
        return f"“{{% {name} … %}}” is never closed: add “{{% end{name} %}}” where it should end.", line
    if found := _UNKNOWN.search(said):
        return _unknown(found[1]), error.lineno
    if (line := open_field(source)) and (_PRINT.search(said) or _END.search(said) or _ODD.search(said)):
        return "This merge field is never closed: add “}}” after its name.", line
    if "Expected an expression" in said:
        return "This merge field is empty: write a name in it, like {{ provider.dear }}.", error.lineno
    if found := _PRINT.search(said):
        return f"This merge field can’t be read at “{found[1]}”. Write it like {{{{ provider.dear }}}}.", error.lineno
    return f"{said.rstrip('.')}.", error.lineno


def open_field(source: str) -> int:
    """The line of the first "{{" that has no "}}" before the next sign; 0 when each has."""
    found = _OPEN.search(source)
    return source.count("\n", 0, found.start()) + 1 if found else 0


def deepest(source: str) -> int:
    """The line in which most tags stand open, or the longest where none does: what is too much is mostly there."""
    open_now, most, where = 0, 0, 0
    for found in _TAG.finditer(source):
        if found[2] in _PAIRS and not (found[2] == "set" and _sets_at_once(source, found.end())):
            open_now += -1 if found[1] else 1
        if open_now > most:
            most, where = open_now, source.count("\n", 0, found.start()) + 1
    lines = source.split("\n")
    return where or max(range(len(lines)), key=lambda number: len(lines[number])) + 1


def never_closed(source: str) -> tuple[str, int] | None:
    """The innermost tag that is opened and never closed, with its line."""
    standing: list[tuple[str, int]] = []
    for found in _TAG.finditer(source):
        closes, name = found[1], found[2]
        if name not in _PAIRS or (name == "set" and not closes and _sets_at_once(source, found.end())):
            continue
        if not closes:
            standing.append((name, source.count("\n", 0, found.start()) + 1))
        elif standing and standing[-1][0] == name:
            standing.pop()
    return standing[-1] if standing else None


def _sets_at_once(source: str, end: int) -> bool:
    return "=" in source[end : source.find("%}", end)]


def _unknown(name: str) -> str:
    if name.startswith("end") or name in ("else", "elif"):
        return f"“{{% {name} %}}” closes nothing: what it belongs to is missing before it."
    return f"“{name}” is no tag that templates know."
