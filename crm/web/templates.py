"""The library of scripts, e-mails and documents: the list, one of them with its versions, and what is done with it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from crm.documents.scripts import audience_title, channel_title
from crm.domain.errors import Invalid, Refused
from crm.domain.kinds import TemplateKind
from crm.domain.script import Audience, Channel
from crm.domain.text_diff import compare as differences
from crm.models.templates import Template
from crm.services import template_library, template_shelf, template_versions, templates
from crm.services.template_library import Wanted
from crm.store import templates as store
from crm.web import headers, template_words
from crm.web.context import actor_id, db, flash_undo, now
from crm.web.forms import maybe_one_of

bp = Blueprint("templates", __name__)

Page = str | AnyResponse | tuple[str, int]


@bp.get("/templates")
def index() -> str:
    """Every template of one kind, narrowed as asked for."""
    template_library.open_shelf(db(), now=now())
    given = request.args
    wanted = Wanted(
        kind=maybe_one_of(TemplateKind, given.get("kind"), "kind") or TemplateKind.SCRIPT,
        text=given.get("q", "").strip()[:100],
        audience=given.get("audience", ""),
        channel=given.get("channel", ""),
        whose=given.get("whose", ""),
        archived=given.get("archived") == "1",
    )
    with db().read() as session:
        found = template_library.overview(session, wanted, user_id=actor_id())
    return render_template(
        "templates/index.html",
        found=found,
        wanted=wanted,
        narrowed=bool(wanted.text or wanted.audience or wanted.channel or wanted.whose),
        tabs=[
            (text, url_for("templates.index", kind=kind.value), kind is wanted.kind, None)
            for kind, text in template_words.KINDS.items()
        ],
        audiences=audiences(),
        channels=channels(),
        words=template_words,
    )


@bp.get("/templates/new")
def new() -> str:
    """An empty form for a template of one's own."""
    kind = maybe_one_of(TemplateKind, request.args.get("kind"), "kind") or TemplateKind.SCRIPT
    return _new(kind, {})


@bp.post("/templates")
def create() -> Page:
    """Make it, and go on in the editor."""
    kind = maybe_one_of(TemplateKind, request.form.get("kind"), "kind") or TemplateKind.SCRIPT
    try:
        made = template_shelf.create(
            db(), kind, request.form.get("title", ""), meta=request.form.to_dict(), actor_id=actor_id(), now=now()
        )
    except Invalid as error:
        return _new(kind, error.errors), 422
    return redirect(url_for("template_editor.edit", template_id=made), 303)


@bp.get("/templates/<int:template_id>")
def show(template_id: int) -> str:
    """What it says, where it is used, and every version there has been."""
    return _show(template_id, {})


@bp.get("/templates/<int:template_id>/compare")
def compare(template_id: int) -> Page:
    """Two versions beside each other: `a` and `b`, without `b` the one in force."""
    with db().read() as session:
        template = template_versions.get(session, template_id)
        if template.version_id is None:
            flash("There is nothing to compare yet: this was never put into force.")
            return _back(template_id)
        after = template_versions.version_of(session, template, request.args.get("b", type=int))
        earlier = store.version_before(session, template_id, after.number)
        before = template_versions.version_of(
            session, template, request.args.get("a", type=int) or (earlier.id if earlier else after.id)
        )
        return render_template(
            "templates/compare.html",
            template=template,
            before=before,
            after=after,
            versions=store.versions_of(session, template_id),
            difference=differences(templates.wording_of(before), templates.wording_of(after)),
            words=template_words,
        )


@bp.get("/templates/<int:template_id>/offer")
def offer(template_id: int) -> Page:
    """The built-in wording then and now, and one's own: what changed there, and what one changed oneself."""
    with db().read() as session:
        template = template_versions.get(session, template_id)
        found = template_versions.offer(session, template)
    if found is None:
        flash("There is no newer built-in wording.")
        return redirect(url_for("templates.show", template_id=template_id), 303)
    looks = {
        "theirs": ("What changed in the built-in wording", found.then, found.now),
        "mine": ("What you changed", found.then, found.own),
        "both": ("Yours beside the new one", found.own, found.now),
    }
    look = request.args.get("look", "theirs")
    title, before, after = looks.get(look, looks["theirs"])
    return render_template(
        "templates/offer.html",
        template=template,
        offer=found,
        title=title,
        difference=differences(before, after),
        tabs=[
            (each[0], url_for("templates.offer", template_id=template_id, look=key), each[0] == title, None)
            for key, each in looks.items()
        ],
    )


@bp.post("/templates/<int:template_id>/offer")
def answer_offer(template_id: int) -> AnyResponse:
    """Take the newer built-in wording, keep one's own, or bring both together in a draft."""
    if request.form.get("do") == "merge":
        return _bring_together(template_id)
    if request.form.get("do") == "keep":
        change = template_versions.keep_mine(
            db(), template_id, request.form.get("hash", ""), actor_id=actor_id(), now=now()
        )
        flash_undo("Your wording stays. You are asked again when the built-in one changes again.", change)
        return _back(template_id)
    return back_to_built_in(template_id)


