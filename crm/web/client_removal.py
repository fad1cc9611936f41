"""Taking a client out for good: what goes and what stays, confirmed by typing the code."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain.errors import Invalid
from crm.services import client_removal, clients
from crm.web.clients import bp
from crm.web.context import actor_id, db, handoff, now


@bp.get("/clients/<int:client_id>/removal")
def removal(client_id: int) -> str:
    """What would go, and what would stay."""
    return _page(client_id, {})


@bp.post("/clients/<int:client_id>/removal")
def remove(client_id: int) -> Response | tuple[str, int]:
    """Take the client out; there is no way back."""
    typed = request.form.get("code", "")
    try:
        client_removal.remove(db(), handoff().post.files, client_id, typed, actor_id=actor_id(), now=now())
    except Invalid as error:
        return _page(client_id, error.errors), 422
    flash("Taken out for good.")
    return redirect(url_for("clients.index"), 303)


def _page(client_id: int, errors: Mapping[str, str]) -> str:
    with db().read() as session:
        client = clients.get(session, client_id)
        outline = client_removal.outline(session, client_id)
    return render_template("clients/removal.html", client=client, outline=outline, errors=errors)
