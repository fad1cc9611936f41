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
