"""What a visitor takes along: papers that we can print, and things in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crm.domain.enclosures import SAMPLE_CHOICES, Enclosure
from crm.domain.enclosures import read as read_enclosures
from crm.domain.papers import TITLES, DocumentKind

PRINTED: tuple[DocumentKind, ...] = (
    DocumentKind.REFERRAL_PAD,
    *SAMPLE_CHOICES,
    DocumentKind.OVERVIEW,
    DocumentKind.SERVICE_SHEET,
    DocumentKind.OUTCOMES_SHEET,
    DocumentKind.INTRODUCTION_LETTER,
    DocumentKind.THANK_YOU,
)
"""Papers that may be taken along. Nothing about a real client is among them."""

CARD = "Card"
_BY_TITLE = {TITLES[kind].casefold(): kind for kind in PRINTED}


@dataclass(frozen=True, slots=True)
class Material:
    """One thing to bring; with a `paper` it can be printed."""

    words: str
    paper: Enclosure | None = None

    @property
    def value(self) -> str:
        """As it is stored and sent by forms: "referral-pad", "service-sheet:weight_management", "Card"."""
        return self.paper.value if self.paper else self.words


def choices() -> list[Material]:
    """What a form offers, the usual first."""
    return [Material(CARD), *(Material(TITLES[kind], Enclosure(kind)) for kind in PRINTED)]


def read(texts: Iterable[str]) -> tuple[Material, ...]:
    """What was stored or chosen, each once; a paper may be named by its value or its title."""
    found = (_read(" ".join(text.split())) for text in texts)
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _read(text: str) -> Material | None:
    if not text:
        return None
    titled = _BY_TITLE.get(text.casefold())
    enclosures = read_enclosures([titled.value if titled else text], among=PRINTED)
    if not enclosures:
        return Material(text[:80])
    paper = enclosures[0]
    return Material(paper.words if paper.service_key else TITLES[paper.kind], paper)
