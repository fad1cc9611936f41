"""A session of measuring on one page: last time's values beside the fields, what is typed kept until it is saved."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from crm.domain import measuring, units
from crm.domain.errors import Invalid
from crm.domain.measures import Measure, Motion, measures
from crm.domain.measuring import Line, Spot
from crm.models.measurements import Assessment
from crm.services import assessments, clients
from crm.services.assessments import Sheet
from crm.store import measurements
from crm.store.measurements import Value
from crm.web.clients import bp
from crm.web.context import actor_id, current_user, db, flash_saved, flash_undo, now
from crm.web.forms import day_or_none
from crm.web.presentation import today

#: What the page calls each kind of device, and what is offered.
DEVICES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "goniometer": ("Joints measured with", ("goniometer", "inclinometer", "phone inclinometer")),
    "hand dynamometer": ("Grip measured with", ("hand dynamometer",)),
}


@dataclass(frozen=True)
class Shown:
    """One line of the page: its fields with what is typed and what was measured last time."""

    line: Line
    units: tuple[str, ...]
    unit: str
    fields: tuple[tuple[Spot, str, str], ...]


@bp.get("/clients/<int:client_id>/assessments/new")
def measure(client_id: int) -> str:
    """The page with what is measured with this client."""
    with db().read() as session:
        clients.get(session, client_id)
        last = measurements.values(session, client_id)
        lines = assessments.lines_for(session, client_id, last)
        # A draft may hold lines that were added to the page: the script asks for them again.
        lines += [line for name in request.args.getlist("line") if (line := measuring.line_of(name)) is not None]
    form = {"measured_on": today().isoformat(), "tester": current_user().name, "client_key": secrets.token_hex(16)}
    form |= {f"device-{kind}": _last_device(last, kind) for kind in DEVICES}
    return _page(client_id, None, lines, MultiDict(form), {}, last=last)


@bp.post("/clients/<int:client_id>/assessments")
def save_measures(client_id: int) -> Response | tuple[str, int]:
    """Save them, or add a line to the page."""
    lines = _lines(request.form)
    if (added := _added(client_id, None, lines)) is not None:
        return added
    try:
        saved = assessments.save(db(), client_id, _sheet(lines), actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _page(client_id, None, lines, request.form, error.errors), 422
    if saved.change_set_id is None:
        flash("These measures were saved already.")
    else:
        flash_undo("Measures saved.", saved.change_set_id)
    return redirect(url_for("clients.show", client_id=client_id), 303)


@bp.get("/clients/<int:client_id>/assessments")
def measure_again(client_id: int) -> Response:
    """Where somebody who had to sign in again while saving comes back to."""
    return redirect(url_for("clients.measure", client_id=client_id), 303)


@bp.get("/clients/<int:client_id>/assessments/<int:assessment_id>")
def measures_of(client_id: int, assessment_id: int) -> str:
    """The same page with what was saved."""
    with db().read() as session:
        row = _of(session, client_id, assessment_id)
        known = measurements.of_assessment(session, assessment_id)
    form = MultiDict(
        {
            "measured_on": row.measured_on.isoformat(),
            "tester": row.tester,
            "remarks": row.remarks,
            "version": assessments.version_of(row),
        }
    )
    for each in known:
        line = Line(each.measure_key, each.motion)
        form[Spot(each.measure_key, each.side, each.motion).name] = each.entered or line.measure.number(each.value)
        form[f"unit-{line.name}"] = each.entered_unit
        if line.measure.device:
            form[f"device-{line.measure.device}"] = each.device
    return _page(client_id, row, [Line(each.measure_key, each.motion) for each in known], form, {})


@bp.post("/clients/<int:client_id>/assessments/<int:assessment_id>")
def update_measures(client_id: int, assessment_id: int) -> Response | tuple[str, int]:
    """Save corrections, or add a line to the page."""
    with db().read() as session:
        row = _of(session, client_id, assessment_id)
    lines = _lines(request.form)
    if (added := _added(client_id, row, lines)) is not None:
        return added
    try:
        undo = assessments.update(db(), assessment_id, _sheet(lines), actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _page(client_id, row, lines, request.form, error.errors), 422
    flash_saved(undo, "Measures saved.")
    return redirect(url_for("clients.show", client_id=client_id), 303)


@bp.post("/clients/<int:client_id>/assessments/<int:assessment_id>/archival")
def archive_measures(client_id: int, assessment_id: int) -> Response:
    """Put a session of measuring away."""
    with db().read() as session:
        _of(session, client_id, assessment_id)
    undo = assessments.archive(db(), assessment_id, actor_id=actor_id(), now=now())
    flash_undo("Measures put away.", undo)
    return redirect(url_for("clients.show", client_id=client_id), 303)


def _of(session: Session, client_id: int, assessment_id: int) -> Assessment:
    row = assessments.get(session, assessment_id)
    return row if row.client_id == client_id else abort(404)


def _added(client_id: int, row: Assessment | None, lines: list[Line]) -> tuple[str, int] | None:
    """The page once more, when a line was asked for; what is typed stays."""
    form = request.form
    wanted = form.get("add", "").strip()
    if form.get("do") != "add" and not wanted:
        return None
    one = measuring.found(wanted)
    if one is None:
        message = f"No measure is called “{wanted}”. Choose one of the list." if wanted else "Choose a measure."
        return _page(client_id, row, lines, form, {"add": message}), 422
    kept = MultiDict(form)
    kept["add"] = ""
    new = _next_line(one, lines)
    return _page(client_id, row, [*lines, new] if new not in lines else lines, kept, {}, added=new), 200


def _next_line(one: Measure, lines: Sequence[Line]) -> Line:
    """A joint that is there actively is added passively."""
    if not one.has_motions:
        return Line(one.key)
    active = Line(one.key, Motion.ACTIVE)
    return Line(one.key, Motion.PASSIVE) if active in lines else active


def _lines(form: MultiDict[str, str]) -> list[Line]:
    return [line for name in dict.fromkeys(form.getlist("line")) if (line := measuring.line_of(name)) is not None]


def _sheet(lines: list[Line]) -> Sheet:
    form = request.form
    try:
        day: date | None = day_or_none(form.get("measured_on"), "measured_on")
    except Invalid:
        day = None
    return Sheet(
        measured_on=day,
        tester=form.get("tester", ""),
        lines=lines,
        typed=form.to_dict(),
        chosen={line.name: form.get(f"unit-{line.name}", "") for line in lines},
        devices={kind: form.get(f"device-{kind}", "") for kind in DEVICES},
        remarks=form.get("remarks", ""),
        client_key=form.get("client_key") or None,
        version=form.get("version", ""),
    )


def _page(
    client_id: int,
    row: Assessment | None,
    lines: Sequence[Line],
    form: MultiDict[str, str],
    errors: dict[str, str],
    added: Line | None = None,
    last: Sequence[Value] | None = None,
) -> str:
    with db().read() as session:
        client = clients.get(session, client_id)
        last = measurements.values(session, client_id) if last is None else last
    before = {Spot(each.measure_key, each.side, each.motion): each for each in last if _is_before(each, row)}
    kinds = {line.measure.device for line in lines}
    return render_template(
        "assessments/form.html",
        client=client,
        assessment=row,
        shown=[_shown(line, form, before) for line in dict.fromkeys(lines)],
        devices=[(kind, *words) for kind, words in DEVICES.items() if kind in kinds],
        choices=[one for one in measures().values() if one.key != "adherence"],
        form=form,
        errors=errors,
        added=added,
        version_error=errors.get("version", ""),
    )


def _is_before(each: Value, row: Assessment | None) -> bool:
    return row is None or (each.measured_on, each.assessment_id) < (row.measured_on, row.id or 0)


def _shown(line: Line, form: MultiDict[str, str], before: Mapping[Spot, Value]) -> Shown:
    known = next((before[spot] for spot in line.spots if spot in before), None)
    choices = units.choices(line.measure)
    unit = form.get(f"unit-{line.name}") or (known.entered_unit if known else "")
    unit = unit if unit in choices else choices[0]
    fields = tuple((spot, form.get(spot.name, ""), _last(before.get(spot), line.measure)) for spot in line.spots)
    return Shown(line, choices, unit, fields)


def _last(value: Value | None, one: Measure) -> str:
    if value is None:
        return ""
    typed = units.shown_in(one, value.value, value.entered_unit) if value.entered_unit else ""
    said = f"{typed} {value.entered_unit}" if typed and value.entered_unit != one.unit else one.say(value.value)
    return f"{said} on {clients.day_words(value.measured_on, today())}"


def _last_device(values: Sequence[Value], kind: str) -> str:
    lines = ((each, Line(each.measure_key, each.motion)) for each in reversed(values))
    return next((each.device for each, line in lines if line.measure.device == kind and each.device), kind)
