"""Clients: the list, one client with goals and measures over time, and what a report needs to know."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain.errors import Invalid
from crm.domain.measures import measure
from crm.domain.services import referable
from crm.models.clients import Client
from crm.services import clients
from crm.store import clients as store
from crm.store import measurements, prices
from crm.store.clients import Show
from crm.web import client_page, client_words
from crm.web.client_session_form import fresh
from crm.web.context import actor_id, db, flash_saved, flash_undo, now
from crm.web.forms import maybe_one_of
from crm.web.presentation import today

bp = Blueprint("clients", __name__)

PAGE = 50
FIELDS = (
    "code birth_year sex condition precautions goals shows_pain service_key started_on ended_on sees_provider_on "
    "report_days"
).split()
SHOWS = [
    (Show.ALL, "All"),
    (Show.ACTIVE, "Training now"),
    (Show.UNAUTHORIZED, "No authorization"),
    (Show.UNCLEARED, "Clearance outstanding"),
    (Show.ENDED, "Ended"),
]
SEXES = [("female", "Female"), ("male", "Male"), ("", "Not given")]


@bp.get("/clients")
def index() -> str:
    """Those added last, found by code."""
    search, archived = request.args.get("q", "").strip(), request.args.get("archived") == "1"
    show = maybe_one_of(Show, request.args.get("show"), "show") or Show.ALL
    before = request.args.get("before", type=int)
    with db().read() as session:
        lines, more = store.page(
            session, today(), limit=PAGE, search=search, archived=archived, show=show, before=before
        )
        here, away = store.counts(session)
    given = (("q", search), ("archived", "1" if archived else ""), ("show", show.value if show is not Show.ALL else ""))
    kept = {name: value for name, value in given if value}
    link = f"{url_for('clients.index')}?{urlencode(kept | {'before': str(more)})}" if more else ""
    return render_template(
        "clients/index.html",
        lines=lines,
        more=link,
        search=search,
        archived=archived,
        show=show,
        shows=SHOWS,
        here=here,
        away=away,
    )


@bp.get("/clients/new")
def new() -> str:
    """The form for somebody who came by themselves."""
    return _form(None, {}, {})


@bp.post("/clients")
def create() -> Response | tuple[str, int]:
    """Add a client."""
    try:
        client_id, undo = clients.create(db(), _read(), actor_id=actor_id(), now=now())
    except Invalid as error:
        return _form(None, request.form.to_dict(), error.errors), 422
    flash_undo("Client added.", undo)
    return _back(client_id)


@bp.get("/clients/<int:client_id>")
def show(client_id: int) -> str:
    """What is known, what was measured, and how it moved."""
    return _page(client_id, {}, {})


@bp.get("/clients/<int:client_id>/edit")
def edit(client_id: int) -> str:
    """The form with what is known."""
    with db().read() as session:
        client = clients.get(session, client_id)
    return _form(client, {name: getattr(client, name) for name in FIELDS}, {})


@bp.post("/clients/<int:client_id>")
def update(client_id: int) -> Response | tuple[str, int]:
    """Save corrections."""
    try:
        undo = clients.update(db(), client_id, _read(), actor_id=actor_id(), now=now())
    except Invalid as error:
        with db().read() as session:
            client = clients.get(session, client_id)
        return _form(client, request.form.to_dict(), error.errors), 422
    flash_saved(undo)
    return _back(client_id)


@bp.post("/clients/<int:client_id>/archival")
def archive(client_id: int) -> Response:
    """Put a client away, or bring one back."""
    away = request.form.get("away") == "1"
    undo = clients.archive(db(), client_id, away=away, actor_id=actor_id(), now=now())
    flash_undo("Put away." if away else "Brought back.", undo)
    return _back(client_id)


@bp.post("/clients/<int:client_id>/goals")
def set_goals(client_id: int) -> Response | tuple[str, int]:
    """What the client aims for in each measure."""
    typed = {name.removeprefix("goal-"): text for name, text in request.form.items() if name.startswith("goal-")}
    try:
        undo = clients.set_goals(db(), client_id, typed, {}, actor_id=actor_id(), now=now())
    except Invalid as error:
        return _page(client_id, typed, error.errors), 422
    if undo:
        flash_undo("Goals saved.", undo)
    return _back(client_id)


def _page(client_id: int, typed: dict[str, str], errors: dict[str, str]) -> str:
    with db().read() as session:
        client = clients.get(session, client_id)
        return render_template(
            "clients/show.html",
            client=client,
            page=client_page.load(session, client, today()),
            assessments=measurements.assessments(session, client_id),
            measure=measure,
            roles=client_words.ROLES,
            states=client_words.STATES,
            kinds_of_event=client_words.EVENTS,
            until=client_words.until,
            fresh=fresh(),
            session_states=client_words.STATES,
            typed=typed,
            errors=errors,
        )


def _read() -> dict[str, str]:
    form = {name: text for name, text in request.form.items() if name in FIELDS}
    return {**form, "shows_pain": form.get("shows_pain", "")}


def _form(client: Client | None, form: dict[str, str], errors: dict[str, str]) -> str:
    with db().read() as session:
        services = [(one.key, one.label) for one in referable(prices.switched_off(session))]
    return render_template("clients/form.html", client=client, form=form, errors=errors, sexes=SEXES, services=services)


def _back(client_id: int) -> Response:
    return redirect(url_for("clients.show", client_id=client_id), 303)
