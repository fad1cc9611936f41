"""Every page, light and dark, laptop and phone: axe finds nothing, the console is silent, nothing hangs over."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlmodel import SQLModel, col, select

from crm.models.messages import Message
from crm.models.practices import Practice
from crm.models.providers import Provider
from crm.models.referrals import Referral
from crm.models.tasks import Task
from crm.models.visits import Visit
from crm.web import create_app
from tests.e2e.conftest import OpenWindow, Watched
from tests.e2e.house import House

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LOOKS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]

#: Endpoints that are no page: what they are instead.
NO_PAGE = {
    "assets.file": "a static file",
    "assets.favicon": "an image",
    "assets.manifest": "for the phone's home screen",
}

#: Arguments that mean something else on one page.
OF_ITS_OWN = {"letters.show": {"slug": "introduction-letter"}}

#: Pages worth a look with a query as well.
WITH_QUERY = [
    "/providers?stage=partner",
    "/providers?q=nguyen",
    "/providers?q=zzzzzz",
    "/followups?when=later",
    "/settings/business?walk=1",
    "/nothing-here",
]


def page_rules(app: Flask) -> list[tuple[str, str, set[str]]]:
    """(endpoint, rule, argument names) of every page that is read with GET."""
    return [
        (rule.endpoint, rule.rule, set(rule.arguments))
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and rule.endpoint not in NO_PAGE
        and not rule.rule.endswith((".json", ".csv", ".eml"))
    ]


class Addresses:
    """Fills the arguments of rules with records of the sample data."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.app = create_app(house.handoff)
        self.known = {
            "provider_id": self.first(Provider, Provider.display_name.like("Maria%")),  # type: ignore[attr-defined]
            "practice_id": self.first(Practice),
            "message_id": self.first(Message),
            "task_id": self.first(Task),
            "referral_id": self.first(Referral),
            "visit_id": self.first(Visit),
            "slug": "introduction",
            "token": "no-such-token",
            "stage": "prospect",
            "import_id": None,
            "left_id": None,
            "right_id": None,
            "pair_id": None,
            "difference_id": None,
        }

    def first(self, table: type[SQLModel], *conditions: Any) -> int | None:
        with self.house.handoff.db.read() as session:
            return session.exec(select(col(table.id)).where(*conditions).limit(1)).first()  # type: ignore[attr-defined]

    def all(self) -> tuple[list[str], list[str]]:
        """Addresses of pages, and rules that have nothing to show in the sample data."""
        found, empty = [], []
        with self.app.test_request_context():
            for endpoint, rule, arguments in page_rules(self.app):
                values = {name: self.known.get(name) for name in arguments} | OF_ITS_OWN.get(endpoint, {})
                if None in values.values():
                    empty.append(rule)
                else:
                    found.append(self.app.url_for(endpoint, **values))
        return sorted({*found, *WITH_QUERY}), empty


@pytest.fixture(scope="session")
def addresses(furnished: tuple[House, str]) -> list[str]:
    """Every page of the sample data."""
    return Addresses(furnished[0]).all()[0]


def inspect(watched: Watched, path: str) -> list[str]:
    """What is wrong with a page, in lines."""
    from axe_playwright_python.sync_playwright import Axe

    page = watched.page
    watched.complaints.clear()
    answer = page.goto(path)
    if answer is None or "text/html" not in answer.headers.get("content-type", ""):
        return []
    page.wait_for_load_state("networkidle")
    found = Axe().run(page, options=RULES).response["violations"]
    wrong = [
        f"{path}: {rule['id']} at {node['target']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]
    ]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if wide > 0:
        wrong.append(f"{path}: hangs over by {wide} px")
    expected = 404 if answer.status == 404 else None
    wrong += [f"{path}: {said}" for said in watched.complaints if not (expected and "404" in said)]
    if answer.status >= 400 and not path.startswith("/nothing-here") and "/u/" not in path:
        wrong.append(f"{path}: status {answer.status}")
    return wrong


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_axe_and_the_console_find_nothing_on_any_page(
    furnished: tuple[House, str], window: OpenWindow, addresses: list[str], width: int, scheme: str
) -> None:
    house, token = furnished
    watched = window(house, width=width, scheme=scheme, token=token)
    wrong = [line for path in addresses for line in inspect(watched, path)]
    assert not wrong, "\n" + "\n".join(wrong)


def test_nothing_hangs_over_on_the_smallest_phone(
    furnished: tuple[House, str], window: OpenWindow, addresses: list[str]
) -> None:
    house, token = furnished
    watched = window(house, width=360, height=640, token=token)
    wrong = []
    for path in addresses:
        answer = watched.page.goto(path)
        if answer is not None and "text/html" in answer.headers.get("content-type", ""):
            wide = watched.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            wrong += [f"{path}: hangs over by {wide} px"] if wide > 0 else []
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("path", ["/login", "/login?out=1", "/u/no-such-token", "/nothing-here"])
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_for_people_who_are_not_signed_in(
    furnished: tuple[House, str], window: OpenWindow, path: str, width: int, scheme: str
) -> None:
    assert inspect(window(furnished[0], width=width, scheme=scheme), path) == []


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_first_page_of_all(house: House, window: OpenWindow, width: int, scheme: str) -> None:
    assert inspect(window(house, width=width, scheme=scheme), "/welcome") == []
