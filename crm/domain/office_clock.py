"""Times of day as offices write them: 8, 8:30, 8am, 1700, noon; and spans between two of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

CLOCK = (
    r"(?<![\d:/.])(?:\d{1,2}(?:[:.]\d\d)?(?:\s?[ap](?:\.?m\.?)?(?![a-z]))?"
    r"|[01]\d[0-5]\d|2[0-3][0-5]\d|noon|midnight)(?![\d/])"
)
_PARTS = re.compile(r"(?P<hour>\d{1,2}?)(?:[:.]?(?P<minute>\d\d))?\s?(?P<half>[ap])?(?:\.?m\.?)?", re.IGNORECASE)
_DAY = 24 * 60
_NOON = 12 * 60
_FIRST_HOUR = 6 * 60


class Span(NamedTuple):
    """From and until, minutes after midnight."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{spoken(self.start)} to {spoken(self.end)}"


def spoken(minutes: int) -> str:
    """8:30 am, 5 pm, noon."""
    if minutes % _DAY == 0:
        return "midnight"
    if minutes == _NOON:
        return "noon"
    hour, minute = divmod(minutes, 60)
    clock = f"{(hour - 1) % 12 + 1}" + (f":{minute:02d}" if minute else "")
    return f"{clock} {'am' if hour < 12 else 'pm'}"


def between(start: str, end: str) -> Span | None:
    """The span of "8:30 to 5": without am or pm, as an office means it. None when it ends before it begins."""
    lows, highs = _choices(start), _choices(end)
    if len(lows) > 1 and len(highs) == 1:
        lows = [max((low for low in lows if low < highs[0]), default=lows[0])]
    low = _daytime(lows)
    high = next((high for high in sorted(highs) if high > low), None) if lows and highs else None
    return Span(low, high) if high is not None else None


def after(start: str) -> Span | None:
    """From a time to the end of the day."""
    choices = _choices(start)
    return Span(_daytime(choices), _DAY) if choices else None


def before(end: str) -> Span | None:
    """From the start of the day to a time."""
    choices = _choices(end)
    return Span(0, _daytime(choices)) if choices else None


def minus(spans: Iterable[Span], closed: Iterable[Span]) -> tuple[Span, ...]:
    """Spans without what is closed in between."""
    left = list(spans)
    for gap in closed:
        left = [
            piece
            for span in left
            for piece in (Span(span.start, min(span.end, gap.start)), Span(max(span.start, gap.end), span.end))
            if piece.start < piece.end
        ]
    return tuple(left)


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order, those that overlap made one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start < found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def both(spans: Iterable[Span], others: Iterable[Span]) -> tuple[Span, ...]:
    """What lies in both."""
    others = list(others)
    pairs = ((max(one.start, other.start), min(one.end, other.end)) for one in spans for other in others)
    return tuple(Span(low, high) for low, high in pairs if low < high)


def _daytime(choices: list[int]) -> int:
    """Of the two hours that "5" may be the one in the working day: 6 to 5:59 pm."""
    return next((one for one in choices if _FIRST_HOUR <= one < _FIRST_HOUR + _NOON), choices[0]) if choices else 0


def _choices(text: str) -> list[int]:
    """The minutes that a time may stand for: one, or two where am or pm is missing."""
    text = text.strip().lower()
    if text in ("noon", "midnight"):
        return [_NOON if text == "noon" else _DAY]
    found = _PARTS.fullmatch(text)
    if not found or int(found["hour"]) > 24 or int(found["minute"] or 0) > 59:
        return []
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        return [(hour % 12 + (12 if found["half"] == "p" else 0)) * 60 + minute] if 1 <= hour <= 12 else []
    if hour > 12 or hour == 0 or text.startswith("0"):
        return [hour * 60 + minute] if hour * 60 + minute <= _DAY else []
    return [hour % 12 * 60 + minute, (hour % 12 + 12) * 60 + minute]
