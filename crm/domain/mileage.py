"""A mileage log: miles of a day to a tenth, a rate in mills (tenths of a cent) for a mile, amounts in cents.

No rate is built in: tax offices set a new one for every year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from crm.domain.errors import Invalid

MOST_MILES = 1_000.0
MOST_MILLS = 5_000
_RATE = re.compile(r"\$?\s*(\d*\.?\d{0,3})")
_CENTS = re.compile(r"(\d{1,3}(?:\.\d)?)\s*(?:c|ct|cents?|¢)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LogDay:
    """One day: the way with its stops, and why. `driven` is what the person says it was, else None."""

    on: date
    start: str
    stops: tuple[str, ...]
    end: str
    purpose: str
    estimated: float
    driven: float | None = None
    remarks: str = ""

    @property
    def miles(self) -> float:
        """What counts: what was driven where it is known, else the estimate."""
        return self.estimated if self.driven is None else self.driven

    @property
    def is_estimate(self) -> bool:
        """Whether nobody has said what was driven."""
        return self.driven is None


@dataclass(frozen=True, slots=True)
class Sum:
    """Several days together. `cents` is None where there is no rate."""

    days: int
    visits: int
    miles: float
    estimated_days: int
    cents: int | None


def cents_of(miles: float, mills: int | None) -> int | None:
    """What so many miles come to; None without a rate."""
    if mills is None:
        return None
    return int((Decimal(str(miles)) * mills / 10).quantize(Decimal(1), ROUND_HALF_UP))


def total(days: Iterable[LogDay], mills: int | None) -> Sum:
    """The sum of days. Amounts are added up as they stand, so that it equals the column above it."""
    rows = list(days)
    amounts = [cents_of(row.miles, mills) for row in rows]
    return Sum(
        days=len(rows),
        visits=sum(len(row.stops) for row in rows),
        miles=round(sum(row.miles for row in rows), 1),
        estimated_days=sum(row.is_estimate for row in rows),
        cents=None if mills is None else sum(cents or 0 for cents in amounts),
    )


def read_rate(text: str, field: str = "mileage_rate") -> int | None:
    """Mills from dollars (".585", "$0.585") or cents ("58.5 cents"); None for nothing. Raises Invalid."""
    plain = text.strip()
    if not plain:
        return None
    in_cents, in_dollars = _CENTS.fullmatch(plain), _RATE.fullmatch(plain)
    if in_cents:
        mills = int(Decimal(in_cents[1]) * 10)
    elif in_dollars and in_dollars[1] not in {"", "."}:
        mills = int(Decimal(in_dollars[1]) * 1000)
    else:
        raise Invalid({field: "Write the rate in dollars a mile with a point, such as 0.50."})
    if not 0 < mills <= MOST_MILLS:
        raise Invalid({field: "A rate lies between a tenth of a cent and 5 dollars a mile. Write 0.50 for 50 cents."})
    return mills


def rate_words(mills: int | None) -> str:
    """0.585 for 585; two places where that is enough."""
    if mills is None:
        return ""
    return f"{mills / 1000:.3f}" if mills % 10 else f"{mills / 1000:.2f}"


def read_miles(text: str, field: str = "driven_miles") -> float | None:
    """Miles to a tenth; None for nothing. Raises Invalid."""
    plain = text.strip().replace(",", "").removesuffix("miles").removesuffix("mi").strip()
    if not plain:
        return None
    try:
        miles = Decimal(plain)
    except InvalidOperation:
        raise Invalid({field: "Write the miles as a number, such as 23.4."}) from None
    if not miles.is_finite() or not 0 <= miles <= Decimal(MOST_MILES):
        raise Invalid({field: "Miles of one day lie between 0 and 1,000."})
    return float(miles.quantize(Decimal("0.1"), ROUND_HALF_UP))
