from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import measuring
from crm.domain.catalogue_rows import catalogue_rows
from crm.domain.errors import Invalid
from crm.domain.measures import Motion, Side, measures
from crm.domain.measuring import Line, Spot
from crm.domain.services import service


def test_the_services_ask_for_measures_that_there_are() -> None:
    for row in catalogue_rows("service_measures"):
        assert service(row["service"])
        assert set(row["measures"].split()) <= set(measures())


def test_a_measure_with_sides_has_a_left_and_a_right_field() -> None:
    assert [spot.name for spot in Line("grip").spots] == ["grip.left.", "grip.right."]
    assert [spot.name for spot in Line("cst30").spots] == ["cst30.."]
    assert Spot("rom_knee_flexion", Side.LEFT, Motion.ACTIVE).words == "Knee flexion, left, active"


@given(st.text(max_size=40))
def test_only_names_of_real_lines_are_lines(name: str) -> None:
    line = measuring.line_of(name)
    assert line is None or line.name == name


def test_every_line_is_found_by_its_name() -> None:
    for line in measuring.first_lines(measures()):
        assert measuring.line_of(line.name) == line


@pytest.mark.parametrize(
    ("text", "key"),
    [("grip", "grip"), ("Timed up AND go", "tug"), ("knee flex", "rom_knee_flexion"), ("cst30", "cst30")],
)
def test_a_measure_is_found_by_a_few_letters(text: str, key: str) -> None:
    found = measuring.found(text)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize("text", ["", "  ", "knee", "vo2max"])
def test_nothing_is_guessed(text: str) -> None:
    assert measuring.found(text) is None


def test_all_wrong_fields_are_named_at_once() -> None:
    lines = measuring.first_lines(["cst30", "tug", "grip"])
    with pytest.raises(Invalid) as refused:
        measuring.read(lines, {"cst30..": "x", "tug..": "999", "grip.left.": "20"}, {})
    assert list(refused.value.errors) == ["cst30..", "tug.."]
