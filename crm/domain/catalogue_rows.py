"""The catalogue's CSV files, shipped with the code: facts in our own words, read once."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def catalogue_rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of `catalogue/<name>.csv` as column -> text."""
    text = files("crm.domain").joinpath("catalogue", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
