"""Hours as people write them ("Mon to Thu 8:30 to 5, Fri 8-12"), read into spans; what can't be read is named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from crm.domain.office_clock import CLOCK, Span, after, before, between, joined, minus
from crm.domain.office_days import DAYS, days_of

WORKDAYS = 31
NOON = 12 * 60
WHOLE_DAY = Span(0, 24 * 60)
# A full stop ends a clause, but not in "Mon.", "Thurs." or "p.m.".
_SEPARATORS = re.compile(
    r"[;\n()]+|\.(?=\s|$)(?<![ap]\.m\.)(?<!\b[a-z]{3}\.)(?<!\btues\.)(?<!\bthur\.)(?<!\bthurs\.)", re.IGNORECASE
)
_APPOINTMENT = re.compile(r"\b(?:by\s+)?(?:appointments?|appts?\b\.?)(?:\s+only)?", re.IGNORECASE)
_TO = r"\s*(?:-|–|—|\bto\b|\btill?\b|\buntil\b|\bthru\b|\bthrough\b)\s*"
_TOKEN = re.compile(
    rf"""(?P<allday>24\s*(?:hours|hrs|h)\b|24/7)
    |(?P<span>(?:\bfrom\s+|\bbetween\s+)?(?P<start>{CLOCK}){_TO}(?P<end>{CLOCK}))
    |(?P<among>\bbetween\s+(?P<first>{CLOCK})\s+and\s+(?P<last>{CLOCK}))
    |(?P<after>\b(?:after|from)\s+(?P<low>{CLOCK}))
    |(?P<before>\b(?:before|until|till?|by)\s+(?P<high>{CLOCK}))
    |(?P<days>{DAYS})
    |(?P<morning>\bmornings?\b|\ba\.?m\.?(?!\w))
    |(?P<afternoon>\bafternoons?\b|\bp\.?m\.?(?!\w))
    |(?P<closed>\bclosed\b|\bexcept\b|\bnot\b|\bno\b|\bnever\b|\blunch\b|\bbreak\b|\bbut\s+not\b)
    |(?P<word>[\w'’&/+-]+)
    |(?P<comma>,)""",
    re.IGNORECASE | re.VERBOSE,
)
_FILLERS = frozenset(
    "and & on open opens hours hour hrs office desk the from for of a at is are in only clinic we our see seen sees "
    "visits visit visitors visitor reps people welcome allowed time times each every week us during".split()
)
_FIXED = {"allday": WHOLE_DAY, "morning": Span(0, NOON), "afternoon": Span(NOON, 24 * 60)}


class _Token(NamedTuple):
    kind: str
    text: str
    days: int = 0
    span: Span | None = None


@dataclass(frozen=True)
class OfficeHours:
    """What a text says. `spans` by weekday (Monday 0): empty where it says closed, missing where it says nothing.

    `unread` holds words that were not understood; `by_appointment` is true where the text asks for one.
    """

    spans: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    by_appointment: bool = False

    @property
    def days(self) -> int:
        """The open days as a bit mask, Monday = 1 to Sunday = 64."""
        return sum(1 << day for day, spans in self.spans.items() if spans)

    @property
    def is_known(self) -> bool:
        """Whether it says anything about days or hours."""
        return bool(self.spans)

    def on(self, day: date) -> tuple[Span, ...] | None:
        """The spans of a day: empty when closed, None when nothing is said."""
        return self.spans.get(day.weekday())

    def is_open(self, day: date) -> bool | None:
        """Whether it is open that day; None when the text doesn't tell."""
        spans = self.on(day)
        return None if spans is None else bool(spans)


@dataclass
class _Group:
    """Days and hours that belong together while they are read."""

    days: int = 0
    spans: list[Span] = field(default_factory=list)
    closed: bool = False
    closed_first: bool = False
    hours_first: bool = False
    odd: bool = False
    comma: bool = False

    def takes_days(self) -> bool:
        """Whether further days belong here: "Mon, Wed", "8-5 Mon, Wed", "closed Sat, Sun"."""
        if self.closed:
            return not self.days if not self.closed_first else not (self.spans and self.comma)
        return not (self.days and self.spans) or self.hours_first

    def takes_hours(self, span: Span) -> bool:
        """Whether further hours belong here: "Mon 8-12, 1-5", "closed Wed 12-1"."""
        if self.closed:
            return not self.comma
        if self.hours_first and self.days:
            return False
        return all(span.start >= other.end or span.end <= other.start for other in self.spans)

    def says_something(self) -> bool:
        """Among words that weren't understood, only days with their hours count."""
        return bool(self.days and self.spans) if self.odd else bool(self.days or self.spans)


@lru_cache(maxsize=4096)
def read(text: str) -> OfficeHours:
    """The hours in a text. Days that a list of open ones leaves out are closed; hours without days mean Mon to Fri."""
    groups: list[_Group] = []
    unread: list[str] = []
    for clause in _SEPARATORS.split(_APPOINTMENT.sub(" ", text)):
        tokens = list(_tokens(clause))
        groups += _groups(tokens)
        unread += [" ".join(token.text for token in tokens if token.kind == "odd")]
    asks = bool(_APPOINTMENT.search(text))
    return OfficeHours(_week([group for group in groups if group.says_something()]), tuple(filter(None, unread)), asks)


@lru_cache(maxsize=4096)
def read_strictly(text: str) -> OfficeHours:
    """The same from free sentences: only clauses that were understood to the last word count."""
    clauses = [clause.strip() for clause in _SEPARATORS.split(_APPOINTMENT.sub(" ", text)) if clause.strip()]
    kept = [clause for clause in clauses if not read(clause).unread]
    left = tuple(clause for clause in clauses if read(clause).unread)
    return OfficeHours(read("; ".join(kept)).spans, left, bool(_APPOINTMENT.search(text)))


def _tokens(clause: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(clause):
        kind, words = str(found.lastgroup), found[0]
        if kind == "span":
            yield _hours(words, between(found["start"], found["end"]))
        elif kind == "among":
            yield _hours(words, between(found["first"], found["last"]))
        elif kind == "after":
            yield _hours(words, after(found["low"]))
        elif kind == "before":
            yield _hours(words, before(found["high"]))
        elif kind == "days":
            yield _Token("days", words, days=days_of(words))
        elif kind in _FIXED:
            yield _Token("span", words, span=_FIXED[kind])
        elif kind == "word":
            yield _Token("filler" if words.lower() in _FILLERS else "odd", words)
        else:
            yield _Token(kind, words)


def _hours(words: str, span: Span | None) -> _Token:
    return _Token("span", words, span=span) if span else _Token("odd", words)


def _groups(tokens: Iterable[_Token]) -> list[_Group]:
    """Days and hours put together as they stand: days first ("Mon 8-5") or hours first ("8-5 Mon")."""
    groups = [_Group()]
    for token in tokens:
        group = groups[-1]
        if token.kind == "days":
            if not group.takes_days():
                groups.append(group := _Group())
            group.days |= token.days
        elif token.span:
            if not group.takes_hours(token.span):
                groups.append(group := _Group())
            group.hours_first |= not group.days
            group.spans.append(token.span)
        elif token.kind == "closed":
            if group.spans:
                groups.append(group := _Group())
            group.closed_first |= not (group.closed or group.days)
            group.closed = True
        group.odd |= token.kind == "odd"
        group.comma = token.kind == "comma"
    return groups


def _week(groups: Sequence[_Group]) -> dict[int, tuple[Span, ...]]:
    week: dict[int, tuple[Span, ...]] = {}
    for group in groups:
        for day in _weekdays(group.days or WORKDAYS) if not group.closed else ():
            week[day] = joined((*week.get(day, ()), *(group.spans or [WHOLE_DAY])))
    said = set(week)
    for group in groups:
        for day in (_weekdays(group.days) or said) if group.closed else ():
            week[day] = minus(week.get(day, ()), group.spans) if group.spans else ()
    return week | {day: () for day in range(7) if said and day not in week}


def _weekdays(mask: int) -> list[int]:
    return [day for day in range(7) if mask >> day & 1]
