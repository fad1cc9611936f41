"""The board: providers by stage, moved by mouse, touch, keys or menu."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from crm.domain.errors import Invalid
from crm.domain.pipeline import ASIDE, LABELS, PATH, Stage, needs_reason, needs_return_date
from crm.services import stages
from crm.store import board as store
from crm.store import enrollments
from crm.web import cards
from crm.web.context import actor_id, db, flash_undo, now, wants_json
from crm.web.forms import day_or_none, way_back
from crm.web.presentation import today, zone

bp = Blueprint("board", __name__)

FIRST = 15
FIRST_ASIDE = 5
MORE = 50


@bp.get("/board")
def index() -> str:
    """Every stage with its first cards."""
    with db().read() as session:
        pages = store.first_pages(session, FIRST, FIRST_ASIDE)
        counts = store.counts(session)
        funnel = store.funnel(session, counts)
        running = _running(session, pages.values())
    columns = [_column(stage, pages[stage], counts[stage], running) for stage in (*PATH, *ASIDE)]
    return render_template("board/index.html", columns=columns, funnel=_funnel(funnel), total=sum(counts.values()))


@bp.get("/board/<stage>.json")
def more(stage: str) -> Response:
    """The next cards of a column, after the mark of the last ones."""
    mark = _mark(request.args.get("after", ""))
    with db().read() as session:
        page = store.column(session, _stage(stage), MORE, mark)
        running = _running(session, [page])
    found = [cards.as_json(card, today(), zone(), running) for card in page.cards]
    return jsonify(cards=found, after=_text(page.after))


@bp.post("/board/moves")
def move() -> Response:
    """Move one provider; a script gets the number of the change set to undo."""
    stage = _stage(request.form.get("stage", ""))
    provider_id = request.form.get("provider_id", type=int) or abort(400)
    reason, back = request.form.get("reason", ""), day_or_none(request.form.get("return_on", ""), "return_on")
    try:
        moved = stages.move(
            db(), [provider_id], stage, reason=reason, return_on=back, today=today(), actor_id=actor_id(), now=now()
        )
    except Invalid as error:
        if wants_json():
            raise
        flash(" ".join(error.errors.values()), "error")
        return redirect(url_for("providers.move", provider_id=provider_id, stage=stage.value), 303)
    if wants_json():
        return jsonify(undo=moved.change_set_id, stage=stage.value)
    if moved.change_set_id:
        flash_undo(f"Moved to {LABELS[stage]}.", moved.change_set_id)
    return redirect(way_back(request.form.get("next"), url_for("board.index")), 303)


def _running(session: Session, pages: Iterable[store.Page]) -> frozenset[int]:
    """Those of the cards without a follow-up that are in a sequence."""
    idle = [card.id for page in pages for card in page.cards if card.next_due_on is None]
    return frozenset(enrollments.running_among(session, idle)) if idle else frozenset()


def _column(stage: Stage, page: store.Page, count: int, running: frozenset[int]) -> dict[str, Any]:
    return {
        "stage": stage,
        "cards": [cards.face(card, today(), zone(), running) for card in page.cards],
        "after": _text(page.after),
        "count": count,
        "asks": "return" if needs_return_date(stage) else "reason" if needs_reason(stage) else "",
        "aside": stage in ASIDE,
    }


def _funnel(funnel: store.Funnel) -> list[tuple[int, str, str]]:
    return [
        (funnel.contacted, "contacted", "Providers reached at least once"),
        (funnel.introduced, "introduced", "Had a real conversation, or went further"),
        (funnel.sample_sent, "sample sent", "Have a sample, or went further"),
        (funnel.referred, "referred", "Providers who have referred"),
        (funnel.started, "clients started", "Referred clients who began"),
    ]


def _stage(name: str) -> Stage:
    try:
        return Stage(name)
    except ValueError:
        abort(404)


def _text(mark: store.Mark | None) -> str:
    return f"{mark.due_on or ''},{mark.fit},{mark.id}" if mark else ""


def _mark(text: str) -> store.Mark | None:
    if not text:
        return None
    try:
        due_on, fit, key = text.split(",")
        return store.Mark(date.fromisoformat(due_on) if due_on else None, int(fit), int(key))
    except ValueError:
        abort(400)
