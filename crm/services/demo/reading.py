"""The sample data's text, line by line, as plain values. See `cast.py` for how it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from crm.domain.kinds import ActivityKind, ContactRole, Outcome, ReferralHow, ReferralStatus, TaskKind
from crm.domain.pipeline import Stage
from crm.services.demo import cast
from crm.services.demo.cast_past import PAST

_EVENT = re.compile(r"-(\d+) (\w+)(?: (\w+|-))?(?: > (\w+))?$")


@dataclass(slots=True)
class Contact:
    """Somebody at a practice."""

    name: str
    role: ContactRole
    remarks: str


@dataclass(slots=True)
class Place:
    """A practice."""

    key: str
    name: str
    line1: str
    line2: str
    nth_zip: int
    phone: str
    hours: str
    visitor_policy: str
    contacts: list[Contact] = field(default_factory=list)


@dataclass(slots=True)
class Happened:
    """A line of the timeline, so many days ago."""

    days_ago: int
    kind: ActivityKind
    outcome: Outcome | None
    stage: Stage | None
    summary: str
    body: str


@dataclass(slots=True)
class Due:
    """An open follow-up."""

    kind: TaskKind
    in_days: int
    title: str
    why: str
    waiting_for: str = ""


@dataclass(slots=True)
class Referred:
    """A referral, received so many days ago."""

    days_ago: int
    service: str
    how: ReferralHow
    status: ReferralStatus
    reason: str


@dataclass(slots=True)
class Planned:
    """A planned visit."""

    in_days: int
    purpose: str


@dataclass(slots=True)
class Person:
    """A provider with a history."""

    name: str
    code: str
    place: str
    marks: list[str]
    stage: Stage
    events: list[Happened] = field(default_factory=list)
    due: list[Due] = field(default_factory=list)
    referrals: list[Referred] = field(default_factory=list)
    visits: list[Planned] = field(default_factory=list)
    aside: str = ""
    return_in: int | None = None

    def marked(self, name: str) -> list[str]:
        """The values of a mark: `tags=a+b` gives ["a", "b"], a bare one [""], a missing one []."""
        found = [mark.partition("=")[2] for mark in self.marks if mark.partition("=")[0] == name]
        return found[0].split("+") if found else []


def places() -> list[Place]:
    """Every practice with the people at its desk."""
    found: list[Place] = []
    for sign, parts in _lines(cast.PRACTICES):
        if sign == "@":
            key, name, line1, line2, nth, phone, hours, policy = parts
            found.append(Place(key, name, line1, line2, int(nth), phone, hours, policy))
        else:
            found[-1].contacts.append(Contact(parts[0], ContactRole(parts[1]), parts[2]))
    return found


def people() -> list[Person]:
    """Every provider, in the order of the text."""
    found: list[Person] = []
    for sign, parts in _lines(cast.PARTNERS + cast.WARM + cast.EARLY + cast.REST + PAST):
        if sign == "*":
            stage = Stage(parts[-1])
            marks = parts[3].split() if len(parts) > 4 else []
            found.append(Person(parts[0], parts[1], parts[2], marks, stage))
        else:
            _tell(found[-1], sign, parts)
    return found


def _tell(person: Person, sign: str, parts: list[str]) -> None:
    if sign == "-":
        person.events.append(_event(parts))
    elif sign in "!?":
        kind, _, days = parts[0].rpartition(" ")
        why = parts[2] if len(parts) > 2 else ""
        waits = {"why": "", "waiting_for": why} if sign == "?" else {"why": why}
        person.due.append(Due(TaskKind(kind), int(days), parts[1], **waits))
    elif sign == "#":
        days, service, how, status = parts[0].split()
        person.referrals.append(Referred(int(days), service, ReferralHow(how), ReferralStatus(status), parts[1]))
    elif sign == "%":
        person.visits.append(Planned(int(parts[0]), parts[1]))
    else:
        person.aside = parts[0]
        person.return_in = int(parts[1]) if len(parts) > 1 else None


def _event(parts: list[str]) -> Happened:
    found = _EVENT.match(f"-{parts[0]}")
    if found is None:
        raise ValueError(f"this line of the sample data can't be read: -{parts[0]}")
    days, kind, outcome, stage = found.groups()
    return Happened(
        days_ago=int(days),
        kind=ActivityKind(kind),
        outcome=None if outcome in (None, "-") else Outcome(outcome),
        stage=Stage(stage) if stage else None,
        summary=parts[1] if len(parts) > 1 else "",
        body=parts[2] if len(parts) > 2 else "",
    )


def _lines(text: str) -> Iterator[tuple[str, list[str]]]:
    for line in filter(str.strip, text.splitlines()):
        sign, rest = line.strip()[0], line.strip()[1:]
        yield sign, [part.strip() for part in rest.split("|")]
