"""A press for tests that need papers and no typesetting: each is a few bytes, and says what it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlmodel import Session

from crm.domain.errors import Refused
from crm.domain.papers import DocumentKind
from crm.services.paper_desk import Wish
from crm.services.papers import Paper


@dataclass
class FakePress:
    """Makes plain papers; `fault` is raised instead, `size` pads them."""

    fault: Exception | None = None
    size: int = 0
    made: list[tuple[DocumentKind, int, str]] = field(default_factory=list)

    def __call__(self, session: Session, wish: Wish) -> Paper:
        if self.fault is not None:
            raise self.fault
        assert wish.provider_id is not None
        self.made.append((wish.kind, wish.provider_id, wish.service_key))
        content = f"%PDF-1.7 {wish.kind} for {wish.provider_id}".encode() + b" " * self.size
        title = wish.kind.value.replace("-", " ").capitalize()
        name = f"{wish.kind.value}.pdf"
        return Paper(kind=wish.kind, title=title, file_name=name, pdf=content, pages=1, text="", slug="overview")


def refusing(sentence: str) -> FakePress:
    """A press that can't make anything."""
    return FakePress(Refused("no_paper", sentence))
