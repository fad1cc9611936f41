"""Referrals as a list and one by one: their status, what is still owed, what led to them."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from flask import abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain import referrals as rules
from crm.domain.errors import Invalid
from crm.domain.kinds import ActivityKind, ReferralStatus
from crm.domain.services import referable
from crm.services import referral_steps
from crm.store import prices
from crm.store import referrals as store
from crm.store.referrals import Filter, Mark
from crm.web import labels
from crm.web.context import actor_id, db, flash_undo, now
from crm.web.forms import day_or_none, maybe_one_of, one_of
from crm.web.presentation import today
from crm.web.referrals import bp
from crm.web.ways import way_back

PAGE = 50
#: How far back the numbers above the list look.
RECENT = timedelta(days=90)
OPEN = "open"


@bp.get("/referrals")
def index() -> str:
    """The newest first, with the plain counts above."""
    wanted = _filter()
    with db().read() as session:
        lines, mark = store.page(session, limit=PAGE, after=_mark(request.args.get("after", "")), wanted=wanted)
        return render_template(
            "referrals/index.html",
            lines=lines,
            more=_more(mark) if mark else "",
            wanted=wanted,
            counts=store.status_counts(session),
            rate=store.started_rate(session),
            recent=store.started_rate(session, today() - RECENT),
            services=[(one.key, one.label) for one in referable(prices.switched_off(session))],
            statuses=[(status.value, labels.label(status)) for status in ReferralStatus],
            following=rules.NEXT,
        )


@bp.get("/referrals/<int:referral_id>")
def show(referral_id: int) -> str:
    """One referral."""
    return _page(referral_id, {})


@bp.post("/referrals/<int:referral_id>/steps")
def step(referral_id: int) -> Response | tuple[str, int]:
    """Move it to another status."""
    form = request.form
    try:
        status = one_of(ReferralStatus, form.get("status"), "status")
        undo = referral_steps.change(
            db(),
            referral_id,
            status,
            happened_on=day_or_none(form.get("happened_on"), "happened_on"),
            reason=form.get("reason_other") or form.get("reason", ""),
            actor_id=actor_id(),
            now=now(),
            today=today(),
        )
    except Invalid as error:
        return _page(referral_id, error.errors), 422
    flash_undo(f"Now {labels.label(status).lower()}.", undo)
    return way_back(url_for("referrals.show", referral_id=referral_id))


@bp.post("/referrals/<int:referral_id>/papers")
def paper(referral_id: int) -> Response:
    """The written referral is in hand."""
    try:
        written_on = day_or_none(request.form.get("written_on"), "written_on") or today()
        undo = referral_steps.mark_written(
            db(), referral_id, written_on=written_on, actor_id=actor_id(), now=now(), today=today()
        )
    except Invalid as error:
        flash(" ".join(error.errors.values()), "error")
        return way_back(url_for("referrals.show", referral_id=referral_id))
    flash_undo("The written referral is in hand.", undo)
    return way_back(url_for("referrals.show", referral_id=referral_id))


def _page(referral_id: int, errors: dict[str, str]) -> str:
    with db().read() as session:
        line = store.line(session, referral_id) or abort(404)
        return render_template(
            "referrals/show.html",
            referral=line,
            steps=store.steps(session, referral_id),
            touches=[(ActivityKind(touch.kind), touch) for touch in store.touches(session, referral_id)],
            following=[(status.value, labels.label(status)) for status in rules.NEXT[line.status]],
            meanings=rules.MEANINGS,
            lost_reasons=[(reason, reason) for reason in rules.LOST_REASONS],
            errors=errors,
            form=request.form,
        )


def _filter() -> Filter:
    status = request.args.get("status", "")
    one = maybe_one_of(ReferralStatus, status if status != OPEN else "", "status")
    return Filter(
        statuses=rules.STILL_OPEN if status == OPEN else (one,) if one else (),
        service_key=request.args.get("service", ""),
        provider_id=request.args.get("provider", type=int),
        unwritten=request.args.get("unwritten") == "1",
    )


def _more(mark: Mark) -> str:
    kept = {name: value for name, value in request.args.items() if name != "after" and value}
    return f"{url_for('referrals.index')}?{urlencode(kept | {'after': f'{mark.received_on},{mark.id}'})}"


def _mark(text: str) -> Mark | None:
    if not text:
        return None
    try:
        day, key = text.split(",")
        return Mark(date.fromisoformat(day), int(key))
    except ValueError:
        abort(400)
