"""Visits: the sheet before one with the form for after it, and what was noted once it is done."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from flask import Blueprint, redirect, render_template, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from crm.domain.errors import NotFound
from crm.domain.visit_kinds import VisitKind
from crm.models.visits import Visit
from crm.services import paper_visits, touches, visit_sheets
from crm.web import visit_noted, visit_page
from crm.web.context import actor_id, db, now
from crm.web.presentation import today

bp = Blueprint("visits", __name__)


@bp.get("/visits/<int:visit_id>")
def show(visit_id: int) -> str:
    """What to know and say before this visit, and room for what came of it."""
    return page(visit_id=visit_id)


@bp.get("/providers/<int:provider_id>/visit")
def sheet(provider_id: int) -> str | Response:
    """The same for a provider whom nobody planned to visit; where a visit is planned, it is shown instead."""
    with db().read() as session:
        touches.get_provider(session, provider_id)
        planned = visit_page.planned(session, provider_id, today())
    return redirect(url_for("visits.show", visit_id=planned), 303) if planned else page(provider_id=provider_id)


def page(
    *,
    visit_id: int | None = None,
    provider_id: int | None = None,
    form: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> str:
    """The sheet of a visit or a provider, with what was typed into the form and what is wrong with it."""
    with db().read() as session:
        provider_id, visit = _whose(session, visit_id, provider_id)
        told = visit_sheets.sheet(session, provider_id, visit_id, user_id=actor_id(), now=now())
        after = visit_page.after(session, told, today())
        noted = visit_noted.noted(session, visit) if visit else None
    return render_template(
        "visits/show.html",
        told=told,
        visit=visit,
        provider=told.provider,
        place=told.practice,
        office=paper_visits.office(told.practice),
        before=visit_page.before(told),
        after=after,
        noted=noted,
        is_talk=visit is not None and visit.kind is VisitKind.IN_SERVICE,
        form=form if form is not None else visit_page.as_form(visit),
        errors=errors or {},
        client_key=uuid4().hex,
    )


def _whose(session: Session, visit_id: int | None, provider_id: int | None) -> tuple[int, Visit | None]:
    if visit_id is None:
        assert provider_id is not None
        return provider_id, None
    visit = session.get(Visit, visit_id)
    if visit is None:
        raise NotFound("There is no such visit.")
    return visit.provider_id, visit
