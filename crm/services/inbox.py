"""Taking in one received message: read, kept, linked, acted on, in one short transaction of its own.

Taken in twice it is there once: by its Message-ID, or by its content where it has none.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError
from sqlmodel import Session

from crm.domain.inbound import Verdict
from crm.domain.inbox import LONGEST_TEXT, InboxVerdict, clean, tokens_in
from crm.domain.kinds import BounceCause, InboundKind
from crm.domain.mail_kinds import InboundState
from crm.domain.replies import reply_text
from crm.mail import reading as raw_mail
from crm.mail.classify import classify
from crm.models.inbound import InboundMessage
from crm.services import files, inbound_effects, inbound_links, inbox_keys
from crm.services.days import today_of
from crm.services.inbound_links import NOTHING, Link
from crm.store import inbound as store
from crm.store import mail_accounts
from crm.store.engine import Database

log = logging.getLogger("handoff.mail")

LARGEST = 10 * 1024 * 1024
"""Of a larger message only the header is read."""

MOST_RECIPIENTS = 50
JUNK = "junk"
PERSONAL = frozenset({InboundKind.REPLY, InboundKind.AUTO_REPLY})
REPORTS = frozenset({InboundKind.BOUNCE, InboundKind.COMPLAINT, InboundKind.DELIVERED})


@dataclass(frozen=True)
class Arrived:
    """A message as it lies in a mailbox. Of one that is too large (`is_whole` off) `raw` is only the header.

    `role` is that of its folder. `is_backlog`: it was there before the mailbox was read for the first time.
    """

    account_id: int
    folder: str
    uid_validity: int
    uid: int
    raw: bytes
    received_at: datetime | None = None
    size: int = 0
    is_whole: bool = True
    role: str = ""
    is_backlog: bool = False


@dataclass(frozen=True)
class Read:
    """A message with all that is worked out before the transaction begins."""

    arrived: Arrived
    verdict: Verdict
    sha256: str
    received_at: datetime


Advance = Callable[[Session], None]


def take_in(
    db: Database, folder: Path, arrived: Arrived, *, now: datetime, advance: Advance | None = None
) -> InboundMessage | None:
    """Store a message with its file, its link and its effects. None where it needn't be kept: private mail of ours.

    `advance` is called in the same transaction (it notes how far the folder has been read). A message that can't be
    acted on for a reason that lies in it is stored with its error, for a person. Raises OSError (a full disk) and
    OperationalError (the database is away): then nothing has happened, and it can be tried again.
    """
    read = _read(db, folder, arrived, now)
    try:
        return _stored(db, read, now, advance)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.error("event=take_in account=%d uid=%d error=%r", arrived.account_id, arrived.uid, where(error))
        return _stored_without_effects(db, read, type(error).__name__, now, advance)


def _stored_without_effects(
    db: Database, read: Read, what: str, now: datetime, advance: Advance | None
) -> InboundMessage | None:
    """For a person to look at: with all that is known of it, or, if even that can't be stored, with its file alone."""
    error = f"This message could not be acted on ({what}): please look at it yourself."
    known = replace(read, verdict=replace(read.verdict, error=error))
    bare = replace(read, verdict=Verdict(InboundKind.OTHER, error=error))
    try:
        return _stored(db, known, now, advance, effects=False)
    except (DataError, IntegrityError, ValueError):
        return _stored(db, bare, now, advance, effects=False)


def _stored(
    db: Database, read: Read, now: datetime, advance: Advance | None, *, effects: bool = True
) -> InboundMessage | None:
    """Another worker that stores the same message at the same moment is waited for; then it is here already."""
    for is_last in (False, True):
        try:
            with db.write() as session:
                row = _take_in(session, read, now, effects=effects)
                if advance is not None:
                    advance(session)
                return row
        except IntegrityError:
            if is_last:
                raise
    return None


def _read(db: Database, folder: Path, arrived: Arrived, now: datetime) -> Read:
    with db.read() as session:
        ours = frozenset(each.address.lower() for each in mail_accounts.all_of_them(session))
        today = today_of(session, None, min(arrived.received_at or now, now))
    verdict = classify(arrived.raw, ours=ours, received_on=today)
    if verdict.kind is InboundKind.OWN:
        verdict = replace(verdict, reply_text=reply_text(raw_mail.read(arrived.raw).body()))
    sha256 = files.keep(folder, arrived.raw)
    when = arrived.received_at or verdict.date or now
    return Read(arrived, verdict, sha256, min(when.astimezone(UTC), now))


