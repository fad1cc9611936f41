"""A day on the road: stops with times, the drive between them, the order, and where it starts and ends."""

from __future__ import annotations

from datetime import date, timedelta

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain.calendar import zone
from crm.domain.errors import Invalid
from crm.services import day_frames, visit_days, visits
from crm.services.day_frames import BUSINESS, HOME, OPEN
from crm.services.visit_days import Day, Ordered
from crm.web.context import actor_id, db, flash_undo, now
from crm.web.filters import plural
from crm.web.presentation import today
from crm.web.visits import bp

FURTHEST = timedelta(days=5 * 366)
FRAME = ("starts_from", "ends_at", "leaves_at")


@bp.get("/visits/days/<day>")
def day(day: str) -> str:
    """The day in order."""
    return _page(_day(day), {})


@bp.post("/visits/days/<day>/routes")
def route(day: str) -> Response:
    """Put it in the shortest order, put one visit elsewhere, or change where it starts and ends."""
    on = _day(day)
    if "order" in request.form:
        return _ordered(on)
    if "visit_id" in request.form:
        return _moved(on)
    values = {name: request.form[name] for name in FRAME if name in request.form}
    try:
        undo = day_frames.save(db(), actor_id(), on, values, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return make_response(_page(on, error.errors), 422)
    flash_undo("Saved. The times below go by it.", undo)
    return _back(on)


def _ordered(on: date) -> Response:
    found = visit_days.order(db(), actor_id(), on, actor_id=actor_id(), now=now(), today=today())
    if found.change_set_id is None:
        flash("This is the shortest order already." if found.is_exact else "We found no better order.")
    else:
        flash_undo(_saved(found), found.change_set_id)
    return _back(on)


def _saved(found: Ordered) -> str:
    if found.saved_miles < 0.05:
        return "Put in an order that keeps more of the hours."
    about = f"about {plural(round(found.saved_miles) or 1, 'mile')} and {plural(max(found.saved_minutes, 0), 'minute')}"
    return f"Put in the shortest order: {about} less."


def _moved(on: date) -> Response:
    visit_id, position = request.form.get("visit_id", type=int), request.form.get("position", type=int)
    if visit_id is None or position is None:
        abort(400)
    undo = visits.move(db(), visit_id, on, position, actor_id=actor_id(), now=now(), today=today())
    flash_undo("Moved.", undo)
    return _back(on)


def _page(on: date, errors: dict[str, str]) -> str:
    with db().read() as session:
        found = visit_days.day(session, actor_id(), on, now=now())
        saves = visit_days.shorter_by(session, actor_id(), on, now=now())
        ends = day_frames.ends(session, actor_id())
    form = request.form if errors else _form(found)
    places = [(BUSINESS, ends[BUSINESS].name), (HOME, "Home")]
    return render_template(
        "visits/day.html",
        found=found,
        saves=saves,
        form=form,
        errors=errors,
        starts=[*places, (OPEN, "At the first stop")],
        ends=[*places, (OPEN, "At the last stop")],
        has_home=not ends[HOME].is_lost,
        name=_name(on),
        before=on - timedelta(days=1),
        after=on + timedelta(days=1),
        monday=on - timedelta(days=on.weekday()),
        tomorrow=today() + timedelta(days=1),
    )


def _form(found: Day) -> dict[str, str]:
    leaves = found.frame.leaves_at
    clock = f"{leaves // 60:02}:{leaves % 60:02}" if leaves is not None else _clock(found)
    return {"starts_from": found.frame.start.kind, "ends_at": found.frame.end.kind, "leaves_at": clock}


def _clock(found: Day) -> str:
    """Nine, or earlier where something is agreed; once the day has begun, still when it was to begin."""
    if found.on == today():
        return "09:00"
    return f"{found.leaves_at.astimezone(zone(found.zone)):%H:%M}"


def _name(on: date) -> str:
    names = {0: "Today", 1: "Tomorrow", -1: "Yesterday"}
    plain = f"{on:%A}, {on:%B} {on.day}" + (f", {on.year}" if on.year != today().year else "")
    near = names.get((on - today()).days)
    return f"{near}, {plain}" if near else plain


def _day(text: str) -> date:
    if text in {"today", "tomorrow"}:
        return today() + timedelta(days=text == "tomorrow")
    try:
        on = date.fromisoformat(text)
    except ValueError:
        abort(404)
    return on if abs(on - today()) <= FURTHEST else abort(404)


def _back(on: date) -> Response:
    return redirect(url_for("visits.day", day=on.isoformat()), 303)
