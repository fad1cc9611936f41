from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain.catalogue_rows import catalogue_rows
from crm.domain.errors import NotFound
from crm.domain.measures import Hands, Level, measure, measures, say, sources
from crm.domain.populations import populations

KEYS = sorted(measures())


def test_there_are_56_measures_and_each_has_a_sensible_range() -> None:
    assert len(measures()) == 56
    for one in measures().values():
        assert one.low < one.high
        assert one.label
        assert one.unit


def test_every_figure_belongs_to_a_measure_and_names_its_people_and_its_source() -> None:
    for table in ("thresholds", "cutoffs", "norms"):
        for row in catalogue_rows(table):
            assert row["measure"] in measures()
            assert row["source"] in sources()
            assert table == "norms" or row["population"] in populations()
    for one in measures().values():
        assert all(each.value > 0 for each in one.thresholds)


def test_error_and_meaningful_change_are_kept_apart() -> None:
    walk = {(each.level, each.value, each.population.key) for each in measure("six_mwt").thresholds}
    assert walk == {
        (Level.MEANINGFUL, 30, "heart_lung"),
        (Level.SMALL, 20, "older"),
        (Level.MEANINGFUL, 50, "older"),
    }
    assert {(each.level, each.value) for each in measure("cst30").thresholds} == {(Level.ERROR, 2.5)}


def test_range_of_motion_has_an_error_for_one_tester_and_one_between_two() -> None:
    for one in measures().values():
        if one.has_motions:
            by_testers = {each.hands: each.value for each in one.thresholds}
            assert by_testers[Hands.SAME] == 5
            assert by_testers[Hands.OTHER] == (25 if "shoulder" in one.key else 10)


def test_no_source_of_the_catalogue_is_one_that_was_only_recalled() -> None:
    text = "".join(
        Path(f"crm/domain/catalogue/{name}.csv").read_text(encoding="utf-8")
        for name in ("sources", "norms", "cutoffs", "thresholds")
    )
    assert "background" not in text
    assert "verify" not in text


@given(st.sampled_from(KEYS), st.floats(-1e4, 1e4))
def test_a_value_is_plausible_only_inside_the_range(key: str, value: float) -> None:
    one = measure(key)
    assert one.is_plausible(value) == (one.low <= value <= one.high)


@given(st.sampled_from(KEYS), st.integers(-300, 1000), st.integers(-300, 1000))
def test_a_gain_turns_round_with_its_values(key: str, before: int, after: int) -> None:
    one = measure(key)
    assert one.gain(before / 10, after / 10) == -one.gain(after / 10, before / 10)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("rom_knee_flexion", 118, "118°"),
        ("rom_knee_extension", -6, "−6°"),
        ("tug", 11.2, "11.2 s"),
        ("gait_speed", 0.9, "0.90 m/s"),
        ("odi", 34, "34%"),
        ("cst30", 12, "12 reps"),
        ("rom_knee_extension", -0.2, "0°"),
    ],
)
def test_values_are_shown_with_their_unit(key: str, value: float, said: str) -> None:
    assert say(key, value) == said


def test_an_unknown_measure_is_named() -> None:
    with pytest.raises(NotFound, match="vo2max"):
        measure("vo2max")


def test_the_catalogue_is_read_as_csv_without_odd_lines() -> None:
    for path in Path("crm/domain/catalogue").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            widths = {len(row) for row in csv.reader(lines)}
        assert len(widths) == 1, path.name
