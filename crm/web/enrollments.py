"""Enrolling providers in a sequence, looked at first and then done; and whatever happens to one of them after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from crm.domain.calendar import business_day_from
from crm.domain.errors import Invalid, Refused
from crm.services import enrollment_dry_run, enrollment_facts, enrollments, sequences
from crm.services.enrollment_dry_run import Options
from crm.store import enroll_later
from crm.store import sequences as store
from crm.web import enrollment_page, enrollment_plan, filters
from crm.web.bulk import everybody
from crm.web.context import actor_id, db, flash_undo, now
from crm.web.forms import day_or_none, way_back
from crm.web.presentation import today, zone

bp = Blueprint("enrollments", __name__)

MOST = 200
"""Providers on one plan: more than anybody looks through, or follows up."""


@dataclass(frozen=True)
class Asked:
    """Whom somebody wants to enroll, in what and how: all in the address, so that a plan can be reloaded."""

    ids: tuple[int, ...]
    sequence_id: int | None
    start_on: date
    one_per_practice: bool | None
    by_post: bool
    reasons: Mapping[int, str]
    later: bool
    too_many: bool


@bp.get("/enrollments/new")
def new() -> Response | str:
    """The dry run: every step with its date and text, and for whoever is left out the reason with its mend."""
    if {name for name in request.args if not name.startswith(REASON)} - KNOWN:
        return redirect(_address(_asked()), 302)
    return _plan(_asked(), {})


@bp.post("/enrollments")
def create() -> Response | tuple[str, int]:
    """Enroll those of the plan. Whatever has changed since is asked again, and named."""
    asked = _asked()
    if asked.sequence_id is None or not asked.ids:
        return redirect(_address(asked), 303)
    try:
        done = enrollments.enroll(db(), asked.sequence_id, asked.ids, _options(asked), actor_id=actor_id(), now=now())
    except Refused as error:
        return _plan(asked, {"sequence": str(error)}), 422
    if done.change_set_id is None:
        flash(_nobody(done.refused), "error")
        return redirect(_address(asked), 303)
    left = f" {filters.plural(len(done.refused), 'provider')} left out." if done.refused else ""
    flash_undo(f"{filters.plural(done.count, 'provider')} enrolled.{left}", done.change_set_id)
    return redirect(url_for("sequences.show", sequence_id=asked.sequence_id), 303)


@bp.get("/enrollments/<int:enrollment_id>")
def show(enrollment_id: int) -> str:
    """One provider's way through a sequence: every step, what became of it, what waits and why."""
    return _page(enrollment_id, {})


@bp.post("/enrollments/<int:enrollment_id>/pauses")
def pause(enrollment_id: int) -> Response | tuple[str, int]:
    """Let it wait until a day."""
    try:
        until = day_or_none(request.form.get("until"), "until")
        if until is None or until <= today():
            raise Invalid({"until": "Choose a day after today."})
        return _do(
            enrollment_id,
            lambda: enrollments.pause(db(), enrollment_id, until, actor_id=actor_id(), now=now()),
            f"Paused until {filters.day(until, today())}.",
        )
    except Invalid as error:
        return _page(enrollment_id, error.errors), 422


@bp.post("/enrollments/<int:enrollment_id>/resumptions")
def resume(enrollment_id: int) -> Response:
    """Go on now."""
    return _do(
        enrollment_id,
        lambda: enrollments.resume(db(), enrollment_id, actor_id=actor_id(), now=now()),
        "Resumed. The next step comes in the next window.",
    )


@bp.post("/enrollments/<int:enrollment_id>/skips")
def skip(enrollment_id: int) -> Response:
    """Leave the step out that is next."""
    return _do(
        enrollment_id,
        lambda: enrollments.skip_step(db(), enrollment_id, actor_id=actor_id(), now=now()),
        "Step skipped.",
    )


@bp.post("/enrollments/<int:enrollment_id>/stops")
def stop(enrollment_id: int) -> Response:
    """End it by hand."""
    return _do(
        enrollment_id,
        lambda: enrollments.stop(db(), enrollment_id, actor_id=actor_id(), now=now()),
        "Stopped. Nothing more is sent.",
    )


def _do(enrollment_id: int, act: Callable[[], int | None], said: str) -> Response:
    """Do it, and say so with Undo; what has ended or left in the meantime says that instead."""
    try:
        change = act()
        if change is not None:
            flash_undo(said, change)
    except Refused as error:
        flash(str(error), "error")
    return redirect(way_back(request.form.get("next"), url_for("enrollments.show", enrollment_id=enrollment_id)), 303)


