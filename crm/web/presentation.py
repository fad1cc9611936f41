"""What templates can use without asking: assets, icons, filters, the viewer's day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, tzinfo
from typing import Any

from flask import Flask, g, has_request_context
from markupsafe import Markup

from crm.domain import phones
from crm.domain.pipeline import ASIDE, MEANINGS, PATH
from crm.domain.services import service_label
from crm.web import assets, filters, labels
from crm.web.context import now, viewer_zone


def install(app: Flask) -> None:
    """Register asset routes, template globals and filters."""
    app.register_blueprint(assets.bp)
    app.jinja_env.globals.update(
        asset=assets.asset,
        stylesheets=assets.stylesheets,
        js_modules=assets.core_modules,
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
        has_endpoint=lambda name: name in app.view_functions,
    )
    app.jinja_env.filters.update(_filters())


def today() -> date:
    """The viewer's day."""
    return now().astimezone(zone()).date()


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
        "due": lambda value: filters.due(value, today()),
        "due_class": lambda value: filters.due_class(value, today()),
        "ago": _ago,
        "clock": lambda value: filters.clock(value, zone()),
        "moment": lambda value: filters.moment(value, zone(), today()),
        "local_day": lambda value: filters.day(value.astimezone(zone()).date(), today()) if value else "",
    }


def _ago(value: datetime | None) -> Markup:
    return filters.time_tag(value, zone(), now())
