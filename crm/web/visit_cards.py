"""What the cards of the week say: visits that are planned, and visits that are proposed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import current_app, url_for

from crm.domain import visit_materials
from crm.domain.kinds import VisitState
from crm.domain.office_clock import Span, spoken
from crm.domain.pipeline import Stage
from crm.domain.visit_hours import Door, Opening, opening
from crm.domain.visit_kinds import VisitKind, Visitors
from crm.services.merge import salutation
from crm.services.visit_proposals import Area, Proposal
from crm.services.visit_weeks import DAYS, Week, monday_of
from crm.store.visits import Planned
from crm.web.context import viewer_zone

LINES = 3
NAMES = {Visitors.BY_APPOINTMENT: "By appointment: call first", Visitors.NOT_WELCOME: "No visitors: call instead"}

ANY_TIME = opening(Door())


@dataclass(frozen=True)
class Card:
    """One card. `visit_id` is None while it is only proposed; `whys` are its reasons, `warning` speaks against it."""

    provider_id: int
    name: str
    href: str
    edit: str
    place: str
    stage: Stage
    visit_id: int | None = None
    task_id: int | None = None
    day: date | None = None
    at: str = ""
    purpose: str = ""
    whys: Sequence[str] = ()
    why_day: str = ""
    warning: str = ""
    objections: str = "{}"
    materials: Sequence[str] = ()
    done: bool = False
    talk: bool = False


@dataclass(frozen=True)
class Group:
    """Proposals of one area."""

    name: str
    miles: str
    cards: Sequence[Card]


@dataclass(frozen=True)
class Column:
    """One day with everything in it. `proposed` are those whom one tap plans on it."""

    day: date
    cards: Sequence[Card]
    busy: Sequence[str]
    followups: Sequence[object]
    more: int
    holiday: str
    is_past: bool
    is_quiet: bool
    proposed: Sequence[int]
    total: str


def columns(week: Week, groups: Sequence[Group], totals: dict[date, str], today: date) -> list[Column]:
    """The days of a week."""
    proposed = [card for group in groups for card in group.cards]
    return [
        Column(
            day=each.day,
            cards=[visit_card(line, each.openings.get(line.visit.id or 0, ANY_TIME)) for line in each.visits],
            busy=[_busy(span) for span in each.busy],
            followups=each.followups[:LINES],
            more=max(0, len(each.followups) - LINES),
            holiday=each.holiday,
            is_past=each.day < today,
            is_quiet=each.day.weekday() > 4 and not each.visits and not any(card.day == each.day for card in proposed),
            proposed=[card.provider_id for card in proposed if card.day == each.day],
            total=totals.get(each.day, ""),
        )
        for each in week.days
    ]


def groups(areas: Sequence[Area], today: date) -> list[Group]:
    """The proposals by area."""
    found = [(area, [proposal_card(each, today) for each in area.proposals]) for area in areas]
    return [Group(area.name, _far(area.miles), cards) for area, cards in found]


def visit_card(line: Planned, found: Opening) -> Card:
    """A visit of the week; `found` is when one may come there."""
    visit, provider, practice = line
    number = visit.id or 0
    return Card(
        provider_id=visit.provider_id,
        name=provider.display_name,
        href=url_for("visits.show" if has("visits.show") else "visits.edit", visit_id=number),
        edit=url_for("visits.edit", visit_id=number),
        place=_place(provider.display_name, practice.name if practice else provider.practice_name, provider.city),
        stage=provider.stage,
        visit_id=number,
        task_id=visit.task_id,
        day=visit.planned_on,
        at=at(visit.planned_at, practice.zone if practice else None),
        purpose=visit.purpose,
        warning=_warning(line, found),
        objections=_objections(line, found),
        materials=[each.words for each in visit_materials.read(visit.materials)],
        done=visit.state is VisitState.DONE,
        talk=visit.kind is VisitKind.IN_SERVICE,
    )


def proposal_card(proposal: Proposal, today: date) -> Card:
    """A visit that might be planned."""
    face = proposal.face
    found = proposal.suggestion.candidate.opening
    against = {day.isoformat(): why for day, why in proposal.suggestion.objections.items() if day >= today}
    return Card(
        provider_id=face.id,
        name=face.display_name,
        href=url_for("providers.show", provider_id=face.id),
        edit=url_for("visits.new", provider_id=face.id, task_id=proposal.task_id, planned_on=proposal.day),
        place=_place(face.display_name, face.practice_name, face.city),
        stage=face.stage,
        task_id=proposal.task_id,
        day=proposal.day,
        purpose=proposal.purpose,
        whys=[why.words for why in proposal.whys[:LINES]],
        why_day=proposal.suggestion.why_day,
        warning=NAMES.get(found.visitors, "") if proposal.day else _no_day(against),
        objections=json.dumps(against),
        materials=list(proposal.materials),
    )


def has(endpoint: str) -> bool:
    """Whether a page exists."""
    return endpoint in current_app.view_functions


def at(instant: datetime | None, zone: str | None) -> str:
    """The hour that was agreed, as clocks there show it."""
    if instant is None:
        return ""
    there = instant.astimezone(ZoneInfo(zone) if zone else viewer_zone())
    return spoken(there.hour * 60 + there.minute)


def _no_day(against: dict[str, str]) -> str:
    """Why no day is left, by what stands against most of them."""
    reasons = [why for why in against.values() if not why.startswith("No word")]
    most = max(reasons, key=reasons.count) if reasons else ""
    return f"No day left this week. {most}".strip()


def _warning(line: Planned, found: Opening) -> str:
    """What speaks against the day a visit is planned on; nothing does where an hour was agreed."""
    if line.visit.state is not VisitState.PLANNED or line.visit.planned_at is not None:
        return ""
    return found.objection(line.visit.planned_on, salutation(line.provider)) or NAMES.get(found.visitors, "")


def _objections(line: Planned, found: Opening) -> str:
    """Why days of the visit's week don't suit."""
    monday, called = monday_of(line.visit.planned_on), salutation(line.provider)
    days = [monday + timedelta(days=each) for each in range(DAYS)]
    return json.dumps({day.isoformat(): why for day in days if (why := found.objection(day, called))})


def _place(name: str, practice_name: str, city: str) -> str:
    """Where it is; an organization that is its own practice isn't named twice."""
    return " · ".join(part for part in (practice_name if practice_name != name else "", city) if part)


def _busy(span: Span) -> str:
    return "Busy all day" if span == Span(0, 24 * 60) else f"Busy {spoken(span.start)} to {spoken(span.end)}"


def _far(miles: float | None) -> str:
    return "" if miles is None else "under a mile from you" if miles < 1 else f"{miles:.0f} miles from you"
