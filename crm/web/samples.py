"""Samples that were asked for, in one tap; and papers that left by post, by hand or by fax."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from crm.domain.enclosures import SAMPLE_CHOICES, WORDS, Enclosure
from crm.domain.errors import Invalid, Refused
from crm.domain.papers import DeliveryHow, DocumentKind
from crm.models.messages import Message
from crm.models.practices import Practice
from crm.models.providers import Provider
from crm.services import outreach_review, paper_deliveries, printed_letters, sample_requests, touches
from crm.services.paper_deliveries import Given
from crm.services.sample_requests import Requested
from crm.web import filters
from crm.web.context import actor_id, db, flash_undo, handoff, now
from crm.web.forms import day_or_none, one_of, way_back
from crm.web.presentation import today

bp = Blueprint("samples", __name__)

HOWS = (
    (DeliveryHow.MAIL, "Posted"),
    (DeliveryHow.HAND, "Handed over"),
    (DeliveryHow.FAX, "Faxed, confirmed"),
)


class Giving(NamedTuple):
    """What the part "how did it leave?" shows: a fax number, and why none may be used."""

    hows: list[tuple[str, str]]
    fax: str
    fax_refusal: str
    refusal: str


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


@bp.post("/providers/<int:provider_id>/papers/<kind>/deliveries")
def give(provider_id: int, kind: str) -> Response:
    """Log that a paper left by post, by hand or by fax."""
    form = request.form
    page = way_back(form.get("next"), url_for("providers.show", provider_id=provider_id))
    if kind not in set(DocumentKind):
        abort(404)
    try:
        how = one_of(DeliveryHow, form.get("how"), "how")
        given = Given(
            how,
            day_or_none(form.get("delivered_on"), "delivered_on") or today(),
            form.get("to_name", ""),
            form.get("remarks", ""),
            confirmed=how is DeliveryHow.FAX,
        )
        change = paper_deliveries.give(
            db(),
            handoff().post.files,
            provider_id,
            Enclosure(DocumentKind(kind), form.get("service", "")),
            given,
            actor_id=actor_id(),
            now=now(),
            today=today(),
        )
    except (Invalid, Refused) as error:
        flash(" ".join(_errors(error).values()), "error")
        return redirect(page, 303)
    flash_undo(f"Noted: {paper_deliveries.SAID[how].lower()}.", change)
    return redirect(page, 303)


@bp.app_template_global()
def giving(provider: Provider, kind: str, practice: Practice | None = None) -> Giving:
    """How this paper may leave for this provider. `kind` is one of `crm.domain.papers`."""
    with db().read() as session:
        return _giving(session, provider, Enclosure(DocumentKind(kind)), practice)


def _giving(session: Session, provider: Provider, paper: Enclosure, practice: Practice | None) -> Giving:
    number = provider.fax or (practice.fax if practice is not None else "")
    refusal = paper_deliveries.fax_refusal(session, provider, paper)
    hows = [(how.value, words) for how, words in HOWS if not (how is DeliveryHow.FAX and refusal)]
    return Giving(hows, number, refusal, printed_letters.refusal(provider))


def _page(provider_id: int, paper: Enclosure, errors: dict[str, str]) -> str:
    with db().read() as session:
        provider = touches.get_provider(session, provider_id)
        practice = session.get(Practice, provider.practice_id) if provider.practice_id is not None else None
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
            way=_giving(session, provider, paper, practice),
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
