"""Papers that go with a mail: made and put on disk before the transaction, noted inside it, known by their hash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from crm.documents.faults import MissingField, TemplateFault
from crm.domain import matching
from crm.domain.enclosures import LARGEST_TOTAL, WITH_MAIL, Enclosure
from crm.domain.errors import Invalid, Refused
from crm.domain.papers import DocumentKind
from crm.models.documents import Document
from crm.models.messages import Message, MessageAttachment, StoredFile
from crm.models.providers import Provider
from crm.services import files, papers
from crm.services.paper_desk import Wish
from crm.services.papers import PRESS, Paper, Press
from crm.store import messages, prices
from crm.store import paper_deliveries as store
from crm.store.engine import Database

FIELD = "papers"
KEPT_AS = "documents"
"""The place in `message.merge_values` that names the papers which went along."""

MOST_SHEETS = 3
"""Sheets of services on offer: of those that suit a provider, the first."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A paper on disk that can go with a message."""

    enclosure: Enclosure
    paper: Paper
    sha256: str

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.paper.pdf)


def make(
    session: Session,
    folder: Path,
    provider_id: int,
    wanted: Sequence[Enclosure],
    *,
    user_id: int | None,
    now: datetime,
    press: Press = PRESS,
) -> list[Ready]:
    """Make these papers for a provider and put them on disk. Call it before the transaction that sends them.

    Raises Invalid for `papers` where one can't be made (saying which and what is missing) or all are too large.
    """
    ready = [_ready(session, folder, provider_id, each, user_id, now, press) for each in wanted]
    total = sum(each.size for each in ready)
    if total > LARGEST_TOTAL:
        said = f"The papers are {total / 1024 / 1024:.1f} MB together; offices turn mail away above 5 MB. Choose fewer."
        raise Invalid({FIELD: said})
    return ready


@dataclass(frozen=True, slots=True)
class Offer:
    """A paper that can go with a mail to this provider; a chosen one with its size, or with what is in the way."""

    enclosure: Enclosure
    chosen: bool = False
    pages: int = 0
    size: int = 0
    problem: str = ""


def offers(
    session: Session,
    folder: Path,
    provider: Provider,
    chosen: Sequence[Enclosure],
    *,
    user_id: int | None,
    now: datetime,
    press: Press = PRESS,
) -> list[Offer]:
    """What can go along, the samples first. Those chosen are made, so that size and faults are the true ones."""
    assert provider.id is not None
    known = dict.fromkeys([*_usual(session, provider), *chosen])
    found = []
    for each in known:
        if each not in chosen:
            found.append(Offer(each))
            continue
        try:
            (ready,) = make(session, folder, provider.id, [each], user_id=user_id, now=now, press=press)
            found.append(Offer(each, chosen=True, pages=ready.paper.pages, size=ready.size))
        except Invalid as error:
            found.append(Offer(each, chosen=True, problem=error.errors[FIELD]))
    return found


def _usual(session: Session, provider: Provider) -> list[Enclosure]:
    """One of each kind, and a sheet for each of the services that suit this provider best."""
    suited = matching.services_for(provider.specialty, prices.switched_off(session))
    sheets = [Enclosure(DocumentKind.SERVICE_SHEET, one.key) for one in suited if not one.is_addon][:MOST_SHEETS]
    kinds = [Enclosure(kind) for kind in WITH_MAIL if kind is not DocumentKind.SERVICE_SHEET]
    return [*kinds, *sheets]


def problem(error: Exception) -> str:
    """What keeps a paper from being made, as a sentence."""
    return error.what_to_do if isinstance(error, MissingField) else str(error)


def files_of(session: Session, ready: Sequence[Ready], *, now: datetime) -> list[tuple[int, str]]:
    """What a `messages.Draft` takes: the stored files, with the names under which they go."""
    found = []
    for each in ready:
        name = each.paper.file_name
        row = files.row(session, each.sha256, each.size, name=name, mime=papers.PDF, now=now)
        assert row.id is not None
        found.append((row.id, name))
    return found


def note(
    session: Session,
    message: Message,
    ready: Sequence[Ready],
    *,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Write down which papers go with a message, once: that they were delivered is known when it has been sent."""
    if not ready or KEPT_AS in message.merge_values:
        return
    kept = [
        papers.keep_in(session, each.paper, file_id, provider_id=message.provider_id, actor_id=actor_id, now=now)
        for each, (file_id, _) in zip(ready, files_of(session, ready, now=now), strict=True)
    ]
    session.flush()
    message.merge_values = {**message.merge_values, KEPT_AS: [each.id for each in kept]}
    session.add(message)
    session.flush()


def made_for(
    db: Database,
    folder: Path,
    provider_id: int,
    wanted: Sequence[Enclosure],
    *,
    user_id: int | None,
    now: datetime,
    press: Press = PRESS,
) -> list[Ready]:
    """As `make`, in a reading transaction of its own; nothing to read where nothing is wanted."""
    if not wanted:
        return []
    with db.read() as session:
        return make(session, folder, provider_id, wanted, user_id=user_id, now=now, press=press)


def _ready(
    session: Session,
    folder: Path,
    provider_id: int,
    wanted: Enclosure,
    user_id: int | None,
    now: datetime,
    press: Press,
) -> Ready:
    try:
        wish = Wish(
            wanted.kind,
            provider_id,
            wanted.service_key,
            user_id=user_id,
            now=now,
            folder=folder,
            period=wanted.period,
            wording=wanted.wording,
        )
        paper = press(session, wish)
    except (MissingField, TemplateFault, Refused) as error:
        raise Invalid({FIELD: f"{wanted.words} can't be made yet. {problem(error)}"}) from error
    return Ready(wanted, paper, files.keep(folder, paper.pdf))


@dataclass(frozen=True, slots=True)
class Attached:
    """What went with a message. A paper of ours has its title and pages; any other file only its name."""

    file_id: int
    name: str
    mime: str
    size: int
    sha256: str
    title: str = ""
    pages: int = 0


def of_message(session: Session, message_id: int) -> list[Attached]:
    """Everything that goes, or went, with a message, by the hash of its bytes."""
    found = messages.files(session, message_id)
    known = {each.stored_file_id: each for each in store.of_files(session, [file.id or 0 for _, file in found])}
    return [_attached(link, file, known.get(link.stored_file_id)) for link, file in found]


def _attached(link: MessageAttachment, file: StoredFile, paper: Document | None) -> Attached:
    assert file.id is not None
    name = link.name or file.name
    title, pages = (paper.title, paper.pages) if paper is not None else ("", 0)
    return Attached(file.id, name, file.mime, file.size, file.sha256, title, pages)
