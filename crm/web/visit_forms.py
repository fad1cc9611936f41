"""The form of a visit: whom, when, at what hour, what for, whom else to meet, what to bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from crm.domain import visit_materials, visit_purposes
from crm.domain.calendar import zone
from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import VisitState
from crm.domain.visit_hours import Opening, opening
from crm.models.practices import Practice
from crm.models.providers import Provider
from crm.models.visits import Visit
from crm.services import touches, visit_weeks, visits
from crm.services.days import zone_of
from crm.services.merge import salutation
from crm.services.visits import NewVisit
from crm.store import practices, tasks
from crm.store import providers as provider_store
from crm.store import visit_weeks as week_store
from crm.store import visits as store
from crm.web import labels
from crm.web.context import actor_id, db, flash_undo, now, wants_json
from crm.web.forms import day_or_none, way_back
from crm.web.presentation import today
from crm.web.visit_week import done, said_day
from crm.web.visits import bp

PEOPLE = 20


@bp.get("/visits/new")
def new() -> str | Response:
    """The form for one provider, with what is usual filled in; a visit that is planned is changed instead.

    Without a provider it is the week, where providers to be visited are proposed.
    """
    provider_id = request.args.get("provider_id", type=int)
    if provider_id is None:
        return redirect(url_for("visits.index"), 303)
    with db().read() as session:
        provider = touches.get_provider(session, provider_id)
        planned = store.planned_for(session, [provider_id], today()).get(provider_id)
        if planned is not None:
            return redirect(url_for("visits.edit", visit_id=planned.id), 303)
        form = _usual(session, provider, request.args)
        return _page(session, provider, None, form, {})


@bp.post("/visits")
def create() -> Response | tuple[str, int]:
    """Plan it: from the form, or from a card of the week as it stands."""
    provider_id = request.form.get("provider_id", type=int) or abort(400)
    try:
        planned = visits.plan(db(), _values(provider_id), actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        if wants_json():
            raise
        return _again(provider_id, None, error.errors)
    said = f"Planned for {said_day(planned.visit.planned_on)}."
    if wants_json() or request.form.get("next"):
        return done(said, planned.change_set_id, visit=planned.visit.id)
    flash_undo(said, planned.change_set_id)
    return redirect(url_for("visits.index", week=planned.visit.planned_on.isoformat()), 303)


@bp.get("/visits/<int:visit_id>/edit")
def edit(visit_id: int) -> str:
    """What is planned, to be changed."""
    with db().read() as session:
        visit, provider = _planned(session, visit_id)
        return _page(session, provider, visit, _form_of(session, visit), {})


@bp.post("/visits/<int:visit_id>")
def update(visit_id: int) -> Response | tuple[str, int]:
    """Save what was changed."""
    with db().read() as session:
        visit, provider = _planned(session, visit_id)
    assert provider.id is not None
    try:
        undo = visits.change(db(), visit_id, _values(provider.id), actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _again(provider.id, visit_id, error.errors)
    if undo:
        flash_undo("Saved.", undo)
    day = request.form.get("planned_on", "") or visit.planned_on.isoformat()
    return redirect(way_back(request.form.get("next"), url_for("visits.index", week=day)), 303)


def _values(provider_id: int) -> NewVisit:
    form = request.form
    errors: dict[str, str] = {}
    day = None
    try:
        day = day_or_none(form.get("planned_on"), "planned_on")
    except Invalid as error:
        errors |= error.errors
    if day is None:
        errors.setdefault("planned_on", "Choose the day.")
    at, minutes = _clock(form.get("at", ""), errors), _number(form.get("minutes", ""), errors)
    if errors or day is None:
        raise Invalid(errors)
    own = [text.strip() for text in form.get("more_materials", "").split(",")]
    return NewVisit(
        provider_id,
        day,
        practice_id=form.get("practice_id", type=int),
        at=at,
        purpose=form.get("purpose", ""),
        materials=tuple(each for each in (*form.getlist("materials"), *own) if each),
        remarks=form.get("remarks", "").replace("\r\n", "\n"),
        minutes=minutes,
        owner_id=form.get("owner_id", type=int),
        task_id=form.get("task_id", type=int),
        guest_provider_ids=_ids("guest_provider"),
        guest_contact_ids=_ids("guest_contact"),
    )


def _clock(text: str, errors: dict[str, str]) -> time | None:
    try:
        return time.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        errors["at"] = "Write the hour as 14:30."
        return None


def _number(text: str, errors: dict[str, str]) -> int | None:
    if text.strip() and not text.strip().isdecimal():
        errors["minutes"] = "Give the minutes that it takes, from 1 to 480."
    return int(text) if text.strip().isdecimal() else None


def _ids(name: str) -> tuple[int, ...]:
    return tuple(int(each) for each in request.form.getlist(name) if each.isdecimal())


def _planned(session: Session, visit_id: int) -> tuple[Visit, Provider]:
    line = store.by_id(session, visit_id)
    if line is None or line.visit.state is VisitState.CANCELLED:
        raise NotFound("This visit isn't planned any more.")
    return line.visit, line.provider


def _usual(session: Session, provider: Provider, given: Mapping[str, str]) -> dict[str, Any]:
    """A new visit as it will mostly be: the follow-up's title, else what fits the stage; the next day that suits."""
    assert provider.id is not None
    live = [each for each in tasks.live_of(session, provider.id) if each.kind.value == "visit"]
    task = next((each for each in live if str(each.id) == given.get("task_id")), live[0] if live else None)
    return {
        "planned_on": given.get("planned_on", ""),
        "wanted_on": task.due_on.isoformat() if task and task.due_on >= today() else "",
        "purpose": task.title if task else visit_purposes.purposes(provider.stage)[0],
        "materials": list(visit_purposes.materials(provider.stage)),
        "practice_id": provider.practice_id,
        "task_id": task.id if task else "",
        "owner_id": actor_id(),
    }


