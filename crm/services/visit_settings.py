"""What the business says about visits: how long one lasts, and what a driven mile counts for."""

from __future__ import annotations

from collections.abc import Mapping

from crm.domain import mileage
from crm.domain.errors import Invalid
from crm.models.accounts import Business

SHORTEST, LONGEST = 5, 240


def read(values: Mapping[str, str]) -> dict[str, int | None]:
    """The columns of what is named in `values`: `visit_minutes`, and `mileage_mills` from `mileage_rate`."""
    clean: dict[str, int | None] = {}
    errors: dict[str, str] = {}
    if "visit_minutes" in values:
        minutes = values["visit_minutes"].strip()
        if minutes.isascii() and minutes.isdigit() and SHORTEST <= int(minutes) <= LONGEST:
            clean["visit_minutes"] = int(minutes)
        else:
            errors["visit_minutes"] = f"A visit lasts {SHORTEST} to {LONGEST} minutes. Write a number, such as 20."
    if "mileage_rate" in values:
        try:
            clean["mileage_mills"] = mileage.read_rate(values["mileage_rate"])
        except Invalid as error:
            errors |= error.errors
    if errors:
        raise Invalid(errors)
    return clean


def form(business: Business | None) -> dict[str, object]:
    """The same as fields show it."""
    if business is None:
        return {"visit_minutes": 20, "mileage_rate": ""}
    return {
        "visit_minutes": business.visit_minutes,
        "mileage_rate": mileage.rate_words(business.mileage_mills),
    }
