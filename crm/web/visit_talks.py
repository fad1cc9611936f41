"""In-service talks and group visits: planned, or logged once for all who came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from uuid import uuid4

from flask import flash, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from crm.domain import money
from crm.domain.errors import Invalid
from crm.domain.kinds import ActivityKind, TaskKind, VisitState
from crm.domain.visit_kinds import VisitKind
from crm.models.practices import Contact, Practice
from crm.models.providers import Provider
from crm.models.visits import Visit
from crm.services import practices, search, talks, touches, visits
from crm.services.talks import NewTalk
from crm.services.visits import NewVisit
from crm.store import practices as practice_store
from crm.store import visits as store
from crm.web import dealings, filters, labels
from crm.web.context import actor_id, db, flash_undo, now
from crm.web.forms import day_or_none, maybe_one_of, one_of
from crm.web.presentation import today
from crm.web.visits import bp

SHOWN = 40
FOUND = 8
KINDS = [(ActivityKind.IN_SERVICE.value, "In-service talk"), (ActivityKind.VISIT.value, "Group visit")]
STEPS = [
    (kind.value, labels.label(kind)) for kind in (TaskKind.CALL, TaskKind.VISIT, TaskKind.EMAIL, TaskKind.THANK_YOU)
]


@dataclass(frozen=True)
class Person:
    """Somebody who can be ticked: "p3" is a provider, "c7" a contact."""

    key: str
    name: str
    about: str


@bp.get("/visits/talks/new")
def new_talk() -> str | Response:
    """The form, for a practice, a provider's practice or a talk that was planned; else first: with whom."""
    with db().read() as session:
        planned = _planned(session, request.args.get("visit", type=int))
        practice_id = request.args.get("practice", type=int) or (planned.practice_id if planned else None)
        if practice_id is None:
            return _choose()
        return _page(session, practice_id, planned, _as_form(session, planned), {})


@bp.get("/providers/<int:provider_id>/talks/new")
def talk_with(provider_id: int) -> Response:
    """The same, by a provider who was there."""
    with db().read() as session:
        provider = touches.get_provider(session, provider_id)
    if provider.practice_id is None:
        flash(f"Say first where {provider.display_name} works: a talk belongs to a practice.", "error")
        return redirect(url_for("providers.show", provider_id=provider.id), 303)
    return redirect(url_for("visits.new_talk", practice=provider.practice_id, with_=f"p{provider.id}"), 303)


@bp.post("/practices/<int:practice_id>/talks")
def create_talk(practice_id: int) -> Response | tuple[str, int] | str:
    """Log it, or plan it where its day is still to come. "Find" looks for others first and keeps what was typed."""
    form = request.form
    if form.get("find"):
        return _again(practice_id, {})
    try:
        new = read(form, practice_id)
        return _plan(new, form) if new.happened_on > today() else _log(new)
    except Invalid as error:
        return _again(practice_id, error.errors), 422


def read(form: MultiDict[str, str], practice_id: int) -> NewTalk:
    """The form as a talk; Invalid names a field that can't be read."""
    others = form.get("others", "").strip() or "0"
    return NewTalk(
        practice_id,
        day_or_none(form.get("happened_on"), "happened_on") or today(),
        one_of(ActivityKind, form.get("kind"), "kind"),
        form.get("topic", ""),
        _ids(form, "p"),
        _ids(form, "c"),
        int(others) if others.isdecimal() and len(others) < 6 else -1,
        form.get("body", ""),
        maybe_one_of(TaskKind, form.get("next_kind"), "next_kind"),
        day_or_none(form.get("next_on"), "next_on"),
        form.get("next_with", type=int),
        money.cents(form.get("lunch_value", ""), field="lunch_value"),
        form.get("lunch", ""),
        form.get("visit_id", type=int),
        form.get("client_key") or None,
    )


def _log(new: NewTalk) -> Response:
    logged = talks.log(db(), new, actor_id=actor_id(), now=now(), today=today())
    for remark in logged.remarks:
        flash(remark, "error")
    page = url_for("visits.show", visit_id=logged.visit_id)
    if logged.change_set_id is None:
        flash("That was logged already.")
        return redirect(page, 303)
    said = [f"Logged for {logged.people} {'person' if logged.people == 1 else 'people'}."]
    if logged.next_task is not None:
        said.append(f"Next: {logged.next_task.title}, {filters.by_day(logged.next_task.due_on, today())}.")
    flash_undo(" ".join(said), logged.change_set_id)
    return redirect(page, 303)


