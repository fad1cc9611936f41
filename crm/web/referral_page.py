"""One referral: what it is, what is owed, what happened, what led to it, what it brought."""

from __future__ import annotations

import secrets
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain import money
from crm.domain import referrals as rules
from crm.domain.errors import Invalid, Refused
from crm.domain.kinds import TOUCHES, ActivityKind, ReferralStatus
from crm.models.referrals import Referral
from crm.services import attribution, booking, referral_steps, referral_thanks
from crm.services.attribution import Correction
from crm.store import referral_choices as choices
from crm.store import referrals as store
from crm.web import labels
from crm.web.context import actor_id, db, flash_undo, handoff, now
from crm.web.forms import day_or_none, one_of
from crm.web.presentation import today
from crm.web.referrals import bp
from crm.web.ways import way_back

THANKED = "Nothing waits to be sent: the thank-you is done."


def _by() -> dict[str, Any]:
    return {"actor_id": actor_id(), "now": now(), "today": today()}


def _back(referral_id: int) -> Response:
    return way_back(url_for("referrals.show", referral_id=referral_id))


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
        day = day_or_none(form.get("happened_on"), "happened_on")
        reason = form.get("reason_other") or form.get("reason", "")
        undo = referral_steps.change(db(), referral_id, status, happened_on=day, reason=reason, **_by())
    except Invalid as error:
        return _page(referral_id, error.errors), 422
    flash_undo(f"Now {labels.label(status).lower()}.", undo)
    return _back(referral_id)


@bp.post("/referrals/<int:referral_id>/days")
def correct_day(referral_id: int) -> Response:
    """It happened on another day."""
    try:
        status = one_of(ReferralStatus, request.form.get("status"), "status")
        day = day_or_none(request.form.get("happened_on"), "happened_on")
        undo = referral_steps.correct_day(db(), referral_id, status, day, **_by()) if day else None
    except Invalid as error:
        flash(" ".join(error.errors.values()), "error")
        return _back(referral_id)
    if undo:
        flash_undo("Corrected the day.", undo)
    return _back(referral_id)


@bp.post("/referrals/<int:referral_id>/papers")
def paper(referral_id: int) -> Response:
    """The written referral is in hand."""
    try:
        written_on = day_or_none(request.form.get("written_on"), "written_on") or today()
        undo = referral_steps.mark_written(db(), referral_id, written_on=written_on, **_by())
    except Invalid as error:
        flash(" ".join(error.errors.values()), "error")
        return _back(referral_id)
    flash_undo("The written referral is in hand.", undo)
    return _back(referral_id)


@bp.post("/referrals/<int:referral_id>/value")
def value(referral_id: int) -> Response:
    """What it brought, where the trainer knows better than the sessions; empty counts them again."""
    try:
        undo = booking.by_hand(db(), referral_id, request.form.get("booked", ""), **_by())
    except Invalid as error:
        flash(" ".join(error.errors.values()), "error")
        return _back(referral_id)
    if undo:
        flash_undo("Booked value saved.", undo)
    return _back(referral_id)


@bp.post("/referrals/<int:referral_id>/attribution")
def attribute(referral_id: int) -> Response | tuple[str, int]:
    """What led to it, corrected by hand, or back to what was logged."""
    form = request.form
    if form.get("do") == "reset":
        undo = attribution.reset(db(), referral_id, **_by())
    else:
        said = Correction(
            form.get("channel", ""),
            form.get("sequence_id", type=int),
            form.get("template_version_id", type=int),
            form.get("credited_id", type=int),
            form.get("note", ""),
        )
        try:
            undo = attribution.correct(db(), referral_id, said, **_by())
        except Invalid as error:
            return _page(referral_id, error.errors), 422
    if undo:
        flash_undo("Back to what was logged." if form.get("do") == "reset" else "Corrected what led to it.", undo)
    return redirect(url_for("referrals.show", referral_id=referral_id, _anchor="led"), 303)


@bp.get("/referrals/<int:referral_id>/thanks")
def thanks(referral_id: int) -> str:
    """The thank-you as it waits: read it, send it."""
    return _thanks(referral_id, {})


@bp.post("/referrals/<int:referral_id>/thanks")
def thank(referral_id: int) -> Response | tuple[str, int]:
    """One tap: into the outbox, where it waits a minute."""
    key = request.form.get("key") or secrets.token_hex(8)
    try:
        message = referral_thanks.send(db(), handoff().post, referral_id, key=key, actor_id=actor_id(), now=now())
    except (Invalid, Refused) as error:
        return _thanks(referral_id, error.errors if isinstance(error, Invalid) else {"": str(error)}), 422
    undo = url_for("mail.cancel", message_id=message.id)
    flash({"text": "The thank-you leaves in a minute.", "action": undo}, "undo")  # type: ignore[arg-type]  # JSON
    return _back(referral_id)


def _thanks(referral_id: int, errors: dict[str, str]) -> str:
    with db().read() as session:
        line = store.line(session, referral_id) or abort(404)
        draft = referral_thanks.draft(session, referral_id, actor_id(), now=now())
    key = request.form.get("key") or secrets.token_hex(8)
    return render_template("referrals/thanks.html", referral=line, draft=draft, errors=errors, key=key)


def _page(referral_id: int, errors: dict[str, str]) -> str:
    with db().read() as session:
        line = store.line(session, referral_id) or abort(404)
        row = session.get_one(Referral, referral_id)
        return render_template(
            "referrals/show.html",
            referral=line,
            row=row,
            due=store.limits(session, [referral_id]).get(referral_id, {}),
            steps=store.steps(session, referral_id),
            touches=[(ActivityKind(touch.kind), touch) for touch in store.touches(session, referral_id)],
            following=[(status.value, labels.label(status)) for status in rules.NEXT[line.status]],
            dated=rules.DATED,
            channels=_channels(),
            choices=choices.of(session, row),
            booked=money.dollars(line.booked_cents) if line.booked_by_hand else "",
            lost_reasons=[(reason, reason) for reason in rules.LOST_REASONS],
            errors=errors,
            form=request.form,
        )


def _channels() -> list[tuple[str, str]]:
    kinds = sorted(TOUCHES, key=labels.label)
    return [*((kind.value, labels.label(kind)) for kind in kinds), (attribution.ELSE, "Something else")]
