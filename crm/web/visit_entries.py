"""What was noted after a visit, from the page's form or from a phone that sends what waited: once, and answered.

A phone keeps an entry until it hears that it arrived (200) or that something in it must be mended (422).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar
from uuid import uuid4

from flask import flash, g, jsonify, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from crm.domain import money
from crm.domain.errors import Invalid
from crm.domain.gifts import GiftKind
from crm.domain.kinds import ContactRole, TaskKind
from crm.domain.visit_entries import Entry
from crm.domain.visit_kinds import Interest, Met
from crm.services import visit_entries
from crm.services.visit_entries import Recorded
from crm.services.visit_origins import BY_SESSION
from crm.web import filters, forms, visits
from crm.web.context import actor_id, db, flash_undo, handoff, now, wants_json
from crm.web.presentation import today
from crm.web.visits import bp

EnumT = TypeVar("EnumT", bound=StrEnum)

MOST_MENDED = 100
"""Changes of one entry on a device before it arrives. More than anybody makes."""


@bp.post("/visits/<int:visit_id>/entries")
def record(visit_id: int) -> Response | tuple[str, int]:
    """About a visit that was planned; where it isn't known any more, about the provider that the form names."""
    return _record(visit_id, request.form.get("provider_id", type=int))


@bp.post("/providers/<int:provider_id>/visit-entries")
def record_unplanned(provider_id: int) -> Response | tuple[str, int]:
    """About a provider to whom no visit was planned."""
    return _record(None, provider_id)


def _record(visit_id: int | None, provider_id: int | None) -> Response | tuple[str, int]:
    try:
        found = visit_entries.record(
            db(),
            handoff().post,
            read(request.form, now()),
            visit_id=visit_id,
            provider_id=provider_id,
            actor_id=actor_id(),
            now=now(),
            today=today(),
        )
    except Invalid as error:
        if wants_json():
            response = jsonify(errors=error.errors)
            response.status_code = 422
            return response
        form, ids = request.form.to_dict(), {"visit_id": visit_id} if visit_id else {"provider_id": provider_id}
        return visits.page(**ids, form=form, errors=error.errors), 422
    return _as_json(found) if wants_json() else _as_page(found)


def read(form: MultiDict[str, str], now: datetime) -> Entry:
    """The form as an entry; Invalid names every field that can't be read."""
    errors: dict[str, str] = {}
    found = Entry(
        client_key=form.get("client_key", "").strip() or uuid4().hex,
        made_at=_instant(form.get("made_at", ""), now),
        met=_one_of(Met, form, "met", errors),
        wants_sample=_flag(form, "wants_sample"),
        interest=_one_of(Interest, form, "interest", errors),
        said=_note(form),
        contact_id=form.get("contact_id", type=int),
        new_contact=form.get("new_contact", ""),
        new_contact_role=_one_of(ContactRole, form, "new_contact_role", errors),
        next_kind=_one_of(TaskKind, form, "next_kind", errors),
        next_on=_day(form, "next_on", errors),
        no_next=bool(form.get("no_next")),
        gift_cents=_cents(form, errors),
        gift_kind=_one_of(GiftKind, form, "gift_kind", errors),
        gift_what=form.get("gift_what", ""),
        email=form.get("email", ""),
        happened_on=_day(form, "happened_on", errors),
        instead_of=tuple(form.get("instead_of", "").split()[:MOST_MENDED]),
        device=_device(form),
    )
    if errors:
        raise Invalid(errors)
    # A kind without a day is a form's untouched choice, not a step.
    return found if found.next_on else replace(found, next_kind=None)


def said(found: Recorded) -> str:
    """What recording did, in words."""
    if found.is_repeat:
        return "That was noted already."
    words = ["Visit logged."]
    if found.next_task is not None:
        words.append(f"Next: {found.next_task.title}, {filters.by_day(found.next_task.due_on, today())}.")
    if found.message_id is not None:
        words.append("The sample leaves in a minute.")
    if found.overruled:
        what = "Another device noted something newer" if found.elsewhere else "What was noted later stands"
        words.append(f"{what}: both are on the timeline.")
    return " ".join(words)


def _as_json(found: Recorded) -> Response:
    return jsonify(
        ok=True,
        visit=found.visit_id,
        activity=found.activity_id,
        repeat=found.is_repeat,
        said=said(found),
        remarks=list(found.remarks),
        undo=found.change_set_id,
        sample=found.message_id,
        href=url_for("visits.show", visit_id=found.visit_id),
    )


def _as_page(found: Recorded) -> Response:
    for remark in found.remarks:
        flash(remark, "error")
    if found.is_repeat or found.change_set_id is None:
        flash(said(found))
    else:
        flash_undo(said(found), found.change_set_id)
    page = url_for("visits.show", visit_id=found.visit_id)
    return redirect(forms.way_back(request.form.get("next"), page), 303)


def _one_of(enum: type[EnumT], form: MultiDict[str, str], name: str, errors: dict[str, str]) -> EnumT | None:
    try:
        return forms.maybe_one_of(enum, form.get(name, "").strip(), name)
    except Invalid as error:
        errors |= error.errors
        return None


def _day(form: MultiDict[str, str], name: str, errors: dict[str, str]) -> date | None:
    try:
        return forms.day_or_none(form.get(name), name)
    except Invalid as error:
        errors |= error.errors
        return None


def _cents(form: MultiDict[str, str], errors: dict[str, str]) -> int | None:
    try:
        return money.cents(form.get("gift_value", ""), field="gift_value")
    except Invalid as error:
        errors |= error.errors
        return None


def _note(form: MultiDict[str, str]) -> str | None:
    """An empty box says nothing, except where a note stood in it: then the note was taken out."""
    text = form.get("said", "").strip()
    return text or ("" if "said" in form and form.get("said_was") else None)


def _flag(form: MultiDict[str, str], name: str) -> bool | None:
    """“1” is yes and “0” is no; a box that isn't ticked sends nothing, which says nothing."""
    text = form.get(name, "").strip()
    return None if not text else text != "0"


def _device(form: MultiDict[str, str]) -> str:
    """The mark that the browser has given itself; without script, the one that it is signed in by."""
    own = form.get("device", "").strip()[:64]
    return own or (f"{BY_SESSION}{g.web_session.id}" if g.web_session is not None else "")


def _instant(text: str, now: datetime) -> datetime:
    """The device's time of writing. One that can't be read loses no entry: it is taken as written just now."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return now
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
