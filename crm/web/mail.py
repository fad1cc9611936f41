"""The outbox: what waits, why and until when, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse

from crm.domain.errors import NotFound, Refused
from crm.domain.kinds import MessageKind, MessageState
from crm.models.accounts import User
from crm.models.messages import Message
from crm.services import attachments, files, letters, message_standing, message_states, papers
from crm.store import overrides
from crm.store.messages import Wanted
from crm.web import frame, headers
from crm.web.context import actor_id, db, handoff, now

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


KINDS = (("outreach", "Outreach"), ("reply", "Answers"), ("test", "Tests"), ("notice", "Notices"))


@bp.get("/mail")
def index() -> str:
    """The outbox, the newest first; filtered by state, mailbox, kind and recipient."""
    tab = next((each for each in TABS if each.key == request.args.get("show")), TABS[0])
    wanted = _wanted()
    with db().read() as session:
        found = message_standing.page(
            session,
            tab.states,
            wanted=wanted,
            before_id=request.args.get("before", type=int),
            limit=PAGE + 1,
            now=now(),
        )
        waiting = message_standing.needing_a_person(session)
        boxes = message_standing.mailboxes(session)
    last = found[PAGE - 1].message.id if len(found) > PAGE else None
    more = url_for("mail.index", **_filters(wanted), show=tab.key, before=last) if last else ""
    return render_template(
        "mail/index.html",
        found=found[:PAGE],
        tab=tab,
        tabs=_tabs(tab, wanted, waiting),
        more=more,
        wanted=wanted,
        boxes=boxes,
        kinds=KINDS,
        filtered=bool(_filters(wanted)),
    )


def _wanted() -> Wanted:
    kind = request.args.get("kind", "")
    return Wanted(
        account_id=request.args.get("mailbox", type=int),
        kind=MessageKind(kind) if kind in {key for key, _ in KINDS} else None,
        recipient=request.args.get("q", "").strip()[:200],
    )


def _filters(wanted: Wanted) -> dict[str, Any]:
    """What keeps its place in the address from tab to tab and page to page."""
    values = {"mailbox": wanted.account_id, "kind": wanted.kind and wanted.kind.value, "q": wanted.recipient}
    return {name: value for name, value in values.items() if value}


def _tabs(chosen: Tab, wanted: Wanted, waiting: int) -> list[tuple[str, str, bool, int | None]]:
    counts = {"needs": waiting or None}
    kept = _filters(wanted)
    return [
        (each.text, url_for("mail.index", show=each.key, **kept), each is chosen, counts.get(each.key)) for each in TABS
    ]


@bp.post("/mail/several")
def several() -> AnyResponse:
    """The same done to every message that was chosen; ids come from the list, or from an Undo's address."""
    name = request.values.get("do", "")
    ids = [
        int(each) for each in [*request.form.getlist("id"), *request.args.get("ids", "").split("-")] if each.isdecimal()
    ]
    if name not in ACTS or not ids:
        flash("Choose messages first.", "error")
        return redirect(_own_page() or url_for("mail.index"), 303)
    act, said, back = ACTS[name]
    done, why_not = message_states.many(db(), ids[:PAGE], act, actor_id=actor_id(), now=now())
    if done:
        text = f"{len(done)} {'message' if len(done) == 1 else 'messages'} {said}."
        undo = url_for("mail.several", do=back, ids="-".join(map(str, done))) if back else ""
        flash({"text": text, "action": undo} if undo else text, "undo" if undo else "message")  # type: ignore[arg-type]  # JSON
    if why_not:
        flash(f"Not done to {len(ids[:PAGE]) - len(done)}. {why_not}", "error")
    return redirect(_own_page() or url_for("mail.index"), 303)


ACTS: dict[str, tuple[Callable[..., None], str, str]] = {
    "hold": (message_states.hold, "held", "resume"),
    "resume": (message_states.resume, "put back in line", "hold"),
    "release": (message_states.release, "released", "hold"),
    "cancel": (message_states.cancel, "cancelled", ""),
    "arrived": (message_states.arrived, "noted as arrived", ""),
    "repeat": (message_states.send_again, "sent again", ""),
}
"""What the buttons do, what is said then, and what undoes it."""


@bp.get("/mail/<int:message_id>")
def show(message_id: int) -> str:
    """One message: what was sent, and every try with the server's answer."""
    with db().read() as session:
        standing, attempts = message_standing.one(session, message_id, now=now())
        head = _source(session, standing.message).partition(b"\r\n\r\n")[0].decode("ascii", "replace")
        attached = attachments.of_message(session, message_id)
        let_stand = overrides.of(session, "message", message_id)
        who = session.get(User, standing.message.override_by) if standing.message.override_by else None
    return render_template(
        "mail/show.html",
        it=standing,
        message=standing.message,
        attempts=attempts,
        head=head,
        attached=attached,
        let_stand=let_stand,
        let_stand_by=who,
    )


@bp.get("/mail/<int:message_id>/attachments/<int:file_id>")
def attachment(message_id: int, file_id: int) -> Response:
    """The exact bytes that went, or would go, with the message."""
    with db().read() as session:
        found = next((each for each in attachments.of_message(session, message_id) if each.file_id == file_id), None)
    if found is None:
        raise NotFound("Nothing of that kind went with this message.")
    answer = Response(files.read(handoff().post.files, found.sha256), mimetype=found.mime)
    shown = "inline" if found.mime == papers.PDF and not request.args.get("save") else "attachment"
    answer.headers.set("Content-Disposition", shown, filename=found.name)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(found.sha256)
    return answer


@bp.get("/mail/<int:message_id>/message.eml")
def source(message_id: int) -> Response:
    """The whole message as it left, made again from its row."""
    with db().read() as session:
        raw = _source(session, message_standing.one(session, message_id, now=now())[0].message)
    if not raw:
        raise NotFound("This message can't be made again: a file that went with it is gone.")
    answer = Response(raw, mimetype="message/rfc822")
    answer.headers["Content-Disposition"] = f'attachment; filename="message-{message_id}.eml"'
    return answer


def _source(session: Session, message: Message) -> bytes:
    try:
        return letters.rebuilt(session, handoff().post, message)
    except letters.UnwritableError:
        return b""


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
    undo = bool(request.values.get("undo"))
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
    return _own_page() or url_for("mail.show", message_id=message_id)


def _own_page() -> str:
    """Where the button was; only ever one of our own pages."""
    wanted = request.form.get("next", "")
    return wanted if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) else ""
