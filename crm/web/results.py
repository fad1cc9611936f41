"""Results: what the outreach was worth in a period, every number with the rows behind it, to read, print and take."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import quote

from flask import Blueprint, Response, abort, render_template, request, url_for

from crm.documents.tables import Table, csv_of, xlsx_into
from crm.domain.results import Dimension
from crm.services import audit, demo, results_rows
from crm.web import results_headline as headline
from crm.web import results_page as page
from crm.web import results_partners as partners
from crm.web import results_rankings as rankings
from crm.web import results_rows as row_tables
from crm.web import results_tables as tables
from crm.web import results_titles as titles
from crm.web.context import actor_id, db, now
from crm.web.results_period import Chosen, chosen, comparisons, presets

bp = Blueprint("results", __name__)

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PIECE = 64 * 1024


@bp.get("/results")
def index() -> str:
    """A period at a glance, or one part of it."""
    picked, tab = chosen(), page.tab_of(request.args.get("show", ""))
    dimension = _dimension(request.args.get("by", ""))
    with db().read() as session:
        found = page.read(session, picked, tab, dimension)
    return render_template(
        "results/index.html",
        found=found,
        picked=picked,
        tab=tab,
        tabs=_tabs(picked, tab),
        presets=presets(picked, tab.key),
        comparisons=comparisons(),
        sentence=headline.sentence(found.overview, found.quiet),
        stats=headline.stats(found.overview),
        warning=partners.warning(found.overview.sources),
        sections=page.of_tab(found, tab),
        dimensions=[(each, rankings.NAMES[each], each is dimension) for each in rankings.NAMES],
        samples=demo.present(db()) if found.overview.is_sample else 0,
    )


@bp.get("/results/rows/<path:key>")
def rows(key: str) -> str:
    """The rows behind a number, the latest first."""
    picked = chosen()
    with db().read() as session:
        found = results_rows.rows(
            session, key, picked.period, today=picked.today, zone=picked.zone, after=request.args.get("after") or None
        )
    title = titles.title(key, found.kind)
    return render_template(
        "results/rows.html",
        picked=picked,
        key=key,
        title=title,
        section=row_tables.section(found.kind, found.rows, title),
        next=picked.href("results.rows", key=key, after=found.after) if found.after else "",
        back=picked.href(),
    )


@bp.get("/results/rows/<path:key>.csv")
def rows_csv(key: str) -> Response:
    """All rows behind a number."""
    picked = chosen()
    return _csv(_rows(key, picked), f"rows {key}", picked)


@bp.get("/results/rows/<path:key>.xlsx")
def rows_xlsx(key: str) -> Response:
    """All rows behind a number as a workbook."""
    picked = chosen()
    return _xlsx([_rows(key, picked)], f"rows {key}", picked)


@bp.get("/results/<slug>.csv")
def section_csv(slug: str) -> Response:
    """One section."""
    picked = chosen()
    return _csv(_section(slug, picked), slug, picked)


@bp.get("/results/<slug>.xlsx")
def section_xlsx(slug: str) -> Response:
    """One section as a workbook."""
    picked = chosen()
    return _xlsx([_section(slug, picked)], slug, picked)


@bp.get("/results.xlsx")
def workbook() -> Response:
    """Every section, a sheet each."""
    picked = chosen()
    with db().read() as session:
        found = page.read(session, picked)
    return _xlsx(tables.tables(page.everything(found)), "", picked)


def _section(slug: str, picked: Chosen) -> Table:
    with db().read() as session:
        found = page.read(session, picked)
    section = tables.find(page.everything(found), slug)
    return section.table if section else abort(404)


def _rows(key: str, picked: Chosen) -> Table:
    with db().read() as session:
        found = results_rows.rows(session, key, picked.period, today=picked.today, zone=picked.zone, limit=None)
    title = titles.title(key, found.kind)
    return row_tables.section(found.kind, found.rows, title, exported=True).table


def _csv(table: Table, what: str, picked: Chosen) -> Response:
    _noted(what, picked)
    return _named(Response(csv_of(table), mimetype=CSV), what, picked, "csv")


def _xlsx(found: list[Table], what: str, picked: Chosen) -> Response:
    _noted(what, picked)
    file = TemporaryFile()  # noqa: SIM115  (closed when it has been sent)
    xlsx_into(file, found)
    file.seek(0)
    return _named(Response(_pieces(file), mimetype=XLSX), what, picked, "xlsx")


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        yield from iter(lambda: file.read(PIECE), b"")


def _noted(what: str, picked: Chosen) -> None:
    """Who took what is in the audit trail."""
    with db().write() as session:
        subject = f"results {what}".strip()[:200]
        audit.note(session, "export", subject, actor_id=actor_id(), now=now(), period=picked.period.slug)


def _named(answer: Response, what: str, picked: Chosen, ending: str) -> Response:
    plain = "-".join(filter(None, ("results", *_parts(what), *_parts(picked.period.label))))
    answer.headers["Content-Disposition"] = f'attachment; filename="{quote(plain[:120])}.{ending}"'
    return answer


def _parts(text: str) -> list[str]:
    return "".join(each if each.isascii() and each.isalnum() else " " for each in text.lower()).split()


def _dimension(text: str) -> Dimension:
    return next((each for each in Dimension if each.value == text), Dimension.SPECIALTY)


def _tabs(picked: Chosen, tab: page.Tab) -> list[tuple[str, str, bool, None]]:
    return [
        (each.text, url_for("results.index", **picked.query, show=each.key or None), each is tab, None)
        for each in page.TABS
    ]
