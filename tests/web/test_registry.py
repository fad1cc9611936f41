"""Finding providers in the public registry, by its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.models.providers import Provider
from tests.conftest import SAME_SITE
from tests.sources.registry_server import Registry, person, serving

SEARCH = "/registry?zip=77005&radius=10&specialty=orthopedics"


@pytest.fixture
def registry(handoff: Handoff) -> Iterator[Registry]:
    with serving() as server:
        handoff.settings = replace(handoff.settings, registry_url=server.url)
        server.results = [person(1), person(2, last="NAKAMURA"), person(3, last="<SCRIPT>ALERT")]
        yield server


def rows(page: str) -> list[str]:
    return [unescape(value) for value in re.findall(r'name="row" value="([^"]*)"', page)]


def names(handoff: Handoff) -> set[str]:
    with handoff.db.read() as session:
        return set(session.exec(select(Provider.last_name)).all())


def test_the_form_starts_with_the_businesss_zip_and_asks_nobody(client: FlaskClient, registry: Registry) -> None:
    page = client.get("/registry")
    assert page.status_code == 200
    assert 'name="zip"' in page.text
    assert 'value="77005"' in page.text
    assert registry.asked == []


def test_results_say_why_they_rank_and_names_are_text(client: FlaskClient, registry: Registry) -> None:
    page = client.get(SEARCH).text
    assert "Nakamura" in page
    assert "within 2 miles" in page
    assert len(rows(page)) == 3
    assert "<script>alert" not in page.lower()


def test_the_best_are_chosen_with_one_link(client: FlaskClient, registry: Registry) -> None:
    page = client.get(f"{SEARCH}&best=25").text
    assert len(re.findall(r'name="row"[^>]* checked', page)) == 3


def test_the_chosen_are_added_and_then_known(client: FlaskClient, handoff: Handoff, registry: Registry) -> None:
    chosen = rows(client.get(SEARCH).text)[:2]
    answer = client.post("/registry/additions", data={"row": chosen, "name": "Test"}, headers=SAME_SITE)
    assert answer.status_code == 303
    assert len(names(handoff)) == 2
    assert "2 providers added." in client.get(answer.location).text
    assert len(rows(client.get(SEARCH).text)) == 1


def test_nothing_chosen_says_so_and_keeps_the_search(client: FlaskClient, registry: Registry) -> None:
    answer = client.post("/registry/additions", data={"query": SEARCH.partition("?")[2]}, headers=SAME_SITE)
    assert answer.location == SEARCH
    assert "Choose somebody first." in client.get("/registry").text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("zip=7&radius=10&specialty=pt", "five digits"),
        ("zip=77005&radius=900&specialty=pt", "between 1 and 50"),
        ("zip=77005&radius=ten&specialty=pt", "in miles"),
        ("zip=77005&radius=10", "at least one specialty"),
    ],
)
def test_a_search_that_makes_no_sense_says_what_to_correct(client: FlaskClient, query: str, said: str) -> None:
    answer = client.get(f"/registry?{query}")
    assert answer.status_code == 422
    assert said in answer.text


def test_without_a_network_the_page_says_what_to_do(client: FlaskClient, handoff: Handoff) -> None:
    handoff.settings = replace(handoff.settings, registry_url="http://127.0.0.1:9/api/")
    answer = client.get(SEARCH)
    assert answer.status_code == 503
    assert "Try again" in answer.text
    assert 'value="77005"' in answer.text


def test_a_row_that_is_none_is_refused(client: FlaskClient, handoff: Handoff) -> None:
    assert client.post("/registry/additions", data={"row": ["nonsense"]}, headers=SAME_SITE).status_code == 400
    assert names(handoff) == set()
