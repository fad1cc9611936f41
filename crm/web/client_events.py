"""Events: what happened to a client, whom we called, what was done."""

from __future__ import annotations

from collections.abc import Mapping

from flask import abort, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from crm.domain.errors import Invalid
from crm.models.client_care import ClientEvent
from crm.services import client_events, clients
from crm.store import client_care
from crm.web import client_page, client_words
from crm.web.client_forms import back_to
from crm.web.clients import bp
from crm.web.context import actor_id, db, flash_saved, flash_undo, now
from crm.web.presentation import today

CARD = "events"
KINDS = [(kind.value, words, icon) for kind, (words, icon) in client_words.EVENTS.items()]


@bp.get("/clients/<int:client_id>/events")
def events(client_id: int) -> str:
    """Everything that happened, the latest first."""
    with db().read() as session:
        client = clients.get(session, client_id)
        rows = client_care.events(session, client_id)
    return render_template("clients/events.html", client=client, rows=rows, kinds=client_words.EVENTS)


@bp.get("/clients/<int:client_id>/events/new")
def new_event(client_id: int) -> str:
    """The form; urgent ones say whom to call first."""
    return _page(client_id, None, {"happened_on": today().isoformat()}, {})


@bp.post("/clients/<int:client_id>/events")
def create_event(client_id: int) -> Response | tuple[str, int]:
    """Write it down; nothing holds that up."""
    form = request.form.to_dict()
    try:
        event_id, undo = client_events.log(db(), client_id, form, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _page(client_id, None, form, error.errors), 422
    flash_undo("Written down.", undo)
    if form.get("urgent") and not form.get("called"):
        return redirect(url_for("clients.event", client_id=client_id, event_id=event_id), 303)
    return back_to(client_id, CARD)


@bp.get("/clients/<int:client_id>/events/<int:event_id>")
def event(client_id: int, event_id: int) -> str:
    """One event: the call that is still to make, and corrections."""
    with db().read() as session:
        row = _of(session, client_id, event_id)
    form = {
        "kind": row.kind.value,
        "happened_on": row.happened_on.isoformat(),
        "urgent": "1" if row.urgent else "",
        "what": row.what,
        "done": row.done,
        "called": "1" if row.called_at else "",
        "called_whom": row.called_whom,
    }
    return _page(client_id, row, form, {})


@bp.post("/clients/<int:client_id>/events/<int:event_id>")
def update_event(client_id: int, event_id: int) -> Response | tuple[str, int]:
    """Save corrections."""
    with db().read() as session:
        row = _of(session, client_id, event_id)
    form = request.form.to_dict()
    try:
        undo = client_events.correct(db(), event_id, form, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _page(client_id, row, form, error.errors), 422
    flash_saved(undo)
    return back_to(client_id, CARD)


@bp.post("/clients/<int:client_id>/events/<int:event_id>/calls")
def call_event(client_id: int, event_id: int) -> Response | tuple[str, int]:
    """The call was made."""
    with db().read() as session:
        row = _of(session, client_id, event_id)
    whom = request.form.get("called_whom", "")
    try:
        undo = client_events.call(db(), event_id, whom, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _page(client_id, row, {**request.form.to_dict(), "what": row.what}, error.errors), 422
    flash_undo("Call noted.", undo)
    return back_to(client_id, CARD)


@bp.post("/clients/<int:client_id>/events/<int:event_id>/archival")
def archive_event(client_id: int, event_id: int) -> Response:
    """It was written down by mistake."""
    with db().read() as session:
        _of(session, client_id, event_id)
    flash_undo("Put away.", client_events.archive(db(), event_id, actor_id=actor_id(), now=now(), today=today()))
    return back_to(client_id, CARD)


def _of(session: Session, client_id: int, event_id: int) -> ClientEvent:
    row = client_events.get(session, event_id)
    return row if row.client_id == client_id else abort(404)


def _page(client_id: int, row: ClientEvent | None, form: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with db().read() as session:
        client = clients.get(session, client_id)
        phones = client_page.phones(client_care.partners(session, client_id))
    return render_template(
        "clients/event.html",
        client=client,
        row=row,
        form=form,
        kinds=KINDS,
        words=client_words.EVENTS,
        phones=phones,
        errors=errors,
    )