def _take_in(session: Session, read: Read, now: datetime, *, effects: bool) -> InboundMessage | None:
    arrived, verdict = read.arrived, read.verdict
    key = inbox_keys.new_key(session, read)
    if key is None:
        return store.by_key(session, arrived.account_id, inbox_keys.first_key(read))
    link = inbound_links.find(session, verdict, received_at=read.received_at) if effects else NOTHING
    if verdict.kind is InboundKind.OWN and link.answers is None and link.provider_id is None:
        return None
    row = _row(session, read, key, link, now)
    session.add(row)
    session.flush()
    if not effects:
        row.state = InboundState.OPEN
        return row
    if elsewhere := inbox_keys.read_elsewhere(session, row):
        row.effect, row.provider_id = "It was read from another mailbox already.", elsewhere.provider_id
    elif row.provider_id is None and row.answers_id is None:
        _without_link(session, row, read, now)
    else:
        kind = verdict.kind if row.wants_out is False else InboundKind.REPLY
        inbound_effects.apply(session, row, kind=kind, feedback=verdict.feedback, now=now)
    session.add(row)
    session.flush()
    return row


def _row(session: Session, read: Read, key: str, link: Link, now: datetime) -> InboundMessage:
    arrived, verdict = read.arrived, read.verdict
    file = files.row(session, read.sha256, len(arrived.raw), name="message.eml", mime="message/rfc822", now=now)
    return InboundMessage(
        mail_account_id=arrived.account_id,
        folder=clean(arrived.folder, 255),
        uid_validity=arrived.uid_validity,
        uid=arrived.uid,
        content_key=key,
        stored_file_id=file.id,
        size=arrived.size or len(arrived.raw),
        kind=verdict.kind if arrived.is_whole else InboundKind.OTHER,
        cause=_cause(verdict, link),
        recipients=[clean(each, 254) for each in verdict.recipients[:MOST_RECIPIENTS]],
        original_message_id=clean(verdict.original_message_id, 255),
        return_on=verdict.return_on,
        wants_out=_wants_out(verdict, link),
        reply_text=clean(verdict.reply_text, LONGEST_TEXT),
        evidence=clean(verdict.diagnostic or verdict.evidence, 1000),
        error=clean(verdict.error, 500) if arrived.is_whole else _too_large(arrived),
        message_id=clean(verdict.message_id, 255),
        in_reply_to=clean(next(iter(verdict.in_reply_to), ""), 255),
        references=clean(" ".join(verdict.references[-40:]), 8000),
        from_address=clean(verdict.from_address, 254).lower(),
        from_name=clean(verdict.from_name, 255),
        to_address=clean(next(iter(verdict.to_addresses), ""), 254).lower(),
        subject=clean(verdict.subject, 1000),
        received_at=read.received_at,
        provider_id=link.provider_id,
        contact_id=link.contact_id,
        answers_id=link.answers.id if link.answers is not None else None,
        linked_by=link.by or "",
        created_at=now,
    )


def _without_link(session: Session, row: InboundMessage, read: Read, now: datetime) -> None:
    """Whether a person should say to whom it belongs. An opt-out is honoured whoever sends it; one from an address that
    nobody has here may come from somebody whom we write to at another.
    """
    if row.wants_out:
        if _asks_for_a_person(session, row, read) and not store.providers_at(session, row.from_address):
            row.state = InboundState.OPEN
        gone = inbound_effects.opt_out(session, row, actor_id=None, now=now)
        row.effect = f"Asked for no more mail: {', '.join(gone)}." if gone else "Asked for no more mail, as before."
    elif _asks_for_a_person(session, row, read):
        row.state = InboundState.OPEN
    elif row.kind in PERSONAL | REPORTS:
        row.effect = "It belongs to nothing that Handoff has sent."


def _asks_for_a_person(session: Session, row: InboundMessage, read: Read) -> bool:
    """Private mail is left alone: what lay there before is open only from people or places that are known here."""
    arrived, verdict = read.arrived, read.verdict
    if arrived.role == JUNK:
        return False
    if verdict.kind is InboundKind.BOUNCE:
        return not (arrived.is_backlog or verdict.recipients or verdict.original_message_id)
    if verdict.kind is not InboundKind.REPLY:
        return False
    if store.was_settled_before(session, row.from_address, InboxVerdict.DONE):
        return False
    return not arrived.is_backlog or bool(inbound_links.guesses(session, row.from_address, 1))


def _cause(verdict: Verdict, link: Link) -> BounceCause | None:
    """Of a bounce about several, the cause for the one that our message went to."""
    if link.answers is not None:
        for address, cause in zip(verdict.recipients, verdict.causes, strict=False):
            if address.lower() == link.answers.to_address:
                return cause
    return verdict.cause


def _wants_out(verdict: Verdict, link: Link) -> bool:
    """Said in words, or by the subject that our List-Unsubscribe header proposes."""
    if verdict.kind in REPORTS or verdict.kind is InboundKind.OWN:
        return False
    token = link.answers.unsubscribe_token if link.answers is not None else ""
    return verdict.wants_out or bool(token and token in tokens_in(verdict.subject, ()))


def _too_large(arrived: Arrived) -> str:
    return f"This message is too large ({arrived.size / 1_000_000:.0f} MB): only its header was read."


def where(error: BaseException) -> str:
    """What may stand in a log: the kind of error and its place, never the words of a message."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
