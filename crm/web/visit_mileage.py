"""The mileage log on a page, corrected by hand, and taken along as CSV or a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from io import BytesIO

from flask import abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.documents.tables import csv_of, xlsx_into
from crm.domain import mileage as figures
from crm.domain.errors import Invalid
from crm.services import audit
from crm.services import mileage as log
from crm.services.mileage import Log
from crm.web.context import actor_id, db, flash_undo, now
from crm.web.presentation import today
from crm.web.visits import bp

FIRST_YEAR = 2000
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/visits/mileage")
def mileage() -> Response:
    """A year by month and day, with sums."""
    try:
        return make_response(_page(_asked(), {}))
    except Invalid as error:
        return make_response(_page(_asked(rate=None), error.errors), 422)


@bp.get("/visits/mileage.csv")
def mileage_csv() -> Response:
    """The same as CSV."""
    found = _asked()
    _noted(found)
    return _named("".join(csv_of(log.table(found))), CSV, found, "csv")


@bp.get("/visits/mileage.xlsx")
def mileage_xlsx() -> Response:
    """The same as a workbook."""
    found, file = _asked(), BytesIO()
    _noted(found)
    xlsx_into(file, [log.table(found)])
    return _named(file.getvalue(), XLSX, found, "xlsx")


@bp.post("/visits/mileage/<day>")
def correct_mileage(day: str) -> Response:
    """What was driven on a day."""
    form = request.form
    try:
        on = date.fromisoformat(day)
    except ValueError:
        abort(404)
    miles, remarks = form.get("driven_miles", ""), form.get("remarks", "")
    try:
        undo = log.correct(db(), actor_id(), on, miles, remarks, actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return make_response(_page(_of(on.year, None), error.errors, wrong=on, form=form), 422)
    flash_undo("Saved." if miles.strip() else "Back to the estimate.", undo)
    return redirect(url_for("visits.mileage", year=on.year, _anchor=f"d-{on}"), 303)


def _asked(rate: str | None = "rate") -> Log:
    """The year that the address names, reckoned with the rate that it may name."""
    text = request.args.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() else today().year
    if not _is_there(year):
        abort(404)
    return _of(year, figures.read_rate(request.args.get(rate, ""), "rate") if rate else None)


def _is_there(year: int) -> bool:
    return FIRST_YEAR <= year <= today().year + 1


def _of(year: int, mills: int | None) -> Log:
    with db().read() as session:
        return log.log(session, actor_id(), year, mills=mills)


def _page(
    found: Log, errors: dict[str, str], *, wrong: date | None = None, form: Mapping[str, str] | None = None
) -> str:
    return render_template(
        "visits/mileage.html",
        found=found,
        total=found.total,
        months=[(date(found.year, month, 1), rows, total) for month, rows, total in found.months],
        rate=figures.rate_words(found.mills),
        cents_of=figures.cents_of,
        errors=errors,
        wrong=wrong,
        form=form or {},
        before=found.year - 1 if _is_there(found.year - 1) else None,
        after=found.year + 1 if found.year < today().year else None,
        this_year=today().year,
        asked={"year": found.year, **({"rate": request.args["rate"]} if request.args.get("rate") else {})},
    )


def _noted(found: Log) -> None:
    """Who took what is in the audit trail."""
    with db().write() as session:
        audit.note(session, "export", f"mileage {found.year}", actor_id=actor_id(), now=now(), days=len(found.days))


def _named(content: str | bytes, kind: str, found: Log, ending: str) -> Response:
    answer = make_response(content)
    answer.headers["Content-Type"] = kind
    answer.headers["Content-Disposition"] = f'attachment; filename="mileage-{found.year}.{ending}"'
    return answer