def _page(enrollment_id: int, errors: dict[str, str]) -> str:
    with db().read() as session:
        page = enrollment_page.load(session, enrollment_id, now=now())
    return render_template("enrollments/show.html", errors=errors, **page)


def _plan(asked: Asked, errors: dict[str, str]) -> str:
    with db().read() as session:
        choices = [(one.id, one.name) for one in store.all_of(session)]
        sequence, steps = sequences.get(session, asked.sequence_id) if asked.sequence_id else (None, ())
        one = sequence.one_per_practice if sequence and asked.one_per_practice is None else asked.one_per_practice
        plan, said = _dry_run(session, asked) if sequence and asked.ids else (None, {})
    return render_template(
        "enrollments/new.html",
        ids=() if asked.later else asked.ids,
        asked=len(asked.ids),
        later=asked.later,
        too_many=asked.too_many,
        sequences=choices,
        sequence=sequence,
        steps=steps,
        start_on=asked.start_on,
        one_per_practice=one,
        by_post=asked.by_post,
        reasons=asked.reasons,
        plan=plan,
        here=_address(asked),
        errors={**said, **errors},
    )


def _options(asked: Asked) -> Options:
    return Options(asked.start_on, asked.one_per_practice, asked.by_post, asked.reasons)


def _dry_run(session: Session, asked: Asked) -> tuple[enrollment_plan.Plan | None, dict[str, str]]:
    """The plan, or why there can't be one."""
    assert asked.sequence_id is not None
    try:
        found = enrollment_dry_run.dry_run(
            session, asked.sequence_id, asked.ids, _options(asked), actor_id=actor_id(), now=now()
        )
    except Refused as error:
        return None, {"sequence": str(error)}
    return enrollment_plan.of(found, zone(), today()), {}


REASON = "reason-"
KNOWN = frozenset({"id", "sequence", "start_on", "one", "by_post", "later", "chosen"})
"""What the address of a plan says. A list's form sends more, which is left out of it."""


def _asked() -> Asked:
    """What the address or the form asks for."""
    given = request.values
    later = given.get("later") == "1"
    ids = _ids(later)
    one = bool(given.get("one")) if given.get("chosen") or request.method == "POST" else None
    return Asked(
        ids=tuple(ids[:MOST]),
        sequence_id=given.get("sequence", type=int) or _came_for(given.get("next", "")),
        start_on=_start(given.get("start_on")),
        one_per_practice=one,
        by_post=given.get("by_post") == "1",
        reasons=_reasons(),
        later=later,
        too_many=len(ids) > MOST,
    )


def _came_for(page: str) -> int | None:
    """The sequence for which somebody went to the list: its address has carried it along."""
    found = dict(parse_qsl(urlsplit(page).query)).get("sequence", "")
    return int(found) if found.isdecimal() and len(found) < 12 else None


def _ids(later: bool) -> list[int]:
    if request.method == "GET" and later:
        with db().read() as session:
            return enroll_later.ids(session, MOST + 1)
    if request.args.get("all") == "1":
        return list(everybody(request.args.get("query", ""), MOST + 1))
    return list(dict.fromkeys(request.values.getlist("id", type=int)))


def _reasons() -> dict[int, str]:
    """Why texts may stay that leave the scope of practice, by provider."""
    given = {
        name.removeprefix(REASON): said.strip() for name, said in request.values.items() if name.startswith(REASON)
    }
    return {int(name): said[:300] for name, said in given.items() if name.isdecimal() and said}


def _start(text: str | None) -> date:
    """The day asked for, else the next business day; never one that has passed."""
    try:
        found = day_or_none(text, "start_on")
    except Invalid:
        found = None
    usual = business_day_from(today() + timedelta(days=1))
    return max(found, today()) if found else usual


def _address(asked: Asked) -> str:
    parts: list[tuple[str, object]] = [("later", 1)] if asked.later else [("id", one) for one in asked.ids]
    parts += [("sequence", asked.sequence_id)] if asked.sequence_id else []
    parts += [("start_on", asked.start_on)]
    parts += [("by_post", 1)] if asked.by_post else []
    parts += [(f"{REASON}{one}", said) for one, said in asked.reasons.items()]
    if asked.one_per_practice is not None:
        parts += [("chosen", 1), ("one", "1" if asked.one_per_practice else "")]
    return f"{url_for('enrollments.new')}?{urlencode(parts)}"


def _nobody(refused: list[enrollment_facts.Refused]) -> str:
    if len(refused) == 1:
        return f"Not enrolled. {refused[0].name}: {refused[0].sentence}."
    return "Nobody was enrolled: something has changed since you looked. The reasons are below."
