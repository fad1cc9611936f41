"""Weekdays as offices write them: Mon, Tues, M-F, MWF, T/Th, weekdays, daily."""

from __future__ import annotations

import re

_NAMES = (
    ("monday", "mon", "mo", "m"),
    ("tuesday", "tues", "tue", "tu", "t"),
    ("wednesday", "weds", "wed", "we", "w"),
    ("thursday", "thurs", "thur", "thu", "th", "r"),
    ("friday", "fri", "fr", "f"),
    ("saturday", "sat", "sa"),
    ("sunday", "sun", "su"),
)
LABELS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY_OF = {name: day for day, names in enumerate(_NAMES) for name in names}
_LONG = "|".join(name for names in _NAMES for name in names if len(name) > 2)
# Short ones stand for days only in capitals: "we" and "a" are words.
_SHORT = r"(?-i:M|T|W|R|F|Mo|Tu|We|Th|TH|Fr|Sa|SA|Su|SU|TU)"
_JOINED = r"(?-i:(?:M|Tu|Th|TH|T|W|R|F|Sa|Su){2,7})"
_ONE = rf"(?:(?:{_LONG})s?\b\.?|{_SHORT}\b\.?)"
_TO = r"\s*(?:-|–|—|\bto\b|\bthru\b|\bthrough\b)\s*"
DAYS = (
    rf"\b(?:{_ONE}{_TO}{_ONE}|weekdays?|weekends?|daily|every\s?day|(?:7|seven)\s+days(?:\s+a\s+week)?"
    rf"|{_ONE}(?:/{_ONE})*|{_JOINED}\b)(?!\w)"
)
_GROUPS = (("weekday", 31), ("weekend", 96), ("daily", 127), ("every", 127), ("7", 127), ("seven", 127))


def days_of(text: str) -> int:
    """The bit mask of what matched DAYS, Monday = 1 to Sunday = 64."""
    lower = text.lower()
    for word, mask in _GROUPS:
        if lower.startswith(word):
            return mask
    ends = re.split(_TO, text, flags=re.IGNORECASE)
    if len(ends) == 2:
        return _run(_single(ends[0]), _single(ends[1]))
    return sum({1 << day for part in text.split("/") for day in _several(part)})


def said(mask: int) -> str:
    """A mask in words: "Tuesdays", "Mondays and Fridays", "weekdays"."""
    if mask in (31, 127):
        return "weekdays" if mask == 31 else "every day"
    names = [f"{label}s" for day, label in enumerate(LABELS) if mask >> day & 1]
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _run(first: int, last: int) -> int:
    days = (last - first) % 7
    return sum(1 << (first + step) % 7 for step in range(days + 1))


def _single(text: str) -> int:
    name = text.strip(" .").lower()
    return _DAY_OF[name if name in _DAY_OF else name.removesuffix("s")]


def _several(part: str) -> list[int]:
    name = part.strip(" .").lower()
    if name in _DAY_OF or name.removesuffix("s") in _DAY_OF:
        return [_single(part)]
    return [_DAY_OF[letters.lower()] for letters in re.findall(r"Tu|Th|TH|Sa|Su|M|T|W|R|F", part)]
