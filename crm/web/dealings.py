"""With whom: the page that comes before whatever belongs to one provider."""

from __future__ import annotations

from flask import render_template, request

from crm.services import search
from crm.web.context import db, now
from crm.web.presentation import today

FOUND = 12


def choose(*, title: str, asks: str, hint: str, back: tuple[str, str], target: str) -> str:
    """Search for a provider; each result leads to `target` (an endpoint that takes a provider_id)."""
    question = request.args.get("q", "")[:200]
    with db().read() as session:
        found = search.answer(session, question, limit=FOUND, today=today(), now=now()) if question else None
    return render_template(
        "dealings/choose.html",
        question=question, found=found, title=title, asks=asks, hint=hint, back=back, target=target,
    )  # fmt: skip
