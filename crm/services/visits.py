"""Visits that are planned: with whom, when, why and with what; changed, moved in the week, called off. All undoable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from crm.domain import privacy
from crm.domain.calendar import instant_of
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import ActivityKind, TaskKind, TaskOrigin, VisitState
from crm.domain.pipeline import Stage
from crm.domain.visit_kinds import VisitKind
from crm.models.practices import Practice
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.models.visits import DayRoute, Visit
from crm.services import acts, next_steps, planned_visits, touches, visit_guests
from crm.services.acts import Act
from crm.services.next_steps import NextStep
from crm.store import tasks
from crm.store import visits as store
from crm.store.engine import Database

FURTHEST = timedelta(days=366)
LONGEST_MINUTES = 8 * 60
MOST_MATERIALS = 12
TEXT = 500


@dataclass(frozen=True)
class NewVisit:
    """What is planned. `at` is the local time at the practice; `practice_id` the provider's own unless given."""

    provider_id: int
    planned_on: date
    practice_id: int | None = None
    at: time | None = None
    purpose: str = ""
    materials: tuple[str, ...] = ()
    remarks: str = ""
    minutes: int | None = None
    owner_id: int | None = None
    task_id: int | None = None
    kind: VisitKind = VisitKind.VISIT
    guest_provider_ids: tuple[int, ...] = ()
    guest_contact_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Planned:
    """The visit, and what undoes planning it."""

    visit: Visit
    change_set_id: int


def plan(db: Database, new: NewVisit, *, actor_id: int | None, now: datetime, today: date) -> Planned:
    """Plan a visit. It always has a follow-up of kind visit: the one named, else the provider's open one, or a new one.

    Raises Invalid (planned_on, practice_id, minutes, …), NotFound, and Refused for somebody who must not be contacted.
    """
    _check(new, today)
    with db.write() as session:
        provider = touches.get_provider(session, new.provider_id)
        if provider.stage is Stage.DO_NOT_CONTACT:
            raise Refused("do_not_contact", f"{provider.display_name} asked not to be contacted.")
        label = f"Planned a visit to {provider.display_name}"
        act = acts.begin(session, "visit", label, actor_id=actor_id, now=now, today=today)
        return Planned(plan_in(act, provider, new), act.id)


def plan_in(act: Act, provider: Provider, new: NewVisit) -> Visit:
    """As `plan`, in the caller's transaction, with what was checked."""
    practice_id = _practice_id(act.session, provider, new)
    visit = Visit(
        provider_id=provider.id or 0,
        practice_id=practice_id,
        owner_id=new.owner_id or act.actor_id or provider.owner_id,
        kind=new.kind,
        planned_on=new.planned_on,
        planned_at=_instant(act, practice_id, new),
        minutes=new.minutes,
        purpose=new.purpose.strip(),
        materials=_materials(new),
        remarks=new.remarks.strip(),
        sample=provider.sample,
        created_by=act.actor_id,
        created_at=act.now,
        updated_at=act.now,
    )
    task = _task(act, provider, new, visit.owner_id)
    visit.task_id = task.id
    act.insert(visit)
    visit_guests.keep(act, visit, new.guest_provider_ids, new.guest_contact_ids)
    planned_visits.keep_task(act, visit)
    next_steps.keep_next_due(act, provider)
    what = "Talk" if new.kind is VisitKind.IN_SERVICE else "Visit"
    said = f"{what} planned for {_day(new.planned_on)}" + (f": {visit.purpose}" if visit.purpose else "")
    act.record(provider, ActivityKind.TASK, summary=said, visit_id=visit.id, practice_id=practice_id)
    return visit


def change(
    db: Database, visit_id: int, values: NewVisit, *, actor_id: int | None, now: datetime, today: date
) -> int | None:
    """Change what was planned, all of it but with whom. Gives what undoes it; None when nothing differs."""
    _check(values, today)
    with db.write() as session:
        visit = _planned(session, visit_id)
        provider = touches.get_provider(session, visit.provider_id)
        act = acts.begin(
            session, "visit", f"Changed the visit to {provider.display_name}", actor_id=actor_id, now=now, today=today
        )
        practice_id = _practice_id(session, provider, values)
        before, owner_id = visit.planned_on, values.owner_id or visit.owner_id
        stays = (before, visit.owner_id) == (values.planned_on, owner_id)
        if not stays:
            planned_visits.close_gap(act, visit)
        changed = planned_visits.edit(
            act,
            visit,
            practice_id=practice_id,
            planned_on=values.planned_on,
            planned_at=_instant(act, practice_id, values),
            position=visit.position if stays else 0,
            minutes=values.minutes,
            purpose=values.purpose.strip(),
            materials=_materials(values),
            remarks=values.remarks.strip(),
            owner_id=owner_id,
        )
        people = visit_guests.keep(act, visit, values.guest_provider_ids, values.guest_contact_ids)
        if not changed and not people:
            session.delete(act.recorder.change_set)
            return None
        said = f"Visit moved to {_day(visit.planned_on)}" if visit.planned_on != before else "Visit plan changed"
        _note(act, provider, visit, said)
        return act.id


