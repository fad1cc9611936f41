"""Sequences: the list, building and editing one on a single page, and the page of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from crm.domain.errors import Invalid
from crm.domain.sequences import stopped_words
from crm.services import sequence_standing, sequences
from crm.web import headers, sequence_choices, sequence_forms, sequence_page
from crm.web.context import actor_id, db, flash_undo, handoff, now
from crm.web.sequence_forms import SequenceInput

bp = Blueprint("sequences", __name__)

bp.add_app_template_global(sequence_page.pause_days, "pause_days")

PAGE = 50

Page = str | AnyResponse | tuple[str, int]


@bp.get("/sequences")
def index() -> str:
    """Every sequence with what it does, who is in it, and what came of it."""
    away = request.args.get("archived") == "1"
    with db().read() as session:
        found = sequence_standing.overview(session, archived=away)
    if not found and not away and sequences.make_built_ins(db(), now=now()):  # sooner here than the worker
        return index()
    with db().read() as session:
        waiting = sequence_page.kept_for_later(session)
    return render_template("sequences/index.html", found=found, away=away, waiting=waiting)


@bp.get("/sequences/new")
def new() -> str:
    """An empty form."""
    return _form(None, sequence_forms.empty())


@bp.post("/sequences")
def create() -> Page:
    """Save a new one, or do what the pressed button says to the steps."""
    shown = _posted()
    if (do := request.form.get("do", "save")) != "save":
        return _form(None, sequence_forms.shuffled(shown, do))
    try:
        made = sequences.create(db(), sequence_forms.form_of(shown), actor_id=actor_id(), now=now())
    except Invalid as error:
        return _form(None, replace(shown, errors={**shown.errors, **sequence_forms.by_field(shown, error.errors)})), 422
    flash("Saved. Choose whom to enroll.")
    return redirect(url_for("sequences.show", sequence_id=made), 303)


@bp.get("/sequences/<int:sequence_id>/edit")
def edit(sequence_id: int) -> str:
    """The form with what there is."""
    with db().read() as session:
        sequence, steps = sequences.get(session, sequence_id)
    return _form(sequence_id, sequence_forms.shown(sequence, steps))


@bp.post("/sequences/<int:sequence_id>")
def update(sequence_id: int) -> Page:
    """Save what was changed. Whoever is enrolled keeps the steps as they were."""
    shown = _posted()
    if (do := request.form.get("do", "save")) != "save":
        return _form(sequence_id, sequence_forms.shuffled(shown, do))
    with db().read() as session:
        sequence, _ = sequences.get(session, sequence_id)
    try:
        sequence_forms.check_seen(shown, sequence)
        change = sequences.update(db(), sequence_id, sequence_forms.form_of(shown), actor_id=actor_id(), now=now())
    except Invalid as error:
        errors = {**shown.errors, **sequence_forms.by_field(shown, error.errors)}
        fresh = replace(shown, errors=errors, seen=sequence_forms.seen(sequence))
        return _form(sequence_id, fresh), 422
    if change:
        flash_undo("Saved. It holds for those you enroll from now on.", change)
    return redirect(url_for("sequences.show", sequence_id=sequence_id), 303)


@bp.post("/sequences/<int:sequence_id>/copies")
def copy(sequence_id: int) -> AnyResponse:
    """The same again, to be changed."""
    made = sequences.copy(db(), sequence_id, actor_id=actor_id(), now=now())
    flash("Copied. Change what differs.")
    return redirect(url_for("sequences.edit", sequence_id=made), 303)


@bp.post("/sequences/<int:sequence_id>/archive")
def archive(sequence_id: int) -> AnyResponse:
    """Put it away, or bring it back with `back`. Whoever is under way stays so."""
    back = bool(request.form.get("back"))
    act = sequences.restore if back else sequences.archive
    change = act(db(), sequence_id, actor_id=actor_id(), now=now())
    if change:
        flash_undo("Back in the list." if back else "Put away. Whoever is under way goes on.", change)
    return redirect(url_for("sequences.show", sequence_id=sequence_id) if back else url_for("sequences.index"), 303)


@bp.get("/sequences/samples/<slug>")
def sample(slug: str) -> Response:
    """An e-mail filled with an example, under a policy of its own; `version` asks for a fixed one."""
    with db().read() as session:
        html = sequence_choices.sample(session, slug, request.args.get("version", type=int))
    g.csp = headers.MAIL_PREVIEW
    return Response(html, mimetype="text/html")


def _posted() -> SequenceInput:
    """The form, with the files that came along kept at once: no button may lose them."""
    shown, errors = sequence_forms.read(request.form), {}
    kept = list(shown.steps)
    for index, step in enumerate(shown.steps):
        file = request.files.get(f"step-{step.key}-file")
        if file is not None and file.filename:
            with file.stream:
                content = file.read()
            try:
                stored = sequences.keep_file(db(), handoff().post.files, file.filename, content, now=now())
                kept[index] = replace(step, file_id=stored.id, file_name=stored.name)
            except Invalid as error:
                errors[f"step-{step.key}-file"] = next(iter(error.errors.values()))
    return replace(shown, steps=tuple(kept), errors=errors)


def _form(sequence_id: int | None, shown: SequenceInput) -> str:
    with db().read() as session:
        sequence = sequences.get(session, sequence_id)[0] if sequence_id else None
        choices = sequence_choices.choices(session)
        under_way = sequence_standing.one(session, sequence_id).running if sequence_id else 0
    return render_template(
        "sequences/form.html",
        sequence=sequence,
        form=shown,
        choices=choices,
        under_way=under_way,
        blank=sequence_forms.PATTERN,
        action=url_for("sequences.update", sequence_id=sequence_id) if sequence_id else url_for("sequences.create"),
    )


@bp.get("/sequences/<int:sequence_id>")
def show(sequence_id: int) -> str:
    """Who is where, what waits and why, what came of it."""
    tab, before = sequence_page.tab_of(request.args.get("show", "")), request.args.get("before", type=int)
    step, reason = request.args.get("step", type=int), request.args.get("reason", "")
    with db().read() as session:
        one = sequence_standing.one(session, sequence_id)
        people, mark = sequence_standing.page(
            session,
            sequence_id,
            states=tab.states,
            position=step,
            reason=reason,
            before_id=before,
            limit=PAGE,
            now=now(),
        )
        came = sequence_page.beside(session, one, with_results="results" in request.args)
    chosen: dict[str, Any] = {"show": tab.key, "step": step, "reason": reason or None}
    return render_template(
        "sequences/show.html",
        **came,
        people=[sequence_page.line(each) for each in people],
        tab=tab,
        tabs=sequence_page.tabs(sequence_id, tab, one),
        step=step,
        reason=stopped_words(reason) if reason else "",
        next=url_for("sequences.show", sequence_id=sequence_id, before=mark, **chosen) if mark else "",
        first=url_for("sequences.show", sequence_id=sequence_id, **chosen) if before else "",
    )
