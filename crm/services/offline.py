"""What a phone keeps for when there is no signal: today's and tomorrow's visits with their sheets and papers.

Each has a version, made of whatever the page tells of, so that a phone fetches again only what changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from sqlmodel import Session

from crm.domain.kinds import VisitState
from crm.domain.papers import TITLES, DocumentKind
from crm.models.visits import Visit
from crm.services import visit_reports
from crm.store import offline as store

DAYS = 2
"""Today and tomorrow."""

MOST_CALLS = 12
"""Follow-ups that are visits without one planned: as many as fit into a day."""


class Keep(StrEnum):
    """What a page is."""

    TODAY = "today"
    DAY = "day"
    SHEET = "sheet"
    UNPLANNED = "unplanned"
    PAPER = "paper"
    PACK = "pack"


@dataclass(frozen=True, slots=True)
class Kept:
    """One page to keep. Which of the numbers it has depends on what it is.

    `is_led_to`: this is the sheet that opens when the provider's is asked for, since a visit is planned.
    """

    what: Keep
    title: str
    version: str
    day: date
    visit_id: int | None = None
    provider_id: int | None = None
    paper: DocumentKind | None = None
    is_led_to: bool = False


def worth_keeping(session: Session, user_id: int, *, today: date, release: str) -> list[Kept]:
    """What this person needs on the road, the most needed first. `release` changes when the pages' look does."""
    days = [today + timedelta(days=ahead) for ahead in range(DAYS)]
    around = (release, today, *store.house_marks(session, user_id))
    visits = [*store.visits_on(session, user_id, days), *store.overdue(session, user_id, today, MOST_CALLS)]
    calls = store.visits_without_plan(session, user_id, days[-1], MOST_CALLS)
    led_to = _led_to([visit for visit, _ in visits], today)
    whom = {visit.provider_id for visit, _ in visits} | {call.provider_id for call in calls}
    marks, owing = store.marks(session, whom), store.owing(session, whom)
    sheets = [
        replace(
            _sheet(visit, name, (*around, *marks[visit.provider_id], *_reports(session, visit, owing, today))),
            is_led_to=visit.id in led_to,
        )
        for visit, name in visits
    ]
    unplanned = [_call(call, today, (*around, *marks[call.provider_id])) for call in calls]
    whole = _version(*around, *store.latest(session), *(one.version for one in (*sheets, *unplanned)))
    papers = [paper for (visit, _), sheet in zip(visits, sheets, strict=True) for paper in _papers(visit, sheet)]
    return [Kept(Keep.TODAY, "Today", whole, today), *sheets, *unplanned, *_day_pages(sheets, days, whole), *papers]


def _led_to(visits: Sequence[Visit], today: date) -> set[int | None]:
    """Of each provider the visit whose day has come or gone, the latest first; else the next."""
    planned = [visit for visit in visits if visit.state is VisitState.PLANNED]
    by_rank = sorted(planned, key=lambda visit: (visit.planned_on > today, abs(visit.planned_on - today)))
    return {visit.id for visit in {visit.provider_id: visit for visit in reversed(by_rank)}.values()}


def _reports(session: Session, visit: Visit, owing: Collection[int], today: date) -> list[object]:
    """What a report that is handed over says, and whether it may leave: both change with the client's file."""
    if visit.provider_id not in owing or visit.state is not VisitState.PLANNED:
        return []
    found = visit_reports.of_visit(session, visit.provider_id, visit, today=today)
    return [(each, each.report) for each in found]


def _sheet(visit: Visit, name: str, marks: Sequence[object]) -> Kept:
    told = _version(*marks, visit.revision, visit.updated_at, visit.state)
    return Kept(Keep.SHEET, name, told, visit.planned_on, visit.id, visit.provider_id)


def _call(call: store.Call, today: date, marks: Sequence[object]) -> Kept:
    return Kept(Keep.UNPLANNED, call.name, _version(*marks), today, provider_id=call.provider_id)


def _day_pages(sheets: Sequence[Kept], days: Sequence[date], whole: str) -> list[Kept]:
    """The route of each day, and its papers in one file where there is somebody to visit."""
    routes = [Kept(Keep.DAY, "The day’s route", whole, day) for day in days]
    told = {day: [sheet.version for sheet in sheets if sheet.day == day] for day in days}
    packs = [Kept(Keep.PACK, "All papers of the day", _version(*told[day]), day) for day in days if told[day]]
    return [*routes, *packs]


def _papers(visit: Visit, sheet: Kept) -> list[Kept]:
    """The materials of a visit that are papers of ours."""
    known = {kind.value: kind for kind in DocumentKind}
    kinds = [known[name] for name in dict.fromkeys(visit.materials) if name in known]
    return [
        Kept(Keep.PAPER, TITLES[kind], sheet.version, sheet.day, visit.id, visit.provider_id, kind) for kind in kinds
    ]


def _version(*marks: object) -> str:
    return hashlib.sha256("|".join(map(str, marks)).encode()).hexdigest()[:16]
