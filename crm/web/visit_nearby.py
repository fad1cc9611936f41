"""Nearby now: who else is within three miles and due, from the visit just made, a ZIP code, or where the phone is."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import abort, g, make_response, render_template, request
from sqlmodel import Session
from werkzeug.wrappers import Response

from crm.domain.errors import Invalid
from crm.domain.nearness import RADIUS_MILES, Reason
from crm.services import nearby as near
from crm.services.nearby import Here, Near
from crm.web.context import actor_id, db, now, viewer_zone
from crm.web.filters import plural
from crm.web.presentation import today
from crm.web.visits import bp

WIDER = 10.0


@bp.get("/visits/nearby")
def nearby() -> Response:
    """The most useful first."""
    g.may_locate = True
    errors: dict[str, str] = {}
    found: list[Near] = []
    miles = WIDER if request.args.get("miles") == "10" else RADIUS_MILES
    with db().read() as session:
        try:
            here = _here(session)
        except Invalid as error:
            here, errors = Here("", None), error.errors
        if here.place is not None:
            found = near.around(session, here.place, now=now(), today=today(), zone=viewer_zone().key, miles=miles)
    page = render_template(
        "visits/nearby.html",
        here=here,
        found=found,
        why=why,
        map_of=map_of,
        miles=int(miles),
        errors=errors,
        asked={name: request.args[name] for name in ("visit", "zip", "at") if request.args.get(name)},
    )
    return make_response(page, 422 if errors else 200)


def why(one: Near) -> str:
    """Why to go there now, in a few words."""
    title = one.task[1] if one.task else ""
    if one.reason is Reason.OVERDUE:
        return f"{title or 'Follow-up'}, {plural(one.days, 'day')} overdue"
    return {
        Reason.DUE: f"{title or 'Follow-up'}, due today",
        Reason.QUIET: f"Gone quiet: no referral for {plural(one.days, 'day')}",
        Reason.NO_NEXT_STEP: "No next step is set",
        Reason.NEW: f"Never visited, fits well ({one.face.fit} of 100)",
    }[one.reason]


def map_of(one: Near) -> str:
    """Opens the map of the phone or the browser there."""
    return "https://www.google.com/maps/search/?" + urlencode({"api": 1, "query": one.address})


def _here(session: Session) -> Here:
    if visit := request.args.get("visit", ""):
        found = near.here_of_visit(session, int(visit)) if visit.isascii() and visit.isdigit() else None
        return found or abort(404)
    if code := request.args.get("zip", "").strip():
        return near.here_of_zip(code)
    if at := request.args.get("at", ""):
        return near.here_of_phone(at)
    return near.here_now(session, actor_id(), today())
