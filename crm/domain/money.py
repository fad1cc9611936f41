"""Money is whole cents inside, dollars where people read and write it."""

from __future__ import annotations

import re

from crm.domain.errors import Invalid

_AMOUNT = re.compile(r"^\$?\s*(\d{1,3}(?:,\d{3})+|\d{1,7})(?:\.(\d{1,2}))?\s*$")


def cents(text: str, *, field: str) -> int | None:
    """What somebody typed, such as "95", "$1,250" or "87.50", in cents; None when nothing was typed."""
    text = text.strip()
    if not text:
        return None
    found = _AMOUNT.match(text)
    if found is None:
        raise Invalid({field: "Write an amount in dollars, such as 95 or 87.50."})
    return int(found[1].replace(",", "")) * 100 + int((found[2] or "0").ljust(2, "0"))


def dollars(amount: int | None) -> str:
    """Cents as they go into a field: "95", "87.50"; empty for None."""
    if amount is None:
        return ""
    return f"{amount // 100}" if amount % 100 == 0 else f"{amount / 100:.2f}"


def show(amount: int) -> str:
    """Cents as people read them: "$1,250" or "$99.50"; cents only where there are some."""
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), 100)
    return f"{sign}${whole:,}.{rest:02d}" if rest else f"{sign}${whole:,}"


def show_range(low: int | None, high: int | None) -> str:
    """ "$75–125", "from $2,000", or "" when there is no price."""
    if low is None:
        return f"up to {show(high)}" if high is not None else ""
    if high is None:
        return f"from {show(low)}"
    return show(low) if low == high else f"{show(low)}–{show(high).removeprefix('$')}"
