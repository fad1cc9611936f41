"""What can be wrong with a template or with what it is filled with; each says what to do."""

from __future__ import annotations

from typing import Self

from crm.documents.merge import BusinessFields, PracticeFields, ProviderFields, TrainerFields
from crm.documents.merge_field import Fields, MergeField
from crm.domain.errors import HandoffError
from crm.domain.wording import capitalized

_WHOSE = {ProviderFields.record: "the provider’s", PracticeFields.record: "the provider’s"}
_PLACES = {TrainerFields.record: "Settings › You", BusinessFields.record: "Settings › Business"}


class MissingField(HandoffError):
    """A merge field that has no value. `field` is its label, `record` whose it is, `what_to_do` a sentence."""

    def __init__(self, known: MergeField, values: Fields, line: int = 0) -> None:
        self.path = known.path
        self.field = known.label
        self.record = _PLACES.get(known.record) or _whose(known, values)
        self.what_to_do = _what_to_do(known, values)
        self.line = line
        super().__init__(self.what_to_do)


class TemplateFault(HandoffError):
    """A template that can't be used, with the line and the reason."""

    def __init__(self, reason: str, *, template: str = "", line: int = 0) -> None:
        self.reason = reason
        self.template = template
        self.line = line
        super().__init__(f"{_position(template, line)}{reason}")

    def at(self, line: int) -> Self:
        """The same, at this line."""
        self.line = line
        self.args = (f"{_position(self.template, line)}{self.reason}",)
        return self


class UnknownField(TemplateFault):
    """A name that is no merge field."""

    def __init__(self, field: str, *, template: str = "", line: int = 0, meant: str = "") -> None:
        self.field = field
        self.meant = meant
        hint = f" Did you mean {{{{ {meant} }}}}?" if meant else ""
        super().__init__(f"{{{{ {field} }}}} is not a merge field.{hint}", template=template, line=line)


class TooMuch(TemplateFault):
    """A template that loops too often or writes too much."""


def _position(template: str, line: int) -> str:
    place = ", ".join(part for part in (template, f"line {line}" if line else "") if part)
    return f"{place}: " if place else ""


def _whose(known: MergeField, values: Fields) -> str:
    return values.of or _WHOSE.get(known.record, known.record)


def _what_to_do(known: MergeField, values: Fields) -> str:
    whose = _whose(known, values)
    if isinstance(values, PracticeFields) and not values.name and not values.street:
        return f"{_owner(whose)} has no practice: add one on the provider’s page."
    if not known.where:
        return f"“{known.label}” of {known.record} is empty, and this text needs it."
    return f"Fill in “{known.label}” {known.where.format(of=whose)}."


def _owner(possessive: str) -> str:
    """ "The provider" for "the provider’s", at the beginning of a sentence."""
    return capitalized(possessive.removesuffix("s").removesuffix("’"))
