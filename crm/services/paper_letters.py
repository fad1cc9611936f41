"""Letters as DOCX, for those who change a word before they print it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from crm.documents import docx as writer
from crm.domain.errors import NotFound
from crm.domain.papers import LETTERS, DocumentKind
from crm.services import papers

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class LetterFile:
    """A letter to open in an office program."""

    file_name: str
    content: bytes = field(repr=False)


def docx(
    session: Session,
    kind: DocumentKind,
    *,
    provider_id: int,
    user_id: int | None,
    now: datetime,
    folder: Path | None = None,
) -> LetterFile:
    """The letter for this provider. Raises NotFound for a paper that is no letter; other errors as `papers.make`."""
    if kind not in LETTERS:
        raise NotFound("Only letters are made as DOCX.")
    prepared = papers.prepare(session, kind, provider_id=provider_id, user_id=user_id, now=now, folder=folder)
    return LetterFile(prepared.file_name.removesuffix(".pdf") + ".docx", writer.letter_docx(prepared.sheet))
