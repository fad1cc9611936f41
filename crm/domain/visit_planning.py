"""Which visits a week should hold, and on which day each: a score from reasons, days that suit, areas that belong
together. Rules of thumb; the person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from crm.domain.pipeline import Stage
from crm.domain.places import miles_between
from crm.domain.visit_hours import Opening

MOST = 24
"""Proposals for one week: more would be a list to work off, not a plan."""

MOST_A_DAY = 6
AREA_MILES = 3.0
NEARBY_MILES = 3.0
WORKDAY_MINUTES = 450
BETWEEN_MINUTES = 25
"""On the road and in the waiting room, for every visit."""


class Reason(StrEnum):
    """Why somebody should be visited."""

    TASK = "task"
    REPORT = "report"
    QUIET = "quiet"
    PROMISE = "promise"
    CADENCE = "cadence"
    NEARBY = "nearby"


class Point(NamedTuple):
    """Where something is."""

    lat: float
    lon: float


class Stop(NamedTuple):
    """Somewhere that one is on a day anyway."""

    name: str
    point: Point | None
    town: str = ""


@dataclass(frozen=True)
class Why:
    """One reason in words. `due_on` is the day by which it should be done, `title` what to do there."""

    reason: Reason
    words: str
    due_on: date | None = None
    title: str = ""
    task_id: int | None = None


@dataclass(frozen=True)
class Candidate:
    """Somebody who might be visited. `called` is how a sentence names them ("Dr. Kim")."""

    provider_id: int
    called: str
    stage: Stage
    fit: int
    opening: Opening
    whys: tuple[Why, ...]
    point: Point | None = None
    town: str = ""
    zip: str = ""


@dataclass(frozen=True)
class Day:
    """One day of the week: where one is already, how many visits still fit, and why none does if so."""

    day: date
    stops: tuple[Stop, ...] = ()
    room: int = MOST_A_DAY
    shut: str = ""


@dataclass(frozen=True)
class Suggestion:
    """A candidate with the day that suits best (None when none does), why, and why the others don't."""

    candidate: Candidate
    day: date | None
    why_day: str
    objections: Mapping[date, str]


@dataclass(frozen=True)
class Area:
    """Proposals near each other."""

    name: str
    suggestions: tuple[Suggestion, ...]


_WEIGHTS: Mapping[Reason, int] = {
    Reason.TASK: 50,
    Reason.REPORT: 45,
    Reason.QUIET: 40,
    Reason.PROMISE: 25,
    Reason.CADENCE: 22,
    Reason.NEARBY: 5,
}
_STAGES: Mapping[Stage, int] = {
    Stage.PARTNER: 12,
    Stage.TRIAL: 10,
    Stage.SAMPLE_SENT: 8,
    Stage.INTRODUCED: 6,
    Stage.CONTACTED: 3,
}
_LATE_MOST = 20
_FURTHER = 0.4
#: Miles to the nearest stop of a day, and what that is worth.
_NEAR = ((1.0, 6.0), (3.0, 4.5), (6.0, 3.0), (10.0, 1.0))
_FAR_MILES, _FAR = 15.0, -2.0


def score(candidate: Candidate, today: date) -> float:
    """The strongest reason, a part of each further one, days overdue, how far the relationship has come, and fit."""
    weights = sorted((weight(why, today) for why in candidate.whys), reverse=True)
    further = sum(weights[1:]) * _FURTHER
    return weights[0] + further + _STAGES.get(candidate.stage, 0) + candidate.fit / 10


def room_of(busy_minutes: int, planned: int, visit_minutes: int) -> int:
    """How many more visits fit into a day."""
    fits = max(0, WORKDAY_MINUTES - busy_minutes) // (visit_minutes + BETWEEN_MINUTES)
    return max(0, min(MOST_A_DAY, fits) - planned)


def suggest(candidates: Iterable[Candidate], days: Sequence[Day], today: date, most: int = MOST) -> list[Suggestion]:
    """The best candidates, each with its day; the strongest choose first, and what they chose draws the others near."""
    ordered = sorted(candidates, key=lambda each: (-score(each, today), each.provider_id))
    week = [_Filling(day.day, list(day.stops), day.room, day.shut) for day in days]
    return [_place(candidate, week, today) for candidate in ordered[:most]]


