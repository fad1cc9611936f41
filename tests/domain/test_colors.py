"""Colours of papers: whether they can be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import colors
from crm.domain.errors import Invalid

anything = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_black_on_white_is_21_to_1() -> None:
    assert colors.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colors.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_usual_green_reads_well() -> None:
    verdict = colors.judged(colors.USUAL)
    assert verdict.reads_on_white
    assert (verdict.on_color, verdict.ink) == ("#ffffff", colors.USUAL)


def test_a_light_yellow_is_told_and_gets_a_darker_ink() -> None:
    verdict = colors.judged("#ffd400")
    assert not verdict.reads_on_white
    assert "Too light" in verdict.sentence
    assert verdict.on_color == colors.INK
    assert colors.contrast(verdict.ink, "#ffffff") >= colors.LEAST


@given(anything)
def test_letters_can_be_read_whatever_the_color(color: str) -> None:
    verdict = colors.judged(color)
    assert colors.contrast(verdict.ink, "#ffffff") >= colors.LEAST
    assert colors.contrast(verdict.on_color, color) >= colors.LEAST


def test_short_and_loud_spellings_are_taken() -> None:
    assert colors.checked(" #0AF ") == "#00aaff"


@pytest.mark.parametrize("text", ["", "red", "#12345", "#12345g", "javascript:alert(1)", "#0f5f63;x"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="six digits"):
        colors.checked(text)
