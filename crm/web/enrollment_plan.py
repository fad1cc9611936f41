"""A dry run as its page shows it: by person, by day, and who is left out with the page that mends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import NamedTuple

from crm.domain.enclosures import Enclosure
from crm.domain.mail_kinds import StepKind
from crm.domain.papers import DocumentKind
from crm.domain.sequences import NotEnrolled
from crm.services import enrollment_dry_run as dry
from crm.services.enrollment_facts import Refused
from crm.web import filters, labels
from crm.web.mends import Mend, mends
from crm.web.sequence_words import step_title

READABLE = 60
"""People whose texts stand on the page; of more, one is as good as the other, and the page would weigh megabytes."""


class Step(NamedTuple):
    """A step on its day."""

    kind: StepKind
    name: str
    title: str
    on: date
    when: str
    subject: str
    text: str
    remarks: str
    file_name: str
    paper: str = ""
    pages: int = 0
    paper_kind: str = ""


class Person(NamedTuple):
    """Somebody who will be enrolled."""

    id: int
    name: str
    sub: str
    by_post: bool
    reason: str
    steps: Sequence[Step]

    @property
    def first(self) -> date:
        """The day of the first step."""
        return self.steps[0].on

    @property
    def last(self) -> date:
        """The day of the last step, if all goes by the plan."""
        return self.steps[-1].on


class LeftOut(NamedTuple):
    """Somebody who will not, with the reason."""

    id: int | None
    name: str
    detail: str
    asks_reason: bool
    mends: Sequence[Mend]


class Group(NamedTuple):
    """All who are left out for one reason. `shared` mends it for everybody at once."""

    why: str
    people: Sequence[LeftOut]
    shared: Sequence[Mend]


class What(NamedTuple):
    """The same step for some people on one day."""

    kind: StepKind
    title: str
    number: int


class Day(NamedTuple):
    """A day of the calendar."""

    on: date
    what: Sequence[What]


@dataclass(frozen=True)
class Plan:
    """The whole page."""

    people: Sequence[Person]
    left_out: Sequence[Group]
    days: Sequence[Day]
    first_mail: str

    @property
    def mails(self) -> int:
        """How many e-mails, if nobody answers."""
        return sum(step.kind is StepKind.EMAIL for person in self.people for step in person.steps)

    @property
    def tasks(self) -> int:
        """How many follow-ups for a person."""
        return sum(step.kind is not StepKind.EMAIL for person in self.people for step in person.steps)

    @property
    def refused(self) -> int:
        """How many are left out."""
        return sum(len(group.people) for group in self.left_out)


def of(found: dry.DryRun, zone: tzinfo, today: date) -> Plan:
    """The page of a dry run."""
    look = _Look(zone, today)
    people = [look.person(one, readable=number < READABLE) for number, one in enumerate(found.planned)]
    mails = [step.at for one in found.planned for step in one.steps if step.kind is StepKind.EMAIL]
    return Plan(
        people=people,
        left_out=_groups(found.refused),
        days=_days(people),
        first_mail=filters.moment(min(mails), zone, today) if mails else "",
    )


@dataclass(frozen=True)
class _Look:
    """What everybody on the page has in common."""

    zone: tzinfo
    today: date

    def person(self, one: dry.Planned, *, readable: bool) -> Person:
        """Somebody with all steps."""
        provider = one.provider
        place = provider.practice_name or provider.city
        sub = " · ".join(part for part in (labels.specialty(provider.specialty), place) if part)
        steps = [self.step(step, readable) for step in one.steps]
        return Person(provider.id or 0, provider.display_name, sub, one.by_post, one.reason, steps)

    def step(self, step: dry.Step, readable: bool) -> Step:
        """A step in words; mail has an hour, a follow-up a day."""
        on = step.at.astimezone(self.zone).date()
        is_mail, name = step.kind is StepKind.EMAIL, step_title(step)
        return Step(
            kind=step.kind,
            name=name,
            title=step.subject or name,
            on=on,
            when=filters.moment(step.at, self.zone, self.today) if is_mail else filters.day(on, self.today),
            subject=step.subject,
            text=step.text if readable else "",
            remarks=step.remarks,
            file_name=step.file_name,
            paper=Enclosure(DocumentKind(step.document_kind)).words if step.document_kind else "",
            pages=step.pages,
            paper_kind=step.document_kind,
        )


def _groups(refused: Sequence[Refused]) -> list[Group]:
    """By reason, those that concern everybody first."""
    by_reason: dict[str, list[LeftOut]] = {}
    for one in refused:
        by_reason.setdefault(one.sentence, []).append(_left_out(one))
    return sorted((_group(why, people) for why, people in by_reason.items()), key=lambda group: not group.shared)


def _group(why: str, people: Sequence[LeftOut]) -> Group:
    alike = all(one.mends == people[0].mends for one in people)
    return Group(why, people, people[0].mends if alike and people[0].mends and len(people) > 1 else ())


def _left_out(one: Refused) -> LeftOut:
    is_here = one.reason is not NotEnrolled.GONE
    about = one.other_id if one.reason is NotEnrolled.COLLEAGUE_ENROLLED and one.other_id else one.provider_id
    return LeftOut(
        id=one.provider_id if is_here else None,
        name=one.name or "Somebody who isn't here any more",
        detail=one.detail,
        asks_reason=one.reason is NotEnrolled.SCOPE_WARNING,
        mends=mends(one.reason, about, field=one.field),
    )


def _days(people: Sequence[Person]) -> list[Day]:
    counted: Counter[tuple[date, int, StepKind, str]] = Counter()
    for person in people:
        for position, step in enumerate(person.steps):
            counted[(step.on, position, step.kind, step.name)] += 1
    found: dict[date, list[What]] = {}
    for (on, _, kind, name), number in sorted(counted.items()):
        found.setdefault(on, []).append(What(kind, name, number))
    return [Day(on, what) for on, what in found.items()]