def _bring_together(template_id: int) -> AnyResponse:
    try:
        clashes = template_versions.bring_together(db(), template_id, actor_id=actor_id(), now=now())
    except Refused as error:
        flash(str(error), "error")
        return _back(template_id)
    kept = " Where both had changed the same lines, yours stand." if clashes else ""
    flash(f"Both are in this draft. Look it over, then put it into force.{kept}")
    return redirect(url_for("template_editor.edit", template_id=template_id), 303)


@bp.post("/templates/<int:template_id>/built-in")
def back_to_built_in(template_id: int) -> AnyResponse:
    """The wording that comes with Handoff again."""
    change = template_versions.back_to_built_in(db(), template_id, actor_id=actor_id(), now=now())
    flash_undo("The built-in wording is in force. Yours stays among the versions.", change)
    return _back(template_id)


@bp.post("/templates/<int:template_id>/restorations")
def restore(template_id: int) -> AnyResponse:
    """An earlier version again, as a new one."""
    version_id = request.form.get("version", type=int) or 0
    try:
        saved = template_versions.restore(db(), template_id, version_id, actor_id=actor_id(), now=now())
    except Refused as error:
        flash(str(error), "error")
        return _back(template_id)
    if saved.change_set_id is not None:
        flash_undo("That wording is in force again.", saved.change_set_id)
    return _back(template_id)


@bp.post("/templates/<int:template_id>/copies")
def copy(template_id: int) -> AnyResponse:
    """A template of one's own with this wording."""
    try:
        made = template_shelf.copy(db(), template_id, request.form.get("title", ""), actor_id=actor_id(), now=now())
    except (Refused, Invalid) as error:
        flash(str(error) if isinstance(error, Refused) else next(iter(error.errors.values())), "error")
        return _back(template_id)
    flash("Copied. Change what differs.")
    return redirect(url_for("template_editor.edit", template_id=made), 303)


@bp.post("/templates/<int:template_id>/title")
def rename(template_id: int) -> Page:
    """Another name."""
    form = request.form
    try:
        change = template_shelf.rename(
            db(), template_id, form.get("title", ""), form.get("about", ""), actor_id=actor_id(), now=now()
        )
    except Invalid as error:
        return _show(template_id, error.errors), 422
    flash_undo("Renamed.", change)
    return _back(template_id)


@bp.post("/templates/<int:template_id>/archive")
def archive(template_id: int) -> AnyResponse:
    """Put it away, or bring it back with `back`."""
    away = not request.form.get("back")
    change = template_shelf.set_archived(db(), template_id, away, actor_id=actor_id(), now=now())
    flash_undo("Put away. Whatever has it goes on with it." if away else "Back in the library.", change)
    return _back(template_id) if not away else redirect(_shelf(template_id), 303)


@bp.get("/templates/<int:template_id>/frame")
def frame(template_id: int) -> Response:
    """What it says, filled with examples: a page of its own, where nothing can run. `version` asks for another one."""
    with db().read() as session:
        template = template_versions.get(session, template_id)
        html = template_words.example(session, template, request.args.get("version", type=int), actor_id(), now())
    g.csp = headers.MAIL_PREVIEW
    return Response(html, mimetype="text/html")


def audiences() -> list[tuple[str, str]]:
    """For a menu."""
    return [(one.value, audience_title(one)) for one in Audience]


def channels() -> list[tuple[str, str]]:
    """For a menu."""
    return [(one.value, channel_title(one)) for one in Channel]


def _new(kind: TemplateKind, errors: dict[str, str]) -> str:
    return render_template(
        "templates/new.html",
        kind=kind,
        words=template_words,
        audiences=audiences(),
        channels=channels(),
        given=request.values,
        errors=errors,
    )


def _show(template_id: int, errors: dict[str, str]) -> str:
    with db().read() as session:
        template = template_versions.get(session, template_id)
        return render_template(
            "templates/show.html",
            template=template,
            state=template_library.state_of(template),
            use=template_library.use(session, template),
            versions=store.versions_of(session, template_id),
            offer=template_versions.offer(session, template),
            draft=store.draft(session, actor_id(), template_id),
            source=template_versions.wording_in_force(session, template),
            built_in=template_versions.built_in_of(template),
            words=template_words,
            chosen=_chosen(template),
            errors=errors,
        )


def _chosen(template: Template) -> list[str]:
    """For whom and how, in words."""
    meta = template.meta
    if template.kind is not TemplateKind.SCRIPT:
        return []
    return [audience_title(Audience(str(meta["audience"]))), channel_title(Channel(str(meta["channel"])))]


def _shelf(template_id: int) -> str:
    with db().read() as session:
        template = template_versions.get(session, template_id)
    given: dict[str, Any] = {"kind": template.kind.value}
    return url_for("templates.index", **given)


def _back(template_id: int) -> AnyResponse:
    return redirect(url_for("templates.show", template_id=template_id), 303)
