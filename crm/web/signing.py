"""Signing mail of one's own domain (DKIM): make a key, publish its record, check it, switch it on."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain.emails import domain_of
from crm.domain.errors import HandoffError, Invalid
from crm.domain.mailboxes import preset_of
from crm.services import mailbox_setup, signing
from crm.web.context import actor_id, db, handoff, now

bp = Blueprint("signing", __name__, url_prefix="/settings/mail/signing")


@bp.get("")
def index() -> str:
    """Keys with their records, and the form for another."""
    return _page("", {})


@bp.post("")
def create() -> Response:
    """Make a key for a domain."""
    domain = request.form.get("domain", "")
    try:
        signing.make(db(), handoff().post.vault, domain, actor_id=actor_id(), now=now())
    except Invalid as error:
        return make_response(_page(domain, error.errors), 422)
    except HandoffError as error:
        return make_response(_page(domain, {"domain": str(error)}), 422)
    flash("The key is made. Publish its record now.")
    return redirect(url_for("signing.index"), 303)


@bp.post("/<int:signing_id>/check")
def check(signing_id: int) -> Response:
    """Look the record up."""
    result = signing.check(db(), signing_id, handoff().dns.txt, now=now())
    flash(signing.SENTENCES[result], "message" if result == signing.OK else "error")
    return redirect(url_for("signing.index"), 303)


@bp.post("/<int:signing_id>/state")
def switch(signing_id: int) -> Response:
    """Sign from now on, or no more."""
    wanted = request.form.get("enabled") == "1"
    try:
        signing.enable(db(), signing_id, enabled=wanted, actor_id=actor_id(), now=now())
    except HandoffError as error:
        flash(str(error), "error")
    else:
        flash("Mail is signed from now on." if wanted else "Mail leaves unsigned.")
    return redirect(url_for("signing.index"), 303)


@bp.post("/<int:signing_id>/removal")
def remove(signing_id: int) -> Response:
    """Forget a key."""
    signing.remove(db(), signing_id, actor_id=actor_id(), now=now())
    flash("The key is removed. Take its record out of DNS as well.")
    return redirect(url_for("signing.index"), 303)


def _page(domain: str, errors: dict[str, str]) -> str:
    with db().read() as session:
        keys = [(each, *signing.record(each)) for each in signing.every(session)]
        accounts = mailbox_setup.all_in_use(session)
    own = [domain_of(each.address) for each in accounts if preset_of(each.address) == "other"]
    suggestion = domain or next((each for each in own if each not in {key.domain for key, _, _ in keys}), "")
    return render_template(
        "signing/index.html", keys=keys, domain=suggestion, errors=errors, sentences=signing.SENTENCES, ok=signing.OK
    )
