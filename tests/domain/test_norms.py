from __future__ import annotations

import pytest

from crm.domain import norms
from crm.domain.measures import measure, measures
from crm.domain.norms import norm_for
from crm.domain.populations import Person, person


def test_the_cdc_chair_stand_goes_by_age_and_sex() -> None:
    one = measure("cst30")
    norm = norm_for(one, person("", sex="female", ages=(65, 69)))
    assert norm is not None
    assert norms.words(one, norm) == "below average under 11 reps for women 65 to 69 (CDC)"
    assert norms.risk_by(norm, 10) is True
    assert norms.risk_by(norm, 11) is False


def test_the_step_test_says_what_is_usual_and_nothing_about_risk() -> None:
    one = measure("two_mst")
    norm = norm_for(one, person("", sex="male", ages=(72, 72)))
    assert norm is not None
    assert norms.words(one, norm) == "usual 80 to 110 steps for men 70 to 74 (Jones & Rikli)"
    assert norms.risk_by(norm, 60) is None


@pytest.mark.parametrize(
    "who", [person("", ages=(65, 69)), person("", sex="female"), person("", sex="male", ages=(40, 44)), Person()]
)
def test_there_is_no_norm_where_age_or_sex_is_unknown_or_outside_the_table(who: Person) -> None:
    assert norm_for(measure("cst30"), who) is None


def test_norms_that_were_only_recalled_are_left_out() -> None:
    adult = person("", sex="male", ages=(50, 50))
    assert norm_for(measure("rom_knee_flexion"), adult) is not None
    assert norm_for(measure("rom_hip_flexion"), adult) is None
    assert norm_for(measure("arm_curl"), person("", sex="female", ages=(70, 70))) is None
    assert norm_for(measure("grip"), adult) is None


def test_a_norm_for_adults_is_not_held_against_a_child() -> None:
    assert norm_for(measure("rom_knee_flexion"), person("", ages=(14, 15))) is None


def test_every_norm_can_be_said() -> None:
    for one in measures().values():
        for age in range(18, 95):
            for sex in ("female", "male"):
                norm = norm_for(one, person("", sex=sex, ages=(age, age)))
                assert norm is None or norms.words(one, norm)
