"""The plot of a report: round ticks around the values, the error's band cut at the edges, weeks in proportion."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crm.documents.paper_plot import plot
from crm.domain.measures import Change, Side
from crm.domain.report import Row

WEEKS = ("Week 0", "Week 3", "Week 12")


def _row(*values: float, goal: float | None = None, error: float | None = None, names: tuple[str, ...] = WEEKS) -> Row:
    return Row(
        key="cst30",
        label="30-second chair stand",
        unit="reps",
        baseline=values[0],
        now=values[-1],
        goal=goal,
        change=Change.BETTER,
        side=Side.LEFT,
        error=error,
        series=tuple(zip(names, values, strict=False)),
    )


def test_ticks_are_round_and_hold_values_and_goal() -> None:
    drawn = plot(_row(9, 10, 12, goal=14, error=2.5))
    assert drawn is not None
    assert [tick["text"] for tick in drawn["ticks"]] == ["8", "10", "12", "14", "16"]
    assert drawn["goal"]["text"] == "Goal 14 reps"
    assert drawn["title"] == "30-second chair stand, left (reps)"
    assert drawn["note"] == "Within measurement error of the first value (±2.5 reps)."


def test_the_band_lies_around_the_first_value_and_ends_at_the_edge() -> None:
    drawn = plot(_row(9, 10, 12, goal=14, error=2.5))
    assert drawn is not None
    assert drawn["band"] == [0.0, (11.5 - 8) / 8]


def test_without_a_published_error_there_is_no_band() -> None:
    drawn = plot(_row(9, 10, 12))
    assert drawn is not None
    assert (drawn["band"], drawn["note"], drawn["goal"]) == (None, "", None)


def test_weeks_stand_in_proportion_and_dates_evenly() -> None:
    by_week, by_day = plot(_row(9, 10, 12)), plot(_row(9, 10, 12, names=("Jan 5", "Jan 6", "Mar 4")))
    assert by_week is not None
    assert by_day is not None
    assert [round(point["x"], 3) for point in by_week["points"]] == [0.06, 0.285, 0.96]
    assert [round(point["x"], 3) for point in by_day["points"]] == [0.06, 0.51, 0.96]


def test_one_value_is_no_plot() -> None:
    assert plot(_row(9)) is None


@given(
    st.lists(st.floats(0, 500), min_size=2, max_size=3),
    st.none() | st.floats(0, 500),
    st.none() | st.floats(0.1, 100),
)
def test_everything_stands_inside_the_frame(values: list[float], goal: float | None, error: float | None) -> None:
    drawn = plot(_row(*values, goal=goal, error=error))
    assert drawn is not None
    heights = [point["y"] for point in drawn["points"]] + ([drawn["goal"]["at"]] if drawn["goal"] else [])
    assert all(-1e-6 <= height <= 1 + 1e-6 for height in [*heights, *(drawn["band"] or ())])
    assert 2 <= len(drawn["ticks"]) <= 8
