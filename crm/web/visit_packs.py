"""The papers of a day as one PDF."""

from __future__ import annotations

from datetime import date

from flask import Response, render_template

from crm.domain.errors import NotFound
from crm.services import visit_packs
from crm.web.context import actor_id, db, handoff, now
from crm.web.visits import bp


@bp.get("/visits/days/<day>/pack.pdf")
def pack(day: str) -> Response | tuple[str, int]:
    """Each visit's sheet and papers in the order of the day; where one can't be made, a page that says which."""
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise NotFound("There is no such day.") from None
    with db().read() as session:
        found = visit_packs.pack(session, actor_id(), on, now=now(), folder=handoff().post.files)
    if found.faults or not found.parts:
        return render_template("visits/pack.html", pack=found), 409 if found.faults else 404
    answer = Response(found.pdf(), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{found.file_name}"'
    return answer
