"""Who makes papers: this program, or for a test somebody who needs no typesetting."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlmodel import Session

from crm.domain.papers import DocumentKind
from crm.models.documents import Document


class Paper(Protocol):
    """A paper that was made (`crm.services.papers`)."""

    @property
    def kind(self) -> DocumentKind: ...
    @property
    def title(self) -> str: ...
    @property
    def file_name(self) -> str: ...
    @property
    def pdf(self) -> bytes: ...
    @property
    def pages(self) -> int: ...


class Press(Protocol):
    """What makes papers and writes down that they were made."""

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
    ) -> Paper:
        """The paper for this provider, with the logo of the folder. Raises MissingField, TemplateFault and Refused."""
        ...

    def keep_in(
        self,
        session: Session,
        paper: Any,
        stored_file_id: int,
        *,
        provider_id: int | None,
        actor_id: int | None,
        now: datetime,
    ) -> Document:
        """The row of a paper that this press has made, in the caller's transaction."""
        ...


class _Ours:
    """The papers of this program. Typesetting is loaded when the first one is made, and only then."""

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
    ) -> Paper:
        from crm.services import papers

        return papers.make(
            session,
            kind,
            provider_id=provider_id,
            service_key=service_key,
            user_id=user_id,
            now=now,
            folder=folder,
        )

    def keep_in(
        self,
        session: Session,
        paper: Any,
        stored_file_id: int,
        *,
        provider_id: int | None,
        actor_id: int | None,
        now: datetime,
    ) -> Document:
        from crm.services import papers

        return papers.keep_in(session, paper, stored_file_id, provider_id=provider_id, actor_id=actor_id, now=now)


OURS: Press = _Ours()
