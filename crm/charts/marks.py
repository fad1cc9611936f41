"""What all pictures of figures share: the frame, words that never run over, and marks that differ without colour.

Everything is drawn in the text's own colour: solid is what counts, an outline is what it is compared with, stripes are
what is still open. So a picture prints in black and white, follows dark mode, and needs no style sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

#: The width of a picture: that of a phone's card, so that its words keep their size there.
WIDTH = 340
#: How large words are.
SIZE = 11
ELLIPSIS = "…"
_NARROW, _WIDE = frozenset("iljtfrI.,:;'!|()[] "), frozenset("mwMW@%—…&")


def picture(name: str, height: float, title: str, told: str, parts: Iterable[Markup]) -> Markup:
    """The whole picture with its title and, for those who can't see it, what it shows as a sentence."""
    return Markup(
        '<svg class="chart {name}" viewBox="0 0 {w} {h}" role="img" aria-label="{label}" fill="none" '
        'stroke="currentColor"><title>{title}</title><desc>{told}</desc>{parts}</svg>'
    ).format(
        name=name,
        w=WIDTH,
        h=round(height, 1),
        label=f"{title}. {told}",
        title=title,
        told=told,
        parts=Markup("").join(parts),
    )


def width_of(words: str, size: float = SIZE) -> float:
    """About how wide words are, rather too wide than too narrow: the reader's typeface isn't known here."""
    return sum(_letter(each) for each in words) * size


def shorten(words: str, room: float, size: float = SIZE) -> str:
    """As much of the words as there is room for, with an ellipsis where something is left out."""
    if width_of(words, size) <= room:
        return words
    kept = words
    while kept and width_of(kept + ELLIPSIS, size) > room:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS


def text(
    x: float, y: float, words: str, anchor: str = "start", *, room: float | None = None, strong: bool = False
) -> Markup:
    """Words on the picture, no wider than the room from there to the edge (or the room given)."""
    edge = {"start": WIDTH - x, "end": x, "middle": 2 * min(x, WIDTH - x)}[anchor]
    shown = shorten(words, min(edge, room) if room is not None else edge)
    weight = ' font-weight="650"' if strong else ""
    # Only `words` come from outside; they are escaped.
    return Markup(  # noqa: S704
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{SIZE}" fill="currentColor" '
        f'stroke="none"{weight}>{escape(shown)}</text>'
    )


def solid(x: float, y: float, width: float, height: float) -> Markup:
    """What counts."""
    return _rect(x, y, width, height, 'fill="currentColor" stroke="none"')


def outline(x: float, y: float, width: float, height: float) -> Markup:
    """What it is compared with, or what rests on few."""
    return _rect(x, y, width, height, 'stroke-width="1" stroke-dasharray="3 2"')


def pale(x: float, y: float, width: float, height: float) -> Markup:
    """The whole of which something is a part."""
    return _rect(x, y, width, height, 'fill="currentColor" opacity=".16" stroke="none"')


def striped(x: float, y: float, width: float, height: float) -> Markup:
    """What is still open."""
    count = int(width // 5)
    lines = "".join(f"M{x + 2.5 + 5 * number:.1f} {y:.1f}v{height:.1f}" for number in range(count))
    frame = _rect(x, y, width, height, 'stroke-width=".75"')
    return frame + Markup(f'<path d="{lines}" stroke-width="1" opacity=".6"/>') if lines else frame  # noqa: S704


def whisker(low: float, high: float, y: float) -> Markup:
    """From where to where a share may well lie."""
    path = f"M{low:.1f} {y - 4:.1f}v8M{low:.1f} {y:.1f}H{high:.1f}M{high:.1f} {y - 4:.1f}v8"
    return Markup(f'<path class="whisker" d="{path}" stroke-width="1.2"/>')  # noqa: S704  (numbers only)


def rule(x: float, y: float, *, to_x: float | None = None, to_y: float | None = None, dashed: bool = False) -> Markup:
    """A thin line of an axis."""
    path = f"M{x:.1f} {y:.1f}" + (f"H{to_x:.1f}" if to_x is not None else f"V{to_y:.1f}")
    dashes = ' stroke-dasharray="3 3"' if dashed else ""
    return Markup(f'<path d="{path}" stroke-width=".75" opacity=".45"{dashes}/>')  # noqa: S704  (numbers only)


def scaled(value: float, most: float, room: float) -> float:
    """How long a value is where the largest fills the room. What is more than nothing can be seen."""
    if value <= 0 or most <= 0:
        return 0.0
    return max(1.5, min(value / most, 1.0) * room)


def sentence(parts: Sequence[str], nothing: str = "Nothing to show yet.") -> str:
    """What a picture shows, for the description."""
    return "; ".join(parts) + "." if parts else nothing


def nothing(name: str, title: str, words: str = "Nothing to show yet.") -> Markup:
    """The picture of no rows."""
    return picture(name, 40, title, words, [text(WIDTH / 2, 24, words, "middle")])


def _letter(letter: str) -> float:
    if letter in _NARROW:
        return 0.36
    if letter in _WIDE or ord(letter) > 0x2E7F:
        return 1.05
    return 0.74 if letter.isupper() else 0.6


def _rect(x: float, y: float, width: float, height: float, look: str) -> Markup:
    # Numbers and our own words only.
    return Markup(  # noqa: S704
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" {look}/>'
    )
