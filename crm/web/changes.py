"""Taking back what was done, and the list of what was done lately."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain.errors import NotFound, Refused
from crm.services import changes, visit_samples
from crm.services.visit_samples import NOTHING, Seen
from crm.store import change_sets
from crm.web.context import actor_id, db, handoff, now, wants_json
from crm.web.presentation import today

bp = Blueprint("changes", __name__)

LIMIT = 50
NAMED = 3


@bp.get("/changes")
def index() -> str:
    """What was done lately."""
    before = request.args.get("before", type=int)
    with db().read() as session:
        done = change_sets.recent(session, LIMIT + 1, before)
    more = len(done) > LIMIT
    after = url_for("changes.index", before=done[LIMIT - 1].change_set.id) if more else ""
    return render_template("changes/index.html", done=done[:LIMIT], next=after)


@bp.post("/changes/<int:change_set_id>/undo")
def undo(change_set_id: int) -> Response:
    """Put everything back that nobody has touched since, and say what was kept."""
    try:
        kept = changes.undo(db(), change_set_id, actor_id=actor_id(), now=now())
        back = visit_samples.bring_back(
            db(), handoff().post, change_set_id, actor_id=actor_id(), now=now(), today=today()
        )
    except (NotFound, Refused) as error:
        if wants_json():
            raise
        flash(str(error), "error")
        return redirect(_back(), 303)
    if wants_json():
        return jsonify(undone=change_set_id, kept=kept, message=said(kept, back))
    flash(said(kept, back))
    return redirect(_back(), 303)


def said(kept: list[str], back: Seen = NOTHING) -> str:
    """What undo did, in words. What was kept is named, the first few of it; what went out again as well."""
    again = ("The sample leaves in a minute.",) if back.message_id is not None else ()
    if not kept:
        return " ".join(("Undone.", *again, *back.remarks))
    rest = f"; and {len(kept) - NAMED:,} more" if len(kept) > NAMED else ""
    what = f"Undone, except for what has changed since: {'; '.join(kept[:NAMED])}{rest}."
    return " ".join((what, *again, *back.remarks))


def _back() -> str:
    """The page that it was asked from; never another site."""
    there = request.form.get("next", "")
    parts = urlsplit(there)
    own = there.startswith("/") and not there.startswith("//") and not parts.netloc and "\\" not in there
    return there if own else url_for("changes.index")
