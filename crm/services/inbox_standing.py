"""What the inbox page shows: what is to answer, to assign or to correct, and one message with its conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlmodel import Session

from crm.domain import emails
from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import BounceCause, InboundKind, MessageState
from crm.domain.mail_kinds import InboundState
from crm.mail import reading as raw_mail
from crm.models.inbound import InboundMessage
from crm.models.messages import Message, StoredFile
from crm.models.practices import Contact
from crm.models.providers import Provider
from crm.services import files, inbound_links, mailboxes
from crm.store import inbound as rows
from crm.store import inbox as store
from crm.store import suppressions

SNIPPET = 200
CAP = 99
NEVER_LEFT = frozenset({MessageState.CANCELLED, MessageState.SKIPPED})
ANSWERABLE = frozenset({InboundKind.REPLY, InboundKind.AUTO_REPLY, InboundKind.OTHER})


class View(StrEnum):
    """The parts of the inbox."""

    TO_ANSWER = "to_answer"
    TO_ASSIGN = "to_assign"
    BOUNCES = "bounces"
    ALL = "all"
    DONE = "done"


@dataclass(frozen=True)
class Line:
    """A received message as a list shows it."""

    id: int
    kind: InboundKind
    cause: BounceCause | None
    from_name: str
    from_address: str
    subject: str
    snippet: str
    received_at: datetime
    provider_id: int | None
    provider_name: str
    effect: str
    state: InboundState
    verdict: str
    linked_by: str
    error: str


@dataclass(frozen=True)
class Exchange:
    """One message of a conversation: sent by us (`outbox_id`, or from elsewhere) or received (`inbound_id`)."""

    sent: bool
    at: datetime
    who: str
    subject: str
    text: str
    outbox_id: int | None = None
    inbound_id: int | None = None
    state: str = ""


@dataclass(frozen=True)
class Opened:
    """A received message with all that stands beside it."""

    message: InboundMessage
    provider: Provider | None
    contact: Contact | None
    thread: Sequence[Exchange]
    bounced: Message | None
    may_answer: bool


@dataclass(frozen=True)
class Standing:
    """Whether mail is read here at all, when that was last done, and what is wrong."""

    is_read: bool
    read_at: datetime | None = None
    error: str = ""


def page(
    session: Session, view: View, *, before: tuple[datetime, int] | None = None, limit: int = 50, query: str = ""
) -> list[Line]:
    """The newest first; `before` is the time and id of the last line of the page before."""
    return [_line(row, provider) for row, provider in store.page(session, view.value, before, limit, query.strip())]


def counts(session: Session) -> dict[View, int]:
    """How many there are in each part, counted up to `CAP`."""
    return {View(name): count for name, count in store.counts(session, [each.value for each in View], CAP).items()}


def waiting(session: Session) -> int:
    """How many wait for a person, counted up to `CAP`; one query."""
    return store.waiting(session, CAP)


def one(session: Session, inbound_id: int) -> Opened:
    """One message. Raises NotFound."""
    row = rows.by_id(session, inbound_id)
    if row is None:
        raise NotFound("This message is gone.")
    provider = session.get(Provider, row.provider_id) if row.provider_id is not None else None
    contact = session.get(Contact, row.contact_id) if row.contact_id is not None else None
    answered = session.get(Message, row.answers_id) if row.answers_id is not None else None
    bounced = answered if row.kind is InboundKind.BOUNCE else None
    return Opened(row, provider, contact, _thread(session, row), bounced, may_answer(session, row))


def guesses(session: Session, message: InboundMessage) -> list[Provider]:
    """Providers to whom an unassigned message may belong."""
    address = (message.recipients or [message.from_address])[0] if _is_report(message) else message.from_address
    return inbound_links.guesses(session, address.lower())


def may_answer(session: Session, row: InboundMessage) -> bool:
    """Whether a person may write back: it came from an address, and that one wants mail."""
    if row.kind not in ANSWERABLE or not row.from_address or not row.from_address.isascii():
        return False
    try:
        address = emails.normalise(row.from_address)
    except Invalid:
        return False
    return suppressions.by_address(session, address) is None


def source(session: Session, folder: Path, inbound_id: int) -> bytes:
    """The raw message. Raises NotFound."""
    row = rows.by_id(session, inbound_id)
    file = session.get(StoredFile, row.stored_file_id) if row is not None and row.stored_file_id else None
    if file is None:
        raise NotFound("The whole message isn't here any more.")
    return files.read(folder, file.sha256)


def readable(session: Session, folder: Path, inbound_id: int) -> tuple[str, bool]:
    """The whole text of a message, quotations and signature too; HTML mail as text, so the second value is False."""
    return raw_mail.read(source(session, folder, inbound_id)).body().strip(), False


def reading(session: Session) -> Standing:
    """Whether a mailbox is read here, for the banner."""
    can_be = [each for account, each in rows.readable(session) if mailboxes.can_be_read(account)]
    latest = max((each.read_at for each in can_be if each is not None and each.read_at is not None), default=None)
    wrong = next((each.error for each in can_be if each is not None and each.enabled and each.error), "")
    return Standing(any(each is None or each.enabled for each in can_be), latest, wrong)


def _line(row: InboundMessage, provider: Provider | None) -> Line:
    assert row.id is not None
    return Line(
        id=row.id,
        kind=row.kind,
        cause=row.cause,
        from_name=row.from_name,
        from_address=row.from_address,
        subject=row.subject,
        snippet=" ".join((row.reply_text or row.evidence).split())[:SNIPPET],
        received_at=row.received_at,
        provider_id=row.provider_id,
        provider_name=provider.display_name if provider is not None else "",
        effect=row.effect,
        state=row.state,
        verdict=row.verdict,
        linked_by=row.linked_by,
        error=row.error,
    )


def _thread(session: Session, row: InboundMessage) -> list[Exchange]:
    """All that went both ways with this provider, in order; of an unassigned message itself alone."""
    if row.provider_id is None:
        return [_received(row)]
    sent, came = rows.thread(session, row.provider_id)
    if row.id not in {each.id for each in came}:
        came.append(row)
    found = [_sent(each) for each in sent if each.state not in NEVER_LEFT]
    found += [_received(each) for each in came if each.kind is not InboundKind.OWN or each.answers_id is None]
    return sorted(found, key=lambda each: (each.at, each.outbox_id or 0, each.inbound_id or 0))


def _sent(message: Message) -> Exchange:
    return Exchange(
        sent=True,
        at=message.sent_at or message.due_at,
        who=message.from_name or message.from_address,
        subject=message.subject,
        text=message.text_body,
        outbox_id=message.id,
        state=message.state.value,
    )


def _received(row: InboundMessage) -> Exchange:
    return Exchange(
        sent=row.kind is InboundKind.OWN,
        at=row.received_at,
        who=row.from_name or row.from_address,
        subject=row.subject,
        text=row.reply_text or (row.evidence if _is_report(row) else ""),
        inbound_id=row.id,
        state=row.kind.value,
    )


def _is_report(row: InboundMessage) -> bool:
    return row.kind in (InboundKind.BOUNCE, InboundKind.COMPLAINT, InboundKind.DELIVERED)
