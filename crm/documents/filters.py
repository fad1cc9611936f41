"""The filters that templates may use. Text that was made (Markup) stays so; other text is data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from jinja2.runtime import Undefined
from markupsafe import Markup

from crm.documents.guard import looked_through
from crm.documents.prose import protect
from crm.domain import wording


def _text_filter(change: Callable[[str], str]) -> Callable[[object], object]:
    def changed(value: object) -> object:
        if isinstance(value, Undefined) or not isinstance(value, str):
            return value
        looked_through(value)
        return Markup(change(str(value))) if isinstance(value, Markup) else change(value)  # noqa: S704

    return changed


def _default(value: object, instead: object = "") -> object:
    return instead if isinstance(value, Undefined) or value in ("", None, ()) else value


def _join(values: object, conjunction: str = "and") -> object:
    if isinstance(values, Undefined) or not isinstance(values, tuple):
        return values
    return wording.listed([str(value) for value in values], str(conjunction))


def _link(value: object) -> object:
    """An address that becomes a link, if it is one of the web."""
    if not isinstance(value, str) or not re.match(r"https?://[^\s<>\"]+$", value):
        return value
    return Markup(f"<{protect(value)}>")  # noqa: S704


FILTERS: Mapping[str, Callable[..., Any]] = {
    "possessive": _text_filter(wording.possessive),
    "article": _text_filter(wording.article),
    "capitalized": _text_filter(wording.capitalized),
    "lower": _text_filter(str.lower),
    "trim": _text_filter(str.strip),
    "default": _default,
    "listed": _join,
    "link": _link,
}
