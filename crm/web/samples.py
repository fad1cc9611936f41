"""Samples that were asked for, in one tap."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain.enclosures import SAMPLE_CHOICES, WORDS, Enclosure
from crm.domain.errors import Invalid, Refused
from crm.domain.papers import DocumentKind
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.services import outreach_review, paper_deliveries, sample_requests, touches
from crm.services.sample_requests import Requested
from crm.web import filters
from crm.web.context import actor_id, db, handoff, now
from crm.web.forms import way_back
from crm.web.presentation import today

bp = Blueprint("samples", __name__)


@bp.get("/providers/<int:provider_id>/samples/new")
def new(provider_id: int) -> str:
    """Which sample, by which way; for a provider without an address, where to get one."""
    return _page(provider_id, _paper(request.args.get("kind", "")), {})


@bp.post("/providers/<int:provider_id>/samples")
def create(provider_id: int) -> Response | tuple[str, int]:
    """One tap: the sample and its e-mail into the outbox, where they wait a minute."""
    paper = _paper(request.form.get("kind", ""))
    try:
        sent = sample_requests.send(
            db(),
            handoff().post,
            provider_id,
            paper,
            address=request.form.get("email", ""),
            actor_id=actor_id(),
            now=now(),
        )
    except (Invalid, Refused) as error:
        return _page(provider_id, paper, _errors(error)), 422
    _say(sent)
    page = url_for("providers.show", provider_id=provider_id)
    return redirect(way_back(request.form.get("next"), page), 303)


@bp.post("/inbox/<int:inbound_id>/samples")
def answer(inbound_id: int) -> Response:
    """They wrote "yes": the sample goes as an answer in the same conversation."""
    try:
        sent = sample_requests.answer(
            db(), handoff().post, inbound_id, _paper(request.form.get("kind", "")), actor_id=actor_id(), now=now()
        )
    except (Invalid, Refused) as error:
        flash(" ".join(_errors(error).values()), "error")
        return redirect(url_for("inbox.show", inbound_id=inbound_id), 303)
    _say(sent)
    return redirect(url_for("inbox.index"), 303)


@bp.post("/samples/<int:message_id>/undo")
def undo(message_id: int) -> Response:
    """Within the minute: nothing leaves, and what the tap noted is taken back."""
    try:
        sample_requests.undo(db(), message_id, actor_id=actor_id(), now=now())
        flash("Undone. It was not sent.")
    except Refused as error:
        flash(str(error), "error")
    return redirect(way_back(request.form.get("next"), url_for("mail.show", message_id=message_id)), 303)


@bp.app_template_global()
def fax_of(provider: Provider) -> str:
    """Where a fax to this provider goes: their own number, else that of their practice."""
    with db().read() as session:
        return paper_deliveries.fax_number(session, provider)


def _page(provider_id: int, paper: Enclosure, errors: dict[str, str]) -> str:
    with db().read() as session:
        provider = touches.get_provider(session, provider_id)
        written = outreach_review.begin(session, provider_id, actor_id(), slug=sample_requests.SLUG, now=now())
        review = outreach_review.review(session, provider_id, written, actor_id(), now=now())
        waiting = sample_requests.under_way(session, provider_id, now())
        return render_template(
            "samples/new.html",
            provider=provider,
            paper=paper,
            choices=[(kind.value, WORDS[kind]) for kind in SAMPLE_CHOICES],
            written=written,
            review=review,
            errors=errors,
            form=request.form,
            waiting=waiting,
            asked_at=sample_requests.asked_at(session, provider_id),
            fax=paper_deliveries.fax_number(session, provider),
            fax_refusal=paper_deliveries.fax_refusal(session, provider, paper),
            refusal=review.refusal or paper_deliveries.refusal(provider),
        )


def _paper(text: str) -> Enclosure:
    """The sample that a form names, else the usual one."""
    return Enclosure(DocumentKind(text)) if text in set(SAMPLE_CHOICES) else sample_requests.USUAL


def _errors(error: Invalid | Refused) -> dict[str, str]:
    return error.errors if isinstance(error, Invalid) else {"": str(error)}


def _say(sent: Requested) -> None:
    if sent.is_repeat:
        flash(f"It is on its way already: {_standing(sent.message)}.")
        return
    undo_it = url_for("samples.undo", message_id=sent.message.id)
    said = f"The sample leaves in a minute, to {sent.message.to_address}."
    flash({"text": said, "action": undo_it}, "undo")  # type: ignore[arg-type]  # the session stores any JSON


def _standing(message: Message) -> str:
    sent_at = message.sent_at
    return f"sent {filters.near_day(sent_at.date(), today())}" if sent_at else "it waits in the outbox"
