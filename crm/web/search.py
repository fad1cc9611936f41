"""Search: a page of results, and answers for the palette."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, jsonify, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain.pipeline import LABELS, Stage
from crm.domain.search import plain
from crm.domain.taxonomy import specialty
from crm.services import search
from crm.services.search import Answer
from crm.web.context import db, now
from crm.web.presentation import today

bp = Blueprint("search", __name__)

LIMIT = 50
QUICK = 8
MOST_PLACES = 4
COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("Add a provider", "providers.new", "new person doctor"),
    ("Log a referral", "referrals.choose", "new client received sent"),
    ("Import providers", "imports.index", "nppes file spreadsheet upload"),
    ("Find providers near me", "registry.index", "npi registry zip"),
    ("Duplicates", "duplicates.index", "merge same twice"),
    ("Providers without e-mail", "missing_emails.index", "find address"),
    ("Recent changes", "changes.index", "undo history back"),
    ("Follow-ups", "followups.index", "tasks due overdue"),
    ("Board", "board.index", "pipeline stages"),
    ("Today", "today.index", "home"),
    ("Inbox", "inbox.index", "replies bounces answers"),
    ("Mail", "mail.index", "outbox"),
    ("Agreements", "agreements.index", "program contract workplace proposal renewal"),
    ("Gifts and meals", "gifts.index", "lunch ledger"),
    ("Settings", "settings.index", "prices business account"),
)
"""Label, endpoint, and further words by which somebody may look for it."""


@bp.get("/search")
def page() -> str:
    """Everything that answers `q`."""
    question = request.args.get("q", "")
    found = _answer(question, LIMIT)
    return render_template(
        "search/index.html", question=question, answer=found, results=[_provider(row) for row in found.rows]
    )


@bp.get("/search.json")
def answer() -> Response:
    """The best few for the palette: providers, their practices, commands."""
    question = request.args.get("q", "")
    found = _answer(question, QUICK)
    places = [
        {
            "label": name,
            "detail": city,
            "href": url_for("practices.show", practice_id=key),
            "kind": "practice",
        }
        for key, name, city in found.practices[:MOST_PLACES]
    ]
    return jsonify(results=[*(_provider(row) for row in found.rows), *places, *_commands(question)])


def _answer(question: str, limit: int) -> Answer:
    with db().read() as session:
        return search.answer(session, question[:200], limit=limit, today=today(), now=now())


def _provider(row: Any) -> dict[str, str]:
    stage = "" if row.stage is Stage.PROSPECT else f" · {LABELS[row.stage]}"
    place = row.practice_name or row.city
    return {
        "label": row.display_name,
        "detail": f"{specialty(row.specialty).label}{f' · {place}' if place else ''}{stage}",
        "href": url_for("providers.show", provider_id=row.id),
        "kind": "provider",
    }


def _commands(question: str) -> list[dict[str, str]]:
    asked = plain(question).split()
    known = [one for one in COMMANDS if one[1] in current_app.view_functions]
    found = [one for one in known if asked and all(f" {word}" in f" {plain(one[0])} {one[2]}" for word in asked)]
    return [{"label": label, "detail": "", "href": url_for(name), "kind": "page"} for label, name, _ in found]
