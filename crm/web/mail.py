"""The outbox: what waits, why and until when, and what a person can do about it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from crm.domain.errors import Refused
from crm.domain.kinds import MessageState
from crm.services import message_standing, message_states
from crm.web import frame, headers
from crm.web.context import actor_id, db, now

bp = Blueprint("mail", __name__)
bp.app_context_processor(frame.around)

PAGE = 50


@dataclass(frozen=True)
class Tab:
    """A filter of the list."""

    key: str
    text: str
    states: tuple[MessageState, ...]
    empty: str


TABS = (
    Tab("all", "Everything", (), "Nothing has been written yet."),
    Tab("needs", "Needs you", message_standing.NEEDS_A_PERSON, "Nothing needs you here."),
    Tab(
        "waiting",
        "Waiting",
        (MessageState.QUEUED, MessageState.DEFERRED, MessageState.CLAIMED, MessageState.IN_DATA),
        "Nothing is waiting to leave.",
    ),
    Tab("sent", "Sent", (MessageState.SENT,), "Nothing has been sent yet."),
    Tab("stopped", "Not sent", (MessageState.CANCELLED, MessageState.SKIPPED), "Nothing was stopped."),
)

WORDS: dict[MessageState, tuple[str, str]] = {
    MessageState.QUEUED: ("Waiting", "brand"),
    MessageState.DEFERRED: ("Put off", "warn"),
    MessageState.CLAIMED: ("Leaving", "brand"),
    MessageState.IN_DATA: ("Leaving", "brand"),
    MessageState.SENT: ("Sent", "good"),
    MessageState.FAILED: ("Failed", "bad"),
    MessageState.IN_DOUBT: ("Unsure", "warn"),
    MessageState.HELD: ("Held", "warn"),
    MessageState.CANCELLED: ("Cancelled", ""),
    MessageState.SKIPPED: ("Not sent", ""),
}


@bp.app_template_global("mail_state")
def state_words(state: MessageState) -> tuple[str, str]:
    """The word and the kind of pill for a state."""
    return WORDS[state]


@bp.get("/mail")
def index() -> str:
    """The outbox, the newest first."""
    tab = next((each for each in TABS if each.key == request.args.get("show")), TABS[0])
    with db().read() as session:
        found = message_standing.page(
            session, tab.states, before_id=request.args.get("before", type=int), limit=PAGE + 1, now=now()
        )
        waiting = message_standing.needing_a_person(session)
    last = found[PAGE - 1].message.id if len(found) > PAGE else None
    return render_template("mail/index.html", found=found[:PAGE], tab=tab, tabs=_tabs(tab, waiting), last=last)


def _tabs(chosen: Tab, waiting: int) -> list[tuple[str, str, bool, int | None]]:
    counts = {"needs": waiting or None}
    return [
        (each.text, url_for("mail.index", show=each.key), each is chosen, counts.get(each.key)) for each in TABS
    ]


@bp.get("/mail/<int:message_id>")
def show(message_id: int) -> str:
    """One message: what was sent, and every try with the server's answer."""
    with db().read() as session:
        standing, attempts = message_standing.one(session, message_id, now=now())
    return render_template("mail/show.html", it=standing, message=standing.message, attempts=attempts)


@bp.get("/mail/<int:message_id>/body")
def body(message_id: int) -> Response:
    """The message as its reader sees it, under a policy of its own."""
    with db().read() as session:
        message = message_standing.one(session, message_id, now=now())[0].message
    g.csp = headers.MAIL_PREVIEW
    if message.html_body:
        return Response(message.html_body, mimetype="text/html")
    return Response(message.text_body, mimetype="text/plain")


@bp.post("/mail/<int:message_id>/cancellation")
def cancel(message_id: int) -> AnyResponse:
    """Keep it from leaving; `undo` when it was the Undo button of the first minute."""
    undo = bool(request.form.get("undo"))
    return _done(
        message_id,
        lambda: message_states.cancel(db(), message_id, actor_id=actor_id(), now=now(), undo=undo),
        "Undone. It was not sent." if undo else "Cancelled. It will not be sent.",
    )


@bp.post("/mail/<int:message_id>/hold")
def hold(message_id: int) -> AnyResponse:
    """Keep it back until it is released."""
    return _done(message_id, lambda: message_states.hold(db(), message_id, actor_id=actor_id(), now=now()), "Held.")


@bp.post("/mail/<int:message_id>/release")
def release(message_id: int) -> AnyResponse:
    """Let a held or failed message go."""
    return _done(
        message_id,
        lambda: message_states.release(db(), message_id, actor_id=actor_id(), now=now()),
        "Released. It leaves with the next round.",
    )


@bp.post("/mail/<int:message_id>/arrival")
def arrival(message_id: int) -> AnyResponse:
    """The person knows that it arrived."""
    return _done(
        message_id,
        lambda: message_states.arrived(db(), message_id, actor_id=actor_id(), now=now()),
        "Good. It counts as sent.",
    )


@bp.post("/mail/<int:message_id>/repeat")
def repeat(message_id: int) -> AnyResponse:
    """The person wants it sent once more."""
    return _done(
        message_id,
        lambda: message_states.send_again(db(), message_id, actor_id=actor_id(), now=now()),
        "It is sent again.",
    )


def _done(message_id: int, act: object, said: str) -> AnyResponse:
    assert callable(act)
    try:
        act()
        flash(said)
    except Refused as error:
        flash(str(error), "error")
    return redirect(_back(message_id), 303)


def _back(message_id: int) -> str:
    """Where the button was; only ever one of our own pages."""
    wanted = request.form.get("next", "")
    own = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if own else url_for("mail.show", message_id=message_id)
