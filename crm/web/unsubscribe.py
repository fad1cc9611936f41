"""Unsubscribing, for people who have no account here: looking changes nothing, one press does it, for ever."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from crm.domain.errors import NotFound
from crm.services import accounts, suppressions
from crm.web.context import db, now

bp = Blueprint("unsubscribe", __name__)


@bp.get("/u/<token>")
def page(token: str) -> Response:
    """What the link in a mail opens. Link scanners follow it too, so it only asks."""
    try:
        address, done = suppressions.address_of(db(), token)
    except NotFound:
        return _answer("unsubscribe/unknown.html", 404)
    return _answer("unsubscribe/page.html", token=token, address=address, done=done)


@bp.post("/u/<token>")
def one_click(token: str) -> Response:
    """RFC 8058: a mail program posts here by itself, without cookie, session or page; no redirect."""
    try:
        suppressions.unsubscribe(db(), token, evidence=_evidence("by one click in the mail program"), now=now())
    except NotFound:
        return Response("This link is not one of ours.\n", 404, mimetype="text/plain")
    return Response("You are unsubscribed.\n", mimetype="text/plain")


@bp.post("/u/<token>/confirmation")
def confirm(token: str) -> Response:
    """The button on the page."""
    try:
        address = suppressions.unsubscribe(db(), token, evidence=_evidence("on the page"), now=now())
    except NotFound:
        return _answer("unsubscribe/unknown.html", 404)
    return _answer("unsubscribe/page.html", token=token, address=address, done=True)


def _evidence(how: str) -> str:
    agent = request.headers.get("User-Agent", "")[:120]
    return f"Unsubscribed {how}" + (f" ({agent})" if agent else "")


def _answer(template: str, status: int = 200, **values: object) -> Response:
    """Whoever looks isn't signed in here, and must not be shown anything of the app."""
    response = make_response(render_template(template, business=accounts.the_business(db()), **values), status)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
