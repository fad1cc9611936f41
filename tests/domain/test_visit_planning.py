"""Which visits a week should hold, and on which day each."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from crm.domain.pipeline import Stage
from crm.domain.visit_hours import Door, opening
from crm.domain.visit_planning import (
    Candidate,
    Day,
    Point,
    Reason,
    Stop,
    Why,
    areas,
    miles,
    room_of,
    score,
    suggest,
)

MONDAY = date(2026, 3, 2)
WEEK = [MONDAY + timedelta(days=each) for each in range(7)]
HERE, NEAR, FAR = Point(29.717, -95.425), Point(29.72, -95.43), Point(30.1, -95.9)


def candidate(number: int = 1, **given: Any) -> Candidate:
    values: dict[str, Any] = {
        "provider_id": number,
        "called": f"Dr. {number}",
        "stage": Stage.INTRODUCED,
        "fit": 50,
        "opening": opening(Door()),
        "whys": (Why(Reason.TASK, "Visit them", MONDAY),),
        "point": HERE,
        "town": "Houston",
        "zip": "77005",
    }
    return Candidate(**values | given)


def week(**given: Any) -> list[Day]:
    return [Day(day, **given) for day in WEEK]


def test_what_is_overdue_comes_before_what_is_only_near() -> None:
    late = candidate(1, whys=(Why(Reason.TASK, "", MONDAY - timedelta(days=9)),))
    due = candidate(2)
    near = candidate(3, whys=(Why(Reason.NEARBY, ""),), fit=100)
    assert score(late, MONDAY) > score(due, MONDAY) > score(near, MONDAY)


def test_several_reasons_weigh_more_than_the_strongest_alone() -> None:
    both = candidate(1, whys=(Why(Reason.QUIET, ""), Why(Reason.REPORT, "")))
    assert score(both, MONDAY) > score(candidate(2, whys=(Why(Reason.REPORT, ""),)), MONDAY)


def test_a_closed_day_is_never_suggested_and_says_why() -> None:
    found = suggest([candidate(opening=opening(Door(hours="Thu 9-4")))], week(), MONDAY)[0]
    assert found.day == WEEK[3]
    assert found.objections[MONDAY] == "Closed on Mondays"


def test_a_visit_joins_the_day_on_which_one_is_near_anyway() -> None:
    days = week()
    days[2] = Day(WEEK[2], stops=(Stop("Dr. Lee", NEAR),))
    found = suggest([candidate(whys=(Why(Reason.CADENCE, ""),))], days, MONDAY)[0]
    assert found.day == WEEK[2]
    assert found.why_day == "0.4 miles from Dr. Lee."


def test_neighbours_are_proposed_for_the_same_day() -> None:
    found = suggest([candidate(1), candidate(2, point=NEAR), candidate(3, point=FAR)], week(), MONDAY)
    assert found[0].day == found[1].day


def test_a_full_day_and_a_past_one_take_nobody() -> None:
    days = [Day(WEEK[0], shut="In the past"), Day(WEEK[1], room=1), *[Day(day, room=0) for day in WEEK[2:]]]
    found = suggest([candidate(1), candidate(2)], days, WEEK[1])
    assert [each.day for each in found] == [WEEK[1], None]
    assert found[1].objections[WEEK[1]] == "The day is full"
    assert found[1].why_day == "No day of this week suits."


def test_a_week_is_capped() -> None:
    assert len(suggest([candidate(each) for each in range(60)], week(), MONDAY)) == 24


def test_areas_hold_what_is_near_together_and_are_named_by_town() -> None:
    found = suggest([candidate(1), candidate(2, point=FAR, town="Hockley", zip="77447"), candidate(3)], week(), MONDAY)
    assert [(area.name, len(area.suggestions)) for area in areas(found)] == [("Houston", 2), ("Hockley", 1)]


def test_two_areas_of_one_town_are_told_apart_by_zip() -> None:
    found = suggest([candidate(1), candidate(2, point=FAR, zip="77447")], week(), MONDAY)
    assert [area.name for area in areas(found)] == ["Houston 77005", "Houston 77447"]


def test_without_places_the_town_groups() -> None:
    found = suggest(
        [candidate(1, point=None), candidate(2, point=None), candidate(3, point=None, town="")], week(), MONDAY
    )
    assert [(area.name, len(area.suggestions)) for area in areas(found)] == [("Houston", 2), ("No address yet", 1)]


def test_busy_hours_leave_less_room() -> None:
    assert room_of(0, 0, 20) == 6
    assert room_of(300, 1, 20) == 2
    assert room_of(450, 0, 20) == 0


def test_miles_need_two_places() -> None:
    assert miles(HERE, None) is None
    assert miles(HERE, HERE) == 0
