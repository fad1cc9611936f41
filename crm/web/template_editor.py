"""The editor: source and preview side by side, drafts that save themselves, and putting a wording into force."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, jsonify, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse

from crm.domain.errors import Invalid
from crm.domain.kinds import TemplateKind
from crm.domain.script import MOMENT_TITLES, Moment
from crm.models.templates import Template
from crm.services import overrides, template_drafts, template_preview, template_versions
from crm.services.template_checks import Wording
from crm.services.template_drafts import WrittenElsewhere
from crm.services.template_versions import Blocking, Broken
from crm.store import templates as store
from crm.web import editor_words, headers, template_words
from crm.web.context import actor_id, db, flash_undo, now
from crm.web.templates import audiences

bp = Blueprint("template_editor", __name__)

Page = str | AnyResponse | tuple[str, int]
ANY = "*"


@bp.get("/templates/<int:template_id>/edit")
def edit(template_id: int) -> str:
    """The draft, else the wording in force, with its preview."""
    return _page(template_id, None, {})


@bp.post("/templates/<int:template_id>/edit")
def update(template_id: int) -> Page:
    """Without script: keep the draft, look at the preview, throw the draft away, or put it into force."""
    do, source = request.form.get("do", "draft"), _source()
    if do == "preview":
        return _page(template_id, source, {})
    if do == "save":
        return _save(template_id, source)
    if do == "discard":
        with db().write() as session:
            template_drafts.drop(session, template_id, actor_id=actor_id())
        flash("The draft is gone. The wording in force is unchanged.")
        return redirect(url_for("templates.show", template_id=template_id), 303)
    try:
        template_drafts.put(
            db(), template_id, source, seen_as=request.form.get("seen") or None, actor_id=actor_id(), now=now()
        )
    except WrittenElsewhere as found:
        with db().read() as session:
            seen = template_drafts.seen(store.draft(session, actor_id(), template_id))
        error = "This was changed in another window. Save again to keep what stands here, or open the editor anew."
        return _page(template_id, source, {"source": error}, seen=seen if found.draft else ""), 409
    except Invalid as error_found:
        return _page(template_id, source, error_found.errors), 422
    flash("Draft saved.")
    return redirect(url_for("template_editor.edit", template_id=template_id), 303)


@bp.post("/templates/<int:template_id>/draft.json")
def draft(template_id: int) -> Response | tuple[Response, int]:
    """Keep what is written. 409 when another window has written since; `seen=*` wins all the same."""
    seen = request.form.get("seen", "")
    try:
        kept = template_drafts.put(
            db(), template_id, _source(), seen_as=None if seen == ANY else seen, actor_id=actor_id(), now=now()
        )
    except WrittenElsewhere:
        return jsonify(message="This was changed in another window. What you wrote here is kept in this browser."), 409
    return jsonify(seen=template_drafts.seen(kept))


@bp.post("/templates/<int:template_id>/preview.json")
def preview(template_id: int) -> Response:
    """What there is to say about the text as it stands, and how it reads."""
    with db().read() as session:
        _, wording = _wording(session, template_id, _source())
        return jsonify(_looked(session, wording))


@bp.post("/templates/<int:template_id>/preview")
def frame(template_id: int) -> Response:
    """The text as its reader sees it, as a page of its own where nothing can run."""
    with db().read() as session:
        _, wording = _wording(session, template_id, _source())
        looked = template_preview.look(session, wording, _reader(session, wording))
    html = template_words.page(looked.shown) if looked.shown else template_words.text_page(str(looked.fault))
    g.csp = headers.MAIL_PREVIEW
    return Response(html, mimetype="text/html")


def _save(template_id: int, source: str) -> Page:
    form = request.form
    try:
        saved = template_versions.save(
            db(),
            template_id,
            source,
            reason=form.get(overrides.FIELD, ""),
            remarks=form.get("remarks", "").strip(),
            actor_id=actor_id(),
            now=now(),
        )
    except (Broken, Blocking, Invalid) as error:
        template_drafts.put(db(), template_id, source, actor_id=actor_id(), now=now())
        return _page(template_id, source, error.errors, needs_reason=isinstance(error, Blocking)), 422
    if saved.change_set_id is None:
        flash("Nothing differs from the wording in force.")
    else:
        flash_undo(f"Version {saved.version.number} is in force.", saved.change_set_id)
    return redirect(url_for("templates.show", template_id=template_id), 303)


def _page(
    template_id: int, source: str | None, errors: dict[str, str], *, needs_reason: bool = False, seen: str | None = None
) -> str:
    with db().read() as session:
        kept = store.draft(session, actor_id(), template_id)
        template, wording = _wording(session, template_id, source)
        looked = _looked(session, wording)
    return render_template(
        "templates/edit.html",
        template=template,
        source=wording.source,
        draft=kept,
        seen=template_drafts.seen(kept) if seen is None else seen,
        looked=looked,
        records=editor_words.fields(wording),
        phrases=editor_words.phrases(wording),
        audiences=audiences(),
        moments=[(one.value, MOMENT_TITLES[one]) for one in Moment],
        given=request.values,
        errors=errors,
        needs_reason=needs_reason or overrides.FIELD in errors,
        words=template_words,
    )


def _wording(session: Session, template_id: int, source: str | None) -> tuple[Template, Wording]:
    """What is written; without a `source` the draft, else the wording in force."""
    template = template_versions.get(session, template_id)
    if source is None:
        kept = store.draft(session, actor_id(), template_id)
        source = kept.source if kept else template_versions.wording_in_force(session, template)
    return template, Wording(template.kind, source, template.title, template.meta, template.slug)


def _reader(session: Session, wording: Wording) -> template_preview.Reader:
    given = request.values
    return template_preview.reader(
        session,
        given.get("provider", ""),
        actor_id(),
        wording=wording,
        audience="" if wording.kind is TemplateKind.SCRIPT else given.get("audience", ""),
        moment=given.get("state", ""),
        now=now(),
    )


def _looked(session: Session, wording: Wording) -> dict[str, Any]:
    reader = _reader(session, wording)
    return editor_words.looked(wording, template_preview.look(session, wording, reader), reader)


def _source() -> str:
    return request.form.get("source", "").replace("\r\n", "\n")
