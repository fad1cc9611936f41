"""What devices note after a visit, and what stands when two of them say different things: field by field the newer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from crm.domain.gifts import GiftKind
from crm.domain.kinds import ContactRole, Outcome, TaskKind
from crm.domain.visit_kinds import Interest, Met

Value = str | int | bool | None

FIELDS = ("met", "wants_sample", "interest", "said", "contact", "next")
"""What can be said once about a visit. `contact` is the id of whom one met; `next` is "call 2026-03-10", or "none"."""

NO_NEXT = "none"


@dataclass(frozen=True)
class Entry:
    """What one device says about one visit. None (or "") means: not said, which overrules nothing.

    `client_key` is the device's own, made once per entry; `made_at` its time of writing. `happened_on` is the day of
    the visit where it isn't that of writing. `email` is an address that was asked for on the spot. `instead_of` names
    entries of the same device that this one was made of, each of which may have arrived, or arrive later. `device` is
    the device's own mark; empty where it isn't known.
    """

    client_key: str
    made_at: datetime
    met: Met | None = None
    wants_sample: bool | None = None
    interest: Interest | None = None
    said: str | None = None
    contact_id: int | None = None
    new_contact: str = ""
    new_contact_role: ContactRole | None = None
    next_kind: TaskKind | None = None
    next_on: date | None = None
    no_next: bool = False
    gift_cents: int | None = None
    gift_kind: GiftKind | None = None
    gift_what: str = ""
    email: str = ""
    happened_on: date | None = None
    instead_of: tuple[str, ...] = ()
    device: str = ""


@dataclass(frozen=True)
class Word:
    """What one entry says, ready to be weighed: `fields` holds only what was said."""

    client_key: str
    made_at: datetime
    fields: Mapping[str, Value]


@dataclass(frozen=True)
class Standing:
    """What stands after weighing: the value and the time of each field, and by entry what was overruled."""

    values: Mapping[str, Value]
    times: Mapping[str, datetime]
    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    overruled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def weigh(words: Iterable[Word]) -> Standing:
    """The newest word on each field. Whatever the order of arrival and however often one arrived, the same stands.

    Of two words of the same instant, that with the greater key stays. Who says the same as what stands, isn't
    overruled.
    """
    newest: dict[str, Word] = {}
    said = {word.client_key: word for word in words}
    for word in sorted(said.values(), key=lambda each: (each.made_at, each.client_key)):
        newest |= dict.fromkeys((name for name in FIELDS if name in word.fields), word)
    values = {name: newest[name].fields[name] for name in FIELDS if name in newest}
    kept, overruled = {}, {}
    for key, word in said.items():
        mine = [name for name in FIELDS if name in word.fields]
        kept[key] = tuple(name for name in mine if newest[name].client_key == key)
        overruled[key] = tuple(name for name in mine if word.fields[name] != values[name])
    return Standing(values, {name: newest[name].made_at for name in values}, kept, overruled)


def outcome_of(values: Mapping[str, Value]) -> Outcome | None:
    """How the visit went, for the timeline."""
    met, sample = values.get("met"), bool(values.get("wants_sample"))
    if met in (None, Met.PROVIDER):
        return Outcome.WANTS_SAMPLE if sample else Outcome.CONVERSATION if met else None
    return {
        Met.STAFF: Outcome.STAFF_ONLY,
        Met.MATERIALS: Outcome.LEFT_MATERIALS,
        Met.NOT_POSSIBLE: Outcome.NOT_POSSIBLE,
    }[Met(str(met))]


def next_of(text: Value) -> tuple[TaskKind, date] | None:
    """The next step that a word names; None for none."""
    kind, _, day = str(text or NO_NEXT).partition(" ")
    return None if kind == NO_NEXT else (TaskKind(kind), date.fromisoformat(day))


MET_WORDS = {
    Met.PROVIDER: "met the provider",
    Met.STAFF: "met the staff only",
    Met.MATERIALS: "left materials",
    Met.NOT_POSSIBLE: "no visit was possible",
}


def in_words(fields: Mapping[str, Value], names: Iterable[str], people: Mapping[int, str]) -> str:
    """Some of what was said, as a line of the timeline; `people` are contacts by id."""
    said = [_words(name, fields[name], people) for name in FIELDS if name in set(names) and name in fields]
    text = "; ".join(each for each in said if each)
    return f"{text[:1].upper()}{text[1:]}"


def _words(name: str, value: Value, people: Mapping[int, str]) -> str:
    if name == "met":
        return MET_WORDS[Met(str(value))]
    if name == "wants_sample":
        return "wants a sample" if value else "no sample wanted"
    if name == "interest":
        return f"interest: {value}"
    if name == "said":
        return f"“{value}”" if value else "no note"
    if name == "contact":
        return f"spoke with {people.get(int(value or 0), 'somebody at the desk')}"
    step = next_of(value)
    return f"next: {step[0].value.replace('_', ' ')} on {step[1]:%a, %b} {step[1].day}" if step else "no next step"
