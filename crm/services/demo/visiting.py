"""The week on the road of the sample data: visits from today on, in their order, and a talk that was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from sqlmodel import Session, col, select

from crm.domain.calendar import instant_of, local_day
from crm.domain.kinds import ActivityKind, Outcome, TaskKind, TaskState, VisitState
from crm.domain.visit_kinds import Met, VisitKind
from crm.models.activities import Activity
from crm.models.practices import Contact
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.models.visits import Visit, VisitGuest
from crm.services.demo.building import Setting, id_of


@dataclass(frozen=True, slots=True)
class Stop:
    """A visit that is planned: with whom, why, what to bring, in how many days, and at which hour if one was agreed."""

    who: str
    purpose: str
    materials: tuple[str, ...]
    in_days: int
    at: time | None = None


STOPS = (
    Stop("Luis Ortega, PT, DPT, OCS", "Hand Luis the 30-day note; ask who finishes this month", ("Referral pad",), 0),
    Stop("Malik Thompson, PA-C", "Bring ten referral pads; ask how the first ones went", ("Ten referral pads",), 0),
    Stop("Victor Nguyen, MD", "First words before his first case", ("Card", "Blank referral pad"), 1, time(8, 30)),
    Stop("Maria C. López-Ruiz, MD, FAAOS", "Show the shoulder report from January", ("Sample shoulder report",), 3),
    Stop("Amara Nwosu, MD", "Thu walks me in: introduce myself", ("Card", "Blank referral pad"), 3),
    Stop("Riverside Home Health", "Monday huddle", ("Cards", "Referral pad"), 4),
)
TALK = "In-service talk for six PTs"
GUESTS = ("Carlos Mendoza, PT", "Naomi Fischer, PT, DPT")
NOT_THERE = "Naomi Fischer, PT, DPT"
OTHERS = 3


def visit(session: Session, told: Setting) -> None:
    """Plan the week and write down the talk, in the caller's transaction."""
    them = {one.display_name: one for one in session.exec(select(Provider).where(col(Provider.sample)))}
    for stop in STOPS:
        if stop.who in them:
            session.add(_planned(told, stop, them[stop.who]))
    session.flush()
    _put_in_order(session)
    _link(session)
    line = session.exec(select(Activity).where(Activity.sample, Activity.summary == TALK)).first()
    if line is not None:
        _talk(session, told, line, [them[name] for name in GUESTS if name in them])


def _planned(told: Setting, stop: Stop, provider: Provider) -> Visit:
    day = told.day(stop.in_days)
    return Visit(
        provider_id=id_of(provider),
        practice_id=provider.practice_id,
        owner_id=told.actor_id,
        planned_on=day,
        planned_at=instant_of(day, stop.at, told.zone) if stop.at else None,
        purpose=stop.purpose,
        materials=list(stop.materials),
        state=VisitState.PLANNED,
        created_by=told.actor_id,
        created_at=told.now,
        sample=True,
    )


def _put_in_order(session: Session) -> None:
    """Each day's visits one after the other, agreed hours first."""
    planned = select(Visit).where(Visit.sample, Visit.state == VisitState.PLANNED)
    places: dict[object, int] = {}
    order = (col(Visit.planned_on), col(Visit.planned_at).is_(None), col(Visit.planned_at), col(Visit.id))
    for each in session.exec(planned.order_by(*order)):
        each.position = places[each.planned_on] = places.get(each.planned_on, 0) + 1


def _link(session: Session) -> None:
    """A follow-up of kind visit that falls on the day of one belongs to it."""
    open_ones = select(Task).where(Task.sample, Task.kind == TaskKind.VISIT, Task.state == TaskState.OPEN)
    tasks = {(task.provider_id, task.due_on): task.id for task in session.exec(open_ones)}
    for each in session.exec(select(Visit).where(Visit.sample, Visit.state == VisitState.PLANNED)):
        each.task_id = tasks.get((each.provider_id, each.planned_on))


def _talk(session: Session, told: Setting, line: Activity, guests: Sequence[Provider]) -> None:
    """The talk of the timeline, as a visit with those who came, and the line of another of them joined to it."""
    row = Visit(
        provider_id=line.provider_id,
        practice_id=line.practice_id,
        owner_id=told.actor_id,
        kind=VisitKind.IN_SERVICE,
        planned_on=local_day(line.happened_at, told.zone),
        purpose="What we do when therapy ends",
        materials=["Sample progress reports", "Referral pad"],
        state=VisitState.DONE,
        outcome=Outcome.DONE,
        met=Met.PROVIDER,
        done_at=line.happened_at,
        said=line.body,
        others=OTHERS,
        activity_id=line.id,
        created_by=told.actor_id,
        created_at=told.now,
        sample=True,
    )
    session.add(row)
    session.flush()
    desk = session.exec(select(Contact).where(Contact.practice_id == line.practice_id)).first()
    for one in guests:
        came = one.display_name != NOT_THERE
        session.add(VisitGuest(visit_id=row.id or 0, provider_id=one.id, came=came, sample=True))
    if desk is not None:
        session.add(VisitGuest(visit_id=row.id or 0, contact_id=desk.id, came=True, sample=True))
    _join(session, row, line, guests)


def _join(session: Session, row: Visit, line: Activity, guests: Sequence[Provider]) -> None:
    """One key on the lines of those who came."""
    theirs = select(Activity).where(
        Activity.kind == ActivityKind.IN_SERVICE, col(Activity.provider_id).in_([each.id for each in guests])
    )
    for each in [line, *session.exec(theirs)]:
        each.group_key, each.visit_id = f"visit-{row.id}", row.id
    session.flush()
