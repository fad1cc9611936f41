"""What a merge field is: its meaning, an example, and where to fill it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

ON_BUSINESS = "in Settings › Business"
ON_YOU = "in Settings › You"
ON_PROVIDER = "on {of} page"
ON_PRACTICE = "on the page of {of} practice"
ON_TIMELINE = "on {of} timeline"
BY_ITSELF = ""


@dataclass(frozen=True, slots=True)
class Fields:
    """A record as templates see it. `of` names whose it is, in the possessive ("Dr. Okafor’s"), for messages."""

    #: The name of the record in templates, and in words for people.
    record: ClassVar[str] = ""
    title: ClassVar[str] = ""

    of: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class MergeField:
    """What is known about `{{ record.name }}`."""

    record: str
    name: str
    label: str
    meaning: str
    example: str
    where: str
    many: bool = False

    @property
    def path(self) -> str:
        """As it is written in a template: "provider.salutation"."""
        return f"{self.record}.{self.name}"


def says(label: str, meaning: str, example: str, where: str = BY_ITSELF, *, many: bool = False) -> Any:
    """A merge field of a dataclass; empty unless given."""
    described = {"label": label, "meaning": meaning, "example": example, "where": where, "many": many}
    if many:
        return field(default=(), metadata=described)
    return field(default="", metadata=described)
