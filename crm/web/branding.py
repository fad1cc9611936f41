"""Logo and colour of the papers."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from crm.domain import colors, pictures
from crm.domain.errors import Invalid, NotFound
from crm.services import branding, files
from crm.web.context import actor_id, db, flash_saved, handoff, now

bp = Blueprint("branding", __name__, url_prefix="/settings/papers")


@bp.get("")
def index() -> str:
    """What papers are dressed in."""
    return _page({})


@bp.post("/color")
def color() -> AnyResponse | tuple[str, int]:
    """Change the colour."""
    wanted = request.form.get("color", "")
    try:
        change = branding.set_color(db(), wanted, actor_id=actor_id(), now=now())
    except Invalid as error:
        return _page(error.errors, color=wanted), 422
    return _done("The papers have their new color.", change)


@bp.post("/logo")
def logo() -> AnyResponse | tuple[str, int]:
    """Take a picture as the logo."""
    file = request.files.get("logo")
    if file is None or not file.filename:
        return _page({"logo": "Choose a picture first."}), 422
    content = file.stream.read(pictures.LARGEST + 1)
    try:
        change = branding.set_logo(db(), handoff().post.files, file.filename, content, actor_id=actor_id(), now=now())
    except Invalid as error:
        return _page(error.errors), 422
    return _done("The papers have their logo.", change)


@bp.post("/logo/removal")
def remove_logo() -> AnyResponse:
    """Papers go without a logo."""
    return _done("The papers go without a logo.", branding.remove_logo(db(), actor_id=actor_id(), now=now()))


@bp.get("/logo")
def picture() -> Response:
    """The logo's bytes, as what they were found to be and nothing else."""
    with db().read() as session:
        found = branding.logo_of(session)
    if found is None:
        raise NotFound("There is no logo.")
    answer = Response(files.read(handoff().post.files, found.sha256), mimetype=found.mime)
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(found.sha256)
    return answer


def _page(errors: dict[str, str], *, color: str = "") -> str:
    with db().read() as session:
        dressed = branding.of(session, handoff().post.files)
        found = branding.logo_of(session)
    return render_template(
        "branding/index.html",
        verdict=colors.judged(dressed.color),
        color=color or dressed.color,
        has_logo=dressed.logo is not None,
        lost=found is not None and dressed.logo is None,
        version=found.sha256[:12] if found else "",
        errors=errors,
        usual=colors.USUAL,
    )


def _done(said: str, change: int | None) -> AnyResponse:
    flash_saved(change, said)
    return redirect(url_for("branding.index"), 303)
