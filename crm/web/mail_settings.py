"""Mail settings: which mailbox outreach leaves by."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain.errors import HandoffError, Invalid
from crm.domain.mailboxes import PRESETS, SECURITIES
from crm.models.accounts import MailAccount
from crm.services import mail_test, mailbox_checks, mailbox_setup, mailboxes, outbox
from crm.services.mailbox_setup import MailboxForm
from crm.services.message_standing import reply_in_words
from crm.web.context import actor_id, current_user, db, handoff, now

bp = Blueprint("mail_settings", __name__, url_prefix="/settings/mail")


@bp.get("")
def index() -> str:
    """The mailbox that is set up, or the form to set one up."""
    return _page({}, {})


@bp.post("")
def save() -> Response:
    """Keep the settings, and try to sign in with them."""
    form = request.form
    try:
        account = _account()
        account_id = account.id if account is not None else None
        account_id = mailbox_setup.save(
            db(), handoff().post, _form(form), account_id=account_id, actor_id=actor_id(), now=now()
        )
    except Invalid as error:
        return make_response(_page(form, error.errors), 422)
    _check(account_id)
    return redirect(url_for("mail_settings.index"), 303)


@bp.post("/check")
def check() -> Response:
    """Try to sign in again."""
    account = _account()
    if account is not None and account.id is not None:
        _check(account.id)
    return redirect(url_for("mail_settings.index"), 303)


@bp.post("/test")
def test() -> Response:
    """Send a test to oneself, while the person waits."""
    post, address = handoff().post, request.form.get("to", "") or current_user().email
    try:
        message_id = mail_test.queue(db(), post, to=address, actor_id=actor_id(), now=now())
        outbox.run_one(db(), post, message_id, clock=handoff().clock, me=f"web-{secrets.token_hex(4)}")
    except HandoffError as error:
        flash(str(error), "error")
        return redirect(url_for("mail_settings.index"), 303)
    message = mail_test.result(db(), message_id)
    if message.state == "sent":
        flash("The test is in the local mailbox." if message.via == "local" else f"The test went to {address}.")
    else:
        flash(f"The test was not sent. {reply_in_words(message)}", "error")
    return redirect(url_for("mail_settings.index"), 303)


@bp.post("/resume")
def resume() -> Response:
    """Let mail leave again after a pause."""
    account = _account()
    if account is not None and account.id is not None:
        mailbox_setup.resume(db(), account.id, actor_id=actor_id(), now=now())
        flash("Mail leaves again.")
    return redirect(url_for("mail_settings.index"), 303)


@bp.post("/removal")
def remove() -> Response:
    """Back to the local mailbox."""
    account = _account()
    if account is not None and account.id is not None:
        mailbox_setup.remove(db(), account.id, actor_id=actor_id(), now=now())
    flash("The mailbox is removed. Mail stays in the local mailbox now.")
    return redirect(url_for("mail_settings.index"), 303)


def _account() -> MailAccount | None:
    with db().read() as session:
        return mailboxes.peek(session, handoff().post)


def _check(account_id: int) -> None:
    failed = [each for each in mailbox_checks.check(db(), handoff().post, account_id, now=now()) if not each.works]
    for each in failed:
        flash(f"Saved, but signing in failed: {each.said} {each.advice}", "error")
    if not failed:
        flash("Saved, and signing in works.")


def _form(form: Mapping[str, str]) -> MailboxForm:
    return MailboxForm(
        address=form.get("address", ""),
        from_name=form.get("from_name", ""),
        preset=form.get("preset", "other"),
        smtp_host=form.get("smtp_host", ""),
        smtp_port=_number(form, "smtp_port", 0),
        smtp_security=form.get("smtp_security", ""),
        username=form.get("username", ""),
        password=form.get("password", ""),
        daily_cap=_number(form, "daily_cap", 0),
        gap_seconds=_number(form, "gap_seconds", -1),
    )


def _number(form: Mapping[str, str], name: str, otherwise: int) -> int:
    text = form.get(name, "").strip()
    return int(text) if text.isdecimal() and len(text) < 9 else otherwise


def _page(form: Mapping[str, str], errors: dict[str, str]) -> str:
    account = _account()
    return render_template(
        "mail_settings/index.html",
        account=account,
        by_environment=handoff().post.environment is not None,
        values=form or _values(account),
        errors=errors,
        presets=PRESETS,
        securities=list(SECURITIES.items()),
        public_url=handoff().post.public_url,
    )


def _values(account: MailAccount | None) -> dict[str, object]:
    if account is None:
        user = current_user()
        chosen = PRESETS.get(request.args.get("preset", ""), PRESETS["other"])
        return {
            "address": user.email,
            "from_name": user.name,
            "preset": request.args.get("preset", "other"),
            "smtp_host": chosen.smtp_host,
            "smtp_port": chosen.smtp_port,
            "smtp_security": chosen.smtp_security,
            "username": user.email,
            "daily_cap": chosen.daily_cap,
            "gap_seconds": 20,
        }
    names = ("address", "from_name", "preset", "smtp_host", "smtp_port", "smtp_security", "username")
    return {name: getattr(account, name) for name in (*names, "daily_cap", "gap_seconds")}
