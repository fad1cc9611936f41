"""Addresses that open a route in the map of a phone, read back as its maps read them."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from crm.domain import map_links

WAY = [f"{number} Main St, Houston, TX 77005" for number in range(26)]


def google(places: list[str]) -> list[dict[str, list[str]]]:
    """What each link asks of Google's map."""
    links = [urlsplit(link) for link in map_links.google(places)]
    assert {(link.scheme, link.netloc, link.path) for link in links} == {("https", "www.google.com", "/maps/dir/")}
    return [parse_qs(link.query, strict_parsing=True) for link in links]


def test_google_is_told_the_version_of_its_addresses_the_ends_and_to_drive() -> None:
    assert google(WAY[:2]) == [
        {"api": ["1"], "origin": [WAY[0]], "destination": [WAY[1]], "travelmode": ["driving"]},
    ]


def test_google_takes_the_stops_between_in_order_parted_by_bars() -> None:
    (asked,) = google(WAY[:5])
    assert asked["waypoints"] == ["|".join(WAY[1:4])]


def test_apple_takes_each_stop_between_by_itself() -> None:
    (link,) = map_links.apple(WAY[:4])
    asked = parse_qs(urlsplit(link).query, strict_parsing=True)
    assert asked == {"source": WAY[:1], "destination": WAY[3:4], "waypoint": WAY[1:3], "mode": ["driving"]}


@pytest.mark.parametrize("count", range(2, 27))
def test_a_long_way_is_told_in_parts_that_each_begin_where_the_last_one_ended(count: int) -> None:
    told = WAY[:1]
    for asked in google(WAY[:count]):
        between = asked["waypoints"][0].split("|") if "waypoints" in asked else []
        assert len(between) <= 9
        assert asked["origin"] == told[-1:]
        told = [*told, *between, *asked["destination"]]
    assert told == WAY[:count]


@pytest.mark.parametrize("places", [[], WAY[:1]])
def test_there_is_no_way_between_fewer_than_two_places(places: list[str]) -> None:
    assert map_links.google(places) == map_links.apple(places) == []


def test_no_sign_in_an_address_ends_what_is_asked() -> None:
    odd = ["5 A&B Blvd #210, Houston", "1 Rue d'Été, Montréal", "C/O Lee + Kim? 100%; <b>"]
    for link in (*map_links.google(odd), *map_links.apple(odd)):
        assert urlsplit(link).fragment == ""
        assert not set(" +|<>") & set(link)
        assert [value for values in parse_qs(urlsplit(link).query).values() for value in values if value in odd]
    (asked,) = google(odd)
    assert [*asked["origin"], *asked["waypoints"], *asked["destination"]] == odd


def test_a_bar_in_an_address_makes_no_stop_more() -> None:
    (asked,) = google([WAY[0], "2 Oak St | rear, Houston", "3 Elm St, Houston", WAY[1]])
    assert len(asked["waypoints"][0].split("|")) == 2


def test_a_link_of_full_length_stays_shorter_than_what_google_reads() -> None:
    longest = [f"{number} North Sam Houston Parkway East, Suite 1200, Houston, TX 77005-1234" for number in range(11)]
    assert all(len(link) <= 2048 for link in map_links.google(longest))
