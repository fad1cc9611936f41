"""Without signal: the service worker, the page it shows instead of what it can't fetch, and what it should keep."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for

from crm.services import offline
from crm.services.offline import Keep, Kept
from crm.web import assets
from crm.web.context import actor_id, db
from crm.web.presentation import today

bp = Blueprint("offline", __name__)

WORKER = assets.STATIC / "sw.js"
_ENDPOINTS = {
    Keep.TODAY: "today.index",
    Keep.DAY: "visits.day",
    Keep.SHEET: "visits.show",
    Keep.UNPLANNED: "visits.sheet",
    Keep.PAPER: "papers.file",
    Keep.PACK: "visits.pack",
}


@bp.get("/sw.js")
def worker() -> Response:
    """The service worker, told which files this release has. It is another script as soon as one of them differs."""
    root = f"{request.script_root}/assets/{assets.version()}/"
    told = {"version": assets.version(), "root": request.script_root, "assets": root, "files": list(assets.shell())}
    lines = [
        f'import {{ gone, lost, meta, send, tell }} from "{root}js/extra/entries.js";',
        f"const RELEASE = {json.dumps(told, separators=(',', ':'))};",
        WORKER.read_text(),
    ]
    response = Response("\n".join(lines), mimetype="text/javascript")
    response.headers["Service-Worker-Allowed"] = f"{request.script_root}/"
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/offline")
def page() -> str:
    """What is kept and what waits. The same for everybody: the browser fills it in from what it has."""
    return render_template("offline/page.html")


@bp.get("/offline/list.json")
def index() -> Response:
    """What to keep, each with a version; a page whose version is known needs no fetching."""
    with db().read() as session:
        found = offline.worth_keeping(session, actor_id(), today=today(), release=assets.version())
    pages = [_told(one) for one in found if _ENDPOINTS[one.what] in current_app.view_functions]
    return jsonify(user=actor_id(), pages=pages)


def _told(one: Kept) -> dict[str, Any]:
    said = {"what": one.what.value, "title": one.title, "day": one.day.isoformat(), "version": one.version}
    return {"url": _url(one), **said, **_also(one)}


def _also(one: Kept) -> dict[str, str]:
    """The address that would lead to this page, were there a signal."""
    return {"also": url_for(_ENDPOINTS[Keep.UNPLANNED], provider_id=one.provider_id)} if one.is_led_to else {}


def _url(one: Kept) -> str:
    endpoint = _ENDPOINTS[one.what]
    match one.what:
        case Keep.TODAY:
            return url_for(endpoint)
        case Keep.DAY | Keep.PACK:
            return url_for(endpoint, day=one.day.isoformat())
        case Keep.SHEET:
            return url_for(endpoint, visit_id=one.visit_id)
        case Keep.UNPLANNED:
            return url_for(endpoint, provider_id=one.provider_id)
        case Keep.PAPER:
            assert one.paper is not None
            return url_for(endpoint, provider_id=one.provider_id, kind=one.paper.value)
