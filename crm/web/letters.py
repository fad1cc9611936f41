"""Letters: shown as they print, logged when posted."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.documents.faults import MissingField
from crm.domain.errors import Invalid, Refused
from crm.services import overrides, printed_letters
from crm.web.context import actor_id, db, flash_undo, now
from crm.web.forms import day_or_none
from crm.web.missing import doubted, fixes, marked
from crm.web.presentation import today

bp = Blueprint("letters", __name__)
FIRST = "introduction-letter"


@bp.get("/providers/<int:provider_id>/letters/<slug>")
def show(provider_id: int, slug: str) -> str:
    """The letter on its page; empty fields and words that may not leave are marked and named."""
    return _page(provider_id, slug)


@bp.post("/providers/<int:provider_id>/letters/<slug>/override")
def override(provider_id: int, slug: str) -> Response | tuple[str, int]:
    """Let the blocked words of this letter stand, with a reason."""
    reason, everywhere = request.form.get(overrides.FIELD, ""), "everywhere" in request.form
    try:
        printed_letters.let_stand(
            db(), provider_id, slug, reason, everywhere=everywhere, actor_id=actor_id(), now=now()
        )
    except Invalid as error:
        return _page(provider_id, slug, error.errors), 422
    flash("It may stay. Your name and reason are kept.")
    return redirect(url_for("letters.show", provider_id=provider_id, slug=slug), 303)


def _page(provider_id: int, slug: str, errors: dict[str, str] | None = None) -> str:
    with db().read() as session:
        prepared = printed_letters.prepare(session, provider_id, actor_id(), slug, now=now(), mark_missing=True)
        choices = printed_letters.choices(session, slug)
    return render_template(
        "letters/show.html",
        provider=prepared.provider,
        letter=prepared.letter,
        parts={
            name: doubted(marked(text, prepared.letter.missing), prepared.looked.findings)
            for name, text in prepared.letter.html.items()
        },
        refusal=prepared.refusal,
        looked=prepared.looked,
        reason=request.form.get(overrides.FIELD, ""),
        errors=errors or {},
        missing=fixes(prepared.letter.missing, prepared.provider),
        slug=slug,
        tabs=[_tab(provider_id, one.slug, one.title, slug) for one in choices],
    )


def _tab(provider_id: int, slug: str, title: str, shown: str) -> tuple[str, str, bool, None]:
    return title, url_for("letters.show", provider_id=provider_id, slug=slug), slug == shown, None


@bp.post("/providers/<int:provider_id>/letters")
def create(provider_id: int) -> Response | tuple[str, int]:
    """Log that the letter was posted."""
    slug = request.form.get("slug", FIRST)
    try:
        sent_on = day_or_none(request.form.get("sent_on"), "sent_on") or today()
        logged = printed_letters.mark_sent(
            db(), provider_id, actor_id(), slug, sent_on=sent_on, now=now(), today=today()
        )
    except Invalid as error:
        return _page(provider_id, slug, error.errors), 422
    except (MissingField, Refused) as error:
        flash(str(error), "error")
        return redirect(url_for("letters.show", provider_id=provider_id, slug=slug), 303)
    if logged.is_repeat:
        flash("It is logged already, for the same day.")
        return redirect(url_for("providers.show", provider_id=provider_id), 303)
    assert logged.change_set_id is not None
    flash_undo("Letter logged. The next step is planned.", logged.change_set_id)
    return redirect(url_for("providers.show", provider_id=provider_id), 303)
