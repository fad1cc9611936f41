"""Practices: where providers work, when they let visitors in, and who else is there."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain.errors import Invalid
from crm.domain.kinds import ContactRole
from crm.services import practices
from crm.store import practices as store
from crm.web import labels
from crm.web.context import actor_id, db, flash_undo, now
from crm.web.forms import way_back

bp = Blueprint("practices", __name__)

MOST = 100
FIELDS = "name line1 line2 city state zip phone fax email website hours visitor_policy remarks".split()


@bp.get("/practices/<int:practice_id>")
def show(practice_id: int) -> str:
    """The practice, its people, and its providers."""
    return _page(practice_id, {}, {})


@bp.post("/practices/<int:practice_id>")
def update(practice_id: int) -> Response | tuple[str, int]:
    """Save corrections."""
    form = request.form.to_dict()
    try:
        change = practices.update(db(), practice_id, form, actor_id=actor_id(), now=now())
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
    return _edit(practice_id, {name: getattr(practice, name) for name in FIELDS}, {})


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
    )


def _edit(practice_id: int, form: dict[str, str], errors: dict[str, str]) -> str:
    return render_template("practices/form.html", practice_id=practice_id, form=form, errors=errors)


def _back(practice_id: int) -> Response:
    return redirect(url_for("practices.show", practice_id=practice_id), 303)
