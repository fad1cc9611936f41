"""One action for the chosen providers of the list, or for all that match its filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl

from flask import Blueprint, abort, flash, jsonify, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from crm.domain import provider_filter
from crm.domain.errors import Invalid
from crm.domain.pipeline import Stage
from crm.services import bulk, first_steps, provider_lists
from crm.services.bulk import By, Edited
from crm.web import filters
from crm.web.context import actor_id, db, flash_undo, now, wants_json
from crm.web.forms import day_or_none, one_of
from crm.web.presentation import today

bp = Blueprint("bulk", __name__)


@bp.post("/providers/edits")
def create() -> Response:
    """Do `action` to the providers `id=…`, or with `all=1` to everybody whom `query` finds."""
    act = ACTIONS.get(request.form.get("action", "")) or abort(400, "Choose what to do.")
    try:
        everyone = request.form.get("all") == "1"
        ids = everybody(request.form.get("query", "")) if everyone else request.form.getlist("id", type=int)
        if not ids:
            raise Invalid({"id": "Choose some providers first."})
        edited = act(ids, By(actor_id(), now()))
    except Invalid as error:
        if wants_json():
            raise
        flash(" ".join(error.errors.values()), "error")
        return _back()
    if wants_json():
        return jsonify(count=edited.count, label=edited.label, undo=edited.change_set_id)
    if edited.change_set_id is None:
        flash(edited.label)
    else:
        flash_undo(f"{edited.label}.", edited.change_set_id)
    return _back()


def everybody(query: str, most: int = bulk.MOST) -> Sequence[int]:
    """Whom a filter of the list finds, in the list's order."""
    wanted = provider_filter.read(MultiDict(parse_qsl(query)))
    if wanted.owner == "me":
        wanted = replace(wanted, owner=str(actor_id()))
    with db().read() as session:
        question, _ = provider_lists.ask(session, wanted, today=today(), now=now())
        return provider_lists.ids(session, question, most)


def _back() -> Response:
    there = request.form.get("next", "")
    return redirect(there if there.startswith("/providers") else url_for("providers.index"), 303)


def _move(ids: Sequence[int], by: By) -> Edited:
    stage = one_of(Stage, request.form.get("stage"), "stage")
    back = day_or_none(request.form.get("return_on"), "return_on")
    return bulk.move(db(), ids, stage, by, reason=request.form.get("reason", ""), return_on=back, today=today())


def _plan(ids: Sequence[int], by: By) -> Edited:
    planned = first_steps.plan(db(), ids, actor_id=by.actor_id, now=by.now, today=today())
    if planned.last_on is None:
        return Edited(0, "They all have a next step, or stand aside.", None)
    label = f"{filters.plural(planned.count, 'first step')} planned, until {filters.near_day(planned.last_on, today())}"
    return Edited(planned.count, label, planned.change_set_id)


ACTIONS: dict[str, Callable[[Sequence[int], By], Edited]] = {
    "move": _move,
    "plan": _plan,
    "assign": lambda ids, by: bulk.assign(db(), ids, request.form.get("owner", type=int), by),
    "tag": lambda ids, by: bulk.tag(db(), ids, request.form.get("tag", ""), by),
    "untag": lambda ids, by: bulk.untag(db(), ids, request.form.get("tag", ""), by),
    "enroll_later": lambda ids, by: bulk.enroll_later(db(), ids, by),
    "archive": lambda ids, by: bulk.archive(db(), ids, by),
    "restore": lambda ids, by: bulk.restore(db(), ids, by),
}
