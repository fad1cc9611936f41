"""What stands around every page of a signed-in person: the banner, and the counts beside the navigation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import g, request, url_for
from sqlmodel import Session

from crm.services import mailboxes, message_standing
from crm.store import tasks
from crm.web.context import db, handoff
from crm.web.presentation import today
from crm.web.security import PUBLIC

Counter = Callable[[Session, date], int]


def _followups(session: Session, today: date) -> int:
    return tasks.due_count(session, today, g.user.id)


def _mail(session: Session, _today: date) -> int:
    return message_standing.needing_a_person(session)


COUNTS: dict[str, Counter] = {"followups.index": _followups, "mail.index": _mail}
"""Endpoint of the navigation -> how many things there want to be looked at (cheap: it runs with every page)."""


def around() -> dict[str, object]:
    """The template variables `banner` and `nav_counts`."""
    if g.get("user") is None or request.endpoint in PUBLIC:
        return {}
    with db().read() as session:
        counts = {endpoint: count(session, today()) for endpoint, count in COUNTS.items()}
        return {"banner": _banner(session), "nav_counts": counts}


def _banner(session: Session) -> dict[str, str] | None:
    post = handoff().post
    if mailboxes.goes_nowhere(session, post):
        return {
            "text": "Practice mode: mail stays in a local mailbox on this computer and reaches nobody.",
            "href": url_for("mailbox.index"),
            "link": "Open it",
            "icon": "mailbox",
        }
    account = mailboxes.peek(session, post)
    if account is not None and account.paused_at is not None:
        return {
            "text": f"Mail is paused, because the mail server said: {account.paused_reason}",
            "href": url_for("mail_settings.index"),
            "link": "See mail settings",
            "icon": "circle-alert",
        }
    return None
