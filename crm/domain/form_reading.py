"""Reading the fields of a form: each as what it is meant to be, every error gathered before anything is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from crm.domain import privacy
from crm.domain.errors import Invalid

EnumT = TypeVar("EnumT", bound=StrEnum)

LONGEST = 2000
FIRST_YEAR = 1990


class Reading:
    """Reads one form. `errors` are by field; `finish` raises Invalid where there are any."""

    def __init__(self, form: Mapping[str, str], *, today: date) -> None:
        self.form = form
        self.today = today
        self.errors: dict[str, str] = {}

    def day(self, name: str, *, needed: str = "", future: bool = True, since: date | None = None) -> date | None:
        """A day. `needed` is what to say without one; `future` says whether it may be to come, `since` the earliest."""
        text = self.form.get(name, "").strip()
        if not text:
            if needed:
                self.refuse(name, needed)
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.refuse(name, "Write the day as year-month-day, such as 2026-03-04.")
            return None
        if day.year < FIRST_YEAR or day.year > self.today.year + 20:
            self.refuse(name, "Check the year.")
            return None
        if not future and day > self.today:
            self.refuse(name, "This day is still to come.")
            return None
        if since is not None and day < since:
            self.refuse(name, f"This is before {since:%B} {since.day}, {since.year}.")
            return None
        return day

    def number(self, name: str, low: int, high: int) -> int | None:
        """A whole number between two others; empty is none."""
        text = self.form.get(name, "").strip()
        if not text:
            return None
        if not (text.isascii() and text.isdigit()) or not low <= int(text) <= high:
            self.refuse(name, f"Type a whole number between {low} and {high}.")
            return None
        return int(text)

    def words(self, name: str, *, needed: str = "", longest: int = LONGEST, allowed: Iterable[str] = ()) -> str:
        """Free text that names nobody; `allowed` are names of providers, which may stand."""
        said = self.form.get(name, "").replace("\r\n", "\n").strip()
        found = privacy.identifiers(said, allowed=allowed)
        if found:
            self.refuse(name, privacy.sentence(found))
        elif len(said) > longest:
            self.refuse(name, f"Shorten this to {longest} letters.")
        elif needed and not said:
            self.refuse(name, needed)
        return said

    def one_of(self, enum: type[EnumT], name: str, *, needed: str = "Choose one.") -> EnumT | None:
        """A member by its value; empty is none where nothing is `needed`."""
        text = self.form.get(name, "")
        if not text and not needed:
            return None
        try:
            return enum(text)
        except ValueError:
            self.refuse(name, needed or "Choose one of the list.")
            return None

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return self.form.get(name, "") not in ("", "0")

    def refuse(self, name: str, sentence: str) -> None:
        """Note what is wrong with a field; the first about a field stays."""
        self.errors.setdefault(name, sentence)

    def finish(self) -> None:
        """Invalid with everything that was wrong."""
        if self.errors:
            raise Invalid(self.errors)
