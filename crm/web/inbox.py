"""The inbox: answers to give, mail to assign, addresses to correct."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypedDict

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse

from crm.domain.calendar import business_day_from
from crm.domain.errors import Invalid, Refused
from crm.services import answers, inbox_standing, inbox_verdicts, search
from crm.services.inbox_standing import Opened, View
from crm.services.outreach_review import Written
from crm.store import providers, tasks
from crm.web import headers, inbox_words, timeline
from crm.web.context import actor_id, db, flash_undo, handoff, now
from crm.web.presentation import today

bp = Blueprint("inbox", __name__)
inbox_words.install(bp)

PAGE = 50
CHOICES = 12
RETURNS = ((14, "In two weeks"), (30, "In a month"), (91, "In three months"), (182, "In half a year"))
BEFORE = 3
"""Messages of a conversation shown before the one that is open; the rest is folded away."""


@dataclass(frozen=True)
class Tab:
    """A view of the inbox, and what it says when it is empty."""

    view: View
    text: str
    empty: str
    hint: str = ""


TABS = (
    Tab(View.TO_ANSWER, "To answer", "Nobody waits for an answer", "Replies to your mail come here by themselves."),
    Tab(View.TO_ASSIGN, "To assign", "Everything found its provider", "Mail from unknown addresses waits here."),
    Tab(View.BOUNCES, "Bounces", "Every address works", "Mail that came back, with the address to correct."),
    Tab(View.ALL, "Everything", "Nothing has been read yet"),
    Tab(View.DONE, "Done", "Nothing is done yet"),
)


@bp.get("/inbox")
def index() -> str:
    """What came in, the newest first."""
    tab = next((each for each in TABS if each.view == request.args.get("show")), TABS[0])
    query = request.args.get("q", "").strip()[:100]
    with db().read() as session:
        found = inbox_standing.page(session, tab.view, before=_cursor(), limit=PAGE + 1, query=query)
        counts = inbox_standing.counts(session)
        reading = inbox_standing.reading(session)
    last = found[PAGE - 1] if len(found) > PAGE else None
    return render_template(
        "inbox/index.html",
        found=found[:PAGE],
        tab=tab,
        tabs=[_tab(each, tab, counts.get(each.view)) for each in TABS],
        query=query,
        older=f"{last.received_at.isoformat()}_{last.id}" if last is not None else "",
        reading=reading,
    )


def _tab(each: Tab, chosen: Tab, count: int | None) -> tuple[str, str, bool, int | None]:
    counted = count if each.view in (View.TO_ANSWER, View.TO_ASSIGN, View.BOUNCES) and count else None
    return each.text, url_for("inbox.index", show=each.view), each is chosen, counted


def _cursor() -> tuple[datetime, int] | None:
    """Where the page before this one ended, as the address has it; anything else begins at the top."""
    at, _, number = request.args.get("before", "").rpartition("_")
    try:
        when = datetime.fromisoformat(at)
        return (when, int(number)) if when.tzinfo is not None else None
    except ValueError:
        return None


@bp.get("/inbox/<int:inbound_id>")
def show(inbound_id: int) -> str:
    """One message with its conversation, its provider, and the quick answers."""
    with db().read() as session:
        return _page(session, inbound_id, {})


def _page(session: Session, inbound_id: int, errors: dict[str, str], written: Written | None = None) -> str:
    opened = inbox_standing.one(session, inbound_id)
    if written is None and opened.may_answer:
        written = answers.begin(session, inbound_id, actor_id())
    begins = _begins(opened)
    return render_template(
        "inbox/show.html",
        it=opened,
        message=opened.message,
        written=written,
        errors=errors,
        form=request.form,
        key=request.form.get("key") or secrets.token_hex(8),
        earlier=opened.thread[:begins],
        recent_thread=opened.thread[begins:],
        days=[(business_day_from(today() + timedelta(days=count)), words) for count, words in RETURNS],
        **_beside(session, opened),
    )


def _begins(opened: Opened) -> int:
    """Where the part of the conversation begins that is shown at once: a little before this message."""
    ids = [each.inbound_id for each in opened.thread]
    here = ids.index(opened.message.id) if opened.message.id in ids else len(ids) - 1
    return max(0, here - BEFORE)


def _beside(session: Session, opened: Opened) -> dict[str, object]:
    """The provider's latest lines and open follow-ups, or, where there is no provider, those that it may be."""
    choices = _choices(session, opened)
    if opened.provider is None or opened.provider.id is None:
        return {"recent": [], "open_tasks": [], "choices": choices}
    lines = providers.timeline(session, opened.provider.id, 5)
    return {
        "recent": [timeline.event(line) for line in lines],
        "open_tasks": tasks.live_of(session, opened.provider.id),
        "choices": choices,
    }


def _choices(session: Session, opened: Opened) -> Sequence[Any]:
    """Providers that were searched for; before a search, and where nobody is known, those that it may be."""
    asked = request.args.get("find", "").strip()[:100]
    if asked:
        return search.answer(session, asked, limit=CHOICES, today=today(), now=now()).rows
    return [] if opened.provider is not None else inbox_standing.guesses(session, opened.message)


