"""A client's providers, and the other direction: clients whom we sent to somebody."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from flask import abort, flash, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from crm.domain.errors import Invalid, Refused
from crm.models.clients import SentClient
from crm.services import client_providers, clients, providers, sent_clients
from crm.store import client_care
from crm.web import client_forms, client_words
from crm.web.client_forms import back_to
from crm.web.clients import bp
from crm.web.context import actor_id, db, flash_saved, flash_undo, now
from crm.web.presentation import today

CARD = "partners"
ROLES = [(role.value, words) for role, words in client_words.ROLES.items()]


@bp.get("/clients/<int:client_id>/providers/new")
def new_partner(client_id: int) -> str:
    """Whom to add, and in which role."""
    return _page(client_id, {"role": "informed", "gets_reports": "1", **request.args.to_dict()}, {})


@bp.post("/clients/<int:client_id>/providers")
def create_partner(client_id: int) -> Response | tuple[str, int]:
    """Add a provider in a role."""
    form = request.form.to_dict()
    if client_forms.is_search():
        return _page(client_id, form, {}), 200
    try:
        undo = client_providers.add(db(), client_id, form, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _page(client_id, form, error.errors), 422
    flash_undo("Added.", undo)
    return back_to(client_id, CARD)


@bp.post("/clients/<int:client_id>/providers/<int:link_id>/reports")
def let_reports(client_id: int, link_id: int) -> Response:
    """Switch reports on or off."""
    _check_link(client_id, link_id)
    wanted = request.form.get("gets_reports") == "1"
    undo = client_providers.let_reports(
        db(), link_id, gets_reports=wanted, actor_id=actor_id(), now=now(), today=today()
    )
    flash_undo("Gets reports from now on." if wanted else "Gets no more reports.", undo)
    return back_to(client_id, CARD)


@bp.post("/clients/<int:client_id>/providers/<int:link_id>/ends")
def end_partner(client_id: int, link_id: int) -> Response:
    """Nothing more to do with the client."""
    _check_link(client_id, link_id)
    try:
        flash_undo("Ended.", client_providers.end(db(), link_id, actor_id=actor_id(), now=now(), today=today()))
    except Refused as error:
        flash(str(error), "error")
    return back_to(client_id, CARD)


@bp.get("/clients/<int:client_id>/sent/new")
def new_sent(client_id: int) -> str:
    """To whom we sent the client."""
    return _sending(client_id, _fresh(), {})


@bp.post("/clients/<int:client_id>/sent")
def create_sent(client_id: int) -> Response | tuple[str, int]:
    """Write it down."""
    form = {**request.form.to_dict(), "client_id": str(client_id)}
    if client_forms.is_search():
        return _sending(client_id, form, {}), 200
    try:
        logged = sent_clients.log(db(), form, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _sending(client_id, form, error.errors), 422
    _say(logged.change_set_id)
    return back_to(client_id, "sent")


@bp.get("/providers/<int:provider_id>/sent/new")
def new_sent_to(provider_id: int) -> str:
    """Whom we sent to this provider."""
    return _sending_to(provider_id, _fresh() | request.args.to_dict(), {})


@bp.post("/providers/<int:provider_id>/sent")
def create_sent_to(provider_id: int) -> Response | tuple[str, int]:
    """Write it down from the provider's side."""
    form = {**request.form.to_dict(), "provider_id": str(provider_id)}
    form.pop("client_id", None)
    try:
        logged = sent_clients.log(db(), form, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _sending_to(provider_id, form, error.errors), 422
    _say(logged.change_set_id)
    return redirect(url_for("providers.show", provider_id=provider_id), 303)


@bp.get("/clients/<int:client_id>/sent/<int:sent_id>")
def sent(client_id: int, sent_id: int) -> str:
    """One that we sent: what came of it."""
    with db().read() as session:
        row = _sent_of(session, client_id, sent_id)
        return _outcome(session, client_id, row, row.came_of_it, {})


@bp.post("/clients/<int:client_id>/sent/<int:sent_id>")
def tell_sent(client_id: int, sent_id: int) -> Response | tuple[str, int]:
    """What came of it."""
    with db().read() as session:
        row = _sent_of(session, client_id, sent_id)
    form = request.form.to_dict()
    try:
        undo = sent_clients.tell_outcome(db(), sent_id, form, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        with db().read() as session:
            return _outcome(session, client_id, row, form.get("came_of_it", ""), error.errors), 422
    flash_saved(undo)
    return back_to(client_id, "sent")


@bp.post("/clients/<int:client_id>/sent/<int:sent_id>/archival")
def archive_sent(client_id: int, sent_id: int) -> Response:
    """It was written down by mistake."""
    with db().read() as session:
        _sent_of(session, client_id, sent_id)
    flash_undo("Put away.", sent_clients.archive(db(), sent_id, actor_id=actor_id(), now=now(), today=today()))
    return back_to(client_id, "sent")


def _check_link(client_id: int, link_id: int) -> None:
    with db().read() as session:
        if client_providers.get(session, link_id).client_id != client_id:
            abort(404)


def _sent_of(session: Session, client_id: int, sent_id: int) -> SentClient:
    row = sent_clients.get(session, sent_id)
    return row if row.client_id == client_id else abort(404)


def _fresh() -> dict[str, str]:
    return {"sent_on": today().isoformat(), "client_key": secrets.token_hex(16)}


def _say(undo: int | None) -> None:
    if undo is None:
        flash("That was saved already.")
    else:
        flash_undo("Written down, on the provider’s timeline too.", undo)


def _page(client_id: int, form: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with db().read() as session:
        client = clients.get(session, client_id)
        picker = client_forms.picker(session, client_id, form)
    return render_template("clients/partner.html", client=client, form=form, picker=picker, roles=ROLES, errors=errors)


def _sending(client_id: int, form: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with db().read() as session:
        client = clients.get(session, client_id)
        picker = client_forms.picker(session, client_id, form)
    return render_template("clients/sent_new.html", client=client, form=form, picker=picker, errors=errors)


def _sending_to(provider_id: int, form: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with db().read() as session:
        provider = providers.get(session, provider_id)
        rows = client_care.sent_to(session, provider_id)
    return render_template("clients/sent_to.html", provider=provider, form=form, rows=rows, errors=errors)


def _outcome(session: Session, client_id: int, row: SentClient, said: str, errors: Mapping[str, str]) -> str:
    client = clients.get(session, client_id)
    provider = providers.get(session, row.provider_id)
    return render_template("clients/sent.html", client=client, provider=provider, row=row, said=said, errors=errors)
