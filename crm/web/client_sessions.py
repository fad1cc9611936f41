"""Sessions: logged in a moment, planned as a series, ticked off with one tap, mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from flask import abort, flash, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from crm.domain import attendance
from crm.domain.client_kinds import SessionState
from crm.domain.errors import Invalid
from crm.models.client_care import ClientSession
from crm.services import client_sessions, client_starts, clients
from crm.services.client_sessions import Logged
from crm.store import client_sessions as store
from crm.web import client_words, filters
from crm.web.client_forms import back_to
from crm.web.client_session_form import fresh
from crm.web.clients import bp
from crm.web.context import actor_id, db, flash_saved, flash_undo, now
from crm.web.forms import one_of
from crm.web.presentation import today

CARD = "sessions"
PAGE = 50
SHORT_DAYS = [(number, name[:3]) for number, name in enumerate(attendance.DAYS)]
FIELDS = "state happened_on minutes work response".split()


@bp.get("/clients/<int:client_id>/sessions")
def sessions(client_id: int) -> str:
    """Every session, the latest first."""
    with db().read() as session:
        client = clients.get(session, client_id)
        rows, mark = store.page(session, client_id, limit=PAGE, after=_mark(request.args.get("after", "")))
        attended = store.attended(session, client_id, today())
    here = url_for("clients.sessions", client_id=client_id)
    more = f"{here}?{urlencode({'after': f'{mark[0]},{mark[1]}'})}" if mark else ""
    return render_template(
        "clients/sessions.html", client=client, rows=rows, more=more, attended=attended, states=client_words.STATES
    )


@bp.get("/clients/<int:client_id>/sessions/new")
def new_session(client_id: int) -> str:
    """The form on a page of its own."""
    return _page(client_id, None, fresh() | request.args.to_dict(), {})


@bp.post("/clients/<int:client_id>/sessions")
def create_session(client_id: int) -> Response | tuple[str, int]:
    """Log a session."""
    form = request.form.to_dict()
    try:
        logged = client_sessions.log(db(), client_id, form, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _page(client_id, None, form, error.errors), 422
    _say(logged)
    return back_to(client_id, CARD)


@bp.get("/clients/<int:client_id>/sessions/plan")
def new_sessions(client_id: int) -> str:
    """The form for a series."""
    return _plan(client_id, {"first_on": today().isoformat(), "weeks": "6"}, [1, 3], {})


@bp.post("/clients/<int:client_id>/sessions/plan")
def plan_sessions(client_id: int) -> Response | tuple[str, int]:
    """Plan a series in one motion."""
    form = request.form.to_dict()
    weekdays = [int(text) for text in request.form.getlist("weekdays") if text.isdecimal()]
    try:
        planned = client_sessions.plan(db(), client_id, form, weekdays, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _plan(client_id, form, weekdays, error.errors), 422
    if planned.change_set_id is None:
        flash("These sessions were planned already.")
    else:
        last = filters.day(planned.days[-1], today())
        flash_undo(
            f"{filters.plural(len(planned.days), 'session')} planned, the last on {last}.", planned.change_set_id
        )
    return back_to(client_id, CARD)


@bp.get("/clients/<int:client_id>/sessions/<int:session_id>")
def session_of(client_id: int, session_id: int) -> str:
    """One session, to look at and to correct."""
    with db().read() as session:
        row = _of(session, client_id, session_id)
    return _page(client_id, row, {name: _text(getattr(row, name)) for name in FIELDS}, {})


@bp.post("/clients/<int:client_id>/sessions/<int:session_id>")
def update_session(client_id: int, session_id: int) -> Response | tuple[str, int]:
    """Save corrections."""
    with db().read() as session:
        row = _of(session, client_id, session_id)
    form = request.form.to_dict()
    try:
        undo = client_sessions.correct(db(), session_id, form, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _page(client_id, row, form, error.errors), 422
    flash_saved(undo, "Session saved.")
    return back_to(client_id, CARD)


@bp.post("/clients/<int:client_id>/sessions/<int:session_id>/states")
def tick_session(client_id: int, session_id: int) -> Response:
    """Say with one tap how it went."""
    with db().read() as session:
        _of(session, client_id, session_id)
    try:
        state = one_of(SessionState, request.form.get("state"), "state")
        _say(client_sessions.tick(db(), session_id, state, actor_id=actor_id(), now=now(), today=today()))
    except Invalid as error:
        flash(" ".join(error.errors.values()), "error")
    return back_to(client_id, CARD)


@bp.post("/clients/<int:client_id>/sessions/<int:session_id>/archival")
def archive_session(client_id: int, session_id: int) -> Response:
    """It never was."""
    with db().read() as session:
        _of(session, client_id, session_id)
    flash_undo(
        "Session put away.", client_sessions.archive(db(), session_id, actor_id=actor_id(), now=now(), today=today())
    )
    return back_to(client_id, CARD)


@bp.post("/clients/<int:client_id>/sessions/drops")
def drop_sessions(client_id: int) -> Response:
    """Cancel what is planned."""
    undo = client_sessions.drop_planned(db(), client_id, actor_id=actor_id(), now=now(), today=today())
    if undo:
        flash_undo("The planned sessions are cancelled.", undo)
    else:
        flash("Nothing is planned.")
    return back_to(client_id, CARD)


@bp.post("/clients/<int:client_id>/starts")
def start(client_id: int) -> Response:
    """The client has started; so have their referrals."""
    try:
        day = date.fromisoformat(request.form.get("started_on", ""))
    except ValueError:
        day = today()
    try:
        undo = client_starts.start(db(), client_id, day, actor_id=actor_id(), now=now(), today=today())
        flash_undo(f"Started on {filters.day(day, today())}. The reports that follow are on the list.", undo)
    except Invalid as error:
        flash(" ".join(error.errors.values()), "error")
    return back_to(client_id, CARD)


def _say(logged: Logged) -> None:
    if logged.change_set_id is None:
        flash("That session was saved already.")
    elif logged.started:
        flash_undo("Session saved. Is it the first? Say so on the card.", logged.change_set_id)
    else:
        flash_undo("Session saved.", logged.change_set_id)


def _of(session: Session, client_id: int, session_id: int) -> ClientSession:
    row = client_sessions.get(session, session_id)
    return row if row.client_id == client_id else abort(404)


def _page(client_id: int, row: ClientSession | None, form: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with db().read() as session:
        client = clients.get(session, client_id)
    return render_template(
        "clients/session.html", client=client, row=row, form=form, states=client_words.STATES, errors=errors
    )


def _plan(client_id: int, form: Mapping[str, str], weekdays: Sequence[int], errors: Mapping[str, str]) -> str:
    with db().read() as session:
        client = clients.get(session, client_id)
    return render_template(
        "clients/session_plan.html", client=client, form=form, days=SHORT_DAYS, weekdays=weekdays, errors=errors
    )


def _mark(text: str) -> tuple[date, int] | None:
    if not text:
        return None
    try:
        day, key = text.split(",")
        return date.fromisoformat(day), int(key)
    except ValueError:
        abort(400)


def _text(value: object) -> str:
    return "" if value is None else str(value)
