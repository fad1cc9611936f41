"""Partners: what a quiet one needs goes onto the list with one tap."""

from __future__ import annotations

from flask import Blueprint, flash, url_for
from werkzeug.wrappers import Response

from crm.domain.errors import Refused
from crm.services import partners
from crm.web.context import actor_id, db, flash_undo, now, viewer_zone
from crm.web.presentation import today
from crm.web.ways import way_back

bp = Blueprint("partners", __name__)


@bp.post("/providers/<int:provider_id>/quiet-steps")
def plan(provider_id: int) -> Response:
    """Plan what is proposed for a partner who has gone quiet."""
    try:
        undo = partners.plan_next(
            db(), provider_id, actor_id=actor_id(), now=now(), today=today(), zone=str(viewer_zone())
        )
    except Refused as error:
        flash(str(error), "error")
    else:
        flash_undo("It is on your list.", undo)
    return way_back(url_for("providers.show", provider_id=provider_id))
