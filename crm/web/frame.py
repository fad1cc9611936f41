"""What stands around every page of a signed-in person: the banner, and the counts beside the navigation."""

from __future__ import annotations

from flask import g, request

from crm.store import frame
from crm.store.frame import Around
from crm.web.context import db, handoff
from crm.web.presentation import link, today
from crm.web.security import PUBLIC


def around() -> dict[str, object]:
    """The template variables `banner` and `nav_counts`."""
    if g.get("user") is None or request.endpoint in PUBLIC:
        return {}
    by_environment = handoff().post.environment is not None
    with db().look() as connection:
        found = frame.around(connection, today(), g.user.id, by_environment=by_environment)
    counts = {"followups.index": found.followups, "mail.index": found.messages, "inbox.index": found.inbox}
    return {"banner": _banner(found, by_environment=by_environment), "nav_counts": counts}


def _banner(found: Around, *, by_environment: bool) -> dict[str, str] | None:
    if not (by_environment or found.has_mailbox):
        return {
            "text": "Practice mode: mail stays in a local mailbox on this computer and reaches nobody.",
            "href": link("mailbox.index"),
            "link": "Open it",
            "icon": "mailbox",
        }
    if found.is_paused:
        return {
            "text": f"Mail is paused: {found.paused_reason}",
            "href": link("mail_settings.index"),
            "link": "See mail settings",
            "icon": "circle-alert",
        }
    return None
