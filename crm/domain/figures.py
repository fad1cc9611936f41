"""Figures that can be opened: each says how many, and by its key which rows it was counted from.

There are exactly as many rows behind a key as the figure says. A key is a name and, where there are several of a kind,
an argument: `referral.received`, `cohort.started_30:2026-03`, `by.specialty.started:orthopedics`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crm.domain.conversion import Rate

FEW = 5
"""Fewer than this many are marked as few, and listed after those that can be ranked."""


class RowKind(StrEnum):
    """What the rows behind a figure are."""

    REFERRAL = "referral"
    PROVIDER = "provider"
    VISIT = "visit"
    REPORT = "report"
    SESSION = "session"
    ENROLLMENT = "enrollment"


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows there are behind a key."""

    key: str
    value: int


@dataclass(frozen=True, slots=True)
class Money:
    """Cents, and the key of the rows they are the sum of."""

    key: str
    cents: int


@dataclass(frozen=True, slots=True)
class Part:
    """So many of so many, both with the rows behind them."""

    part: Count
    whole: Count

    @property
    def rate(self) -> Rate:
        """ "3 of 7", its share and its interval."""
        return Rate(self.part.value, self.whole.value)

    @property
    def is_few(self) -> bool:
        """Too few to lean on."""
        return self.whole.value < FEW


@dataclass(frozen=True, slots=True)
class FigureKey:
    """The key of a figure, taken apart: name, and an argument or ""."""

    name: str
    argument: str = ""

    def __str__(self) -> str:
        return f"{self.name}:{self.argument}" if self.argument else self.name


def key(name: str, argument: object = "") -> str:
    """The key of a figure."""
    return str(FigureKey(name, str(argument)))


def read_key(text: str) -> FigureKey:
    """A key taken apart."""
    name, _, argument = text.partition(":")
    return FigureKey(name, argument)
