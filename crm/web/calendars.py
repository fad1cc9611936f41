"""Calendars: feeds of one's own days for a calendar program, and other calendars that tell when one is busy."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from crm.domain.errors import Invalid, NotFound, Refused
from crm.services import accounts, busy_calendars, calendar_feeds
from crm.services.calendar_feeds import FOLLOWUPS, REPORTS, VISITS
from crm.sources.calendars import LARGEST
from crm.store import calendars as store
from crm.web.context import actor_id, db, handoff, now

bp = Blueprint("calendars", __name__)

PARTS = ((VISITS, "Visits", "map-pin"), (FOLLOWUPS, "Follow-ups", "list-todo"), (REPORTS, "Reports due", "file-text"))
SOON = timedelta(days=14)


@bp.get("/settings/calendars")
def index() -> str:
    """The feeds, and what is read."""
    return _page({})


@bp.post("/settings/calendars/feeds")
def create() -> str | tuple[str, int]:
    """A new feed. Its address is shown on this answer and never again."""
    form = request.form
    try:
        feed, token = calendar_feeds.create(
            db(), actor_id(), form.get("name", ""), form.getlist("parts"), actor_id=actor_id(), now=now()
        )
    except Invalid as error:
        return _page(error.errors), 422
    return _page({}, fresh=feed.id, address=f"{_base()}{url_for('calendars.feed', token=token)}")


@bp.post("/settings/calendars/feeds/<int:feed_id>/revocation")
def revoke(feed_id: int) -> AnyResponse:
    """Take an address back."""
    name = calendar_feeds.revoke(db(), feed_id, actor_id=actor_id(), now=now())
    flash(f"“{name}” answers no more. Calendars that read it will go empty.")
    return redirect(url_for("calendars.index"), 303)


@bp.post("/settings/calendars/busy")
def add() -> AnyResponse | tuple[str, int]:
    """Read another calendar, from an address or a file."""
    form, file = request.form, request.files.get("file")
    try:
        if file is not None and file.filename:
            content = file.stream.read(LARGEST + 1)
            row = busy_calendars.add_file(
                db(), form.get("name", ""), file.filename, content, actor_id=actor_id(), now=now()
            )
            flash(f"“{row.name}” was read: busy {row.events:,} times in the coming six months.")
        else:
            vault = handoff().post.vault
            row = busy_calendars.add_address(
                db(), vault, form.get("name", ""), form.get("address", ""), actor_id=actor_id(), now=now()
            )
            flash(f"“{row.name}” is being read. It is asked again every hour.")
    except Invalid as error:
        return _page(error.errors), 422
    except Refused as error:
        return _page({"file": str(error)}), 422
    return redirect(url_for("calendars.index", _anchor="busy"), 303)


@bp.post("/settings/calendars/busy/<int:calendar_id>/removal")
def remove(calendar_id: int) -> AnyResponse:
    """Forget a calendar and what it said."""
    name = busy_calendars.remove(db(), calendar_id, actor_id=actor_id(), now=now())
    flash(f"“{name}” is no longer read.")
    return redirect(url_for("calendars.index", _anchor="busy"), 303)


@bp.post("/settings/calendars/busy/<int:calendar_id>/readings")
def ask_again(calendar_id: int) -> AnyResponse:
    """Read it now."""
    name = busy_calendars.ask_again(db(), calendar_id, actor_id=actor_id(), now=now())
    flash(f"“{name}” is being read.")
    return redirect(url_for("calendars.index", _anchor="busy"), 303)


@bp.get("/calendar/<token>.ics")
def feed(token: str) -> Response:
    """What a calendar program reads."""
    agent = request.headers.get("User-Agent", "")
    try:
        found = calendar_feeds.read(db(), token, agent=agent, base=_base(), now=now())
    except NotFound as error:
        return Response(f"{error}\n", 404, mimetype="text/plain")
    answer = Response(found.content, content_type="text/calendar; charset=utf-8")
    answer.set_etag(found.etag)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Content-Disposition"] = 'inline; filename="handoff.ics"'
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.make_conditional(request)
    return answer


def _page(errors: dict[str, str], *, fresh: int | None = None, address: str = "") -> str:
    with db().read() as session:
        return render_template(
            "calendars/index.html",
            feeds=store.feeds(session, actor_id()),
            calendars=store.calendars(session, actor_id()),
            soon=store.busy_between(session, actor_id(), now(), now() + SOON)[:8],
            parts=PARTS,
            words={value: text for value, text, _ in PARTS},
            fresh=fresh,
            address=address,
            webcal="webcal://" + address.partition("://")[2] if address else "",
            at_home=_is_at_home(),
            errors=errors,
            form=request.form,
        )


def _base() -> str:
    """The address under which others reach this Handoff, without a slash at the end."""
    business = accounts.the_business(db())
    public = handoff().settings.public_url or (business.public_url if business is not None else "")
    return (public or request.host_url).rstrip("/")


def _is_at_home() -> bool:
    """Whether the address only works on this computer."""
    return _base().partition("://")[2].startswith(("127.", "localhost", "[::1]"))
