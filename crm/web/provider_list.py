"""The provider list: whom to approach first, filters as the address, pages, saved views."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import render_template, request, url_for
from sqlmodel import Session

from crm.domain import provider_filter
from crm.domain.pipeline import ALL, LABELS, WORKED, Stage
from crm.domain.provider_filter import APPROACH, Filter, NextStep, Sort, Touch
from crm.domain.services import all_services, service_label
from crm.domain.taxonomy import specialties
from crm.services import bulk, provider_lists
from crm.store import prices
from crm.store import provider_lists as store
from crm.store.provider_lists import Cursor
from crm.web.context import actor_id, db, now, viewer_zone
from crm.web.presentation import today
from crm.web.provider_rows import Frame, Row, row_of
from crm.web.providers import bp

LIMIT = 50
SORTS = {
    Sort.FIT: "Best fit first",
    Sort.NAME: "By name",
    Sort.DISTANCE: "Nearest first",
    Sort.NEXT: "Next step first",
    Sort.TOUCH: "Last touch first",
}
NEXT_STEPS = {
    NextStep.OVERDUE: "Overdue",
    NextStep.TODAY: "Today",
    NextStep.SET: "Planned",
    NextStep.NONE: "None set",
    NextStep.QUIET: "Partner gone quiet",
}
TOUCHES = {
    Touch.NEVER: "Never",
    Touch.WEEK: "Within a week",
    Touch.OVER_30: "Over 30 days ago",
    Touch.OVER_90: "Over 90 days ago",
    Touch.OVER_180: "Over 180 days ago",
}
MILES = (2, 5, 10, 25, 50, 100)


class Tab(NamedTuple):
    """A standing view of the list."""

    text: str
    wanted: Filter


TABS = (
    Tab("Whom to approach first", APPROACH),
    Tab("In progress", Filter(stages=WORKED[:-1])),
    Tab("Partners", Filter(stages=(Stage.PARTNER,))),
    Tab("Everyone", Filter()),
)


class Chip(NamedTuple):
    """One thing that is asked for, and the address of the list without it."""

    text: str
    href: str


@bp.get("/providers")
def index() -> str:
    """A page of the list."""
    wanted = provider_filter.read(request.args)
    sort, turned = provider_filter.sorting(request.args.get("sort"))
    cursor, back = _cursor(sort)
    with db().read() as session:
        asked = _mine(wanted)
        question, meant = provider_lists.ask(session, asked, today=today(), now=now(), sort=sort, turned=turned)
        ranked = "sort" not in request.args
        page = provider_lists.page(session, question, cursor, back=back, limit=LIMIT, ranked=ranked)
        people = store.people(session)
        shown = _shown(session, page, people)
        near = provider_lists.near(session) if wanted == APPROACH and cursor is None else []
        choices = _choices(session, people)
    return render_template(
        "providers/index.html",
        wanted=wanted,
        sort=sort,
        turned=turned,
        meant=" ".join(meant),
        total=page.count,
        rows=shown,
        near=[(specialties()[key].label, number, _address(Filter(specialties=(key,)))) for key, number in near[:8]],
        near_count=sum(number for _, number in near),
        previous=_paged("before", page.before),
        next=_paged("after", page.after),
        tabs=[(tab.text, _address(tab.wanted), tab.wanted == wanted, None) for tab in TABS],
        chips=_chips(wanted, choices),
        query=urlencode(provider_filter.write(wanted)),
        **choices,
    )


def _shown(session: Session, page: provider_lists.Page, people: list[tuple[int, str]]) -> list[Row]:
    frame = Frame(
        at=url_for("providers.show", provider_id=0).removesuffix("0"),
        today=today(),
        now=now(),
        zone=viewer_zone(),
        owners=dict(people) if len(people) > 1 else {},
        tags=store.tags(session, [row.id for row in page.rows]),
        switched_off=prices.switched_off(session),
    )
    return [row_of(row, frame) for row in page.rows]


def _mine(wanted: Filter) -> Filter:
    """`owner=me` stands for whoever asks."""
    return replace(wanted, owner=str(actor_id())) if wanted.owner == "me" else wanted


def _choices(session: Session, people: list[tuple[int, str]]) -> dict[str, Any]:
    """What the filters and the bulk bar offer."""
    return {
        "stages": [(stage.value, LABELS[stage]) for stage in ALL],
        "specialty_choices": sorted(((key, one.label) for key, one in specialties().items()), key=lambda one: one[1]),
        "service_choices": [(one.key, one.label) for one in all_services() if not one.is_addon],
        "owners": [("me", "Me"), ("none", "Nobody"), *((str(key), name) for key, name in people if key != actor_id())],
        "people": people,
        "tag_choices": (tags := bulk.tags(session)),
        "tag_pairs": [(tag, tag) for tag in tags],
        "views": provider_lists.saved_views(session, actor_id()),
        "next_steps": list(NEXT_STEPS.items()),
        "touches": list(TOUCHES.items()),
        "miles_choices": [(str(miles), f"Within {miles} miles") for miles in MILES],
        "sorts": list(SORTS.items()),
    }


def _address(wanted: Filter, **more: str) -> str:
    query = urlencode([*provider_filter.write(wanted), *more.items()])
    return f"{url_for('providers.index')}?{query}" if query else url_for("providers.index")


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


def _chips(wanted: Filter, choices: dict[str, Any]) -> list[Chip]:
    """What is asked for, each with the address without it."""
    if wanted == APPROACH:
        return []
    said = {
        "stages": ", ".join(LABELS[stage] for stage in wanted.stages),
        "specialties": ", ".join(specialties()[key].label for key in wanted.specialties),
        "service": service_label(wanted.service),
        "city": wanted.city,
        "miles": f"Within {wanted.miles} miles",
        "owner": f"Owner: {dict(choices['owners']).get(wanted.owner, 'somebody who left')}",
        "next_step": f"Next step: {NEXT_STEPS[wanted.next_step].lower()}" if wanted.next_step else "",
        "touch": f"Last touch: {TOUCHES[wanted.touch].lower()}" if wanted.touch else "",
        "tag": f"Tag: {wanted.tag}",
        "email": "With e-mail" if wanted.email == "yes" else "Without e-mail",
        "peers": "Peers too",
        "archived": "Put away",
        "import_id": f"From import {wanted.import_id}",
        "question": f"“{wanted.question}”",
    }
    asked = [field for field in fields(Filter) if getattr(wanted, field.name)]
    return [Chip(said[field.name], _address(_without(wanted, field.name, field.default))) for field in asked]


def _without(wanted: Filter, name: str, default: Any) -> Filter:
    """The same filter with one thing less asked for. With nothing left it means everyone."""
    return replace(wanted, **{name: default})
