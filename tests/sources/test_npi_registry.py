"""Asking the NPI Registry, answered by a local server in its real shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.sources import npi_registry
from crm.sources.errors import RegistryUnavailable
from tests import nppes_files as files
from tests.sources.registry_server import Registry, person, serving


@pytest.fixture
def registry() -> Iterator[Registry]:
    with serving() as found:
        yield found


def test_a_result_is_read_into_the_shape_of_a_file_row(registry: Registry) -> None:
    registry.results = [person(1)]
    (row,) = npi_registry.search("77005", taxonomy="Orthopaedic", url=registry.url).rows
    assert (row.npi, row.entity, row.first, row.last) == (files.npi(1), "1", "MARISOL", "OKAFOR")
    assert (row.line1, row.postal, row.phone, row.fax) == ("101 FANNIN ST", "770051234", "7135550101", "")
    assert (row.prefix, row.suffix, row.taxonomy, row.updated) == ("Dr.", "", "207X00000X", "10/01/2008")
    asked = registry.asked[0]
    assert (asked["version"], asked["postal_code"], asked["taxonomy_description"]) == ("2.1", "77005", "Orthopaedic")


def test_pages_are_read_to_the_end(registry: Registry) -> None:
    registry.results = [person(number) for number in range(450)]
    found = npi_registry.search("770*", url=registry.url)
    assert (len(found.rows), found.more) == (450, False)
    assert [asked["skip"] for asked in registry.asked] == ["0", "200", "400"]


def test_the_registry_hands_out_1200_and_it_is_said_that_there_is_more(registry: Registry) -> None:
    registry.results = [person(number) for number in range(1300)]
    found = npi_registry.search("770*", url=registry.url)
    assert (len(found.rows), found.more) == (1200, True)


def test_one_number_can_be_asked_for(registry: Registry) -> None:
    registry.results = [person(1), person(2)]
    found = npi_registry.by_number(files.npi(2), url=registry.url)
    assert found is not None
    assert found.npi == files.npi(2)
    assert npi_registry.by_number(files.npi(3), url=registry.url) is None


@pytest.mark.parametrize(("status", "retryable"), [(500, True), (503, True), (429, True), (403, False), (404, False)])
def test_a_refusal_says_whether_to_try_again(registry: Registry, status: int, *, retryable: bool) -> None:
    registry.status = status
    with pytest.raises(RegistryUnavailable) as caught:
        npi_registry.search("77005", url=registry.url)
    assert caught.value.retryable is retryable


@pytest.mark.parametrize("raw", [b"<html>maintenance</html>", b"[]", b""])
def test_an_answer_that_is_no_answer_is_retryable(registry: Registry, raw: bytes) -> None:
    registry.raw = raw
    with pytest.raises(RegistryUnavailable, match="can't be read") as caught:
        npi_registry.search("77005", url=registry.url)
    assert caught.value.retryable


def test_the_errors_of_the_registry_are_passed_on(registry: Registry) -> None:
    with pytest.raises(RegistryUnavailable, match="No valid search criteria") as caught:
        npi_registry.search("", url=registry.url)
    assert not caught.value.retryable


def test_without_a_network_it_says_what_still_works() -> None:
    with serving() as gone:
        url = gone.url
    with pytest.raises(RegistryUnavailable, match="importing a file works") as caught:
        npi_registry.search("77005", url=url, timeout=2)
    assert caught.value.retryable


def test_only_web_addresses_are_asked() -> None:
    with pytest.raises(RegistryUnavailable, match="not a web address"):
        npi_registry.search("77005", url="file:///etc/passwd")


def test_the_real_payload_is_read(registry: Registry, corpus: Path) -> None:
    registry.raw = (corpus / "nppes" / "npi_api_v21_shape.json").read_bytes()
    real = json.loads(registry.raw)["results"][0]
    (row,) = npi_registry.search("220423307", url=registry.url).rows
    assert (row.npi, row.entity, row.organization) == (real["number"], "2", real["basic"]["organization_name"])
    assert (row.city, row.state, row.postal, row.phone) == ("FALLS CHURCH", "VA", "220423307", "7037764132")
    assert row.taxonomy == "282N00000X"