@bp.get("/inbox/<int:inbound_id>/body")
def body(inbound_id: int) -> Response:
    """All that they sent, quotations and signature too, as text."""
    with db().read() as session:
        content = inbox_standing.readable(session, handoff().post.files, inbound_id)[0]
    g.csp = headers.MAIL_PREVIEW
    return Response(content, mimetype="text/plain")


@bp.get("/inbox/<int:inbound_id>/source.eml")
def source(inbound_id: int) -> Response:
    """The message as it was read, to keep or to look at elsewhere."""
    with db().read() as session:
        content = inbox_standing.source(session, handoff().post.files, inbound_id)
    response = Response(content, mimetype="message/rfc822")
    response.headers["Content-Disposition"] = f'attachment; filename="message-{inbound_id}.eml"'
    return response


@bp.post("/inbox/<int:inbound_id>/answer")
def answer(inbound_id: int) -> AnyResponse | tuple[str, int]:
    """Put the answer into the outbox, where it waits a minute."""
    form = request.form
    written = Written(form.get("subject", ""), form.get("text", "").replace("\r\n", "\n"), "")
    try:
        message = answers.answer(
            db(),
            handoff().post,
            inbound_id,
            written,
            key=form.get("key") or secrets.token_hex(8),
            reason=form.get("reason", ""),
            actor_id=actor_id(),
            now=now(),
        )
    except (Invalid, Refused) as error:
        errors = error.errors if isinstance(error, Invalid) else {"text": str(error)}
        with db().read() as session:
            return _page(session, inbound_id, errors, written), 422
    undo = url_for("mail.cancel", message_id=message.id)
    flash({"text": "Your answer leaves in a minute.", "action": undo}, "undo")  # type: ignore[arg-type]  # JSON
    return redirect(url_for("inbox.index"), 303)


@bp.post("/inbox/<int:inbound_id>/verdict")
def decide(inbound_id: int) -> AnyResponse | tuple[str, int]:
    """A quick answer: what the reply means, and what follows from it."""
    choice = request.form.get("verdict", "")
    acts: dict[str, tuple[Callable[[], int | None], str]] = {
        "positive": (lambda: inbox_verdicts.positive(db(), inbound_id, **_who()), "Marked as positive."),
        "not_now": (lambda: _not_now(inbound_id), "Marked as “not now”."),
        "wrong_person": (lambda: inbox_verdicts.wrong_person(db(), inbound_id, **_who()), "Noted: the wrong person."),
        "unsubscribe": (
            lambda: inbox_verdicts.unsubscribe(db(), inbound_id, **_who()),
            "This address gets no outreach mail any more.",
        ),
        "done": (lambda: inbox_verdicts.done(db(), inbound_id, **_who()), "Done."),
        "reopen": (lambda: inbox_verdicts.reopen(db(), inbound_id, **_who()), "It is open again."),
    }
    if choice not in acts:
        return _wrong(inbound_id, {"verdict": "Choose one of the answers."})
    act, said = acts[choice]
    return _done(inbound_id, act, said, stay=choice == "reopen")


def _not_now(inbound_id: int) -> int | None:
    return inbox_verdicts.not_now(db(), inbound_id, _day("return_on"), **_who())


@bp.post("/inbox/<int:inbound_id>/provider")
def assign(inbound_id: int) -> AnyResponse | tuple[str, int]:
    """Say whose message it is; what it means for them follows at once."""
    provider_id = request.form.get("provider_id", type=int)
    if provider_id is None:
        return _wrong(inbound_id, {"provider_id": "Choose the provider it is from."})
    keep = bool(request.form.get("keep_address"))
    return _done(
        inbound_id,
        lambda: inbox_verdicts.assign(db(), inbound_id, provider_id, keep_address=keep, **_who()),
        "Assigned.",
        stay=True,
    )


@bp.post("/inbox/<int:inbound_id>/address")
def correct(inbound_id: int) -> AnyResponse | tuple[str, int]:
    """The address that works, for one that bounced."""
    address = request.form.get("address", "")
    return _done(
        inbound_id, lambda: inbox_verdicts.correct_address(db(), inbound_id, address, **_who()), "Saved the address."
    )


def _done(
    inbound_id: int, act: Callable[[], int | None], said: str, *, stay: bool = False
) -> AnyResponse | tuple[str, int]:
    try:
        change = act()
    except Invalid as error:
        return _wrong(inbound_id, error.errors)
    except Refused as error:
        flash(str(error), "error")
        return redirect(url_for("inbox.show", inbound_id=inbound_id), 303)
    if change is None:
        flash(said)
    else:
        flash_undo(said, change)
    return redirect(url_for("inbox.show", inbound_id=inbound_id) if stay else url_for("inbox.index"), 303)


def _wrong(inbound_id: int, errors: dict[str, str]) -> tuple[str, int]:
    with db().read() as session:
        return _page(session, inbound_id, errors), 422


def _day(field: str) -> date:
    try:
        return date.fromisoformat(request.form.get(field, ""))
    except ValueError:
        raise Invalid({field: "Choose the day on which to come back."}) from None


class _Who(TypedDict):
    actor_id: int
    now: datetime


def _who() -> _Who:
    return {"actor_id": actor_id(), "now": now()}
