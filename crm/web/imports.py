"""Imports in the browser: files and lists come in, are looked at, applied, completed and undone."""

from __future__ import annotations

import secrets
from pathlib import Path

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response

from crm.domain import columns, taxonomy
from crm.domain.errors import Invalid, Refused
from crm.domain.kinds import ImportKind, ImportState
from crm.models.imports import ImportRow, ImportRun
from crm.services import imports, imports_contacts, imports_lists, imports_review
from crm.services.imports_options import Options
from crm.services.imports_workshop import Workshop
from crm.store import imports as store
from crm.store import imports_staged as staged
from crm.web.context import actor_id, db, flash_undo, handoff, now

bp = Blueprint("imports", __name__)

LARGEST = 1_000_000_000
PAGE = 30
ROWS = 50
VERDICTS = ("new", "changed", "skipped", "unchanged")
RUNNING = (ImportState.QUEUED, ImportState.READING, ImportState.APPLYING, ImportState.UNDOING)


@bp.get("/imports")
def index() -> str:
    """The imports so far, and the ways to begin one."""
    before = request.args.get("before", type=int)
    with db().read() as session:
        runs = store.page(session, before=before, limit=PAGE + 1)
        waiting = store.count_differences(session)
    after = url_for("imports.index", before=runs[PAGE - 1].id) if len(runs) > PAGE else ""
    return render_template("imports/index.html", runs=runs[:PAGE], next=after, waiting=waiting, **_choices())


@bp.post("/imports")
def create() -> Response | tuple[str, int]:
    """Take a file, or pasted rows, and begin."""
    request.max_content_length = LARGEST
    kind = ImportKind(request.form.get("kind", "")) if request.form.get("kind") in _UPLOADED else None
    try:
        if kind is None:
            raise Invalid({"kind": "Choose what you want to import."})
        run_id = _begin(kind)
    except (Invalid, Refused) as error:
        errors = error.errors if isinstance(error, Invalid) else {"file": str(error)}
        with db().read() as session:
            runs = store.page(session, limit=PAGE)
        page = render_template("imports/index.html", runs=runs, next="", waiting=0, errors=errors, **_choices())
        return page, 422
    imports.run_small(workshop(), run_id)
    return redirect(url_for("imports.show", run_id=run_id), 303)


@bp.get("/imports/<int:run_id>")
def show(run_id: int) -> Response | str:
    """What becomes, or became, of an import."""
    verdict = request.args.get("rows", "")
    with db().read() as session:
        run = store.get(session, run_id)
        if run.kind is ImportKind.REFERRALS and run.state is ImportState.STAGED:
            return redirect(url_for("referral_imports.show", run_id=run_id))
        shown = verdict if verdict in VERDICTS else next((one for one in VERDICTS if _count(run, one)), "new")
        after = request.args.get("after", 0, type=int)
        on_stage = run.state is ImportState.STAGED
        rows = staged.page(session, run_id, shown, after=after, limit=ROWS) if on_stage else []
        known = staged.names_of(session, [row.provider_id for row in rows if row.provider_id])
        skips = store.skips(session, run_id)
        differences = store.differences(session, run_id)
    return render_template(
        "imports/staged.html" if on_stage else "imports/show.html",
        run=run,
        running=run.state in RUNNING,
        rows=rows,
        shown=shown,
        next=url_for("imports.show", run_id=run_id, rows=shown, after=rows[-1].line) if len(rows) == ROWS else "",
        counted={one: _count(run, one) for one in VERDICTS},
        known=known,
        skips=skips,
        differences=differences,
        word_of=imports_review.word_of,
        fields=[(key, label) for key, (label, _) in columns.FIELDS.items()],
    )


@bp.get("/imports/<int:run_id>.json")
def progress(run_id: int) -> Response:
    """How far an import is, for the bar that asks."""
    with db().read() as session:
        run = store.get(session, run_id)
    done = run.state not in RUNNING
    words = {ImportState.QUEUED: "Waiting for the worker", ImportState.READING: "Reading the file"}
    text = words.get(run.state, "Undoing" if run.state is ImportState.UNDOING else "Saving")
    return jsonify(value=run.progress, max=100, text=text, done=done, href=url_for("imports.show", run_id=run_id))


@bp.post("/imports/<int:run_id>/columns")
def remap(run_id: int) -> Response:
    """Take columns for other fields."""
    imports_contacts.remap(db(), run_id, imports_contacts.checked_mapping(chosen_columns(run_id)))
    imports.run_small(workshop(), run_id)
    return redirect(url_for("imports.show", run_id=run_id), 303)


@bp.post("/imports/<int:run_id>/rows/<int:row_id>")
def mend(run_id: int, row_id: int) -> Response:
    """Write other text into the cells of a row, or leave it out."""
    if request.form.get("leave_out"):
        imports_contacts.leave_out(db(), run_id, row_id)
        flash("Left out.")
    else:
        say_mended(imports_contacts.mend(db(), run_id, row_id, typed_cells()))
    return redirect(url_for("imports.show", run_id=run_id, rows="skipped"), 303)


