"""Naming the address of a list, and forgetting it again."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from flask import flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from crm.domain import provider_filter
from crm.domain.errors import Invalid
from crm.services import provider_lists
from crm.web.context import actor_id, db, flash_undo, now
from crm.web.providers import bp


@bp.post("/providers/views")
def save_view() -> Response:
    """Save the list's address under a name."""
    asked = MultiDict(parse_qsl(request.form.get("query", "")))
    query = urlencode(provider_filter.write(provider_filter.read(asked)))
    try:
        view = provider_lists.save_view(db(), actor_id(), request.form.get("name", ""), query, now=now())
        flash(f"Saved as {view.name}.")
    except Invalid as error:
        flash(" ".join(error.errors.values()), "error")
    return redirect(f"{url_for('providers.index')}?{query}", 303)


@bp.post("/providers/views/<int:view_id>/removal")
def remove_view(view_id: int) -> Response:
    """Forget a saved view."""
    change = provider_lists.remove_view(db(), actor_id(), view_id, now=now())
    flash_undo("View removed.", change)
    return redirect(url_for("providers.index"), 303)
