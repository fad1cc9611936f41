from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import places

HOUSTON = "77005"


def test_a_zip_knows_its_middle_zone_and_state() -> None:
    found = places.place("77005-1234")
    assert found
    assert (found.zip, found.zone, found.state) == (HOUSTON, "America/Chicago", "TX")
    assert found.lat == pytest.approx(29.72, abs=0.05)
    assert found.lon == pytest.approx(-95.43, abs=0.05)


@pytest.mark.parametrize("text", ["", "K1A 0B1", "00000", "99999-0000", "banana"])
def test_unknown_places_are_none(text: str) -> None:
    assert places.place(text) is None
    assert places.zone_of(text, "America/Denver") == "America/Denver"


@pytest.mark.parametrize(
    ("zip_code", "state", "zone"),
    [("02138", "MA", "America/New_York"), ("85004", "AZ", "America/Phoenix"), ("96813", "HI", "Pacific/Honolulu"),
     ("00901", "PR", "America/Puerto_Rico"), ("99501", "AK", "America/Anchorage"), ("79901", "TX", "America/Denver")],
)  # fmt: skip
def test_states_and_zones_of_well_known_places(zip_code: str, state: str, zone: str) -> None:
    assert places.state_of(zip_code) == state
    assert places.zone_of(zip_code, "") == zone


def test_miles_between_two_cities() -> None:
    assert places.miles_between(29.7604, -95.3698, 32.7767, -96.7970) == pytest.approx(225, abs=2)
    assert places.zip_miles(HOUSTON, HOUSTON) == 0
    assert places.zip_miles(HOUSTON, "nowhere") is None


def test_everything_within_a_radius_is_found_and_nothing_else() -> None:
    near = places.zips_within(HOUSTON, 10)
    assert near[HOUSTON] == 0
    assert near["77030"] < 3
    assert "75201" not in near
    everything = {f"{number:05d}" for number in places._table().zips}
    by_hand = {z for z in everything if (places.zip_miles(HOUSTON, z) or 0) <= 10}
    assert set(near) == by_hand
    assert places.zips_within("nowhere", 10) == {}


def test_reading_the_text_gives_what_the_package_says() -> None:
    table = places._table()
    assert len(table.zips) > 40_000
    assert list(table.zips) == sorted(table.zips)
    assert set(table.zone_ids) <= set(range(len(table.zones)))


def test_text_in_another_shape_is_not_taken() -> None:
    assert len(places._read("ZIP_INFO = {}").zips) == 0
    assert len(places._read("    5: (0, 1.0, 2.0),\n    4: (0, 1.0, 2.0),\n").zips) == 0


@given(st.floats(-89, 89), st.floats(-180, 180), st.floats(-89, 89), st.floats(-180, 180))
def test_distance_is_the_same_both_ways_and_never_more_than_half_the_globe(
    a: float, b: float, c: float, d: float
) -> None:
    there = places.miles_between(a, b, c, d)
    assert 0 <= there <= 12_440
    assert there == pytest.approx(places.miles_between(c, d, a, b), abs=1e-6)
