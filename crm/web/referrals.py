"""Referrals: logged in one motion, from a provider's page, from anywhere, or from a reply."""

from __future__ import annotations

import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from crm.domain.errors import Invalid
from crm.domain.kinds import ReferralHow
from crm.services import providers, referral_origins, referrals, search
from crm.services.referrals import Logged, NewReferral
from crm.store import prices
from crm.store import referrals as store
from crm.web import filters, provider_page
from crm.web.context import actor_id, db, flash_undo, now
from crm.web.forms import day_or_none, one_of, way_back
from crm.web.presentation import today

bp = Blueprint("referrals", __name__)

CHOICES = 12


@bp.get("/referrals/new")
def choose() -> str:
    """Whose referral it is: search, or one of those who refer."""
    question = request.args.get("q", "").strip()
    with db().read() as session:
        if question:
            found = search.answer(session, question[:200], limit=CHOICES, today=today(), now=now()).rows
            known = [(row.id, row.display_name, row.practice_name or row.city) for row in found]
        else:
            known = store.recent_partners(session, CHOICES)
    return render_template("referrals/choose.html", question=question, known=known)


@bp.get("/providers/<int:provider_id>/referrals/new")
def new(provider_id: int) -> str:
    """The form on a page of its own."""
    return _form(provider_id, request.args, {})


@bp.post("/providers/<int:provider_id>/referrals")
def create(provider_id: int) -> Response | tuple[str, int]:
    """Log a referral; the first one makes a partner."""
    try:
        read = read_new(request.form)
        logged = referrals.log(db(), provider_id, read, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _form(provider_id, request.form, error.errors), 422
    say(logged, read)
    return redirect(way_back(request.form.get("next"), url_for("providers.show", provider_id=provider_id)), 303)


@bp.get("/inbox/<int:inbound_id>/referral")
def from_reply(inbound_id: int) -> str:
    """A reply that is a referral: what it says is filled in, unless it names somebody."""
    return _reply_form(inbound_id, None, {})


@bp.post("/inbox/<int:inbound_id>/referral")
def create_from_reply(inbound_id: int) -> Response | tuple[str, int]:
    """Log it; the message is settled with it."""
    try:
        read = read_new(request.form)
        logged = referral_origins.log_reply(db(), inbound_id, read, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _reply_form(inbound_id, request.form, error.errors), 422
    say(logged, read)
    return redirect(url_for("referrals.show", referral_id=logged.referral_id), 303)


def read_new(form: MultiDict[str, str], prefix: str = "") -> NewReferral:
    """A new referral as a form has it."""
    written = form.get(f"{prefix}written", "")
    return NewReferral(
        code=form.get(f"{prefix}code", ""),
        service_key=form.get(f"{prefix}service_key", ""),
        received_on=day_or_none(form.get(f"{prefix}received_on"), "received_on") or today(),
        how=one_of(ReferralHow, form.get(f"{prefix}how") or "call", "how"),
        reason=form.get(f"{prefix}reason", ""),
        is_written={"yes": True, "no": False}.get(written),
        same_client=bool(form.get(f"{prefix}same_client")),
        client_key=form.get(f"{prefix}client_key") or None,
    )


def say(logged: Logged, read: NewReferral) -> None:
    """What was done, and by when the client is called."""
    if logged.is_repeat or logged.change_set_id is None:
        flash("That referral was saved already.")
        return
    said = [f"Referral {read.code} saved."]
    if logged.became_partner:
        said.append("A partner now!")
    if logged.call_by:
        said.append(f"Call the client by {filters.by_day(logged.call_by, today())}. The thank-you is drafted.")
    flash_undo(" ".join(said), logged.change_set_id)


def _form(provider_id: int, form: MultiDict[str, str], errors: dict[str, str]) -> str:
    with db().read() as session:
        provider = providers.get(session, provider_id)
        services = provider_page.service_choices(provider, prices.switched_off(session))
        suggested = referrals.suggested_code(session)
    key = form.get("client_key") or secrets.token_urlsafe(12)
    return render_template(
        "referrals/new.html",
        provider=provider,
        form=form,
        errors=errors,
        services=services,
        suggested=suggested,
        client_key=key,
        action=url_for("referrals.create", provider_id=provider_id),
        reply=None,
    )


def _reply_form(inbound_id: int, form: MultiDict[str, str] | None, errors: dict[str, str]) -> str:
    with db().read() as session:
        reply = referral_origins.reply(session, inbound_id, actor_id())
        services = provider_page.service_choices(reply.provider, prices.switched_off(session))
        suggested = referrals.suggested_code(session)
    filled = form or MultiDict({"how": "email", "received_on": str(reply.received_on), "reason": reply.reason})
    return render_template(
        "referrals/new.html",
        provider=reply.provider,
        form=filled,
        errors=errors,
        services=services,
        suggested=suggested,
        client_key=filled.get("client_key") or f"reply-{inbound_id}",
        action=url_for("referrals.create_from_reply", inbound_id=inbound_id),
        reply=reply,
    )
