"""What every view needs: the wired application, who is asking, and when."""

from __future__ import annotations

from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app, flash, g, request

from crm.bootstrap import Handoff
from crm.models.accounts import User
from crm.store.engine import Database


def handoff() -> Handoff:
    """The wired application."""
    return cast(Handoff, current_app.extensions["handoff"])


def db() -> Database:
    """The database."""
    return handoff().db


def now() -> datetime:
    """The instant of this request: one reading of the clock, however long the view takes."""
    if "now" not in g:
        g.now = handoff().now()
    return cast(datetime, g.now)


def current_user() -> User:
    """The person signed in. Only call it in views that need a login, which is nearly all of them."""
    return cast(User, g.user)


def actor_id() -> int:
    """The id to write beside every change."""
    user_id = current_user().id
    assert user_id is not None
    return user_id


def viewer_zone() -> ZoneInfo:
    """The zone in which this person sees times (their own, else the business's)."""
    return cast(ZoneInfo, g.zone)


def wants_json() -> bool:
    """Whether a script asks, rather than a plain form."""
    return request.accept_mimetypes.best == "application/json"


def flash_undo(text: str, change_set_id: int) -> None:
    """Say what was done, with an Undo button."""
    flash({"text": text, "undo": change_set_id}, "undo")  # type: ignore[arg-type]  # the session stores any JSON


def flash_saved(change_set_id: int | None, text: str = "Saved.") -> None:
    """Say that corrections were saved, with an Undo button, or that nothing differs."""
    if change_set_id is None:
        flash("Nothing was changed.")
    else:
        flash_undo(text, change_set_id)
