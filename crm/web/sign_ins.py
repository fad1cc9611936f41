"""Signing in at Google or Microsoft, so that no password is needed here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain.errors import HandoffError, Invalid, Refused
from crm.domain.mail_kinds import SignInState
from crm.domain.mailboxes import PRESETS
from crm.domain.sign_ins import SignInService, Way
from crm.services import mailbox_setup, sign_ins
from crm.services.sign_ins import Begin
from crm.web.context import actor_id, db, handoff, now

bp = Blueprint("sign_ins", __name__, url_prefix="/settings/mail/sign-ins")

LATE = timedelta(seconds=20)
"""A worker that runs would have asked long before."""

ENDED = {SignInState.GRANTED: "", SignInState.FAILED: "bad", SignInState.EXPIRED: "warn"}


@bp.get("/new")
def new() -> Response:
    """What is needed to sign in: the address, and by what name this Handoff is known there."""
    if not request.args.get("service"):
        return redirect(url_for("mailboxes.new"), 303)
    service = _service(request.args.get("service", ""))
    account_id = request.args.get("mailbox", type=int)
    address = request.args.get("address", "")
    with db().read() as session:
        if account_id is not None:
            address = mailbox_setup.one(session, account_id).address
        client = sign_ins.client_of(session, handoff().post, service.key)
    values = {"address": address, "client_id": client.id, "way": service.ways[0], "mailbox": account_id or ""}
    return make_response(_form_page(service, values, {}, has_secret=bool(client.secret)))


@bp.post("")
def create() -> Response:
    """Begin."""
    form = request.form
    service = _service(form.get("service", ""))
    asked = Begin(
        service.key,
        form.get("way", service.ways[0]),
        form.get("address", ""),
        form.get("client_id", ""),
        form.get("client_secret", ""),
        redirect_url=_return_url(),
        mail_account_id=form.get("mailbox", type=int),
    )
    try:
        sign_in_id = sign_ins.begin(db(), handoff().post, asked, actor_id=actor_id(), now=now())
    except Invalid as error:
        return make_response(_form_page(service, form, error.errors), 422)
    except Refused as error:
        return make_response(_form_page(service, form, {"client_id": str(error)}), 422)
    return redirect(url_for("sign_ins.show", sign_in_id=sign_in_id), 303)


@bp.get("/<int:sign_in_id>")
def show(sign_in_id: int) -> str:
    """The code to type in, or the way to the service's page; afterwards how it ended."""
    post = handoff().post
    with db().read() as session:
        row = sign_ins.one(session, sign_in_id, user_id=actor_id())
    waits = row.state is SignInState.WAITING and now() < row.expires_at
    return render_template(
        "sign_ins/show.html",
        it=row,
        service=post.services[row.service],
        page=sign_ins.page_of(post, row) if waits else "",
        waits=waits,
        by_code=row.way == Way.DEVICE,
        ended=ENDED.get(row.state, "warn"),
    )


@bp.get("/<int:sign_in_id>.json")
def standing(sign_in_id: int) -> dict[str, object]:
    """Whether the code has been typed in; the worker asks the service."""
    with db().read() as session:
        row = sign_ins.one(session, sign_in_id, user_id=actor_id())
    waits = row.state is SignInState.WAITING and now() < row.expires_at
    late = row.next_poll_at is not None and now() - row.next_poll_at > LATE
    text = (
        "The worker doesn't seem to run: press “I have entered it”." if late else "Waiting for you to enter the code…"
    )
    return {"done": not waits, "text": text}


@bp.post("/<int:sign_in_id>/round")
def ask_now(sign_in_id: int) -> Response:
    """Ask the service at once, for pages without script."""
    with db().read() as session:
        row = sign_ins.one(session, sign_in_id, user_id=actor_id())
    if row.next_poll_at is not None and row.next_poll_at <= now():
        sign_ins.poll(db(), handoff().post, row, now=now())
    return redirect(url_for("sign_ins.show", sign_in_id=sign_in_id), 303)


@bp.post("/<int:sign_in_id>/cancellation")
def cancel(sign_in_id: int) -> Response:
    """Give it up."""
    sign_ins.cancel(db(), sign_in_id, user_id=actor_id())
    flash("The sign-in is given up.")
    return redirect(url_for("mail_settings.index"), 303)


@bp.get("/answer")
def answer() -> Response:
    """The person comes back from the service, in the browser in which they began."""
    given = {name: request.args.get(name, "") for name in ("state", "code", "error")}
    try:
        sign_in_id = sign_ins.answer(db(), handoff().post, **given, actor_id=actor_id(), now=now())
    except HandoffError as error:
        flash(str(error), "error")
        return redirect(url_for("mail_settings.index"), 303)
    return redirect(url_for("sign_ins.show", sign_in_id=sign_in_id), 303)


def _service(key: str) -> SignInService:
    found = handoff().post.services.get(key)
    if found is None:
        abort(404)
    return found


def _return_url() -> str:
    """Where the service sends the browser back to: the address that this browser reaches us by (RFC 8252, 7.3).

    Behind a proxy that ends HTTPS, that is the public address and not what the proxy asks us by.
    """
    public = handoff().post.public_url
    if public and urlsplit(public).netloc == request.host:
        return public + url_for("sign_ins.answer")
    return url_for("sign_ins.answer", _external=True)


def _form_page(
    service: SignInService, values: Mapping[str, object], errors: dict[str, str], *, has_secret: bool = False
) -> str:
    return render_template(
        "sign_ins/new.html",
        service=service,
        preset=PRESETS[service.key],
        values=values,
        errors=errors,
        has_secret=has_secret,
        set_outside=bool(handoff().post.clients.get(service.key) and handoff().post.clients[service.key].id),
        return_url=_return_url(),
        ways=service.ways,
    )
