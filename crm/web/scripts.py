"""The script of a provider: large to read, one page on paper, answers kept."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import escape
from werkzeug.wrappers import Response

from crm.documents.scripts import audience_title, channel_title
from crm.domain.errors import Invalid
from crm.domain.script import MOMENT_TITLES, PART_TITLES, Audience, Channel, Moment
from crm.services import overrides, scripts
from crm.services.merge import salutation
from crm.services.scripts import Prepared
from crm.web.context import actor_id, db, flash_undo, now
from crm.web.forms import maybe_one_of
from crm.web.missing import doubted, fixes, marked

bp = Blueprint("scripts", __name__)


@bp.get("/providers/<int:provider_id>/script")
def show(provider_id: int) -> str:
    """What to say to this provider; empty fields are marked and named."""
    return _page(provider_id, {})


@bp.post("/providers/<int:provider_id>/answers")
def create_answer(provider_id: int) -> Response | tuple[str, int]:
    """Keep what they answered to a discovery question."""
    question, answer = request.form.get("question", ""), request.form.get("answer", "")
    at_desk = request.form.get("audience") == Audience.GATEKEEPER
    try:
        change = scripts.note_answer(
            db(), provider_id, question, answer, at_desk=at_desk, actor_id=actor_id(), now=now()
        )
    except Invalid as error:
        return _page(provider_id, error.errors, question, answer), 422
    flash_undo("Noted. Your follow-up can quote it.", change)
    return redirect(url_for("scripts.show", provider_id=provider_id, **_chosen()), 303)


@bp.post("/providers/<int:provider_id>/script/override")
def override(provider_id: int) -> Response | tuple[str, int]:
    """Let the blocked words of this script stand, with a reason."""
    reason, everywhere = request.form.get(overrides.FIELD, ""), "everywhere" in request.form
    try:
        scripts.let_stand(db(), _prepared(provider_id), reason, everywhere=everywhere, actor_id=actor_id(), now=now())
    except Invalid as error:
        return _page(provider_id, error.errors), 422
    flash("It may stay. Your name and reason are kept.")
    return redirect(url_for("scripts.show", provider_id=provider_id, **_chosen()), 303)


def _page(provider_id: int, errors: dict[str, str], question: str = "", answer: str = "") -> str:
    prepared = _prepared(provider_id)
    script = prepared.script
    return render_template(
        "scripts/show.html",
        provider=prepared.provider,
        salutation=salutation(prepared.provider),
        prepared=prepared,
        script=script,
        parts=[
            (PART_TITLES[name], doubted(marked(escape(text), script.missing), prepared.looked.findings))
            for name, text in script.parts.items()
        ],
        looked=prepared.looked,
        reason=request.form.get(overrides.FIELD, ""),
        missing=fixes(script.missing, prepared.provider),
        audiences=_audiences(prepared),
        channels=[(one.value, channel_title(one)) for one in Channel],
        own_scripts=[(one.slug, one.title) for one in prepared.own],
        moments=[(one.value, MOMENT_TITLES[one]) for one in Moment],
        audience_title=audience_title(script.audience),
        channel_title=channel_title(script.channel),
        moment_title=MOMENT_TITLES[script.moment],
        errors=errors,
        question=question,
        answer=answer,
    )


def _prepared(provider_id: int) -> Prepared:
    wanted = request.values
    with db().read() as session:
        return scripts.prepare(
            session,
            provider_id,
            actor_id(),
            now=now(),
            audience=maybe_one_of(Audience, wanted.get("audience"), "audience"),
            channel=maybe_one_of(Channel, wanted.get("channel"), "channel") or Channel.VISIT,
            moment=maybe_one_of(Moment, wanted.get("state"), "state"),
            slug=wanted.get("script", ""),
            mark_missing=True,
        )


def _audiences(prepared: Prepared) -> dict[str, list[tuple[str, str]]]:
    """The one that suits this provider and the desk first, then the rest."""
    first = [prepared.suited] + ([Audience.GATEKEEPER] if prepared.suited is not Audience.GATEKEEPER else [])
    return {
        "At this practice": [(one.value, audience_title(one)) for one in first],
        "Others": [(one.value, audience_title(one)) for one in Audience if one not in first],
    }


def _chosen() -> dict[str, Any]:
    values = request.form
    return {name: values[name] for name in ("audience", "channel", "state", "script") if values.get(name)}
