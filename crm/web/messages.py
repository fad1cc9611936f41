"""Writing an e-mail to a provider, with the provider beside the text."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, flash, g, jsonify, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse

from crm.domain import better_words, enclosures
from crm.domain.enclosures import Enclosure
from crm.domain.errors import Invalid, Refused
from crm.domain.text_checks import TextFinding
from crm.models.messages import Message
from crm.services import attachments, message_standing, outbox, outreach, outreach_review, sample_requests
from crm.services.attachments import Offer
from crm.services.outreach_review import Review, Written
from crm.store import providers, tasks
from crm.web import headers, timeline
from crm.web.context import actor_id, db, flash_undo, handoff, now

bp = Blueprint("messages", __name__)
WITH_SAMPLE = frozenset({"sample", "sample_enclosed"})
"""E-mails whose words say that a sample is attached."""


@bp.get("/providers/<int:provider_id>/mail/new")
def new(provider_id: int) -> str:
    """A filled template to begin with; `template` chooses another, `task` names the follow-up that this does."""
    with db().read() as session:
        written = outreach_review.begin(
            session, provider_id, actor_id(), slug=request.args.get("template", ""), now=now()
        )
        return _form(session, provider_id, written, {}, task_id=request.args.get("task", type=int))


@bp.post("/providers/<int:provider_id>/mail")
def create(provider_id: int) -> AnyResponse | tuple[str, int]:
    """Send it, try it on oneself, or note that it was sent by another program: the button says which."""
    written, form = _written(), request.form
    acts = {"test": _test, "elsewhere": _elsewhere}
    try:
        return acts.get(form.get("do", ""), _send)(provider_id, written)
    except Invalid as error:
        errors = error.errors
    except Refused as error:
        errors = {"text": str(error)}
    with db().read() as session:
        page = _form(session, provider_id, written, errors, task_id=form.get("task", type=int))
    return page, 422


@bp.post("/providers/<int:provider_id>/mail/preview")
def preview(provider_id: int) -> Response:
    """The e-mail as its reader would see it, footer and all, under a policy of its own."""
    checked = _reviewed(provider_id)
    g.csp = headers.MAIL_PREVIEW
    if checked.email is None:
        return Response("\n".join(checked.to_fill), mimetype="text/plain")
    return Response(checked.email.html, mimetype="text/html")


@bp.post("/providers/<int:provider_id>/mail/check.json")
def check(provider_id: int) -> Response:
    """What there is to say about the text as it stands, for the page to show while somebody writes."""
    checked = _reviewed(provider_id)
    with db().read() as session:
        offers = _offers(session, checked, chosen_only=True)
    return jsonify(
        findings=[finding(each) for each in checked.findings],
        fill=list(checked.to_fill),
        needs_reason=checked.needs_reason,
        mailto=outreach_review.mailto(checked),
        papers=[_paper(each, provider_id) for each in offers],
    )  # fmt: skip


def finding(found: TextFinding) -> dict[str, object]:
    """A finding as the page shows it: where, what, why, and what can stand there instead with one tap."""
    shown = {name: getattr(found, name) for name in ("line", "start", "end", "text", "why", "suggestion", "severity")}
    return {**shown, "instead": better_words.options(found)}


def _send(provider_id: int, written: Written) -> AnyResponse:
    message = outreach.send(
        db(),
        handoff().post,
        provider_id,
        written,
        key=request.form.get("key") or secrets.token_hex(8),
        reason=request.form.get("reason", ""),
        task_id=request.form.get("task", type=int),
        papers=_papers(),
        actor_id=actor_id(),
        now=now(),
    )
    undo = url_for("mail.cancel", message_id=message.id)
    flash({"text": "It leaves in a minute.", "action": undo}, "undo")  # type: ignore[arg-type]  # stored as JSON
    return redirect(url_for("providers.show", provider_id=provider_id), 303)


def _test(provider_id: int, written: Written) -> AnyResponse:
    """Sent while the person waits, so that the answer is true when they read it."""
    message = outreach.send_test(
        db(), handoff().post, provider_id, written, papers=_papers(), actor_id=actor_id(), now=now()
    )
    assert message.id is not None
    outbox.run_one(db(), handoff().post, message.id, clock=handoff().clock, me=f"web-{secrets.token_hex(4)}")
    with db().read() as session:
        standing = message_standing.one(session, message.id, now=now())[0]
        text, category = _test_result(standing.message, standing.why)
        flash(text, category)
        return Response(_form(session, provider_id, written, {}, task_id=request.form.get("task", type=int)))


def _test_result(message: Message, why: str) -> tuple[str, str]:
    if message.state == "sent":
        where = "the local mailbox (Mail, Local mailbox)" if message.via == "local" else message.to_address
        return f"The test is in {where}.", "message"
    return f"The test was not sent. {why}. {message.server_reply}", "error"


def _elsewhere(provider_id: int, written: Written) -> AnyResponse:
    change = outreach.sent_elsewhere(
        db(),
        provider_id,
        written,
        reason=request.form.get("reason", ""),
        task_id=request.form.get("task", type=int),
        actor_id=actor_id(),
        now=now(),
    )
    flash_undo("Marked as sent.", change)
    return redirect(url_for("providers.show", provider_id=provider_id), 303)


def _written() -> Written:
    form = request.form
    text = form.get("text", "").replace("\r\n", "\n")
    return Written(form.get("subject", ""), text, form.get("template", ""))


def _papers() -> tuple[Enclosure, ...]:
    """The papers that go along: ticked in the form, or named by the address of the page; a sample's mail has one."""
    if request.method == "POST":
        return enclosures.read(request.form.getlist("papers"))
    chosen = enclosures.read(request.args.getlist("papers"))
    return chosen or ((sample_requests.USUAL,) if request.args.get("template") in WITH_SAMPLE else ())


