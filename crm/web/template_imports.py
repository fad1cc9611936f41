"""Bringing a script of one's own: a file or pasted text, its paragraphs given to the parts, then the editor."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain.errors import Invalid
from crm.domain.script import PART_TITLES, PARTS
from crm.domain.script_parts import LEAVE_OUT, QUESTIONS, Assigned, Field
from crm.services import template_imports
from crm.services.template_imports import Proposal
from crm.sources.scripts_in import LARGEST_FILE, MOST_PARAGRAPHS
from crm.web.context import actor_id, db, now
from crm.web.templates import audiences, channels

bp = Blueprint("template_imports", __name__)

Page = str | Response | tuple[str, int]


@bp.get("/templates/import")
def new() -> str:
    """Choose a file or paste."""
    return _page(None, {})


@bp.post("/templates/import")
def read() -> Page:
    """Show what was found, to be put right."""
    file = request.files.get("file")
    content = None
    if file is not None and file.filename:
        with file.stream:
            content = file.read(LARGEST_FILE + 1)
    try:
        with db().read() as session:
            proposal = template_imports.propose(session, content, request.form.get("pasted", ""), user_id=actor_id())
    except Invalid as error:
        return _page(None, error.errors), 422
    return _page(proposal, {})


@bp.post("/templates/import/draft")
def create() -> Page:
    """Make the script with this text as its draft, and go on in the editor."""
    proposal = _posted()
    chosen = set(request.form.getlist("field"))
    fields = [each for number, each in enumerate(proposal.fields) if str(number) in chosen]
    try:
        made = template_imports.create(
            db(),
            request.form.get("title", ""),
            request.form.to_dict(),
            proposal.assigned,
            fields,
            actor_id=actor_id(),
            now=now(),
        )
    except Invalid as error:
        return _page(proposal, error.errors), 422
    flash("Here it is. Look at the checks, then put it into force.")
    return redirect(url_for("template_editor.edit", template_id=made), 303)


def _posted() -> Proposal:
    """The proposal as it was put right."""
    form = request.form
    texts, parts = form.getlist("text")[:MOST_PARAGRAPHS], form.getlist("part")
    known = {*PARTS, QUESTIONS}
    assigned = [
        Assigned(text.replace("\r\n", "\n"), part if part in known else LEAVE_OUT)
        for text, part in zip(texts, parts, strict=False)
    ]
    words, paths = form.getlist("words"), form.getlist("path")
    return Proposal(assigned, [Field(each, path, "") for each, path in zip(words, paths, strict=False)])


def _page(proposal: Proposal | None, errors: dict[str, str]) -> str:
    parts = [*((part, PART_TITLES[part]) for part in PARTS), (QUESTIONS, "Questions to ask"), (LEAVE_OUT, "Leave out")]
    return render_template(
        "templates/import.html",
        proposal=proposal,
        parts=parts,
        chosen=set(request.form.getlist("field")) if errors and proposal else None,
        audiences=audiences(),
        channels=channels(),
        given=request.form,
        errors=errors,
    )
