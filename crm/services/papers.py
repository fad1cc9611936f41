"""Papers: made for a provider or for nobody in particular, checked, and kept by the hash of their file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from crm.documents import docx as writer
from crm.documents import paper_text, pdf
from crm.documents.faults import MissingField, TemplateFault
from crm.documents.pdf import Sheet
from crm.domain.errors import NotFound, Refused
from crm.domain.kinds import TemplateKind
from crm.domain.papers import LETTERS, REPORTS, SAMPLES, TITLES, DocumentKind
from crm.domain.services import service_label
from crm.domain.text_checks import TextFinding
from crm.models.documents import Document
from crm.services import files, paper_contents, templates, wordings
from crm.services.paper_contents import Content
from crm.services.paper_desk import Covers, Wish
from crm.services.wordings import Looked
from crm.store import documents as store
from crm.store.engine import Database

PDF = files.PDF
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that was made. `slug` names the wording it was filled from, `facts` what was filled in.

    One that is `named` bears the name and birth date of a client and is printed only: the one to keep is made without.
    """

    kind: DocumentKind
    title: str
    file_name: str
    pdf: bytes = field(repr=False)
    pages: int
    text: str = field(repr=False)
    slug: str
    audience: str = ""
    service_key: str = ""
    provider_id: int | None = None
    practice_id: int | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    findings: tuple[TextFinding, ...] = ()
    named: bool = False

    @property
    def sample(self) -> bool:
        """Whether it is about a made-up client."""
        return self.kind in SAMPLES


@dataclass(frozen=True, slots=True)
class Prepared:
    """A paper before it is set: what stands on it, its words checked."""

    title: str
    file_name: str
    sheet: Sheet
    text: str
    content: Content
    looked: Looked


@dataclass(frozen=True, slots=True)
class LetterFile:
    """A letter to open in an office program."""

    file_name: str
    content: bytes = field(repr=False)


Press = Callable[[Session, Wish], Paper]
"""What makes papers: `make`, or for a test somebody who needs no typesetting."""


def prepare(session: Session, wish: Wish) -> Prepared:
    """The content of a paper and what the checks found in it.

    Raises MissingField, TemplateFault, NotFound, and Refused where words may not leave.
    """
    prepared = look(session, wish)
    if prepared.looked.standing:
        worst = prepared.looked.standing[0]
        said = f"“{worst.text}” can’t go on this paper. {worst.why} {worst.suggestion}"
        raise Refused("words", f"{said.strip()} {where_to_mend(wish.kind)}.")
    return prepared


def where_to_mend(kind: DocumentKind) -> str:
    """Where the words of a paper can be changed: those of the visit sheet are mostly our own notes."""
    if kind is DocumentKind.VISIT_SHEET:
        return "Change the note on the provider’s page, or the wording in the library"
    return "Change the wording in the library"


def look(session: Session, wish: Wish) -> Prepared:
    """As `prepare`, with words that may not leave for a person to judge."""
    if wish.kind in REPORTS and wish.report is None:
        raise Refused(
            "needs_client", f"{TITLES[wish.kind]}: this paper is about a client. Make it from the client’s page."
        )
    content = paper_contents.content(session, wish)
    text = paper_text.spoken(content.checked)
    findings = tuple(content.check(text.replace("\n", "\n\n")))  # each line stands by itself on paper
    looked = wordings.looked(session, TemplateKind.DOCUMENT, content.slug, findings, provider_id=wish.provider_id)
    title = _title(wish.kind, content.service_key, content.facts.get("days"))
    return Prepared(title, _file_name(content.sender_name, title), content.sheet, text, content, looked)


def let_stand(db: Database, wish: Wish, reason: str, *, everywhere: bool = False) -> None:
    """Take responsibility for what blocks this paper, or `everywhere` its wording is used.

    Raises Invalid(override_reason).
    """
    whom = None if everywhere else wish.provider_id
    with db.write() as session:
        found = look(session, wish)
        slug = found.content.slug
        wordings.let_stand(
            session, TemplateKind.DOCUMENT, slug, found.looked, reason,
            provider_id=whom, actor_id=wish.user_id, now=wish.now,
        )  # fmt: skip


