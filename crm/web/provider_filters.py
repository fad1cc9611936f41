"""The controls of the provider list: tabs, search, filters as chips and menus, and the dialogs of the bulk bar."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import render_template

from crm.domain import provider_filter
from crm.domain.pipeline import ALL, LABELS, WORKED, Stage
from crm.domain.provider_filter import APPROACH, Filter, NextStep, Sort, Touch
from crm.domain.services import all_services, service_label
from crm.domain.taxonomy import specialties
from crm.web.context import actor_id
from crm.web.presentation import link

SORTS = {
    Sort.FIT: "Best fit first",
    Sort.NAME: "By name",
    Sort.DISTANCE: "Nearest first",
    Sort.NEXT: "Next step first",
    Sort.TOUCH: "Last touch first",
}
TURNED = [("-touch", "Longest without a touch"), ("-distance", "Farthest first")]
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
People = tuple[tuple[int, str], ...]


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


def address(wanted: Filter, **more: str) -> str:
    """The address of the list that asks for this."""
    query = urlencode([*provider_filter.write(wanted), *more.items()])
    return f"{link('providers.index')}?{query}" if query else link("providers.index")


@lru_cache(maxsize=64)
def filter_form(wanted: Filter, sort: str, people: People, tags: tuple[str, ...], me: int) -> str:
    """The filter form, kept for each state of it: with its menus it is the dearest part of the page."""
    return render_template(
        "providers/_filters.html",
        wanted=wanted,
        sort=sort,
        kept_by_search=[] if wanted == APPROACH else _without(wanted, "question", sort),
        kept_by_order=provider_filter.write(wanted),
        opened=wanted not in {tab.wanted for tab in TABS} and wanted != Filter(question=wanted.question),
        asked=len(_asked(wanted)),
        stages=[(stage.value, LABELS[stage]) for stage in ALL],
        specialties=sorted(((key, one.label) for key, one in specialties().items()), key=lambda one: one[1]),
        services=[(one.key, one.label) for one in all_services() if not one.is_addon],
        owners=owners(people, me),
        tags=[(tag, tag) for tag in tags],
        next_steps=list(NEXT_STEPS.items()),
        touches=list(TOUCHES.items()),
        miles=[(str(miles), f"Within {miles} miles") for miles in sorted({*MILES, wanted.miles} - {0})],
        sorts=[(key, text) for key, text in SORTS.items() if key is not Sort.FIT or wanted.question] + TURNED,
    )


@lru_cache(maxsize=64)
def bulk_dialogs(people: People, tags: tuple[str, ...]) -> str:
    """The dialogs of the bulk bar."""
    stages = [(stage.value, LABELS[stage]) for stage in ALL]
    return render_template("providers/_bulk.html", people=people, tags=tags, stages=stages)


def owners(people: People, me: int) -> list[tuple[str, str]]:
    """Whose providers one may ask for; nothing to choose for somebody alone."""
    others = [(str(key), name) for key, name in people if key != me]
    return [("me", "Me"), ("none", "Nobody"), *others] if others else []


def chips(wanted: Filter, people: People) -> list[Chip]:
    """What is asked for, each with the address without it."""
    said = {
        "stages": ", ".join(LABELS[stage] for stage in wanted.stages),
        "specialties": ", ".join(specialties()[key].label for key in wanted.specialties),
        "service": service_label(wanted.service),
        "city": wanted.city,
        "miles": f"Within {wanted.miles} miles",
        "owner": f"Owner: {dict(owners(people, actor_id())).get(wanted.owner, 'somebody else')}",
        "next_step": f"Next step: {NEXT_STEPS[wanted.next_step].lower()}" if wanted.next_step else "",
        "touch": f"Last touch: {TOUCHES[wanted.touch].lower()}" if wanted.touch else "",
        "tag": f"Tag: {wanted.tag}",
        "email": "With e-mail" if wanted.email == "yes" else "Without e-mail",
        "peers": "Peers too",
        "archived": "Put away",
        "import_id": f"From import {wanted.import_id}",
        "question": f"“{wanted.question}”",
    }
    return [Chip(said[name], address(replace(wanted, **default))) for name, default in _asked(wanted).items()]


def _asked(wanted: Filter) -> dict[str, dict[str, Any]]:
    """The fields that ask for something, each with what it is without."""
    if wanted == APPROACH:
        return {}
    return {field.name: {field.name: field.default} for field in fields(Filter) if getattr(wanted, field.name)}


def _without(wanted: Filter, name: str, sort: str) -> list[tuple[str, str]]:
    """The pairs of an address without one thing that is asked for, for the hidden fields of a form."""
    left = provider_filter.write(replace(wanted, **_asked(wanted).get(name, {})))
    return [*left, *([("sort", sort)] if sort else [])]
