"""Conversion with small numbers said to be small: counts first, an interval beside the rate."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol


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
        return f"{self.part} of {self.whole}"

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of the share."""
        return wilson(self.part, self.whole)


def wilson(part: int, whole: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's score interval for a share: honest at 1 of 1, never outside 0 to 1. (0, 1) for none."""
    if whole == 0:
        return 0.0, 1.0
    share = part / whole
    spread = z * z / whole
    center = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / whole + spread / (4 * whole))
    # The ends are exact where the formula only comes close.
    return (0.0 if part == 0 else max(0.0, center - half)), (1.0 if part == whole else min(1.0, center + half))


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
    ripe = [row for row in rows if today is None or row.received_on + limit <= today]
    return Rate(
        sum(row.started_on is not None and row.started_on - row.received_on <= limit for row in ripe), len(ripe)
    )