def areas(suggestions: Iterable[Suggestion]) -> list[Area]:
    """Groups whose members are within a few miles of the first of them, named after town and ZIP codes."""
    groups: list[list[Suggestion]] = []
    for each in suggestions:
        near = next((group for group in groups if _belongs(each.candidate, group[0].candidate)), None)
        if near is None:
            groups.append([each])
        else:
            near.append(each)
    names = [_town(group) for group in groups]
    return [Area(_name(group, names), tuple(group)) for group in groups]


def miles(one: Point | None, other: Point | None) -> float | None:
    """Great-circle miles, None where a place isn't known."""
    return miles_between(*one, *other) if one and other else None


@dataclass
class _Filling:
    """A day while it fills."""

    day: date
    stops: list[Stop]
    room: int
    shut: str
    taken: int = field(default=0)

    def objection(self, candidate: Candidate) -> str:
        if self.shut:
            return self.shut
        if reason := candidate.opening.objection(self.day, candidate.called):
            return reason
        return "The day is full" if self.taken >= self.room else ""

    def nearest(self, point: Point | None) -> tuple[float, str] | None:
        found = [(apart, stop.name) for stop in self.stops if (apart := miles(point, stop.point)) is not None]
        return min(found, default=None)


def _place(candidate: Candidate, week: list[_Filling], today: date) -> Suggestion:
    objections = {each.day: reason for each in week if (reason := each.objection(candidate))}
    suits = [each for each in week if each.day not in objections]
    if not suits:
        return Suggestion(candidate, None, "No day of this week suits.", objections)
    first = suits[0].day
    best = max(suits, key=lambda each: (_worth(candidate, each, first, today), -each.day.toordinal()))
    words = _why_day(candidate, best)
    best.taken += 1
    best.stops.append(Stop(candidate.called, candidate.point, candidate.town))
    return Suggestion(candidate, best.day, words, objections)


def _worth(candidate: Candidate, day: _Filling, first: date, today: date) -> float:
    """What a day is worth for somebody: near to other visits, close to when it is due, not too full."""
    worth = -0.3 * len(day.stops)
    if near := day.nearest(candidate.point):
        worth += next((points for upper, points in _NEAR if near[0] <= upper), _FAR if near[0] > _FAR_MILES else 0.0)
    due = min((why.due_on for why in candidate.whys if why.due_on), default=None)
    if due is not None:
        wanted = max(due, first, today)
        worth -= 0.6 * abs((day.day - wanted).days)
    return worth


def _why_day(candidate: Candidate, day: _Filling) -> str:
    parts = []
    near = day.nearest(candidate.point)
    if near and near[0] <= _NEAR[-1][0]:
        how_far = "next to" if near[0] < 0.1 else f"{near[0]:.1f} miles from"
        parts.append(f"{how_far} {near[1]}")
    if candidate.opening.doctor_days:
        parts.append(f"{candidate.called} is in")
    if hours := candidate.opening.hours_on(day.day):
        parts.append(f"open {hours}")
    words = ", ".join(parts)
    return words[:1].upper() + words[1:] + "." if words else ""


def weight(why: Why, today: date) -> float:
    """What one reason is worth; more for each day it is overdue, up to a point."""
    late = max(0, (today - why.due_on).days) if why.due_on else 0
    return _WEIGHTS[why.reason] + min(_LATE_MOST, late)


def _belongs(one: Candidate, first: Candidate) -> bool:
    apart = miles(one.point, first.point)
    return apart <= AREA_MILES if apart is not None else bool(one.town) and one.town == first.town


def _town(group: Sequence[Suggestion]) -> str:
    towns = [each.candidate.town for each in group if each.candidate.town]
    return max(towns, key=towns.count) if towns else "No address yet"


def _name(group: Sequence[Suggestion], names: Sequence[str]) -> str:
    """The town, with the ZIP code that most have where a town has several areas."""
    town = _town(group)
    zips = [each.candidate.zip for each in group if each.candidate.zip]
    return f"{town} {max(zips, key=zips.count)}" if zips and names.count(town) > 1 else town
