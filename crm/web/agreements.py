"""Agreements with organizations: the list by state, one with its steps, and what it is worth this year."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain import agreements as rules
from crm.domain import money
from crm.domain.agreements import AgreementPer, AgreementState
from crm.domain.errors import Invalid
from crm.models.agreements import Agreement
from crm.services import agreement_terms, agreement_worth, agreements, providers
from crm.services.agreements import Move
from crm.store import agreements as store
from crm.store import practices as practice_store
from crm.store import providers as provider_store
from crm.web import dealings, labels
from crm.web.context import actor_id, db, flash_saved, flash_undo, now
from crm.web.forms import day_or_none, maybe_one_of, one_of
from crm.web.presentation import today
from crm.web.ways import way_back

bp = Blueprint("agreements", __name__)

DAYS = ("starts_on", "ends_on", "renews_on")
STARTS_AS = (AgreementState.IDEA, AgreementState.PROPOSED, AgreementState.ACTIVE)
PERS = [(each.value, labels.AGREEMENT_PER[each]) for each in AgreementPer]


@bp.get("/agreements")
def index() -> str:
    """All of them, what needs something soonest first, with this year's worth above."""
    state = maybe_one_of(AgreementState, request.args.get("state", ""), "state")
    first, last = date(today().year, 1, 1), date(today().year, 12, 31)
    with db().read() as session:
        sample = not store.has_real(session)
        return render_template(
            "agreements/index.html",
            lines=store.lines(session, state=state),
            counts=store.counts(session),
            state=state,
            worth=agreement_worth.value_between(session, first, last, sample=sample),
            proposed=sum(value or 0 for _, value in store.open_proposals(session, sample=sample)),
            year=today().year,
        )


@bp.get("/agreements/new")
def choose() -> str:
    """With whom: an organization that is known, or a new one."""
    return dealings.choose(
        title="New agreement",
        asks="With which organization?",
        hint="An agreement belongs to an organization among your providers.",
        back=("Agreements", url_for("agreements.index")),
        target="agreements.new",
    )


@bp.get("/providers/<int:provider_id>/agreements/new")
def new(provider_id: int) -> str:
    """The form for one organization."""
    return _form(provider_id, None, {"state": "proposed", "notice_days": "60"}, {})


@bp.post("/providers/<int:provider_id>/agreements")
def create(provider_id: int) -> Response | tuple[str, int]:
    """Note an agreement."""
    form = request.form.to_dict()
    try:
        agreement_id, undo = agreements.create(
            db(),
            provider_id,
            form,
            _days(),
            _move(),
            client_key=form.get("client_key") or None,
            actor_id=actor_id(),
            now=now(),
            today=today(),
        )
    except Invalid as error:
        return _form(provider_id, None, form, error.errors), 422
    if undo:
        flash_undo("Agreement saved.", undo)
    else:
        flash("That agreement was saved already.")
    return redirect(url_for("agreements.show", agreement_id=agreement_id), 303)


@bp.get("/agreements/<int:agreement_id>")
def show(agreement_id: int) -> str:
    """One agreement."""
    return _page(agreement_id, {})


@bp.get("/agreements/<int:agreement_id>/edit")
def edit(agreement_id: int) -> str:
    """The form with what is known."""
    with db().read() as session:
        row = agreements.get(session, agreement_id)
    return _form(row.provider_id, row, _as_form(row), {})


@bp.post("/agreements/<int:agreement_id>")
def update(agreement_id: int) -> Response | tuple[str, int]:
    """Save corrections."""
    form = request.form.to_dict()
    try:
        undo = agreements.update(db(), agreement_id, form, _days(), actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        with db().read() as session:
            row = agreements.get(session, agreement_id)
        return _form(row.provider_id, row, form, error.errors), 422
    flash_saved(undo)
    return redirect(url_for("agreements.show", agreement_id=agreement_id), 303)


@bp.post("/agreements/<int:agreement_id>/steps")
def step(agreement_id: int) -> Response | tuple[str, int]:
    """Take it a step further."""
    try:
        undo = agreements.move(db(), agreement_id, _move(), actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _page(agreement_id, error.errors), 422
    flash_undo("Saved.", undo)
    return redirect(url_for("agreements.show", agreement_id=agreement_id), 303)


@bp.post("/agreements/<int:agreement_id>/archival")
def archive(agreement_id: int) -> Response:
    """Put it away, or bring it back."""
    away = request.form.get("away") == "1"
    undo = agreements.archive(db(), agreement_id, away=away, actor_id=actor_id(), now=now(), today=today())
    flash_undo("Put away." if away else "Brought back.", undo)
    return way_back(url_for("agreements.show", agreement_id=agreement_id))


def _page(agreement_id: int, errors: dict[str, str]) -> str:
    with db().read() as session:
        row = agreements.get(session, agreement_id)
        first, last = date(today().year, 1, 1), date(today().year, 12, 31)
        following = [(state.value, _verb(row.state, state)) for state in rules.NEXT[row.state]]
        return render_template(
            "agreements/show.html",
            agreement=row,
            provider=providers.get(session, row.provider_id),
            steps=store.steps(session, agreement_id),
            following=following,
            worth=agreement_worth.value_of_each(session, first, last, sample=row.sample).get(agreement_id, 0),
            year=today().year,
            contact=practice_store.contact(session, row.contact_id) if row.contact_id else None,
            errors=errors,
            form=request.form,
        )


def _verb(before: AgreementState, after: AgreementState) -> str:
    if before is after:
        return "Renewed" if after is AgreementState.ACTIVE else "Proposed again"
    return labels.label(after)


def _form(provider_id: int, row: Agreement | None, form: dict[str, Any], errors: dict[str, str]) -> str:
    with db().read() as session:
        provider = providers.get(session, provider_id)
        people = provider_store.contacts_at(session, [provider.practice_id] if provider.practice_id else [])
    return render_template(
        "agreements/form.html",
        provider=provider,
        agreement=row,
        form=form,
        errors=errors,
        services=agreement_terms.choices(),
        people=[(one.id, one.name) for one in people],
        states=[(state.value, labels.label(state)) for state in STARTS_AS],
        pers=PERS,
        client_key=form.get("client_key") or uuid4().hex,
    )


def _as_form(row: Agreement) -> dict[str, Any]:
    plain = ("service_key", "title", "per", "ends_on", "renews_on", "notice_days", "contact_id", "remarks")
    return {name: getattr(row, name) for name in plain} | {"value": money.dollars(row.value_cents)}


def _days() -> dict[str, date | None]:
    return {name: day_or_none(request.form.get(name), name) for name in DAYS}


def _move() -> Move:
    form = request.form
    state = one_of(AgreementState, form.get("state"), "state")
    day = "starts_on" if state is AgreementState.ACTIVE and "starts_on" in form else "happened_on"
    return Move(
        state,
        day_or_none(form.get(day), day),
        form.get("reason", ""),
        day_or_none(form.get("ends_on"), "ends_on"),
        day_or_none(form.get("renews_on"), "renews_on"),
        money.cents(form.get("new_value", ""), field="new_value"),
        form.get("seen", type=int),
    )
