"""Reports: what is owed and by when, and each report's own page with its words and what keeps it in."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from sqlmodel import Session
from werkzeug.wrappers import Response

from crm.documents import pdf
from crm.documents.faults import MissingField, TemplateFault
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.papers import REPORTS, TITLES, DocumentKind
from crm.models.clients import Client
from crm.services import papers, report_papers, report_words, reports, tasks
from crm.services.papers import Prepared
from crm.services.reports import Look
from crm.store import reports as store
from crm.store.reports import Part
from crm.web.context import actor_id, db, flash_saved, flash_undo, handoff, now
from crm.web.forms import maybe_one_of, one_of
from crm.web.missing import fixes
from crm.web.presentation import today

bp = Blueprint("reports", __name__)

PICTURE_PPI = 130
ON_CLIENT = 6
PART_TITLES = {Part.DUE: "Due", Part.LATER: "Later", Part.SETTLED: "Delivered or skipped"}
#: What stands on a report from the client's file, and where to change it.
FROM_FILE = {
    "events": "Events of the client",
    "condition": "Condition of the client",
    "goals": "Goals of the client",
    "limits": "Limits and precautions of the client",
}
KINDS = [(kind.value, TITLES[kind]) for kind in DocumentKind if kind in REPORTS]
_WORDS = (
    "amber anchor apple april basil beacon birch blanket bridge butter cabin candle canyon cedar cherry clover copper "
    "coral cotton cricket dahlia desert ember falcon fern field forest garden ginger glacier harbor hazel heron honey "
    "indigo island ivory jasmine juniper kettle lagoon lantern lavender lemon linen lotus maple marble meadow mirror "
    "morning nectar nutmeg oasis olive orchard otter paddle pebble pepper pillow planet pocket prairie quartz rabbit "
    "raven river saddle sage salmon shadow silver spruce summer tulip tunnel umber valley velvet walnut willow winter"
).split()


@bp.get("/reports")
def index() -> str:
    """Due and overdue first, then what comes later; settled ones on their own."""
    kind = maybe_one_of(DocumentKind, request.args.get("kind"), "kind")
    provider_id = request.args.get("provider", type=int)
    only = maybe_one_of(Part, request.args.get("part"), "part")
    shown = (only,) if only else (Part.DUE, Part.LATER)
    with db().read() as session:
        lines = {
            part: store.page(session, part, today(), kind=kind, provider_id=provider_id) for part in shown
        }  # fmt: skip
        return render_template(
            "reports/index.html",
            parts=[(part, PART_TITLES[part], lines[part]) for part in shown],
            only=only,
            kind=kind.value if kind else "",
            kinds=KINDS,
            provider_id=provider_id,
            punctual=store.punctuality(session, today(), provider_id),
            titles=TITLES,
            longest=store.LONGEST,
            Part=Part,
        )


@bp.get("/reports/<int:report_id>")
def show(report_id: int) -> str:
    """The report as it would be printed now, its words, and the ways in which it may leave."""
    return page(report_id, {})


@bp.get("/reports/<int:report_id>/<int:number>.png")
def picture(report_id: int, number: int) -> Response:
    """A page of it as a picture, without a name; pages count from 1."""
    with db().read() as session:
        prepared = report_papers.prepared(session, report_id, **_by_whom())
    shown = pdf.pictures(prepared.sheet, ppi=PICTURE_PPI)
    if not 1 <= number <= len(shown):
        raise NotFound("This report has no such page.")
    return Response(shown[number - 1], mimetype="image/png")


@bp.post("/reports/<int:report_id>")
def save(report_id: int) -> Response | tuple[str, int]:
    """Keep the words."""
    try:
        undo = reports.save(db(), report_id, request.form, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return page(report_id, error.errors, request.form), 422
    flash_saved(undo)
    return _to(report_id)


@bp.post("/reports/<int:report_id>/skips")
def skip(report_id: int) -> Response | tuple[str, int]:
    """This one isn't made, and why."""
    reason = request.form.get("reason", "")
    try:
        undo = reports.skip(db(), report_id, reason, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return page(report_id, error.errors, request.form), 422
    flash_undo("Skipped. The next period begins.", undo)
    return redirect(url_for("reports.index"), 303)


@bp.post("/clients/<int:client_id>/reports")
def create(client_id: int) -> Response:
    """One beyond the clock."""
    kind = one_of(DocumentKind, request.form.get("kind"), "kind")
    provider_id = request.form.get("provider_id", type=int) or 0
    report_id, undo = reports.ask_for(
        db(), client_id, provider_id, kind, actor_id=actor_id(), now=now(), today=today()
    )  # fmt: skip
    if undo:
        flash_undo(f"{TITLES[kind]} added.", undo)
    return _to(report_id)


@bp.app_errorhandler(tasks.ReportOwed)
def lead_to_report(owed: tasks.ReportOwed) -> Response:
    """A follow-up that asks for a report is done, or dropped, on the report's page."""
    flash(str(owed), "error")
    return _to(owed.report_id)


@bp.record
def _name_kinds(state: BlueprintSetupState) -> None:
    """What reports are called, for the pages of others."""
    state.app.jinja_env.globals["report_titles"] = TITLES


@bp.app_template_global("client_reports")
def client_reports(client: Client) -> dict[str, Any]:
    """What a client's page says of reports: the open ones, the last that left, and to whom another may go."""
    assert client.id is not None
    with db().read() as session:
        owed = [*store.page(session, Part.DUE, today(), client_id=client.id)]
        owed += store.page(session, Part.LATER, today(), client_id=client.id)
        settled = store.page(session, Part.SETTLED, today(), client_id=client.id, limit=ON_CLIENT)
        return {
            "owed": owed,
            "settled": settled,
            "kinds": KINDS,
            "titles": TITLES,
            "providers": store.providers_of(session, client.id),
        }


def page(report_id: int, errors: Mapping[str, str], typed: Mapping[str, str] | None = None) -> str:
    """The page of a report. What was typed into a form that was refused stands in it again."""
    with db().read() as session:
        seen = reports.look(session, report_id, today=today())
        # What has left stands as it left: drawn anew it would say what is known today.
        prepared, problem, missing = _prepared(session, seen) if seen.is_open else (None, "", [])
    words = {**report_words.texts(seen.report), **(typed or {})}
    return render_template(
        "reports/show.html",
        seen=seen,
        row=seen.row,
        client=seen.client,
        provider=seen.provider,
        words=words,
        typed=typed or {},
        errors=errors,
        pages=pdf.page_count(pdf.pdf(prepared.sheet)) if prepared else 0,
        notice=papers.notice,
        problem=problem,
        missing=missing,
        from_file=[(name, FROM_FILE[name], found) for name, found in seen.findings.items() if name in FROM_FILE],
        longest=reports.LONGEST,
        password=password(),
        said=report_papers.SAID,
        no_mail=report_papers.NO_MAIL,
    )


def password() -> str:
    """One that can be told over the phone: five words and four digits, some 46 bits. It is shown and not kept."""
    return "-".join([*(secrets.choice(_WORDS) for _ in range(5)), f"{secrets.randbelow(10_000):04}"])


def _prepared(session: Session, seen: Look) -> tuple[Prepared | None, str, list[Any]]:
    """The page to look at, or why there is none and where to mend it."""
    try:
        return report_papers.prepare(session, seen, actor_id(), now(), handoff().post.files), "", []
    except MissingField as error:
        return None, error.what_to_do, fixes([error], seen.provider)
    except (TemplateFault, Refused) as error:
        blocked = any(each.blocks for found in seen.findings.values() for each in found)
        return None, "Some words can’t go on paper. They are named beside their fields." if blocked else str(error), []


def _by_whom() -> dict[str, Any]:
    return {"user_id": actor_id(), "now": now(), "today": today(), "folder": handoff().post.files}


def _to(report_id: int) -> Response:
    return redirect(url_for("reports.show", report_id=report_id), 303)
