"""Providers: the page of one, adding and editing. The list is in provider_list.py, on the same blueprint."""

from __future__ import annotations

from secrets import token_urlsafe

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain.errors import Invalid
from crm.domain.pipeline import Stage
from crm.domain.taxonomy import specialties
from crm.services import imports_review, namesakes, practices, providers
from crm.web import provider_page, sequence_page
from crm.web.context import actor_id, db, flash_undo, now
from crm.web.forms import way_back
from crm.web.presentation import today

bp = Blueprint("providers", __name__)


@bp.get("/providers/<int:provider_id>")
def show(provider_id: int) -> Response | str:
    """Everything about one provider on one page."""
    with db().read() as session:
        provider = providers.get(session, provider_id)
        if provider.merged_into_id:
            return redirect(url_for("providers.show", provider_id=provider.merged_into_id), 302)
        page = provider_page.load(session, provider, today(), provider_page.mark(request.args.get("before", "")))
        enrolled = sequence_page.enrolled(session, provider_id, now())
    return render_template(
        "providers/show.html",
        page=page,
        provider=provider,
        enrolled=enrolled,
        client_key=token_urlsafe(12),
        referral_too=provider_page.referral_too(tuple(page.service_choices)),
        referral_fields=provider_page.referral_fields(tuple(page.service_choices), today()),
    )


@bp.get("/providers/new")
def new() -> str:
    """An empty form; `name` and so on may come with the address."""
    return _form(dict(request.args.items()), {})


@bp.post("/providers")
def create() -> Response | tuple[str, int]:
    """Add a provider."""
    form = request.form.to_dict()
    try:
        provider_id = providers.create(db(), form, actor_id=actor_id(), now=now())
    except Invalid as error:
        return _form(form, error.errors), 422
    flash("Added.")
    return redirect(url_for("providers.show", provider_id=provider_id), 303)


@bp.get("/providers/<int:provider_id>/edit")
def edit(provider_id: int) -> str:
    """The form with what is known."""
    with db().read() as session:
        provider = providers.get(session, provider_id)
        practice = practices.get(session, provider.practice_id) if provider.practice_id else None
    return _form(provider_page.as_form(provider, practice), {}, provider_id)


@bp.post("/providers/<int:provider_id>")
def update(provider_id: int) -> Response | tuple[str, int]:
    """Save corrections."""
    form = request.form.to_dict()
    try:
        change = providers.update(db(), provider_id, form, actor_id=actor_id(), now=now())
    except Invalid as error:
        return _form(form, error.errors, provider_id), 422
    if change:
        flash_undo("Saved.", change)
    return _back(provider_id)


@bp.get("/providers/similar.json")
def similar() -> Response:
    """Who may be the one being typed."""
    but = request.args.get("except", type=int)
    with db().read() as session:
        found = namesakes.similar(session, request.args.to_dict(), but=but)
    return jsonify(matches=[provider_page.match(one) for one in found])


@bp.get("/providers/<int:provider_id>/move")
def move(provider_id: int) -> str:
    """The stages to choose from, for whoever can't or won't drag."""
    with db().read() as session:
        provider = providers.get(session, provider_id)
    wanted = request.args.get("stage", "")
    chosen = Stage(wanted) if wanted in list(Stage) else provider.stage
    return render_template("providers/move.html", provider=provider, chosen=chosen)


@bp.post("/providers/<int:provider_id>/archive")
def archive(provider_id: int) -> Response:
    """Put away, or bring back with `back`."""
    act = providers.bring_back if request.form.get("back") else providers.put_away
    change = act(db(), provider_id, actor_id=actor_id(), now=now())
    if change:
        flash_undo("Back in your lists." if request.form.get("back") else "Put away. Nothing is lost.", change)
    return _back(provider_id)


@bp.post("/providers/<int:provider_id>/peer")
def peer(provider_id: int) -> Response:
    """Rank a peer like the others, or not."""
    rank = bool(request.form.get("rank"))
    change = providers.override_peer(db(), provider_id, rank=rank, actor_id=actor_id(), now=now())
    if change:
        flash_undo("Ranked like anybody else." if rank else "Flagged as a peer again.", change)
    return _back(provider_id)


@bp.post("/providers/<int:provider_id>/days/<int:practice_id>")
def days(provider_id: int, practice_id: int) -> Response:
    """On which weekdays they are in."""
    mask = sum({int(day) for day in request.form.getlist("day") if day.isdecimal()})
    change = providers.set_days(db(), provider_id, practice_id, mask, actor_id=actor_id(), now=now())
    flash_undo("Days saved.", change)
    return _back(provider_id)


@bp.post("/providers/<int:provider_id>/differences/<int:difference_id>")
def difference(provider_id: int, difference_id: int) -> Response:
    """Take the imported value, or keep one's own."""
    take = request.form.get("take") == "theirs"
    change = imports_review.decide(db(), difference_id, take=take, actor_id=actor_id(), now=now())
    flash_undo("Took the imported value." if take else "Kept yours.", change)
    return _back(provider_id)


def _back(provider_id: int) -> Response:
    return redirect(way_back(request.form.get("next"), url_for("providers.show", provider_id=provider_id)), 303)


def _form(form: dict[str, str], errors: dict[str, str], provider_id: int | None = None) -> str:
    choices = [(found.key, found.label) for found in specialties().values()]
    return render_template(
        "providers/form.html",
        form=form,
        errors=errors,
        provider_id=provider_id,
        specialties=sorted(choices, key=_label),
    )


def _label(choice: tuple[str, str]) -> str:
    return choice[1]
