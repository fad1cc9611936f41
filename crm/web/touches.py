"""Logging what happened with a provider: two taps and a note."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from crm.domain.errors import Invalid
from crm.domain.kinds import ActivityKind, Outcome, TaskKind
from crm.domain.pipeline import LABELS
from crm.services import referral_origins, touches
from crm.services.next_steps import NextStep
from crm.services.touches import Logged, Touch
from crm.web import filters, labels, referrals
from crm.web.context import actor_id, db, flash_undo, now
from crm.web.forms import day_or_none, maybe_one_of, one_of, way_back
from crm.web.presentation import today

bp = Blueprint("touches", __name__)


@bp.post("/providers/<int:provider_id>/touches")
def create(provider_id: int) -> Response:
    """Log a call, visit, meeting or note, with the proposed next step or one's own."""
    page = way_back(request.form.get("next"), url_for("providers.show", provider_id=provider_id))
    try:
        touch, step = _touch(request.form), _step(request.form)
        if request.form.get("referral_code", "").strip():
            return _with_referral(provider_id, touch, step, page)
        logged = touches.log(
            db(),
            provider_id,
            touch,
            next_step=step,
            propose=not request.form.get("no_next"),
            actor_id=actor_id(),
            now=now(),
            today=today(),
        )
    except Invalid as error:
        flash(" ".join(error.errors.values()), "error")
        return redirect(f"{page}#log", 303)
    _say(touch, logged)
    return redirect(page, 303)


def _with_referral(provider_id: int, touch: Touch, step: NextStep | None, page: str) -> Response:
    """They referred somebody while we spoke: the touch and the referral are one step, with one way back."""
    read = referrals.read_new(request.form, "referral_")
    if read.client_key is None and touch.client_key:
        read = replace(read, client_key=f"{touch.client_key}-r")
    _, logged = referral_origins.log_with(
        db(), provider_id, touch, read, next_step=step, actor_id=actor_id(), now=now(), today=today()
    )
    referrals.say(logged, read)
    return redirect(page, 303)


def _touch(form: MultiDict[str, str]) -> Touch:
    kind = one_of(ActivityKind, form.get("kind"), "kind")
    outcome = maybe_one_of(Outcome, form.get("outcome"), "outcome") if kind is not ActivityKind.NOTE else None
    day = day_or_none(form.get("happened_on"), "happened_on")
    return Touch(
        kind,
        outcome,
        form.get("body", ""),
        contact_id=form.get("contact_id", type=int),
        day=day if day != today() else None,
        client_key=form.get("client_key") or None,
    )


def _step(form: MultiDict[str, str]) -> NextStep | None:
    due_on: date | None = day_or_none(form.get("next_on"), "next_on")
    if due_on is None:
        return None
    return NextStep(one_of(TaskKind, form.get("next_kind") or "call", "next_kind"), due_on)


def _say(touch: Touch, logged: Logged) -> None:
    if logged.is_repeat or logged.change_set_id is None:
        flash("That was logged already.")
        return
    said = [f"{labels.label(touch.kind)} logged."]
    if logged.stage:
        said.append(f"Now {LABELS[logged.stage].lower()}.")
    if logged.next_task:
        said.append(f"Next: {logged.next_task.title}, {filters.by_day(logged.next_task.due_on, today())}.")
    flash_undo(" ".join(said), logged.change_set_id)