def _form_of(session: Session, visit: Visit) -> dict[str, Any]:
    offered = {each.value for each in visit_materials.choices()}
    guests = store.guests(session, [visit.id or 0]).get(visit.id or 0, [])
    practice = session.get(Practice, visit.practice_id) if visit.practice_id else None
    there = zone((practice.zone if practice else None) or zone_of(session, None))
    kept = [each.value for each in visit_materials.read(visit.materials)]
    return {
        "planned_on": visit.planned_on.isoformat(),
        "at": visit.planned_at.astimezone(there).strftime("%H:%M") if visit.planned_at else "",
        "minutes": visit.minutes or "",
        "purpose": visit.purpose,
        "materials": [each for each in kept if each in offered],
        "more_materials": ", ".join(each for each in kept if each not in offered),
        "remarks": visit.remarks,
        "practice_id": visit.practice_id,
        "owner_id": visit.owner_id or "",
        "guest_provider": [each.guest.provider_id for each in guests if each.guest.provider_id],
        "guest_contact": [each.guest.contact_id for each in guests if each.guest.contact_id],
    }


def _again(provider_id: int, visit_id: int | None, errors: dict[str, str]) -> tuple[str, int]:
    many = ("materials", "guest_provider", "guest_contact")
    sent: MultiDict[str, str] = request.form
    form: dict[str, Any] = sent.to_dict() | {name: sent.getlist(name) for name in many}
    with db().read() as session:
        visit = _planned(session, visit_id)[0] if visit_id else None
        return _page(session, touches.get_provider(session, provider_id), visit, form, errors), 422


def _page(
    session: Session, provider: Provider, visit: Visit | None, form: dict[str, Any], errors: Mapping[str, str]
) -> str:
    assert provider.id is not None
    places = [practice for _, practice in provider_store.workplaces(session, provider.id)]
    chosen = next((each for each in places if str(each.id) == str(form.get("practice_id"))), next(iter(places), None))
    found = _opening(session, provider, chosen)
    days = _days(found, salutation(provider))
    return render_template(
        "visits/edit.html",
        provider=provider,
        visit=visit,
        form=form | {"planned_on": form.get("planned_on") or _fitting(form.get("wanted_on", ""), days)},
        errors=errors,
        places=[(each.id, ", ".join(part for part in (each.name, each.line1, each.city) if part)) for each in places],
        place=chosen,
        opening=found,
        unsuitable=_unsuitable(days),
        choices=[(day, words) for day, words, why in days if not why][:6],
        purposes=visit_purposes.purposes(provider.stage),
        materials=[(each.value, each.words) for each in visit_materials.choices()],
        contacts=_contacts(session, chosen),
        colleagues=_colleagues(session, provider, chosen),
        people=tasks.people(session),
        back=url_for("visits.index", week=form.get("planned_on") or None),
    )


def _opening(session: Session, provider: Provider, practice: Practice | None) -> Opening | None:
    if practice is None:
        return None
    days = week_store.doctor_days(session, [provider.id or 0])
    return opening(visit_weeks.door_of(practice, days.get((provider.id or 0, practice.id or 0), 0)))


def _days(found: Opening | None, called: str) -> list[tuple[str, str, str]]:
    """The next ten days but Sundays of nobody: each with why it doesn't suit."""
    days = [date.fromordinal(today().toordinal() + each) for each in range(10)]
    kept = [day for day in days if day.weekday() < 5 or (found and found.is_known and not found.objection(day, called))]
    return [(day.isoformat(), f"{day:%a} {day.day}", found.objection(day, called) if found else "") for day in kept]


def _fitting(wanted: str, days: Sequence[tuple[str, str, str]]) -> str:
    """The day that is wanted, unless something speaks against it: then the next one that suits."""
    against = {day for day, _, why in days if why}
    if wanted and wanted not in against:
        return wanted
    return next((day for day, _, why in days if not why and day >= wanted), wanted)


def _unsuitable(days: Sequence[tuple[str, str, str]]) -> list[tuple[str, list[str]]]:
    """The days that don't suit under what speaks against them, the reason that comes first first."""
    found: dict[str, list[str]] = {}
    for _, words, why in days:
        if why:
            found.setdefault(why, []).append(words)
    return list(found.items())


def _contacts(session: Session, practice: Practice | None) -> list[tuple[int | None, str]]:
    found = practices.contacts(session, practice.id or 0) if practice else ()
    return [(each.id, f"{each.name}, {labels.label(each.role)}") for each in found]


def _colleagues(session: Session, provider: Provider, practice: Practice | None) -> list[tuple[int | None, str]]:
    found = practices.providers_at(session, practice.id or 0, PEOPLE) if practice else ()
    return [(each.id, each.display_name) for each, _ in found if each.id != provider.id]
