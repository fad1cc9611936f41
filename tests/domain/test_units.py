from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crm.domain import units
from crm.domain.errors import Invalid
from crm.domain.measures import measure, measures


@pytest.mark.parametrize(
    ("key", "text", "unit", "value"),
    [
        ("rom_knee_flexion", "118", "", 118),
        ("rom_knee_flexion", "118°", "", 118),
        ("rom_knee_flexion", "118 deg.", "", 118),
        ("rom_knee_extension", "−6", "", -6),
        ("functional_reach", "10", "in", 25.4),
        ("functional_reach", "10 in", "", 25.4),
        ("functional_reach", '10"', "cm", 25.4),
        ("six_mwt", "1,200", "ft", 365.76),
        ("six_mwt", "1200ft", "m", 365.76),
        ("six_mwt", "1200' 6\"", "", 365.9124),
        ("grip", "55 lbs", "", 24.9476),
        ("gait_speed", "2", "mph", 0.8941),
        ("gait_speed", "3.3 ft/s", "", 1.0058),
        ("walk400", "5:35", "", 335),
        ("walk400", "5:35.5", "s", 335.5),
        ("walk400", "5.5 min", "", 330),
        ("tug", ".9", "", 0.9),
        ("odi", "34 %", "", 34),
        ("cst30", "12 reps", "", 12),
    ],
)
def test_values_are_read_in_the_unit_they_were_typed_in(key: str, text: str, unit: str, value: float) -> None:
    entered = units.read(measure(key), text, unit)
    assert entered.value == pytest.approx(value, abs=1e-4)
    assert entered.text == text


@pytest.mark.parametrize(
    ("key", "text", "unit", "message"),
    [
        ("rom_knee_flexion", "1180", "", "Between 0 and 160°"),
        ("functional_reach", "30", "in", "Between 0 and 23.6 in"),
        ("rom_knee_extension", "-45", "", "Between −30 and 15°"),
        ("walk400", "20:00", "", "Between 120 and 900 s"),
        ("walk400", "20 min", "", "Between 2 and 15 min"),
        ("grip", "300 lb", "", "Between 0 and 220.4 lb"),
        ("cst30", "twelve", "", "Type a number"),
        ("cst30", "", "", "Type a number"),
        ("cst30", "-", "", "Type a number"),
        ("cst30", "12 kg", "", "30-second chair stand is measured in reps, not kg"),
        ("grip", "12 in", "", "Grip strength is measured in kg or lb, not in"),
        ("cst30", "nan", "", "Type a number"),
        ("six_mwt", "9" * 20, "", "Between 0 and 1000 m"),
        ("six_mwt", "9" * 400, "", "Type a number"),
    ],
)
def test_what_cannot_be_is_refused_with_the_range_in_the_typed_unit(
    key: str, text: str, unit: str, message: str
) -> None:
    with pytest.raises(Invalid) as refused:
        units.read(measure(key), text, unit)
    assert refused.value.errors["value"].startswith(message)


@given(st.sampled_from(sorted(measures())), st.floats(0, 1), st.data())
def test_a_value_in_any_unit_comes_back_as_it_was(key: str, share: float, data: st.DataObject) -> None:
    one = measure(key)
    unit = data.draw(st.sampled_from(units.choices(one)))
    value = one.low + (one.high - one.low) * share
    typed = value / units.CONVERSIONS.get(one.unit, {one.unit: 1})[unit]
    text = f"{typed:.9f}"
    assume(one.is_plausible(round(float(text) * (value / typed if typed else 1), 6)))
    assert units.read(one, text, unit).value == pytest.approx(value, abs=2e-4)


@given(st.sampled_from(sorted(measures())), st.text(max_size=30), st.sampled_from(["", "in", "°", "kg", "?"]))
def test_anything_typed_is_read_inside_the_range_or_refused(key: str, text: str, unit: str) -> None:
    one = measure(key)
    try:
        value = units.read(one, text, unit).value
    except Invalid:
        return
    assert one.low - 1e-3 <= value <= one.high + 1e-3


@given(st.sampled_from(sorted(measures())), st.data())
def test_both_ends_of_a_named_range_can_be_typed(key: str, data: st.DataObject) -> None:
    one = measure(key)
    unit = data.draw(st.sampled_from(units.choices(one)))
    low, _, high = units.range_in(one, unit).removesuffix(unit).strip().partition(" and ")
    assert units.read(one, low, unit)
    assert units.read(one, high, unit)
    assert units.shown_in(one, one.high, unit)
