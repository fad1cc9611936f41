from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import comparisons
from crm.domain.comparisons import Point, Series
from crm.domain.measures import Better, Change, Motion, Side, measure, measures
from crm.domain.populations import Person, person
from crm.domain.report import Row

OLDER = person("Type 2 diabetes", sex="female", ages=(70, 70))
KNEE = person("Knee osteoarthritis", sex="female", ages=(67, 67))
PEOPLE = [
    OLDER,
    KNEE,
    Person(),
    person("COPD", sex="male", ages=(72, 72)),
    person("Low back pain, shoulder pain", ages=(40, 44)),
    person("Two falls, unsteady", sex="female", ages=(84, 84)),
]


def compared(key: str, *values: float, who: Person = KNEE, tester: str = "T", device: str = "") -> Row:
    one = measure(key)
    points = tuple(Point(f"Week {n}", value, tester, device) for n, value in enumerate(values))
    side = Side.LEFT if one.has_sides else Side.NONE
    motion = Motion.ACTIVE if one.has_motions else Motion.NONE
    return comparisons.row(Series(key, points, side=side, motion=motion), who)


@pytest.mark.parametrize(
    ("key", "before", "after", "change"),
    [
        ("rom_knee_flexion", 95, 118, Change.BETTER),
        ("rom_knee_flexion", 95, 99, Change.WITHIN_ERROR),
        ("rom_knee_flexion", 95, 100, Change.BETTER),
        ("cst30", 9, 12, Change.BETTER),
        ("cst30", 9, 11, Change.WITHIN_ERROR),
        ("cst30", 12, 9, Change.WORSE),
        ("cst30", 9, 9, Change.NONE),
        ("tug", 12.6, 11.5, Change.BETTER),
        ("tug", 12.6, 11.6, Change.WITHIN_ERROR),
        ("gait_speed", 0.8, 0.9, Change.BETTER),
        ("gait_speed", 0.8, 0.89, Change.BELOW),
        ("sbp_rest", 140, 125, Change.UNJUDGED),
        ("arm_curl", 9, 19, Change.UNJUDGED),
    ],
)
def test_a_change_is_called_what_it_is(key: str, before: float, after: float, change: Change) -> None:
    assert compared(key, before, after).change is change


def test_the_basis_names_the_figure_the_people_and_the_source() -> None:
    chair, knee = compared("cst30", 9, 12), compared("rom_knee_flexion", 95, 118)
    assert chair.basis == (
        "2.5 reps or more is beyond measurement error in adults with knee osteoarthritis (Gill 2022)."
    )
    assert knee.basis == (
        "5° or more is beyond measurement error with the same tester and device (universal goniometer)."
    )
    assert "Gill 2022" in chair.source
    assert chair.error == 2.5


def test_a_figure_of_other_people_judges_nobody_and_the_line_says_so() -> None:
    row = compared("cst30", 9, 15, who=OLDER)
    assert row.change is Change.UNJUDGED
    assert row.basis == "Not judged: figures were published for adults with knee osteoarthritis (Gill 2022)."
    assert row.error is None


def test_an_unknown_age_is_said_where_it_would_matter() -> None:
    row = compared("gait_speed", 0.8, 1.2, who=person("Diabetes"))
    assert row.change is Change.UNJUDGED
    assert row.basis.endswith("The client’s age is not known.")


def test_two_testers_need_a_larger_change_of_motion() -> None:
    def between(before: Point, after: Point, key: str = "rom_knee_flexion") -> Row:
        return comparisons.row(Series(key, (before, after), side=Side.LEFT, motion=Motion.ACTIVE), KNEE)

    same = between(Point("a", 100, "Ann", "goniometer"), Point("b", 108, "Ann", "goniometer"))
    other = between(Point("a", 100, "Ann", "goniometer"), Point("b", 108, "Ben", "goniometer"))
    unknown = between(Point("a", 100), Point("b", 108))
    device = between(Point("a", 100, "Ann", "goniometer"), Point("b", 180, "Ann", "inclinometer"))
    shoulder = between(Point("a", 100, "Ann"), Point("b", 124, "Ben"), "rom_shoulder_flexion")
    assert same.change is Change.BETTER
    assert other.change is unknown.change is Change.WITHIN_ERROR
    assert "between testers" in other.basis
    assert device.change is Change.UNJUDGED
    assert device.basis == "Not judged: measured with goniometer, then with inclinometer."
    assert shoulder.change is Change.WITHIN_ERROR


