"""Searching the NPI Registry around a ZIP code and adding what was found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from crm.domain import taxonomy
from crm.domain.errors import Invalid
from crm.models.providers import Provider
from crm.services import imports, imports_registry
from crm.services.imports_registry import Search
from crm.services.imports_workshop import Workshop
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, FakeClock
from tests.sources.registry_server import Registry, person, serving


@pytest.fixture
def registry() -> Iterator[Registry]:
    with serving() as found:
        yield found


@pytest.fixture
def house(db: Database) -> Database:
    with db.write() as session:
        factories.make_business(session)
    return db


def search(house: Database, registry: Registry, radius: float = 10) -> imports_registry.Result:
    wanted = Search.checked(zip_code="77005", radius=radius, specialties=["orthopedics", "pt"])
    return imports_registry.search(house, wanted, url=registry.url)


def test_what_lies_within_is_ranked_with_its_reasons(house: Database, registry: Registry) -> None:
    registry.results = [
        person(1, zip="770301111"),
        person(2, zip="770051111"),
        person(3, zip="770051111", code="225100000X", desc="Physical Therapist", last="ABERNATHY"),
        person(4, zip="770051111", code="207Q00000X", desc="Family Medicine"),
        person(5, zip="773801111"),
    ]
    found = search(house, registry, radius=10)
    assert {hit.npi for hit in found.hits} == {result["number"] for result in registry.results[:3]}
    assert [hit.fit.score for hit in found.hits] == sorted((hit.fit.score for hit in found.hits), reverse=True)
    first = found.hits[0]
    assert "within 2 miles" in first.fit.why
    assert first.services
    assert not found.more


def test_where_there_is_more_it_asks_more_narrowly(house: Database, registry: Registry) -> None:
    registry.results = [person(number, zip=f"7700{number % 9 + 1}0000") for number in range(1500)]
    found = search(house, registry, radius=20)
    assert {"770*", "7700*"} <= {asked["postal_code"] for asked in registry.asked}
    assert {"77005"} <= {asked["postal_code"] for asked in registry.asked}
    assert not found.more


def test_chosen_results_are_added_and_can_be_undone(house: Database, registry: Registry, tmp_path: Path) -> None:
    registry.results = [person(1), person(2)]
    hits = search(house, registry).hits
    answer = imports_registry.add(house, [hits[0].text], "NPI Registry", actor_id=None, now=NOW)
    assert (answer["rows"], answer["new"]) == (1, 1)
    assert [hit.known_id is not None for hit in search(house, registry).hits].count(True) == 1
    again = imports_registry.add(house, hits, "NPI Registry", actor_id=None, now=NOW)
    assert (again["rows"], again["new"], again["unchanged"]) == (2, 1, 1)
    shop = Workshop(house, tmp_path / "imports", FakeClock())
    assert imports.undo_now(shop, answer["import_id"])["removed"] == 1
    with house.read() as session:
        assert len(session.exec(select(Provider)).all()) == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"zip_code": "00000"}, "zip"),
        ({"radius": 500}, "radius"),
        ({"specialties": []}, "specialty"),
        ({"specialties": ["plumbing"]}, "specialty"),
    ],
)
def test_a_search_that_makes_no_sense_says_why(given: dict[str, object], field: str) -> None:
    values: dict[str, object] = {"zip_code": "77005", "radius": 10, "specialties": ["pt"]} | given
    with pytest.raises(Invalid) as caught:
        Search.checked(**values)  # type: ignore[arg-type]  # values of several kinds
    assert field in caught.value.errors


def test_every_specialty_that_the_registry_names_exists() -> None:
    assert set(imports_registry.WORDS) <= set(taxonomy.specialties())
