"""What a week should hold: visits proposed from follow-ups, reports owed, silence, promises and who is near."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from crm.domain import visit_planning, visit_purposes, wording
from crm.domain.cadence import PARTNER_QUIET, STEADY
from crm.domain.calendar import day_bounds
from crm.domain.kinds import ProviderKind, TaskKind
from crm.domain.pipeline import Stage
from crm.domain.places import place
from crm.domain.visit_hours import Door, opening
from crm.domain.visit_kinds import Visitors
from crm.domain.visit_planning import Candidate, Day, Point, Reason, Suggestion, Why
from crm.services import partners
from crm.store import visit_proposals as store
from crm.store import visits
from crm.store.visit_proposals import Face

VISITS_ASKED, PROMISES_ASKED, QUIET_ASKED, SILENT_ASKED, OWED_ASKED = 60, 30, 20, 40, 30
TOWNS, PROSPECTS_A_TOWN, PROSPECTS_SHOWN = 4, 40, 6
PROMISES: Mapping[TaskKind, str] = {
    TaskKind.SAMPLE: "Promised: “{}”. Bring it along.",
    TaskKind.WRITTEN_REFERRAL: "The written referral is outstanding: pick it up.",
    TaskKind.CLEARANCE: "A clearance is outstanding: ask for it.",
    TaskKind.AGREEMENT: "“{}” is due: talk it through.",
    TaskKind.LETTER: "“{}” is due: hand it over in person.",
}
_WEEK_OF_WORKDAYS = 7 / 5


@dataclass(frozen=True)
class Proposal:
    """A visit to plan with one tap: with whom, why, when, for what, and what to take along."""

    face: Face
    suggestion: Suggestion
    purpose: str
    materials: Sequence[str]
    task_id: int | None
    miles: float | None

    @property
    def whys(self) -> Sequence[Why]:
        """The reasons, the strongest first."""
        return self.suggestion.candidate.whys

    @property
    def day(self) -> date | None:
        """The day that suits best."""
        return self.suggestion.day


@dataclass(frozen=True)
class Area:
    """Proposals near each other, and how far from the business they are."""

    name: str
    miles: float | None
    proposals: tuple[Proposal, ...]


def propose(
    session: Session, days: Sequence[Day], user_id: int, home: Point | None, *, today: date, zone: str
) -> list[Area]:
    """The week's proposals by area. A dozen queries, each by an index and capped, however many providers there are."""
    last = max((day.day for day in days), default=today)
    if last < today:
        return []
    whys = _reasons(session, user_id, last, today=today, zone=zone)
    found = _candidates(session, whys, today)
    near = _nearby(session, {each.provider_id for each, _ in found}, found, days, today)
    faces = {each.provider_id: face for each, face in (*found, *near)}
    suggestions = visit_planning.suggest([each for each, _ in (*found, *near)], days, today)
    return [_area(each, faces, home) for each in visit_planning.areas(suggestions)]


def face_of(session: Session, provider_id: int) -> Face | None:
    """One provider as proposals show them."""
    return store.faces(session, [provider_id]).get(provider_id)


def candidate_of(face: Face, whys: Iterable[Why] = ()) -> Candidate:
    """A provider with the place and the hours of their practice."""
    return Candidate(
        provider_id=face.id,
        called=called(face),
        stage=face.stage,
        fit=face.fit,
        opening=opening(door(face)),
        whys=tuple(whys),
        point=point_of(face.lat, face.lon, face.zip),
        town=face.city,
        zip=face.zip[:5],
    )


def door(face: Face) -> Door:
    """What is known about getting in there."""
    return Door(
        face.hours or "",
        face.visitor_policy or "",
        face.visit_days or 0,
        face.visit_from,
        face.visit_until,
        face.visitors or Visitors.UNKNOWN,
        face.doctor_days or 0,
    )


def called(face: Face) -> str:
    """How a sentence names them: "Dr. Kim", "Luis Ortega", "Bayou Physical Therapy"."""
    if face.kind is ProviderKind.ORGANIZATION:
        return face.display_name
    said = wording.salutation(
        first_name=face.first_name,
        last_name=face.last_name,
        credentials=face.credentials,
        taxonomy_code=face.taxonomy_code,
        prefix=face.prefix,
    )
    return said or face.display_name


def point_of(lat: float | None, lon: float | None, zip_code: str) -> Point | None:
    """Where a practice is: its own place, else the middle of its ZIP code."""
    if lat is not None and lon is not None:
        return Point(lat, lon)
    middle = place(zip_code) if zip_code else None
    return Point(middle.lat, middle.lon) if middle else None


def _reasons(session: Session, user_id: int, last: date, *, today: date, zone: str) -> dict[int, list[Why]]:
    whys: dict[int, list[Why]] = defaultdict(list)
    for task in store.due_tasks(session, [TaskKind.VISIT], last, user_id, limit=VISITS_ASKED):
        whys[task.provider_id].append(Why(Reason.TASK, _due(task, today), task.due_on, task.title, task.id))
    for owed in store.owed(session, last, limit=OWED_ASKED):
        whys[owed.provider_id].append(Why(Reason.REPORT, _owed(owed, today), owed.first_due_on))
    for quiet in partners.gone_quiet(session, today, zone=zone, limit=QUIET_ASKED):
        words = f"Partner, quiet for {quiet.quiet.days} days. {quiet.action.why}"
        whys[quiet.partner.id].append(Why(Reason.QUIET, words, title=_quiet_title(quiet.action)))
    for promise in store.due_tasks(session, PROMISES, last, user_id, limit=PROMISES_ASKED):
        words = PROMISES[promise.kind].format(promise.title)
        whys[promise.provider_id].append(Why(Reason.PROMISE, words, promise.due_on))
    _add_silent(session, whys, today, zone)
    return whys


