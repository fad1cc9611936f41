from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from crm.charts import progress
from crm.domain.measures import Change, measure, measures
from crm.domain.papers import DocumentKind
from crm.domain.report import Row
from crm.domain.sample_clients import sample_clients, sample_report
from crm.domain.script import Audience

CHAIR = sample_report(Audience.PHYSICIAN, DocumentKind.SAMPLE_DISCHARGE).rows[0]


def drawn(row: Row, **more: object) -> ET.Element:
    return ET.fromstring(str(progress.svg(row, "Chair stand", **more)))  # type: ignore[arg-type]  # positions


def words(picture: ET.Element) -> list[str]:
    return [each.text or "" for each in picture.iter("text")]


def test_the_picture_has_a_title_axis_goal_error_and_every_value() -> None:
    said = words(drawn(CHAIR))
    assert {"9", "12", "14", "goal 14", "error ±2.5", "Week 0", "Week 12", "reps"} <= set(said)
    assert "Week 6 12 reps" in progress.description(CHAIR)


def test_it_is_drawn_in_the_colour_of_the_text_and_without_styles() -> None:
    text = str(progress.svg(CHAIR, "Chair stand"))
    assert "style" not in text
    assert "#" not in text
    assert 'stroke="currentColor"' in text


def test_points_stand_where_their_day_is() -> None:
    row = replace(CHAIR, series=(("a", 9), ("b", 10), ("c", 12)))
    xs = [float(each.get("cx", 0)) for each in drawn(row, positions=(0, 10, 100)).iter("circle")]
    assert xs[1] - xs[0] < (xs[2] - xs[1]) / 5


def test_the_table_says_the_same() -> None:
    assert progress.table_of(CHAIR) == [
        ("Week 0", "9 reps"),
        ("Week 3", "10 reps"),
        ("Week 6", "12 reps"),
        ("Week 12", "14 reps"),
        ("Goal", "14 reps"),
    ]


def test_what_was_typed_cannot_leave_the_picture() -> None:
    row = replace(CHAIR, series=(("<script>", 9), ("&", 12)))
    assert "<script>" not in str(progress.svg(row, '"><b>'))


def test_every_sample_can_be_drawn() -> None:
    for one in sample_clients():
        for row in sample_report(one.audience, DocumentKind.SAMPLE_DISCHARGE, one.specialty).rows:
            assert len(list(drawn(row).iter("circle"))) == 4


@given(
    st.sampled_from(sorted(measures())),
    st.lists(st.floats(0, 1), min_size=1, max_size=12),
    st.none() | st.floats(0, 1),
    st.none() | st.floats(0.01, 30),
)
def test_any_values_stay_inside_the_picture(
    key: str, shares: list[float], goal: float | None, error: float | None
) -> None:
    one = measure(key)
    values = [round(one.low + (one.high - one.low) * share, 2) for share in shares]
    target = None if goal is None else round(one.low + (one.high - one.low) * goal, 2)
    series = tuple((f"Day {n}", value) for n, value in enumerate(values))
    row = Row(key, one.label, one.unit, values[0], values[-1], target, Change.UNJUDGED, error=error, series=series)
    for each in drawn(row).iter("circle"):
        assert 0 <= float(each.get("cx", -1)) <= progress.WIDTH
        assert progress.TOP - 1 <= float(each.get("cy", -1)) <= progress.HEIGHT - progress.BOTTOM + 1


def test_a_tiny_change_does_not_fill_the_picture() -> None:
    drawn_scale = progress.scale([372, 375], 0, 1000)
    assert drawn_scale.high - drawn_scale.low >= 50
