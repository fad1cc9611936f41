"""Signing in and out."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain.errors import Refused
from crm.services import accounts
from crm.web import security
from crm.web.context import db, now, wants_json

bp = Blueprint("sessions", __name__)


@bp.get("/login")
def new() -> Response | str:
    """The page to sign in on."""
    if g.user is not None:
        return redirect(inside(request.args.get("next")), 303)
    if accounts.needs_owner(db()):
        return redirect(url_for("welcome.new"), 303)
    return render_template("sessions/new.html", next=inside(request.args.get("next")), email="", error="")


@bp.post("/login")
def create() -> Response:
    """Sign in; a wrong try says so on the page and keeps the e-mail."""
    email = request.form.get("email", "")
    try:
        signed_in = accounts.sign_in(
            db(), email=email, password=request.form.get("password", ""), now=now(), **whence()
        )
    except Refused as error:
        if wants_json():
            raise
        page = render_template(
            "sessions/new.html", next=inside(request.form.get("next")), email=email, error=str(error)
        )
        response = make_response(page, 429 if isinstance(error, accounts.TooManyTries) else 422)
        if isinstance(error, accounts.TooManyTries):
            response.headers["Retry-After"] = str(error.seconds)
        return response
    return enter(signed_in, inside(request.form.get("next")))


@bp.post("/logout")
def destroy() -> Response:
    """Sign out. Clear-Site-Data takes drafts from a shared computer as well."""
    accounts.sign_out(db(), request.cookies.get(security.COOKIE, ""), now=now())
    response = redirect(url_for("sessions.new", out=1), 303)
    security.drop_cookie(response)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def enter(signed_in: accounts.SignedIn, page: str) -> Response:
    """Go to a page with a fresh session."""
    response = redirect(page, 303)
    security.set_cookie(response, signed_in)
    return response


def whence() -> dict[str, str]:
    """Where a sign-in comes from, for the list of sessions and the throttle."""
    return {"address": request.remote_addr or "", "user_agent": request.headers.get("User-Agent", "")}


def inside(page: str | None) -> str:
    """The path if it is one of ours, else the start page: nobody is sent to another site after signing in."""
    page = (page or "").strip()
    parts = urlsplit(page)
    if not page.startswith("/") or page.startswith(("//", "/\\")) or parts.scheme or parts.netloc:
        return "/"
    if any(ord(char) < 32 or char == "\\" for char in page) or parts.path in {"/login", "/logout", "/welcome"}:
        return "/"
    return page
