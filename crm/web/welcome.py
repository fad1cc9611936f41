"""First run: name, e-mail and password make the owner, sample data fills the pages, and Today opens."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from crm.domain.errors import Invalid, Refused
from crm.services import accounts, demo
from crm.web import sessions
from crm.web.context import db, now

bp = Blueprint("welcome", __name__)


@bp.get("/welcome")
def new() -> Response | str:
    """Ask for what makes the owner; once there is one, sign in instead."""
    if not accounts.needs_owner(db()):
        return redirect(url_for("sessions.new"), 303)
    return _page(request.args, {})


@bp.post("/welcome")
def create() -> Response:
    """Make the owner and sign in. The second of two tabs just signs in, if it says the same."""
    form = request.form
    try:
        user = accounts.make_owner(
            db(),
            name=form.get("name", ""),
            email=form.get("email", ""),
            password=form.get("password", ""),
            zone=form.get("zone", ""),
            now=now(),
        )
    except Invalid as error:
        return make_response(_page(form, error.errors), 422)
    except Refused:
        return sessions.create()
    if form.get("sample"):
        demo.add(db(), actor_id=user.id, now=now())
    signed_in = accounts.sign_in(
        db(), email=user.email, password=form.get("password", ""), now=now(), **sessions.whence()
    )
    return sessions.enter(signed_in, "/")


def _page(form: MultiDict[str, str], errors: dict[str, str]) -> str:
    return render_template("welcome/new.html", form=form, errors=errors, sample="sample" in form or not errors)
