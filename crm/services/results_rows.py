"""The rows behind a figure of the Results page."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session

from crm.domain.errors import NotFound
from crm.domain.figures import read_key
from crm.domain.periods import Period
from crm.domain.result_rows import Rows
from crm.services.results import scope_of
from crm.store import results_rows as store
from crm.store.results_figures import wanted
from crm.store.results_rows import Mark

PAGE = 50


def rows(
    session: Session,
    key: str,
    period: Period,
    *,
    today: date,
    zone: str,
    after: str | None = None,
    limit: int | None = PAGE,
) -> Rows:
    """A page of the rows behind a figure, the latest first; all of them without a limit (for exports).

    `after` is what the page before gave. NotFound when there is no such figure.
    """
    asked = wanted(read_key(key), scope_of(session, period, today=today, zone=zone))
    if asked is None:
        raise NotFound("There is no such figure.")
    mark = _read_mark(after, dated=store.is_dated(asked.kind)) if after else None
    found, more = store.page(session, asked, after=mark, limit=limit)
    return Rows(key, asked.kind, tuple(found), f"{more.at.isoformat()}~{more.id}" if more else None)


def _read_mark(text: str, *, dated: bool) -> Mark:
    at, _, row_id = text.rpartition("~")
    try:
        return Mark(date.fromisoformat(at) if dated else datetime.fromisoformat(at), int(row_id))
    except ValueError:
        raise NotFound("This page isn't there any more. Start again at the first one.") from None
