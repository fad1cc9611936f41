"""The provider list: whom to approach first, filters as the address, pages, saved views."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request
from markupsafe import Markup
from sqlmodel import Session

from crm.domain import provider_filter
from crm.domain.provider_filter import APPROACH, Filter, Sort
from crm.domain.taxonomy import specialties
from crm.services import provider_lists
from crm.store import enrollments, list_margin
from crm.store.list_margin import Margin
from crm.store.provider_lists import Cursor
from crm.web.context import actor_id, db, now
from crm.web.presentation import link, today
from crm.web.provider_filters import TABS, address, bulk_dialogs, chips, filter_form
from crm.web.provider_rows import Frame, rows_of
from crm.web.providers import bp

LIMIT = 40


@bp.get("/providers")
def index() -> str:
    """A page of the list."""
    wanted = provider_filter.read(request.args)
    sort, turned = provider_filter.sorting(request.args.get("sort"))
    cursor, back = _cursor(sort)
    with db().read() as session:
        question, meant = provider_lists.ask(session, _mine(wanted), today=today(), now=now(), sort=sort, turned=turned)
        ranked = "sort" not in request.args
        page = provider_lists.page(session, question, cursor, back=back, limit=LIMIT, ranked=ranked)
        margin = list_margin.margin(session, actor_id())
        rows = _rows(session, page, margin)
        near = provider_lists.near(session) if wanted == APPROACH and cursor is None else []
    people, tags = margin.people, margin.tags
    return render_template(
        "providers/index.html",
        wanted=wanted,
        meant=" ".join(meant),
        total=page.count.number,
        count=f"{page.count.number:,}{'+' if page.count.more else ''}",
        rows=rows,
        near=[
            (specialties()[key].label, number, address(replace(APPROACH, specialties=(key,))))
            for key, number in near[:8]
        ],
        near_count=sum(number for _, number in near),
        previous=_paged("before", page.before),
        next=_paged("after", page.after),
        tabs=[(tab.text, address(tab.wanted), tab.wanted == wanted, None) for tab in TABS],
        chips=chips(wanted, people),
        views=margin.views,
        query=urlencode(provider_filter.write(wanted)),
        filters=filter_form(wanted, request.args.get("sort", ""), people, tags, actor_id()),
        dialogs=bulk_dialogs(people, tags),
        many_people=len(people) > 1,
    )


def _rows(session: Session, page: provider_lists.Page, margin: Margin) -> Markup:
    idle = [row.id for row in page.rows if row.next_due_on is None]
    frame = Frame(
        at=f"{link('providers.index')}/",
        today=today(),
        now=now(),
        owners=dict(margin.people) if len(margin.people) > 1 else {},
        tags=list_margin.tags_of(session, [row.id for row in page.rows]) if margin.tags else {},
        switched_off=margin.switched_off,
        in_sequence=frozenset(enrollments.running_among(session, idle)) if idle else frozenset(),
    )
    return rows_of(page.rows, frame)


def _mine(wanted: Filter) -> Filter:
    """`owner=me` stands for whoever asks."""
    return replace(wanted, owner=str(actor_id())) if wanted.owner == "me" else wanted


def _paged(way: str, cursor: Cursor | None) -> str:
    if cursor is None:
        return ""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in {"after", "before"}]
    return f"{request.path}?{urlencode([*kept, (way, f'{cursor.id}~{_text(cursor.value)}')])}"


def _text(value: object) -> str:
    return "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)


def _cursor(sort: Sort) -> tuple[Cursor | None, bool]:
    """Where the page begins (`after`) or ends (`before`); an address somebody has garbled means the first page."""
    back = "before" in request.args
    number, _, text = request.args.get("before" if back else "after", "").partition("~")
    if not number.isdecimal() or len(number) > 12:
        return None, False
    try:
        return Cursor(int(number), _value(sort, text)), back
    except ValueError:
        return None, False


def _value(sort: Sort, text: str) -> str | int | float | date | datetime | None:
    if sort is Sort.NAME:
        return text
    if not text:
        return None
    read: dict[Sort, Any] = {
        Sort.FIT: int,
        Sort.DISTANCE: float,
        Sort.NEXT: date.fromisoformat,
        Sort.TOUCH: datetime.fromisoformat,
    }
    value: int | float | date | datetime = read[sort](text)
    return value
