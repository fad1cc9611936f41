"""Follow-ups: one list in its parts, and everything that can happen to one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, render_template, request, url_for
from sqlmodel import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from crm.domain.cadence import snooze_choices
from crm.domain.errors import Invalid
from crm.domain.followups import ACTIVITY_OF, TITLES, Bucket
from crm.domain.kinds import ActivityKind, Outcome, TaskKind
from crm.domain.pipeline import LABELS
from crm.services import tasks
from crm.services.next_steps import NextStep
from crm.services.tasks import Completed, Done
from crm.store import tasks as store
from crm.store.tasks import Filter, Line, Mark
from crm.web import filters, labels
from crm.web.assets import sprite
from crm.web.context import actor_id, db, flash_undo, now
from crm.web.endings import endings_of, sets_of
from crm.web.followup_rows import Frame, act_of, icons_of, paper_of, rows_of
from crm.web.forms import day_or_none, maybe_one_of, one_of
from crm.web.presentation import today
from crm.web.ways import way_back

bp = Blueprint("followups", __name__)

FIRST = {Bucket.OVERDUE: 20, Bucket.TODAY: 15, Bucket.LATER: 10, Bucket.WAITING: 5}
MORE = 50
NEXT_KINDS = (TaskKind.CALL, TaskKind.VISIT, TaskKind.EMAIL, TaskKind.LETTER, TaskKind.SAMPLE, TaskKind.TODO)
PART_TITLES = {
    Bucket.OVERDUE: "Overdue",
    Bucket.TODAY: "Today",
    Bucket.LATER: "Later",
    Bucket.WAITING: "Waiting for somebody",
}


@dataclass(frozen=True)
class Part:
    """A part of the list: its first lines, how many there are in all, and the address of the rest."""

    bucket: Bucket
    title: str
    lines: list[Line]
    count: int
    more: str


@dataclass(frozen=True)
class Shown:
    """What the address asks for."""

    wanted: Filter
    only: Bucket | None
    after: Mark | None


@bp.get("/followups")
def index() -> str:
    """Overdue, today, later, waiting; `part` shows one of them alone and can be walked page by page."""
    only = maybe_one_of(Bucket, request.args.get("part"), "part")
    shown = Shown(_filter(request.args), only, _mark(request.args.get("after", "")))
    with db().read() as session:
        counts = store.counts(session, today(), shown.wanted)
        parts = [_part(session, bucket, counts[bucket], shown) for bucket in Bucket if only in (None, bucket)]
        lines = [line for part in parts for line in part.lines]
        sets = sets_of(endings_of(session, lines, today()))
        here = request.full_path if request.query_string else request.path
        frame = Frame(today(), sets.of, here)
        return render_template(
            "followups/index.html",
            parts=parts,
            counts=counts,
            only=only,
            wanted=shown.wanted,
            rows={part.bucket: rows_of(part.lines, frame, show_due=part.bucket is not Bucket.TODAY) for part in parts},
            endings=sets.groups,
            here=here,
            sprite=sprite(icons_of(lines)),
            snoozes=snooze_choices(today()),
            people=store.people(session),
            total=sum(counts.values()),
            kinds=[(kind.value, labels.label(kind)) for kind in TaskKind],
            snooze_chips=_chips(),
        )


@bp.post("/followups")
def create() -> Response:
    """Add one by hand."""
    form = request.form
    try:
        step = NextStep(
            one_of(TaskKind, form.get("kind") or "todo", "kind"),
            day_or_none(form.get("due_on"), "due_on") or today(),
            form.get("title", "")[:200],
            remarks=form.get("remarks", ""),
        )
        provider_id = form.get("provider_id", type=int)
        task, change_set_id = tasks.add(db(), provider_id, step, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        flash(" ".join(error.errors.values()), "error")
        return _back()
    flash_undo(f"Planned: {task.title}, {filters.near_day(task.due_on, today())}.", change_set_id)
    return _back()


@bp.get("/followups/<int:task_id>")
def show(task_id: int) -> str | Response:
    """One follow-up with everything that can be done to it, for when a dialog is not enough."""
    return _page(task_id, {})


@bp.post("/followups/<int:task_id>/completions")
def complete(task_id: int) -> Response | tuple[str | Response, int]:
    """Done, with how it ended and what comes next."""
    form = request.form
    try:
        done, step = _done(form), _step(form)
        finished = tasks.complete(
            db(),
            task_id,
            done,
            next_step=step,
            propose=not form.get("no_next"),
            actor_id=actor_id(),
            now=now(),
            today=today(),
        )
    except Invalid as error:
        return _page(task_id, error.errors), 422
    flash_undo(_said(finished), finished.change_set_id)
    return _back()


@bp.post("/followups/<int:task_id>/snoozes")
def snooze(task_id: int) -> Response | tuple[str | Response, int]:
    """Put it off."""
    try:
        due_on = day_or_none(request.form.get("due_on"), "due_on")
        if due_on is None:
            raise Invalid({"due_on": "Choose a day."})
        undo = tasks.snooze(db(), [task_id], due_on, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _page(task_id, error.errors), 422
    flash_undo(f"Put off to {filters.near_day(due_on, today())}.", undo)
    return _back()


@bp.post("/followups/<int:task_id>/waits")
def wait(task_id: int) -> Response | tuple[str | Response, int]:
    """Somebody else has to act first."""
    form = request.form
    try:
        check_on = day_or_none(form.get("check_on"), "check_on")
        undo = tasks.wait(
            db(),
            task_id,
            form.get("waiting_for", "")[:200],
            check_on,
            actor_id=actor_id(),
            now=now(),
            today=today(),
        )
    except Invalid as error:
        return _page(task_id, error.errors), 422
    flash_undo("Set aside until then.", undo)
    return _back()


@bp.post("/followups/<int:task_id>/owners")
def reassign(task_id: int) -> Response:
    """Hand it over."""
    owner_id = request.form.get("owner_id", type=int) or 0
    try:
        undo = tasks.reassign(db(), [task_id], owner_id, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        flash(" ".join(error.errors.values()), "error")
        return _back()
    flash_undo("Handed over.", undo)
    return _back()


@bp.post("/followups/<int:task_id>/drops")
def drop(task_id: int) -> Response:
    """Not needed any more."""
    reason = request.form.get("reason", "")[:300]
    undo = tasks.cancel(db(), task_id, reason=reason, actor_id=actor_id(), now=now(), today=today())
    flash_undo("Dropped.", undo)
    return _back()


def _part(session: Session, bucket: Bucket, count: int, shown: Shown) -> Part:
    alone = shown.only is not None
    lines, mark = store.page(
        session,
        bucket,
        today(),
        limit=MORE if alone else FIRST[bucket],
        after=shown.after if alone else None,
        wanted=shown.wanted,
    )
    return Part(bucket, PART_TITLES[bucket], lines, count, _address(bucket, mark) if mark else "")


def _address(bucket: Bucket, mark: Mark) -> str:
    query = {name: request.args[name] for name in ("owner", "kind") if request.args.get(name)}
    query |= {"part": bucket.value, "after": f"{mark.due_on},{mark.id}"}
    return f"{url_for('followups.index')}?{urlencode(query)}"


def _page(task_id: int, errors: dict[str, str]) -> str | Response:
    with db().read() as session:
        line = store.line(session, task_id) or abort(404)
        return render_template(
            "followups/show.html",
            task=line,
            act=act_of(line),
            paper_href=paper_of(line),
            endings=endings_of(session, [line], today())[task_id],
            snoozes=snooze_choices(today()),
            people=store.people(session),
            by_options=[(way.value, labels.label(way)) for way in _ways(line)],
            next_kinds=[(kind.value, TITLES[kind]) for kind in NEXT_KINDS],
            snooze_chips=_chips(),
            form=request.form,
            errors=errors,
            back=request.values.get("next") or "",
        )


def _chips() -> list[tuple[date, str]]:
    return [(choice.due_on, choice.label) for choice in snooze_choices(today())]


def _ways(line: Line) -> list[ActivityKind]:
    """By which touch a promise was kept: a thank-you can be a call as well."""
    if ACTIVITY_OF.get(line.kind) is not ActivityKind.EMAIL:
        return []
    return [ActivityKind.EMAIL, ActivityKind.CALL, ActivityKind.VISIT, ActivityKind.LETTER, ActivityKind.FAX]


def _done(form: MultiDict[str, str]) -> Done:
    by = maybe_one_of(ActivityKind, form.get("by"), "by")
    outcome = maybe_one_of(Outcome, form.get("outcome"), "outcome") or Outcome.DONE
    return Done(outcome, form.get("body", ""), by=by, client_key=form.get("client_key") or None)


def _step(form: MultiDict[str, str]) -> NextStep | None:
    due_on: date | None = day_or_none(form.get("next_on"), "next_on")
    if due_on is None:
        return None
    if due_on < today():
        raise Invalid({"next_on": "Choose today or a later day."})
    return NextStep(
        one_of(TaskKind, form.get("next_kind") or "call", "next_kind"), due_on, form.get("next_title", "")[:200]
    )


def _said(finished: Completed) -> str:
    said = ["Done."]
    if finished.stage:
        said.append(f"Now {LABELS[finished.stage].lower()}.")
    if task := finished.next_task:
        said.append(f"Next: {task.title}, {filters.near_day(task.due_on, today())}.")
    return " ".join(said)


def _back() -> Response:
    return way_back(url_for("followups.index"))


def _filter(args: MultiDict[str, str]) -> Filter:
    owner = args.get("owner", "")
    owner_id = actor_id() if owner == "me" else 0 if owner == "none" else int(owner) if owner.isdecimal() else None
    return Filter(owner_id, maybe_one_of(TaskKind, args.get("kind"), "kind"))


def _mark(text: str) -> Mark | None:
    if not text:
        return None
    try:
        day, key = text.split(",")
        return Mark(date.fromisoformat(day), int(key))
    except ValueError:
        abort(400)
