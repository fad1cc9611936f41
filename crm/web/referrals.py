"""Referrals: logged in one motion from the provider's page."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from crm.domain.errors import Invalid
from crm.domain.kinds import ReferralHow
from crm.services import providers, referrals
from crm.services.referrals import Logged, NewReferral
from crm.store import prices
from crm.web import filters, provider_page
from crm.web.context import actor_id, db, flash_undo, now
from crm.web.forms import day_or_none, one_of, way_back
from crm.web.presentation import today

bp = Blueprint("referrals", __name__)


@bp.get("/providers/<int:provider_id>/referrals/new")
def new(provider_id: int) -> str:
    """The form on a page of its own."""
    return _form(provider_id, request.args, {})


@bp.post("/providers/<int:provider_id>/referrals")
def create(provider_id: int) -> Response | tuple[str, int]:
    """Log a referral; the first one makes a partner."""
    try:
        read = _read(request.form)
        logged = referrals.log(db(), provider_id, read, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _form(provider_id, request.form, error.errors), 422
    _say(logged, read)
    return redirect(way_back(request.form.get("next"), url_for("providers.show", provider_id=provider_id)), 303)


def _read(form: MultiDict[str, str]) -> NewReferral:
    return NewReferral(
        code=form.get("code", ""),
        service_key=form.get("service_key", ""),
        received_on=day_or_none(form.get("received_on"), "received_on") or today(),
        how=one_of(ReferralHow, form.get("how") or "call", "how"),
        reason=form.get("reason", ""),
        same_client=bool(form.get("same_client")),
        client_key=form.get("client_key") or None,
    )


def _say(logged: Logged, read: NewReferral) -> None:
    if logged.is_repeat or logged.change_set_id is None:
        flash("That referral was saved already.")
        return
    said = [f"Referral {read.code} saved."]
    if logged.became_partner:
        said.append("A partner now!")
    if logged.call_by:
        said.append(f"Call the client by {filters.by_day(logged.call_by, today())}.")
    flash_undo(" ".join(said), logged.change_set_id)


def _form(provider_id: int, form: MultiDict[str, str], errors: dict[str, str]) -> str:
    with db().read() as session:
        provider = providers.get(session, provider_id)
        services = provider_page.service_choices(provider, prices.switched_off(session))
    return render_template("referrals/new.html", provider=provider, form=form, errors=errors, services=services)
