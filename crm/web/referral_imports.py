"""Past referrals as a list: uploaded or pasted, looked at, mended, and taken as a whole."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from crm.domain import names
from crm.domain import referral_columns as columns
from crm.domain.errors import Invalid, Refused
from crm.domain.kinds import ImportKind, ImportState
from crm.models.imports import ImportRow, ImportRun
from crm.services import imports, referral_imports, search
from crm.store import imports as store
from crm.store import imports_staged as staged
from crm.web import imports as usual
from crm.web.context import actor_id, db, now
from crm.web.presentation import today

bp = Blueprint("referral_imports", __name__)

ROWS = 50
MAYBE = 3
VERDICTS = ("new", "unknown", "skipped", "unchanged")
REASONS = {
    "provider_unknown": "provider unknown",
    "to_mend": "to mend",
    "left_out": "left out",
    "repeated": "twice on the list",
    "provider_unclear": "provider can’t be added",
}


@bp.post("/imports/referrals")
def create() -> Response:
    """Take a file, or pasted rows, and read it."""
    request.max_content_length = usual.LARGEST
    try:
        path, name = usual.received_list()
    except (Invalid, Refused) as error:
        flash(" ".join(error.errors.values()) if isinstance(error, Invalid) else str(error), "error")
        return redirect(url_for("imports.index", _anchor="past"), 303)
    run_id = referral_imports.queue(db(), path, name=name, mapping={}, apply=False, actor_id=actor_id(), now=now())
    imports.run_small(usual.workshop(), run_id)
    return _back(run_id)


@bp.get("/imports/<int:run_id>/referrals")
def show(run_id: int) -> Response | str:
    """What would happen, before anything does."""
    with db().read() as session:
        run = store.get(session, run_id)
        if run.kind is not ImportKind.REFERRALS or run.state is not ImportState.STAGED:
            return redirect(url_for("imports.show", run_id=run_id))
        counted = _counted(session, run_id)
        asked = request.args.get("rows", "")
        shown = asked if asked in VERDICTS else next((one for one in VERDICTS if counted.get(one)), "new")
        rows = staged.page(session, run_id, shown, after=request.args.get("after", 0, type=int), limit=ROWS)
        return render_template(
            "referral_imports/show.html",
            run=run,
            rows=rows,
            shown=shown,
            counted=counted,
            known=staged.names_of(session, [row.provider_id for row in rows if row.provider_id]),
            maybe={row.id: _maybe(session, row) for row in rows} if shown == "unknown" else {},
            reasons=_reasons(run),
            fields=[(key, label) for key, (label, _) in columns.FIELDS.items()],
            next=_next(run_id, shown, rows),
        )


@bp.post("/imports/<int:run_id>/referrals/columns")
def remap(run_id: int) -> Response:
    """Take columns for other fields; add unknown providers or not."""
    try:
        checked = referral_imports.checked_mapping(usual.chosen_columns(run_id))
    except Invalid as error:
        flash(" ".join(error.errors.values()), "error")
        return _back(run_id)
    referral_imports.remap(db(), run_id, checked, adds=bool(request.form.get("adds")))
    imports.run_small(usual.workshop(), run_id)
    return _back(run_id)


@bp.post("/imports/<int:run_id>/referrals/<int:row_id>")
def mend(run_id: int, row_id: int) -> Response:
    """Write other text into the cells of a row, say who the provider is, or leave it out."""
    form = request.form
    if form.get("leave_out"):
        referral_imports.leave_out(db(), run_id, row_id)
        flash("Left out.")
        return _back(run_id, form.get("rows", "skipped"))
    if "provider_id" in form:
        count = referral_imports.choose(db(), run_id, row_id, form.get("provider_id", 0, type=int))
        flash(f"{count} {'rows are' if count != 1 else 'row is'} theirs.")
        return _back(run_id, "unknown")
    usual.say_mended(referral_imports.mend(db(), run_id, row_id, usual.typed_cells(), now=now()))
    return _back(run_id, form.get("rows", "skipped"))


@bp.post("/imports/<int:run_id>/referrals/application")
def confirm(run_id: int) -> Response:
    """Yes, take them."""
    referral_imports.confirm(db(), run_id)
    imports.run_small(usual.workshop(), run_id)
    return redirect(url_for("imports.show", run_id=run_id), 303)


def _counted(session: Session, run_id: int) -> dict[str, int]:
    return staged.count(session, run_id)[0]


def _reasons(run: ImportRun) -> str:
    skipped: Any = run.counts.get("skipped") or {}
    return ", ".join(f"{count:,} {REASONS.get(reason, reason)}" for reason, count in skipped.items())


def _maybe(session: Session, row: ImportRow) -> list[tuple[int, str]]:
    """Who may be meant by a name that nobody has exactly: those who share a word of it."""
    name = str(row.content.get("provider", "")).partition(",")[0]
    asked = _words(name)
    found = search.answer(session, name[:80], limit=MAYBE, today=today(), now=now()).rows if name else []
    return [(one.id, one.display_name) for one in found if asked & _words(one.display_name)]


def _words(name: str) -> set[str]:
    return set(names.fold(name.replace(",", " ")).split())


def _next(run_id: int, shown: str, rows: list[ImportRow]) -> str:
    if len(rows) < ROWS:
        return ""
    return url_for("referral_imports.show", run_id=run_id, rows=shown, after=rows[-1].line)


def _back(run_id: int, rows: str = "") -> Response:
    return redirect(url_for("referral_imports.show", run_id=run_id, rows=rows or None), 303)
