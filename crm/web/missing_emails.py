"""Find the e-mail: providers we know but can't write to, each with one field."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain.errors import Invalid
from crm.services import missing_emails
from crm.web.context import actor_id, db, flash_undo, now, wants_json

bp = Blueprint("missing_emails", __name__)

PAGE = 50


@bp.get("/mail/missing")
def index() -> str:
    """Those we have been in touch with first: they are the ones to ask."""
    with db().read() as session:
        found = missing_emails.page(session, after=request.args.get("after", ""), limit=PAGE)
    return render_template("missing_emails/index.html", found=found.providers, after=found.after, errors={})


@bp.post("/mail/missing/<int:provider_id>")
def update(provider_id: int) -> Response | tuple[str, int]:
    """Save the address that was found."""
    back = request.form.get("next", "")
    own = back.startswith("/") and not back.startswith(("//", "/\\"))
    try:
        change = missing_emails.add(db(), provider_id, request.form.get("email", ""), actor_id=actor_id(), now=now())
    except Invalid as error:
        if wants_json():
            raise
        flash(next(iter(error.errors.values())), "error")
    else:
        flash_undo("Saved the address.", change)
    return redirect(back if own else url_for("missing_emails.index"), 303)
