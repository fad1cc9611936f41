"""A press for tests that need papers and no typesetting: each is a few bytes, and says what it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from crm.domain.errors import Refused
from crm.domain.papers import SAMPLES, DocumentKind
from crm.models.documents import Document


@dataclass(frozen=True)
class PlainPaper:
    """A paper of a few bytes."""

    kind: DocumentKind
    pdf: bytes
    pages: int = 1

    @property
    def title(self) -> str:
        return self.kind.value.replace("-", " ").capitalize()

    @property
    def file_name(self) -> str:
        return f"{self.kind.value}.pdf"


@dataclass
class FakePress:
    """Makes plain papers; `fault` is raised instead, `size` pads them."""

    fault: Exception | None = None
    size: int = 0
    made: list[tuple[DocumentKind, int, str]] = field(default_factory=list)

    def make(
        self,
        session: Session,
        kind: DocumentKind,
        *,
        provider_id: int,
        service_key: str,
        user_id: int | None,
        now: datetime,
        folder: Path | None = None,
    ) -> PlainPaper:
        if self.fault is not None:
            raise self.fault
        self.made.append((kind, provider_id, service_key))
        return PlainPaper(kind, f"%PDF-1.7 {kind} for {provider_id}".encode() + b" " * self.size)

    def keep_in(
        self,
        session: Session,
        paper: PlainPaper,
        stored_file_id: int,
        *,
        provider_id: int | None,
        actor_id: int | None,
        now: datetime,
    ) -> Document:
        row = Document(
            kind=paper.kind, title=paper.title, provider_id=provider_id, stored_file_id=stored_file_id, made_at=now
        )
        row.file_name, row.sample, row.made_by = paper.file_name, paper.kind in SAMPLES, actor_id
        session.add(row)
        session.flush()
        return row


def refusing(sentence: str) -> FakePress:
    """A press that can't make anything."""
    return FakePress(Refused("no_paper", sentence))
