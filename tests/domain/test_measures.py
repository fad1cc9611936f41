from __future__ import annotations

import pytest

from crm.domain.errors import NotFound
from crm.domain.measures import Change, measure, measures


def test_every_measure_has_a_sensible_range_and_names_whom_its_threshold_is_for() -> None:
    assert len(measures()) == 56
    for one in measures().values():
        assert one.low < one.high
        assert bool(one.meaningful) == bool(one.meaningful_for)
        assert one.norm is None or one.source


def test_unverified_norms_are_left_out() -> None:
    assert measure("rom_knee_flexion").norm == 135
    assert measure("rom_hip_flexion").norm is None


@pytest.mark.parametrize(
    ("key", "before", "after", "change"),
    [
        ("rom_knee_flexion", 95, 118, Change.BETTER),
        ("rom_knee_flexion", 95, 98, Change.WITHIN_ERROR),
        ("tug", 14.0, 11.2, Change.BETTER),
        ("tug", 11.2, 14.0, Change.WORSE),
        ("cst30", 9, 12, Change.BETTER),
        ("sbp_rest", 140, 125, Change.UNJUDGED),
        ("sls", 5, 9, Change.UNJUDGED),
    ],
)
def test_a_change_is_called_what_it_is(key: str, before: float, after: float, change: Change) -> None:
    assert measure(key).judge(before, after) is change


def test_values_outside_the_range_are_noticed() -> None:
    assert measure("rom_knee_flexion").is_plausible(118)
    assert not measure("rom_knee_flexion").is_plausible(1180)


def test_an_unknown_measure_is_named() -> None:
    with pytest.raises(NotFound, match="vo2max"):
        measure("vo2max")