def make(session: Session, wish: Wish) -> Paper:
    """The paper as PDF; errors as `prepare`. Nothing is kept yet."""
    return _set(prepare(session, wish), wish)


def _set(prepared: Prepared, wish: Wish) -> Paper:
    made, content = pdf.pdf(prepared.sheet), prepared.content
    return Paper(
        kind=wish.kind,
        title=prepared.title,
        file_name=prepared.file_name,
        pdf=made,
        pages=pdf.page_count(made),
        text=prepared.text,
        slug=content.slug,
        audience=content.audience,
        service_key=content.service_key,
        provider_id=wish.provider_id,
        practice_id=content.practice_id,
        facts=content.facts,
        findings=tuple(prepared.looked.findings),
        named=wish.filing is not None,
    )


PRESS: Press = make


def docx(session: Session, wish: Wish) -> LetterFile:
    """A letter as DOCX, for those who change a word before they print it. Raises NotFound for what is no letter;
    other errors as `prepare`.
    """
    if wish.kind not in LETTERS:
        raise NotFound("Only letters are made as DOCX.")
    prepared = prepare(session, wish)
    return LetterFile(prepared.file_name.removesuffix(".pdf") + ".docx", writer.letter_docx(prepared.sheet))


def covering(session: Session, wish: Wish, kind: DocumentKind) -> Wish:
    """A fax cover that names the paper it goes before, and counts the pages of both. Errors as `make`."""
    follows = make(session, replace(wish, kind=kind))
    return replace(wish, service_key="", covers=Covers(follows.title, follows.pages))


def keep(db: Database, folder: Path, paper: Paper, *, actor_id: int | None, now: datetime) -> Document:
    """Put the file on disk and write down that it was made; the same paper made twice is one file."""
    _refuse_named(paper)
    sha256 = files.keep(folder, paper.pdf)
    with db.write() as session:
        row = files.row(session, sha256, len(paper.pdf), name=paper.file_name, mime=PDF, now=now)
        assert row.id is not None
        return keep_in(session, paper, row.id, provider_id=paper.provider_id, actor_id=actor_id, now=now)


def keep_in(
    session: Session,
    paper: Paper,
    stored_file_id: int,
    *,
    provider_id: int | None,
    actor_id: int | None,
    now: datetime,
) -> Document:
    """The row of a paper whose file is kept, in the caller's transaction: the one of the same file, or a new one."""
    _refuse_named(paper)
    known = store.same(session, paper.kind, stored_file_id, provider_id)
    if known is not None:
        return known
    row = Document(
        kind=paper.kind,
        title=paper.title,
        provider_id=provider_id,
        practice_id=paper.practice_id,
        service_key=paper.service_key,
        audience=paper.audience,
        template_version_id=templates.version_id(session, TemplateKind.DOCUMENT, paper.slug, now=now),
        stored_file_id=stored_file_id,
        file_name=paper.file_name,
        pages=paper.pages,
        facts=dict(paper.facts),
        sample=paper.sample,
        made_by=actor_id,
        made_at=now,
    )
    session.add(row)
    session.flush()
    return row


def _refuse_named(paper: Paper) -> None:
    if paper.named:
        raise ValueError("A paper with a client's name on it is never kept: keep one made without `filing`.")


def notice(pages: int) -> str:
    """What to say of a paper that didn't fit on one page; empty where it did."""
    return f"This paper takes {pages} pages: what it says doesn’t fit on one." if pages > 1 else ""


def _title(kind: DocumentKind, service_key: str, days: object = None) -> str:
    about = service_label(service_key) if service_key else days
    return f"{TITLES[kind]}: {about}" if about else TITLES[kind]


def _file_name(sender: str, title: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9]+", "-", f"{title} {sender}").strip("-").lower()
    return f"{plain[:90].strip('-') or 'paper'}.pdf"


def problem(error: MissingField | TemplateFault | Refused) -> str:
    """Why a paper can't be made, and what to do."""
    return error.what_to_do if isinstance(error, MissingField) else str(error)
