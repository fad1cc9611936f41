"""Who gets no outreach mail any more: looking, adding by hand, and lifting it when somebody asks for mail again."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain.errors import Invalid
from crm.services import suppressions
from crm.store import suppressions as store
from crm.web.context import actor_id, db, now

bp = Blueprint("suppressions", __name__, url_prefix="/mail/suppressions")

PAGE = 50


@bp.get("")
def index() -> str:
    """The list, the newest first."""
    return _page({})


@bp.post("")
def create() -> Response:
    """Write to this address no more; what waits for it is cancelled."""
    form = request.form
    try:
        new = suppressions.suppress_by_hand(
            db(), form.get("address", ""), form.get("why", "").strip(), actor_id=actor_id(), now=now()
        )
    except Invalid as error:
        return make_response(_page(error.errors), 422)
    flash("They get no more mail." if new else "They were on the list already.")
    return redirect(url_for("suppressions.index"), 303)


@bp.post("/lifted")
def lift() -> Response:
    """Somebody has asked for mail again."""
    form = request.form
    try:
        suppressions.lift(db(), form.get("address", ""), form.get("why", ""), actor_id=actor_id(), now=now())
    except Invalid as error:
        flash(next(iter(error.errors.values())), "error")
    else:
        flash("They may get mail again.")
    return redirect(url_for("suppressions.index"), 303)


def _page(errors: dict[str, str]) -> str:
    with db().read() as session:
        found = list(store.page(session, before_id=request.args.get("before", type=int), limit=PAGE + 1))
    last = found[PAGE - 1].id if len(found) > PAGE else None
    return render_template("suppressions/index.html", found=found[:PAGE], last=last, errors=errors)
