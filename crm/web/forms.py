"""Reading forms: text to values, with errors that name the field."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TypeVar

from crm.domain.errors import Invalid
from crm.web.sessions import inside

EnumT = TypeVar("EnumT", bound=StrEnum)


def day_or_none(text: str | None, field: str) -> date | None:
    """A day as date fields send it (2026-03-04); empty is None, anything else is Invalid."""
    if not text or not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid({field: "Write the day as year-month-day, such as 2026-03-04."}) from None


def one_of(enum: type[EnumT], text: str | None, field: str) -> EnumT:
    """A member of `enum` by its value."""
    try:
        return enum(text or "")
    except ValueError:
        raise Invalid({field: "Choose one of the list."}) from None


def maybe_one_of(enum: type[EnumT], text: str | None, field: str) -> EnumT | None:
    """The same, where nothing chosen is fine."""
    return one_of(enum, text, field) if text else None


def way_back(page: str | None, otherwise: str) -> str:
    """The page of ours that a form names as `next`, else the usual one."""
    return inside(page) if page and inside(page) == page.strip() else otherwise