@bp.post("/imports/<int:run_id>/application")
def confirm(run_id: int) -> Response:
    """Yes, take the staged rows."""
    imports_contacts.confirm(db(), run_id)
    imports.run_small(workshop(), run_id)
    return redirect(url_for("imports.show", run_id=run_id), 303)


@bp.post("/imports/<int:run_id>/completion")
def complete(run_id: int) -> Response:
    """Go on with an interrupted import."""
    imports.complete(db(), run_id)
    imports.run_small(workshop(), run_id)
    return redirect(url_for("imports.show", run_id=run_id), 303)


@bp.post("/imports/<int:run_id>/undo")
def undo(run_id: int) -> Response:
    """Take a whole import back."""
    imports.queue_undo(db(), run_id)
    imports.run_small(workshop(), run_id)
    return redirect(url_for("imports.show", run_id=run_id), 303)


@bp.get("/imports/differences")
def differences() -> str:
    """Imported values that were not taken because somebody had edited the field."""
    with db().read() as session:
        waiting = store.differences(session)
    return render_template("imports/differences.html", differences=waiting, word_of=imports_review.word_of)


@bp.post("/imports/differences/<int:difference_id>")
def decide(difference_id: int) -> Response:
    """Take the imported value, or keep one's own."""
    take = request.form.get("take") == "1"
    change_set = imports_review.decide(db(), difference_id, take=take, actor_id=actor_id(), now=now())
    flash_undo("Imported value taken." if take else "Your own value stays.", change_set)
    return redirect(url_for("imports.differences"), 303)


def workshop() -> Workshop:
    """What an import works with, here."""
    return Workshop(db(), _folder(), handoff().now, me=f"web-{secrets.token_hex(4)}")


_UPLOADED = {ImportKind.NPPES.value, ImportKind.LOCATIONS.value, ImportKind.CONTACTS.value}


def _begin(kind: ImportKind) -> int:
    if kind is ImportKind.CONTACTS:
        path, name = received_list()
        return imports_contacts.queue(db(), path, name=name, mapping={}, apply=False, actor_id=actor_id(), now=now())
    options = Options.checked(
        states=request.form.get("state", "").replace(",", " ").split(),
        zip_code=request.form.get("zip", "").strip(),
        radius=request.form.get("radius", type=float) if request.form.get("zip", "").strip() else None,
        specialties=request.form.getlist("specialty"),
    )
    path, name = received(request.files.get("file"), "")
    return imports.queue(db(), kind, path, options, actor_id=actor_id(), now=now(), name=name)


def received_list() -> tuple[Path, str]:
    """The list that was uploaded or pasted, and its name; Refused, and gone, when it isn't one."""
    path, name = received(request.files.get("file"), request.form.get("pasted", ""))
    try:
        imports_lists.check(path)
    except Refused:
        path.unlink()
        raise
    return path, name


def chosen_columns(run_id: int) -> dict[str, str]:
    """The field that was chosen for each heading of a staged list."""
    with db().read() as session:
        headings = store.get(session, run_id).options.get("headings")
    chosen = request.form.getlist("field")
    if not isinstance(headings, list) or len(chosen) != len(headings):
        abort(400)
    return {str(heading): field for heading, field in zip(headings, chosen, strict=True)}


def typed_cells() -> dict[int, str]:
    """What was typed into the cells of a row, by column."""
    return {int(name[5:]): text for name, text in request.form.items() if name[:5] == "cell-" and name[5:].isdecimal()}


def say_mended(row: ImportRow) -> None:
    """Whether the row can be taken now, or what is still wrong with it."""
    if row.problems:
        flash(" ".join(str(one) for one in row.problems.values()), "error")
    else:
        flash("That row is fine now.")


def received(file: FileStorage | None, pasted: str) -> tuple[Path, str]:
    """The file on disk, and its name."""
    name = secure_filename(file.filename or "") if file else ""
    if file is None or not file.filename:
        if not pasted.strip():
            raise Invalid({"file": "Choose a file, or paste rows."})
        name = "pasted rows"
    target = _folder().resolve() / f"{secrets.token_hex(8)}{Path(name).suffix if file and file.filename else '.pasted'}"
    target.parent.mkdir(parents=True, exist_ok=True)
    if file is not None and file.filename:
        file.save(target, buffer_size=1 << 20)
        file.close()
    else:
        target.write_text(pasted, encoding="utf-8", newline="")
    return target, name or "file"


def _folder() -> Path:
    return handoff().settings.data_dir / "imports"


def _count(run: ImportRun, part: str) -> int:
    found = run.counts.get(part, 0)
    return sum(found.values()) if isinstance(found, dict) else int(str(found))


def _choices() -> dict[str, object]:
    known = [(one.key, one.label) for one in taxonomy.specialties().values() if one.key != taxonomy.OTHER]
    return {"specialties": known, "largest": f"{LARGEST // 1_000_000:,} MB"}
