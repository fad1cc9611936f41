"""What templates can use without asking: assets, icons, filters, the viewer's day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Any, cast

from flask import Flask, current_app, g, has_request_context, request, url_for
from markupsafe import Markup

from crm.domain import phones
from crm.domain.pipeline import ASIDE, MEANINGS, PATH
from crm.domain.services import service_label
from crm.web import assets, filters, labels
from crm.web.context import now, viewer_zone

SOME = 987654321
"""Stands for a number in an address."""


def install(app: Flask) -> None:
    """Register asset routes, template globals and filters."""
    app.register_blueprint(assets.bp)
    app.extensions |= {"links": {}, "numbered links": {}}
    app.jinja_env.globals.update(
        asset=assets.asset,
        head_links=assets.head_links,
        link=link,
        at=at,
        fixed=_fixed(app),
        navigation=_navigation(app),
        icon=assets.icon,
        logo=assets.logo,
        label=labels.label,
        icon_of=labels.icon_of,
        stages_path=PATH,
        stages_aside=ASIDE,
        stage_meanings=MEANINGS,
        today=today,
        map_link=filters.map_link,
        how_choices=[(how.value, words) for how, words in labels.HOWS.items()],
        return_days=lambda: [(day.isoformat(), words) for day, words in filters.return_days(today())],
        has_endpoint=app.view_functions.__contains__,
    )
    app.jinja_env.filters.update(_filters())


def link(endpoint: str) -> str:
    """The address of a page without parameters, "" where there is no such page. Worked out once."""
    known: dict[tuple[str, str], str] = current_app.extensions["links"]
    key = (request.script_root, endpoint)
    if key not in known:
        known[key] = url_for(endpoint) if endpoint in current_app.view_functions else ""
    return known[key]


def at(endpoint: str, number: int) -> str:
    """The address of a page about one thing by its number. Its form is worked out once, as `url_for` does each time."""
    before, after = _around_number(endpoint)
    return f"{before}{number}{after}"


def _around_number(endpoint: str) -> tuple[str, str]:
    known: dict[tuple[str, str], tuple[str, str]] = current_app.extensions["numbered links"]
    key = (request.script_root, endpoint)
    if key not in known:
        given: dict[str, Any] = dict.fromkeys(next(current_app.url_map.iter_rules(endpoint)).arguments, SOME)
        before, _, after = url_for(endpoint, **given).rpartition(str(SOME))
        known[key] = before, after
    return known[key]


def _fixed(app: Flask) -> Callable[[str], Markup]:
    """Parts that are the same on every page and for everybody, rendered once."""
    known: dict[tuple[str, str], Markup] = {}

    def fixed(name: str) -> Markup:
        key = (request.script_root, name)
        if key not in known:
            known[key] = Markup(app.jinja_env.get_template(name).render())  # noqa: S704  (our template escapes)
        return known[key]

    return fixed


def _navigation(app: Flask) -> Callable[[Mapping[str, int]], Markup]:
    """The rail or bar; it differs only by the page's noun, the counts and the name, so it is seldom made anew."""

    @lru_cache(maxsize=256)
    def rendered(root: str, noun: str, name: str, counts: tuple[tuple[str, int], ...]) -> Markup:
        page = app.jinja_env.get_template("parts/nav.html").render(root=root, noun=noun, name=name, counts=dict(counts))
        return Markup(page)  # noqa: S704  (our template escapes)

    def navigation(counts: Mapping[str, int]) -> Markup:
        return rendered(request.script_root, request.blueprint or "", g.user.name, tuple(counts.items()))

    return navigation


def today() -> date:
    """The viewer's day."""
    if "today" not in g:
        g.today = now().astimezone(zone()).date()
    return cast(date, g.today)


def zone() -> tzinfo:
    """The viewer's zone; UTC for somebody who isn't signed in."""
    if has_request_context() and "zone" in g:
        return viewer_zone()
    from datetime import UTC

    return UTC


def _filters() -> dict[str, Callable[..., Any]]:
    return {
        "phone": filters.phone,
        "money": filters.money,
        "plural": filters.plural,
        "capped": filters.capped,
        "initials": filters.initials,
        "attrs": filters.attrs,
        "label": labels.label,
        "specialty": labels.specialty,
        "tel": phones.link,
        "days_in": filters.days_in,
        "field_label": labels.field,
        "service": service_label,
        "day": lambda value: filters.day(value, today()),
        "near_day": lambda value: filters.near_day(value, today()),
        "by_day": lambda value: filters.by_day(value, today()),
        "due": lambda value: filters.due(value, today()),
        "due_class": lambda value: filters.due_class(value, today()),
        "ago": _ago,
        "clock": lambda value: filters.clock(value, zone()),
        "moment": lambda value: filters.moment(value, zone(), today()),
        "local_day": lambda value: filters.day(value.astimezone(zone()).date(), today()) if value else "",
    }


def _ago(value: datetime | None) -> Markup:
    return filters.time_tag(value, zone(), now())
