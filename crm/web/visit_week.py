"""The week of visits: planned by day, proposed by area; planned, moved, called off, or called instead."""

from __future__ import annotations

from datetime import date, timedelta

from flask import abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.services import visit_batches, visit_weeks, visits
from crm.web import visit_cards, visit_totals
from crm.web.context import actor_id, current_user, db, flash_undo, now, viewer_zone, wants_json
from crm.web.forms import day_or_none, way_back
from crm.web.presentation import today
from crm.web.visits import bp

FURTHEST = timedelta(days=366)


@bp.get("/visits")
def index() -> str:
    """Seven days with their visits, and what might be planned beside them."""
    monday = _monday(request.args.get("week", ""))
    with db().read() as session:
        week = visit_weeks.week(session, current_user(), monday, today=today(), zone=viewer_zone().key)
        totals = visit_totals.of_days(session, week, actor_id(), now())
    groups = visit_cards.groups(week.areas, today())
    return render_template(
        "visits/week.html",
        week=week,
        columns=visit_cards.columns(week, groups, visit_totals.in_words(totals), today()),
        week_total=visit_totals.of_week(totals.values()),
        groups=groups,
        before=monday - timedelta(days=7),
        after=monday + timedelta(days=7),
        this_week=visit_weeks.monday_of(today()),
        here=url_for("visits.index", week=monday.isoformat()),
    )


@bp.post("/visits/<int:visit_id>/moves")
def move(visit_id: int) -> Response:
    """To another day, or to another place in its day."""
    form = request.form
    day = day_or_none(form.get("planned_on"), "planned_on") or abort(400)
    position = form.get("position", type=int)
    undo = visits.move(db(), visit_id, day, position, actor_id=actor_id(), now=now(), today=today())
    return done(f"Moved to {said_day(day)}.", undo, visit=visit_id)


@bp.post("/visits/<int:visit_id>/cancellations")
def cancel(visit_id: int) -> Response:
    """It will not take place; its follow-up stays."""
    reason = request.form.get("reason", "")
    undo = visits.cancel(db(), visit_id, reason, actor_id=actor_id(), now=now(), today=today())
    return done("Called off.", undo)


@bp.post("/visits/calls")
def call() -> Response:
    """A call instead of a visit, today unless another day is named."""
    form = request.form
    provider_id = form.get("provider_id", type=int) or abort(400)
    due_on = day_or_none(form.get("due_on"), "due_on") or today()
    undo = visit_batches.call_instead(
        db(),
        provider_id,
        due_on,
        why=form.get("why", ""),
        task_id=form.get("task_id", type=int),
        visit_id=form.get("visit_id", type=int),
        actor_id=actor_id(),
        now=now(),
        today=today(),
    )
    return done(f"A call is on your list for {said_day(due_on)}.", undo)


@bp.post("/visits/batches")
def plan_all() -> Response:
    """Everything that is proposed for one day."""
    day = day_or_none(request.form.get("planned_on"), "planned_on") or abort(400)
    chosen = [int(each) for each in request.form.getlist("provider_id") if each.isdecimal()]
    count, undo = visit_batches.plan_all(
        db(), current_user(), day, chosen, zone=viewer_zone().key, now=now(), today=today()
    )
    flash_undo(f"Planned {count} visit{'' if count == 1 else 's'} for {said_day(day)}.", undo)
    return redirect(way_back(request.form.get("next"), url_for("visits.index", week=day.isoformat())), 303)


@bp.get("/visits/totals.json")
def totals() -> Response:
    """What each day of a week comes to, and the week, asked after a card was moved."""
    monday = _monday(request.args.get("week", ""))
    with db().read() as session:
        week = visit_weeks.week(session, current_user(), monday, today=today(), zone=viewer_zone().key, proposing=False)
        found = visit_totals.of_days(session, week, actor_id(), now())
    days = {day.isoformat(): text for day, text in visit_totals.in_words(found).items()}
    return jsonify(days | {"week": visit_totals.of_week(found.values())})


def done(said: str, undo: int, *, visit: int | None = None) -> Response:
    """The answer to a script: what was done and what undoes it; a form goes back to its week."""
    if wants_json():
        links = {}
        if visit is not None:
            page = "visits.show" if visit_cards.has("visits.show") else "visits.edit"
            links = {"href": url_for(page, visit_id=visit), "edit": url_for("visits.edit", visit_id=visit)}
        return jsonify(ok=True, said=said, undo=undo, visit=visit, **links)
    flash_undo(said, undo)
    return redirect(way_back(request.form.get("next"), url_for("visits.index")), 303)


def _monday(text: str) -> date:
    """The Monday of the day named, else of the week one plans now: on a weekend that is the next."""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        abort(404)
    if day is not None and abs(day - today()) > FURTHEST:
        abort(404)
    return visit_weeks.monday_of(day) if day else visit_weeks.week_to_plan(today())


def said_day(day: date) -> str:
    """`Tuesday, Nov 24`."""
    return f"{day:%A}, {day:%b} {day.day}"