def _add_silent(session: Session, whys: dict[int, list[Why]], today: date, zone: str) -> None:
    """Those with whom nothing is planned, after the steady interval; partners somewhat later."""
    start, _ = day_bounds(today - timedelta(days=round(STEADY * _WEEK_OF_WORKDAYS)), zone)
    partners_from = today - timedelta(days=round(PARTNER_QUIET * _WEEK_OF_WORKDAYS))
    for silent in store.silent(session, start, limit=SILENT_ASKED):
        touched = silent.last_touch_at.astimezone(ZoneInfo(zone)).date()
        if silent.provider_id in whys or (silent.stage is Stage.PARTNER and touched > partners_from):
            continue
        words = f"Nothing is planned, and the last touch was {_ago((today - touched).days)}."
        whys[silent.provider_id].append(Why(Reason.CADENCE, words))


def _candidates(session: Session, whys: Mapping[int, Sequence[Why]], today: date) -> list[tuple[Candidate, Face]]:
    """Those who have no visit planned yet; whom one shouldn't be with is left out by the store."""
    planned = visits.planned_for(session, list(whys), today)
    faces = store.faces(session, [each for each in whys if each not in planned])
    return [
        (candidate_of(face, sorted(whys[number], key=lambda why: -visit_planning.weight(why, today))), face)
        for number, face in faces.items()
        if not (face.stage is Stage.NOT_NOW and all(why.reason is not Reason.TASK for why in whys[number]))
    ]


def _nearby(
    session: Session,
    known: set[int],
    found: Sequence[tuple[Candidate, Face]],
    days: Sequence[Day],
    today: date,
) -> list[tuple[Candidate, Face]]:
    """Good prospects within three miles of where one is going anyway."""
    ordered = sorted(found, key=lambda each: -visit_planning.score(each[0], today))[: visit_planning.MOST]
    stops = [(stop.name, stop.point, stop.town) for day in days for stop in day.stops]
    stops += [(each.called, each.point, each.town) for each, _ in ordered]
    towns = list(dict.fromkeys(town for _, _, town in stops if town))[:TOWNS]
    ids = [one for town in towns for one in store.prospects_of(session, town, limit=PROSPECTS_A_TOWN)]
    fresh = [one for one in ids if one not in known]
    planned = visits.planned_for(session, fresh, today) if fresh else {}
    faces = store.faces(session, [one for one in fresh if one not in planned])
    close = []
    for face in sorted(faces.values(), key=lambda each: (-each.fit, each.id)):
        here = point_of(face.lat, face.lon, face.zip)
        apart = [(miles, name) for name, point, _ in stops if (miles := visit_planning.miles(here, point)) is not None]
        if apart and min(apart)[0] <= visit_planning.NEARBY_MILES:
            close.append((candidate_of(face, [_near(face, *min(apart))]), face))
    return close[:PROSPECTS_SHOWN]


def _area(area: visit_planning.Area, faces: Mapping[int, Face], home: Point | None) -> Area:
    proposals = tuple(_proposal(each, faces[each.candidate.provider_id], home) for each in area.suggestions)
    apart = [each.miles for each in proposals if each.miles is not None]
    return Area(area.name, min(apart, default=None), proposals)


def _proposal(suggestion: Suggestion, face: Face, home: Point | None) -> Proposal:
    whys = suggestion.candidate.whys
    return Proposal(
        face,
        suggestion,
        visit_purposes.purpose(face.stage, whys),
        visit_purposes.materials(face.stage),
        next((why.task_id for why in whys if why.task_id), None),
        visit_planning.miles(suggestion.candidate.point, home),
    )


def _near(face: Face, miles: float, name: str) -> Why:
    where = "Next to" if miles < 0.1 else f"{miles:.1f} miles from"
    return Why(Reason.NEARBY, f"{where} {name}, and a good fit ({face.fit} of 100). Not met yet.")


def _due(task: store.DueTask, today: date) -> str:
    late = (today - task.due_on).days
    when = f"overdue by {_days(late)}" if late > 0 else "due today" if late == 0 else f"due {task.due_on:%A}"
    return f"{task.title}: {when}." + (f" {task.why}" if task.why else "")


def _owed(owed: store.Owed, today: date) -> str:
    what = "A report is" if owed.how_many == 1 else f"{owed.how_many} reports are"
    late = (today - owed.first_due_on).days
    when = f"overdue by {_days(late)}" if late > 0 else "due today" if late == 0 else f"due {owed.first_due_on:%A}"
    return f"{what} {when}: hand over in person."


def _quiet_title(action: object) -> str:
    title: str = getattr(action, "title", "")
    return title if title.startswith("Visit") else ""


def _days(number: int) -> str:
    return "a day" if number == 1 else f"{number} days"


def _ago(days: int) -> str:
    return f"{days // 7} weeks ago" if days >= 14 else f"{days} days ago"
