"""Which providers a list shows and in which order. The address of the page is the filter, and a saved view is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Protocol, TypeVar

from crm.domain.addresses import proper_city
from crm.domain.pipeline import WORKED, Stage
from crm.domain.services import all_services
from crm.domain.taxonomy import specialties

E = TypeVar("E", bound=StrEnum)


class Sort(StrEnum):
    """Orders of the list; a minus before one in the address turns it round."""

    FIT = "fit"
    NAME = "name"
    DISTANCE = "distance"
    NEXT = "next"
    TOUCH = "touch"


class NextStep(StrEnum):
    """What is due. `NONE` looks at those somebody works with, `QUIET` at partners who have stopped referring."""

    OVERDUE = "overdue"
    TODAY = "today"
    SET = "set"
    NONE = "none"
    QUIET = "quiet"


class Touch(StrEnum):
    """How long ago the last touch was, in days; `WEEK` means within it."""

    NEVER = "never"
    WEEK = "week"
    OVER_30 = "30"
    OVER_90 = "90"
    OVER_180 = "180"


class Values(Protocol):
    """A query string."""

    def get(self, key: str, /) -> str | None: ...
    def getlist(self, key: str, /) -> Sequence[str]: ...


@dataclass(frozen=True)
class Filter:
    """What is asked for; empty fields ask for nothing. Peers and archived providers are left out unless asked for."""

    stages: tuple[Stage, ...] = ()
    specialties: tuple[str, ...] = ()
    service: str = ""
    city: str = ""
    miles: int = 0
    owner: str = ""
    next_step: NextStep | None = None
    touch: Touch | None = None
    tag: str = ""
    email: str = ""
    peers: bool = False
    archived: bool = False
    import_id: int = 0
    question: str = ""

    @property
    def wanted_specialties(self) -> tuple[str, ...]:
        """The specialties asked for by name or by a service that they refer to; both must hold."""
        if not self.service:
            return self.specialties
        serving = {key for key, found in specialties().items() if self.service in found.services}
        return tuple(sorted(serving & set(self.specialties) if self.specialties else serving)) or ("",)

    @property
    def wanted_stages(self) -> tuple[Stage, ...]:
        """The stages asked for, or those that the next step implies."""
        if self.next_step is NextStep.QUIET:
            return (Stage.PARTNER,)
        return self.stages or (WORKED if self.next_step is NextStep.NONE else ())


APPROACH = Filter(stages=(Stage.PROSPECT,))
"""Whom to approach first: the view one gets without asking for anything."""

NAMES = {"next_step": "next", "import_id": "import", "question": "q", "stages": "stage", "specialties": "specialty"}
ALL_STAGES = "all"


def read(values: Values) -> Filter:
    """The filter in a query string. What it doesn't know it leaves out, so that old addresses keep working."""
    asked = [name for name in _names() if any(text.strip() for text in values.getlist(name))]
    if not asked:
        return APPROACH
    return Filter(
        stages=tuple(stage for text in values.getlist("stage") if (stage := _member(Stage, text))),
        specialties=tuple(text for text in values.getlist("specialty") if text in specialties()),
        service=_one_of(values, "service", {service.key for service in all_services()}),
        city=proper_city((values.get("city") or "").strip()[:60].upper()),
        miles=_number(values, "miles"),
        owner=_owner(values),
        next_step=_member(NextStep, values.get("next")),
        touch=_member(Touch, values.get("touch")),
        tag=(values.get("tag") or "").strip()[:40],
        email=_one_of(values, "email", {"yes", "no"}),
        peers=values.get("peers") == "1",
        archived=values.get("archived") == "1",
        import_id=_number(values, "import"),
        question=(values.get("q") or "").strip()[:200],
    )


def write(wanted: Filter) -> list[tuple[str, str]]:
    """The filter as pairs of a query string; `read` gives it back."""
    if wanted == APPROACH:
        return []
    pairs = list(_pairs(wanted))
    return pairs or [("stage", ALL_STAGES)]


def _pairs(wanted: Filter) -> Iterator[tuple[str, str]]:
    for field in fields(Filter):
        value = getattr(wanted, field.name)
        name = NAMES.get(field.name, field.name)
        if isinstance(value, tuple):
            yield from ((name, str(one)) for one in value)
        elif value:
            yield name, "1" if value is True else str(value)


def _names() -> tuple[str, ...]:
    return tuple(NAMES.get(field.name, field.name) for field in fields(Filter))


def _member(kind: type[E], text: str | None) -> E | None:
    return kind(text) if text in {str(member) for member in kind} else None


def _one_of(values: Values, name: str, known: set[str]) -> str:
    text = values.get(name) or ""
    return text if text in known else ""


def _number(values: Values, name: str) -> int:
    text = (values.get(name) or "").strip()
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _owner(values: Values) -> str:
    text = values.get("owner") or ""
    return text if text in {"none", "me"} or text.isdecimal() else ""


def sorting(text: str | None) -> tuple[Sort, bool]:
    """The order in `sort=`, and whether it is turned round."""
    return _member(Sort, (text or "").removeprefix("-")) or Sort.FIT, (text or "").startswith("-")


def described(wanted: Filter, words: Mapping[str, str]) -> str:
    """The filter in a few words, for labels of bulk changes; `words` translates stages and the like."""
    return ", ".join(words.get(value, value) for _, value in _pairs(wanted)) or "everyone"
