"""Several papers as one PDF, each found by its title in the outline."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import NamedTuple


class Part(NamedTuple):
    """A PDF and what the outline calls it."""

    title: str
    content: bytes


def joined(parts: Sequence[Part], *, title: str) -> bytes:
    """All pages in the order of the parts. The same parts give the same bytes."""
    import pikepdf

    made, whole, at = BytesIO(), pikepdf.Pdf.new(), 0
    with whole.open_outline() as outline:
        for part in parts:
            with pikepdf.open(BytesIO(part.content)) as document:
                whole.pages.extend(document.pages)
            outline.root.append(pikepdf.OutlineItem(part.title, at))
            at = len(whole.pages)
    whole.docinfo["/Title"] = title
    whole.save(made, deterministic_id=True)
    return made.getvalue()
