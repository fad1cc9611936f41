"""Stream the rows of an NPPES dissemination file in batches, with flat memory.

Most lines are cut by hand: every value stands in quotes, so a line that holds exactly one `","` less than the file has
columns can be split there, four times as fast as by the csv module. The odd line (an escaped quote, a line break in a
value) goes to the csv module. Territory filters look at the raw line before anything else.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from crm.sources.archives import Lines, open_lines
from crm.sources.errors import BadFile
from crm.sources.nppes_layout import COLUMNS, SWITCHES_SAY_PRIMARY, TAB, Layout, Row, read_header

SEPARATOR = b'","'
SEPARATOR_TEXT = SEPARATOR.decode()
RAW_TAB, RAW_PRIMARY = TAB.encode(), SWITCHES_SAY_PRIMARY.encode()
LINE_ENDS = (b'"\n', b'"\r\n')
LINES_A_VALUE_MAY_SPAN = 20
BATCH = 2_500
SEEN_PER_BATCH = 100_000
_NOT_TEXT = "has bytes that are not UTF-8. Please import the file as it came from CMS, not as another program saved it."
_CUT = (
    "has {found} columns where {width} belong, so the file is damaged or was not downloaded completely. "
    "Please download it again; nothing was changed."
)


@dataclass(frozen=True)
class Filters:
    """Which rows are wanted; empty wants all. Deactivations are always wanted: they carry no address.

    `wants_taxonomy` decides about a primary taxonomy code; every code that it wants begins with one of `beginnings`.
    """

    states: frozenset[str] = frozenset()
    zips: frozenset[str] = frozenset()
    wants_taxonomy: Callable[[str], bool] | None = None
    beginnings: frozenset[str] = frozenset()

    def wants(self, text: str) -> bool:
        """Whether a row passes."""
        row = Row.read(text)
        if not row.entity and row.deactivated:
            return True
        return (
            (not self.states or row.state.upper() in self.states)
            and (not self.zips or row.postal[:5] in self.zips)
            and (self.wants_taxonomy is None or self.wants_taxonomy(row.taxonomy))
        )

    def __bool__(self) -> bool:
        return bool(self.states or self.zips or self.wants_taxonomy)


@dataclass
class Batch:
    """Wanted rows as text (see `Row`), and how many rows of the file were read for them."""

    rows: list[str] = field(default_factory=list)
    seen: int = 0
    filtered: int = 0
    position: int = 0


@contextmanager
def open_nppes(path: Path) -> Iterator[NppesFile]:
    """Open a CSV or a zip from CMS; BadFile if its first line isn't that of an NPPES file."""
    with open_lines(path, "npidata_pfile") as lines:
        stream = iter(lines)
        header = next(stream, b"")
        if not header.strip():
            raise BadFile(f"{path.name} is empty.")
        yield NppesFile(lines, stream, read_header(header))


class NppesFile:
    """An open file whose header is known to be right."""

    def __init__(self, lines: Lines, stream: Iterator[bytes], layout: Layout) -> None:
        self._lines = lines
        self._stream = stream
        self._layout = layout
        self._line = 1
        self.total = lines.total

    def batches(self, filters: Filters, size: int = BATCH) -> Iterator[Batch]:
        """Every row of the file, in batches of about `size` wanted ones. BadFile at the first broken line."""
        keep = _raw_filter(filters, self._layout)
        parse, wants = self._parser(), filters.wants if filters else None
        batch = Batch()
        for line in self._stream:
            self._line += 1
            batch.seen += 1
            if keep is not None and not keep(line) and line.endswith(LINE_ENDS) and line.isascii():
                batch.filtered += 1
            else:
                row = parse(line)
                if wants is None or wants(row):
                    batch.rows.append(row)
                else:
                    batch.filtered += 1
            if len(batch.rows) >= size or batch.seen >= SEEN_PER_BATCH:
                batch.position = self._lines.position()
                yield batch
                batch = Batch()
        batch.position = self.total
        yield batch

    def _parser(self) -> Callable[[bytes], str]:
        layout, pick, head = self._layout, self._layout.pick(), self._layout.head
        separators, tabs, tail, (code, switch) = layout.width - 1, len(COLUMNS) - 1, layout.tail, layout.slots[0]
        code2, switch2 = (place - head for place in layout.slots[1])
        near = max(code2, switch2) + 1 if min(code2, switch2) >= 0 else 0

        def parse(line: bytes) -> str:
            if line.count(SEPARATOR) != separators or not line.endswith(LINE_ENDS):
                return self._odd(line)
            if not line.isascii():
                self._text(line)
            fields = line.split(SEPARATOR, head)
            values = RAW_TAB.join(pick(fields))
            if values.rfind(b'"') or values.count(RAW_TAB) != tabs:  # the one before the first value is at 0
                return self._odd(line)
            if fields[switch] != RAW_PRIMARY or not fields[code]:
                second = fields[head].split(SEPARATOR, near) if near else []
                if near and second[switch2] == RAW_PRIMARY and second[code2]:
                    return (values[1:] + RAW_TAB + second[code2]).decode()
                primary = layout.primary(line.decode().split(SEPARATOR_TEXT, tail))
                return f"{values[1:].decode()}{TAB}{primary}"
            return (values[1:] + RAW_TAB + fields[code]).decode()

        return parse

    def _odd(self, line: bytes) -> str:
        fields = self._read_slowly(line)
        if len(fields) != self._layout.width:
            raise BadFile(_CUT.format(found=len(fields), width=self._layout.width), self._line)
        return Row._make((*self._layout.pick()(fields), self._layout.primary(fields))).text()

    def _read_slowly(self, line: bytes) -> list[str]:
        start = self._line
        try:
            return next(csv.reader(chain([self._text(line)], self._following(start)), strict=True), [])
        except csv.Error:
            raise BadFile(_CUT.format(found="too few", width=self._layout.width), start) from None

    def _following(self, start: int) -> Iterator[str]:
        for line in self._stream:
            self._line += 1
            if self._line - start > LINES_A_VALUE_MAY_SPAN:
                raise BadFile(
                    "has a quote that is never closed, so the file is damaged. Please download it again.", start
                )
            yield self._text(line)

    def _text(self, line: bytes) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError:
            raise BadFile(_NOT_TEXT, self._line) from None


def _raw_filter(filters: Filters, layout: Layout) -> Callable[[bytes], bool] | None:
    """A test of the raw line that may let too much through, never too little; None if all rows are wanted."""
    if filters.states or filters.zips:
        return _by_place(filters, layout)
    if filters.wants_taxonomy and filters.beginnings:
        return _by_taxonomy(filters.beginnings)
    return None


def _by_place(filters: Filters, layout: Layout) -> Callable[[bytes], bool]:
    states = frozenset(state.encode() for state in filters.states)
    zips = frozenset(code.encode() for code in filters.zips)
    entity, state, postal = (layout.positions[name] for name in ("entity", "state", "postal"))
    last = max(entity, state, postal) + 1

    def keep(line: bytes) -> bool:
        fields = line.split(SEPARATOR, last)
        if len(fields) <= last or not fields[entity]:
            return True
        return (not states or fields[state] in states) and (not zips or fields[postal][:5] in zips)

    return keep


def _by_taxonomy(beginnings: frozenset[str]) -> Callable[[bytes], bool]:
    choices = b"|".join(re.escape(code.encode()) for code in sorted(beginnings))
    wanted = re.compile(b'"(?:' + choices + b")").search

    def keep(line: bytes) -> bool:
        return wanted(line) is not None or SEPARATOR * 2 in line[:20] or not line.startswith(b'"')

    return keep
