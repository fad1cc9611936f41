"""How a report leaves: printed or saved with a name that is kept nowhere, and noted when it has reached them."""

from __future__ import annotations

from pathlib import Path

from flask import Response as FileAnswer
from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from crm.documents.paper_report import Filing
from crm.domain.errors import Invalid, Refused
from crm.domain.papers import DeliveryHow
from crm.services import papers, report_papers
from crm.services.report_papers import Delivery
from crm.web.context import actor_id, db, flash_undo, handoff, now
from crm.web.forms import day_or_none, one_of
from crm.web.presentation import today
from crm.web.reports import bp, page

FILED = ("name", "born")
LONGEST_NAME = 120


@bp.post("/reports/<int:report_id>/files")
def make(report_id: int) -> Response | tuple[str, int]:
    """The PDF with name and birth date, to print or save, or locked. No cache holds it, no address names anybody."""
    name, born = (" ".join(request.form.get(field, "").split())[:LONGEST_NAME] for field in FILED)
    wanted = request.form.get("way", "print")
    password = request.form.get("password", "") if wanted == "locked" else ""
    try:
        if wanted == "locked" and not password:
            raise Invalid({"password": "Choose a password."})
        made = report_papers.make(
            db(),
            _folder(),
            report_id,
            Filing(name, born),
            password=password,
            actor_id=actor_id(),
            now=now(),
            today=today(),
        )
    except Invalid as error:
        return page(report_id, error.errors, request.form), 422
    except Refused as error:
        return page(report_id, {"way": str(error)}, request.form), 409
    answer = FileAnswer(made.pdf, mimetype=papers.PDF)
    shown = "inline" if wanted == "print" else "attachment"
    answer.headers["Content-Disposition"] = f'{shown}; filename="{made.file_name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/reports/<int:report_id>/fax-cover.pdf")
def cover(report_id: int) -> Response:
    """What goes before it on the fax: to whom, how many pages, and nothing about the client."""
    with db().read() as session:
        made = report_papers.cover(session, report_id, user_id=actor_id(), now=now(), today=today(), folder=_folder())
    answer = FileAnswer(made.pdf, mimetype=papers.PDF)
    answer.headers["Content-Disposition"] = f'inline; filename="{made.file_name}"'
    return answer


@bp.post("/reports/<int:report_id>/deliveries")
def deliver(report_id: int) -> Response | tuple[str, int]:
    """It has reached them: noted, with Undo."""
    form = request.form
    try:
        delivery = Delivery(
            one_of(DeliveryHow, form.get("how"), "how"),
            day_or_none(form.get("delivered_on"), "delivered_on") or today(),
            confirmed=bool(form.get("confirmed")),
            remarks=form.get("remarks", "")[:500],
        )
        undo = report_papers.deliver(
            db(), _folder(), report_id, delivery, actor_id=actor_id(), now=now(), today=today()
        )  # fmt: skip
    except Invalid as error:
        return page(report_id, error.errors, form), 422
    except Refused as error:
        flash(str(error), "error")
        return redirect(url_for("reports.show", report_id=report_id), 303)
    flash_undo(f"Noted: {report_papers.SAID[delivery.how]}.", undo)
    return redirect(url_for("reports.index"), 303)


def _folder() -> Path:
    return handoff().post.files