def _offers(session: Session, checked: Review, *, chosen_only: bool = False) -> list[Offer]:
    found = attachments.offers(
        session, handoff().post.files, checked.provider, _papers(), user_id=actor_id(), now=now()
    )
    return [each for each in found if each.chosen] if chosen_only else found


def _paper(offer: Offer, provider_id: int) -> dict[str, str]:
    """What the page needs to show a chosen paper."""
    paper = offer.enclosure
    href = _href(offer, provider_id) if offer.pages else ""
    return {
        "value": paper.value,
        "words": paper.words,
        "size": _size(offer),
        "href": href,
        "problem": offer.problem,
    }


@bp.app_template_filter("paper_href")
def _href(offer: Offer, provider_id: int) -> str:
    """Where a paper can be looked at."""
    paper = offer.enclosure
    return url_for("papers.show", provider_id=provider_id, kind=paper.kind.value, service=paper.service_key or None)


@bp.app_template_filter("paper_size")
def _size(offer: Offer) -> str:
    """Pages and size of a paper that was made: "1 page, 46 KB"."""
    if not offer.pages:
        return ""
    pages = "1 page" if offer.pages == 1 else f"{offer.pages} pages"
    return f"{pages}, {max(1, round(offer.size / 1024)):,} KB"


def _reviewed(provider_id: int) -> Review:
    with db().read() as session:
        return outreach_review.review(session, provider_id, _written(), actor_id(), now=now())


def _form(session: Session, provider_id: int, written: Written, errors: dict[str, str], *, task_id: int | None) -> str:
    checked = outreach_review.review(session, provider_id, written, actor_id(), now=now())
    return render_template(
        "messages/new.html",
        provider=checked.provider,
        written=written,
        review=checked,
        errors=errors,
        choices=outreach_review.choices(session),
        mailto=outreach_review.mailto(checked),
        key=request.form.get("key") or secrets.token_hex(8),
        reason=request.form.get("reason", ""),
        task_id=task_id,
        offers=_offers(session, checked),
        recent=[timeline.event(line) for line in providers.timeline(session, provider_id, 4)],
        open_tasks=tasks.live_of(session, provider_id),
    )
