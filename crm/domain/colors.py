"""Colours of papers: whether text can be read on them, by the contrast that WCAG 2.2 asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crm.domain.errors import Invalid

USUAL = "#0f5f63"
WHITE, INK = "#ffffff", "#1a1a1a"
LEAST = 4.5
"""WCAG 2.2, 1.4.3 (AA): text of ordinary size against what it stands on."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a colour serves on paper. `on_color` is text upon it, `ink` the shade of it that headings can have."""

    color: str
    ratio: float
    on_color: str
    ink: str

    @property
    def reads_on_white(self) -> bool:
        """Whether text in this very colour can be read on white paper."""
        return self.ratio >= LEAST

    @property
    def sentence(self) -> str:
        """What to tell a person about it."""
        if self.reads_on_white:
            return f"Good to read: {self.ratio:.1f} to 1 on white paper, and white letters on it."
        return (
            f"Too light for letters on white paper ({self.ratio:.1f} to 1; it takes {LEAST} to 1). Lines and bars keep "
            f"it, headings are printed in the darker {self.ink}."
        )


def checked(text: str) -> str:
    """A colour as "#rrggbb" in small letters. Raises Invalid for `color`."""
    found = text.strip().lower()
    if re.fullmatch(r"#[0-9a-f]{3}", found):
        found = "#" + "".join(2 * digit for digit in found[1:])
    if not re.fullmatch(r"#[0-9a-f]{6}", found):
        raise Invalid({"color": "Write the color as # and six digits, such as #0f5f63."})
    return found


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, from 1 (the same) to 21 (black and white)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def judged(color: str) -> Verdict:
    """How a colour serves on paper."""
    ratio = contrast(color, WHITE)
    on_color = WHITE if ratio >= LEAST else INK if contrast(color, INK) >= LEAST else "#000000"
    return Verdict(color, ratio, on_color, _darkened(color))


def _darkened(color: str) -> str:
    """The colour itself where it can be read on white, else the first darker shade of it that can."""
    parts = _parts(color)
    for step in range(101):
        shade = "#" + "".join(f"{round(part * (100 - step) / 100):02x}" for part in parts)
        if contrast(shade, WHITE) >= LEAST:
            return shade
    return INK


def _parts(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
