"""Clearance: asked for, printed with a name that is kept nowhere, answered, or brought along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from flask import abort, flash, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from crm.documents.paper_report import Filing
from crm.domain.errors import Invalid
from crm.domain.permits import NOT_CLEARED_NEXT
from crm.models.client_care import ClientClearance
from crm.models.providers import Provider
from crm.services import clearance_answers, clearances, clients
from crm.web import client_forms, client_words, filters
from crm.web.client_forms import back_to
from crm.web.clients import bp
from crm.web.context import actor_id, db, flash_saved, flash_undo, handoff, now
from crm.web.presentation import today

CARD = "clearances"
ANSWERED = (
    "answer returned_on until_on condition systolic_max diastolic_max heart_rate_max weight_bearing precautions remarks"
).split()


@bp.get("/clients/<int:client_id>/clearances/new")
def new_clearance(client_id: int) -> str:
    """Whom to ask."""
    return _asking(client_id, {"asked_on": today().isoformat(), **request.args.to_dict()}, {})


@bp.post("/clients/<int:client_id>/clearances")
def create_clearance(client_id: int) -> Response | tuple[str, int]:
    """Ask a physician."""
    form = request.form.to_dict()
    if client_forms.is_search():
        return _asking(client_id, form, {}), 200
    try:
        asked = clearances.ask(
            db(), handoff().post.files, client_id, form, actor_id=actor_id(), now=now(), today=today()
        )
    except Invalid as error:
        return _asking(client_id, form, error.errors), 422
    flash_undo(f"Asked. It comes up again {filters.by_day(asked.due_on, today())}.", asked.change_set_id)
    if asked.problem:
        flash(f"The paper could not be made. {asked.problem}", "error")
    return redirect(url_for("clients.clearance", client_id=client_id, clearance_id=asked.clearance_id), 303)


@bp.get("/clients/<int:client_id>/clearances/brought")
def brought_clearance(client_id: int) -> str:
    """A clearance that nobody here asked for."""
    return _answering(client_id, None, {"returned_on": today().isoformat(), **request.args.to_dict()}, {})


@bp.post("/clients/<int:client_id>/clearances/brought")
def bring_clearance(client_id: int) -> Response | tuple[str, int]:
    """Write it down."""
    if client_forms.is_search():
        return _answering(client_id, None, request.form.to_dict(), {}), 200
    bring = partial(clearance_answers.bring, db(), handoff().post.files, client_id)
    return _keep(client_id, None, bring, "Clearance written down.")


@bp.get("/clients/<int:client_id>/clearances/<int:clearance_id>")
def clearance(client_id: int, clearance_id: int) -> str:
    """One clearance: print it, say what came back."""
    with db().read() as session:
        row = _of(session, client_id, clearance_id)
    form = {name: _text(getattr(row, name)) for name in ANSWERED}
    return _answering(client_id, row, {**form, "returned_on": form["returned_on"] or today().isoformat()}, {})


@bp.post("/clients/<int:client_id>/clearances/<int:clearance_id>")
def answer_clearance(client_id: int, clearance_id: int) -> Response | tuple[str, int]:
    """The paper is back."""
    with db().read() as session:
        row = _of(session, client_id, clearance_id)
    answer = partial(clearance_answers.answer, db(), handoff().post.files, clearance_id)
    return _keep(client_id, row, answer, "Saved.")


@bp.post("/clients/<int:client_id>/clearances/<int:clearance_id>/archival")
def archive_clearance(client_id: int, clearance_id: int) -> Response:
    """It was asked for or written down by mistake."""
    with db().read() as session:
        _of(session, client_id, clearance_id)
    flash_undo("Put away.", clearances.archive(db(), clearance_id, actor_id=actor_id(), now=now(), today=today()))
    return back_to(client_id, CARD)


@bp.post("/clients/<int:client_id>/clearances/<int:clearance_id>/paper")
def clearance_paper(client_id: int, clearance_id: int) -> Response:
    """The request with the name and birth date typed now, which are kept nowhere."""
    filing = Filing(request.form.get("name", "").strip()[:120], request.form.get("born", "").strip()[:40])
    with db().read() as session:
        row = _of(session, client_id, clearance_id)
        paper = clearances.print_for(session, row, filing, handoff().post.files, actor_id=actor_id(), now=now())
    return client_forms.shown_paper(paper)


@bp.get("/clients/<int:client_id>/clearances/<int:clearance_id>/scan")
def clearance_scan(client_id: int, clearance_id: int) -> Response:
    """The paper that came back."""
    with db().read() as session:
        return client_forms.shown_scan(session, _of(session, client_id, clearance_id).stored_file_id)


def _keep(
    client_id: int, row: ClientClearance | None, keep: Callable[..., int | None], said: str
) -> Response | tuple[str, int]:
    """What came back, whether it was asked for or brought along; `keep` gives the change set."""
    form = request.form.to_dict()
    try:
        undo = keep(form, client_forms.scan(), actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _answering(client_id, row, form, error.errors), 422
    flash_saved(undo, said)
    if undo and form.get("answer") == "not_cleared":
        flash(f"Not cleared. {NOT_CLEARED_NEXT}", "error")
    return back_to(client_id, CARD)


def _of(session: Session, client_id: int, clearance_id: int) -> ClientClearance:
    row = clearances.get(session, clearance_id)
    return row if row.client_id == client_id else abort(404)


def _asking(client_id: int, form: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with db().read() as session:
        client = clients.get(session, client_id)
        picker = client_forms.picker(session, client_id, form)
    return render_template("clients/clearance_new.html", client=client, form=form, picker=picker, errors=errors)


def _answering(client_id: int, row: ClientClearance | None, form: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with db().read() as session:
        client = clients.get(session, client_id)
        picker = client_forms.picker(session, client_id, form) if row is None else None
        provider = session.get(Provider, row.provider_id) if row and row.provider_id else None
    state = client_words.standing(clearances.standing(row, today())) if row else ("", "")
    return render_template(
        "clients/clearance.html",
        client=client,
        row=row,
        provider=provider,
        picker=picker,
        answers=[(answer.value, words) for answer, words in client_words.ANSWERS.items()],
        state=state,
        follows=NOT_CLEARED_NEXT,
        form=form,
        errors=errors,
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)
