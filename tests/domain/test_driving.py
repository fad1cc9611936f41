from __future__ import annotations

import pytest

from crm.domain.driving import HERE, NEIGHBOR_MILES, PARKING_MINUTES, Place, box_around, leg, minutes_of
from crm.domain.places import miles_between

STUDIO = Place(29.72, -95.42, "studio")
CLINIC = Place(29.80, -95.40, "clinic")


def test_roads_are_longer_than_the_straight_line():
    straight = miles_between(STUDIO.lat, STUDIO.lon, CLINIC.lat, CLINIC.lon)
    assert leg(STUDIO, CLINIC).miles == pytest.approx(straight * 1.3)


def test_parking_counts_at_a_stop_and_not_at_home():
    assert leg(STUDIO, CLINIC).minutes - leg(STUDIO, CLINIC, parking=False).minutes == PARKING_MINUTES


def test_two_addresses_in_the_middle_of_one_zip_are_neighbors():
    assert leg(STUDIO, STUDIO._replace(address="next door")).miles == NEIGHBOR_MILES


def test_two_visits_in_one_house_need_no_drive():
    assert leg(CLINIC, Place(*CLINIC)) == HERE


def test_a_place_that_is_not_known_adds_nothing():
    assert leg(STUDIO, None) == leg(None, STUDIO) == HERE


def test_a_long_way_is_driven_faster_than_a_short_one():
    assert minutes_of(6) == 16
    assert minutes_of(51) == 76


@pytest.mark.parametrize("miles", [1, 3, 25])
def test_the_box_holds_all_that_is_near(miles):
    south, north, west, east = box_around(STUDIO, miles)
    assert miles_between(STUDIO.lat, STUDIO.lon, north, STUDIO.lon) >= miles
    assert miles_between(STUDIO.lat, STUDIO.lon, south, STUDIO.lon) >= miles
    assert miles_between(STUDIO.lat, STUDIO.lon, STUDIO.lat, east) >= miles
    assert miles_between(STUDIO.lat, STUDIO.lon, STUDIO.lat, west) >= miles
