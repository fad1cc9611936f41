"""Practices: where providers work, when they let visitors in, and who else is there."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain.errors import Invalid
from crm.domain.kinds import ContactRole
from crm.domain.visit_hours import Opening, opening
from crm.domain.visit_kinds import Visitors
from crm.services import practice_visits, practices, visit_weeks
from crm.store import practices as store
from crm.web import filters, labels
from crm.web.context import actor_id, db, flash_undo, now
from crm.web.forms import way_back

bp = Blueprint("practices", __name__)

MOST = 100
DOCTORS = 15
"""Providers whose days stand on the form; those of others are on their own pages."""

FIELDS = "name line1 line2 city state zip phone fax email website hours visitor_policy remarks".split()


@bp.get("/practices/<int:practice_id>")
def show(practice_id: int) -> str:
    """The practice, its people, and its providers."""
    return _page(practice_id, {}, {})


@bp.post("/practices/<int:practice_id>")
def update(practice_id: int) -> Response | tuple[str, int]:
    """Save corrections."""
    form = _sent()
    try:
        change = practices.update(db(), practice_id, form, doctor_days=_doctor_days(), actor_id=actor_id(), now=now())
    except Invalid as error:
        return _edit(practice_id, form, error.errors), 422
    if change:
        flash_undo("Saved.", change)
    return _back(practice_id)


@bp.get("/practices/<int:practice_id>/edit")
def edit(practice_id: int) -> str:
    """The form with what is known."""
    with db().read() as session:
        practice = practices.get(session, practice_id)
    form = {name: getattr(practice, name) for name in FIELDS}
    clocks = {name: _clock(getattr(practice, name)) for name in ("visit_from", "visit_until")}
    more = {"visit_days": str(practice.visit_days), "visitors": practice.visitors.value}
    return _edit(practice_id, form | clocks | more, {})


@bp.post("/practices/<int:practice_id>/contacts")
def add_contact(practice_id: int) -> Response | tuple[str, int]:
    """Somebody at the desk."""
    return _save_contact(practice_id, None)


@bp.post("/practices/<int:practice_id>/contacts/<int:contact_id>")
def update_contact(practice_id: int, contact_id: int) -> Response | tuple[str, int]:
    """Correct who is there."""
    return _save_contact(practice_id, contact_id)


@bp.post("/practices/<int:practice_id>/contacts/<int:contact_id>/removal")
def remove_contact(practice_id: int, contact_id: int) -> Response:
    """They left."""
    change = practices.remove_contact(db(), practice_id, contact_id, actor_id=actor_id(), now=now())
    flash_undo("Removed.", change)
    return _back(practice_id)


def _save_contact(practice_id: int, contact_id: int | None) -> Response | tuple[str, int]:
    form = request.form.to_dict()
    try:
        change = practices.save_contact(db(), practice_id, form, contact_id=contact_id, actor_id=actor_id(), now=now())
    except Invalid as error:
        return _page(practice_id, form, error.errors, contact_id), 422
    flash_undo("Saved.", change)
    return redirect(way_back(form.get("next"), url_for("practices.show", practice_id=practice_id)), 303)


def _page(practice_id: int, form: dict[str, str], errors: dict[str, str], editing: int | None = None) -> str:
    with db().read() as session:
        practice = practices.get(session, practice_id)
        people = store.contacts(session, practice_id)
        providers = store.providers_at(session, practice_id, MOST)
    found = opening(visit_weeks.door_of(practice, 0))
    wanted = editing or request.args.get("contact", type=int)
    chosen = next((one for one in people if one.id == wanted), None)
    return render_template(
        "practices/show.html",
        practice=practice,
        people=people,
        providers=providers,
        chosen=chosen,
        form=form or (chosen.model_dump() if chosen else {}),
        errors=errors,
        roles=[(role.value, labels.CONTACTS[role]) for role in ContactRole],
        week=_week(found) if found.is_known else (),
        unread=found.unread,
    )


def _week(found: Opening) -> list[tuple[str, str]]:
    """When one may come, the days with equal hours together: ("Mon, Tue", "9 am to 4 pm")."""
    by_hours: dict[str, int] = {}
    for day in range(7):
        words = found.closed.get(day) or found.hours_in(day) or "any time"
        if day not in found.closed:
            by_hours[words] = by_hours.get(words, 0) | 1 << day
    return [(filters.days_in(mask), words) for words, mask in by_hours.items()]


def _edit(practice_id: int, form: dict[str, str], errors: dict[str, str]) -> str:
    with db().read() as session:
        there = store.providers_at(session, practice_id, DOCTORS)
    return render_template(
        "practices/form.html",
        practice_id=practice_id,
        form=form,
        errors=errors,
        visit_days=int(form.get("visit_days") or 0),
        there=[(provider, _doctor_days().get(provider.id or 0, link.days)) for provider, link in there],
        visitors=[(each.value, labels.VISITORS[each]) for each in Visitors],
    )


def _sent() -> dict[str, str]:
    """The form with its chosen weekdays as one mask; without the part on visits it says nothing about them."""
    form = request.form.to_dict()
    if "visits_shown" in form:
        form["visit_days"] = str(_mask("visit_day"))
    return form


def _doctor_days() -> dict[int, int]:
    """The days of each provider that the form showed."""
    shown = [int(each) for each in request.form.getlist("days_shown") if each.isdecimal()]
    return {provider_id: _mask(f"days_{provider_id}") for provider_id in shown}


def _mask(name: str) -> int:
    return sum({int(bit) for bit in request.form.getlist(name) if bit.isdecimal()}) & practice_visits.ALL_DAYS


def _clock(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"


def _back(practice_id: int) -> Response:
    return redirect(url_for("practices.show", practice_id=practice_id), 303)
