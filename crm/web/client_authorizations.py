"""What a client has signed: written down, corrected, taken back, and the paper to sign."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from flask import abort, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from crm.documents.paper_report import Filing
from crm.domain.errors import Invalid
from crm.domain.papers import TITLES, DocumentKind
from crm.models.client_care import ClientAuthorization
from crm.services import authorizations, clients, papers
from crm.services.paper_desk import Wish
from crm.web import client_forms, client_words
from crm.web.client_forms import back_to
from crm.web.clients import bp
from crm.web.context import actor_id, db, flash_saved, flash_undo, handoff, now
from crm.web.presentation import today

CARD = "authorizations"
COVERS = [(kind.value, TITLES[kind]) for kind in authorizations.KINDS]


@bp.get("/clients/<int:client_id>/authorizations/new")
def new_authorization(client_id: int) -> str:
    """The form, and the paper for the client to sign."""
    with db().read() as session:
        own = client_forms.picker(session, client_id, {}).choices
    first = {"provider_id": str(own[0].id)} if own else {}
    return _page(client_id, None, {"signed_on": today().isoformat(), **first, **request.args.to_dict()}, (), {})


@bp.post("/clients/<int:client_id>/authorizations")
def create_authorization(client_id: int) -> Response | tuple[str, int]:
    """Write down what the client has signed."""
    record = partial(authorizations.record, db(), handoff().post.files, client_id)
    return _save(client_id, None, record, "Authorization written down.")


@bp.get("/clients/<int:client_id>/authorizations/<int:authorization_id>")
def authorization(client_id: int, authorization_id: int) -> str:
    """One authorization, to look at and to correct."""
    with db().read() as session:
        row = _of(session, client_id, authorization_id)
    form = {name: _text(getattr(row, name)) for name in ("signed_on", "until_on", "remarks", "to_name", "provider_id")}
    return _page(client_id, row, form, row.covers, {})


@bp.post("/clients/<int:client_id>/authorizations/<int:authorization_id>")
def update_authorization(client_id: int, authorization_id: int) -> Response | tuple[str, int]:
    """Save corrections."""
    with db().read() as session:
        row = _of(session, client_id, authorization_id)
    correct = partial(authorizations.correct, db(), handoff().post.files, authorization_id)
    return _save(client_id, row, correct, "Saved.")


@bp.post("/clients/<int:client_id>/authorizations/<int:authorization_id>/revocation")
def revoke_authorization(client_id: int, authorization_id: int) -> Response | tuple[str, int]:
    """The client takes it back."""
    with db().read() as session:
        row = _of(session, client_id, authorization_id)
    try:
        undo = authorizations.revoke(
            db(), authorization_id, request.form.to_dict(), actor_id=actor_id(), now=now(), today=today()
        )
    except Invalid as error:
        return _page(client_id, row, request.form.to_dict(), row.covers, error.errors), 422
    flash_undo("Taken back: no report goes there any more.", undo)
    return back_to(client_id, CARD)


@bp.post("/clients/<int:client_id>/authorizations/<int:authorization_id>/archival")
def archive_authorization(client_id: int, authorization_id: int) -> Response:
    """It was written down by mistake."""
    with db().read() as session:
        _of(session, client_id, authorization_id)
    flash_undo(
        "Put away.", authorizations.archive(db(), authorization_id, actor_id=actor_id(), now=now(), today=today())
    )
    return back_to(client_id, CARD)


@bp.get("/clients/<int:client_id>/authorizations/<int:authorization_id>/scan")
def authorization_scan(client_id: int, authorization_id: int) -> Response:
    """The signed paper."""
    with db().read() as session:
        return client_forms.shown_scan(session, _of(session, client_id, authorization_id).stored_file_id)


@bp.post("/clients/<int:client_id>/authorizations/paper")
def authorization_paper(client_id: int) -> Response:
    """The paper to sign, with the name and birth date typed now, which are kept nowhere."""
    form = request.form.to_dict()
    provider_id = request.form.get("provider_id", type=int)
    filing = Filing(form.get("name", "").strip()[:120], form.get("born", "").strip()[:40])
    with db().read() as session:
        clients.get(session, client_id)
        wish = Wish(
            DocumentKind.CLIENT_AUTHORIZATION,
            provider_id,
            user_id=actor_id(),
            now=now(),
            folder=handoff().post.files,
            filing=filing,
        )
        return client_forms.shown_paper(papers.make(session, wish))


def _save(
    client_id: int, row: ClientAuthorization | None, save: Callable[..., int | None], said: str
) -> Response | tuple[str, int]:
    """What the form of a new authorization and that of a known one share; `save` gives the change set."""
    form, covers = request.form.to_dict(), request.form.getlist("covers")
    if client_forms.is_search():
        return _page(client_id, row, form, covers, {}), 200
    try:
        undo = save(form, covers, client_forms.scan(), actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _page(client_id, row, form, covers, error.errors), 422
    flash_saved(undo, said)
    return back_to(client_id, CARD)


def _of(session: Session, client_id: int, authorization_id: int) -> ClientAuthorization:
    row = authorizations.get(session, authorization_id)
    return row if row.client_id == client_id else abort(404)


def _page(
    client_id: int,
    row: ClientAuthorization | None,
    form: Mapping[str, str],
    covers: Sequence[str],
    errors: Mapping[str, str],
) -> str:
    with db().read() as session:
        client = clients.get(session, client_id)
        picker = client_forms.picker(session, client_id, form)
    state = client_words.standing(authorizations.state(row, today())) if row else ("", "")
    return render_template(
        "clients/authorization.html",
        client=client,
        row=row,
        form=form,
        covers=covers,
        kinds=COVERS,
        picker=picker,
        state=state,
        errors=errors,
        action=_action(client_id, row),
    )


def _action(client_id: int, row: ClientAuthorization | None) -> str:
    if row is None:
        return url_for("clients.create_authorization", client_id=client_id)
    return url_for("clients.update_authorization", client_id=client_id, authorization_id=row.id)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
