"""Settings: the words that a check blocks and somebody let stand, with who, when and why."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, current_app, render_template, request, url_for
from sqlmodel import Session

from crm.models.accounts import User
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.models.templates import Template, TemplateVersion, TextOverride
from crm.services import business
from crm.store import overrides as store
from crm.web.context import db

bp = Blueprint("overrides", __name__)

PAGE = 50
FILLED = {"script": "Script", "document": "Paper", "email": "E-mail"}
"""Texts filled for one provider, by the first word of the subject."""


class Line(NamedTuple):
    """One thing that was let stand, and where it stands."""

    override: TextOverride
    who: User
    where: str
    href: str


@bp.get("/settings/overrides")
def index() -> str:
    """Everything that was let stand, the newest first."""
    with db().read() as session:
        found = store.latest(session, before_id=request.args.get("before", type=int), limit=PAGE + 1)
        lines = [Line(row, who, *_where(session, row)) for row, who in found[:PAGE]]
    more = url_for("overrides.index", before=found[PAGE - 1][0].id) if len(found) > PAGE else ""
    return render_template("overrides/index.html", lines=lines, next=more)


def _where(session: Session, row: TextOverride) -> tuple[str, str]:
    """In words and as an address; the address is empty when there is no page for it."""
    if row.subject == "message":
        return "E-mail", url_for("mail.show", message_id=row.subject_id)
    if row.subject == "template_version":
        version = session.get(TemplateVersion, row.subject_id)
        template = session.get(Template, version.template_id) if version is not None else None
        known = template is not None and "templates.show" in current_app.view_functions
        href = url_for("templates.show", template_id=template.id) if known and template is not None else ""
        return f"Wording: {template.title}" if template is not None else "Wording", href
    if row.subject == "activity":
        activity = session.get(Activity, row.subject_id)
        href = url_for("providers.show", provider_id=activity.provider_id) if activity is not None else ""
        return "E-mail sent by another program", href
    if row.subject == business.SUBJECT:
        return "Tagline", url_for("settings.business")
    kind, _, _ = row.subject.partition(":")
    provider = session.get(Provider, row.subject_id) if kind in FILLED else None
    if provider is not None:
        return f"{FILLED[kind]} for {provider.display_name}", url_for("providers.show", provider_id=provider.id)
    return FILLED.get(kind, kind.replace("_", " ").capitalize()), ""
