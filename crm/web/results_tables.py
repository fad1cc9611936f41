"""Tables of figures: one description for the page, for CSV and for workbooks, so that all three say the same.

A cell knows what it says, what it is worth to a spreadsheet, and the key of the rows behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from markupsafe import Markup

from crm.documents.tables import Table
from crm.domain.conversion import Rate, Spread
from crm.domain.figures import FEW, Count, Money, Part
from crm.web import filters

WIDEST = 4
"""Columns that fit beside another section."""


class Kind(StrEnum):
    """What stands in a column."""

    WORDS = "words"
    NUMBER = "number"
    RATE = "rate"
    SPREAD = "spread"
    MONEY = "money"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Head:
    """A column."""

    text: str
    kind: Kind = Kind.WORDS

    @property
    def exported(self) -> list[str]:
        """The columns it becomes in a spreadsheet, where counts, shares and intervals stand by themselves."""
        if self.kind is Kind.LINK:
            return []
        more = {
            Kind.RATE: ["of", "share", "between", "and"],
            Kind.SPREAD: ["lower quarter", "upper quarter", "counted"],
            Kind.MONEY: [],
        }.get(self.kind, [])
        first = f"{self.text}, median" if self.kind is Kind.SPREAD else self.text
        return [f"{first}, dollars" if self.kind is Kind.MONEY else first, *(f"{self.text}: {one}" for one in more)]


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says. `key` opens the rows behind it; `of` and `of_key` stand after a rate; `said` is on demand."""

    text: str
    values: tuple[object, ...]
    key: str = ""
    of: str = ""
    of_key: str = ""
    summary: str = ""
    said: str = ""
    small: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that belong together: a picture, the table that says the same, and what they mean.

    A `folded` table is opened on demand: its picture says it all at a glance.
    """

    slug: str
    title: str
    heads: tuple[Head, ...]
    lines: tuple[tuple[Cell, ...], ...]
    picture: Markup = field(default_factory=Markup)
    means: str = ""
    notes: tuple[str, ...] = ()
    empty: str = "Nothing in this period."
    folded: bool = False

    @property
    def is_wide(self) -> bool:
        """Whether its table needs the whole width."""
        return len(self.heads) > WIDEST

    @property
    def table(self) -> Table:
        """The same for a spreadsheet."""
        heads = [name for head in self.heads for name in head.exported]
        lines = [[value for cell in line for value in cell.values] for line in self.lines]
        return Table(self.title, heads, lines, tuple(filter(None, (self.means, *self.notes))))


def words(text: str, small: str = "", href: str = "") -> Cell:
    """Plain words."""
    return Cell(text, (text,), small=small, href=href)


def link(text: str, href: str) -> Cell:
    """A way on, which no spreadsheet needs."""
    return Cell(text, (), href=href)


def count(found: Count) -> Cell:
    """How many; nothing opens where there is nothing."""
    return Cell(f"{found.value:,}", (found.value,), key=found.key if found.value else "")


def number(value: float | None, said: str | None = None) -> Cell:
    """A number without rows of its own."""
    return Cell(said if said is not None else "" if value is None else f"{value:,}", (value,))


def part(found: Part) -> Cell:
    """ "3 of 7", both to be opened, with its share; of few no share is said aloud."""
    one, rate = found.rate, count(found.part)
    if not one.whole:
        return Cell("", (0, 0, None, None, None))
    low, high = one.interval
    share = one.share or 0.0
    return replace(
        rate,
        values=(one.part, one.whole, round(share, 4), round(low, 4), round(high, 4)),
        of=f"{one.whole:,}",
        of_key=found.whole.key,
        summary="few" if found.is_few else f"{share:.0%}",
        said=interval_words(one),
    )


def interval_words(rate: Rate) -> str:
    """What "3 of 7" says, and how little: "Between 16% and 75%, with 95% confidence."."""
    low, high = rate.interval
    said = f"Between {low:.0%} and {high:.0%}, with 95% confidence."
    return f"{said} A small number: take it as a first sign." if rate.whole < FEW * 2 else said


def spread(found: Spread, unit: str = "day") -> Cell:
    """The middle value, with the quarters and how many were counted on demand."""
    values = (found.median, found.low, found.high, found.n)
    if found.median is None or found.low is None or found.high is None:
        return Cell("", values)
    return Cell(
        _plain(found.median, unit),
        values,
        summary=f"of {found.n:,}",
        said=f"The middle half lies between {found.low:g} and {found.high:g}. Counted: {found.n:,}.",
    )


def money(found: Money) -> Cell:
    """An amount with the rows it is the sum of."""
    return Cell(filters.money(found.cents), (found.cents / 100,), key=found.key if found.cents else "")


def cents(amount: int | None) -> Cell:
    """An amount that was worked out."""
    return Cell(filters.money(amount), (None if amount is None else amount / 100,))


def share(value: float, *, few: bool = False) -> Cell:
    """A share that is an estimate rather than a count."""
    return Cell(f"about {value:.0%}", (round(value, 4),), small="few" if few else "")


def tables(sections: Iterable[Section]) -> list[Table]:
    """All of them for a workbook."""
    return [section.table for section in sections]


def find(sections: Sequence[Section], slug: str) -> Section | None:
    """The one of this name."""
    return next((section for section in sections if section.slug == slug), None)


def _plain(value: float, unit: str) -> str:
    return f"{value:g} {unit if value == 1 else unit + 's'}" if unit else f"{value:g}"
