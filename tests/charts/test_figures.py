"""The pictures of the Results page: every figure is there, nothing runs over, nothing typed gets out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from xml.etree import ElementTree as ET

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from crm.charts import cohorts, columns, funnel, marks, ranking, shares
from crm.domain.conversion import Rate

LONG = "Wanda-Wilhelmina Montgomery-Whitworth McMahon, MD, FAAOS, FACSM"
EVIL = "<script>alert(1)</script>\"'&"


def drawn_funnel(names: Sequence[str], numbers: Sequence[int]) -> Markup:
    return funnel.svg(
        [funnel.Step(name, n, name) for name, n in zip(names, numbers, strict=True)], names[0] if names else "T"
    )


def drawn_cohorts(names: Sequence[str], numbers: Sequence[int]) -> Markup:
    return cohorts.svg(
        [cohorts.Line(name, Rate(n // 2, n), n % 3) for name, n in zip(names, numbers, strict=True)], "T"
    )


def drawn_ranking(names: Sequence[str], numbers: Sequence[int]) -> Markup:
    return ranking.svg([ranking.Bar(name, n, f"{n:,}", n < 5) for name, n in zip(names, numbers, strict=True)], "T")


def drawn_columns(names: Sequence[str], numbers: Sequence[int]) -> Markup:
    return columns.svg([columns.Column(name, n, n // 2) for name, n in zip(names, numbers, strict=True)], "T")


def drawn_shares(names: Sequence[str], numbers: Sequence[int]) -> Markup:
    return shares.svg([shares.Part(name, n) for name, n in zip(names, numbers, strict=True)], "T", 0.25)


PICTURES = [drawn_funnel, drawn_cohorts, drawn_ranking, drawn_columns, drawn_shares]
Draw = Callable[[Sequence[str], Sequence[int]], Markup]


def words(picture: Markup) -> list[str]:
    return [each.text or "" for each in ET.fromstring(str(picture)).iter("text")]


def runs_over(picture: Markup) -> list[str]:
    """Texts that reach beyond the picture, by the same generous measure of width."""
    tree = ET.fromstring(str(picture))
    wrong = []
    for each in tree.iter("text"):
        x, long = float(each.get("x", 0)), marks.width_of(each.text or "")
        left = {"start": x, "middle": x - long / 2, "end": x - long}[each.get("text-anchor", "start")]
        if left < -0.1 or left + long > marks.WIDTH + 0.1:
            wrong.append(each.text or "")
    return wrong


@pytest.mark.parametrize("draw", PICTURES)
@pytest.mark.parametrize("count", [0, 1, 2, 13, 60])
def test_every_picture_of_any_length_is_one_svg_with_title_and_description(draw: Draw, count: int) -> None:
    picture = draw([f"Row {n}" for n in range(count)], list(range(count)))
    page = html5lib.HTMLParser(strict=True).parseFragment(f"<div>{picture}</div>")
    assert page is not None
    tree = ET.fromstring(str(picture))
    assert tree.get("role") == "img"
    assert tree.get("aria-label")
    assert tree.find("title") is not None
    assert (tree.findtext("desc") or "").endswith(".")


@pytest.mark.parametrize("draw", PICTURES)
@pytest.mark.parametrize("count", [1, 4, 36])
def test_long_names_and_large_numbers_stay_inside(draw: Draw, count: int) -> None:
    picture = draw([LONG] * count, [1_234_567 + n for n in range(count)])
    assert not runs_over(picture)
    assert any(each.endswith(marks.ELLIPSIS) for each in words(picture))


@pytest.mark.parametrize("draw", PICTURES)
def test_what_was_typed_cannot_leave_the_picture(draw: Draw) -> None:
    picture = draw([EVIL, "b"], [5, 2])
    assert "<script" not in picture
    assert ET.fromstring(str(picture)).find(".//script") is None


@pytest.mark.parametrize("draw", PICTURES)
def test_they_are_drawn_in_the_colour_of_the_text_without_styles_or_ids(draw: Draw) -> None:
    picture = str(draw(["a", "b"], [5, 2]))
    assert "style" not in picture
    assert " id=" not in picture
    assert not re.search(r'(fill|stroke)="(?!none|currentColor)', picture)


@pytest.mark.parametrize("draw", PICTURES)
@given(numbers=st.lists(st.integers(0, 50_000), min_size=1, max_size=24))
def test_no_bar_leaves_the_picture(draw: Draw, numbers: list[int]) -> None:
    tree = ET.fromstring(str(draw([f"Row {n}" for n in range(len(numbers))], numbers)))
    height = float(tree.get("viewBox", "").split()[3])
    for each in tree.iter("rect"):
        x, y, w, h = (float(each.get(name, -1)) for name in ("x", "y", "width", "height"))
        assert min(x, y) >= -0.1
        assert x + w <= marks.WIDTH + 0.2
        assert y + h <= height + 0.2


def test_bars_are_as_long_as_what_they_say() -> None:
    tree = ET.fromstring(str(drawn_ranking(["a", "b"], [10, 5])))
    long = [float(each.get("width", 0)) for each in tree.iter("rect") if not each.get("opacity")]
    assert long[0] == pytest.approx(long[1] * 2, abs=0.2)


def test_the_funnel_shows_what_was_lost_as_an_outline() -> None:
    tree = ET.fromstring(str(drawn_funnel(["Received", "Started"], [7, 5])))
    outlines = [each for each in tree.iter("rect") if each.get("stroke-dasharray")]
    assert len(outlines) == 1
    assert words(drawn_funnel(["Received", "Started"], [7, 5])).count("7") == 1


def test_a_cohort_says_its_counts_and_draws_the_interval() -> None:
    line = cohorts.Line("May", Rate(3, 7), 2)
    picture = cohorts.svg([line], "Started")
    assert "3 of 7" in words(picture)
    assert 'class="whisker"' in picture
    assert cohorts.table_of([line]) == [("May", "3 of 7, 2 still open", "16% to 75%")]


def test_a_month_that_is_all_open_shows_stripes_and_no_rate() -> None:
    picture = cohorts.svg([cohorts.Line("May", Rate(0, 0), 4)], "Started")
    assert "still open" in words(picture)
    assert "whisker" not in picture


@pytest.mark.parametrize(
    ("module", "rows", "table"),
    [
        (
            funnel,
            [funnel.Step("Received", 7), funnel.Step("Started", 5)],
            [("Received", "7", "100%"), ("Started", "5", "71%")],
        ),
        (ranking, [ranking.Bar("Dr. Shah", 0.6, "1 of 1", few=True)], [("Dr. Shah", "1 of 1", "few")]),
        (columns, [columns.Column("May", 1200, 3)], [("May", "1,200", "3")]),
        (shares, [shares.Part("a", 3), shares.Part("b", 1)], [("a", "3", "75%"), ("b", "1", "25%")]),
    ],
)
def test_the_table_says_the_same(module: object, rows: list[object], table: list[tuple[str, ...]]) -> None:
    assert module.table_of(rows) == table  # type: ignore[attr-defined]  # each module has one
    for cell in (cell for line in table for cell in line[:2]):
        assert cell in module.description(rows).replace(" of 4", "")  # type: ignore[attr-defined]  # as above


def test_few_is_outlined_rather_than_solid() -> None:
    tree = ET.fromstring(str(ranking.svg([ranking.Bar("a", 1, "1 of 1", few=True)], "T")))
    assert [each.get("stroke-dasharray") for each in tree.iter("rect")] == [None, "3 2"]


def test_more_sources_than_can_be_drawn_become_one_part() -> None:
    parts = [shares.Part(f"p{n}", 10 - n) for n in range(9)]
    assert shares.table_of(parts)[-1] == ("3 others", "9", "17%")


def test_the_others_together_come_last_and_are_never_the_solid_part() -> None:
    parts = [shares.Part("", 900, 50), shares.Part("a", 3)]
    assert [line[0] for line in shares.table_of(parts)] == ["a", "50 others"]
    assert words(shares.svg(parts, "T"))[0] == "a"


@given(st.text(max_size=80), st.floats(20, 400))
def test_shortened_words_fit_or_are_only_an_ellipsis(text: str, room: float) -> None:
    short = marks.shorten(text, room)
    assert marks.width_of(short) <= room or short == marks.ELLIPSIS