def test_risk_goes_by_cutoff_and_only_for_the_people_it_was_published_for() -> None:
    assert compared("tug", 12.0).at_risk is True
    assert compared("tug", 11.9).at_risk is False
    assert compared("tug", 30, who=person("Knee pain", ages=(40, 40))).at_risk is None
    assert compared("cst30", 10).at_risk is True
    assert compared("six_mwt", 340, who=PEOPLE[3]).at_risk is True
    assert compared("six_mwt", 340, who=KNEE).at_risk is None


def test_the_gravest_cutoff_that_is_met_is_named() -> None:
    assert "0.6 m/s" in compared("gait_speed", 0.6).norm
    assert "0.76 m/s" in compared("gait_speed", 0.7).norm
    assert "1.0 m/s" in compared("gait_speed", 0.9).norm


def test_a_measure_taken_once_has_no_now_and_no_judgement() -> None:
    row = compared("cst30", 9)
    assert (row.baseline, row.now, row.change) == (9, None, Change.UNJUDGED)
    assert row.error == 2.5


def test_every_figure_that_fits_is_said_in_the_same_words() -> None:
    row = compared("lefs", 40, 50, who=person("Hip replacement", ages=(60, 60)))
    assert row.change is Change.BETTER
    assert row.basis == (
        "9 points or more is beyond measurement error in adults with a lower-limb condition (Binkley 1999); "
        "9 points or more is a meaningful change in adults with a lower-limb condition (Binkley 1999)."
    )
    battery = compared("sppb", 6, 7, who=OLDER)
    assert "1 point or more is a meaningful change in adults of 65 and over (Perera 2006)." in battery.basis


values = st.integers(-300, 10_000).map(lambda tenths: tenths / 10)


@given(st.sampled_from(sorted(measures())), values, values, st.sampled_from(PEOPLE))
def test_nothing_inside_a_published_figure_is_called_better_or_worse(
    key: str, before: float, after: float, who: Person
) -> None:
    row = compared(key, before, after, who=who)
    gain = measure(key).gain(before, after)
    if row.change in {Change.BETTER, Change.WORSE}:
        assert row.basis
        assert row.source
        assert (gain > 0) == (row.change is Change.BETTER)
        assert row.error is None or abs(gain) >= row.error - 1e-6
    if measure(key).better is Better.TARGET:
        assert row.change in {Change.UNJUDGED, Change.NONE}


@given(st.sampled_from(sorted(measures())), values, values, st.sampled_from(PEOPLE))
def test_there_and_back_is_judged_alike(key: str, before: float, after: float, who: Person) -> None:
    turned = {Change.BETTER: Change.WORSE, Change.WORSE: Change.BETTER}
    there, back = compared(key, before, after, who=who).change, compared(key, after, before, who=who).change
    assert back is turned.get(there, there)


@given(st.sampled_from(sorted(measures())), values, st.integers(0, 500), st.integers(0, 500), st.sampled_from(PEOPLE))
def test_a_larger_gain_is_never_called_less(key: str, before: float, small: int, more: int, who: Person) -> None:
    order = [Change.NONE, Change.WITHIN_ERROR, Change.BELOW, Change.UNJUDGED, Change.BETTER]
    way = -1 if measure(key).better is Better.LOWER else 1
    less = compared(key, before, before + way * small / 10, who=who).change
    greater = compared(key, before, before + way * (small + more) / 10, who=who).change
    assert order.index(less) <= order.index(greater)
