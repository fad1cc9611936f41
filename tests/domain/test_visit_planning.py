"""Which visits a week should hold, and on which day each."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crm.domain.pipeline import Stage
from crm.domain.visit_hours import Door, opening
from crm.domain.visit_planning import (
    MOST,
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


def test_being_overdue_counts_only_up_to_a_point() -> None:
    weeks = [candidate(1, whys=(Why(Reason.TASK, "", MONDAY - timedelta(days=days)),)) for days in (20, 200)]
    assert score(weeks[0], MONDAY) == score(weeks[1], MONDAY)


def test_further_along_and_better_fitting_comes_first() -> None:
    partner, fresh = candidate(1, stage=Stage.PARTNER), candidate(2, stage=Stage.CONTACTED)
    assert score(partner, MONDAY) > score(fresh, MONDAY)
    assert score(candidate(1, fit=90), MONDAY) > score(candidate(2, fit=10), MONDAY)


def test_what_is_due_later_in_the_week_waits_for_its_day() -> None:
    found = suggest([candidate(whys=(Why(Reason.REPORT, "", WEEK[3]),))], week(), MONDAY)[0]
    assert found.day == WEEK[3]


def test_what_is_overdue_gets_the_first_day_that_suits() -> None:
    late = (Why(Reason.TASK, "", MONDAY - timedelta(days=30)),)
    days = [Day(WEEK[0], shut="Busy all day"), *[Day(day) for day in WEEK[1:]]]
    assert suggest([candidate(whys=late)], days, MONDAY)[0].day == WEEK[1]


def test_the_doctors_day_and_the_hours_are_among_the_reasons_for_a_day() -> None:
    found = suggest([candidate(opening=opening(Door(hours="Tue 9-4", doctor_days=0b10)))], week(), MONDAY)[0]
    assert found.day == WEEK[1]
    assert found.why_day == "Dr. 1 is in, open 9 am to 4 pm."


def test_an_office_that_wants_nobody_is_suggested_for_no_day() -> None:
    found = suggest([candidate(opening=opening(Door(policy="No visitors, no reps")))], week(), MONDAY)[0]
    assert found.day is None
    assert set(found.objections.values()) == {"No visitors: call instead"}


DOORS = st.builds(
    Door,
    hours=st.sampled_from(["", "Mon-Fri 9-5", "Thu 9-4", "Tue, Fri 10 to 2"]),
    policy=st.sampled_from(["", "No visitors", "By appointment"]),
    doctor_days=st.integers(0, 127),
)
CANDIDATES = st.lists(
    st.builds(
        lambda number, door, point, days, fit: candidate(
            number, opening=opening(door), point=point, fit=fit, whys=(Why(Reason.TASK, "", MONDAY + days),)
        ),
        st.integers(1, 10**6),
        DOORS,
        st.sampled_from([None, HERE, NEAR, FAR]),
        st.integers(-60, 20).map(lambda each: timedelta(days=each)),
        st.integers(0, 100),
    ),
    max_size=40,
    unique_by=lambda each: each.provider_id,
)
ROOMS = st.lists(st.integers(0, 6), min_size=7, max_size=7)


@given(CANDIDATES, ROOMS, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_no_day_is_overfilled_nobody_is_sent_to_a_closed_door_and_the_order_of_asking_is_nothing(
    found: list[Candidate], rooms: list[int], chance: random.Random
) -> None:
    days = [Day(day, room=room) for day, room in zip(WEEK, rooms, strict=True)]
    said = suggest(found, days, MONDAY)
    assert len(said) == min(len(found), MOST)
    for day in days:
        there = [each for each in said if each.day == day.day]
        assert len(there) <= day.room
        assert all(not each.candidate.opening.objection(day.day) for each in there)
    assert all((each.day is None) == (len(each.objections) == len(days)) for each in said)
    mixed = list(found)
    chance.shuffle(mixed)
    assert suggest(mixed, days, MONDAY) == said
    grouped = [each for area in areas(said) for each in area.suggestions]
    assert sorted(each.candidate.provider_id for each in grouped) == sorted(each.candidate.provider_id for each in said)


def test_miles_need_two_places() -> None:
    assert miles(HERE, None) is None
    assert miles(HERE, HERE) == 0