def move(
    db: Database,
    visit_id: int,
    planned_on: date,
    position: int | None = None,
    *,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> int:
    """To another day, or to another place in its day (`position`, from 1). An hour that was agreed stays the same."""
    _check_day(planned_on, today)
    with db.write() as session:
        visit = _planned(session, visit_id)
        provider = touches.get_provider(session, visit.provider_id)
        label = f"Moved the visit to {provider.display_name}"
        act = acts.begin(session, "visit", label, actor_id=actor_id, now=now, today=today)
        moved = planned_visits.put(act, visit, planned_on)
        if position is not None:
            _place(act, visit, position)
        if moved:
            _note(act, provider, visit, f"Visit moved to {_day(planned_on)}")
        return act.id


def cancel(db: Database, visit_id: int, reason: str = "", *, actor_id: int | None, now: datetime, today: date) -> int:
    """Call a visit off. The follow-up that it was planned for is due as before; one that was made with it goes too."""
    if errors := _text_errors("reason", reason):
        raise Invalid(errors)
    with db.write() as session:
        visit = _planned(session, visit_id)
        provider = touches.get_provider(session, visit.provider_id)
        label = f"Called off the visit to {provider.display_name}"
        act = acts.begin(session, "visit", label, actor_id=actor_id, now=now, today=today)
        planned_visits.drop(act, visit)
        planned_visits.give_back(act, visit)
        _note(act, provider, visit, f"Visit called off, planned for {_day(visit.planned_on)}", reason=reason.strip())
        return act.id


def _task(act: Act, provider: Provider, new: NewVisit, owner_id: int | None) -> Task:
    assert provider.id is not None
    if new.task_id is not None:
        named = act.session.get(Task, new.task_id)
        if named is not None and named.provider_id == provider.id and named.state in planned_visits.LIVE:
            return named
    for task in tasks.live_of(act.session, provider.id):
        if task.kind is TaskKind.VISIT and store.of_task(act.session, task.id or 0) is None:
            return task
    what = new.purpose.strip()[:120] or ("Give a talk" if new.kind is VisitKind.IN_SERVICE else "")
    step = NextStep(TaskKind.VISIT, new.planned_on, what)
    return next_steps.plan(act, provider, step, owner_id=owner_id, origin=TaskOrigin.PERSON)


def _place(act: Act, visit: Visit, position: int) -> None:
    """Number the day's visits as they are now, with this one at its new place: the person's order, not the solver's."""
    same = (visit.planned_on, visit.planned_on, visit.owner_id)
    day = store.between(act.session, *same, states=[VisitState.PLANNED])
    order = [each.visit for each in day if each.visit.id != visit.id and _shares_day(each.visit, visit)]
    order.insert(max(position - 1, 0), visit)
    for place, each in enumerate(order, start=1):
        planned_visits.edit(act, each, position=place)
    _by_hand(act, visit)


def _shares_day(one: Visit, other: Visit) -> bool:
    """Nobody's visits stand in everybody's day; somebody else's don't stand in nobody's."""
    return one.owner_id is None or other.owner_id is not None


def _by_hand(act: Act, visit: Visit) -> None:
    if visit.owner_id is None:
        return
    route = store.route(act.session, visit.owner_id, visit.planned_on)
    if route is None:
        act.insert(DayRoute(owner_id=visit.owner_id, day=visit.planned_on, ordered_by_hand=True, updated_at=act.now))
    else:
        act.update(route, ordered_by_hand=True)


def _note(act: Act, provider: Provider, visit: Visit, said: str, **columns: object) -> None:
    if visit.state is VisitState.PLANNED:
        planned_visits.keep_task(act, visit)
    next_steps.keep_next_due(act, provider)
    act.record(provider, ActivityKind.TASK, summary=said, visit_id=visit.id, practice_id=visit.practice_id, **columns)


def _planned(session: Session, visit_id: int) -> Visit:
    visit = session.get(Visit, visit_id)
    if visit is None:
        raise NotFound("This visit isn't here any more.")
    if visit.state is not VisitState.PLANNED:
        made = "was made already" if visit.state is VisitState.DONE else "was called off"
        raise Refused("not_planned", f"This visit {made}. Reload the page.")
    return visit


def _practice_id(session: Session, provider: Provider, new: NewVisit) -> int | None:
    if new.practice_id is None:
        return provider.practice_id
    if session.get(Practice, new.practice_id) is None:
        raise Invalid({"practice_id": "Choose where: this practice isn't here any more."})
    return new.practice_id


def _instant(act: Act, practice_id: int | None, new: NewVisit) -> datetime | None:
    return instant_of(new.planned_on, new.at, planned_visits.zone_at(act, practice_id)) if new.at is not None else None


def _materials(new: NewVisit) -> list[str]:
    return list(dict.fromkeys(one.strip() for one in new.materials if one.strip()))[:MOST_MATERIALS]


def _check(new: NewVisit, today: date) -> None:
    errors: dict[str, str] = {}
    try:
        _check_day(new.planned_on, today)
    except Invalid as error:
        errors |= error.errors
    if new.minutes is not None and not 1 <= new.minutes <= LONGEST_MINUTES:
        errors["minutes"] = "Give the minutes that it takes, from 1 to 480."
    for name in ("purpose", "remarks"):
        errors |= _text_errors(name, getattr(new, name))
    if errors:
        raise Invalid(errors)


def _text_errors(name: str, text: str) -> dict[str, str]:
    if len(text) > TEXT and name == "purpose":
        return {name: f"Keep it under {TEXT} characters; the rest fits under remarks."}
    found = privacy.blocking(privacy.identifiers(text))
    return {name: privacy.sentence(found)} if found else {}


def _check_day(day: date, today: date) -> None:
    if day < today:
        raise Invalid({"planned_on": "Choose today or a later day."})
    if day - today > FURTHEST:
        raise Invalid({"planned_on": "That is more than a year ahead. Check the year."})


def _day(day: date) -> str:
    return f"{day:%a, %b} {day.day}"