def _plan(new: NewTalk, form: MultiDict[str, str]) -> Response:
    """Whoever is ticked is expected; the first of them is whom it is planned with."""
    talks.check(new, today(), planned=True)
    values = NewVisit(
        new.provider_ids[0],
        new.happened_on,
        practice_id=new.practice_id,
        at=_clock(form.get("at")),
        purpose=new.topic,
        remarks=new.body,
        kind=VisitKind.IN_SERVICE if new.kind is ActivityKind.IN_SERVICE else VisitKind.VISIT,
        guest_provider_ids=tuple(new.provider_ids),
        guest_contact_ids=tuple(new.contact_ids),
    )
    said = f"Planned for {filters.by_day(new.happened_on, today())}."
    visit_id, change = _keep(new.visit_id, values)
    if change is not None:
        flash_undo(said, change)
    return redirect(url_for("visits.show", visit_id=visit_id), 303)


def _keep(visit_id: int | None, values: NewVisit) -> tuple[int | None, int | None]:
    if visit_id is not None:
        return visit_id, visits.change(db(), visit_id, values, actor_id=actor_id(), now=now(), today=today())
    made = visits.plan(db(), values, actor_id=actor_id(), now=now(), today=today())
    return made.visit.id, made.change_set_id


def _again(practice_id: int, errors: Mapping[str, str]) -> str:
    with db().read() as session:
        planned = _planned(session, request.form.get("visit_id", type=int))
        return _page(session, practice_id, planned, request.form, errors)


def _choose() -> str:
    return dealings.choose(
        title="Talk or group visit",
        asks="Where was it? Find somebody who works there.",
        hint="Everybody else who came is ticked on the next page.",
        back=("Visits", url_for("visits.index")),
        target="visits.talk_with",
    )


def _page(
    session: Session, practice_id: int, planned: Visit | None, form: MultiDict[str, str], errors: Mapping[str, str]
) -> str:
    practice = practices.get(session, practice_id)
    here = _people_at(session, practice)
    chosen = form.getlist("people") or ([request.args["with_"]] if "with_" in request.args else [])
    there = {each.key for each in here}
    also = [person for key in chosen if key not in there and (person := _person(session, key))]
    found = _found(session, form.get("q", ""), there | {each.key for each in also}) if form.get("find") else []
    return render_template(
        "visits/talk.html",
        practice=practice,
        planned=planned,
        here=here,
        also=also,
        found=found,
        looked=bool(form.get("find")),
        chosen=set(chosen),
        form=form,
        errors=errors,
        kinds=KINDS,
        steps=STEPS,
        client_key=form.get("client_key") or uuid4().hex,
    )


def _people_at(session: Session, practice: Practice) -> list[Person]:
    """Providers first, the best fit first; then the people at the desk."""
    providers = [one for one, _ in practice_store.providers_at(session, practice.id or 0, SHOWN)]
    contacts = practice_store.contacts(session, practice.id or 0)
    return [_provider(each) for each in providers] + [_contact(each) for each in contacts]


def _found(session: Session, question: str, but: set[str]) -> Sequence[Person]:
    answer = search.answer(session, question[:200], limit=FOUND, today=today(), now=now())
    people = [
        Person(f"p{row.id}", row.display_name, ", ".join(each for each in (row.practice_name, row.city) if each))
        for row in answer.rows
    ]
    return [each for each in people if each.key not in but]


def _person(session: Session, key: str) -> Person | None:
    if not key[1:].isdecimal():
        return None
    if key.startswith("p"):
        provider = session.get(Provider, int(key[1:]))
        return _provider(provider) if provider else None
    contact = session.get(Contact, int(key[1:])) if key.startswith("c") else None
    return _contact(contact) if contact else None


def _provider(one: Provider) -> Person:
    return Person(f"p{one.id}", one.display_name, labels.specialty(one.specialty))


def _contact(one: Contact) -> Person:
    return Person(f"c{one.id}", one.name, labels.label(one.role))


def _planned(session: Session, visit_id: int | None) -> Visit | None:
    visit = session.get(Visit, visit_id) if visit_id is not None else None
    return visit if visit is not None and visit.state is not VisitState.DONE else None


def _as_form(session: Session, planned: Visit | None) -> MultiDict[str, str]:
    """What the form begins with: the plan, or today and nobody ticked."""
    form: MultiDict[str, str] = MultiDict({"kind": "in_service", "happened_on": today().isoformat()})
    if planned is None:
        return form
    form["topic"], form["happened_on"] = planned.purpose, min(planned.planned_on, today()).isoformat()
    form["kind"] = "in_service" if planned.kind is VisitKind.IN_SERVICE else "visit"
    expected = store.guests(session, [planned.id or 0]).get(planned.id or 0, [])
    keys = [f"p{planned.provider_id}"]
    keys += [f"p{one.provider.id}" if one.provider else f"c{one.guest.contact_id}" for one in expected]
    form.setlist("people", keys)
    return form


def _ids(form: MultiDict[str, str], letter: str) -> list[int]:
    return [int(key[1:]) for key in form.getlist("people") if key[:1] == letter and key[1:].isdecimal()]


def _clock(text: str | None) -> time | None:
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid({"at": "Write the time as hours and minutes, such as 12:30."}) from None
