"""Mail settings: the mailboxes, how people unsubscribe, and what holds for all of them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain import sequences
from crm.domain.errors import HandoffError, Invalid
from crm.domain.mailboxes import PRESETS
from crm.services import mail_test, mailbox_standing, mailboxes, outbox, signing
from crm.services.message_standing import reply_in_words
from crm.web.context import actor_id, current_user, db, handoff, now

bp = Blueprint("mail_settings", __name__, url_prefix="/settings/mail")


@bp.get("")
def index() -> str:
    """The mailboxes that are set up, or the first step to set one up."""
    return _page({}, {})


@bp.post("/test")
def test() -> Response:
    """Send a test to oneself, while the person waits."""
    post, address = handoff().post, request.form.get("to", "") or current_user().email
    account_id = request.form.get("mailbox", type=int)
    back = url_for("mailboxes.show", account_id=account_id) if account_id else url_for("mail_settings.index")
    try:
        message_id = mail_test.queue(db(), post, to=address, account_id=account_id, actor_id=actor_id(), now=now())
        outbox.run_one(db(), post, message_id, clock=handoff().clock, me=f"web-{secrets.token_hex(4)}")
    except HandoffError as error:
        flash(str(error), "error")
        return redirect(back, 303)
    message = mail_test.result(db(), message_id)
    if message.state == "sent":
        flash("The test is in the local mailbox." if message.via == "local" else f"The test went to {address}.")
    else:
        flash(f"The test was not sent. {reply_in_words(message)}", "error")
    return redirect(back, 303)


@bp.post("/person-gap")
def person_gap() -> Response:
    """Store how long a person is left in peace between two mails of sequences."""
    text = request.form.get("person_gap_days", "").strip()
    try:
        days = int(text) if text.isdecimal() and len(text) < 4 else None if not text else -1
        mailbox_standing.set_person_gap(db(), days, now=now())
    except Invalid as error:
        return make_response(_page(request.form, error.errors), 422)
    flash("Saved.")
    return redirect(url_for("mail_settings.index"), 303)


def _page(form: Mapping[str, str], errors: dict[str, str]) -> str:
    post = handoff().post
    with db().read() as session:
        found = mailbox_standing.overview(session, now=now())
        by_environment = mailboxes.peek(session, post) if post.environment is not None else None
        signed = [each.domain for each in signing.every(session) if each.enabled]
    gap = g.business.person_gap_days if g.business is not None else None
    return render_template(
        "mail_settings/index.html",
        mailboxes=found,
        environment=by_environment,
        is_environment=post.environment is not None,
        presets=PRESETS,
        signed=signed,
        gap=form.get("person_gap_days", sequences.person_gap(gap).days),
        errors=errors,
        public_url=post.public_url,
    )
