"""The local mailbox: what was written in practice mode, as files on this computer, readable here."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template, request

from crm.domain.errors import NotFound
from crm.domain.kinds import MessageState
from crm.mail.local import parsed
from crm.models.messages import Message
from crm.services import mailboxes
from crm.store import messages as store
from crm.web import headers
from crm.web.context import db, handoff

bp = Blueprint("mailbox", __name__)

PAGE = 50


@bp.get("/mailbox")
def index() -> str:
    """What was kept here, the newest first."""
    with db().read() as session:
        found = list(store.local_page(session, before_id=request.args.get("before", type=int), limit=PAGE + 1))
        practice = mailboxes.goes_nowhere(session, handoff().post)
    last = found[PAGE - 1].id if len(found) > PAGE else None
    folder = handoff().post.local.folder
    return render_template("mailbox/index.html", found=found[:PAGE], last=last, folder=folder, practice=practice)


@bp.get("/mailbox/<int:message_id>")
def show(message_id: int) -> str:
    """One kept message with its headers."""
    message = _kept(message_id)
    letter = parsed(_raw(message))
    heads = [(name, str(value)) for name, value in letter.items() if not name.lower().startswith("content-")]
    plain = letter.get_body(("plain",))
    text = plain.get_content() if plain is not None else ""
    files = [part.get_filename() or "file" for part in letter.iter_attachments()]
    return render_template("mailbox/show.html", message=message, heads=heads, text=text, files=files)


@bp.get("/mailbox/<int:message_id>/html")
def html(message_id: int) -> Response:
    """Its HTML part, under a policy of its own."""
    part = parsed(_raw(_kept(message_id))).get_body(("html", "plain"))
    g.csp = headers.MAIL_PREVIEW
    if part is None:
        return Response("", mimetype="text/plain")
    return Response(part.get_content(), mimetype=part.get_content_type())


@bp.get("/mailbox/<int:message_id>.eml")
def download(message_id: int) -> Response:
    """The file itself, for a mail program."""
    message = _kept(message_id)
    name = f"handoff-{message_id}.eml"
    return Response(
        _raw(message),
        mimetype="message/rfc822",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _kept(message_id: int) -> Message:
    with db().read() as session:
        message = store.by_id(session, message_id)
    if message is None or message.via != "local" or message.state is not MessageState.SENT:
        raise NotFound("This message isn't in the local mailbox.")
    return message


def _raw(message: Message) -> bytes:
    raw = handoff().post.local.raw(message.message_id)
    if raw is None:
        raise NotFound("The file of this message is gone from the data folder.")
    return raw
