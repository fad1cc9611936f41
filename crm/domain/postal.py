"""A postal address written on one line, taken apart."""

from __future__ import annotations

import re
from typing import NamedTuple

from crm.domain.errors import Invalid

_END = re.compile(r"^(?:(?P<city>.*?)[\s,]+)?(?P<state>[A-Za-z]{2})[\s,]+(?P<zip>\d{5})(?:-?\d{4})?$")
_UNIT = re.compile(r"^(?:suite|ste|unit|apt|room|floor|fl|bldg|building|#)\b.*|^#.*", re.IGNORECASE)


class PostalAddress(NamedTuple):
    """Where mail for the trainer goes. `line2` is the suite."""

    line1: str
    line2: str
    city: str
    state: str
    zip: str


def parse(text: str) -> PostalAddress:
    """Take "2400 Main St, Suite 4, Houston, TX 77002" apart; Invalid when street, city, state or ZIP is missing."""
    parts = [part.strip() for part in re.split(r"[,\n]+", text) if part.strip()]
    if parts and parts[-1].upper() in {"US", "USA", "UNITED STATES"}:
        parts.pop()
    if len(parts) > 1 and re.fullmatch(r"\d{5}(?:-?\d{4})?", parts[-1]):
        parts[-2:] = [f"{parts[-2]} {parts[-1]}"]
    found = _END.match(parts[-1]) if parts else None
    if found is None:
        raise _unreadable()
    before = parts[:-1]
    city = (found["city"] or "").strip() or (before.pop() if len(before) > 1 else "")
    lines = before
    if not lines or not city:
        raise _unreadable()
    units = [line for line in lines[1:] if _UNIT.match(line)]
    streets = [line for line in lines if line not in units]
    return PostalAddress(", ".join(streets), ", ".join(units), city, found["state"].upper(), found["zip"])


def _unreadable() -> Invalid:
    return Invalid({"address": "Write the address as “2400 Main St, Houston, TX 77002”: street, city, state and ZIP."})
