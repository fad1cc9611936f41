"""Conversion with small numbers said to be small: counts first, an interval beside the rate."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

PRIOR = 10
"""How many referrals of the usual kind a share is mixed with before shares are compared with each other."""


class Dated(Protocol):
    """What a referral needs to be counted."""

    @property
    def received_on(self) -> date: ...
    @property
    def started_on(self) -> date | None: ...


@dataclass(frozen=True)
class Rate:
    """`part` of `whole`."""

    part: int
    whole: int

    def __post_init__(self) -> None:
        if not 0 <= self.part <= self.whole:
            raise ValueError(f"{self.part} of {self.whole} is no rate")

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def words(self) -> str:
        """ "3 of 7"."""
        return f"{self.part:,} of {self.whole:,}"

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of the share."""
        return wilson(self.part, self.whole)


@dataclass(frozen=True)
class Spread:
    """The middle of `n` whole numbers (days, touches), and the quartiles around it; None of nothing."""

    n: int = 0
    low: float | None = None
    median: float | None = None
    high: float | None = None


def spread(counts: Mapping[int, int]) -> Spread:
    """Median and quartiles of numbers, given how often each occurs.

    A quartile lies on the line between its two neighbours, as in spreadsheets (QUARTILE.INC): of 1, 2, 3, 4 the lower
    one is 1.75.
    """
    n = sum(counts.values())
    if n == 0:
        return Spread()
    ordered = sorted((value, count) for value, count in counts.items() if count)
    return Spread(n, *(_quantile(ordered, (n - 1) * part / 4) for part in (1, 2, 3)))


def _quantile(ordered: list[tuple[int, int]], place: float) -> float:
    below = math.floor(place)
    low, high = _at(ordered, below), _at(ordered, math.ceil(place))
    return low + (high - low) * (place - below)


def _at(ordered: list[tuple[int, int]], place: int) -> int:
    for value, count in ordered:
        if place < count:
            return value
        place -= count
    return ordered[-1][0]


def shrunken(rate: Rate, overall: Rate, prior: int = PRIOR) -> float:
    """The share, drawn towards the overall one as if `prior` more had come of which the overall share did well.

    The mean of a Beta distribution with the prior Beta(prior × overall, prior × (1 - overall)): 1 of 1 moves far, 80 of
    100 hardly. Lies between the raw share and the overall one. Without anything overall, a half stands for it.
    """
    usual = overall.share if overall.share is not None else 0.5
    return (rate.part + prior * usual) / (rate.whole + prior)


def wilson(part: int, whole: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's score interval for a share: honest at 1 of 1, never outside 0 to 1. (0, 1) for none."""
    if whole == 0:
        return 0.0, 1.0
    share = part / whole
    slack = z * z / whole
    center = (share + slack / 2) / (1 + slack)
    half = z / (1 + slack) * math.sqrt(share * (1 - share) / whole + slack / (4 * whole))
    # The ends are exact where the formula only comes close.
    return (0.0 if part == 0 else max(0.0, center - half)), (1.0 if part == whole else min(1.0, center + half))


def are_over(received_on: date, within_days: int, today: date) -> bool:
    """Whether so many days after a referral have passed, so that it can be judged by them."""
    return received_on + timedelta(days=within_days) < today


def started_of_received(
    referrals: Iterable[Dated], *, within_days: int | None = None, today: date | None = None
) -> Rate:
    """Started out of received. With `within_days` only referrals count whose days are over by `today`, so that the
    newest month doesn't look bad only for being new.
    """
    rows = list(referrals)
    if within_days is None:
        return Rate(sum(row.started_on is not None for row in rows), len(rows))
    limit = timedelta(days=within_days)
    ripe = [row for row in rows if today is None or are_over(row.received_on, within_days, today)]
    return Rate(
        sum(row.started_on is not None and row.started_on - row.received_on <= limit for row in ripe), len(ripe)
    )
